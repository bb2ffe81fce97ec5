"""The details panel: everything known about the selected item, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QImage, QShortcut
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.shell import icons
from studio.shell.i18n import count, key_name, say, tr
from studio.shell.library.lineage import Lineage
from studio.shell.library.parts import PictureBox, Stars, TagEditor, label
from studio.shell.library.source import Detail, Row
from studio.shell.viewers.background import Background
from studio.shell.widgets import FlowLayout, tool_button

Destinations = Callable[[str], list[tuple[str, str]]]
"""Kind of an item → generators (id, title) that accept it."""

Labels = Callable[[str, str], str]
"""Generator id and parameter name → the label people read."""

Said = Callable[[str, str, object], str]
"""Generator id, parameter name and value → the value in words where it stands for something, else empty."""

_LONGEST_VALUE = 4000


def plain_label(generator: str, name: str) -> str:
    """A parameter's name as words, for when its generator is not at hand."""
    del generator
    return name.replace("_", " ").capitalize()


class Details(QFrame):
    """What is selected, in full.

    Signals:
        command: a button was pressed: recreate, variations, use, show, export, trash, restore, favourite, quick_look.
        sent: *Send to…* was chosen; carries the generator's id, empty for the artist's choice later.
        rated, tagged, untagged, renamed: an edit.
        relative_chosen: go to this item.
        left: the title is written, or left as it was; the keyboard is free for the grid again.
    """

    command = Signal(str)
    sent = Signal(str)
    rated = Signal(int)
    tagged = Signal(str)
    untagged = Signal(str)
    renamed = Signal(str)
    relative_chosen = Signal(str)
    left = Signal()

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setMinimumWidth(264)
        self.destinations: Destinations = lambda _kind: []
        self.labels: Labels = plain_label
        self.said: Said = lambda _generator, _name, _value: ""
        self._detail: Detail | None = None
        self._many = 0
        self._build_head(background)
        self._build_actions()
        body = QWidget()
        body.setObjectName("FormBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for part in (self.picture, self._title, self._title_box, self._line, self._marks, self._actions, self.tags):
            column.addWidget(part)
        column.addWidget(self.lineage)
        column.addWidget(self._made_heading)
        column.addLayout(self._made)
        column.addWidget(self._file_heading)
        column.addLayout(self._file)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        say(self._scroll.setAccessibleName, "Details")
        self._stack = QStackedWidget()
        self._nothing = label(role="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setMargin(24)
        say(self._nothing.setText, "Select something to see how it was made.")
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    # ---- what is shown -----------------------------------------------------------------------------------

    @property
    def detail(self) -> Detail | None:
        """The single item shown, if one is."""
        return self._detail

    def show_nothing(self) -> None:
        """Nothing is selected."""
        self._detail, self._many = None, 0
        self._stop_renaming()
        self._stack.setCurrentIndex(0)

    def show_detail(self, detail: Detail) -> None:
        """One item."""
        if self._detail is None or self._detail.row.id != detail.row.id:
            self._stop_renaming()  # news of the same item leave alone what is being typed
            self.lineage.show_relatives((), ())
            self._scroll.verticalScrollBar().setValue(0)  # another item is read from its title on
        self._detail, self._many = detail, 0
        self._compose()
        self._stack.setCurrentIndex(1)

    def show_many(self, number: int) -> None:
        """Several items at once: only what can be done with all of them."""
        self._detail, self._many = None, number
        self._stop_renaming()
        self._compose()
        self._stack.setCurrentIndex(1)

    def show_picture(self, item_id: str, image: QImage) -> None:
        """The large thumbnail of an item has arrived."""
        if self._detail is not None and self._detail.row.id == item_id:
            self.picture.show_picture(image, self._detail.row.kind)

    def show_relatives(self, item_id: str, parents: list[Row], children: list[Row]) -> None:
        """The relatives of an item are known."""
        if self._detail is not None and self._detail.row.id == item_id:
            self.lineage.show_relatives(parents, children)

    def start_renaming(self) -> None:
        """Put the title into a box to edit."""
        if self._detail is None:
            return
        self._title_box.setText(self._detail.row.title)
        self._title.hide()
        self._title_box.show()
        self._title_box.setFocus()
        self._title_box.selectAll()

    def retranslate(self) -> None:
        """Compose everything again in the window's language."""
        if self._detail is not None or self._many:
            self._compose()

    # ---- building ----------------------------------------------------------------------------------------

    def _build_head(self, background: Background) -> None:
        self.picture = PictureBox()
        self._title = label(role="heading", selectable=True)
        self._title_box = QLineEdit()
        self._title_box.setMaxLength(500)
        say(self._title_box.setAccessibleName, "Title")
        self._title_box.hide()
        self._title_box.editingFinished.connect(self._finish_renaming)
        leave = QShortcut(Qt.Key.Key_Escape, self._title_box, context=Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self._stop_renaming)
        self._line = label(role="muted")
        self.stars = Stars()
        self.stars.rated.connect(self.rated)
        self.favourite = tool_button("heart", "Favourite")
        self.favourite.setCheckable(True)
        self.favourite.clicked.connect(partial(self.command.emit, "favourite"))
        self._marks = QWidget()
        row = QHBoxLayout(self._marks)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.stars)
        row.addStretch(1)
        row.addWidget(self.favourite)
        self.tags = TagEditor()
        self.tags.added.connect(self.tagged)
        self.tags.removed.connect(self.untagged)
        self.lineage = Lineage(background)
        self.lineage.chosen.connect(self.relative_chosen)
        self._made_heading, self._made = label(role="strong"), _table()
        self._file_heading, self._file = label(role="strong"), _table()
        say(self._made_heading.setText, "How it was made")
        say(self._file_heading.setText, "The file")

    def _build_actions(self) -> None:
        self._actions = QWidget()
        flow = FlowLayout(self._actions)
        self._single: list[QWidget] = []
        for name, text, icon in (
            ("recreate", "Recreate", "arrow-clockwise"),
            ("variations", "Variations", "dice-five"),
            ("use", "Use parameters", "sliders-horizontal"),
        ):
            button = QPushButton()
            icons.decorate(button, icon)
            say(button.setText, text)
            button.clicked.connect(partial(self.command.emit, name))
            self._single.append(button)
            flow.addWidget(button)
        self._send = QPushButton()
        icons.decorate(self._send, "paper-plane-tilt")
        say(self._send.setText, "Send to…")
        self._send.clicked.connect(self._choose_destination)
        self._single.append(self._send)
        flow.addWidget(self._send)
        self._small: dict[str, QToolButton] = {}
        for name, text, icon in (
            ("quick_look", "Quick look", "eye"),
            ("show", "Show in folder", "folder-open"),
            ("export", "Export…", "export"),
            ("trash", "Move to the trash", "trash"),
            ("restore", "Bring back from the trash", "arrow-counter-clockwise"),
        ):
            self._small[name] = tool_button(icon, text, partial(self.command.emit, name))
            flow.addWidget(self._small[name])

    # ---- composing ---------------------------------------------------------------------------------------

    def _compose(self) -> None:
        one = self._detail is not None
        for part in (self.picture, self._line, *self._single, self._made_heading, self._file_heading):
            part.setVisible(one)
        self._title.setVisible(self._title_box.isHidden())
        self._small["quick_look"].setVisible(one)
        self._small["show"].setVisible(one)
        for table in (self._made, self._file):
            while table.rowCount():
                table.removeRow(0)
        if self._detail is not None:
            self._compose_one(self._detail)
        else:
            self._compose_many()

    def _compose_many(self) -> None:
        self._title.setText(count("{count} item selected", "{count} items selected", self._many))
        self.lineage.show_relatives((), ())
        self.stars.show_rating(0)
        self.tags.show_tags(())
        self._show_favourite(marked=False)
        self._small["trash"].show()
        self._small["restore"].hide()

    def _compose_one(self, detail: Detail) -> None:
        row = detail.row
        self.picture.setVisible(True)
        self._title.setText(row.title or tr("Untitled"))
        self._line.setText(summary(row.kind, detail.facts))
        self.stars.show_rating(row.rating)
        self.tags.show_tags(detail.tags)
        self._show_favourite(marked=row.favourite)
        self._small["trash"].setVisible(not detail.trashed)
        self._small["restore"].setVisible(detail.trashed)
        made = bool(detail.generator)
        for button in self._single[:3]:
            button.setVisible(made)
        self._add_making(detail)
        self._add_file(detail)
        self._made_heading.setVisible(self._made.rowCount() > 0)

    def _show_favourite(self, *, marked: bool) -> None:
        self.favourite.setChecked(marked)
        icons.decorate(self.favourite, "heart-fill" if marked else "heart", "accent" if marked else None)

    def _add_making(self, detail: Detail) -> None:
        """Generator, seed and every parameter."""
        if detail.generator:
            _add(self._made, tr("Generator"), detail.generator)
        if detail.seed is not None:
            _add(self._made, tr("Seed"), str(detail.seed))
        generator = str(getattr(getattr(detail.item, "origin", None), "generator", ""))
        for name, value in detail.values.items():
            if (shown := self.said(generator, name, value) or shown_value(value)) != "":
                _add(self._made, self.labels(generator, name), shown)

    def _add_file(self, detail: Detail) -> None:
        """What the medium is, when and where it is kept."""
        locale = QLocale()
        for name, shown in detail.facts.items():
            _add(self._file, tr(name), key_name(shown) if name == "Key" else shown)
        if detail.created is not None:
            local = detail.created.astimezone()
            created = locale.toString(local, QLocale.FormatType.ShortFormat)  # type: ignore[call-overload]
            _add(self._file, tr("Created"), created)
        if detail.size:
            _add(self._file, tr("File size"), locale.formattedDataSize(detail.size))
        _add(self._file, tr("File"), row_file(detail.row))

    def _choose_destination(self) -> None:
        if self._detail is None:
            return
        places = self.destinations(self._detail.row.kind)
        if not places:
            self.sent.emit("")
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for generator, title in places:
            menu.addAction(title.replace("&", "&&")).triggered.connect(partial(self.sent.emit, generator))
        menu.popup(self._send.mapToGlobal(self._send.rect().bottomLeft()))

    def _stop_renaming(self) -> None:
        self._title_box.blockSignals(True)
        if self.window().focusWidget() is self._title_box:  # else Qt would give the focus to the window's first button
            self.left.emit()
        self._title_box.hide()
        self._title_box.blockSignals(False)
        self._title.show()

    def _finish_renaming(self) -> None:
        if self._title_box.isHidden():
            return
        title = " ".join(self._title_box.text().split())
        self._stop_renaming()
        if self._detail is not None and title and title != self._detail.row.title:
            self.renamed.emit(title)


def _table() -> QFormLayout:
    made = QFormLayout()
    made.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    made.setHorizontalSpacing(12)
    made.setVerticalSpacing(6)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return made


def _add(table: QFormLayout, name: str, value: str) -> None:
    heading = label(name, "muted")
    heading.setWordWrap(len(name) > 16)
    heading.setAlignment(Qt.AlignmentFlag.AlignTop)
    shown = label(value, selectable=True)
    shown.setAccessibleName(f"{name}: {value[:200]}")
    table.addRow(heading, shown)


def summary(kind: str, facts: Mapping[str, str]) -> str:
    """One line about an item: its medium and the two facts that say most."""
    parts = [tr(kind.capitalize()), *(facts[name] for name in ("Dimensions", "Duration") if name in facts)]
    for name, template in (("Words", "{number} words"), ("Triangles", "{number} triangles"), ("Tempo", "{number} bpm")):
        if name in facts and len(parts) < 3:
            parts.append(tr(template, number=facts[name]))
    return " · ".join(parts)


def row_file(row: Row) -> str:
    """The name of a row's file with soft breaks, so that long names wrap."""
    return row.path.name.replace("_", "_\u200b").replace("-", "-\u200b")


def shown_value(value: Any) -> str:
    """A parameter's value as people read it; empty for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        joint = " × " if len(value) == 2 and all(isinstance(part, int) for part in value) else ", "
        return joint.join(shown_value(part) for part in value)[:_LONGEST_VALUE]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown_value(part)}" for key, part in value.items())[:_LONGEST_VALUE]
    return str(value)[:_LONGEST_VALUE]

"""A look into a dataset: its files with captions to type, what was left out, masked, or is nearly the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.sdk.datasets import Dataset, DatasetItem
from studio.sdk.generator import GeneratorSpec
from studio.shell.i18n import count, say, tr, tr_error, tr_message, tr_spec
from studio.shell.leaving import ask_to_throw_away
from studio.shell.teach.dataset_table import (
    CAPTION,
    FILE,
    ICON_SIDE,
    PICTURED,
    USE,
    DatasetTable,
    beginning,
    icon_width,
    small_picture,
)
from studio.shell.teach.sentences import SentenceList
from studio.shell.viewers.background import Background
from studio.shell.widgets import button, label, line, row
from studio.teach.datasets import set_captions

SIDE = 112
"""Side of the pictures that show how a recipe sees a file, pixels."""

TEXT_HEIGHT = 132
"""Height of the place where a text begins, pixels."""

READ_SIDE = 512
"""Side at which they are read."""

FRAMED = {"middle": "the middle square", "whole": "all of it, with room around"}


class DatasetDialog(QDialog):
    """Shows one dataset and keeps captions typed into it.

    Args:
        dataset: what to show.
        seen_as: values of the recipe's form that say how it cuts and mirrors pictures (``framing``, ``mirror``); a
            recipe without ``framing`` takes them whole, and nothing is shown of that.
        recipe: the form's; what it does to the files while it learns is told.

    Signals:
        kept(Dataset): captions were changed on the disk.
    """

    kept = Signal(object)

    def __init__(
        self,
        dataset: Dataset,
        seen_as: Mapping[str, Any],
        parent: QWidget | None = None,
        *,
        recipe: GeneratorSpec | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Dataset")
        self._seen_as = dict(seen_as)
        self._recipe = recipe
        self._saving = False
        self._is_framed = dataset.kind == "image" and "framing" in seen_as
        self.table = DatasetTable(dataset, self)
        self.table.use_ratio(self.devicePixelRatio())
        self.table.edited.connect(self._edited)
        self.view = _make_view(self.table, dataset.kind)
        self.search_box = QLineEdit()
        say(self.search_box.setPlaceholderText, "Find in names and captions")
        say(self.search_box.setAccessibleName, "Find in names and captions")
        self.search_box.setClearButtonEnabled(True)
        self.only_bare = QCheckBox()
        say(self.only_bare.setText, "Without a caption")
        self.search_box.textChanged.connect(self._search)
        self.only_bare.toggled.connect(self._search)
        self.save_button = button("Keep captions", self.save, icon="check", role="primary")
        self.save_button.setEnabled(False)
        self.problem = label(role="error", wrap=True)
        self.problem.hide()
        self._examples = [QLabel() for _ in range(3)]
        self._example: Path | None = None
        self.text = QPlainTextEdit(readOnly=True)
        say(self.text.setAccessibleName, "How the chosen text begins")
        self.text.setFixedHeight(TEXT_HEIGHT)
        self.text.setTabChangesFocus(True)
        self._begun: DatasetItem | None = None
        self.altered = label(role="muted", wrap=True)
        self._lay_out(dataset)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self.view, self.paste,
                  context=Qt.ShortcutContext.WidgetShortcut)  # fmt: skip
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._show_row(now.row()))
        self.table.modelReset.connect(self._begin)
        self._begin()
        self.retranslate()
        self.view.setFocus()
        self.resize(820, 620)

    def retranslate(self) -> None:
        """Say again what the recipe does to the files while it learns."""
        told = altered(self._recipe, self._seen_as)
        self.altered.setText(told)
        self.altered.setVisible(bool(told))

    def paste(self) -> None:
        """Give the lines of the clipboard as captions to the rows from the current one on."""
        start = self.view.currentIndex().row()
        lines = QApplication.clipboard().text().splitlines()
        if start < 0 or not lines:
            return
        left = self.table.give_captions(start, lines)
        self.problem.setText(
            count("One pasted line found no row.", "{count} pasted lines found no row.", left) if left else ""
        )
        self.problem.setVisible(bool(left))

    def save(self) -> None:
        """Keep the captions, off the window's thread; what was typed stays here should that fail."""
        self._set_saving(saving=True)
        dataset, typed = self.table.dataset, dict(self.table.changed)
        work = partial(set_captions, dataset, typed)
        Background.shared().run(work, self._saved, self._not_saved, owner=self, outlasts=True)

    def reject(self) -> None:
        """Close; captions that were typed are not thrown away unasked, nor left while they are being kept."""
        if self._saving:
            return
        if self.table.changed:
            ask_to_throw_away(self, "Throw away the captions you typed?", "Go on typing")
        else:
            super().reject()

    def _set_saving(self, *, saving: bool) -> None:
        self._saving = saving
        self.view.setEnabled(not saving)
        self.save_button.setEnabled(not saving)

    def _saved(self, dataset: Dataset) -> None:
        self.kept.emit(dataset)
        self.accept()

    def _not_saved(self, error: Exception) -> None:
        self.problem.setText(tr("The captions could not be kept: {reason}", reason=tr_error(error)))
        self.problem.show()
        self._set_saving(saving=False)

    def _edited(self) -> None:
        self.save_button.setEnabled(bool(self.table.changed))

    def _search(self) -> None:
        self.table.search(self.search_box.text(), uncaptioned=self.only_bare.isChecked())

    def _begin(self) -> None:
        """Choose the first row, which takes pasted lines; where there is none, nothing is shown."""
        if self.table.rowCount():
            self.view.setCurrentIndex(self.table.index(0, CAPTION))
        else:
            self._show_row(-1)

    # ---- what is in a file ------------------------------------------------------------------------------------

    def _show_row(self, row_number: int) -> None:
        if self.table.dataset.kind == "text":
            self._show_text(row_number)
        else:
            self._show_example(row_number)

    def _show_text(self, row_number: int) -> None:
        """The first lines of a row's text, read off the window's thread."""
        self.text.clear()
        self._begun = None
        if not 0 <= row_number < self.table.rowCount():
            return
        item = self._begun = self.table.dataset.items[self.table.place(row_number)]

        def done(text: str) -> None:
            if self._begun is item:  # nothing else was chosen meanwhile
                self.text.setPlainText(text)

        def failed(error: Exception) -> None:
            done(tr("This text cannot be read: {reason}", reason=tr_error(error)))

        Background.shared().run(lambda: beginning(item), done, failed, owner=self)

    # ---- how a recipe sees it ---------------------------------------------------------------------------------

    def _show_example(self, row_number: int) -> None:
        """The picture of a row as it is, as the recipe frames it, and mirrored where it mirrors."""
        if not self._is_framed:
            return
        for example in self._examples:
            example.clear()
        if not 0 <= row_number < self.table.rowCount():
            return
        path = self.table.dataset.items[self.table.place(row_number)].path
        self._example = path
        side = round(SIDE * self.devicePixelRatio())
        framing, mirror = str(self._seen_as["framing"]), bool(self._seen_as.get("mirror"))

        def done(pictures: list[QImage]) -> None:
            if self._example == path:  # nothing else was chosen meanwhile
                for example, picture in zip(self._examples, pictures, strict=False):
                    made = QPixmap.fromImage(picture)
                    made.setDevicePixelRatio(self.devicePixelRatio())
                    example.setPixmap(made)

        Background.shared().run(lambda: framed(path, side, framing, mirror=mirror), done, lambda _: None, owner=self)

    # ---- layout -----------------------------------------------------------------------------------------------

    def _lay_out(self, dataset: Dataset) -> None:
        files = QWidget()
        inside = QVBoxLayout(files)
        inside.setContentsMargins(0, 12, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(row(self.search_box, self.only_bare))
        inside.addWidget(self.view, 1)
        told = label(
            "Double-click a caption to type; pasted lines fill the rows from the chosen one on.", "muted", wrap=True
        )
        inside.addWidget(told)
        if dataset.kind == "text":
            inside.addWidget(label("How the chosen text begins", "muted"))
            inside.addWidget(self.text)
        if self._is_framed:
            inside.addWidget(line())
            inside.addLayout(self._make_examples())
        inside.addWidget(self.altered)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(files, count("{count} file", "{count} files", len(dataset.items)))
        for key, name, say_it, nothing in (
            ("left_out", "Left out", _left_out, "Nothing was left out."),
            ("masked", "Masked", _masked, "No personal data was found."),
            ("near_duplicates", "Nearly the same", _alike, "No two files are nearly the same."),
        ):
            entries = _entries(dataset.card, key)
            shown = SentenceList(entries, say_it) if entries else SentenceList([nothing], tr)
            say(shown.setAccessibleName, name)
            tabs.addTab(shown, f"{tr(name)} ({len(entries)})")
        title = label(role="heading")
        title.setText(dataset.name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(tabs, 1)
        layout.addWidget(self.problem)
        close = button("Close", self.reject)
        for made in (close, self.save_button):
            made.setAutoDefault(False)  # Enter searches and ends captions; it must not close the window
        layout.addLayout(row(None, close, self.save_button))

    def _make_examples(self) -> QVBoxLayout:
        framing = FRAMED.get(str(self._seen_as["framing"]), FRAMED["middle"])
        names = ["as it is", framing, "mirrored as well"][: 3 if self._seen_as.get("mirror") else 2]
        column = QVBoxLayout()
        column.addWidget(label("How this recipe sees the chosen picture", "muted"))
        cells = []
        for example, name in zip(self._examples, names, strict=False):
            example.setFixedSize(SIDE, SIDE)
            example.setAlignment(Qt.AlignmentFlag.AlignCenter)
            say(example.setAccessibleName, name)
            cell = QWidget()
            inside = QVBoxLayout(cell)
            inside.setContentsMargins(0, 0, 12, 0)
            inside.setSpacing(4)
            inside.addWidget(example)
            inside.addWidget(label(name, "muted"))
            cells.append(cell)
        column.addLayout(row(*cells, None))
        return column


def altered(recipe: GeneratorSpec | None, values: Mapping[str, Any]) -> str:
    """What a recipe with these values does to the files while it learns; empty where it does not say."""
    if recipe is None or recipe.alters is None:
        return ""
    done = [tr_spec(recipe, said) for name, said in recipe.alters if not name or values.get(name)]
    if not done:
        return tr("While it learns, nothing is done to the files: they are learned as they are.")
    return tr("While it learns: {what}", what=" ".join(done))


def framed(path: Path, side: int, framing: str, *, mirror: bool) -> list[QImage]:
    """A picture as it is, cut square, and mirrored where `mirror`, each fitted into `side` pixels.

    As trainers do it: the middle square, or (``"whole"``) the picture with room around it.
    """
    picture = small_picture(path, READ_SIDE)
    if picture.isNull():
        return []
    width, height = picture.width(), picture.height()
    edge = max(width, height) if framing == "whole" else min(width, height)
    square = picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied).copy(
        (width - edge) // 2, (height - edge) // 2, edge, edge
    )
    made = [picture, square, *([square.flipped(Qt.Orientation.Horizontal)] if mirror else [])]
    smooth = Qt.TransformationMode.SmoothTransformation
    return [one.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, smooth) for one in made]


def _make_view(table: DatasetTable, kind: str) -> QTableView:
    view = QTableView()
    view.setModel(table)
    say(view.setAccessibleName, "Files of the dataset")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setIconSize(QSize(icon_width(kind), ICON_SIDE))
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(ICON_SIDE + 8 if kind in PICTURED else 30)
    header = view.horizontalHeader()
    header.setSectionResizeMode(FILE, QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(CAPTION, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(USE, QHeaderView.ResizeMode.Fixed)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    view.setColumnWidth(FILE, 240)
    view.setColumnWidth(USE, 110)
    return view


def _left_out(entry: Mapping[str, Any]) -> str:
    return tr_message(str(entry.get("why", "")))


def _masked(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('file', '')}: {tr(str(entry.get('kind', '')))} × {entry.get('count', 0)}"


def _alike(entry: Mapping[str, Any]) -> str:
    return tr("“{file}” and “{like}”", file=entry.get("file", ""), like=entry.get("like", ""))


def _entries(card: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = card.get(key)
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []

"""Editors of choices: on or off, one of several, a colour, a file, a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field, Json, Option
from studio.shell.forms.editor import Editor
from studio.shell.i18n import say, tr, tr_spec
from studio.shell.widgets import CalmCombo, row, tool_button

FOLDER = "folder:"
"""How a reference to a model in a folder begins."""

Answer = Callable[[str], Sequence[Option]]
"""Answers the options of a live choice, given its `source`."""


class ToggleEditor(Editor):
    """On or off, with its label beside it."""

    owns_label = True

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.box = QCheckBox(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.setChecked(bool(field.default))
        self.box.toggled.connect(lambda _: self.changed.emit())
        self.retranslate()

    def value(self) -> Json:
        """Whether it is on."""
        return self.box.isChecked()

    def set_value(self, value: Json) -> None:
        """Switch it."""
        if isinstance(value, bool):
            self.box.setChecked(value)

    def input_widget(self) -> QWidget:
        """The box."""
        return self.box

    def retranslate(self) -> None:
        """Show the label."""
        super().retranslate()
        self.box.setText(self.title.replace("&", "&&"))


class LiveCombo(CalmCombo):
    """A drop-down list that asks what there is whenever it is opened."""

    def __init__(self, refresh: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refresh = refresh

    def showPopup(self) -> None:
        """Ask, then open."""
        self._refresh()
        super().showPopup()


class ChoiceEditor(Editor):
    """One of several options; those of a live `source` are asked for when the list opens."""

    def __init__(self, spec: GeneratorSpec, field: Field, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self._answer = answer
        self._labels: dict[str, str] = {}
        self.box = LiveCombo(self.refresh, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self._fill(field.default)
        self.box.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.retranslate()

    def value(self) -> Json:
        """The option's value."""
        return self.box.currentData() if self.box.currentIndex() >= 0 else self.field.default

    def set_value(self, value: Json) -> None:
        """Choose an option; a live choice keeps a value it does not know, since it may come back."""
        if not isinstance(value, str):
            return
        index = self.box.findData(value)
        if index < 0 and self.field.source:
            self.box.addItem(_name(value), value)
            index = self.box.count() - 1
        if index >= 0:
            self.box.setCurrentIndex(index)

    def input_widget(self) -> QWidget:
        """The list."""
        return self.box

    def refresh(self) -> None:
        """Ask the source again; the chosen value stays."""
        if self.field.source:
            chosen = self.value()
            self.box.blockSignals(True)
            self._fill(chosen)
            self.box.blockSignals(False)

    def retranslate(self) -> None:
        """Name the list and its options."""
        super().retranslate()
        for index in range(self.box.count()):
            value = self.box.itemData(index)
            if value in self._labels:
                self.box.setItemText(index, tr_spec(self.spec, self._labels[value]))
            elif value == "":
                self.box.setItemText(index, tr("None"))

    def _fill(self, chosen: str) -> None:
        options = [*self.field.options, *(self._answer(self.field.source) if self.field.source else ())]
        self._labels = {option.value: option.label for option in options}
        self.box.clear()
        for option in options:
            self.box.addItem(tr_spec(self.spec, option.label), option.value)
        if self.box.findData(chosen) < 0 and (self.field.source or not options):
            self.box.addItem(_name(chosen) or tr("None"), chosen)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))


class ModelEditor(ChoiceEditor):
    """One of the models there are, or one in a folder of the artist's, which is used where it lies."""

    def __init__(self, spec: GeneratorSpec, field: Field, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, answer, parent)
        self.browse = tool_button("folder-open", "Use the model in a folder", self._browse)
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.setDirection(QBoxLayout.Direction.LeftToRight)
        layout.setStretchFactor(self.box, 1)
        layout.addWidget(self.browse)
        self.setAcceptDrops(True)

    def use_folder(self, path: str) -> None:
        """Choose the model in this folder."""
        self.set_value(f"{FOLDER}{path}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder."""
        if _dropped_folder(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use the folder that was dropped."""
        if path := _dropped_folder(event):
            self.use_folder(path)
            event.acceptProposedAction()

    def _browse(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        chosen = self.value()
        start = chosen.removeprefix(FOLDER) if isinstance(chosen, str) and chosen.startswith(FOLDER) else ""
        if path := QFileDialog.getExistingDirectory(self, self.title, start):
            self.use_folder(path)


class ColorEditor(Editor):
    """A colour: a swatch that opens the colour dialog, and its code."""

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.swatch = QToolButton(self)
        self.swatch.setIconSize(QSize(40, 18))
        self.swatch.clicked.connect(self._pick)
        self.box = QLineEdit(self)
        self.box.setMaxLength(7)
        self.setLayout(row(self.swatch, self.box))
        self.box.textChanged.connect(self._follow)
        self.box.setText(field.default)
        self.retranslate()

    def value(self) -> Json:
        """The code as typed, lower case."""
        return self.box.text().lower()

    def set_value(self, value: Json) -> None:
        """Show a colour code."""
        if isinstance(value, str) and QColor.isValidColorName(value):
            self.box.setText(QColor(value).name())

    def input_widget(self) -> QWidget:
        """The code."""
        return self.box

    def retranslate(self) -> None:
        """Name both parts."""
        super().retranslate()
        self.swatch.setAccessibleName(tr("{field}: choose a colour", field=self.title))
        self.swatch.setToolTip(tr("Choose a colour"))

    def _follow(self, text: str) -> None:
        if QColor.isValidColorName(text):
            picture = QPixmap(40, 18)
            picture.fill(QColor(text))
            self.swatch.setIcon(QIcon(picture))
        self.changed.emit()

    def _pick(self) -> None:
        from PySide6.QtWidgets import QColorDialog

        chosen = QColorDialog.getColor(QColor(self.box.text()), self, self.title)
        if chosen.isValid():
            self.box.setText(chosen.name())


class PathEditor(Editor):
    """A file or folder of the artist's: typed, chosen or dropped."""

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.box = QLineEdit(self)
        self.box.setClearButtonEnabled(True)
        self.box.setAcceptDrops(False)
        self.setAcceptDrops(True)
        is_folder = field.kind == "folder"
        browse = "Choose a folder" if is_folder else "Choose a file"
        self.browse = tool_button("folder-open" if is_folder else "file", browse, self._browse)
        self.setLayout(row(self.box, self.browse, spacing=4))
        say(
            self.box.setPlaceholderText,
            "Drop a folder here, or choose one" if is_folder else "Drop a file here, or choose one",
        )
        self.box.setText(field.default)
        self.box.textChanged.connect(self.changed)
        self.retranslate()

    def value(self) -> Json:
        """The path, empty for none."""
        return self.box.text().strip()

    def set_value(self, value: Json) -> None:
        """Show a path."""
        if isinstance(value, str):
            self.box.setText(value)

    def input_widget(self) -> QWidget:
        """The path."""
        return self.box

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file or folder that fits."""
        if self._fitting(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use what was dropped."""
        if path := self._fitting(event):
            self.box.setText(path)
            event.acceptProposedAction()

    def _fitting(self, event: QDropEvent) -> str:
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            fits = path.is_dir() if self.field.kind == "folder" else path.is_file() and self._suffix_fits(path)
            if url.isLocalFile() and fits:
                return str(path)
        return ""

    def _suffix_fits(self, path: Path) -> bool:
        return not self.field.suffixes or path.name.lower().endswith(self.field.suffixes)

    def _browse(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        start = str(Path(self.box.text()).parent) if self.box.text() else ""
        if self.field.kind == "folder":
            chosen = QFileDialog.getExistingDirectory(self, self.title, self.box.text())
        else:
            pattern = " ".join(f"*{suffix}" for suffix in self.field.suffixes)
            kinds = f"{self.title} ({pattern})" if pattern else ""
            chosen, _ = QFileDialog.getOpenFileName(self, self.title, start, kinds)
        if chosen:
            self.box.setText(chosen)


def _name(value: str) -> str:
    """What a value that has no label is shown as: of a folder its last part."""
    return Path(value.removeprefix(FOLDER)).name if value.startswith(FOLDER) else value


def _dropped_folder(event: QDropEvent) -> str:
    """The folder among what is dropped, empty when there is none."""
    paths = (url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
    return next((path for path in paths if Path(path).is_dir()), "")

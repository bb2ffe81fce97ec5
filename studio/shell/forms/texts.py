"""Editors of written values: the prompt with its history, other texts, and secrets."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field, Json
from studio.shell.forms.editor import Editor
from studio.shell.forms.history import PromptHistory
from studio.shell.i18n import say, tr
from studio.shell.icons import decorate, icon
from studio.shell.widgets import row, tool_button


class GrowingText(QPlainTextEdit):
    """A text box as tall as its text, between `least` and `most` lines; Tab goes on to the next field.

    Signals:
        recalled(int): Alt+Up (−1) or Alt+Down (1) asks for another text of the history.
    """

    recalled = Signal(int)

    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with up and down walks through the history."""
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.recalled.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """As tall as `_fit` made it."""
        return QSize(160, self.minimumHeight())

    def _fit(self) -> None:
        lines = max(self._least, min(self._most, int(self.document().size().height())))
        frame = 2 * int(self.document().documentMargin()) + 12
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + frame)


class TextEditor(Editor):
    """A text of one or more lines."""

    lines = (1, 6)

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.box = GrowingText(*self.lines, parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.setPlainText(field.default)
        self.box.textChanged.connect(self.changed)
        self.retranslate()

    def value(self) -> Json:
        """The text as written."""
        return self.box.toPlainText()

    def set_value(self, value: Json) -> None:
        """Replace the text as one step that *undo* takes back."""
        if not isinstance(value, str) or value == self.box.toPlainText():
            return
        cursor = self.box.textCursor()
        cursor.beginEditBlock()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(value)
        cursor.endEditBlock()
        self.box.setTextCursor(cursor)

    def input_widget(self) -> QWidget:
        """The text box."""
        return self.box


class PromptEditor(TextEditor):
    """The main text: a large box with undo and a history of what was asked before."""

    lines = (4, 10)

    def __init__(
        self, spec: GeneratorSpec, field: Field, history: PromptHistory, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, field, parent)
        self._history = history
        self._place = 0
        self._draft = ""
        self.box.recalled.connect(self._recall)
        self.menu_button = tool_button("clock-counter-clockwise", "Earlier prompts (Alt+Up)")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.menu_button)
        self._menu.setToolTipsVisible(False)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.menu_button.setMenu(self._menu)
        self.undo_button = tool_button("arrow-counter-clockwise", "Undo", self.box.undo)
        self.redo_button = tool_button("arrow-clockwise", "Redo", self.box.redo)
        for step, enabled in ((self.undo_button, self.box.undoAvailable), (self.redo_button, self.box.redoAvailable)):
            step.setEnabled(False)
            enabled.connect(step.setEnabled)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setSpacing(2)
        layout.addLayout(row(self.menu_button, None, self.undo_button, self.redo_button, spacing=2))
        say(self.box.setPlaceholderText, "Describe what you want to see, hear or read …")

    def remember(self) -> None:
        """Keep what is written in the history; called when it is used."""
        self._history.add(self.box.toPlainText())
        self._place = 0

    def _recall(self, step: int) -> None:
        known = self._history.entries
        if self._place == 0:
            self._draft = self.box.toPlainText()
        place = max(0, min(len(known), self._place - step))
        if place != self._place:
            self._place = place
            self.set_value(known[place - 1] if place else self._draft)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for text in self._history.entries[:15]:
            line = " ".join(text.split())
            action = self._menu.addAction((line[:60] + "…" if len(line) > 60 else line).replace("&", "&&"))
            action.triggered.connect(lambda _=False, text=text: self.set_value(text))
        if self._menu.isEmpty():
            self._menu.addAction(tr("Nothing yet: prompts you use appear here")).setEnabled(False)


class SecretEditor(Editor):
    """A password or key: hidden while typed, shown only while its eye is pressed in."""

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.box = QLineEdit(self)
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.setMaxLength(field.max_length)
        self._eye = QAction(self.box)
        self._eye.setCheckable(True)
        decorate(self._eye, "eye")
        say(self._eye.setText, "Show what is written")
        self._eye.toggled.connect(self._show_text)
        self.box.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.textChanged.connect(self.changed)
        self.retranslate()

    def value(self) -> Json:
        """The secret."""
        return self.box.text()

    def set_value(self, value: Json) -> None:
        """Replace the secret."""
        if isinstance(value, str):
            self.box.setText(value)

    def input_widget(self) -> QWidget:
        """The line."""
        return self.box

    def _show_text(self, shown: bool) -> None:
        self.box.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(icon("eye-slash" if shown else "eye"))

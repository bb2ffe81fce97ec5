"""Ctrl+K: every command, found by a few letters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.shell.commands import Commands, Entry
from studio.shell.i18n import say
from studio.shell.icons import icon
from studio.shell.theme import set_role, tokens
from studio.shell.widgets import GAP, label

Index = QModelIndex | QPersistentModelIndex

KEYS = Qt.ItemDataRole.UserRole
"""Where an item of the list has its keys."""


class _Lines(QStyledItemDelegate):
    """Draws each command with its keys at the right: a widget for each would make typing wait for hundreds of them."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Shorten a text that would run into the keys."""
        super().initStyleOption(option, index)
        metrics = option.fontMetrics
        taken = option.decorationSize.width() + metrics.horizontalAdvance(index.data(KEYS)) + 5 * GAP
        option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, option.rect.width() - taken)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the keys over the line."""
        super().paint(painter, option, index)
        painter.setPen(QColor(tokens().muted))
        place = option.rect.adjusted(0, 0, -GAP, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(KEYS))


class CommandPalette(QDialog):
    """A search box over a list; Enter runs the chosen command, Escape leaves."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("Palette")
        self._entries: list[Entry] = commands.entries()
        self._shown: list[Entry] = []
        say(self.setWindowTitle, "Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        say(self.search.setPlaceholderText, "What do you want to do?")
        say(self.search.setAccessibleName, "Search commands")
        set_role(self.search, "search")
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(18, 18))
        say(self.list.setAccessibleName, "Commands")
        self.list.setItemDelegate(_Lines(self.list))
        self.list.itemClicked.connect(lambda _: self._run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self._none = label("Nothing found", "muted")
        self._none.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._none)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.resize(min(560, parent.width() - 80), min(440, parent.height() - 120))
        self.move(parent.mapToGlobal(QPoint((parent.width() - self.width()) // 2, 64)))
        self._fill("")
        self.search.setFocus()

    def shown(self) -> list[str]:
        """The texts listed, best first."""
        return [entry.text for entry in self._shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the search box move through the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in steps:
                place = self.list.currentRow() + steps[Qt.Key(event.key())]
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, place)))
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, pattern: str) -> None:
        scored = [(entry.fit(pattern), entry) for entry in self._entries]
        fitting = [(score, entry) for score, entry in scored if score is not None]
        if pattern.strip():
            fitting.sort(key=lambda pair: -pair[0])
        self._shown = [entry for _, entry in fitting]
        self.list.clear()
        height = QSize(0, self.list.fontMetrics().lineSpacing() + 14)
        for command in self._shown:
            entry = QListWidgetItem(command.text)
            entry.setData(KEYS, command.keys)
            if command.icon:
                entry.setIcon(icon(command.icon))
            entry.setSizeHint(height)
            self.list.addItem(entry)
        self._none.setVisible(not self._shown)
        self.list.setVisible(bool(self._shown))
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self._shown):
            run = self._shown[place].run
            self.close()
            run()

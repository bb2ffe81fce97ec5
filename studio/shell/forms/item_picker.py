"""A small window to take one item of a certain kind from the library."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.shell.i18n import say, tr
from studio.shell.icons import pixmap
from studio.shell.theme import set_role, tokens
from studio.shell.widgets import button, label, row
from studio.shell.workshop import KIND_ICONS, Workshop

SIDE = 112
MOST = 120


class ItemPicker(QDialog):
    """The newest items of a kind, with a search.

    Attributes:
        chosen: the id of the item taken, empty for none.
    """

    def __init__(self, workshop: Workshop, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._kind = kind
        self.chosen = ""
        say(self.setWindowTitle, "Take from the library")
        self.search_box = QLineEdit()
        set_role(self.search_box, "search")
        say(self.search_box.setPlaceholderText, "Search the library")
        say(self.search_box.setAccessibleName, "Search the library")
        self.search_box.textChanged.connect(self._fill)
        self.take_button = button("Take it", self._take, role="primary")
        self.take_button.setEnabled(False)
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setGridSize(QSize(SIDE + 24, SIDE + 40))
        say(self.list.setAccessibleName, "Items of the library")
        self.list.itemActivated.connect(lambda _: self._take())
        self.list.currentItemChanged.connect(lambda now, _: self.take_button.setEnabled(now is not None))
        self._none = label("There is nothing of this kind in the library yet.", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        for thing in (self.search_box, self.list, self._none):
            layout.addWidget(thing)
        layout.addLayout(row(None, button("Cancel", self.reject), self.take_button))
        self.resize(720, 540)
        self._fill("")

    def _fill(self, words: str) -> None:
        self.list.clear()
        for item in self._workshop.find_items(self._kind, words, MOST):
            entry = QListWidgetItem(item.title or tr("Untitled"))
            entry.setData(Qt.ItemDataRole.UserRole, item.id)
            path = self._workshop.thumbnail_file(item)
            picture = QPixmap(str(path)) if path is not None else QPixmap()
            if picture.isNull():
                picture = pixmap(KIND_ICONS.get(item.kind, "file"), 48, tokens().muted)
            entry.setIcon(QIcon(picture))
            self.list.addItem(entry)
        self._none.setVisible(self.list.count() == 0)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        entry = self.list.currentItem()
        if entry is not None:
            self.chosen = str(entry.data(Qt.ItemDataRole.UserRole))
            self.accept()

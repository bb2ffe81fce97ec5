"""A small window to take one item of a certain kind from the library."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.shell.i18n import say, tr
from studio.shell.icons import pixmap
from studio.shell.library.thumbnails import Thumbnails
from studio.shell.theme import set_role, tokens
from studio.shell.viewers.background import Background, Task
from studio.shell.widgets import button, label, row
from studio.shell.workshop import KIND_ICONS, Workshop

if TYPE_CHECKING:
    from studio.library.items import Item

SIDE = 112
MOST = 120
REST_MS = 150
"""How long the keys must rest before the library is searched."""

PATH = Qt.ItemDataRole.UserRole + 1
"""Role of an entry that holds its thumbnail's file."""

Found = list[tuple["Item", Path | None]]
"""Items, each with its thumbnail's file if there is one."""


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
        self._keys_rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._keys_rest.timeout.connect(self._search)
        self.search_box.textChanged.connect(self._typed)
        self._searching: Task | None = None
        self._thumbnails = Thumbnails(Background.shared(), self)
        self._thumbnails.side = int(SIDE * self.devicePixelRatio())
        self._thumbnails.arrived.connect(self._thumbnail_arrived)
        self.take_button = button("Take it", self._take, role="primary")
        self.take_button.setDefault(True)
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
        self._none.hide()
        self._search()

    def _typed(self) -> None:
        """What is listed, or being looked for, is not what was typed."""
        self._drop_search()
        self.take_button.setEnabled(False)
        self._keys_rest.start()

    def _drop_search(self) -> None:
        if self._searching is not None:
            self._searching.cancel()

    def _search(self) -> None:
        """Ask the library for what is typed."""
        self._drop_search()
        self._searching = Background.shared().run(
            partial(self._find, self.search_box.text()), self._show_found, owner=self
        )

    def _find(self, words: str) -> Found:
        """Runs on a background thread."""
        found = self._workshop.find_items(self._kind, words, MOST)
        return [(item, self._workshop.thumbnail_file(item)) for item in found]

    def _show_found(self, found: Found) -> None:
        self.list.clear()
        plain = QIcon(pixmap(KIND_ICONS.get(self._kind, "file"), 48, tokens().muted))
        for item, path in found:
            entry = QListWidgetItem(plain, item.title or tr("Untitled"))
            entry.setData(Qt.ItemDataRole.UserRole, item.id)
            entry.setData(PATH, str(path or ""))
            self.list.addItem(entry)
            self._show_thumbnail(entry)
        self._thumbnails.want([str(path) for _, path in found if path is not None])
        self._none.setVisible(not found)
        self.list.setCurrentRow(0)

    def _thumbnail_arrived(self, path: str) -> None:
        for entry in map(self.list.item, range(self.list.count())):
            if entry.data(PATH) == path:
                self._show_thumbnail(entry)

    def _show_thumbnail(self, entry: QListWidgetItem) -> None:
        picture = self._thumbnails.get(entry.data(PATH))
        if picture is not None and not picture.isNull():
            made = QPixmap.fromImage(picture)
            made.setDevicePixelRatio(self.devicePixelRatio())
            entry.setIcon(QIcon(made))

    def _take(self) -> None:
        entry = self.list.currentItem()
        if entry is not None:
            self.chosen = str(entry.data(Qt.ItemDataRole.UserRole))
            self.accept()

"""A long list of sentences, each translated when it is seen: hundreds of thousands would take the window's time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QListView, QWidget

from studio.shell.widgets import as_plain_tip

LINE = 24
"""Height of a line, pixels."""

Entry = TypeVar("Entry")
Index = QModelIndex | QPersistentModelIndex


class SentenceList(QListView):
    """Shows what `told` says of each entry, in one line; the whole sentence is the line's tooltip."""

    def __init__(self, entries: Sequence[Entry], told: Callable[[Entry], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the file's name and the reason stay
        self.setModel(_Sentences(entries, told, self))


class _Sentences(QAbstractListModel):
    def __init__(self, entries: Sequence[Entry], told: Callable[[Entry], str], parent: QObject) -> None:
        super().__init__(parent)
        self._count = len(entries)
        self._told: Callable[[int], str] = lambda row: told(entries[row])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._told(index.row())
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, LINE)  # as wide as the list, however long the sentence
        return as_plain_tip(self._told(index.row())) if role == Qt.ItemDataRole.ToolTipRole else None

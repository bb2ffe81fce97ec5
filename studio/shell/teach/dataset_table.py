"""The files of a dataset as a table: a small picture, the name, a caption to type, and what the file is used for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QImageReader

from studio.sdk.datasets import Dataset, DatasetItem, read_text
from studio.shell.i18n import tr
from studio.shell.viewers.background import Background, Task
from studio.shell.viewers.inspector import Inquiry, Inspector, Measured
from studio.shell.viewers.pictures import as_icon, picture_reader

ICON_SIDE = 48
"""Side of the small pictures, pixels."""

ROLL_WIDTH = 76
"""Width of the small piano rolls, pixels: they are as high as the pictures, and longer."""

HEADERS = ("File", "Caption", "Used to")
FILE, CAPTION, USE = range(3)

LONGEST_CAPTION = 2000

FIRST_LINES, FIRST_LETTERS = 12, 1000
"""How much of a text is shown."""

PICTURED = frozenset({"image", "score", "mesh"})
"""Kinds of datasets whose files have small pictures."""

_MOST_ASKED = 60
"""Small pictures that may be waited for at once: somewhat more than are seen."""

Index = QModelIndex | QPersistentModelIndex


class DatasetTable(QAbstractTableModel):
    """A dataset's files that a search leaves, with captions that can be changed.

    Attributes:
        dataset: as it is on the disk.
        changed: captions typed, by index into `Dataset.items`.

    Signals:
        edited: `changed` is other than before.
    """

    edited = Signal()

    def __init__(self, dataset: Dataset, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dataset = dataset
        self.changed: dict[int, str] = {}
        self._shown: Sequence[int] = range(len(dataset.items))
        self._pictures: dict[int, QIcon | None] = {}
        self._asked: dict[int, Task | Inquiry] = {}
        self._ratio = 1.0

    def use_ratio(self, ratio: float) -> None:
        """Pixels of the screen for each logical one."""
        self._ratio = ratio

    def search(self, words: str, *, uncaptioned: bool) -> None:
        """Show the files whose name or caption holds all words; only those without a caption, where wanted."""
        wanted = words.casefold().split()
        self.beginResetModel()
        self._shown = [
            place
            for place, item in enumerate(self.dataset.items)
            if not (uncaptioned and self.caption(place))
            and all(word in f"{file_name(item)} {self.caption(place)}".casefold() for word in wanted)
        ]
        self.endResetModel()

    def caption(self, place: int) -> str:
        """The caption of item `place`, as typed or as it was."""
        return self.changed.get(place, self.dataset.items[place].caption)

    def place(self, row: int) -> int:
        """Which of `Dataset.items` row `row` shows."""
        return self._shown[row]

    def give_captions(self, row: int, captions: Sequence[str]) -> int:
        """Captions for the rows from `row` on; returns for how many there was no row."""
        taken = captions[: len(self._shown) - row]
        for offset, caption in enumerate(taken):
            self._give(self.place(row + offset), caption)
        self.dataChanged.emit(self.index(row, CAPTION), self.index(self.rowCount() - 1, CAPTION))
        self.edited.emit()
        return len(captions) - len(taken)

    def _give(self, place: int, caption: str) -> None:
        plain = " ".join(caption.split())[:LONGEST_CAPTION]
        if plain == self.dataset.items[place].caption:
            self.changed.pop(place, None)
        else:
            self.changed[place] = plain

    # ---- the model's interface ---------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Files shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """File, caption, use."""
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(HEADERS[section])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Captions can be typed."""
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() == CAPTION else usual

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        place, column = self.place(index.row()), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(place, column)
        if role == Qt.ItemDataRole.DecorationRole and column == FILE and self.dataset.kind in PICTURED:
            return self._picture(place)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a typed caption."""
        if role != Qt.ItemDataRole.EditRole or index.column() != CAPTION:
            return False
        self.give_captions(index.row(), [str(value)])
        return True

    def _text(self, place: int, column: int) -> str:
        item = self.dataset.items[place]
        if column == FILE:
            return file_name(item)
        if column == CAPTION:
            return self.caption(place)
        return tr("test with") if item.held_out else tr("learn from")

    def _picture(self, place: int) -> QIcon | None:
        """A small picture; it is read when it is first seen, off the window's thread."""
        if place not in self._pictures:
            self._pictures[place] = None
            self._ask(place)
        return self._pictures[place]

    def _ask(self, place: int) -> None:
        """Have a picture made; what was asked for long ago is out of sight, and asked for when it is back."""
        if len(self._asked) >= _MOST_ASKED:
            oldest = next(iter(self._asked))
            self._asked.pop(oldest).cancel()
            del self._pictures[oldest]
        path, side = self.dataset.items[place].path, round(icon_width(self.dataset.kind) * self._ratio)
        done = partial(self._seen, place)

        def failed(_why: object) -> None:
            self._asked.pop(place, None)

        if self.dataset.kind == "image":
            self._asked[place] = Background.shared().run(partial(small_picture, path, side), done, failed, self)
        else:

            def drawn(measured: Measured) -> None:
                done(measured.picture(side))

            self._asked[place] = Inspector.shared().ask("thumbnail", path, drawn, failed, self)

    def _seen(self, place: int, picture: QImage) -> None:
        self._asked.pop(place, None)
        if not picture.isNull():
            self._pictures[place] = as_icon(picture, self._ratio)
            self.dataChanged.emit(self.index(0, FILE), self.index(self.rowCount() - 1, FILE))


def icon_width(kind: str) -> int:
    """Width of the small pictures of a dataset, pixels."""
    return ROLL_WIDTH if kind == "score" else ICON_SIDE


def file_name(item: DatasetItem) -> str:
    """What an item is called: its file, and of texts that were copied from a file, which part of it they are."""
    return str(item.meta.get("from") or item.path.name)


def small_picture(path: Path, side: int) -> QImage:
    """A picture fitted into a square of `side` pixels, small ones enlarged; null where it cannot be read."""
    try:
        reader: QImageReader = picture_reader(path)
    except ValueError:
        return QImage()
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    picture = reader.read()
    if picture.isNull() or max(picture.width(), picture.height()) >= side:
        return picture
    return picture.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)


def beginning(item: DatasetItem) -> str:
    """The first lines of a text, read without the rest where it is a file of its own.

    Raises:
        OSError: the file is gone or cannot be read.
        ValueError: it is not where the manifest says.
    """
    if "offset" in item.meta:
        return _first_lines(read_text(item))
    with item.path.open("rb") as stream:
        raw = stream.read(4 * FIRST_LETTERS)
    return _first_lines(raw.decode("utf-8-sig", "ignore"))


def _first_lines(text: str) -> str:
    return "\n".join(text.lstrip()[:FIRST_LETTERS].splitlines()[:FIRST_LINES])

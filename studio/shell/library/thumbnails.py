"""Small pictures for the grid: decoded off the GUI thread, newest wish first, least recently seen forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QPainter

from studio.shell.viewers.background import Background
from studio.shell.viewers.pictures import picture_reader

_BUDGET_BYTES = 192 * 2**20
_IN_FLIGHT = 4
_MOST_PIXELS = 4096 * 4096
"""A picture that claims more than this is no thumbnail and is not decoded."""


class Thumbnails(QObject):
    """Decoded thumbnails at the size the grid shows them.

    Attributes:
        side: pixels a side of a card.
        radius: radius of a card's corners, pixels.
        sparing: decode one at a time, because the window's thread needs the processor: something scrolls.

    Signals:
        arrived: the thumbnail of this path can be drawn now.
    """

    arrived = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None, budget: int = _BUDGET_BYTES) -> None:
        super().__init__(parent)
        self.side = 160
        self.radius = 0.0
        self.sparing = False
        self._background = background
        self._budget = budget
        self._bytes = 0
        self._images: OrderedDict[str, tuple[QImage, int]] = OrderedDict()
        self._flying: set[str] = set()
        self._wanted: list[str] = []

    def get(self, path: str) -> QImage | None:
        """The picture if it is here, null if the file holds none; it may be of another size while a new one is made."""
        held = self._images.get(path)
        if held is None:
            return None
        self._images.move_to_end(path)
        return held[0]

    def want(self, paths: Sequence[str]) -> None:
        """Decode these, first ones first; earlier wishes that have not started are forgotten."""
        self._wanted = [path for path in paths if self._missing(path)]
        self._start()

    def forget(self, path: str) -> None:
        """Read the file again at the next wish: it changed."""
        held = self._images.pop(path, None)
        if held:
            self._bytes -= held[0].sizeInBytes()

    def forget_missing(self) -> None:
        """Try again those that could not be read."""
        for path in [path for path, (image, _) in self._images.items() if image.isNull()]:
            del self._images[path]

    def _missing(self, path: str) -> bool:
        held = self._images.get(path)
        return path not in self._flying and (held is None or held[1] != self.side)

    def _start(self) -> None:
        limit = 1 if self.sparing else _IN_FLIGHT
        while self._wanted and len(self._flying) < limit:
            path, side = self._wanted.pop(0), self.side
            self._flying.add(path)
            self._background.run(
                partial(decode, Path(path), side, self.radius), partial(self._keep, path, side), None, self
            )

    def _keep(self, path: str, side: int, image: QImage) -> None:
        self._flying.discard(path)
        self.forget(path)
        self._images[path] = (image, side)
        self._bytes += image.sizeInBytes()
        while self._bytes > self._budget and len(self._images) > 1:
            _, (dropped, _) = self._images.popitem(last=False)
            self._bytes -= dropped.sizeInBytes()
        self.arrived.emit(path)
        self._start()


def decode(path: Path, side: int, radius: float = 0.0, most: int = _MOST_PIXELS) -> QImage:
    """The picture at `path`, fitted into a square of `side` pixels.

    Null when there is none, it cannot be read, or it claims more than `most` pixels.
    """
    try:
        reader = picture_reader(path)
    except ValueError:
        return QImage()
    size = reader.size()
    if size.isValid() and size.width() * size.height() > most:
        return QImage()
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return image
    if abs(image.width() - image.height()) <= 0.04 * image.height():
        return rounded(image, radius)
    wanted = QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
    return image.convertToFormat(wanted)


def rounded(image: QImage, radius: float) -> QImage:
    """The picture with its corners cut round, as it fills a card with such corners."""
    made = QImage(image.size(), QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(image))
    painter.drawRoundedRect(QRectF(image.rect()), radius, radius)
    painter.end()
    return made

"""Decoded pictures at several sizes, so that any zoom draws fast and smooth. Made on background threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QImageReader, QPixmap

MOST_PIXELS = 120_000_000
"""Larger pictures are shown scaled down: 480 MB is enough for one picture on the screen."""

FORMATS = frozenset({"png", "jpeg", "jpg", "webp", "gif", "bmp", "tiff", "tif", "ppm", "pgm", "pbm"})
"""Pixels only: a drawing such as SVG could refer to other files, whatever its own file is called."""

_ALLOCATION_MB = 2048
_SMALLEST = 384


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and its halves.

    Attributes:
        levels: the picture, then each half the size of the one before; never empty.
        size: the size of the file's picture, which may be larger than the first level's.
    """

    levels: tuple[QImage, ...]
    size: QSize

    @property
    def image(self) -> QImage:
        """The finest level."""
        return self.levels[0]

    @property
    def reduced(self) -> bool:
        """Whether the file holds more pixels than are shown."""
        return self.size != self.image.size()

    def level_for(self, scale: float) -> QImage:
        """The coarsest level that still has a pixel for each screen pixel at `scale` screen pixels per image pixel."""
        chosen = self.levels[0]
        width = self.size.width() * scale
        for level in self.levels[1:]:
            if level.width() < width:
                break
            chosen = level
        return chosen


def picture_of(image: QImage, size: QSize | None = None) -> Picture:
    """A decoded image with its halves."""
    levels = [image]
    while max(levels[-1].width(), levels[-1].height()) > _SMALLEST and min(levels[-1].width(), levels[-1].height()) > 1:
        half = QSize((levels[-1].width() + 1) // 2, (levels[-1].height() + 1) // 2)
        smooth = Qt.TransformationMode.SmoothTransformation
        levels.append(levels[-1].scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
    return Picture(tuple(levels), size or image.size())


def picture_reader(path: Path) -> QImageReader:
    """A reader for a picture file, by its content.

    Raises:
        ValueError: it holds none of the formats of `FORMATS`; a sentence.
    """
    QImageReader.setAllocationLimit(_ALLOCATION_MB)
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    found = bytes(reader.format().data()).decode("ascii", "replace")
    if found not in FORMATS:
        raise ValueError(reader.errorString() if not found else f"“{found}” is no picture format")
    return reader


def read_picture(path: Path) -> Picture:
    """Decode a picture file and make its halves. Raises `ValueError` as `read_finest` does."""
    return halved(read_finest(path))


def halved(picture: Picture) -> Picture:
    """The same picture with all its halves."""
    return picture_of(picture.image, picture.size)


def read_finest(path: Path) -> Picture:
    """Decode a picture file, without the halves yet.

    Raises:
        ValueError: it holds no picture that can be read; the message is the decoder's.
    """
    reader = picture_reader(path)
    size = reader.size()
    pixels = size.width() * size.height()
    if size.isValid() and pixels > MOST_PIXELS:
        share = (MOST_PIXELS / pixels) ** 0.5
        reader.setScaledSize(QSize(int(size.width() * share), int(size.height() * share)).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        raise ValueError(reader.errorString())
    swapped = image.width() > image.height() != size.width() > size.height()
    full = QSize(size.height(), size.width()) if swapped else size
    return Picture((image,), full if size.isValid() and pixels > MOST_PIXELS else image.size())


def as_icon(picture: QImage, ratio: float) -> QIcon:
    """A picture of `ratio` pixels to each logical one as an icon, which selecting does not tint as it would others."""
    made = QPixmap.fromImage(picture)
    made.setDevicePixelRatio(ratio)
    icon = QIcon(made)
    icon.addPixmap(made, QIcon.Mode.Selected)
    return icon

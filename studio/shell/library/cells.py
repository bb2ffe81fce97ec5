"""How one item of the grid looks: a card with its thumbnail, its title and a few marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from studio.shell import icons
from studio.shell.library.source import Row
from studio.shell.theme import Tokens, text_font

TITLE_HEIGHT = 30
"""Room under the thumbnail for one line of title."""

RADIUS = 8
KIND_ICONS = {
    "text": "article",
    "image": "image",
    "audio": "headphones",
    "score": "music-notes",
    "mesh": "cube",
    "video": "film-strip",
}
_DRAWN_KINDS = frozenset({"text", "audio", "score"})
"""Thumbnails of these are drawings on a ground of one colour, which the rest of the card takes on."""

_ON_MEDIA = "#ffffff"
_SHADE = QColor(0, 0, 0, 140)
"""Marks lie on pictures of any colour: white on a translucent black, in both themes."""


@dataclass(frozen=True, slots=True)
class CellState:
    """What is true of a cell besides its row."""

    selected: bool = False
    current: bool = False
    hovered: bool = False


class CellPainter:
    """Draws cells; keeps what is costly to make between them."""

    def __init__(self, colors: Tokens, pixels: int) -> None:
        self.colors = colors
        self.font: QFont = text_font(pixels)
        self._metrics = QFontMetrics(self.font)
        self._muted = QColor(colors.muted)
        self._text = QColor(colors.text)
        self._raised = QColor(colors.raised)
        self._hover = QColor(colors.hover)
        self._selected = QColor(colors.selected)
        self._accent = QColor(colors.accent)
        self._icon = lru_cache(64)(icons.pixmap)
        self._elided = lru_cache(4096)(self._elide)

    def paint(self, painter: QPainter, cell: QRect, row: Row | None, image: QImage | None, state: CellState) -> None:
        """Draw `row` into `cell`; a row of None is one that has not been fetched yet."""
        card = QRect(cell.left(), cell.top(), cell.width(), cell.width())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._selected if state.selected else self._hover if state.hovered else self._raised)
        if row is not None and image is not None and row.kind in _DRAWN_KINDS and not state.selected:
            painter.setBrush(_ground(image) or painter.brush())
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        if row is not None:
            self._thumbnail(painter, card, row, image)
            self._marks(painter, card, row)
            self._title(painter, cell, row)
        if state.selected or state.current:
            self._outline(painter, card, state)

    def _thumbnail(self, painter: QPainter, card: QRect, row: Row, image: QImage | None) -> None:
        if image is None or image.isNull():
            size = max(20, min(48, card.width() // 4))
            at = card.center() - QPoint(size // 2, size // 2)
            # Nothing flashes while a thumbnail is on its way; the sign is for items that have none.
            if row.thumbnail is None or image is not None:
                painter.drawPixmap(at, self._icon(KIND_ICONS.get(row.kind, "file"), size, self.colors.muted))
            return
        fitted = image.size().scaled(card.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(QPoint(0, 0), fitted)
        target.moveLeft(card.left() + (card.width() - fitted.width()) // 2)
        target.moveTop(card.top() + (card.height() - fitted.height()) // 2)
        painter.drawImage(target, image)

    def _marks(self, painter: QPainter, card: QRect, row: Row) -> None:
        if row.favourite:
            self._mark(painter, QRect(card.right() - 29, card.top() + 6, 24, 24), "heart-fill")
        if row.rating:
            width = 13 * row.rating + 9
            self._pill(painter, QRect(card.left() + 6, card.bottom() - 27, width, 21))
            star = self._icon("star-fill", 12, _ON_MEDIA)
            for place in range(row.rating):
                painter.drawPixmap(card.left() + 11 + 13 * place, card.bottom() - 23, star)
        if row.kind != "image":
            self._mark(painter, QRect(card.left() + 6, card.top() + 6, 24, 24), KIND_ICONS.get(row.kind, "file"))

    def _mark(self, painter: QPainter, rect: QRect, name: str) -> None:
        self._pill(painter, rect)
        painter.drawPixmap(rect.topLeft() + QPoint(5, 5), self._icon(name, 14, _ON_MEDIA))

    @staticmethod
    def _pill(painter: QPainter, rect: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawRoundedRect(rect, 6, 6)

    def _title(self, painter: QPainter, cell: QRect, row: Row) -> None:
        line = QRect(cell.left() + 2, cell.top() + cell.width() + 4, cell.width() - 4, TITLE_HEIGHT - 8)
        painter.setFont(self.font)
        painter.setPen(self._text)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(line, flags, self._elided(row.title, line.width()))

    def _elide(self, title: str, width: int) -> str:
        shown = " ".join(title[:400].split())
        return self._metrics.elidedText(shown, Qt.TextElideMode.ElideRight, width)

    def _outline(self, painter: QPainter, card: QRect, state: CellState) -> None:
        pen = QPen(self._accent, 2.0)
        if not state.selected:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)


def _ground(image: QImage) -> QColor | None:
    """The colour a drawing begins with; None where it is see-through."""
    if image.isNull():
        return None
    color = image.pixelColor(0, 0)
    return color if color.alpha() == 255 else None

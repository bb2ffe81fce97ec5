"""Dragging items out of the library, to other programs and to inputs of our own forms."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from studio.shell.library.source import Row
from studio.shell.theme import Tokens, text_font, tokens

MOST_DRAGGED = 500
"""More files at once are more than other programs take."""

ITEMS = "application/x-atelier-items"
"""Ids of library items, one a line; our own forms prefer them to files."""


def drag_out(source: QWidget, rows: Sequence[Row], pictures: list[QImage]) -> None:
    """Let the artist drop these items' files somewhere; returns when they have."""
    if not rows:
        return
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(row.path)) for row in rows])
    carried.setData(ITEMS, "\n".join(row.id for row in rows).encode())
    drag = QDrag(source)
    drag.setMimeData(carried)
    drag.setPixmap(drag_picture(pictures, len(rows), tokens()))
    drag.exec(Qt.DropAction.CopyAction)


def drag_picture(images: list[QImage], count: int, colors: Tokens) -> QPixmap:
    """What hangs at the pointer while items are dragged: up to three thumbnails and how many there are."""
    side = 96
    made = QPixmap(QSize(side + 16, side + 16))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, image in reversed(list(enumerate(images[:3]))):
        size = image.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)
        painter.setOpacity(0.9)
        painter.drawImage(QRect(QPoint(8 * place, 8 * place), size), image)
    if count > 1:
        painter.setOpacity(1.0)
        badge = QRect(side - 24, 0, 36, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(badge, 11, 11)
        painter.setPen(QColor(colors.accent_text))
        painter.setFont(text_font(13, strong=True))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, f"{min(count, 999)}")
    painter.end()
    return made

"""One time axis for several surfaces: the part that shows, the playhead, and what all surfaces over it share."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.shell.i18n import say
from studio.shell.theme import tokens
from studio.shell.viewers.controls import clock

_SHORTEST = 0.5
"""Seconds: no closer look than this."""


class Span(QObject):
    """The part of a piece that shows, and the playhead; seconds.

    Signals:
        changed: another part shows.
        moved: the playhead is elsewhere.
    """

    changed = Signal()
    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.length = 1.0
        self.position = 0.0

    def reset(self, duration: float) -> None:
        """Show all of a piece of this length."""
        self.duration = max(0.0, duration)
        self.start, self.length, self.position = 0.0, max(_SHORTEST, self.duration), 0.0
        self.changed.emit()

    def zoom(self, factor: float, at: float) -> None:
        """Show less (factor > 1) or more around a moment."""
        length = max(
            min(_SHORTEST, self.duration or _SHORTEST), min(max(_SHORTEST, self.duration), self.length / factor)
        )
        self.start = at - (at - self.start) * length / self.length
        self.length = length
        self.scroll(0.0)

    def scroll(self, seconds: float) -> None:
        """Show a later or earlier part."""
        self.start = max(0.0, min(self.duration - self.length, self.start + seconds))
        self.changed.emit()

    def move(self, position: float) -> None:
        """The playhead is here; the view follows when it runs out of it."""
        self.position = max(0.0, min(self.duration, position))
        if not self.start <= self.position <= self.start + self.length:
            self.start = max(0.0, min(self.duration - self.length, self.position - self.length * 0.05))
            self.changed.emit()
        else:
            self.moved.emit()


class TimeSurface(QWidget):
    """A surface over a `Span`: paints its content once into a picture and the playhead over it.

    Signals:
        sought: the artist wants this moment, seconds.
    """

    sought = Signal(float)

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__()
        self.span = span
        self._left = left
        self._picture: QPixmap | None = None
        self._shown_at = -1.0
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        span.changed.connect(self.redraw)
        span.moved.connect(self._follow)

    def align(self, left: int) -> None:
        """Leave room at the left, as the surface above does for its keys."""
        self._left = left
        self.redraw()

    def redraw(self) -> None:
        """Paint the content again."""
        self._picture = None
        self.update()

    def x_of(self, seconds: float) -> float:
        """Where a moment lies."""
        return self._left + (seconds - self.span.start) / self.span.length * max(1, self.width() - self._left)

    def time_at(self, x: float) -> float:
        """The moment at a place."""
        share = (x - self._left) / max(1, self.width() - self._left)
        return max(0.0, min(self.span.duration, self.span.start + share * self.span.length))

    def draw(self, painter: QPainter) -> None:
        """Paint everything but the playhead."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the painted content and the playhead."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(QColor(tokens().canvas))
            painter = QPainter(self._picture)
            painter.setFont(self.font())
            self.draw(painter)
            painter.end()
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.drawPixmap(0, 0, self._picture)
        if self.span.duration:
            x = self.x_of(self.span.position)
            if x >= self._left:
                painter.fillRect(QRectF(x - 0.75, 0, 1.5, self.height()), QColor(tokens().text))
        self._shown_at = self.span.position
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint again at the new size."""
        self.redraw()
        super().resizeEvent(event)

    def changeEvent(self, event: object) -> None:
        """Paint again in other colours."""
        self.redraw()
        super().changeEvent(event)  # type: ignore[arg-type]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer; with Shift, or sideways, scroll."""
        sideways = event.angleDelta().x() or (
            event.angleDelta().y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways:
            self.span.scroll(-sideways / 120 * self.span.length * 0.1)
        else:
            self.span.zoom(1.25 ** (event.angleDelta().y() / 120), self.time_at(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton and self.span.duration:
            self.sought.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.span.duration:
            self.sought.emit(self.time_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom."""
        if event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.span.zoom(1.25, self.span.position)
        elif event.key() == Qt.Key.Key_Minus:
            self.span.zoom(0.8, self.span.position)
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        """Only the old and the new place of the playhead need painting."""
        for moment in (self._shown_at, self.span.position):
            x = self.x_of(moment)
            self.update(int(x) - 3, 0, 7, self.height())


class TimeRuler(TimeSurface):
    """Minutes and seconds above the waveform."""

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__(span, left)
        self.setFixedHeight(22)
        say(self.setAccessibleName, "Time")

    def draw(self, painter: QPainter) -> None:
        """A label every so often."""
        colors = tokens()
        painter.fillRect(self.rect(), QColor(colors.panel))
        if not self.span.duration:
            return
        painter.setPen(QColor(colors.muted))
        room = max(1, self.width() - self._left) / 72
        step = next(
            (s for s in (0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if self.span.length / s <= room), 1800
        )
        number = int(self.span.start / step)
        while (seconds := number * step) <= self.span.start + self.span.length:
            x = self.x_of(seconds)
            if x >= self._left:
                painter.fillRect(QRectF(x, 15, 1, 7), QColor(colors.border))
                text = clock(seconds * 1000) if step >= 1 else f"{clock(seconds * 1000)}.{int(seconds * 10 + 0.5) % 10}"
                painter.drawText(QPointF(x + 4, 16), text)
            number += 1

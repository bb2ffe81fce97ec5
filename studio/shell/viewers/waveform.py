"""The waveform."""

from __future__ import annotations

from array import array

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from studio.shell.i18n import say
from studio.shell.theme import tokens
from studio.shell.viewers.span import Span, TimeSurface


class Waveform(TimeSurface):
    """Lowest and highest samples over time, and the loudness inside them."""

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__(span, left)
        self._low: array[float] = array("f")
        self._high: array[float] = array("f")
        self._power: array[float] = array("f")
        self.setMinimumHeight(72)
        say(self.setAccessibleName, "Waveform")

    def show_bins(self, low: array[float], high: array[float], power: array[float]) -> None:
        """Show these equal stretches of the whole piece."""
        self._low, self._high, self._power = low, high, power
        self.redraw()

    def draw(self, painter: QPainter) -> None:
        """One line per pixel column."""
        colors = tokens()
        middle, half = self.height() / 2, self.height() / 2 - 6
        painter.fillRect(QRectF(self._left, middle - 0.5, self.width() - self._left, 1), QColor(colors.border))
        count = len(self._low)
        if not count or not self.span.duration:
            return
        soft = QColor(colors.accent)
        soft.setAlpha(110)
        full = QColor(colors.accent)
        per_second = count / self.span.duration
        for x in range(self._left, self.width()):
            first = int(self.time_at(x) * per_second)
            last = max(first + 1, int(self.time_at(x + 1) * per_second))
            if first >= count:
                break
            low, high = min(self._low[first:last]), max(self._high[first:last])
            power = max(self._power[first:last])
            painter.fillRect(QRectF(x, middle - high * half - 0.5, 1, max(1.0, (high - low) * half)), soft)
            painter.fillRect(QRectF(x, middle - power * half, 1, max(1.0, 2 * power * half)), full)

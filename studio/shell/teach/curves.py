"""Curves of a training run: one line per figure over the steps, its last value told.

Figures whose names end alike ("loss", "held out loss") share a scale, so that a gap between them can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.sdk.generator import GeneratorSpec
from studio.shell.i18n import say, tr, tr_phrase
from studio.shell.teach.snapshots import Points
from studio.shell.theme import tokens

LINES = ("accent", "success", "warning", "danger", "muted")
"""Tokens that colour the lines, in order; a sixth curve begins again."""

LEGEND = 22
"""Height of a line of the legend, pixels."""


class CurveView(QWidget):
    """Draws curves; those of one scale together span the height, and the legend tells each one's range.

    Their names are the trainer's and are translated by its plugin.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Mapping[str, Points] = {}
        self._names: Mapping[str, str] = {}
        self.setMinimumHeight(180)
        say(self.setAccessibleName, "Learning curves")

    def show_curves(self, curves: Mapping[str, Points], spec: GeneratorSpec | None = None) -> None:
        """Draw these, of this trainer, from now on."""
        self._curves = {name: points for name, points in curves.items() if points}
        self._names = {name: tr_phrase(spec, name) for name in self._curves}
        self.setAccessibleDescription("; ".join(self._told(name, points) for name, points in self._curves.items()))
        self.setMinimumHeight(150 + LEGEND * max(1, len(self._curves)))
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(520, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, the lines and the legend."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = tokens()
        legend = LEGEND * max(1, len(self._curves))
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1 - legend)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.drawRoundedRect(frame, 6, 6)
        if not self._curves:
            painter.setPen(QColor(colors.muted))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("The curves appear with the first steps."))
            return
        last = max(points[-1][0] for points in self._curves.values())
        scales = _scales(self._curves)
        for index, (name, points) in enumerate(self._curves.items()):
            color = QColor(getattr(colors, LINES[index % len(LINES)]))
            painter.setPen(QPen(color, 2))
            painter.drawPolyline(_line(points, frame.adjusted(8, 8, -8, -8), last, scales[_unit(name)]))
            top = frame.bottom() + 4 + LEGEND * index
            painter.fillRect(QRectF(frame.left(), top + 6, 12, 4), color)
            painter.setPen(QColor(colors.text))
            words = QRectF(frame.left() + 20, top, frame.width() - 20, LEGEND - 4)
            painter.drawText(
                words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._told(name, points)
            )

    def _told(self, name: str, points: Points) -> str:
        values = [value for _, value in points]
        return tr(
            "{name}: {now} (from {least} to {most}) after {steps} steps",
            name=self._names[name], now=f"{values[-1]:.4g}", least=f"{min(values):.4g}",
            most=f"{max(values):.4g}", steps=f"{points[-1][0]:,}",
        )  # fmt: skip


def _unit(name: str) -> str:
    return name.rpartition(" ")[2]


def _scales(curves: Mapping[str, Points]) -> dict[str, tuple[float, float]]:
    """The smallest and the largest value of the curves that share a scale."""
    scales: dict[str, tuple[float, float]] = {}
    for name, points in curves.items():
        values = [value for _, value in points]
        least, most = scales.get(_unit(name), (values[0], values[0]))
        scales[_unit(name)] = (min(least, *values), max(most, *values))
    return scales


def _line(points: Points, frame: QRectF, last: int, scale: tuple[float, float]) -> QPolygonF:
    """The curve's points within `frame`: steps from 0 to `last` along it, values within `scale` up it."""
    least, most = scale
    across, up = frame.width() / max(1, last), frame.height() / ((most - least) or 1.0)
    return QPolygonF(
        [QPointF(frame.left() + across * step, frame.bottom() - up * (value - least)) for step, value in points]
    )

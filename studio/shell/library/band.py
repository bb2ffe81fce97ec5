"""The rubber band: a rectangle stretched over the grid, which scrolls on when it is held beyond an edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QRubberBand

from studio.shell.library.selection import RowSet

_CREEP_MS = 16
_FASTEST = 60
"""Pixels it scrolls in one step at most."""


class Band(QObject):
    """A rubber band in the view of a scroll area.

    Args:
        area: the scroll area.
        stretched: called with the rectangle in view coordinates and what was selected before the band began.
    """

    def __init__(self, area: QAbstractScrollArea, stretched: Callable[[QRect, RowSet], None]) -> None:
        super().__init__(area)
        self._area = area
        self._stretched = stretched
        self._before = RowSet()
        self._from: QPoint | None = None
        self._shape = QRubberBand(QRubberBand.Shape.Rectangle, area.viewport())
        self._creep = QTimer(self)
        self._creep.setInterval(_CREEP_MS)
        self._creep.timeout.connect(self._creep_on)

    @property
    def active(self) -> bool:
        """Whether one is being stretched."""
        return self._from is not None

    @property
    def visible(self) -> bool:
        """Whether it shows."""
        return self._shape.isVisible()

    def begin(self, point: QPoint, before: RowSet) -> None:
        """Begin at a point of the view, with this selected."""
        self._before = before
        self._from = point + QPoint(0, self._area.verticalScrollBar().value())

    def stretch(self, point: QPoint) -> None:
        """Stretch it to a point of the view, or beyond."""
        if self._from is None:
            return
        start = self._from - QPoint(0, self._area.verticalScrollBar().value())
        area = QRect(start, point).normalized()
        self._shape.setGeometry(area)
        self._shape.show()
        self._stretched(area, self._before)
        outside = not 0 <= point.y() <= self._area.viewport().height()
        if outside and not self._creep.isActive():
            self._creep.start()
        elif not outside:
            self._creep.stop()

    def end(self) -> None:
        """Let go."""
        self._from = None
        self._creep.stop()
        self._shape.hide()

    def _creep_on(self) -> None:
        """Scroll on, the faster the further out the pointer is."""
        view = self._area.viewport()
        point = view.mapFromGlobal(view.cursor().pos())
        beyond = point.y() if point.y() < 0 else max(0, point.y() - view.height())
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + max(-_FASTEST, min(_FASTEST, beyond // 2)))
        self.stretch(point)

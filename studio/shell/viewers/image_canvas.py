"""The surface pictures are looked at on: zoom to the pointer, pan, pixel grid, checkerboard, two pictures compared."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.shell.i18n import say, tr
from studio.shell.theme import tokens
from studio.shell.viewers.pictures import Picture

SMALLEST_ZOOM, LARGEST_ZOOM = 0.01, 64.0
_STEP = 1.25
_GRID_FROM = 12.0
"""Screen pixels per image pixel from which the pixel grid is drawn."""

_MARGIN = 24
_CHECKS = ("#b8b8b8", "#8f8f8f")
"""The checkerboard behind transparent pictures: the same in both themes, as it belongs to the picture."""

COMPARE_MODES = ("off", "slider", "side")


class ImageCanvas(QWidget):
    """Shows a picture, or two.

    Attributes:
        named: whether the two say which is before and which after.

    Signals:
        view_changed: the zoom changed.
        pointed: the pointer is over this pixel of the picture; (−1, −1) for none.
    """

    view_changed = Signal()
    pointed = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.before: Picture | None = None
        self.mode = "off"
        self.named = True
        self._zoom = 1.0
        self._offset = QPointF()
        self._fitted = True
        self._divider = 0.5
        self._grabbed = ""
        self._last = QPointF()
        self._checks: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(120, 80)
        say(self.setAccessibleName, "Picture")

    # ---- what the viewer calls ---------------------------------------------------------------------------

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture; the view stays where it is if the size is the same as before."""
        same = picture is not None and self.picture is not None and picture.size == self.picture.size
        self.picture = picture
        if not same:
            self.fit()
        self.update()

    def compare(self, before: Picture | None, mode: str) -> None:
        """Compare with another picture: off, slider or side (by side)."""
        self.before = before
        self.mode = mode if before is not None else "off"
        if self._fitted:
            self.fit()
        self.update()

    @property
    def zoom(self) -> float:
        """Screen pixels per image pixel."""
        return self._zoom * self.devicePixelRatioF()

    @property
    def fitted(self) -> bool:
        """Whether the whole picture is kept in view."""
        return self._fitted

    def fit(self) -> None:
        """Show the whole picture, small ones at their own size."""
        if self.picture is not None:
            pane, size = self._pane(0), self.picture.size
            room = min((pane.width() - _MARGIN) / size.width(), (pane.height() - _MARGIN) / size.height())
            self._zoom = max(SMALLEST_ZOOM, min(room, self._largest_fit(size)))
            self._offset = QPointF()
        self._fitted = True
        self.update()
        self.view_changed.emit()

    def actual_size(self) -> None:
        """One screen pixel for each pixel of the picture."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), QPointF(self._pane(0).center()))

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in (positive) or out around a point of this widget, the middle if None."""
        self._zoom_to(self._zoom * _STEP**steps, at or QPointF(self._pane(0).center()))

    def _largest_fit(self, size: QSize) -> float:
        """Tiny pictures are enlarged in whole steps up to eight times; others at most to their own size."""
        return 8.0 if max(size.width(), size.height()) <= 64 else 1.0

    # ---- where things are --------------------------------------------------------------------------------

    def _pane(self, number: int) -> QRect:
        """The part of the widget for one picture: all of it, or a half side by side."""
        if self.mode != "side":
            return self.rect()
        half = self.width() // 2
        return QRect(half * number, 0, half if number == 0 else self.width() - half, self.height())

    def _target(self, pane: QRect) -> QRectF:
        """Where the picture lies in a pane."""
        if self.picture is None:
            return QRectF()
        width, height = self.picture.size.width() * self._zoom, self.picture.size.height() * self._zoom
        middle = QPointF(pane.center()) + QPointF(0.5, 0.5) + self._offset
        left, top = middle.x() - width / 2, middle.y() - height / 2
        # Whole device pixels keep unscaled pictures sharp.
        ratio = self.devicePixelRatioF()
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)

    def _zoom_to(self, zoom: float, at: QPointF) -> None:
        if self.picture is None:
            return
        ratio = self.devicePixelRatioF()
        zoom = max(SMALLEST_ZOOM, min(LARGEST_ZOOM, zoom * ratio)) / ratio
        pane = self._pane(1 if self.mode == "side" and at.x() >= self._pane(1).left() else 0)
        middle = QPointF(pane.center()) + self._offset
        self._offset += (at - middle) * (1 - zoom / self._zoom)
        self._zoom = zoom
        self._fitted = False
        self._hold_in_view()
        self.update()
        self.view_changed.emit()

    def _hold_in_view(self) -> None:
        """The picture cannot be lost: part of it always stays in view, and it is centred where it is smaller."""
        if self.picture is None:
            return
        pane = self._pane(0)
        spare_x = max(0.0, (self.picture.size.width() * self._zoom - pane.width()) / 2 + pane.width() * 0.25)
        spare_y = max(0.0, (self.picture.size.height() * self._zoom - pane.height()) / 2 + pane.height() * 0.25)
        self._offset = QPointF(
            max(-spare_x, min(spare_x, self._offset.x())), max(-spare_y, min(spare_y, self._offset.y()))
        )

    # ---- painting ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture or pictures."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(tokens().canvas))
        if self.picture is None:
            painter.end()
            return
        if self.mode == "off" or self.before is None:
            self._draw(painter, self.picture, self._target(self.rect()), self.rect())
        elif self.mode == "side":
            for number, picture in enumerate((self.before, self.picture)):
                pane = self._pane(number)
                self._draw(painter, picture, _within(self._target(pane), picture), pane)
            self._draw_line(painter, self._pane(1).left())
            self._draw_names(painter, self._pane(0), self._pane(1))
        else:
            split = round(self.width() * self._divider)
            target = self._target(self.rect())
            self._draw(painter, self.before, _within(target, self.before), QRect(0, 0, split, self.height()))
            self._draw(painter, self.picture, target, QRect(split, 0, self.width() - split, self.height()))
            self._draw_line(painter, split, knob=True)
            self._draw_names(painter, QRect(0, 0, split, self.height()), self.rect())
        painter.end()

    def _draw(self, painter: QPainter, picture: Picture, target: QRectF, pane: QRect) -> None:
        painter.save()
        painter.setClipRect(pane)
        seen = target.intersected(QRectF(pane))
        if seen.isEmpty():
            painter.restore()
            return
        if picture.image.hasAlphaChannel():
            painter.setBrushOrigin(target.topLeft())
            painter.fillRect(seen, self._checkerboard())
        level = picture.level_for(self.zoom)
        share_x, share_y = level.width() / target.width(), level.height() / target.height()
        # Only what is seen is drawn, in whole pixels of the level, or a large picture would cost its whole size.
        left, top = int((seen.left() - target.left()) * share_x), int((seen.top() - target.top()) * share_y)
        right = min(level.width(), int((seen.right() - target.left()) * share_x) + 2)
        bottom = min(level.height(), int((seen.bottom() - target.top()) * share_y) + 2)
        source = QRectF(left, top, right - left, bottom - top)
        place = QRectF(
            target.left() + left / share_x,
            target.top() + top / share_y,
            source.width() / share_x,
            source.height() / share_y,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < 2.0 and abs(self.zoom - 1) > 1e-6)
        painter.drawImage(place, level, source)
        if self.zoom >= _GRID_FROM and not picture.reduced:
            self._draw_grid(painter, target, seen)
        painter.restore()

    def _draw_grid(self, painter: QPainter, target: QRectF, seen: QRectF) -> None:
        for color, dash in ((QColor(0, 0, 0, 60), 0), (QColor(255, 255, 255, 40), 1)):
            pen = QPen(color, 0)
            if dash:
                pen.setDashPattern([2, 2])
            painter.setPen(pen)
            first, last = (
                int((seen.left() - target.left()) / self._zoom),
                int((seen.right() - target.left()) / self._zoom) + 1,
            )
            for column in range(first, last + 1):
                x = target.left() + column * self._zoom
                painter.drawLine(QPointF(x, seen.top()), QPointF(x, seen.bottom()))
            first, last = (
                int((seen.top() - target.top()) / self._zoom),
                int((seen.bottom() - target.top()) / self._zoom) + 1,
            )
            for row in range(first, last + 1):
                y = target.top() + row * self._zoom
                painter.drawLine(QPointF(seen.left(), y), QPointF(seen.right(), y))

    def _draw_line(self, painter: QPainter, x: int, *, knob: bool = False) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 120))
        painter.drawRect(QRectF(x - 1.5, 0, 3, self.height()))
        painter.setBrush(QColor("white"))
        painter.drawRect(QRectF(x - 0.5, 0, 1, self.height()))
        if knob:
            middle = QPointF(x, self.height() / 2)
            painter.setPen(QPen(QColor(0, 0, 0, 120), 1))
            painter.drawEllipse(middle, 14, 14)
            painter.setPen(QPen(QColor("#202020"), 2))
            for side in (-1, 1):
                tip = middle + QPointF(8 * side, 0)
                painter.drawLine(tip, tip + QPointF(-4 * side, -4))
                painter.drawLine(tip, tip + QPointF(-4 * side, 4))

    def _draw_names(self, painter: QPainter, left: QRect, right: QRect) -> None:
        """*Before* at the left edge, *After* at the right one."""
        if not self.named:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        for name, pane, at_right in ((tr("Before"), left, False), (tr("After"), right, True)):
            width = metrics.horizontalAdvance(name) + 16
            x = pane.right() - width - 12 if at_right else pane.left() + 12
            tag = QRect(x, 12, width, metrics.height() + 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 140))
            painter.drawRoundedRect(tag, 6, 6)
            painter.setPen(QColor("white"))
            painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, name)

    def _checkerboard(self) -> QBrush:
        if self._checks is None:
            self._checks = QPixmap(16, 16)
            self._checks.fill(QColor(_CHECKS[0]))
            painter = QPainter(self._checks)
            painter.fillRect(0, 0, 8, 8, QColor(_CHECKS[1]))
            painter.fillRect(8, 8, 8, 8, QColor(_CHECKS[1]))
            painter.end()
        return QBrush(self._checks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted picture fitted."""
        if self._fitted:
            self.fit()
        else:
            self._hold_in_view()
        super().resizeEvent(event)

    # ---- mouse and keyboard ------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer; a touch pad's sideways movement pans."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(QPointF(event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2))
        else:
            self.zoom_by(event.angleDelta().y() / 120, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the picture, or the divider."""
        if event.button() not in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            return
        self._last = event.position()
        near = abs(event.position().x() - self.width() * self._divider) < 16
        self._grabbed = "divider" if self.mode == "slider" and near else "picture"
        self.setCursor(Qt.CursorShape.SplitHCursor if self._grabbed == "divider" else Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, move the divider, or say which pixel is pointed at."""
        if self._grabbed == "divider":
            self._divider = max(0.0, min(1.0, event.position().x() / max(1, self.width())))
            self.update()
        elif self._grabbed == "picture":
            self._pan(event.position() - self._last)
            self._last = event.position()
        else:
            self.pointed.emit(self._pixel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        del event
        self._grabbed = ""
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole picture and its own size."""
        if self._fitted:
            self._zoom_to(1.0 / self.devicePixelRatioF(), event.position())
        else:
            self.fit()

    def leaveEvent(self, event: object) -> None:
        """Nothing is pointed at."""
        del event
        self.pointed.emit(QPoint(-1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus, minus, and arrows to pan what is larger than the view; in a comparison they move the divider."""
        pans = {
            Qt.Key.Key_Left: QPointF(48, 0),
            Qt.Key.Key_Right: QPointF(-48, 0),
            Qt.Key.Key_Up: QPointF(0, 48),
            Qt.Key.Key_Down: QPointF(0, -48),
        }
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_by(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(-1)
        elif self.mode == "slider" and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._divider = max(0.0, min(1.0, self._divider + (0.02 if key == Qt.Key.Key_Right else -0.02)))
            self.update()
        elif key in pans and not self._fitted:
            self._pan(pans[key])
        else:
            super().keyPressEvent(event)

    def _pan(self, by: QPointF) -> None:
        self._offset += by
        self._fitted = False
        self._hold_in_view()
        self.update()

    def _pixel_at(self, point: QPointF) -> QPoint:
        if self.picture is None:
            return QPoint(-1, -1)
        pane = self._pane(1 if self.mode == "side" and point.x() >= self._pane(1).left() else 0)
        target = self._target(pane)
        if not target.contains(point):
            return QPoint(-1, -1)
        return QPoint(int((point.x() - target.left()) / self._zoom), int((point.y() - target.top()) / self._zoom))


def _within(target: QRectF, picture: Picture) -> QRectF:
    """Where a picture lies in the place of another one: in the middle, as large as fits, in its own proportions."""
    size = QSizeF(picture.size).scaled(target.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(target.topLeft(), size)
    place.moveCenter(target.center())
    return place

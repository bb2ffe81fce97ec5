"""Two results beside each other, or — pictures — under a slider."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.shell.create.shots import Shot
from studio.shell.i18n import say
from studio.shell.theme import tokens
from studio.shell.widgets import ElidedLabel, column, label, row, tool_button
from studio.shell.workshop import Workshop


class SliderView(QWidget):
    """Two pictures in one place; left of the line the first, right of it the second.

    Attributes:
        place: where the line is, 0 (left edge) … 1.
    """

    def __init__(self, first: QImage, second: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first, self._second = first, second
        self.place = 0.5
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setMinimumSize(120, 120)
        say(self.setAccessibleName, "Compare with a slider: left and right arrows move it")

    def set_place(self, place: float) -> None:
        """Move the line."""
        self.place = min(1.0, max(0.0, place))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both pictures and the line."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = self._area()
        line = area.x() + area.width() * self.place
        for picture, left, right in ((self._first, area.left(), line), (self._second, line, area.right())):
            painter.setClipRect(QRectF(left, area.top(), right - left, area.height()))
            painter.drawImage(area, picture)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(tokens().accent), 2))
        painter.drawLine(QPointF(line, area.top()), QPointF(line, area.bottom()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The line jumps to the pointer."""
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line follows the pointer."""
        self._follow(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the line."""
        step = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_place(self.place + step)

    def _follow(self, event: QMouseEvent) -> None:
        area = self._area()
        self.set_place((event.position().x() - area.x()) / max(1.0, area.width()))

    def _area(self) -> QRectF:
        """The first picture's proportions, as large as fits."""
        size = self._first.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )


class CompareView(QWidget):
    """Two results side by side in their viewers; two pictures also under a slider.

    Signals:
        closed: the artist has seen enough.
    """

    closed = Signal()

    def __init__(self, first: Shot, second: Shot, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shots = (first, second)
        self._workshop = workshop
        self._shown: QWidget | None = None
        self._body = QVBoxLayout()
        self.slider_button = tool_button("square-half", "Slider", self.show_slider)
        self.beside_button = tool_button("columns", "Side by side", self.show_beside)
        close = tool_button("x", "End the comparison", self.closed.emit)
        titles = row(ElidedLabel(first.title), label(role="muted"), ElidedLabel(second.title))
        bar = row(self.beside_button, self.slider_button, titles, close)
        bar.setContentsMargins(12, 8, 12, 0)
        layout = column(bar, self._body)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        pictures = first.kind == second.kind == "image"
        self.slider_button.setVisible(pictures)
        if pictures:
            self.show_slider()
        else:
            self.show_beside()

    def show_slider(self) -> None:
        """Both pictures in one place."""
        first, second = (QImage(str(shot.path)) for shot in self._shots)
        self._show(SliderView(first, second))

    def show_beside(self) -> None:
        """Each in its own viewer."""
        from studio.shell.viewers import viewer_for

        splitter = QSplitter(Qt.Orientation.Horizontal)
        for shot in self._shots:
            viewer = viewer_for(shot.kind, splitter)
            # of two viewers in one window the focus decides
            viewer.full_screen_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            viewer.show_file(shot.path, self._workshop.item(shot.item))
            splitter.addWidget(viewer)
        splitter.setSizes([1000, 1000])
        self._show(splitter)

    def _show(self, widget: QWidget) -> None:
        if self._shown is not None:
            self._body.removeWidget(self._shown)
            self._shown.deleteLater()
        self._shown = widget
        self._body.addWidget(widget)

"""Two results beside each other, or — pictures — under a slider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.shell.create.shots import Shot
from studio.shell.viewers import viewer_for
from studio.shell.viewers.base import Viewer
from studio.shell.widgets import CalmSplitter, ElidedLabel, column, label, row, tool_button
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.shell.viewers.image import ImageViewer


class CompareView(QWidget):
    """Two results side by side in their viewers; two pictures in one viewer, also under a slider.

    Args:
        mode: how pictures are shown at first, ``"slider"`` or ``"side"``.

    Attributes:
        shots: the two.
        pictures: the viewer of two pictures, None for anything else.

    Signals:
        closed: the artist has seen enough.
    """

    closed = Signal()

    def __init__(
        self, first: Shot, second: Shot, workshop: Workshop, mode: str = "slider", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.shots = (first, second)
        self._workshop = workshop
        self.slider_button = tool_button("square-half", "Slider", self.show_slider)
        self.beside_button = tool_button("columns", "Side by side", self.show_beside)
        close = tool_button("x", "End the comparison", self.closed.emit)
        titles = row(ElidedLabel(first.title), label(role="muted"), ElidedLabel(second.title))
        bar = row(self.beside_button, self.slider_button, titles, close)
        bar.setContentsMargins(12, 8, 12, 0)
        self.pictures = self._one_viewer(mode) if first.kind == second.kind == "image" else None
        for made in (self.slider_button, self.beside_button):
            made.setVisible(self.pictures is not None)
        layout = column(bar, self.pictures or self._two_viewers())
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def clear(self) -> None:
        """Let go of both files, before it goes itself."""
        for viewer in self.findChildren(Viewer):
            viewer.clear()

    def show_slider(self) -> None:
        """Both pictures in one place."""
        if self.pictures is not None:
            self.pictures.show_before(self.shots[0].path, "slider")

    def show_beside(self) -> None:
        """Both pictures beside each other, zoomed as one."""
        if self.pictures is not None:
            self.pictures.show_before(self.shots[0].path, "side")

    def _one_viewer(self, mode: str) -> ImageViewer:
        from studio.shell.viewers.image import ImageViewer

        first, second = self.shots
        viewer = ImageViewer()
        viewer.picture_canvas.named = False
        viewer.show_file(second.path, self._workshop.item(second.item))
        viewer.show_before(first.path, mode)
        return viewer

    def _two_viewers(self) -> CalmSplitter:
        splitter = CalmSplitter(Qt.Orientation.Horizontal)
        for shot in self.shots:
            viewer = viewer_for(shot.kind, splitter)
            # of two viewers in one window the focus decides
            viewer.full_screen_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            if shot.kind == "text":
                viewer.become_quick_look()  # what was edited here would end with the comparison
            viewer.show_file(shot.path, self._workshop.item(shot.item))
            splitter.addWidget(viewer)
        splitter.setSizes([1000, 1000])
        return splitter

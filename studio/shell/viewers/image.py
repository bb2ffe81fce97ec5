"""The image viewer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from studio.shell.i18n import tr, tr_message
from studio.shell.theme import set_role
from studio.shell.viewers.base import Viewer
from studio.shell.viewers.controls import action_button
from studio.shell.viewers.image_canvas import COMPARE_MODES, ImageCanvas
from studio.shell.viewers.pictures import Picture, halved, read_finest, read_picture
from studio.shell.widgets import ElidedLabel

_SMALL = 512
"""Previews up to this size are drawn fast enough as they are."""


class ImageViewer(Viewer):
    """A picture to look at closely, or beside another one."""

    kind = "image"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture_canvas = ImageCanvas(self)
        self.picture_canvas.view_changed.connect(self._say)
        self.picture_canvas.pointed.connect(self._point)
        self.canvas.addWidget(self.picture_canvas)
        self.setFocusProxy(self.picture_canvas)
        self._before: Picture | None = None
        self._offered: Path | None = None
        self._pointed = QPoint(-1, -1)
        self._facts = ElidedLabel()
        set_role(self._facts, "muted")
        canvas = self.picture_canvas
        shown = [
            self.action("Fit to window", "arrows-in", canvas.fit, "Ctrl+0"),
            self.action("Actual size", "frame-corners", canvas.actual_size, "Ctrl+Alt+0"),
            self.action("Zoom out", "magnifying-glass-minus", partial(canvas.zoom_by, -1), "Ctrl+-"),
            self.action("Zoom in", "magnifying-glass-plus", partial(canvas.zoom_by, 1), "Ctrl+="),
        ]
        self._compare = self.action("Compare: slider, side by side, off", "columns", self._next_mode, "C")
        self._compare.setEnabled(False)
        self._copy = self.action("Copy picture", "copy", self._copy_picture, "Ctrl+C")
        self.bar.addWidget(self._facts, 1)
        for action in (*shown, self._compare, self._copy, self.full_screen_action):
            self.bar.addWidget(action_button(action))
        self._say()

    @property
    def image(self) -> QImage:
        """What is shown, null for nothing."""
        picture = self.picture_canvas.picture
        return picture.image if picture is not None else QImage()

    def show_preview(self, image: QImage) -> None:
        """Show a picture that is still being made."""
        self._forget_tasks()
        self.path = self.item = None
        self._show(Picture((image,), image.size()))

    def offer_before(self, path: Path | None) -> None:
        """Offer to compare with what the picture was made from; it is read when *Compare* is first chosen."""
        self.show_before(None)
        self._offered = path
        self._compare.setEnabled(path is not None)

    def show_before(self, path: Path | None, mode: str = "slider") -> None:
        """Compare what is shown with another file, or stop comparing.

        Args:
            path: the picture before; None ends the comparison.
            mode: slider or side.
        """
        if path is None:
            self.show_before_picture(None, "off")
            return
        work = partial(read_picture, path)
        self.keep(self.background.run(work, partial(self._before_loaded, mode), self._not_loaded, self))

    def retranslate(self) -> None:
        """Say the facts in the window's language."""
        self._say()

    def quick_look_parts(self) -> list[QWidget]:
        """The canvas needs arrows only when zoomed in; in a quick look they step."""
        return [self, self.picture_canvas]

    def _load(self, path: Path) -> None:
        self.keep(self.background.run(partial(read_finest, path), self._loaded, self._not_loaded, self))

    def _loaded(self, picture: Picture) -> None:
        self._show(picture)
        self.loaded.emit()

    def _show(self, picture: Picture) -> None:
        """Show a picture at once; its halves, for smooth zooming out, follow from the background."""
        self.picture_canvas.show_picture(picture)
        self.show_content()
        self._say()
        if max(picture.image.width(), picture.image.height()) > _SMALL:
            self.keep(self.background.run(partial(halved, picture), self._refine, None, self))

    def _refine(self, picture: Picture) -> None:
        shown = self.picture_canvas.picture
        if shown is not None and shown.image.cacheKey() == picture.image.cacheKey():
            self.picture_canvas.show_picture(picture)

    def _before_loaded(self, mode: str, picture: Picture) -> None:
        self.show_before_picture(picture, mode)

    def _not_loaded(self, error: Exception) -> None:
        self.fail(tr("This picture cannot be shown: {reason}", reason=tr_message(str(error))))

    def _clear(self) -> None:
        self._offered = None
        self.picture_canvas.show_picture(None)
        self.show_before_picture(None, "off")
        self._say()

    def show_before_picture(self, picture: Picture | None, mode: str) -> None:
        """Compare with a decoded picture: off, slider or side."""
        self._before = picture
        self._compare.setEnabled(picture is not None)
        self.picture_canvas.compare(picture, mode)
        self._say()

    def _next_mode(self) -> None:
        if self._before is None and self._offered is not None:
            self.show_before(self._offered)
            return
        place = COMPARE_MODES.index(self.picture_canvas.mode)
        self.picture_canvas.compare(self._before, COMPARE_MODES[(place + 1) % len(COMPARE_MODES)])

    def _copy_picture(self) -> None:
        if not self.image.isNull():
            QGuiApplication.clipboard().setImage(self.image)

    def _point(self, pixel: QPoint) -> None:
        self._pointed = pixel
        self._say()

    def _say(self) -> None:
        """Size, zoom, and the colour under the pointer; nothing of a preview, which has a size of its own."""
        picture = self.picture_canvas.picture
        if picture is None or self.path is None:
            self._facts.set_whole("")
            return
        zoom = self.picture_canvas.zoom * 100
        parts = [f"{picture.size.width()} × {picture.size.height()}", f"{zoom:.0f} %" if zoom >= 1 else f"{zoom:.1f} %"]
        if picture.reduced:
            parts.append(tr("shown smaller than it is"))
        elif self._pointed.x() >= 0 and picture.image.rect().contains(self._pointed):
            color = picture.image.pixelColor(self._pointed)
            alpha = f" {round(color.alphaF() * 100)} %" if color.alpha() < 255 else ""
            parts.append(f"{self._pointed.x()}, {self._pointed.y()}  {color.name()}{alpha}")
        self._facts.set_whole(" · ".join(parts))

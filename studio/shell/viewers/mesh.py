"""The 3D viewer: orbit, pan, zoom, wireframe, lights, turntable, floor; without graphics, the rendered thumbnail."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QOffscreenSurface,
    QOpenGLContext,
    QWheelEvent,
)
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from studio.disk.resources import resources
from studio.shell.i18n import count, say, tr
from studio.shell.logs import warn
from studio.shell.theme import set_role, tokens
from studio.shell.viewers.background import Background, Task
from studio.shell.viewers.base import Viewer
from studio.shell.viewers.controls import action_button
from studio.shell.viewers.image_canvas import ImageCanvas
from studio.shell.viewers.inspector import Inquiry, Inspector, Measured
from studio.shell.viewers.pictures import Picture, picture_of, read_picture
from studio.shell.warming import BY_KIND
from studio.shell.widgets import ElidedLabel, label

if TYPE_CHECKING:
    from studio.shell.viewers.scene_view import SceneView

_BREATH_MS = 60
_HURRY_MS = 8
"""Between two steps of getting ready: before there is a model, and while one waits to be seen."""

_DEGREES = 0.4
"""Of a turn, for each unit that the mouse goes."""

_ASK_FOR_THREADS = "_ZN14QOpenGLContext22supportsThreadedOpenGLEv"
"""`QOpenGLContext::supportsThreadedOpenGL()`, which loads the driver to find out."""

_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "basic render")
"""Parts of the names that renderers on the processor go by."""

NO_GRAPHICS = "3D graphics are not available here; this is a rendered picture of the model."


def load_driver() -> None:
    """Have the graphics driver loaded, on a thread: a twentieth of a second that the window need not stand still for.

    Qt is asked past PySide, which would hold Python's lock meanwhile, and with it the window's thread.
    """
    try:
        ask = ctypes.CDLL("libQt6Gui.so.6")[_ASK_FOR_THREADS]
    except (OSError, AttributeError):  # another build of Qt: the driver is loaded when graphics are looked for
        return
    ask.restype = ctypes.c_bool
    ask()


def graphics() -> str:
    """What draws OpenGL in this window system, empty where nothing does; each viewer asks, as drivers come and go."""
    context = QOpenGLContext()
    if not context.create():
        return ""
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not (surface.isValid() and context.makeCurrent(surface)):
        return ""
    renderer = context.functions().glGetString(_GL_RENDERER)
    context.doneCurrent()
    return str(renderer) or "unknown"


def is_software(renderer: str) -> bool:
    """Whether the processor draws, for want of a graphics card or its driver."""
    return any(name in renderer.lower() for name in _SOFTWARE)


class MeshViewer(Viewer):
    """A model to turn around."""

    kind = "mesh"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = _Stage()
        self.stage.shown.connect(self._shown)
        self.canvas.addWidget(self.stage)
        self.setFocusProxy(self.stage)
        self._facts = ElidedLabel()
        set_role(self._facts, "muted")
        self._inquiry: Inquiry | None = None
        self._measured: Measured | None = None
        self._scene: list[QAction] = []
        stage = self.stage
        self._scene = [
            self.action("Show the whole model", "arrows-in", lambda: stage.call("reset"), "Ctrl+0"),
            self.action("Wireframe", "triangle", lambda on: stage.set("wireframe", on), "W", checkable=True),
            self.action("Floor", "grid-four", lambda on: stage.set("floor", on), "G", checkable=True),
            self.action("Turn", "arrows-clockwise", lambda on: stage.set("turning", on), "T", checkable=True),
            self.action("Next light", "lightbulb", self._next_light, "L"),
        ]
        self._scene[2].setChecked(True)
        self.bar.addWidget(self._facts, 1)
        for action in (*self._scene, self.full_screen_action):
            self.bar.addWidget(action_button(action))

    def show_preview(self, image: QImage) -> None:
        """Show a picture of the model while it is being made."""
        self.stage.show_picture(picture_of(image), "")
        self.stage.get_ready_soon()
        self.show_content()

    def retranslate(self) -> None:
        """Say the facts in the window's language."""
        self._facts.set_whole(self._said())

    def quick_look_parts(self) -> list[QWidget]:
        """Arrows step from model to model; the mouse turns them."""
        return [self, self.stage]

    def _load(self, path: Path) -> None:
        if self._inquiry is not None:
            self._inquiry.cancel()
        self._facts.set_whole("")  # those of the model before, which is shown until this one is there
        self._inquiry = Inspector.shared().ask("mesh", path, self._loaded, self._not_loaded, self)
        self.stage.get_ready_soon()

    def _loaded(self, measured: Measured) -> None:
        before, self._measured = self._measured, measured
        self._facts.set_whole(self._said())
        self.show_content()
        self.stage.show_model(measured)
        if before is not None:
            Inspector.shared().release(before)

    def _shown(self, usable: bool) -> None:
        """The model is seen, or there is nothing to show it with."""
        if usable:
            self._enable(on=True)
            self.loaded.emit()
        else:
            self._fall_back(tr(NO_GRAPHICS))

    def _not_loaded(self, sentence: str) -> None:
        self.stage.show_nothing()
        self._forget()
        self._facts.set_whole("")
        self.fail(sentence)

    def _fall_back(self, sentence: str) -> None:
        """Show the thumbnail and say why it is all there is."""
        self._enable(on=False)
        if self.thumbnail is None:
            self.fail(sentence)
            return
        work = partial(read_picture, self.thumbnail)
        show = partial(self._show_fallback, sentence)
        self.keep(self.background.run(work, show, lambda _error: self.fail(sentence), self))

    def _show_fallback(self, sentence: str, picture: Picture) -> None:
        self.stage.show_picture(picture, sentence)
        self.loaded.emit()

    def _enable(self, *, on: bool) -> None:
        for action in self._scene:
            action.setEnabled(on)

    def _next_light(self) -> None:
        self.stage.set("lighting", (self.stage.get("lighting") or 0) + 1)

    def _clear(self) -> None:
        if self._inquiry is not None:
            self._inquiry.cancel()
        self._facts.set_whole("")
        self.stage.show_nothing()
        self._forget()

    def _forget(self) -> None:
        if self._measured is not None:
            Inspector.shared().release(self._measured)
            self._measured = None

    def _said(self) -> str:
        """Vertices, triangles, closed or not, and the real size."""
        if self._measured is None:
            return ""
        facts = self._measured.facts
        closed = tr("watertight") if facts["watertight"] else tr("not watertight")
        sides = " × ".join(f"{side * 100:.3g}" for side in facts["size"])
        return " · ".join(
            (
                count("{count} vertex", "{count} vertices", int(facts["vertices"])),
                count("{count} triangle", "{count} triangles", int(facts["faces"])),
                closed,
                f"{sides} cm",
            )
        )


class _Stage(QWidget):
    """The 3D view, or a picture where there are no 3D graphics.

    The view is made when the first model is about to be there, step by step with turns of the window's loop between:
    the driver (on a thread), parts of Qt, the view, the empty scene, the floor, the model. Later ones come at once.

    Signals:
        shown(bool): the model given to `show_model` is in the scene; False where 3D graphics do not work.
    """

    shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._view: SceneView | None = None
        self._scene_steps: list[Callable[[], None]] = []
        self._waiting: Measured | None = None
        self._kept: list[object] = []
        self._wanted: dict[str, object] = {"floor": True}
        self._driver: Task | None = None
        self._driver_is_loaded = False
        self._broken = False
        self._checked = False
        self._held_at = QPointF()
        self._picture = ImageCanvas()
        self._sentence = label(role="muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setMargin(8)
        flat = QWidget()
        column = QVBoxLayout(flat)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._picture, 1)
        column.addWidget(self._sentence)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(flat)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        say(self.setAccessibleName, "3D model")
        self._ready = QTimer(self)
        self._ready.timeout.connect(self._get_ready)

    def get_ready_soon(self) -> None:
        """Look for 3D graphics and make the view in turns of their own, before there is a model to show."""
        if not self._ready.isActive():
            self._ready.start(_BREATH_MS)

    def _get_ready(self) -> None:
        """One step; the last one stops the timer."""
        if not self._checked:
            self._check()
        elif self._broken:
            self._ready.stop()
            if self._waiting is not None:
                self._waiting = None
                self.shown.emit(False)
        elif lacking := [name for name in BY_KIND["mesh"] if name not in sys.modules]:
            self._import(lacking[0])
        elif self._view is None:
            self._make_view()
        elif self._waiting is None:
            self._ready.stop()
        elif self._pages.currentWidget() is not self._view:
            self._pages.setCurrentWidget(self._view)
        elif self._scene_steps:
            self._scene_steps.pop(0)()
        else:
            self._ready.stop()
            self._put(self._waiting)

    def _check(self) -> None:
        """Find out whether there are 3D graphics, after the driver was loaded on a thread (tried under Linux alone)."""
        if self._driver is None and sys.platform == "linux":
            self._driver = Background.shared().run(load_driver, self._driver_loaded, self._driver_loaded, self)
        elif self._driver is None or self._driver_is_loaded:
            self._checked = True
            renderer = graphics()
            self._broken = not renderer
            # Smooth edges take a processor four times as long: a third of a second for each step of a turn.
            self.set("smoothEdges", not is_software(renderer))

    def _driver_loaded(self, _outcome: object) -> None:
        self._driver_is_loaded = True

    def _import(self, module: str) -> None:
        try:
            import_module(module)
        except ImportError as error:  # some systems bring Qt's parts in packages of their own
            warn("There is no 3D view without %s: %s", module, error)
            self._broken = True

    def show_model(self, measured: Measured) -> None:
        """Show a measured mesh, see `shown`: soon the first time, else at once."""
        self._waiting = measured
        if self._view is None or self._scene_steps or self._broken:
            self._ready.start(_HURRY_MS)
            return
        self._pages.setCurrentWidget(self._view)
        self._put(measured)

    def _put(self, measured: Measured) -> None:
        """Put a mesh into the scene that is there."""
        from studio.shell.viewers.scene import model_geometry

        self._waiting = None
        facts = measured.facts
        geometry = model_geometry(measured.arrays["vertices"], measured.arrays["indices"], facts["low"], facts["high"])
        old, self._kept = self._kept, [geometry, measured]
        self._set_material(measured)
        self.set("floorHeight", float(facts["floor"]))
        self.set("modelGeometry", geometry)
        self.call("reset")
        del old
        self.shown.emit(not self._broken)

    def show_picture(self, picture: Picture, sentence: str) -> None:
        """Show a flat picture, with a sentence under it."""
        self._picture.show_picture(picture)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._pages.setCurrentIndex(0)

    def show_nothing(self) -> None:
        """Let go of model and picture."""
        if self._view is not None:
            self.set("modelGeometry", None)
            self.set("texture", QUrl())
        self._kept = []
        self._waiting = None
        self._picture.show_picture(None)
        self._sentence.hide()

    def set(self, name: str, value: object) -> None:
        """Set a property of the scene, now or when it is made."""
        self._wanted[name] = value
        if self._view is not None:
            self._view.set(name, value)

    def get(self, name: str) -> int:
        """A number the scene was told."""
        value = self._wanted.get(name)
        return value if isinstance(value, int) else 0

    def call(self, function: str, *numbers: float) -> None:
        """Call a function of the scene."""
        if self._view is not None:
            self._view.call(function, *numbers)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._color()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the model."""
        self._held_at = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Orbit with the left button, pan with another one or with Shift."""
        moved, self._held_at = event.position() - self._held_at, event.position()
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.buttons() & Qt.MouseButton.LeftButton and not shifted:
            self.call("orbit", _DEGREES * moved.x(), _DEGREES * moved.y())
        else:
            self.call("pan", moved.x(), moved.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self.unsetCursor()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole model from where it was shown first."""
        self.call("reset")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go nearer or away."""
        self.call("dolly", event.angleDelta().y() / 120)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows orbit, with Shift pan; plus and minus zoom."""
        moves = {
            Qt.Key.Key_Left: (12.0, 0.0),
            Qt.Key.Key_Right: (-12.0, 0.0),
            Qt.Key.Key_Up: (0.0, 8.0),
            Qt.Key.Key_Down: (0.0, -8.0),
        }
        zooms = {Qt.Key.Key_Plus: 1.0, Qt.Key.Key_Equal: 1.0, Qt.Key.Key_Minus: -1.0}
        key = Qt.Key(event.key())
        if move := moves.get(key):
            shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.call("pan" if shifted else "orbit", *(2 * part for part in move) if shifted else move)
        elif zoom := zooms.get(key):
            self.call("dolly", zoom)
        else:
            super().keyPressEvent(event)

    def _make_view(self) -> None:
        from studio.shell.viewers.scene_view import SceneView

        view = SceneView(self)
        self._broken = not view.begin()
        if self._broken:
            view.deleteLater()
            return
        self._view = view
        self._pages.addWidget(view)
        self._scene_steps = [self._load, lambda: view.call("wake"), self._lay_floor, self._try_material]

    def _load(self) -> None:
        assert self._view is not None
        if not self._view.load(resources() / "qml" / "MeshView.qml"):
            self._broken = True
            return
        self._color()
        for name, value in self._wanted.items():
            self._view.set(name, value)

    def _lay_floor(self) -> None:
        from studio.shell.viewers.scene import floor_geometry

        self._floor = floor_geometry()
        self.set("floorGeometry", self._floor)

    def _try_material(self) -> None:
        """Draw a speck the way the model will be drawn: the driver translates its programs when they are first used."""
        from studio.shell.viewers.scene import speck_geometry

        if self._waiting is not None:
            self._set_material(self._waiting)
        self._kept = [speck_geometry()]
        self.set("modelGeometry", self._kept[0])

    def _set_material(self, measured: Measured) -> None:
        facts = measured.facts
        self.set("texture", QUrl.fromLocalFile(facts["texture"]) if facts["texture"] else QUrl())
        self.set("colored", bool(facts["colored"]))
        self.set("solid", bool(facts["solid"]))

    def _color(self) -> None:
        if self._view is None:
            return
        colors = tokens()
        self._view.set_background(QColor(colors.canvas))
        self.set("floorColor", QColor(colors.muted))

"""A Qt Quick scene that is drawn aside and painted like a picture.

Qt's own widget for this (`QQuickWidget`) turns the whole window over to graphics when it is first shown, which holds
the window up and makes every later painting go that way, and aborts when it comes into another window.
"""

from __future__ import annotations

import atexit
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import Q_ARG, QMetaObject, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QSurfaceFormat,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import (
    QQuickGraphicsDevice,
    QQuickItem,
    QQuickRenderControl,
    QQuickRenderTarget,
    QQuickWindow,
    QSGRendererInterface,
)
from PySide6.QtWidgets import QWidget

from studio.shell.logs import warn

_FRAME_MS = 5
"""From a change of the scene to its drawing: what changes together is drawn together."""


def surface_format() -> QSurfaceFormat:
    """What is asked of OpenGL: macOS gives less than Qt Quick 3D needs unless it is told."""
    wanted = QSurfaceFormat.defaultFormat()
    if sys.platform == "darwin":
        wanted.setVersion(4, 1)
        wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return wanted


class SceneView(QWidget):
    """Shows a scene whose root is an item with properties and functions to be set and called from here.

    Making it takes three steps, each a moment long, so that they can be turns of their own: the view itself, `begin`,
    `load`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._drawing = _Drawing()
        self._image = QImage()
        self._background = QColor()
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(_FRAME_MS)
        self._due.timeout.connect(self._draw)
        self.destroyed.connect(partial(_Drawing.close, self._drawing))

    def begin(self) -> bool:
        """Have graphics ready; False where they do not work."""
        control = self._drawing.begin()
        if control is None:
            return False
        control.renderRequested.connect(self._due.start)
        control.sceneChanged.connect(self._due.start)
        return True

    def load(self, source: Path) -> bool:
        """Make the scene of a QML file of ours; False where a part of Qt that it needs is missing."""
        made = self._drawing.load(source)
        self._fit()
        return made

    def set_background(self, color: QColor) -> None:
        """What is seen where nothing is."""
        self._background = color
        if self._drawing.window is not None:
            self._drawing.window.setColor(color)
        self._due.start()

    def set(self, name: str, value: object) -> None:
        """Set a property of the scene's root."""
        if self._drawing.root is not None:
            self._drawing.root.setProperty(name, value)

    def get(self, name: str) -> object:
        """A property of the scene's root."""
        return None if self._drawing.root is None else self._drawing.root.property(name)

    def call(self, function: str, *numbers: float) -> None:
        """Call a function of the scene's root."""
        if self._drawing.root is not None:
            arguments = [Q_ARG("QVariant", number) for number in numbers]
            QMetaObject.invokeMethod(self._drawing.root, function, Qt.ConnectionType.DirectConnection, *arguments)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what was drawn last."""
        painter = QPainter(self)
        if self._image.isNull():
            painter.fillRect(self.rect(), self._background)
            return
        painter.drawImage(self.rect(), self._image)
        if self._image.size() != self.size() * self.devicePixelRatioF():  # it came to a screen of other pixels
            self._due.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw in the new size; until then the last picture is stretched."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on, also with what moves by itself."""
        super().showEvent(event)
        self.set("visible", True)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self.set("visible", False)

    def _fit(self) -> None:
        self._drawing.fit(self.size())
        self._due.start()

    def _draw(self) -> None:
        if self.isVisible() and not self.size().isEmpty():
            self._image = self._drawing.draw(self.size(), self.devicePixelRatioF())
            self.update()


class _Drawing:
    """All of Qt's that draws. It has to be let go of in order, while the graphics are still there: `close`."""

    def __init__(self) -> None:
        self.window: QQuickWindow | None = None
        self.root: QQuickItem | None = None
        self._context: QOpenGLContext | None = None
        self._surface: QOffscreenSurface | None = None
        self._control: QQuickRenderControl | None = None
        self._engine: QQmlEngine | None = None
        self._component: QQmlComponent | None = None
        self._target: QOpenGLFramebufferObject | None = None
        atexit.register(self.close)  # before Qt ends and takes away its parts in any order

    def begin(self) -> QQuickRenderControl | None:
        """Graphics of our own, and a window that is never on the screen; None where there are none."""
        QQuickWindow.setGraphicsApi(QSGRendererInterface.GraphicsApi.OpenGL)
        self._context = QOpenGLContext()
        self._context.setFormat(surface_format())
        if not self._context.create():
            return None
        self._surface = QOffscreenSurface()
        self._surface.setFormat(self._context.format())
        self._surface.create()
        self._control = QQuickRenderControl()
        self.window = QQuickWindow(self._control)
        self.window.setGraphicsDevice(QQuickGraphicsDevice.fromOpenGLContext(self._context))
        if not (self._context.makeCurrent(self._surface) and self._control.initialize()):
            return None
        return self._control

    def load(self, source: Path) -> bool:
        """Make the root item; False when it cannot be made."""
        assert self.window is not None
        self._engine = QQmlEngine()
        self._component = QQmlComponent(self._engine, QUrl.fromLocalFile(str(source)))  # owns what it makes
        root = self._component.create()
        if not isinstance(root, QQuickItem):
            warn("The 3D view cannot be made: %s", self._component.errorString())
            return False
        self.root = root
        root.setParentItem(self.window.contentItem())
        return True

    def fit(self, size: QSize) -> None:
        """Make the root as large as the widget, in the units of the window's layout."""
        if self.window is not None and self.root is not None:
            self.window.setGeometry(0, 0, size.width(), size.height())
            self.window.contentItem().setSize(size)
            self.root.setSize(size)

    def draw(self, size: QSize, ratio: float) -> QImage:
        """The scene as it is now, `ratio` pixels a unit; a null image while there is none."""
        if self.root is None or self.window is None or self._control is None:
            return QImage()
        assert self._context is not None
        assert self._surface is not None
        self._context.makeCurrent(self._surface)
        pixels = size * ratio
        if self._target is None or self._target.size() != pixels:
            self._target = QOpenGLFramebufferObject(pixels, QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
            target = QQuickRenderTarget.fromOpenGLTexture(self._target.texture(), pixels)
            target.setDevicePixelRatio(ratio)
            self.window.setRenderTarget(target)
        self._control.polishItems()
        self._control.beginFrame()
        self._control.sync()
        self._control.render()
        self._control.endFrame()
        self._context.makeCurrent(self._surface)
        return self._target.toImage()

    def close(self, _widget: object = None) -> None:
        """Let go of everything, users before what they use."""
        atexit.unregister(self.close)
        if self._context is not None and self._surface is not None:
            self._context.makeCurrent(self._surface)
        self.root = self._component = self._engine = self._target = None
        self.window = self._control = None
        self._context = self._surface = None

"""Icons: glyphs of the Phosphor icon font, drawn in the theme's colours and drawn again when the theme changes."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGlyphRun, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QRawFont
from PySide6.QtWidgets import QWidget

from studio.disk.resources import resources

_DECORATED = "_studio_icon"
USUAL = 18
"""Logical pixels a side, unless asked for otherwise."""

LARGEST_HINTED = 64
"""Device pixels up to which a glyph is fitted to the pixels; beyond, Qt would draw nothing of a font from a file."""


if TYPE_CHECKING:
    from typing import Protocol

    class Decorable(Protocol):
        """A button, action or tab that takes an icon."""

        def setIcon(self, icon: QIcon, /) -> None:
            """Show `icon`."""


def icon(name: str, color: QColor | str | None = None, size: int = USUAL) -> QIcon:
    """The icon called `name` (a Phosphor name such as ``"magic-wand"``) in `color`, or the text colour in force.

    Qt shrinks an icon where there is less room than `size`, and never enlarges it.
    """
    wanted = QColor(color) if color is not None else QGuiApplication.palette().color(QPalette.ColorRole.WindowText)
    return _icon(name, wanted.name(), size)


@lru_cache(256)
def _icon(name: str, color: str, size: int) -> QIcon:
    """The icon, and a faint one for disabled buttons."""
    clear = pixmap(name, size, color)
    made = QIcon(clear)
    faint = QPixmap(clear.size())
    faint.setDevicePixelRatio(clear.devicePixelRatio())
    faint.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faint)
    painter.setOpacity(0.35)
    painter.drawPixmap(0, 0, clear)
    painter.end()
    made.addPixmap(faint, QIcon.Mode.Disabled)
    return made


def pixmap(name: str, size: int, color: QColor | str) -> QPixmap:
    """The icon as a picture of `size` logical pixels a side, sharp on the finest screen.

    Raises:
        KeyError: the icon font has no such icon.
    """
    if name not in _points():
        raise KeyError(name)
    screen = QGuiApplication.primaryScreen()
    ratio = max([1.0, *(known.devicePixelRatio() for known in QGuiApplication.screens())]) if screen else 1.0
    drawn = QPixmap(QSize(size, size) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    paint(painter, QRect(0, 0, size, size), name, color)
    painter.end()
    return drawn


def paint(painter: QPainter, rect: QRect, name: str, color: QColor | str) -> None:
    """Draw the icon into `rect`, as large as fits."""
    side = min(rect.width(), rect.height())
    font = _font(side)
    glyphs = font.glyphIndexesForString(chr(_points()[name]))
    start = QRectF(rect).center() + QPointF(-side / 2, font.ascent() - side / 2)
    if side * painter.device().devicePixelRatioF() > LARGEST_HINTED:
        outline = font.pathForGlyph(glyphs[0]).translated(start)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(outline, QColor(color))
        return
    run = QGlyphRun()
    run.setRawFont(font)
    run.setGlyphIndexes(glyphs)
    run.setPositions([start])
    painter.setPen(QColor(color))
    painter.drawGlyphRun(QPointF(0, 0), run)


def decorate(thing: Decorable, name: str, color: str | None = None, size: int = USUAL) -> None:
    """Give a widget or action an icon that follows the theme; `color` is a token's name, see `theme.Tokens`."""
    thing.__dict__[_DECORATED] = (name, color, size)
    thing.setIcon(_themed(name, color, size))


def drawn_on(thing: QObject) -> str:
    """The name of the icon that `decorate` gave a thing; empty where it has none."""
    return str(thing.__dict__.get(_DECORATED, ("",))[0])


def redecorate(root: QWidget) -> None:
    """Draw again the icons of everything below `root`, after the palette changed."""
    # Only what can have an icon; see `i18n.retranslate`.
    for thing in (root, *root.findChildren(QWidget), *root.findChildren(QAction)):
        if drawn := thing.__dict__.get(_DECORATED):
            thing.setIcon(_themed(*drawn))  # type: ignore[attr-defined]


def _themed(name: str, color: str | None, size: int) -> QIcon:
    from studio.shell.theme import tokens

    return icon(name, getattr(tokens(), color) if color else None, size)


@cache
def _points() -> dict[str, int]:
    points: dict[str, int] = json.loads((resources() / "icons" / "phosphor.json").read_bytes())
    return points


@lru_cache(16)
def _font(side: int) -> QRawFont:
    """The icon font, `side` pixels high."""
    font = QRawFont(_font_file())
    font.setPixelSize(float(side))
    return font


@cache
def _font_file() -> QRawFont:
    """The icon font as read from its file, which spares Qt looking for it among all fonts there are.

    Raises:
        FileNotFoundError: it is missing, or damaged.
    """
    font = QRawFont(str(resources() / "icons" / "phosphor.ttf"), float(USUAL))
    if not font.isValid():
        raise FileNotFoundError("The icon font is missing; install the studio again.")
    return font

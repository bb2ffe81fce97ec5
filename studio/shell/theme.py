"""Colours, type and spacing of the window: two sets of tokens, one style sheet made from them.

Content first: neutral greys, one accent (ultramarine, the painters' blue), text of 13 px and more, contrast AA. The
test of the tokens computes every contrast. Space is a multiple of 4 px.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from studio.disk.resources import resources
from studio.shell.icons import redecorate

TEXT_SIZES = {"normal": 13, "large": 15, "largest": 17}


class Tokens(NamedTuple):
    """Every colour there is, as ``#rrggbb``.

    Attributes:
        canvas: behind results, the quietest surface.
        panel: side panels, rail and bars.
        raised: inputs, cards and buttons on a panel.
        hover: a raised thing under the pointer.
        border: lines and outlines.
        text, muted: first and second voice of text.
        accent, accent_text: the one colour, and text on it.
        selected: background of what is chosen.
        danger, warning, success: meanings, as text on panels.
    """

    canvas: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    accent_text: str
    selected: str
    danger: str
    warning: str
    success: str


DARK = Tokens(
    canvas="#141517",
    panel="#1c1d20",
    raised="#26282c",
    hover="#31343a",
    border="#3a3d44",
    text="#eceef1",
    muted="#a5aab3",
    accent="#8c9eff",
    accent_text="#10142e",
    selected="#2c3258",
    danger="#ff9a90",
    warning="#f2c063",
    success="#85d3a5",
)
LIGHT = Tokens(
    canvas="#ececea",
    panel="#f8f8f7",
    raised="#ffffff",
    hover="#e8e8e6",
    border="#cfd0cd",
    text="#1d1e20",
    muted="#5a5e66",
    accent="#3a4bc9",
    accent_text="#ffffff",
    selected="#dde2fb",
    danger="#ad2318",
    warning="#7c5200",
    success="#19693c",
)
THEMES = {"dark": DARK, "light": LIGHT}
STYLE = "Fusion"
_STYLED = "studio_styled"
_PROPERTY = "studio_theme"


def tokens() -> Tokens:
    """The tokens in force."""
    app = QGuiApplication.instance()
    return THEMES[(app and app.property(_PROPERTY)) or "dark"]


def make_application(name: str, arguments: Sequence[str]) -> QApplication:
    """The application, in our style from its first moment on.

    The style is named among the arguments, which Qt takes away: `QApplication.setStyle` answers with a `QStyle`, and
    PySide makes that class and its six hundred constants when the first one crosses over, for 8 ms.
    """
    app = QApplication([name, "-style", STYLE, *arguments])
    app.setProperty(_STYLED, True)
    return app


class Theme:
    """Applies a theme to the application and follows the system while asked to.

    Args:
        app: the application.
        dressed: whether the style sheet is applied at once; otherwise with `dress`.
    """

    def __init__(self, app: QApplication, *, dressed: bool = True) -> None:
        self._app = app
        self._wanted = "system"
        self._text_size = 13
        self._dressed = dressed
        if app.property(_STYLED) is None:
            app.setStyle(STYLE)
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def use(self, wanted: str, text_size: str = "normal") -> None:
        """Show ``"dark"``, ``"light"`` or, for ``"system"``, what the system shows (dark when it does not say)."""
        self._wanted = wanted
        self._text_size = TEXT_SIZES[text_size]
        self._apply()

    def dress(self) -> None:
        """Apply the style sheet too, from now on.

        Done once, when the first window is built and before it is shown: widgets built under a style sheet are styled
        again whenever they move into a layout, which would double the time of building the window.
        """
        self._dressed = True
        self._set_sheet()

    def _set_sheet(self) -> None:
        if self._dressed:
            self._app.setStyleSheet(style_sheet(str(self._app.property(_PROPERTY)), self._text_size))

    def _follow(self) -> None:
        if self._wanted == "system":
            self._apply()

    def _apply(self) -> None:
        name = self._wanted
        if name == "system":
            name = "light" if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
        if self._app.property(_PROPERTY) == name and self._app.font().pixelSize() == self._text_size:
            return
        self._app.setProperty(_PROPERTY, name)
        self._app.setFont(text_font(self._text_size))
        self._app.setPalette(palette(THEMES[name]))
        self._set_sheet()
        for root in self._app.topLevelWidgets():
            redecorate(root)


def text_font(pixels: int, *, strong: bool = False) -> QFont:
    """The window's font: Inter for Latin, Greek and Cyrillic; the system's for everything else."""
    font = QFont([*_families(), QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()])
    font.setPixelSize(pixels)
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


@cache
def _families() -> tuple[str, ...]:
    for file in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / file))
    return ("Inter",)


def palette(colors: Tokens) -> QPalette:
    """The Qt palette of a set of tokens, for everything the style sheet does not name."""
    made = QPalette()
    role = QPalette.ColorRole
    for key, value in (
        (role.Window, colors.panel),
        (role.WindowText, colors.text),
        (role.Base, colors.raised),
        (role.AlternateBase, colors.panel),
        (role.Text, colors.text),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.danger),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.PlaceholderText, colors.muted),
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.accent_text),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Light, colors.hover),
        (role.Midlight, colors.hover),
        (role.Mid, colors.border),
        (role.Dark, colors.border),
        (role.Shadow, colors.canvas),
        (role.Accent, colors.accent),
    ):
        made.setColor(key, QColor(value))
    faded = QColor(colors.muted)
    faded.setAlpha(140)
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, faded)
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colors.border))
    return made


def style_sheet(name: str, text_size: int) -> str:
    """The style sheet of a theme: ``resources/themes/studio.qss`` with its ``@names`` filled in."""
    folder = resources() / "themes"
    values = THEMES[name]._asdict() | {
        "text_px": f"{text_size}px",
        "heading_px": f"{text_size + 2}px",
        "title_px": f"{text_size + 9}px",
        "images": f"{folder.as_posix()}/{name}",
    }
    sheet = (folder / "studio.qss").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda match: values[match[1]], sheet)


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget a role in the style sheet, e.g. ``"primary"``, ``"quiet"``, ``"heading"``, ``"card"``."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # it is styled when it is first shown
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)

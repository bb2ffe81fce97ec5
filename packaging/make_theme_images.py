"""Draw the few pictures the style sheet needs from the icon font, and the application icon from its SVG.

Run with `QT_QPA_PLATFORM=offscreen python packaging/make_theme_images.py`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from studio.disk.resources import resources
from studio.shell import icons
from studio.shell.theme import THEMES

LINUX = Path(__file__).resolve().parent / "linux"


def draw_application_icon() -> None:
    """Write `icons/studio-64.png` and `icons/studio-256.png`: the window needs no SVG renderer at start."""
    renderer = QSvgRenderer(str(LINUX / "studio.atelier.AtelierStudio.svg"))
    for side in (64, 256):
        picture = QImage(side, side, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter)
        painter.end()
        picture.save(str(resources() / "icons" / f"studio-{side}.png"))


def main() -> None:
    """Write `themes/<theme>/<name>.png` and its double-size twin for both themes."""
    app = QApplication([])
    for theme, colors in THEMES.items():
        folder = resources() / "themes" / theme
        folder.mkdir(exist_ok=True)
        for name, glyph, color in (
            ("caret-down", "caret-down", colors.muted),
            ("check", "check-bold", colors.accent_text),
        ):
            for ratio, suffix in ((1, ""), (2, "@2x")):
                picture = QPixmap(12 * ratio, 12 * ratio)
                picture.fill(Qt.GlobalColor.transparent)
                painter = QPainter(picture)
                icons.paint(painter, QRect(0, 0, 12 * ratio, 12 * ratio), glyph, color)
                painter.end()
                picture.save(str(folder / f"{name}{suffix}.png"))
    draw_application_icon()
    app.quit()


if __name__ == "__main__":
    main()

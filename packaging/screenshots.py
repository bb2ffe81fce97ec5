"""Pictures of every page: `python packaging/screenshots.py FOLDER [--fill]`.

Opens the real window (on a display; under Linux without one, start it with ``xvfb-run -a``), shows every page in both
themes, both languages and three sizes, and saves what it sees. With ``--fill`` one result of every medium is made
first; without it the pages are empty. ``STUDIO_HOME`` chooses the home; by default a temporary one.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from studio.engine.requests import GenerationRequest
from studio.shell.app import Studio, places
from studio.shell.rail import PLACES

SIZES = ((1024, 700), (1400, 900), (1920, 1080))
PAGES = tuple(place.id for place in PLACES)
EXAMPLES = ("studio.text.storyteller", "studio.image.texture", "studio.music.composer", "studio.mesh.forms")
PATIENCE = 180


def main() -> int:
    """Take all pictures; returns the exit code."""
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if len(arguments) != 1:
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="studio-pictures-") as temporary:
        os.environ.setdefault("STUDIO_HOME", temporary)
        app = QApplication(sys.argv[:1])
        home, settings = places([])
        studio = Studio(app, home, settings)
        studio.open()
        wait_until(lambda: studio.bridge.is_attached)
        if "--fill" in sys.argv:
            fill(studio)
        for theme in ("dark", "light"):
            for language in ("en", "zh_CN"):
                settings.set("theme", theme)
                settings.set("language", language)
                take(studio, folder, f"{theme}-{language}")
        studio.window.close()
        studio.close()
    return 0


def fill(studio: Studio) -> None:
    """Make one result of every medium."""
    for name in EXAMPLES:
        spec = studio.workshop.specs[name]
        example = next(iter(spec.examples), None)
        values = dict(example.values) if example else {}
        request = GenerationRequest.of(spec, values, example.seed if example else 1)
        studio.window.create_page.open_generator(name, values, request.seed)
        studio.window.create_page.submit([request])
        wait_until(lambda: all(job.state.is_final for job in studio.bridge.jobs()))
    pause(1500)


def take(studio: Studio, folder: Path, name: str) -> None:
    """Every page in every size."""
    for width, height in SIZES:
        studio.window.resize(width, height)
        for page in PAGES:
            studio.window.show_place(page)
            pause(700)
            path = folder / f"{page}-{name}-{width}x{height}.png"
            studio.window.screen().grabWindow(studio.window.winId()).save(str(path))
            print(path)


def wait_until(met: Callable[[], bool]) -> None:
    """Let the window live until `met()`; raises `TimeoutError` when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not met():
        pause(100)
        if time.monotonic() > end:
            raise TimeoutError("The window did not get that far.")


def pause(milliseconds: int) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())

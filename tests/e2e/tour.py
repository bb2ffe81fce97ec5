"""A tour through the real window with the real engine, worker and library, taking pictures on the way.

    python tests/e2e/tour.py HOME PICTURES make          one result per medium, a texture sent to relief
    python tests/e2e/tour.py HOME PICTURES draw          a melody drawn by hand becomes a chorale
    python tests/e2e/tour.py HOME PICTURES look          every page in both themes, both languages, three sizes
    python tests/e2e/tour.py HOME PICTURES gallery       every example of every generator, once
    python tests/e2e/tour.py HOME PICTURES readme        the README's pictures
    python tests/e2e/tour.py HOME PICTURES hang          start a long job, say so, and wait to be killed

Prints one JSON object per step. Under Linux without a display: ``xvfb-run -a python tests/e2e/tour.py …``.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from studio.sdk import Note  # noqa: E402
from studio.shell.app import Studio, places  # noqa: E402
from studio.shell.viewers.background import Background  # noqa: E402

PATIENCE = 200.0
SIZES = ((1024, 700), (1280, 800), (1920, 1080))
LANGUAGES = ("en", "zh_CN")
THEMES = ("dark", "light")
PLACES = {
    "create": Qt.Key.Key_1,
    "library": Qt.Key.Key_2,
    "teach": Qt.Key.Key_3,
    "plugins": Qt.Key.Key_4,
    "settings": Qt.Key.Key_5,
}
JOBS: dict[str, dict[str, Any]] = {
    "studio.text.storyteller": {"length": 60},
    "studio.image.texture": {"size": [512, 512]},
    "studio.music.composer": {},
    "studio.mesh.forms": {},
}
CONTROL = Qt.KeyboardModifier.ControlModifier


class Tour:
    """One open studio and what the tour does with it."""

    def __init__(self, home: Path, pictures: Path) -> None:
        os.environ["STUDIO_HOME"] = str(home)
        self.pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)
        app = QApplication.instance() or QApplication(["studio"])
        assert isinstance(app, QApplication)
        self.app = app
        where, self.settings = places([])
        self.studio = Studio(app, where, self.settings)
        self.studio.open()
        self.window = self.studio.window
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow, "the window to be the active one")
        self.wait(lambda: self.studio.bridge.is_attached and self.studio.workshop.library is not None, "the engine")
        self.wait(lambda: bool(self.studio.workshop.registry and self.studio.workshop.registry.specs), "generators")

    @property
    def engine(self) -> Any:
        return self.studio.bridge.engine

    @property
    def library(self) -> Any:
        return self.studio.workshop.library

    def wait(self, done: Callable[[], Any], what: str) -> None:
        """Let the window live until `done`."""
        limit = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > limit:
                raise TimeoutError(f"waited too long for {what}")
            QTest.qWait(30)

    def shot(self, name: str) -> None:
        """A picture of the window, when everything that is read in the background has come."""
        self.shoot(self.window, name)

    def shoot(self, window: QWidget, name: str) -> None:
        """The same of another window."""
        QTest.qWait(250)
        self.wait(lambda: not Background.shared().busy, "pictures to be read")
        QTest.qWait(50)
        assert window.grab().save(str(self.pictures / f"{name}.png"))

    def press(self, key: Qt.Key) -> None:
        """Ctrl and a key; without a window manager nobody else makes the window the active one."""
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow, "the window to be the active one")
        QTest.keyClick(self.window, key, CONTROL)

    def go(self, place: str) -> None:
        """To a place, by its key."""
        self.press(PLACES[place])
        self.wait(lambda: self.window.place == place, place)

    def generate(self, generator: str, values: dict[str, Any]) -> Any:
        """Choose a generator and press Ctrl+Enter; the ended job."""
        page = self.window.create_page
        assert page.open_generator(generator, values, 7)
        return self.press_generate()

    def press_generate(self) -> Any:
        before = {job.id for job in self.engine.jobs()}
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: {job.id for job in self.engine.jobs()} - before, "the job")
        (name,) = {job.id for job in self.engine.jobs()} - before
        self.wait(lambda: self.engine.job(name).state.is_final, name)
        job = self.engine.job(name)
        assert job.failure is None, job.failure
        self.wait(lambda: len(self.window.create_page.stage.filmstrip.shots()) >= 1, "the strip")
        QTest.qWait(1200)
        return job

    def close(self) -> None:
        """As the artist does."""
        self.window.close()
        self.studio.close()


def make(tour: Tour) -> None:
    """One result per medium, then a texture becomes a relief."""
    made = {}
    for generator, values in JOBS.items():
        job = tour.generate(generator, values)
        made[generator] = job.items[0]
        tour.shot(f"made-{generator.split('.')[1]}")
        say(step="made", generator=generator, items=list(job.items))
    texture = made["studio.image.texture"]
    tour.window.create_page.send("studio.mesh.relief", "picture", f"item:{texture}")
    job = tour.press_generate()
    parents = [item.id for item in tour.library.parents(job.items[0])]
    tour.shot("made-relief")
    say(step="sent", parents=parents, texture=texture, relief=job.items[0])
    tour.go("library")
    QTest.qWait(800)
    tour.shot("library")


def draw(tour: Tour) -> None:
    """Draw a melody with mouse and keys, have it harmonised, draw on it again."""
    from studio.shell.forms.inputs import InputEditor
    from studio.shell.score_editor.dialog import ScoreDialog

    page = tour.window.create_page
    assert page.open_generator("studio.music.chorale", {}, 7)
    form = page.panel.form
    assert form is not None
    field = form.editor("melody")
    assert isinstance(field, InputEditor)

    def opened() -> Any:
        field.draw_button.click()
        (dialog,) = [made for made in field.findChildren(ScoreDialog) if made.isVisible()]
        dialog.activateWindow()
        tour.wait(lambda: dialog.isActiveWindow() and dialog.grid.isEnabled(), "the window to draw in")
        return dialog

    for theme in THEMES:
        tour.settings.set("theme", theme)
        dialog = opened()
        grid = dialog.grid
        if theme == "dark":
            for move in (
                Qt.Key.Key_Up,
                Qt.Key.Key_Up,
                Qt.Key.Key_Down,
                Qt.Key.Key_Up,
                Qt.Key.Key_Down,
                Qt.Key.Key_Down,
            ):
                for key in (Qt.Key.Key_Return, Qt.Key.Key_Return, move, move):
                    QTest.keyClick(grid, key)
            for step, button in ((26, Qt.MouseButton.LeftButton), (60, Qt.MouseButton.LeftButton),
                                 (60, Qt.MouseButton.RightButton)):  # fmt: skip
                place = grid._place(Note(step / 4, 1 / 4, 72)).center().toPoint()
                QTest.mouseClick(grid.viewport(), button, pos=place)
            drawn = [note.pitch for note in grid.sheet.tracks[0].notes]
        tour.shoot(dialog, f"draw-{theme}")
        (dialog.ok if theme == "dark" else dialog.cancel).click()
        tour.wait(lambda: field.value() is not None, "the drawing")
        tour.shot(f"drawn-{theme}")
    tour.settings.set("theme", "dark")
    job = tour.press_generate()
    kinds = {item: tour.library.get(item).kind for item in job.items}
    score = next(tour.library.folder / tour.library.get(item).file for item in job.items if kinds[item] == "score")
    tour.shot("chorale")
    say(step="drawn", pitches=drawn, kinds=sorted(kinds.values()), score=str(score))


def look(tour: Tour) -> None:
    """Every page in both themes, both languages and three sizes."""
    for theme in THEMES:
        tour.settings.set("theme", theme)
        for language in LANGUAGES:
            tour.settings.set("language", language)
            for width, height in SIZES:
                tour.window.resize(width, height)
                for place in PLACES:
                    tour.go(place)
                    tour.shot(f"{place}-{theme}-{language}-{width}")
    tour.settings.set("theme", "dark")
    tour.settings.set("language", "en")
    items = {item.id: item.kind for item in tour.library.search("", 1000)}
    say(step="looked", items=items, jobs={job.id: str(job.state) for job in tour.engine.jobs()})


def gallery(tour: Tour) -> None:
    """Every example of every generator."""
    from studio.engine.requests import GenerationRequest

    specs = tour.studio.workshop.registry.specs.values()
    for spec in (spec for spec in specs if not spec.needs_choice):
        for example in spec.examples:
            job = tour.engine.submit(GenerationRequest.of(spec, example.values, example.seed))
            tour.engine.wait([job.id])
            QTest.qWait(50)
            say(step="example", generator=spec.id, title=example.title, state=str(tour.engine.job(job.id).state))


def readme(tour: Tour) -> None:
    """The pictures that the README shows, over a library that has something in it."""
    tour.window.resize(1400, 860)
    shown = {"music": "studio.music.composer", "mesh": "studio.mesh.forms", "create": "studio.image.texture"}
    for medium, generator in shown.items():
        example = tour.studio.workshop.registry.specs[generator].examples[1]
        tour.generate(generator, dict(example.values))
        QTest.qWait(4000)
        tour.shot(medium)
    tour.go("library")
    QTest.qWait(4000)
    QTest.keyClick(tour.window.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(tour.window.focusWidget(), Qt.Key.Key_Right)
    QTest.qWait(2000)
    tour.shot("library")


def hang(tour: Tour) -> None:
    """Begin a job that takes minutes; the caller kills this process."""
    page = tour.window.create_page
    assert page.open_generator("studio.image.texture", {"size": [2048, 2048]}, 7)
    for _ in range(5):
        tour.press(Qt.Key.Key_Return)
        QTest.qWait(50)
    tour.wait(lambda: any(str(job.state) == "running" for job in tour.engine.jobs()), "a running job")
    say(step="hanging")
    while True:
        QTest.qWait(1000)


def say(**step: Any) -> None:
    """One line of JSON for whoever started the tour."""
    print(json.dumps(step), flush=True)


def main() -> int:
    """The command line."""
    home, pictures, part = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    tour = Tour(home, pictures)
    try:
        {"make": make, "draw": draw, "look": look, "gallery": gallery, "readme": readme, "hang": hang}[part](tour)
    except Exception:  # noqa: BLE001 - whatever went wrong is printed for the caller
        # The window's own watch would show a dialog that nobody is there to close.
        traceback.print_exc()
        tour.shot("failed")
        return 1
    finally:
        tour.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

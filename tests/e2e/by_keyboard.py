"""The window by keys alone, in Chinese, in the light theme, in a small window, with the real engine and library.

    python tests/e2e/by_keyboard.py HOME PICTURES make   a story, a texture, a tune, a vessel, and the texture as relief
    python tests/e2e/by_keyboard.py HOME PICTURES find   all of them again, one after the other, in the library

``make`` ends with a worker killed and waits to be killed itself. Prints one JSON object per step; see `tour`.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from e2e.tour import CONTROL, Tour, say
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QDialog, QWidget

from studio.shell.viewers.music import MusicViewer

Key = Qt.Key
PLAIN = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
SIZE = (1024, 700)
MOST_TABS = 90


class Keyboard:
    """A studio that is only typed at."""

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self.window = tour.window
        self.window.resize(*SIZE)
        self.heard: dict[str, int] = {"text": 0, "picture": 0}
        tour.studio.bridge.text_received.connect(lambda *_: self._count("text"))
        tour.studio.bridge.preview_received.connect(lambda *_: self._count("picture"))

    def _count(self, what: str) -> None:
        self.heard[what] += 1

    def target(self) -> QWidget:
        """The window that keys go to now: a menu or the palette, a dialog, or the studio's own."""
        popup = QApplication.activePopupWidget()
        dialogs = [made for made in QApplication.topLevelWidgets() if isinstance(made, QDialog) and made.isVisible()]
        return popup or (dialogs[-1] if dialogs else self.window)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN, *, times: int = 1) -> None:
        """A key, for whatever has the focus; shortcuts come first, as ever."""
        for _ in range(times):
            QTest.keyClick(self._ready(), key, held)

    def write(self, text: str) -> None:
        """Letters, one after the other; what a keyboard has no keys for, as an input method commits it."""
        if text.isascii():
            for letter in text:
                QTest.keyClicks(self._ready(), letter)
        else:
            committed = QInputMethodEvent()
            committed.setCommitString(text)
            QApplication.sendEvent(self._ready(), committed)

    def _ready(self) -> QWidget:
        target = self.target()
        if target is not QApplication.activePopupWidget() and not target.isActiveWindow():
            self.tour.wait(lambda: _activated(target), f"{type(target).__name__} to be the active window")
        return target.focusWidget() or target

    def order(self, words: str) -> None:
        """Find a command in the palette and run it."""
        self.press(Key.Key_K, CONTROL)
        self.tour.wait(lambda: self.target() is not self.window, "the palette")
        palette = self.target()
        self.write(words)
        assert palette.shown(), words  # type: ignore[attr-defined]
        self.press(Key.Key_Return)
        QTest.qWait(50)

    def tab_to(self, name: str, kind: type[QWidget] = QWidget, key: Qt.Key = Key.Key_Tab) -> None:
        """Tab until the focus is on the widget of this name."""
        passed = []
        for _ in range(MOST_TABS):
            self.press(key)
            focus = QApplication.focusWidget()
            passed.append(f"{type(focus).__name__} {focus.accessibleName() if focus else ''}")
            if focus is not None and focus.accessibleName() == name and isinstance(focus, kind):
                assert focus.isVisible(), name
                seen = focus.viewport() if isinstance(focus, QAbstractScrollArea) else focus  # which covers it
                assert not seen.visibleRegion().isEmpty(), f"{name} has the focus and is not seen"
                return
        raise AssertionError(f"Tab does not lead to {name}, but to: {passed}")

    def enter(self, name: str, number: int) -> None:
        """Go back from *Generate* to a number of the form, and type another one."""
        self.tab_to(name, QAbstractSpinBox, Key.Key_Backtab)
        self.press(Key.Key_A, CONTROL)
        self.write(str(number))

    def medium(self, number: Qt.Key, generator: str) -> None:
        """Choose a medium, whose first generator is this one."""
        self.press(number, ALT)
        panel = self.window.create_page.panel
        assert panel.chooser.generator == generator, panel.chooser.generator

    def generate(self, name: str) -> list[str]:
        """Ctrl+Enter, and wait until its result is on the stage; the items."""
        engine, stage = self.tour.engine, self.window.create_page.stage
        before = {job.id for job in engine.jobs()}
        self.press(Key.Key_Return, CONTROL)
        self.tour.wait(lambda: {job.id for job in engine.jobs()} - before, "the job")
        (job_id,) = {job.id for job in engine.jobs()} - before
        self.tour.wait(lambda: engine.job(job_id).state.is_final, job_id)
        job = engine.job(job_id)
        assert job.failure is None, job.failure
        self.tour.wait(lambda: stage.shot is not None and stage.shot.item in job.items, f"{name} on the stage")
        self.tour.shot(f"keys-{name}")
        return list(job.items)

    def play(self) -> None:
        """Play the tune on the stage and stop it, with its keys."""
        viewer = self.window.create_page.stage.viewer
        assert isinstance(viewer, MusicViewer)
        self.tour.wait(lambda: viewer.roll.isVisible() and viewer.roll.roll is not None, "the piano roll")
        self.tab_to("播放")
        self.press(Key.Key_P)
        self.tour.wait(lambda: viewer.player.playing and viewer.span.position > 0, "the tune to play")
        self.tour.shot("keys-playing")
        self.press(Key.Key_P)
        self.tour.wait(lambda: not viewer.player.playing, "the tune to pause")

    def send_texture(self, texture: str) -> list[str]:
        """Find the texture in the strip, send it to relief, and make that; the items."""
        stage, panel = self.window.create_page.stage, self.window.create_page.panel
        self.tab_to("本次的作品")
        self.press(Key.Key_Home)
        for _ in stage.filmstrip.shots():
            self.press(Key.Key_Return)
            if stage.shot is not None and stage.shot.item == texture:
                break
            self.press(Key.Key_Right)
        assert stage.shot is not None
        assert stage.shot.item == texture
        self.order("Send to: Relief")
        assert panel.chooser.generator == "studio.mesh.relief"
        assert panel.form is not None
        assert panel.form.values()["picture"] == f"item:{texture}"
        self.press(Key.Key_1, CONTROL)
        self.enter("分辨率", 24)
        return self.generate("relief")

    def lose_the_worker(self) -> None:
        """While a job is under way, its process is killed."""
        engine = self.tour.engine
        self.medium(Key.Key_2, "studio.image.texture")
        self.press(Key.Key_1, CONTROL)
        self.enter("尺寸：高", 2048)
        self.enter("尺寸：宽", 2048)
        before = {job.id for job in engine.jobs()}
        self.press(Key.Key_Return, CONTROL)
        self.tour.wait(lambda: {job.id for job in engine.jobs()} - before, "the job")
        (job_id,) = {job.id for job in engine.jobs()} - before
        self.tour.wait(lambda: str(engine.job(job_id).state) == "running", "the job to run")
        for process in psutil.Process().children():
            if "studio.engine.worker" in " ".join(process.cmdline()):
                process.kill()
        self.tour.wait(lambda: str(engine.job(job_id).state) == "interrupted", "the worker's end")
        self.tour.shot("keys-interrupted")


def _activated(window: QWidget) -> bool:
    """Whether it is the active window; without a window manager nobody else does that, and asking may be too early."""
    window.activateWindow()
    return window.isActiveWindow()


def make(keys: Keyboard) -> None:
    """Everything from the first key to a worker's end."""
    tour, stage = keys.tour, keys.window.create_page.stage
    keys.order("light theme")
    keys.order("简体")
    tour.wait(lambda: tour.settings["theme"] == "light" and tour.settings["language"] == "zh_CN", "the settings")
    assert keys.window.rail.buttons["create"].text() == "创作"
    tour.shot("keys-welcome")
    made: dict[str, list[str]] = {}

    keys.medium(Key.Key_1, "studio.text.storyteller")
    keys.press(Key.Key_L, CONTROL)
    keys.press(Key.Key_A, CONTROL)
    keys.write("The little fox")
    keys.press(Key.Key_1, CONTROL)
    keys.enter("长度", 10)
    made["text"] = keys.generate("story")
    assert keys.heard["text"], "it streams in"

    keys.medium(Key.Key_2, "studio.image.texture")
    keys.enter("尺寸：高", 128)
    keys.enter("尺寸：宽", 128)
    made["image"] = keys.generate("texture")
    assert keys.heard["picture"], "it has previews"

    keys.medium(Key.Key_3, "studio.music.composer")
    keys.enter("秒", 5)
    made["music"] = keys.generate("tune")
    keys.play()

    keys.medium(Key.Key_4, "studio.mesh.forms")
    keys.enter("精细度", 1)
    made["mesh"] = keys.generate("vessel")
    keys.order("Turn")
    assert stage.viewer is not None
    turn = next(action for action in stage.viewer.actions() if action.text() == "旋转")
    assert turn.isChecked()

    made["relief"] = keys.send_texture(made["image"][0])
    say(step="made", items=made, parents=[item.id for item in tour.library.parents(made["relief"][0])])
    keys.lose_the_worker()
    say(step="hanging")
    while True:
        QTest.qWait(1000)


def find(keys: Keyboard) -> None:
    """Walk through the library and look at each item."""
    tour, window = keys.tour, keys.window
    assert window.rail.buttons["create"].text() == "创作"
    keys.press(Key.Key_2, CONTROL)
    tour.wait(lambda: window.place == "library", "the library")
    page: Any = window.page("library")
    tour.wait(lambda: page.grid.rows.count, "the items")
    tour.shot("keys-library")
    keys.tab_to("资源库作品")
    keys.press(Key.Key_Home)
    found: dict[str, str] = {}
    for number in range(page.grid.rows.count):
        row = page.grid.rows.row(page.grid.selection.current)
        keys.press(Key.Key_Space)
        tour.wait(lambda: page.peek.sheet is not None and page.peek.sheet.isVisible(), "the quick look")
        sheet = page.peek.sheet
        tour.wait(lambda: sheet.viewer is not None and sheet.viewer.path == row.path, "the file")  # noqa: B023
        found[row.id] = row.kind
        tour.shoot(sheet, f"keys-look-{number}-{row.kind}")
        keys.press(Key.Key_Escape)
        keys.press(Key.Key_Right)
    states = sorted(str(job.state) for job in tour.engine.jobs())
    for number, place in enumerate((Key.Key_1, Key.Key_3, Key.Key_4, Key.Key_5), 1):
        keys.press(place, CONTROL)
        tour.shot(f"keys-place-{number}")
    say(step="found", items=found, states=states)


def main() -> int:
    """The command line."""
    tour = Tour(Path(sys.argv[1]), Path(sys.argv[2]))
    try:
        {"make": make, "find": find}[sys.argv[3]](Keyboard(tour))
    except Exception:  # noqa: BLE001 - whatever went wrong is printed for the caller
        traceback.print_exc()
        tour.shot("keys-failed")
        return 1
    finally:
        tour.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

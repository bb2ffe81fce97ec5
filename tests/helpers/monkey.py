"""A monkey at the window: seeded random clicks, keys and drops, with an engine that lives along."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.windows import Stand
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget

from studio.engine.jobs import Failure
from studio.engine.states import JobState
from studio.library.library import Library
from studio.sdk.testing.samples import sample_input
from studio.shell.rail import PLACES

KEYS = (
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_A, Qt.Key.Key_5, Qt.Key.Key_Backspace, Qt.Key.Key_PageDown,
)  # fmt: skip
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
UNSAFE_COMMANDS = {"Quit"}
"""What would end the run rather than test it."""


class Monkey:
    """Plays with a window; the same seed plays the same.

    Args:
        stand: the window and its engine.
        folder: where results of the pretended engine are written.
        seed: of the randomness.
    """

    def __init__(self, stand: Stand, folder: Path, seed: int) -> None:
        self._stand = stand
        self._random = random.Random(seed)
        self._folder = folder
        self._picture = folder / "monkey.png"
        image = QImage(16, 16, QImage.Format.Format_RGB32)
        image.fill("teal")
        image.save(str(self._picture))
        self._moves: tuple[Callable[[], None], ...] = (
            self._click, self._click, self._click, self._key, self._key, self._command, self._live, self._live,
            self._resize, self._drop, self._place, self._appearance,
        )  # fmt: skip

    def play(self, actions: int) -> None:
        """Do `actions` random things."""
        # A click may open a menu that keeps its caller until it closes: only a timer runs meanwhile.
        closing = QTimer()
        closing.timeout.connect(close_popup)
        closing.start(50)
        for _ in range(actions):
            self._random.choice(self._moves)()
            self._close_others()
            QApplication.processEvents()
        closing.stop()

    def _widget(self) -> QWidget:
        shown = [w for w in self._stand.window.findChildren(QWidget) if w.isVisible() and w.isEnabled()]
        return self._random.choice(shown)

    def _spot(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(max(1, widget.width())), self._random.randrange(max(1, widget.height())))

    def _click(self) -> None:
        widget = self._widget()
        modifier = self._random.choice(MODIFIERS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifier, self._spot(widget))

    def _key(self) -> None:
        target = QApplication.focusWidget() or self._stand.window
        QTest.keyClick(target, self._random.choice(KEYS), self._random.choice(MODIFIERS))

    def _command(self) -> None:
        safe = [made for made in self._stand.window.commands.all() if made.source not in UNSAFE_COMMANDS]
        self._random.choice(safe).action.trigger()

    def _place(self) -> None:
        self._stand.window.show_place(self._random.choice(PLACES).id)

    def _resize(self) -> None:
        self._stand.window.resize(self._random.randrange(960, 1920), self._random.randrange(600, 1080))

    def _appearance(self) -> None:
        self._stand.language.use(self._random.choice(("en", "zh_CN")))
        self._stand.theme.use(self._random.choice(("dark", "light")), self._random.choice(("normal", "large")))

    def _drop(self) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._picture))])
        widget = self._widget()
        spot, copy = self._spot(widget), Qt.DropAction.CopyAction
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entered = QDragEnterEvent(spot, copy, data, left, none)
        entered.ignore()
        QApplication.sendEvent(widget, entered)
        if entered.isAccepted():  # Qt remembers where, and hands the drop to that widget
            QApplication.sendEvent(widget, QDropEvent(QPointF(spot), copy, data, left, none))

    def _live(self) -> None:
        """One random step of the engine's life."""
        engine: Any = self._stand.engine
        active = [job for job in engine.jobs() if not job.state.is_final]
        if len(active) > 6 or len(engine.jobs()) > 40:
            for job in active[3:]:
                engine.cancel(job.id)
            engine.clear()
            return
        if not active:
            return
        job = active[0]
        if job.state == JobState.QUEUED:
            engine.begin(job.id)
            return
        step = self._random.randrange(6)
        if step == 0:
            engine.save(job.id, "image", str(self._picture))
            engine.end(job.id)
        elif step == 1:
            reason = self._random.choice(("memory", "bug", "worker", "user"))
            engine.fail(job.id, Failure("It did not work.", reason=reason, details="…"))
        elif step == 2:
            engine.preview(job.id)
        elif step == 3:
            engine.write(job.id, "word ")
        else:
            engine.progress(job.id, min(job.done + 1, 10), 10, "Working")

    def _close_others(self) -> None:
        """Close dialogs and menus that were opened, so that the window stays in reach."""
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and isinstance(widget, (QDialog, QMenu)):
                widget.close()


def fill(library: Library, items: int) -> None:
    """Save results of every kind, a few titles over and over."""
    for number in range(items):
        made = sample_input(("image", "text_in", "audio", "score", "mesh")[number % 5])
        library.save(replace(made, title=("A fox", "狐狸", "<b>bold</b>", "A fox")[number % 4]))


def close_popup() -> None:
    """Close the menu, list or dialog that waits for an answer, if there is one."""
    waiting = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    if waiting is not None:
        waiting.close()


def refuse_modal_dialogs(monkeypatch: Any) -> None:
    """Answer every dialog that would wait for a person with *Cancel*."""
    from PySide6.QtWidgets import QColorDialog, QInputDialog

    from studio.shell.forms.item_picker import ItemPicker

    start_nothing(monkeypatch)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_, **__: ("", "")))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_, **__: ([], "")))
    monkeypatch.setattr(QFileDialog, "open", lambda _: None)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_, **__: ""))
    monkeypatch.setattr(
        QColorDialog, "getColor", staticmethod(lambda *_, **__: __import__("PySide6.QtGui").QtGui.QColor())
    )
    monkeypatch.setattr(QInputDialog, "getText", staticmethod(lambda *_, **__: ("", False)))
    monkeypatch.setattr(ItemPicker, "exec", lambda _: 0)
    monkeypatch.setattr(QMenu, "exec", lambda *_: None)


def start_nothing(monkeypatch: Any) -> None:
    """Let commands of the studio's end at once, and show no folder in other programs."""
    import sys

    from PySide6.QtGui import QDesktopServices

    from studio.shell.plugins import checking
    from studio.shell.teach import data_step, forecast

    for module in (checking, data_step, forecast):
        monkeypatch.setattr(module, "start_command", lambda process, *_: process.start(sys.executable, ["-c", ""]))
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda *_: True))

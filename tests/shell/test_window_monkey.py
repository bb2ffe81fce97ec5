"""Random play: nothing crashes, nothing is left behind. `STUDIO_MONKEY=20000` plays longer, and watches the memory."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from helpers.monkey import Monkey, fill, refuse_modal_dialogs
from helpers.tiny_trainer import dataset_in
from helpers.windows import PAINTER, SHAPER, TRAINER, WRITER, Stand, open_window
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from studio.library.library import Library
from studio.shell.library.thumbnails import Thumbnails

ACTIONS = int(os.environ.get("STUDIO_MONKEY", "100"))
ENDING_SECONDS = 5
"""How long what the play began may take to end: a program that is stopped is killed after three seconds."""


@pytest.mark.timeout(120 + ACTIONS // 4)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_play_crashes_nothing_and_leaves_nothing(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    refuse_modal_dialogs(monkeypatch)
    # What is dropped into the library stays there: with room for all its thumbnails, memory would grow with them.
    monkeypatch.setattr(Thumbnails.__init__, "__defaults__", (None, 8 * 2**20))
    with living(qapp, tmp_path / "warm") as stand:
        Monkey(stand, tmp_path, 0).play(20)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    widgets, threads, timers = len(QApplication.allWidgets()), threading.active_count(), running_timers()
    memory = []
    with living(qapp, tmp_path / "play") as stand:
        monkey = Monkey(stand, tmp_path, seed)
        for _ in range(4):
            monkey.play(ACTIONS // 4)
            memory.append(psutil.Process().memory_info().rss / 2**20)
    gc.collect()
    for _ in range(3):
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    assert len(QApplication.allWidgets()) <= widgets
    until = time.monotonic() + ENDING_SECONDS
    while running_timers() > timers and time.monotonic() < until:
        qapp.processEvents()
    assert running_timers() <= timers
    print("MB after each quarter:", *(round(part) for part in memory))
    if ACTIONS >= 10_000:  # earlier, caches and the interpreter's own arenas still fill
        assert memory[3] <= 1.1 * memory[1]
    assert threading.active_count() <= threads + 2  # the two threads that decode pictures end by themselves


@contextmanager
def living(app: QApplication, folder: Path) -> Iterator[Stand]:
    """A window with generators, a trainer, a dataset and a library that holds something."""
    with open_window(app, folder, PAINTER, WRITER, SHAPER, TRAINER) as stand, Library(folder / "library") as library:
        dataset_in(stand.workshop.home.datasets / "greys")
        fill(library, 30)
        stand.workshop.set_library(library)
        yield stand
        stand.window.close()
        stand.workshop.library = None


def running_timers() -> int:
    """How many timers run that Python knows of."""
    gc.collect()
    return sum(1 for made in gc.get_objects() if type(made) is QTimer and isValid(made) and made.isActive())

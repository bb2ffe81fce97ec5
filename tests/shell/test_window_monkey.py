"""Random play: nothing crashes, nothing is left behind. `STUDIO_MONKEY=20000` plays longer."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest
from helpers.monkey import Monkey, refuse_modal_dialogs
from helpers.windows import open_window
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

ACTIONS = int(os.environ.get("STUDIO_MONKEY", "100"))


@pytest.mark.timeout(120 + ACTIONS // 4)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_play_crashes_nothing_and_leaves_nothing(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    refuse_modal_dialogs(monkeypatch)
    with open_window(qapp, tmp_path / "warm") as stand:
        Monkey(stand, tmp_path, 0).play(20)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    widgets, threads = len(QApplication.allWidgets()), threading.active_count()
    with open_window(qapp, tmp_path / "play") as stand:
        Monkey(stand, tmp_path, seed).play(ACTIONS)
    gc.collect()
    for _ in range(3):
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    assert len(QApplication.allWidgets()) <= widgets
    assert threading.active_count() <= threads + 2  # the two threads that decode pictures end by themselves

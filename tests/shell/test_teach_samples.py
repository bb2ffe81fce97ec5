"""The strip of samples on *Teach*."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from studio.shell.teach.samples import SIDE, SampleStrip
from studio.shell.teach.snapshots import Shown
from studio.shell.viewers.background import Background


def test_samples_are_seen_whole_with_their_step_though_their_pictures_come_later(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "sample.png"
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    picture.save(str(path))
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 400)
    strip.show()
    strip.show_samples([Shown(step, "image", path) for step in (1, 2)])
    qtbot.waitUntil(lambda: not Background.shared().busy)
    qtbot.wait(50)
    seen = strip.grab().toImage()
    entry = strip.visualItemRect(strip.item(0))
    assert entry.height() > SIDE
    ratio = strip.devicePixelRatio()
    corner = entry.center().x() - SIDE // 2 + 4, entry.top() + SIDE - 8
    assert seen.pixelColor(int(corner[0] * ratio), int(corner[1] * ratio)) == Qt.GlobalColor.red


def test_new_samples_do_not_take_away_those_that_are_looked_at(qtbot: QtBot, tmp_path: Path) -> None:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(320, 220)
    strip.show()
    samples = [Shown(step, "text", tmp_path / f"{step}.txt") for step in range(12)]
    bar = strip.verticalScrollBar()
    strip.show_samples(samples[:10])
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(0)
    strip.show_samples(samples[:11])
    qtbot.wait(20)
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    strip.show_samples(samples)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())

"""What viewers do by their controls: the pixel grid of a picture, repeating a sound."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.library import formats
from studio.shell.viewers.background import Background
from studio.shell.viewers.image import ImageViewer
from studio.shell.viewers.image_canvas import ImageCanvas
from studio.shell.viewers.inspector import Inspector
from studio.shell.viewers.music import MusicViewer

SLATE = QColor("#336699")


@pytest.fixture(autouse=True)
def closed_afterwards(qtbot: QtBot) -> Iterator[None]:
    """Ends the shared threads and the inspecting process after each test."""
    yield
    for shared in (Inspector.shared(), Background.shared()):
        shared.close()
        shared.deleteLater()
        shared.setParent(None)
    qtbot.wait(1)


def canvas_of(qtbot: QtBot, image: QImage, folder: Path) -> ImageCanvas:
    """A viewer's canvas with a picture of the disk."""
    path = folder / "picture.png"
    assert image.save(str(path))
    viewer = ImageViewer()
    qtbot.addWidget(viewer)
    viewer.resize(640, 480)
    viewer.show()
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(path)
    return viewer.picture_canvas


def lines_across(canvas: ImageCanvas) -> list[int]:
    """Where another colour than the picture's is seen along one row of the screen, from the picture's left edge."""
    target, shown = canvas._target(canvas.rect()).toRect().intersected(canvas.rect()), canvas.grab().toImage()
    y = target.center().y() + round(canvas.zoom / 2)
    return [x - target.left() for x in range(target.left() + 1, target.right()) if shown.pixelColor(x, y) != SLATE]


def test_each_pixel_of_a_picture_is_framed_once_it_is_large_enough(qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(20, 12, QImage.Format.Format_RGB32)
    image.fill(SLATE)
    canvas = canvas_of(qtbot, image, tmp_path)
    assert canvas.zoom == 8
    assert lines_across(canvas) == []
    canvas.zoom_by(1)
    while canvas.zoom < 12:
        canvas.zoom_by(1)
    lines = lines_across(canvas)
    assert len(lines) in {19, 20}
    gaps = {after - before for before, after in itertools.pairwise(lines)}
    assert gaps <= {int(canvas.zoom), int(canvas.zoom) + 1}
    while canvas.zoom >= 12:
        canvas.zoom_by(-1)
    assert lines_across(canvas) == []


def test_a_sound_begins_again_at_its_end_while_repeat_is_on(qtbot: QtBot, tmp_path: Path) -> None:
    seconds = np.arange(12_000) / 24_000
    sound = (0.2 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32)
    path = tmp_path / "half a second.flac"
    formats.write(sdk.Audio(np.stack([sound, sound], 1), 24_000), path)
    viewer = MusicViewer()
    qtbot.addWidget(viewer)
    viewer.resize(640, 480)
    viewer.show()
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(path)
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_L)
    assert viewer.transport.loop.isChecked()
    heard: list[float] = []
    viewer.player.moved.connect(heard.append)
    QTest.keyClick(viewer, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: rounds(heard) >= 2, timeout=15_000)
    assert viewer.player.playing
    QTest.keyClick(viewer, Qt.Key.Key_L)  # it plays to its end, and that is that
    qtbot.waitUntil(lambda: not viewer.player.playing, timeout=10_000)


def rounds(heard: list[float]) -> int:
    """How often the position jumped back."""
    return sum(after < before - 0.2 for before, after in itertools.pairwise(heard))

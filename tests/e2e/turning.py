"""Turns a model in the real 3D view, driven by `test_model_view`: prints what was seen as one line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from studio.shell.theme import Theme
from studio.shell.viewers.mesh import MeshViewer, _Stage


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window live until something is so."""
    for _ in range(int(seconds * 100)):
        if true():
            return
        QTest.qWait(10)
    raise TimeoutError("waited in vain")


def view_of(stage: _Stage) -> QImage:
    """What the stage shows, once nothing more is about to be drawn."""
    assert stage._view is not None
    view = stage._view
    wait_until(lambda: not view._due.isActive())
    QTest.qWait(50)
    return stage.grab().toImage()


def angle(stage: _Stage) -> float:
    """From which side the model is looked at."""
    assert stage._view is not None
    return float(str(stage._view.get("yaw")))


def main(first: Path, second: Path) -> None:
    """Show one model, turn it by key, mouse and wheel, take it to full screen and back; show another, in every way."""
    app = QApplication([sys.argv[0]])
    Theme(app).use("dark")
    window, viewer = QMainWindow(), MeshViewer()
    window.setCentralWidget(viewer)
    window.resize(500, 400)
    window.show()
    loaded: list[bool] = []
    viewer.loaded.connect(lambda: loaded.append(True))
    viewer.show_file(first)
    wait_until(lambda: len(loaded) == 1)
    stage = viewer.stage
    seen = {"shown": view_of(stage)}
    angles = [angle(stage)]
    QTest.keyClick(stage, Qt.Key.Key_Left)
    angles.append(angle(stage))
    seen["by key"] = view_of(stage)
    target = stage._view
    assert target is not None
    middle = target.rect().center()
    QTest.mousePress(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(target, middle + QPoint(60, 0))
    QTest.mouseRelease(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle + QPoint(60, 0))
    angles.append(angle(stage))
    seen["by mouse"] = view_of(stage)
    inverted = False
    wheel = QWheelEvent(
        QPointF(middle), target.mapToGlobal(QPointF(middle)), QPoint(), QPoint(0, 360), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, inverted,
    )  # fmt: skip
    app.sendEvent(stage, wheel)  # which the view leaves to it
    seen["nearer"] = view_of(stage)
    viewer.toggle_full_screen()
    assert viewer._full_screen is not None
    viewer._full_screen.resize(900, 700)  # as a window manager would: there is none here
    wait_until(lambda: stage.width() == 900)
    seen["full screen"] = view_of(stage)
    angles.append(angle(stage))
    viewer.toggle_full_screen()
    wait_until(lambda: stage.width() == 500)
    stage.set("turning", value=True)
    wait_until(lambda: abs(angle(stage) - angles[-1]) > 1)
    stage.set("turning", value=False)
    viewer.show_file(second)
    wait_until(lambda: len(loaded) == 2)
    seen["another"] = view_of(stage)
    window.resize(240, 700)
    wait_until(lambda: stage.width() == 240)
    seen["upright"] = view_of(stage)
    window.activateWindow()
    viewer.setFocus()
    wait_until(stage.hasFocus)  # its keys work only then
    QTest.keyClick(stage, Qt.Key.Key_W)
    seen["wireframe"] = view_of(stage)
    QTest.keyClick(stage, Qt.Key.Key_W)
    seen["solid again"] = view_of(stage)
    for light in ("second light", "third light", "first light again"):
        QTest.keyClick(stage, Qt.Key.Key_L)
        seen[light] = view_of(stage)
    told = {
        "angles": angles,
        "sizes": {name: [image.width(), image.height()] for name, image in seen.items()},
        "colours": {name: colours(image) for name, image in seen.items()},
        "at the edges": {name: colours(edges(image)) for name, image in seen.items()},
        "brightness": {name: brightness(image) for name, image in seen.items()},
        "whole window in graphics": "PySide6.QtQuickWidgets" in sys.modules,
    }
    print(json.dumps(told))
    window.close()


def brightness(image: QImage) -> float:
    """How bright a picture is on average, from 0 to 255."""
    grey = image.scaled(1, 1, mode=Qt.TransformationMode.SmoothTransformation).pixelColor(0, 0)
    return float(grey.lightness())


def edges(image: QImage) -> QImage:
    """The left and right margins of a picture, three pixels wide each, side by side."""
    made = QImage(6, image.height(), QImage.Format.Format_RGB32)
    for y in range(image.height()):
        for x in range(3):
            made.setPixelColor(x, y, image.pixelColor(x, y))
            made.setPixelColor(5 - x, y, image.pixelColor(image.width() - 1 - x, y))
    return made


def colours(image: QImage) -> dict[str, int]:
    """How many pixels are mainly red, green or blue."""
    counts = {"red": 0, "green": 0, "blue": 0}
    for y in range(0, image.height(), 3):
        for x in range(0, image.width(), 3):
            parts = image.pixelColor(x, y)
            shares = {"red": parts.red(), "green": parts.green(), "blue": parts.blue()}
            name = max(shares, key=lambda each: shares[each])
            if shares[name] > 60 and shares[name] > 2 * sorted(shares.values())[1]:
                counts[name] += 1
    return counts


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

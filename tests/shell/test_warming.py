"""What the first result needs is imported before it is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.commands import ROOT
from helpers.windows import PAINTER, open_window
from PySide6.QtCore import QObject, QRect
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.engine.requests import GenerationRequest
from studio.shell import warming
from studio.shell.viewers.text import TextViewer
from studio.shell.warming import PartsOfQt, load_libraries
from studio.shell.widgets import laid_out_once


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tells by the table of a Linux process")
def test_libraries_are_loaded_without_being_imported() -> None:
    code = """
import sys
from pathlib import Path
from PySide6 import QtCore
from studio.shell.warming import load_libraries
def mapped():
    return "libQt6Quick3D.so" in Path("/proc/self/maps").read_text()
assert not mapped()
print(load_libraries(["PySide6.QtNetwork", "PySide6.QtQuick3D", "PySide6.QtNothing"]), mapped())
assert "PySide6.QtQuick3D" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "True"]


def test_where_libraries_cannot_be_loaded_that_way_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "os", SimpleNamespace(name="nt"))
    assert load_libraries(["PySide6.QtNetwork"]) == 0


def test_each_kind_is_told_once_all_it_takes_is_imported(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        warming, "BY_KIND", {"audio": ("PySide6.QtNetwork", "colorsys"), "mesh": ("studio.nothing", "PySide6.QtQml")}
    )
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    owner = QObject()
    parts, told = PartsOfQt(owner), list[tuple[str, bool]]()
    parts.imported.connect(lambda kind: told.append((kind, "colorsys" in sys.modules)))
    parts.import_for(("audio", "mesh", "text", "audio"))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [("audio", True), ("text", True)], "a kind that lacks a part is passed over"
    parts.import_for(("text",))
    qtbot.wait(3 * round(1000 * warming.BREATH))
    assert len(told) == 2


def test_a_job_that_waits_has_its_viewer_made(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    with open_window(qapp, tmp_path) as stand:
        stage = stand.page.stage
        stand.page.panel.open("tests.writer", {"prompt": "Once"})
        stand.page.panel.generate()
        qtbot.waitUntil(lambda: isinstance(stage.viewer, TextViewer))
        stand.engine.submit(GenerationRequest.of(PAINTER, {}, 1))
        qtbot.waitUntil(lambda: "image" in stage._viewers)
        assert isinstance(stage.viewer, TextViewer), "what is shown stays"


class Counted(QVBoxLayout):
    """Counts how often it lays out."""

    times = 0

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        self.times += 1
        super().setGeometry(rect)


def test_things_shown_together_are_laid_out_once(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = Counted(page)
    hidden = [QLabel(str(number)) for number in range(4)]
    for thing in hidden:
        layout.addWidget(thing)
        thing.hide()
    page.resize(200, 300)
    page.show()
    qtbot.wait(10)
    layout.times = 0
    with laid_out_once(page):
        for thing in hidden:
            thing.show()
        assert layout.times == 0
    assert layout.isEnabled()
    qtbot.waitUntil(lambda: layout.times > 0)
    qtbot.wait(10)
    assert layout.times == 1
    assert len({thing.y() for thing in hidden}) == len(hidden)

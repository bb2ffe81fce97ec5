"""The slow part of starting, where something goes wrong: it is told, can be tried again, and the end always comes."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.windows import PAINTER, FakeRegistry
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from studio.disk.home import Home
from studio.engine.discovery.registry import Registry
from studio.engine.settings import Settings
from studio.library.library import Library
from studio.sdk import UserError
from studio.shell.app import Studio
from studio.shell.errors import ErrorWatch
from studio.shell.i18n import Language
from studio.shell.startup import Startup
from studio.shell.widgets import CalmSplitter

REGISTRY = FakeRegistry({PAINTER.id: PAINTER})


class Stand:
    """A start over a scripted discovery, with all it told."""

    def __init__(self, folder: Path) -> None:
        home = Home(state=folder / "state", library=folder / "library")
        self.watch = ErrorWatch(folder / "logs")
        self.startup = Startup(home, Settings.load(home.settings_file), self.watch)
        self.engines: list[Any] = []
        self.problems: list[str] = []
        self.libraries: list[Any] = []
        self.startup.engine_started.connect(self.engines.append)
        self.startup.problem.connect(lambda title, sentence: self.problems.append(f"{title}: {sentence}"))
        self.startup.library_opened.connect(self.libraries.append)


@pytest.fixture
def stand(qtbot: QtBot, tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path)
    yield made
    made.startup.join()
    for thing in (*made.engines, *made.libraries):
        thing.close()
    if made.watch._dialog is not None:
        made.watch._dialog.close()
    made.watch.uninstall()  # else the log of later tests stays here


def discovery(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
    """What looking for plugins comes to, one after the other: a registry, an exception, or an event to wait for."""
    left = list(answers)

    def discover(*_: Any, **__: Any) -> Any:
        answer = left.pop(0)
        if isinstance(answer, threading.Event):
            answer.wait(10)
        if isinstance(answer, Exception):
            raise answer
        return REGISTRY

    monkeypatch.setattr(Registry, "discover", discover)


@pytest.mark.parametrize("trouble", [OSError("disk gone"), UserError("The file is damaged."), RuntimeError("a fault")])
def test_a_failed_look_for_plugins_is_told_and_looking_again_starts_the_engine(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    discovery(monkeypatch, trouble, REGISTRY)
    reports: list[str] = []
    stand.watch.caught.connect(reports.append)
    assert stand.startup.find_generators(5.0) is None
    qtbot.wait(20)
    assert stand.problems == []  # there is no window yet that could tell
    stand.startup.open_library_and_engine()
    qtbot.waitUntil(lambda: len(stand.problems) + len(reports) == 1, timeout=5000)
    assert str(trouble) in (stand.problems + reports)[0]
    qtbot.waitUntil(lambda: len(stand.libraries) == 1, timeout=5000)
    assert stand.engines == []
    stand.startup.discover_again(refresh=True)
    qtbot.waitUntil(lambda: len(stand.engines) == 1, timeout=5000)


def test_the_end_comes_after_discovery_failed(stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    discovery(monkeypatch, OSError("disk gone"))
    stand.startup.find_generators(0)
    stand.startup.open_library_and_engine()
    began = time.monotonic()
    stand.startup.join(5.0)
    assert time.monotonic() - began < 4.5


def test_the_end_waits_no_longer_than_it_may_and_starts_no_engine_then(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()
    discovery(monkeypatch, slow)
    stand.startup.open_library_and_engine()
    qtbot.waitUntil(lambda: len(stand.libraries) == 1, timeout=5000)
    stand.startup.find_generators(0)
    began = time.monotonic()
    stand.startup.join(0.2)
    assert time.monotonic() - began < 2
    slow.set()
    stand.startup.join()
    qtbot.wait(20)
    assert stand.engines == []


def test_looking_for_plugins_twice_starts_one_engine(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    discovery(monkeypatch, REGISTRY, REGISTRY)
    stand.startup.find_generators(0)
    stand.startup.open_library_and_engine()
    stand.startup.discover_again(refresh=False)
    qtbot.waitUntil(lambda: len(stand.engines) == 1, timeout=5000)
    stand.startup.join()
    qtbot.wait(20)
    assert len(stand.engines) == 1


def test_a_library_that_cannot_be_opened_is_told_and_the_engine_starts_without(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "library").write_text("a file where the folder should be")
    stand = Stand(tmp_path)
    reasons: list[str] = []
    stand.startup.library_failed.connect(reasons.append)
    discovery(monkeypatch, REGISTRY)
    stand.startup.find_generators(0)
    stand.startup.open_library_and_engine()
    qtbot.waitUntil(lambda: len(stand.engines) == 1, timeout=5000)
    assert len(reasons) == 1
    stand.engines[0].close()


def test_why_the_library_cannot_be_opened_is_said_in_the_windows_language(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "library" / "index.db"))

    monkeypatch.setattr(Library, "_take", full)  # late in opening, where the disk may be full as well
    language = Language(qapp)
    stand = Stand(tmp_path)
    reasons: list[str] = []
    stand.startup.library_failed.connect(reasons.append)
    try:
        language.use("zh_CN")
        stand.startup.open_library_and_engine()
        qtbot.waitUntil(lambda: len(reasons) == 1, timeout=5000)
    finally:
        language.use("en")
        stand.startup.join()
        stand.watch.uninstall()
    assert reasons == [f"无法在“{tmp_path / 'library'}”打开资源库：磁盘空间已满。"]


def test_generators_that_are_found_while_the_window_is_built_reach_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    discovery(monkeypatch, REGISTRY)

    def look_and_give_up(startup: Startup, _seconds: float) -> None:
        """Time is up, and the moment after it they are found: before the window, and before anybody listens."""
        startup._run(startup._discover, refresh=False)
        startup._threads[-1].join()

    monkeypatch.setattr(Startup, "find_generators", look_and_give_up)
    monkeypatch.setattr(Startup, "open_library_and_engine", lambda _startup: None)
    home = Home(state=tmp_path / "state", library=tmp_path / "library")
    studio = Studio(qapp, home, Settings.load(home.settings_file))
    qtbot.addWidget(studio.window)
    try:
        studio.open()
        assert studio.workshop.registry is REGISTRY
    finally:
        studio.window.close()
        studio.close()


def test_the_pointer_coming_in_does_not_paint_all_that_lies_in_a_splitter(qtbot: QtBot) -> None:
    splitter = CalmSplitter()
    for part in (QWidget(), QWidget()):
        splitter.addWidget(part)
    qtbot.addWidget(splitter)
    hover = Qt.WidgetAttribute.WA_Hover
    for sheet in ("QSplitter::handle:hover { background: red; }", "QSplitter::handle:hover { background: blue; }"):
        splitter.setStyleSheet(sheet)
        splitter.show()
        qtbot.waitExposed(splitter)
        assert not splitter.testAttribute(hover)
        assert splitter.handle(1).testAttribute(hover), "the handle itself is lit up still"
    usual = QSplitter()
    qtbot.addWidget(usual)
    usual.setStyleSheet("QSplitter::handle:hover { background: red; }")
    usual.ensurePolished()
    assert usual.testAttribute(hover), "what is undone here is no more done by Qt"

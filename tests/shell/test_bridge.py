"""The crossing from the engine's threads to the window's."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from helpers.fake_engine import FakeEngine
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from studio.engine import events
from studio.shell.bridge import TURN, EngineBridge, _emitters, picture


def test_every_event_of_the_engine_has_a_signal() -> None:
    assert set(_emitters()) == set(get_args(events.Event))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_preview_is_32_bits_wide_as_qt_draws_fastest_and_keeps_its_colours(channels: int) -> None:
    told = picture(events.PreviewReceived("job", 3, 1, channels, bytes(range(10, 10 + 3 * channels))))
    assert told.format() in {QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32}
    first = {1: (10, 10, 10, 255), 3: (10, 11, 12, 255), 4: (10, 11, 12, 13)}[channels]
    assert told.pixelColor(0, 0).getRgb() == first
    assert told.size() == QSize(3, 1)


def test_what_takes_long_to_show_is_told_over_several_turns_of_the_loop_and_in_order(qtbot: QtBot) -> None:
    bridge, engine = EngineBridge(), FakeEngine()
    bridge.attach(engine)
    told: list[str] = []

    def show(name: str) -> None:
        told.append(name)
        time.sleep(2 * TURN)

    bridge.item_drawn.connect(show)
    turns = QTimer()
    turns.setInterval(0)
    turns.timeout.connect(lambda: told.append("turn"))
    turns.start()
    for name in ("a", "b", "c"):
        engine._tell(events.ItemDrawn("job", name))
    qtbot.waitUntil(lambda: "c" in told)
    assert [name for name in told if name != "turn"] == ["a", "b", "c"]
    assert "turn" in told[told.index("a") : told.index("b")]
    assert "turn" in told[told.index("b") : told.index("c")]
    turns.stop()
    bridge.close()


def test_what_fails_while_it_is_told_does_not_keep_the_rest_from_being_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge, engine = EngineBridge(), FakeEngine()
    bridge.attach(engine)
    told: list[str] = []
    bridge.item_drawn.connect(told.append)
    monkeypatch.setattr("studio.shell.bridge.picture", lambda event: 1 / 0)
    with qtbot.captureExceptions() as raised:
        engine._tell(events.PreviewReceived("job", 1, 1, 1, b"x"))
        engine._tell(events.ItemDrawn("job", "a"))
        qtbot.waitUntil(lambda: told == ["a"])
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]
    bridge.close()

"""The crossing from the engine's threads to the window's."""

from __future__ import annotations

from typing import get_args

from studio.engine import events
from studio.shell.bridge import _emitters


def test_every_event_of_the_engine_has_a_signal() -> None:
    assert set(_emitters()) == set(get_args(events.Event))

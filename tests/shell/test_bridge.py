"""The crossing from the engine's threads to the window's."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from studio.engine import events
from studio.shell.bridge import _emitters, picture


def test_every_event_of_the_engine_has_a_signal() -> None:
    assert set(_emitters()) == set(get_args(events.Event))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_preview_is_32_bits_wide_as_qt_draws_fastest_and_keeps_its_colours(channels: int) -> None:
    told = picture(events.PreviewReceived("job", 3, 1, channels, bytes(range(10, 10 + 3 * channels))))
    assert told.format() in {QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32}
    first = {1: (10, 10, 10, 255), 3: (10, 11, 12, 255), 4: (10, 11, 12, 13)}[channels]
    assert told.pixelColor(0, 0).getRgb() == first
    assert told.size() == QSize(3, 1)

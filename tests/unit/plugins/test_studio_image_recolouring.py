"""A thing in another colour: its main hue is turned, and everything else stays as it was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from studio_image.asking import COLOURS
from studio_image.palettes import oklab, parse, to_linear
from studio_image.recolouring import TARGETS, recoloured

GREEN, LEAF, RED = (60, 160, 50), (40, 110, 40), (210, 40, 40)


def thing(body: tuple[int, int, int], detail: tuple[int, int, int] = RED) -> NDArray[np.uint8]:
    """A body with a black outline, a white eye and a detail, see-through around; [1, 16, 16, 4]."""
    picture = np.zeros((1, 16, 16, 4), np.uint8)
    picture[0, 2:14, 2:14] = (0, 0, 0, 255)
    picture[0, 3:13, 3:13, :3] = body
    picture[0, 4:6, 4:6, :3] = 255
    picture[0, 9:11, 9:11, :3] = detail
    return picture


def hue(pixel: NDArray[np.uint8]) -> NDArray[np.float32]:
    return oklab(to_linear(pixel[:3].astype(np.float32) / np.float32(255)))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("body", [GREEN, (250, 210, 40), (240, 240, 240), (130, 130, 130)])
def test_every_colour_can_be_given_to_every_thing(body: tuple[int, int, int], colour: str) -> None:
    got = hue(recoloured(thing(body), colour)[0, 8, 5])
    wanted = parse([TARGETS[colour].sample])[0]
    assert TARGETS[colour].darkest - 0.12 <= got[0] <= TARGETS[colour].lightest + 0.06
    assert np.hypot(*(got[1:] - wanted[1:])) < 0.09


@pytest.mark.parametrize("colour", COLOURS)
def test_outlines_eyes_other_hues_and_alpha_stay(colour: str) -> None:
    before = thing(GREEN)
    after = recoloured(before, colour)
    assert np.array_equal(after[..., 3], before[..., 3])
    for place in ((2, 2), (4, 4), (9, 9), (0, 0)):
        assert np.abs(after[0][place].astype(int) - before[0][place]).max() <= 2


def test_shades_of_the_thing_stay_shades() -> None:
    after = recoloured(thing(GREEN, LEAF), "red")[0]
    assert hue(after[8, 5])[0] > hue(after[9, 9])[0]
    assert hue(after[9, 9])[1] > 0.05


def test_nothing_to_see_stays_nothing() -> None:
    empty = np.zeros((1, 8, 8, 4), np.uint8)
    assert np.array_equal(recoloured(empty, "red"), empty)
    assert recoloured(np.zeros((1, 8, 8, 3), np.uint8), "red").shape == (1, 8, 8, 3)

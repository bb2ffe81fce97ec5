"""What the texture generator promises: it tiles, repeats itself exactly, looks alike at any size, and stops."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_image.palettes import PALETTES, from_oklab, from_picture, oklab, parse, ramp, to_linear
from studio_image.reaction_diffusion import PATTERNS
from studio_image.styles import STYLES
from studio_image.texture import PALETTE_OPTIONS, PATTERN_OPTIONS, STYLE_OPTIONS, Texture

STYLE_NAMES = [name for name, _label in STYLE_OPTIONS]
Pixels = NDArray[Any]


def pixels_of(results: Sequence[sdk.Result]) -> Pixels:
    """The pixels of the one picture that came out."""
    (picture,) = results
    assert isinstance(picture, sdk.Image)
    return picture.pixels


def made(seed: int = 0, **values: Any) -> Pixels:
    """The pixels of one texture."""
    values.setdefault("size", [96, 64])
    if values.get("style") == "reaction":
        values.setdefault("scale", 3.0)
    return pixels_of(run(Texture, values, RecordingContext(seed=seed)))


def jumps(pixels: Pixels, axis: int) -> tuple[Pixels, float]:
    """Mean step between neighbouring rows or columns: inside the picture, and across the wrap-around."""
    light = pixels.astype(np.float32).mean(2)
    inside = np.abs(np.diff(light, axis=axis)).mean(axis=1 - axis)
    across = np.abs(np.take(light, 0, axis) - np.take(light, -1, axis)).mean()
    return inside, across


def test_the_form_offers_exactly_what_exists() -> None:
    assert set(STYLE_NAMES) == set(STYLES)
    assert tuple((name, label) for name, (label, *_rest) in PATTERNS.items()) == PATTERN_OPTIONS
    named = tuple((name, label) for name, (label, _colors) in PALETTES.items())
    assert PALETTE_OPTIONS[: len(named)] == named
    assert {name for name, _label in PALETTE_OPTIONS[len(named) :]} == {"two", "three", "picture"}


@pytest.mark.parametrize("style", STYLE_NAMES)
@pytest.mark.parametrize("size", [[160, 160], [192, 104]])
def test_every_style_tiles(style: str, size: list[int]) -> None:
    pixels = made(3, style=style, size=size, relief=0.6)
    assert pixels.shape == (size[1], size[0], 3)
    for axis in (0, 1):
        inside, across = jumps(pixels, axis)
        assert across <= inside.max() * 1.05 + 0.5


def test_the_tiling_check_would_notice_a_seam() -> None:
    cut = made(3, style="clouds", size=[160, 160])[:, :120]
    inside, across = jumps(cut, 1)
    assert across > inside.max() * 1.05 + 0.5


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_seed_gives_the_same_bytes_again_and_another_seed_others(style: str) -> None:
    first = made(5, style=style)
    assert np.array_equal(first, made(5, style=style))
    assert not np.array_equal(first, made(6, style=style))


@pytest.mark.parametrize("style", ["silk", "marble", "pebbles", "terrazzo"])
def test_a_larger_picture_shows_the_same_texture(style: str) -> None:
    small = made(2, style=style, size=[128, 128], detail=0.0, relief=0.0).astype(np.float32).mean(2)
    large = made(2, style=style, size=[384, 384], detail=0.0, relief=0.0).astype(np.float32).mean(2)
    shrunk = large.reshape(128, 3, 128, 3).mean((1, 3))
    assert np.corrcoef(small.ravel(), shrunk.ravel())[0, 1] > 0.6


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_texture_uses_its_palette_widely(style: str) -> None:
    light = made(1, style=style, palette="grey", size=[192, 192]).mean(2)
    low, high = np.percentile(light, (5, 95))
    assert high - low > 60


def test_the_height_map_is_a_second_picture_of_sixteen_bits() -> None:
    texture, height = run(Texture, {"size": [80, 64], "style": "pebbles", "height_map": True})
    assert isinstance(texture, sdk.Image)
    assert isinstance(height, sdk.Image)
    assert height.pixels.shape == texture.pixels.shape[:2]
    assert height.pixels.dtype == np.uint16
    assert int(height.pixels.max()) - int(height.pixels.min()) > 40000


def test_own_colours_end_at_the_colours_chosen() -> None:
    values = {"palette": "two", "color_low": "#000000", "color_high": "#ff0000", "relief": 0.0}
    pixels = made(0, **values, size=[128, 128])
    assert pixels[..., 0].max() > 230
    assert pixels[..., 1:].max() < 12
    turned = made(0, **values, reverse=True, size=[128, 128])
    assert np.corrcoef(pixels[..., 0].ravel(), turned[..., 0].ravel())[0, 1] < -0.8


def test_the_palette_of_a_picture_holds_its_colours_dark_to_light() -> None:
    picture = np.zeros((30, 30, 3), np.uint8)
    picture[:10], picture[10:20], picture[20:] = (20, 30, 90), (200, 60, 40), (250, 240, 220)
    stops = from_picture(picture, np.random.default_rng(0))
    assert stops.shape == (3, 3)
    assert np.allclose(stops, parse(["#141e5a", "#c83c28", "#faf0dc"]), atol=1e-3)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((1, 1, 3), 7, np.uint8),
        np.zeros((5, 4, 4), np.uint8),
        np.full((6, 9), 40000, np.uint16),
        np.arange(35, dtype=np.uint8).reshape(5, 7),
    ],
)
def test_any_picture_gives_a_palette(pixels: NDArray[Any]) -> None:
    assert made(0, palette="picture", picture=sdk.Image(pixels)).shape == (64, 96, 3)


def test_colours_from_a_missing_picture_are_asked_for() -> None:
    with pytest.raises(sdk.UserError) as caught:
        made(0, palette="picture", picture=None)
    assert caught.value.param == "picture"


def test_oklab_comes_back_and_ramps_are_smooth() -> None:
    colours = np.random.default_rng(1).random((50, 3)).astype(np.float32)
    assert np.allclose(from_oklab(oklab(to_linear(colours))), to_linear(colours), atol=1e-4)
    for _label, stops in PALETTES.values():
        assert np.abs(np.diff(ramp(parse(stops)), axis=0)).max() < 0.005


@pytest.mark.parametrize("style", ["silk", "cracks", "reaction"])
def test_it_reports_and_stops_when_told(style: str) -> None:
    whole = RecordingContext(seed=1)
    run(Texture, {"style": style, "size": [320, 320], "scale": 3.0}, whole)
    done = [step[0] for step in whole.steps]
    assert done == sorted(done)
    assert done[-1] == 100
    assert whole.previews
    for point in (1, len(done) // 2):
        with pytest.raises(sdk.Cancelled):
            run(
                Texture,
                {"style": style, "size": [320, 320], "scale": 3.0},
                RecordingContext(seed=1, cancel_after=point),
            )


def test_numpys_global_random_state_is_left_alone() -> None:
    before = repr(np.random.get_state())
    made(1, style="terrazzo", grain=0.5)
    assert before == repr(np.random.get_state())

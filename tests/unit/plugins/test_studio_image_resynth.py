"""What resynthesis promises: more of the same, paintings that keep their subject, any picture as input."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_image.patches import PATCH, Matches, Source, features
from studio_image.resynth import Resynth
from studio_image.synthesis import recolour, scaled, sizes, to_bytes, to_lab

DRAFT = {"quality": "draft"}
Pixels = NDArray[Any]


def pixels_of(results: Sequence[sdk.Result]) -> Pixels:
    """The pixels of the one picture that came out."""
    (picture,) = results
    assert isinstance(picture, sdk.Image)
    return picture.pixels


def stripes(side: int = 64, period: int = 8) -> sdk.Image:
    """Upright stripes, dark red and pale blue."""
    x = np.arange(side) // (period // 2) % 2
    row = np.where(x[:, None] == 0, (120, 20, 20), (190, 210, 240)).astype(np.uint8)
    return sdk.Image(np.repeat(row[None], side, axis=0))


def disc(side: int = 64) -> sdk.Image:
    """A white disc on black."""
    y, x = np.mgrid[0:side, 0:side] - side / 2
    return sdk.Image(np.where(x**2 + y**2 < (side / 3) ** 2, 255, 0).astype(np.uint8))


def test_more_stripes_are_stripes_of_the_same_colours_and_tile() -> None:
    made = pixels_of(run(Resynth, {"example": stripes(), "size": [96, 72]}))
    assert made.shape == (72, 96, 3)
    light = made.astype(np.float32).mean(2)
    assert np.abs(np.diff(light, axis=1)).mean() > 8 * np.abs(np.diff(light, axis=0)).mean()
    example = stripes().pixels.reshape(-1, 3).astype(int)
    near = np.abs(made.reshape(-1, 1, 3).astype(int) - np.unique(example, axis=0)[None]).sum(2).min(1)
    assert np.median(near) < 12
    inside = np.abs(np.diff(light, axis=0)).mean(1)
    assert np.abs(light[0] - light[-1]).mean() <= inside.max() * 1.05 + 0.5


def test_the_defaults_work_without_an_example() -> None:
    first = pixels_of(run(Resynth, {"size": [96, 96], **DRAFT}, RecordingContext(seed=4)))
    assert np.array_equal(first, pixels_of(run(Resynth, {"size": [96, 96], **DRAFT}, RecordingContext(seed=4))))
    assert not np.array_equal(first, pixels_of(run(Resynth, {"size": [96, 96], **DRAFT}, RecordingContext(seed=11))))
    assert first.std() > 10


def test_a_painting_keeps_its_subject_and_takes_the_examples_colours() -> None:
    values = {"mode": "style", "content": disc(96), "example": stripes(period=32), "longer_side": 96}
    made = pixels_of(run(Resynth, values))
    assert made.shape == (96, 96, 3)
    subject = disc(96).pixels.astype(np.float32)
    assert np.corrcoef(subject.ravel(), made.astype(np.float32).mean(2).ravel())[0, 1] > 0.5
    assert made[subject == 0][:, 0].mean() > made[subject == 0][:, 2].mean() + 30


def test_keeping_the_colours_takes_only_light_and_dark() -> None:
    values = {"mode": "style", "content": disc(64), "example": stripes(), "longer_side": 64, "keep_colors": True}
    made = pixels_of(run(Resynth, {**values, **DRAFT})).astype(int)
    assert (made.max(2) - made.min(2)).max() <= 2


def test_more_likeness_is_more_like() -> None:
    error = []
    for likeness in (0.0, 1.0):
        values = {"mode": "style", "content": disc(96), "example": stripes(), "longer_side": 96, "likeness": likeness}
        aim = to_bytes(recolour(to_lab(np.repeat(disc(96).pixels[..., None], 3, 2)), to_lab(stripes().pixels),
                                np.random.default_rng(0))).astype(float)  # fmt: skip
        error.append(np.abs(pixels_of(run(Resynth, values)) - aim).mean())
    assert error[1] < error[0]


HOSTILE = [
    np.zeros((1, 1, 3), np.uint8),
    np.zeros((16, 16, 4), np.uint8),
    np.arange(256, dtype=np.uint16).reshape(16, 16) * 257,
    np.full((1, 300, 3), 127, np.uint8),
    np.full((33, 17), 200, np.uint8),
]


@pytest.mark.parametrize("pixels", HOSTILE)
def test_any_picture_can_be_example_or_content(pixels: NDArray[Any]) -> None:
    assert pixels_of(run(Resynth, {"example": sdk.Image(pixels), "size": [64, 64], **DRAFT})).shape == (64, 64, 3)
    values = {"mode": "style", "content": sdk.Image(pixels), "example": stripes(), "longer_side": 64, **DRAFT}
    assert max(pixels_of(run(Resynth, values)).shape[:2]) == 64


def test_an_impossible_picture_is_named() -> None:
    with pytest.raises(sdk.UserError) as caught:
        run(Resynth, {"example": sdk.Image(np.zeros((0, 5, 3), np.uint8))})
    assert caught.value.param == "example"


def test_a_style_needs_a_picture_to_paint() -> None:
    with pytest.raises(sdk.UserError) as caught:
        run(Resynth, {"mode": "style", "content": None})
    assert caught.value.param == "content"


def test_it_reports_shows_and_stops() -> None:
    whole = RecordingContext()
    run(Resynth, {"example": stripes(), "size": [96, 96]}, whole)
    done = [step[0] for step in whole.steps]
    assert done == sorted(done)
    assert done[-1] == 100
    assert len(whole.previews) > 5
    for point in (1, 100, 400):
        with pytest.raises(sdk.Cancelled):
            run(Resynth, {"example": stripes(), "size": [96, 96]}, RecordingContext(cancel_after=point))


def test_matches_of_a_picture_with_itself_become_exact() -> None:
    rng = np.random.default_rng(3)
    picture = rng.random((40, 40, 3)).astype(np.float32)
    source = Source.of(picture)
    wanted = features(picture, source.basis, lambda: None)
    matches = Matches.random(source, 40, 40, PATCH, rng)
    for _ in range(12):
        matches.improve(source, wanted, rng, lambda: None)
    y, x = np.mgrid[0 : source.rows, 0 : source.columns]
    exact = (matches.down[: source.rows, : source.columns] == y) & (
        matches.across[: source.rows, : source.columns] == x
    )
    assert exact.mean() > 0.95
    inside = matches.vote(source, 1.5, lambda: None)[PATCH:-PATCH, PATCH:-PATCH]
    assert np.abs(inside - picture[PATCH:-PATCH, PATCH:-PATCH]).mean() < 0.02


def test_recolouring_brings_the_examples_mean_and_spread() -> None:
    rng = np.random.default_rng(5)
    content = rng.normal(0.4, 0.05, (40, 40, 3)).astype(np.float32)
    example = (rng.normal(0, 0.1, (30, 50, 3)) * (1, 0.3, 0.2) + (0.7, 0.1, -0.1)).astype(np.float32)
    moved = recolour(content, example, rng)
    assert np.allclose(moved.mean((0, 1)), example.mean((0, 1)), atol=0.01)
    assert np.allclose(moved.std((0, 1)), example.std((0, 1)), rtol=0.1)


def test_sizes_grow_from_the_coarsest_to_one() -> None:
    found = sizes(256, 32)
    assert found[0] * 256 == pytest.approx(32)
    assert found[-1] == 1.0
    assert found == sorted(found)
    assert sizes(10, 32) == [1.0]
    assert scaled(np.zeros((8, 6, 3), np.float32), 4, 3).shape == (4, 3, 3)

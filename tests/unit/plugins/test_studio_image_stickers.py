"""Stickers from words: which thing is meant, smooth enlarging, SVG, and the generator with a little model."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers.little_flow import CAPTIONS, NAMES, little_flow, little_stickers
from numpy.typing import NDArray
from PIL import Image

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_image.concepts import Concepts, read_concepts
from studio_image.enlarging import rimmed, smoothly_enlarged
from studio_image.recolouring import recoloured
from studio_image.sticker import Sticker
from studio_image.tracing import traced

KNOWN = Concepts(NAMES)
STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"
QUICK = {"model": "own:little", "steps": 4, "tries": 1, "size": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return little_stickers(tmp_path_factory.mktemp("flow") / "model")


def made(folder: Path, seed: int = 1, **values: Any) -> tuple[list[Any], RecordingContext]:
    ctx = RecordingContext(seed=seed, models={"own:little": folder})
    return run(Sticker, {**QUICK, **values}, ctx), ctx


def disc(size: int, *, radius: float = 0.4) -> NDArray[np.uint8]:
    """A red disc with a white one inside, its edges averaged over 8 × 8 places per pixel."""
    fine = (np.arange(size * 8) + 0.5) / (size * 8) - 0.5
    gap = np.hypot(fine[:, None], fine[None])
    whole = np.zeros((size * 8, size * 8, 4))
    whole[gap < radius] = (220, 40, 30, 255)
    whole[gap < radius / 2] = 255
    small = whole.reshape(size, 8, size, 8, 4).mean((1, 3))
    small[..., :3] /= np.maximum(small[..., 3:], 1) / 255
    rounded: NDArray[np.uint8] = np.round(small).astype(np.uint8)
    return rounded


@pytest.mark.parametrize(
    ("phrase", "label", "colours"),
    [
        ("a cat", "cat", ()), ("猫", "cat", ()), ("le chat noir", "cat", ("black",)),
        ("蓝色的蘑菇", "mushroom", ("blue",)),
        ("toadstool", "mushroom", ()), ("sun", "sun with face", ()), ("太阳", "sun with face", ()),
        ("champinon", "mushroom", ()),
    ],
)  # fmt: skip
def test_things_are_found_by_their_names_in_three_languages(phrase: str, label: str, colours: tuple[str, ...]) -> None:
    match = KNOWN.find(phrase)
    assert match is not None
    assert (match.concept.label, match.colours) == (label, colours)


def test_what_was_not_learned_is_not_taken_for_what_is_spelt_like_it() -> None:
    more = {
        **NAMES,
        "cap": {"zh": "帽", "fr": "casquette", "unlearned": True},
        "sun": {"zh": "太阳", "unlearned": True},
    }
    concepts = Concepts(more)
    assert len(concepts.known) == len(NAMES)
    assert [concepts.find(phrase) for phrase in ("cap", "caps", "帽", "casquette")] == [None] * 4
    sun = concepts.find("太阳")
    assert sun is not None
    assert sun.concept.label == "sun with face"


def test_what_is_none_of_them_is_not_guessed_and_names_are_offered() -> None:
    assert KNOWN.find("xylophone") is None
    assert KNOWN.find("of the") is None
    assert KNOWN.suggest("mushrom")[0] == "mushroom"
    assert KNOWN.suggest("qqq")


def test_enlarged_contours_are_nearer_to_the_true_ones_than_bicubic_ones() -> None:
    small, true = disc(32), disc(256).astype(np.float32)
    large = smoothly_enlarged(small, 8).astype(np.float32)
    bicubic = np.asarray(Image.fromarray(small).resize((256, 256), Image.Resampling.BICUBIC)).astype(np.float32)
    ours, theirs = (float(np.abs(one[..., 3] - true[..., 3]).mean()) for one in (large, bicubic))
    assert ours < 0.5 * theirs
    inside = np.s_[64:192, 64:192]
    ours, theirs = (float(np.abs(one[inside] - true[inside]).mean()) for one in (large, bicubic))
    assert ours < 0.5 * theirs


@pytest.mark.parametrize("channels", [3, 4])
def test_an_enlarged_picture_made_small_again_is_the_picture(channels: int) -> None:
    noise = np.random.default_rng(1).integers(60, 200, (8, 8, channels), np.uint8)
    pixels = noise.repeat(4, 0).repeat(4, 1)
    if channels == 4:
        pixels[..., 3] = 255
    large = smoothly_enlarged(pixels, 4)
    assert large.shape == (128, 128, channels)
    small = large.reshape(32, 4, 32, 4, channels).astype(np.float32).mean((1, 3))
    assert np.abs(small - pixels).mean() < 12
    assert smoothly_enlarged(pixels, 1) is pixels


def test_empty_and_plain_pictures_are_enlarged_too() -> None:
    assert not smoothly_enlarged(np.zeros((16, 16, 4), np.uint8), 4).any()
    plain = np.full((16, 16, 3), 90, np.uint8)
    assert np.array_equal(smoothly_enlarged(plain, 4), np.full((64, 64, 3), 90, np.uint8))


def test_a_rim_is_white_and_stays_within_the_frame() -> None:
    rim = rimmed(disc(64, radius=0.5))
    assert rim.shape == (64, 64, 4)
    row = rim[32]
    first = int(np.flatnonzero(row[:, 3] > 200)[0])
    assert row[first, :3].min() > 200


def test_a_drawing_is_well_formed_and_has_a_shape_for_each_colour() -> None:
    root = ElementTree.fromstring(traced(disc(32)))
    shapes = root.findall(".//{http://www.w3.org/2000/svg}path")
    assert root.attrib["viewBox"] == "0 0 32 32"
    assert len(shapes) == 2
    assert all(shape.attrib["d"].startswith("M") for shape in shapes)
    assert ElementTree.fromstring(traced(np.zeros((8, 8, 4), np.uint8))) is not None


def test_stickers_depend_on_seed_and_words_and_say_what_they_show(folder: Path) -> None:
    (first,), ctx = made(folder, prompt="un champignon")
    (again,), _ = made(folder, prompt="un champignon")
    (other,), _ = made(folder, seed=2, prompt="un champignon")
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert any(line.startswith("Drawn as: mushroom (蘑菇") for line in ctx.lines)
    assert first.meta["captions"] == [["noto, red, mushroom"]]
    assert len(ctx.previews) == 4


def test_two_things_become_one_by_their_shares(folder: Path) -> None:
    (only,), _ = made(folder, prompt="cat", style="flat")
    (all_first,), _ = made(folder, prompt="cat + sun", style="flat", blend=0.0)
    (half,), _ = made(folder, prompt="cat + sun", style="flat", blend=0.5)
    assert np.array_equal(only.pixels, all_first.pixels)
    assert not np.array_equal(only.pixels, half.pixels)
    assert half.meta["drawn as"] == ["cat", "sun with face"]


def test_a_sheet_of_mixed_styles_keeps_the_colour_asked_for(folder: Path) -> None:
    (sheet,), _ = made(folder, prompt="a blue cat", style="mixed", count="4", border=True, recolour=False)
    assert sheet.pixels.shape == (2 * 64 + 4, 2 * 64 + 4, 4)
    captions = sheet.meta["captions"][0]
    assert {caption.split(", ")[0] for caption in captions} == {"noto", "flat"}
    assert all(caption.endswith("blue, cat") for caption in captions)


def test_a_thing_in_a_new_colour_is_drawn_as_known_and_recoloured(folder: Path) -> None:
    (plain,), _ = made(folder, prompt="cat")
    (blue,), ctx = made(folder, prompt="a blue cat")
    assert blue.meta["captions"] == [["noto, yellow, cat"]] == plain.meta["captions"]
    assert blue.meta["coloured afterwards"] == ["blue"]
    assert np.array_equal(blue.pixels, recoloured(plain.pixels[None], "blue")[0])
    assert "Drawn in colours that the model knows, then coloured: blue." in ctx.lines
    (yellow,), ctx = made(folder, prompt="a yellow cat")
    assert "coloured afterwards" not in yellow.meta
    assert not any("then coloured" in line for line in ctx.lines)


def test_two_colours_and_blends_are_words(folder: Path) -> None:
    (both,), _ = made(folder, prompt="a red and blue cat")
    (blend,), _ = made(folder, prompt="a blue cat + sun")
    assert both.meta["captions"] == [["noto, red, blue, cat"]]
    assert blend.meta["captions"][0] == ["noto, blue, cat"]


@pytest.mark.parametrize(
    ("phrase", "label", "colours"),
    [
        ("a green apple", "green apple", ()), ("绿色的苹果", "green apple", ()), ("un chat noir", "black cat", ()),
        ("a yellow heart", "yellow heart", ()), ("a red dragon", "dragon face", ("red",)),
        ("红色的龙", "dragon face", ("red",)), ("un dragon rouge", "dragon face", ("red",)),
        ("apple", "red apple", ()), ("a blue apple", "red apple", ("blue",)),
    ],
)  # fmt: skip
def test_the_starter_takes_the_thing_of_the_colour_asked_for(phrase: str, label: str, colours: tuple[str, ...]) -> None:
    concepts = read_concepts(STARTERS / "stickers")
    assert concepts is not None
    match = concepts.find(phrase)
    assert match is not None
    assert (match.concept.label, match.colours) == (label, colours)


def test_the_drawing_comes_as_a_text_beside_the_enlarged_picture(folder: Path) -> None:
    picture, drawing = made(folder, prompt="cat", vector=True, size="4")[0]
    assert picture.pixels.shape == (256, 256, 4)
    assert isinstance(drawing, sdk.Text)
    assert drawing.title == "Cat (SVG)"
    assert ElementTree.fromstring(drawing.text).attrib["width"] == "512"


def test_an_unknown_thing_is_told_at_its_field_with_known_ones(folder: Path) -> None:
    with pytest.raises(sdk.UserError) as problem:
        made(folder, prompt="xylophone")
    assert problem.value.param == "prompt"
    assert "3" in str(problem.value.hint)


def test_a_model_without_names_is_asked_in_its_own_words(tmp_path: Path) -> None:
    plain = little_flow(tmp_path / "plain", CAPTIONS)
    (one,), _ = made(plain, prompt="red dragon")
    assert one.meta["drawn as"] == ["red dragon"]
    (surprise,), _ = made(plain, prompt="")
    assert surprise.meta["drawn as"]


def test_a_damaged_list_of_names_is_told(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "names.json").write_text("[1]")
    with pytest.raises(ValueError, match="names"):
        read_concepts(tmp_path)
    assert read_concepts(folder) is not None

"""Pixel art from words: what a prompt means, few colours, and the generator with a little model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.little_flow import CAPTIONS, little_flow

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_image.asking import nearest, read
from studio_image.fantasy import NAMES
from studio_image.kin import Captions
from studio_image.models.flow import load
from studio_image.models.pixels import to_bytes
from studio_image.models.words import Vocabulary, split
from studio_image.named_colours import COLOURS_OF, SNAPS
from studio_image.snapping import snapped
from studio_image.sprite import Sprite, drawn

WORDS = Vocabulary.of(CAPTIONS, fewest=1).words
QUICK = {"model": "own:little", "steps": 4, "tries": 1}
STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return little_flow(tmp_path_factory.mktemp("flow") / "model")


def made(folder: Path, seed: int = 1, **values: Any) -> tuple[list[Any], RecordingContext]:
    ctx = RecordingContext(seed=seed, models={"own:little": folder})
    return [one for one in run(Sprite, {**QUICK, **values}, ctx) if isinstance(one, sdk.Image)], ctx


@pytest.mark.parametrize("prompt", ["a red dragon", "Red, DRAGONS!", "一条红色的龙", "un dragon rouge", "red draggon"])
def test_a_prompt_means_the_same_in_three_languages_and_misspelt(prompt: str) -> None:
    reading = read(prompt, WORDS, NAMES)
    assert {word.removesuffix("s") for word in reading.known} == {"red", "dragon"}
    assert reading.unknown == ()


def test_what_is_not_known_is_told_and_what_resembles_it_is_offered() -> None:
    reading = read("a golden sword of xylophones", (*WORDS, "golden"), NAMES)
    assert reading.known == ("golden", "sword")
    assert reading.unknown == ("xylophones",)
    assert "skeleton" in nearest(["skelton"], WORDS)
    assert set(nearest(["qqqq"], WORDS)) <= set(WORDS)


def test_chinese_words_of_an_own_model_are_read_sign_by_sign() -> None:
    assert read("小红花", ("花", "红"), NAMES).known == ("红", "花")


def test_a_short_prompt_is_completed_with_what_known_pictures_have_but_no_second_colour() -> None:
    known = Captions(CAPTIONS, split)
    assert known.completed(("dragon",), 8, lambda _: 0) == ("dragon", "red", "fire", "dragons", "monster")
    # a colour is no reason to turn a dragon into a snake
    assert known.completed(("green", "dragon"), 8, lambda _: 1) == ("green", "dragon", "ice", "dragons", "monster")
    scales = Captions(("red, dragon scales, item", "green, old dragon, monster"), split)
    assert scales.fitting(("dragon",)) == [("green", "old", "dragon", "monster")]
    assert known.completed(("nothing",), 8, lambda _: 0) == ("nothing",)
    assert len(known.completed(("dragon",), 2, lambda _: 0)) == 2


@pytest.mark.parametrize("how", [name for name, _ in SNAPS])
def test_pictures_come_out_in_the_colours_asked_for_and_keep_their_alpha(how: str) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (2, 12, 12, 4), np.uint8)
    pixels[..., 3] = np.where(pixels[..., 3] > 100, 255, 0)
    changed = snapped(pixels, how)
    colours = np.unique(changed[changed[..., 3] > 0][:, :3], axis=0)
    assert np.array_equal(changed[..., 3], pixels[..., 3])
    if how.isdecimal():
        assert len(colours) == int(how)
    elif how != "free":
        assert {"#" + "".join(f"{part:02x}" for part in colour) for colour in colours} <= set(COLOURS_OF[how])
    assert np.array_equal(changed, pixels) == (how == "free")


def test_nothing_to_see_stays_nothing() -> None:
    empty = np.zeros((1, 8, 8, 4), np.uint8)
    assert np.array_equal(snapped(empty, "8"), empty)


def test_sprites_depend_on_seed_and_words_and_are_as_large_as_asked_for(folder: Path) -> None:
    (first,), ctx = made(folder, prompt="red dragon and a harp", count="4", enlarge=2)
    (again,), _ = made(folder, prompt="red dragon and a harp", count="4", enlarge=2)
    (other,), _ = made(folder, seed=2, prompt="red dragon", count="4", enlarge=2)
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert first.pixels.shape == (2 * 64 + 4, 2 * 64 + 4, 4)
    assert len(ctx.previews) == 4
    assert any("“harp”" in line for line in ctx.lines)
    assert first.title == "Red dragon"


def test_single_pictures_are_those_of_the_sheet(folder: Path) -> None:
    (sheet,), _ = made(folder, prompt="snake", count="4", enlarge=1)
    singles, _ = made(folder, prompt="snake", count="4", enlarge=1, layout="single")
    assert len(singles) == 4
    assert np.array_equal(sheet.pixels[34:66, 34:66], singles[3].pixels)
    assert set(np.unique(singles[0].pixels[..., 3])) <= {0, 255}


@pytest.mark.parametrize(
    ("prompt", "told"), [("snake", True), ("red snakes", True), ("snake dragon", False), ("sword", False), ("", False)]
)
def test_things_that_people_seldom_recognise_are_told_with_better_ones(
    folder: Path, tmp_path: Path, prompt: str, told: bool
) -> None:
    looked_at = shutil.copytree(folder, tmp_path / "model")
    config = json.loads((looked_at / "config.json").read_text("utf-8"))
    config["seen"] = {"snake": 0.0, "snakes": 0.0, "dragon": 1.0, "dragons": 1.0, "skeleton": 0.5}  # not the sword
    (looked_at / "config.json").write_text(json.dumps(config), "utf-8")
    _, ctx = made(looked_at, prompt=prompt, count="1")
    assert any("seldom comes out clearly" in line and "“dragon”" in line for line in ctx.lines) == told
    assert not any("“skeleton”" in line for line in ctx.lines)


def test_of_a_model_that_nobody_looked_at_nothing_is_said(folder: Path) -> None:
    _, ctx = made(folder, prompt="snake", count="1")
    assert not any("seldom" in line for line in ctx.lines)


def test_an_empty_prompt_surprises(folder: Path) -> None:
    (sheet,), _ = made(folder, prompt="  ", count="9", enlarge=1)
    assert set(sheet.meta["drawn as"]) <= set(CAPTIONS)


def test_a_prompt_of_unknown_words_is_told_at_its_field_with_known_ones(folder: Path) -> None:
    with pytest.raises(sdk.UserError) as problem:
        made(folder, prompt="skellington" * 1000)
    assert problem.value.param == "prompt"
    assert str(len(WORDS)) in str(problem.value.hint)


def test_a_folder_without_a_flow_model_is_told_at_its_field(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"format": 2, "model_type": "gan"}')
    with pytest.raises(sdk.UserError) as problem:
        made(tmp_path)
    assert problem.value.param == "model"


def test_shares_of_two_prompts_lead_from_one_to_the_other(folder: Path) -> None:
    model = load(folder)

    def drawn(*asked: tuple[str, float]) -> torch.Tensor:
        *_, last = model.drawing([([words], share) for words, share in asked], 3, steps=4, guidance=2.0)
        return last

    one, two = drawn(("red dragon", 1.0)), drawn(("green snake", 1.0))
    assert torch.allclose(drawn(("red dragon", 1.0), ("green snake", 0.0)), one, atol=1e-4)
    assert not torch.allclose(one, two, atol=1e-3)
    middle = drawn(("red dragon", 0.5), ("green snake", 0.5))
    assert (middle - one).abs().mean() < (two - one).abs().mean()


def test_weights_take_half_the_room_on_disk_and_compute_in_full(folder: Path) -> None:
    model = load(folder)
    weights = sum(weight.numel() for weight in model.network.parameters())
    assert sum(path.stat().st_size for path in folder.rglob("*.safetensors")) < 2.5 * weights
    assert {weight.dtype for weight in model.network.parameters()} == {torch.float32}
    assert model.captions == CAPTIONS


def test_of_several_tries_the_one_is_kept_in_which_the_model_sees_the_words_best(folder: Path) -> None:
    model, ctx = load(folder), RecordingContext(seed=1)
    asked = [(["red dragon", "green snake"], 1.0)]
    seeds = [1, *(int(ctx.rng("tries", turn).integers(2**62)) for turn in (1, 2, 3))]
    tries = [list(model.drawing(asked, seed, steps=4, guidance=3.0))[-1] for seed in seeds]
    obedience = torch.stack([model.obedience(pictures, asked, 1) for pictures in tries])
    best = obedience.argmax(0).tolist()
    assert best != [0, 0]
    params = Sprite.Params(**sdk.check_values(Sprite.Params.fields, {"steps": 4, "tries": 4}))
    kept = drawn(model, asked, params, ctx)
    wanted = torch.stack([tries[turn][place] for place, turn in enumerate(best)])
    assert np.array_equal(kept, to_bytes(wanted, crisp=True))


def test_a_thing_is_lent_the_captions_of_its_kin_where_few_are_in_the_colour_asked_for() -> None:
    known = Captions((*CAPTIONS, "red, old enter dragon, gateways"), split)
    kin = [caption[0] for caption in known.in_any_colour(("red", "dragon"), "red", 2)]
    assert kin == ["red", "blue"]
    # nothing else that is red, and no gateway
    assert len(known.in_any_colour(("red", "dragon"), "red", 1)) == 1
    assert known.in_any_colour(("red",), "red", 4) == []


def test_red_dragons_of_the_starter_differ_and_all_are_red() -> None:
    ctx = RecordingContext(seed=1, models={"starter:sprites": STARTERS / "sprites"})
    values = {"prompt": "a red dragon", "layout": "single", "steps": 6, "tries": 1, "enlarge": 1}
    pictures = [one for one in run(Sprite, values, ctx) if isinstance(one, sdk.Image)]
    assert len({one.meta["drawn as"] for one in pictures}) == 4
    assert all("dragon" in one.meta["drawn as"] for one in pictures)
    for number, one in enumerate(pictures):
        seen = one.pixels[one.pixels[..., 3] > 0][:, :3].astype(int)
        vivid = seen[np.ptp(seen, axis=1) > 60]
        assert (vivid[:, 0] == vivid.max(1)).mean() > 0.6
        for other in pictures[number + 1 :]:
            assert np.abs(one.pixels.astype(int) - other.pixels).mean() > 10
    assert pictures[0].meta["coloured afterwards"] == ["red"]
    assert any(line.endswith("then coloured: red.") for line in ctx.lines)


def test_colours_are_only_words_where_that_is_asked_for_or_the_colour_is_known(folder: Path) -> None:
    (words,), ctx = made(folder, prompt="green dragon", count="1", recolour=False)
    assert words.meta["drawn as"][0].startswith("green dragon")
    (known,), more = made(folder, prompt="green snake", count="4")
    assert "The model knows one picture of this, so all will be much alike." in more.lines
    assert "coloured afterwards" not in {**words.meta, **known.meta}
    assert not [line for line in (*ctx.lines, *more.lines) if "then coloured" in line]


def test_a_sprite_recorded_before_there_were_tries_is_drawn_once(folder: Path) -> None:
    assert Sprite.migrate({"prompt": "snake"}, 1) == {"prompt": "snake", "tries": 1, "recolour": False}
    assert Sprite.migrate({"prompt": "snake", "tries": 3}, 2) == {"prompt": "snake", "tries": 3, "recolour": False}
    assert Sprite.migrate({"prompt": "snake"}, 3) == {"prompt": "snake"}
    (once,), ctx = made(folder, prompt="snake", count="1", tries=1)
    assert len(ctx.previews) == 4
    assert once.pixels.shape[-1] == 4


def test_the_starter_sees_what_its_own_pictures_show() -> None:
    model = load(STARTERS / "sprites")
    things = ["skeleton", "blue potion", "sword"]
    pictures = model.draw(things, 1, steps=10, guidance=3.0)
    right = model.obedience(pictures, [(things, 1.0)], 1)
    wrong = model.obedience(pictures, [([*things[1:], things[0]], 1.0)], 1)
    assert bool((right > wrong).all()), (right, wrong)


def test_judging_tries_can_be_cancelled(folder: Path) -> None:
    class Cancelled(Exception):
        pass

    def check() -> None:
        raise Cancelled

    model = load(folder)
    with pytest.raises(Cancelled):
        model.obedience(torch.zeros(1, 4, 32, 32), [(["snake"], 1.0)], 1, check)

"""The picture trainers at tiny size: they learn, go on bit for bit after a stop, and leave a model that works."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.little_pictures import little_pictures, taught, weights

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_image.latent_explorer import LatentExplorer
from studio_image.models.latents import load
from studio_image.training import flowing
from studio_image.training.adversaries import LAZY, Adversaries
from studio_image.training.attributes import named
from studio_image.training.dataset import asked_for
from studio_image.training.flow import TrainFlow
from studio_image.training.gan import TrainGan
from studio_image.training.runs import EARLY, LOOKS, Showings
from studio_image.training.vae import TrainVae

STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"
TINY_GAN = {"width": 8, "latent": 8, "batch": 8}
TINY_VAE = {"width": 8, "latent": 8, "batch": 8, "learning_rate": 0.003}
TINY_FLOW = {"width": 8, "words": 8, "batch": 4, "learning_rate": 0.003, "average": 0.5}
FAMILIES: list[tuple[type[sdk.Trainer], dict[str, Any]]] = [
    (TrainGan, TINY_GAN),
    (
        TrainGan,
        {**TINY_GAN, "architecture": "dcgan", "loss": "hinge", "spectral": True, "average": 0.0, "mirror": True},
    ),
    (TrainGan, {**TINY_GAN, "loss": "minimax"}),
    (TrainVae, TINY_VAE),
    (TrainFlow, TINY_FLOW),
]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _few_strides(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nearly all of a tiny run would be pictures on the way, of which nothing here asks that they be good.
    monkeypatch.setattr(flowing, "STEPS", 4)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    return little_pictures(tmp_path_factory.mktemp("data") / "little")


@pytest.fixture(scope="module")
def vae(data: sdk.Dataset) -> tuple[RecordingContext, list[Any]]:
    ctx = RecordingContext(seed=5)
    return ctx, taught(TrainVae, data, ctx, **TINY_VAE, steps=120)


def curve(lessons: list[Any], name: str) -> list[float]:
    return [lesson.value for lesson in lessons if isinstance(lesson, sdk.Metric) and lesson.name == name]


def measures(lessons: list[Any]) -> dict[str, sdk.Measure]:
    return {measure.name: measure for measure in lessons[-1].evaluation.measures}


@pytest.mark.parametrize(("trainer", "values"), FAMILIES)
def test_a_stopped_run_goes_on_to_the_same_weights(
    data: sdk.Dataset, trainer: type[sdk.Trainer], values: dict[str, Any]
) -> None:
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)
    whole = taught(trainer, data, ctx, **values, steps=4)
    second = next(lesson for lesson in whole if isinstance(lesson, sdk.Checkpoint) and lesson.step == 2)
    expected = {path.name: path.read_bytes() for path in whole[-1].folder.rglob("*.safetensors")}
    assert expected
    resumed = RecordingContext(seed=5, resume=second.folder)
    assert weights(trainer, data, resumed, **values, steps=4) == expected
    assert weights(trainer, data, RecordingContext(seed=6), **values, steps=4) != expected


@pytest.mark.parametrize(("trainer", "values"), [(TrainVae, TINY_VAE), (TrainFlow, TINY_FLOW)])
def test_a_run_that_gets_no_better_ends_early(
    data: sdk.Dataset, trainer: type[sdk.Trainer], values: dict[str, Any]
) -> None:
    kept = {**values, "average": 0.0, "learning_rate": 0.01, "steps": 60}
    loss = "held out reconstruction error" if trainer is TrainVae else "held out loss"
    whole = curve(taught(trainer, data, RecordingContext(seed=5), **kept), loss)
    worse = next(look for look in range(1, len(whole)) if whole[look] >= min(whole[:look]))
    stopped = taught(trainer, data, RecordingContext(seed=5), **kept, stop_early=1)
    assert curve(stopped, loss) == whole[: worse + 1]
    assert isinstance(stopped[-1], sdk.TrainedModel)


@pytest.mark.parametrize(
    ("trainer", "values"), [(TrainGan, TINY_GAN), (TrainVae, TINY_VAE), (TrainFlow, TINY_FLOW)]
)  # fmt: skip
def test_a_forecast_tells_how_long_the_run_takes(
    data: sdk.Dataset, trainer: type[sdk.Trainer], values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "perf_counter", time.process_time)  # other programs must not decide
    steps = 40
    checked = sdk.check_values(trainer.Params.fields, {"data": "little", **values, "steps": steps})
    params = trainer.Params(**{**checked, "data": data})
    told = trainer().forecast(params, RecordingContext(seed=5))
    begun = time.process_time()
    taught(trainer, data, RecordingContext(seed=5), **values, steps=steps)
    spent = time.process_time() - begun
    assert 0.5 * spent < told.seconds < 2 * spent
    assert told.steps == steps
    assert told.parameters > 5000
    assert 0 < told.ram_gb < 8


def test_a_forecast_times_the_gradient_penalty_as_often_as_training_pays_it(
    data: sdk.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    penalised = []
    judge_loss = Adversaries._judge_loss

    def watched(pair: Adversaries, judge: Any, real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
        loss = judge_loss(pair, judge, real, made)
        penalised.append(real.requires_grad)
        return loss

    monkeypatch.setattr(Adversaries, "_judge_loss", watched)
    checked = sdk.check_values(TrainGan.Params.fields, {"data": "little", **TINY_GAN, "steps": 1000})
    TrainGan().forecast(TrainGan.Params(**{**checked, "data": data}), RecordingContext(seed=5))
    assert sum(penalised[1:]) == 1
    assert len(penalised[1:]) == LAZY


def test_the_minimax_generator_hardly_learns_while_it_loses(data: sdk.Dataset) -> None:
    slopes = {}
    for loss in ("minimax", "non-saturating"):
        checked = sdk.check_values(TrainGan.Params.fields, {"data": "little", **TINY_GAN, "loss": loss})
        params = TrainGan.Params(**{**checked, "data": data})
        pair = Adversaries(params, asked_for(params, RecordingContext()), RecordingContext(seed=5))
        for sure in (-8.0, 0.0):
            score = torch.tensor([sure], requires_grad=True)
            (slope,) = torch.autograd.grad(pair._maker_loss(score), score)
            slopes[loss, sure] = float(slope)
    assert slopes["minimax", 0.0] == pytest.approx(slopes["non-saturating", 0.0]) == pytest.approx(-0.5)
    assert slopes["minimax", -8.0] > -0.001
    assert slopes["non-saturating", -8.0] < -0.99


def test_a_vae_learns_what_pictures_it_never_saw_look_like(vae: tuple[RecordingContext, list[Any]]) -> None:
    ctx, lessons = vae
    losses = curve(lessons, "held out reconstruction error")
    assert losses[-1] < 0.8 * losses[0]
    found = measures(lessons)
    assert found["PSNR"].baseline is not None
    assert found["PSNR"].value > found["PSNR"].baseline + 0.5
    assert all(math.isfinite(measure.value) for measure in found.values())
    assert ctx.steps[-1][:2] == (120, 120)


def test_sample_sheets_come_at_most_once_an_epoch_and_files_of_the_report_are_there(
    vae: tuple[RecordingContext, list[Any]],
) -> None:
    _, lessons = vae
    steps = [lesson.step for lesson in lessons if isinstance(lesson, sdk.Sample)]
    assert steps[-1] == 120
    assert np.diff(steps).min() >= 3
    model = lessons[-1]
    assert isinstance(model, sdk.TrainedModel)
    named = [*model.evaluation.samples, *(pair.sample for pair in model.evaluation.neighbours)]
    named += [pair.training for pair in model.evaluation.neighbours]
    assert all((model.folder / name).is_file() for name in named)
    assert model.facts["transparent"] is True


@pytest.mark.parametrize(
    ("pictures", "steps", "first", "gap"),
    [
        (200, 3000, [7 * epoch for epoch in range(1, 13)], 126),
        (5000, 3000, [157, 314], 157),
        (10, 5, [1, 2, 3], 1),
    ],
)
def test_small_sets_show_each_epoch_at_first_and_no_run_shows_too_many(
    pictures: int, steps: int, first: list[int], gap: int
) -> None:
    showings = Showings.of(pictures, 32, steps)
    shown = [step for step in range(1, steps + 1) if showings.is_due(step)]
    assert shown[: len(first)] == first
    assert shown[-1] == steps
    assert len(shown) == showings.count <= EARLY + LOOKS
    assert np.diff(shown[len(first) :]).max() <= gap
    looks = [step for step in shown if showings.is_look(step)]
    assert looks == [step for step in range(1, steps + 1) if step % gap == 0 or step == steps], "stopping goes by these"


def test_a_gan_brings_its_pictures_nearer_to_the_real_ones(data: sdk.Dataset) -> None:
    early = taught(TrainGan, data, RecordingContext(seed=5), **TINY_GAN, steps=1)
    late = taught(TrainGan, data, RecordingContext(seed=5), **TINY_GAN, steps=80, learning_rate=0.001)
    name = "kernel distance × 1,000"
    assert measures(late)[name].value < 0.5 * measures(early)[name].value
    assert len(curve(late, "score of held out pictures")) > 5


def test_a_flow_model_learns_and_draws_what_its_words_ask_for(data: sdk.Dataset) -> None:
    from studio_image.models.flow import load as load_flow

    ctx = RecordingContext(seed=5)
    lessons = taught(TrainFlow, data, ctx, **TINY_FLOW, steps=40)
    losses = curve(lessons, "loss")
    assert losses[-1] < 0.8 * losses[0]
    model = load_flow(lessons[-1].folder)
    assert set(model.vocabulary.words) == {"red", "green", "blue", "disc", "square"}
    one, again, other = (
        model.draw([caption], 1, steps=2, guidance=2.0) for caption in ("red disc", "Red, disc!", "blue")
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == (1, 4, 32, 32)
    shares = lessons[-1].evaluation.distributions
    assert shares["words in captions"]["disc"] == pytest.approx(0.33, abs=0.01)  # every second disc is held out
    assert "people in captions" not in shares
    assert any("not known" in limit for limit in lessons[-1].evaluation.limits)


def test_a_report_says_how_often_pictures_show_what_was_asked_for_and_of_whom(tmp_path: Path) -> None:
    known = little_pictures(tmp_path / "little", 80)
    named = {"disc": "woman disc", "square": "square"}
    items = tuple(
        sdk.DatasetItem(item.path, named[item.caption.split()[1]], held_out=item.held_out) for item in known.items
    )
    people = sdk.Dataset("people", "image", known.folder, items, digest="2" * 64)
    made = taught(TrainFlow, people, RecordingContext(seed=5), **TINY_FLOW, steps=2)[-1]
    found = {measure.name: measure for measure in made.evaluation.measures}["agreement with captions"]
    assert 0 <= found.value <= 1
    assert found.baseline is not None
    assert found.baseline > 0.7  # discs and squares are easy to tell apart
    shares = made.evaluation.distributions
    assert shares["people in captions"] == {"women": pytest.approx(0.33, abs=0.01)}
    assert shares["copies, by people in captions"].keys() == {"women", "nobody"}
    assert shares["agreement, by people in captions"].keys() == {"women", "nobody"}


def test_without_captions_flow_says_what_to_do(tmp_path: Path) -> None:
    known = little_pictures(tmp_path / "little", 12)
    mute = sdk.Dataset("mute", "image", known.folder, tuple(sdk.DatasetItem(item.path) for item in known.items))
    with pytest.raises(sdk.UserError, match="caption"):
        taught(TrainFlow, mute, RecordingContext(), **TINY_FLOW, steps=1)


@pytest.mark.parametrize("show", ["sheet", "single", "between", "sliders", "walk"])
def test_the_explorer_shows_a_trained_model_the_same_way_for_the_same_seed(
    vae: tuple[RecordingContext, list[Any]], show: str
) -> None:
    folder = vae[1][-1].folder
    values = {"model": "own:little", "show": show, "count": 4, "stops": 2, "seconds": 1.0, "frame_rate": 8}

    def shown(seed: int, **more: Any) -> list[Any]:
        ctx = RecordingContext(seed=seed, models={"own:little": folder})
        made = [one for one in run(LatentExplorer, {**values, **more}, ctx) if isinstance(one, sdk.Image | sdk.Video)]
        return [one.pixels if isinstance(one, sdk.Image) else np.stack(list(one.frames)) for one in made]

    first, again, other, moved = shown(1), shown(1), shown(2), shown(1, direction_2=3.0)
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert show == "sliders" or not np.array_equal(first[0], moved[0])
    assert len(first) == (4 if show == "single" else 1)


def test_a_word_is_the_way_from_pictures_without_it_to_those_with_it() -> None:
    captions = [f"{'red' if number % 2 else 'blue'}, {'small' if number < 3 else 'large'} ball" for number in range(20)]
    places = torch.randn(20, 5, generator=torch.Generator().manual_seed(1))
    red = torch.tensor([float(number % 2) for number in range(20)])
    places[:, 2] = 3 * red
    ways = named(places, captions)
    assert set(ways) == {"red", "blue"}  # too few are small, and too few are no ball
    assert float(ways["red"][2]) == pytest.approx(3)
    assert torch.allclose(ways["red"], -ways["blue"], atol=1e-6)


def test_a_trained_vae_keeps_the_words_of_its_captions(vae: tuple[RecordingContext, list[Any]]) -> None:
    assert {"red", "blue"} <= set(load(vae[1][-1].folder).attributes)


def test_words_of_the_captions_move_pictures_and_unknown_ones_are_told() -> None:
    model = load(STARTERS / "vae-faces")

    def shown(**more: Any) -> Any:
        ctx = RecordingContext(seed=1, models={"starter:vae-faces": STARTERS / "vae-faces"})
        made: Any = run(LatentExplorer, {"model": "starter:vae-faces", "count": 4, **more}, ctx)[-1]
        return made.pixels.astype(float)

    yellow = [
        picture[..., 0].mean() - picture[..., 2].mean()
        for picture in (shown(words="skull 2"), shown(words=""), shown(words="Skull -1、smiling"))
    ]
    assert yellow == sorted(yellow)
    assert yellow[2] > yellow[0] + 30  # faces are yellow, skulls are not
    assert np.array_equal(shown(words=""), shown(words="cat 0"))
    rows = shown(show="words", enlarge=2)
    assert rows.shape[0] >= len(model.attributes) * 32 * 2
    with pytest.raises(sdk.UserError) as problem:
        shown(words="unicorn")
    assert problem.value.param == "words"
    assert "crying" in str(problem.value.hint)


def test_a_model_without_captions_knows_no_words_and_says_so(tmp_path: Path) -> None:
    for values in ({"words": "red"}, {"show": "words"}):
        with pytest.raises(sdk.UserError) as problem:
            run(LatentExplorer, {"model": "starter:gan-sprites", **values}, RecordingContext(seed=1))
        assert problem.value.param == "words"


def test_a_walk_returns_to_where_it_began_without_a_jump(vae: tuple[RecordingContext, list[Any]]) -> None:
    ctx = RecordingContext(seed=1, models={"own:little": vae[1][-1].folder})
    values = {"model": "own:little", "show": "walk", "stops": 3, "seconds": 2.0, "frame_rate": 20}
    video = run(LatentExplorer, values, ctx)[-1]
    assert isinstance(video, sdk.Video)
    frames = np.stack(list(video.frames)).astype(np.float32)
    steps = np.abs(frames - np.roll(frames, 1, 0)).mean((1, 2, 3))
    assert steps[0] <= steps[1:].max() * 1.5 + 1


def test_a_folder_that_holds_no_model_is_told_at_its_field(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"format": 1, "model_type": "gan", "shape": {"size": "x"}}')
    with pytest.raises(sdk.UserError) as problem:
        run(LatentExplorer, {"model": "own:broken"}, RecordingContext(models={"own:broken": tmp_path}))
    assert problem.value.param == "model"


def test_a_models_coordinates_and_latents_turn_into_each_other(vae: tuple[RecordingContext, list[Any]]) -> None:
    latents = load(vae[1][-1].folder).latents
    places = torch.randn(5, len(latents.mean), generator=torch.Generator().manual_seed(1))
    assert torch.allclose(latents.inverse(latents(places)), places, atol=1e-3)


CONTINUED: list[tuple[type[sdk.Trainer], dict[str, Any], str]] = [
    (TrainGan, {"batch": 8}, "generator_loss"),
    (TrainVae, {"batch": 8, "learning_rate": 0.0005, "warmup": 0.0}, "reconstruction error"),
    (TrainFlow, {"batch": 4, "learning_rate": 0.0005, "average": 0.0}, "loss"),
]


@pytest.mark.parametrize(("trainer", "values", "name"), CONTINUED)
def test_a_model_is_continued_from(
    data: sdk.Dataset, tmp_path: Path, trainer: type[sdk.Trainer], values: dict[str, Any], name: str
) -> None:
    tiny: dict[type[sdk.Trainer], dict[str, Any]] = {TrainGan: TINY_GAN, TrainVae: TINY_VAE, TrainFlow: TINY_FLOW}
    first_values = tiny[trainer]
    ctx = RecordingContext(seed=5)
    first = taught(trainer, data, ctx, **first_values, steps=60 if trainer is TrainVae else 20)
    # other pictures, opaque and larger: the model keeps its size and its transparency
    other = little_pictures(tmp_path / "other", count=16, size=48, transparent=False)
    named = tuple(sdk.DatasetItem(item.path, f"{item.caption} new", held_out=item.held_out) for item in other.items)
    other = sdk.Dataset(other.name, "image", other.folder, named, digest="1" * 64)
    models = {"own:first": first[-1].folder}
    later = taught(trainer, other, RecordingContext(seed=6, models=models), **values, start_from="own:first", steps=10)[
        -1
    ]
    assert later.facts["size"] == 32
    assert later.facts["transparent"] is True
    if trainer is TrainFlow:
        assert later.facts["words"][: len(first[-1].facts["words"])] == first[-1].facts["words"]
        assert "new" in later.facts["words"]
    if trainer is TrainVae:
        again = taught(
            trainer, data, RecordingContext(seed=6, models=models), **values, start_from="own:first", steps=10
        )
        fresh = taught(trainer, data, RecordingContext(seed=6), **{**first_values, **values}, steps=10)
        assert curve(again, name)[0] < curve(fresh, name)[0]


def test_what_cannot_be_continued_from_is_refused(data: sdk.Dataset, tmp_path: Path) -> None:
    gan_context = RecordingContext(seed=5)
    gan = taught(TrainGan, data, gan_context, **TINY_GAN, steps=1)[-1].folder
    for trainer, folder in ((TrainVae, gan), (TrainVae, tmp_path), (TrainFlow, gan), (TrainGan, tmp_path)):
        with pytest.raises(sdk.UserError) as refusal:
            taught(trainer, data, RecordingContext(models={"own:odd": folder}), start_from="own:odd", steps=1)
        assert refusal.value.param == "start_from"

"""The artist's own image models at tiny size: they paint, are taught LoRAs, wear them; odd folders are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.little_pictures import little_pictures, taught, weights
from helpers.tiny_models import tiny_model
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import studio.sdk as sdk
from studio.engine.worker import remedies
from studio.sdk.testing import RecordingContext, run
from studio_diffusion.latents import pack, unpack
from studio_diffusion.paint import Paint
from studio_diffusion.pipelines import LoadedPipeline
from studio_diffusion.training.learning import Learning
from studio_diffusion.training.lora import TrainLora
from studio_diffusion.training.pictures import buckets

# diffusers asks numpy for arrays in a way that numpy 2 calls old, and transformers renames what peft calls
pytestmark = [
    *(pytest.mark.filterwarnings(f"ignore::{kind}") for kind in ("DeprecationWarning", "FutureWarning")),
    pytest.mark.timeout(300),  # importing diffusers alone takes ten seconds of a slow processor
]

KINDS = ("sd", "sdxl", "flux")
TINY = {"size": 64, "rank": 8, "alpha": 4.0, "batch": 4, "learning_rate": 0.03, "sample_steps": 1}
SMALL = {"natural": False, "size": [64, 64], "steps": 2, "prompt": "red disc"}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {kind: tiny_model(kind, folder) for kind in KINDS}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    return little_pictures(tmp_path_factory.mktemp("data") / "little", count=12, size=64, transparent=False)


Taught = Callable[[str], list[Any]]


@pytest.fixture(scope="module")
def loras(models: dict[str, Path], data: sdk.Dataset) -> Taught:
    """What teaching a LoRA to each kind yields; done when first asked for, and kept."""
    made: dict[str, tuple[RecordingContext, list[Any]]] = {}

    def lessons(kind: str) -> list[Any]:
        if kind not in made:
            ctx = RecordingContext(seed=3)
            made[kind] = ctx, taught(TrainLora, data, ctx, **TINY, base=f"folder:{models[kind]}", steps=20)
        return made[kind][1]

    return lessons


def painted(ctx: RecordingContext, model: Path, **values: Any) -> np.ndarray[Any, Any]:
    (*_, made) = run(Paint, {**SMALL, "model": f"folder:{model}", **values}, ctx)
    assert isinstance(made, sdk.Image)
    return made.pixels


def refusal(values: dict[str, Any]) -> sdk.UserError:
    with pytest.raises(sdk.UserError) as caught:
        run(Paint, {**SMALL, **values})
    assert caught.value.message.endswith(".") or ": " in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_lora_learns_and_the_generator_wears_it(models: dict[str, Path], loras: Taught, kind: str) -> None:
    lessons = loras(kind)
    losses = [one.value for one in lessons if isinstance(one, sdk.Metric) and one.name == "held out loss"]
    assert losses[-1] < losses[0]
    first = lessons[-1].evaluation.measures[0]
    assert first.baseline_name == "the base alone"
    assert first.value < 0.9 * first.baseline
    assert [one for one in lessons if isinstance(one, sdk.Sample)]

    ctx, lora = RecordingContext(seed=1), f"folder:{lessons[-1].folder}"
    bare = painted(ctx, models[kind])
    worn = painted(ctx, models[kind], lora=lora)
    assert (bare != worn).mean() > 0.1
    assert np.array_equal(painted(ctx, models[kind], lora=lora, lora_weight=0.0), bare)
    assert np.array_equal(painted(ctx, models[kind], lora=lora), worn)
    assert np.array_equal(painted(ctx, models[kind]), bare)
    assert np.array_equal(painted(RecordingContext(seed=1), models[kind]), bare)
    assert not np.array_equal(painted(RecordingContext(seed=2), models[kind]), bare)
    assert ctx.previews[0].pixels.shape == (64, 64, 3)
    assert ctx.steps[-1][:2] == (3, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_what_other_programs_read(loras: Taught, kind: str) -> None:
    model = loras(kind)[-1]
    file = model.folder / "pytorch_lora_weights.safetensors"
    part = "transformer" if kind == "flux" else "unet"
    with safe_open(file, "pt") as opened:
        settings = json.loads(opened.metadata()["lora_adapter_metadata"])
        names = list(opened.keys())
    assert {name.split(".")[0] for name in names} == {part}
    # alpha is folded into the weights, so nobody need know it
    assert settings[f"{part}.r"] == settings[f"{part}.lora_alpha"] == TINY["rank"]
    assert model.facts["kind"] == kind
    assert model.evaluation.distributions["words in captions"]["disc"] > 0
    pictures = [*model.evaluation.samples, *(pair.training for pair in model.evaluation.neighbours)]
    assert all((model.folder / name).is_file() for name in pictures)


def test_a_stopped_run_goes_on_to_the_same_weights(models: dict[str, Path], data: sdk.Dataset) -> None:
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)
    values = {
        **TINY, "base": f"folder:{models['sd']}", "steps": 4, "average": 0.5, "prior": "made", "prior_count": 2,
        "prior_caption": "a disc", "mirror": True,
    }  # fmt: skip
    whole = taught(TrainLora, data, ctx, **values)
    second = next(one for one in whole if isinstance(one, sdk.Checkpoint) and one.step == 2)
    expected = {path.name: path.read_bytes() for path in whole[-1].folder.rglob("*.safetensors")}
    assert expected
    resumed = RecordingContext(seed=5, resume=second.folder)
    assert weights(TrainLora, data, resumed, **values) == expected
    assert not any("class pictures" in message for *_, message in resumed.steps)
    # a checkpoint holds what is learned, not the base
    learned = sum(tensor.numel() for tensor in load_file(second.folder / "lora.safetensors").values())
    assert learned < 50_000
    assert [one for one in whole if isinstance(one, sdk.Metric) and one.name == "class loss"]


def test_a_lora_that_gets_no_better_stops_early_with_its_best_weights(
    models: dict[str, Path], data: sdk.Dataset
) -> None:
    values = {**TINY, "base": f"folder:{models['sd']}", "steps": 16, "stop_early": 1, "learning_rate": 0.1}
    ctx = RecordingContext(seed=5)
    lessons = taught(TrainLora, data, ctx, **values)
    looks = [(one.step, one.value) for one in lessons if isinstance(one, sdk.Metric) and one.name == "held out loss"]
    best = min(looks, key=lambda look: look[1])
    assert looks[-1][0] < 16, "so high a rate spoils it"
    assert looks[-1][0] > best[0]
    assert lessons[-1].evaluation.measures[0].value == pytest.approx(best[1], rel=1e-4)


def test_a_base_in_bfloat16_is_taught_in_float32(models: dict[str, Path], data: sdk.Dataset) -> None:
    ctx = RecordingContext(dtype="bfloat16")
    values = {
        **TINY, "base": f"folder:{models['flux']}", "steps": 2, "prior": "made", "prior_count": 1,
        "prior_caption": "a disc",
    }  # fmt: skip
    lessons = taught(TrainLora, data, ctx, **values)
    learned = load_file(lessons[-1].folder / "pytorch_lora_weights.safetensors")
    assert {tensor.dtype for tensor in learned.values()} == {torch.float32}
    assert painted(RecordingContext(dtype="bfloat16"), models["flux"]).shape == (64, 64, 3)


def test_given_class_pictures_velocity_and_more_layers(
    models: dict[str, Path], data: sdk.Dataset, tmp_path: Path
) -> None:
    base = tmp_path / "velocity"
    shutil.copytree(models["sd"], base)
    place = base / "scheduler" / "scheduler_config.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), "prediction_type": "v_prediction"}))
    values = {
        **TINY, "base": f"folder:{base}", "steps": 2, "prior": "given", "prior_caption": "a disc", "reach": "all",
        "class_folder": str(data.folder), "trigger": "ohwx", "checkpointing": False,
    }  # fmt: skip
    ctx = RecordingContext()
    lessons = taught(TrainLora, data, ctx, **values)
    assert lessons[-1].facts["words"][0] == "ohwx"
    names = load_file(lessons[-1].folder / "pytorch_lora_weights.safetensors")
    assert any("ff.net" in name for name in names)


def test_where_memory_runs_out_smaller_pictures_are_proposed_than_the_model_takes_by_itself(
    models: dict[str, Path], data: sdk.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(LoadedPipeline, "natural_size", 192)
    monkeypatch.setattr(Learning, "learn", full)
    values = {**TINY, "base": f"folder:{models['sd']}", "size": 0, "batch": 1, "steps": 1}
    with pytest.raises(sdk.OutOfMemory) as told:
        taught(TrainLora, data, RecordingContext(seed=1), **values)
    assert remedies.remedy(TrainLora.Params.fields, {**values, "checkpointing": True}) == {}, "the host cannot know"
    assert told.value.remedy == {"size": 64}


def test_a_forecast_times_steps_and_counts_weights(models: dict[str, Path], data: sdk.Dataset) -> None:
    values = {**TINY, "base": f"folder:{models['flux']}", "steps": 1000, "data": "little"}
    checked = sdk.check_values(TrainLora.Params.fields, values)
    told = TrainLora().forecast(TrainLora.Params(**{**checked, "data": data}), RecordingContext())
    assert told.steps == 1000
    assert told.seconds > 1
    assert 500 < told.parameters < 50_000


def test_cancelling_ends_a_picture_within_a_step(models: dict[str, Path]) -> None:
    ctx = RecordingContext()
    painted(ctx, models["sd"])
    points = ctx.points
    ctx.cancel_after = ctx.points + 8
    with pytest.raises(sdk.Cancelled):
        painted(ctx, models["sd"])
    assert ctx.points <= points + 9
    ctx.cancel_after = None
    assert np.array_equal(painted(ctx, models["sd"]), painted(RecordingContext(), models["sd"]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_lora_of_another_kind_is_refused(models: dict[str, Path], loras: Taught, kind: str) -> None:
    other = loras(KINDS[KINDS.index(kind) - 1])[-1].folder
    said = refusal({"model": f"folder:{models[kind]}", "lora": f"folder:{other}"})
    assert "does not fit" in said.message
    assert said.param == "lora"


def test_a_lora_that_asks_for_more_than_matrices_is_refused(models: dict[str, Path], tmp_path: Path) -> None:
    asked = json.dumps({"unet.r": 4, "unet.megatron_config": {"a": 1}, "unet.megatron_core": "antigravity"})
    name = "unet.mid_block.attentions.0.proj_in.lora.down.weight"
    save_file({name: torch.zeros(4, 32)}, tmp_path / "odd.safetensors", {"lora_adapter_metadata": asked})
    assert "unusual" in refusal({"model": f"folder:{models['sd']}", "lora": f"folder:{tmp_path}"}).message


@pytest.mark.parametrize("what", [b"", b"no weights at all", b"\xff" * 8])
def test_a_damaged_lora_is_refused(models: dict[str, Path], tmp_path: Path, what: bytes) -> None:
    (tmp_path / "one.safetensors").write_bytes(what)
    assert refusal({"model": f"folder:{models['sd']}", "lora": f"folder:{tmp_path}"}).param == "lora"


def _index(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        index = json.loads((folder / "model_index.json").read_text())
        change(index)
        (folder / "model_index.json").write_text(json.dumps(index))

    return spoil


def _pickled(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").rename(folder / "unet" / "diffusion_pytorch_model.bin")


HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no index": (lambda folder: (folder / "model_index.json").unlink(), "model_index.json is missing"),
    "damaged index": (lambda folder: (folder / "model_index.json").write_text("{" * 100_000), "damaged"),
    "a list": (lambda folder: (folder / "model_index.json").write_text("[1]"), "damaged"),
    "another pipeline": (_index(lambda index: index.update(_class_name="os")), "does not work here"),
    "foreign library": (_index(lambda index: index.update(unet=["os", "system"])), "does not work here"),
    "foreign part": (_index(lambda index: index.update(extra=["diffusers", "DDPMScheduler"])), "does not work here"),
    "odd entry": (_index(lambda index: index.update(unet=[{"a": 1}, 2, 3])), "does not work here"),
    "part missing": (_index(lambda index: index.pop("vae")), "lacks its vae"),
    "pickle": (_pickled, "pickle"),
    "no weights": (lambda folder: shutil.rmtree(folder / "vae"), "no weights"),
    "damaged weights": (
        lambda folder: (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"x" * 99),
        "cannot be loaded",
    ),
    "damaged settings": (lambda folder: (folder / "unet" / "config.json").write_text("{}"), "cannot be loaded"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_gets_one_sentence(models: dict[str, Path], tmp_path: Path, name: str) -> None:
    spoil, said = HOSTILE[name]
    folder = tmp_path / "model"
    shutil.copytree(models["sd"], folder)
    spoil(folder)
    caught = refusal({"model": f"folder:{folder}"})
    assert said in caught.message
    assert caught.param == "model"


def test_without_a_model_or_captions_it_says_what_to_do(models: dict[str, Path], tmp_path: Path) -> None:
    assert refusal({}).param == "model"
    data = little_pictures(tmp_path / "plain", count=4, transparent=False)
    plain = [sdk.DatasetItem(item.path) for item in data.items]
    nameless = sdk.Dataset("little", "image", data.folder, tuple(plain), digest="0" * 64)
    with pytest.raises(sdk.UserError) as caught:
        taught(TrainLora, nameless, RecordingContext(), **TINY, base=f"folder:{models['flux']}", steps=1)
    assert caught.value.param == "trigger"


def test_buckets_have_about_as_many_pixels_and_no_odd_shapes() -> None:
    found = buckets(512, 64)
    assert (512, 512) in found
    for width, height in found:
        assert width % 64 == height % 64 == 0
        assert 0.75 * 512**2 <= width * height <= 512**2
        assert max(width / height, height / width) <= 2
    assert len(found) >= 5


def test_packing_latents_is_undone() -> None:
    latents = torch.arange(2 * 4 * 6 * 8).reshape(2, 4, 6, 8).float()
    assert torch.equal(unpack(pack(latents), 6, 8), latents)
    from diffusers import FluxPipeline

    assert torch.equal(pack(latents), FluxPipeline._pack_latents(latents, 2, 4, 6, 8))

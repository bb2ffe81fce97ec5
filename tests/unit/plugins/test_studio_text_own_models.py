"""The artist's own language models at tiny size: they write, are taught LoRAs, wear them; odd ones are refused."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from helpers.tiny_models import tiny_model
from safetensors.torch import load_file

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_text.own_writing import Spelling
from studio_text.training.lm import TrainTextModel
from studio_text.training.lora import TrainTextLora
from studio_text.writer import Stopping, Writer

# transformers renames what peft calls
pytestmark = [pytest.mark.filterwarnings("ignore::FutureWarning"), pytest.mark.timeout(300)]

NOUNS = ("fox", "cat", "dog", "tree", "disc", "frame")
TINY = {"rank": 4, "alpha": 8.0, "rate": 0.02, "reach": "all", "context": 32, "judged": 200}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model("lm", tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    folder = tmp_path_factory.mktemp("data")
    items = []
    for number, (a, b) in enumerate((a, b) for a in NOUNS for b in NOUNS):
        path = folder / f"{number}.txt"
        path.write_text(f"The {a} saw the {b}. The {b} saw the {a}.", "utf-8")
        items.append(sdk.DatasetItem(path, f"tale, {a}", held_out=number % 6 == 5))
    return sdk.Dataset("little", "text", folder, tuple(items), digest="0" * 64)


def taught(data: sdk.Dataset, model: Path, ctx: RecordingContext, **values: Any) -> list[Any]:
    given = {"data": data.name, "base": f"folder:{model}", **TINY, **values}
    checked = sdk.check_values(TrainTextLora.Params.fields, given)
    return list(TrainTextLora().train(TrainTextLora.Params(**{**checked, "data": data}), ctx))


@pytest.fixture(scope="module")
def lora(data: sdk.Dataset, model: Path) -> tuple[RecordingContext, list[Any]]:
    ctx = RecordingContext(seed=3)
    return ctx, taught(data, model, ctx, steps=24)


def written(ctx: RecordingContext, model: Path, **values: Any) -> str:
    *deltas, made = run(Writer, {"model": f"folder:{model}", "prompt": "The fox saw", "length": 12, **values}, ctx)
    assert isinstance(made, sdk.Text)
    if "stop" not in values:
        assert "".join(delta.text for delta in deltas if isinstance(delta, sdk.TextDelta)) in made.text
    return made.text


def refusal(values: dict[str, Any]) -> sdk.UserError:
    with pytest.raises(sdk.UserError) as caught:
        run(Writer, values)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_lora_learns_and_the_writer_wears_it(model: Path, lora: tuple[RecordingContext, list[Any]]) -> None:
    _, lessons = lora
    curves: dict[str, list[float]] = {}
    for one in lessons:
        if isinstance(one, sdk.Metric):
            curves.setdefault(one.name, []).append(one.value)
    assert curves["loss"][-1] < 0.6 * curves["loss"][0]
    assert curves["held out bits per byte"][-1] < curves["held out bits per byte"][0]
    samples = [one.artifact for one in lessons if isinstance(one, sdk.Sample)]
    shown = [sample.text for sample in samples if isinstance(sample, sdk.Text)]
    assert shown
    assert not any(letter in text for text in shown for letter in "\0\r")
    first = lessons[-1].evaluation.measures[0]
    assert first.name == "bits per byte"
    assert first.value < 0.6 * first.baseline

    ctx, worn = RecordingContext(seed=1), f"folder:{lessons[-1].folder}"
    bare = written(ctx, model)
    with_it = written(ctx, model, lora=worn)
    assert bare.startswith("The fox saw")
    assert with_it != bare
    assert written(ctx, model, lora=worn, lora_weight=0.0) == bare
    assert written(ctx, model, lora=worn) == with_it
    assert written(ctx, model) == bare
    assert written(RecordingContext(seed=1), model) == bare
    assert written(RecordingContext(seed=2), model) != bare


def test_the_folder_is_what_peft_reads_and_does_not_tell_where_the_base_lies(
    model: Path, lora: tuple[RecordingContext, list[Any]]
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    folder = lora[1][-1].folder
    assert str(model.parent) not in (folder / "adapter_config.json").read_text()
    base = AutoModelForCausalLM.from_pretrained(model, local_files_only=True)
    dressed = PeftModel.from_pretrained(base, folder)
    assert sum("lora_A" in name for name, _ in dressed.named_parameters()) == 14


def test_a_stopped_run_goes_on_to_the_same_weights(data: sdk.Dataset, model: Path) -> None:
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)
    values = {"steps": 4, "average": 0.5, "captions": True, "reach": "attention"}
    whole = taught(data, model, ctx, **values)
    second = next(one for one in whole if isinstance(one, sdk.Checkpoint) and one.step == 2)
    resumed = RecordingContext(seed=5, resume=second.folder)
    again = taught(data, model, resumed, **values)
    assert (again[-1].folder / "adapter_model.safetensors").read_bytes() == (
        whole[-1].folder / "adapter_model.safetensors"
    ).read_bytes()
    learned = sum(tensor.numel() for tensor in load_file(second.folder / "lora.safetensors").values())
    assert learned < 10_000


def test_a_lora_keeps_the_weights_of_its_best_look(data: sdk.Dataset, model: Path) -> None:
    contexts = [RecordingContext(seed=3) for _ in range(2)]
    patient, plain = (
        taught(data, model, ctx, steps=8, stop_early=early) for ctx, early in zip(contexts, (50, 0), strict=True)
    )
    losses = [one.value for one in patient if isinstance(one, sdk.Metric) and one.name.startswith("held out")]
    assert losses.index(min(losses)) == len(losses) - 1, "it still learns"
    kept = [(one[-1].folder / "adapter_model.safetensors").read_bytes() for one in (patient, plain)]
    assert kept[0] == kept[1]


def test_a_base_in_bfloat16_is_taught_in_float32(data: sdk.Dataset, model: Path) -> None:
    ctx = RecordingContext(dtype="bfloat16")
    lessons = taught(data, model, ctx, steps=2)
    learned = load_file(lessons[-1].folder / "adapter_model.safetensors")
    assert {tensor.dtype for tensor in learned.values()} == {torch.float32}
    assert written(RecordingContext(dtype="bfloat16"), model, lora=f"folder:{lessons[-1].folder}")


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few texts are written while a model is taught whole."""
    from studio_text.training import judging, learning

    monkeypatch.setattr(learning, "SHOWINGS", 2)
    monkeypatch.setattr(learning, "SAMPLES", 1)
    monkeypatch.setattr(judging, "WRITTEN", 2)


def taught_whole(data: sdk.Dataset, model: Path, ctx: RecordingContext, **values: Any) -> list[Any]:
    tiny = {"data": data.name, "start_from": f"folder:{model}", "batch": 128, "judged": 500}
    checked = sdk.check_values(TrainTextModel.Params.fields, {**tiny, **values})
    return list(TrainTextModel().train(TrainTextModel.Params(**{**checked, "data": data}), ctx))


def gpt2(base: Path, folder: Path) -> Path:
    """A model of another architecture with the tokenizer of `base`, which opens no text."""
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=2,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = GPT2LMHeadModel(config)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize("make", ["llama", "gpt2"])
def test_a_small_adopted_model_is_taught_whole_and_writes(
    data: sdk.Dataset, model: Path, tmp_path: Path, make: str
) -> None:
    base = model if make == "llama" else gpt2(model, tmp_path / "gpt2")
    before = {path.name: path.read_bytes() for path in base.iterdir()}
    ctx = RecordingContext(seed=3)
    lessons = taught_whole(data, base, ctx, steps=60, rate=0.1)
    losses, held_out = (
        [one.value for one in lessons if isinstance(one, sdk.Metric) and one.name == name]
        for name in ("loss", "held out loss")
    )
    assert losses[-1] < 0.5 * losses[0]
    words = len(json.loads(before["tokenizer.json"])["model"]["vocab"])
    assert held_out[-1] < 0.7 * math.log(words)  # that many nats without learning; the lowest may have been before
    made = lessons[-1]
    assert made.facts["base"] == base.name
    assert json.loads((made.folder / "tokenizer.json").read_text()) == json.loads(before["tokenizer.json"])
    assert {path.name: path.read_bytes() for path in base.iterdir()} == before
    # asked for by its caption, in its own tokens
    prompt = "tale, fox\n\n"
    told = written(RecordingContext(seed=1), made.folder, prompt=prompt, temperature=0.1)
    assert "The" in told.removeprefix(prompt)
    assert told != written(RecordingContext(seed=1), base, prompt=prompt, temperature=0.1)


@pytest.mark.usefixtures("briefly")
def test_a_stopped_run_of_an_adopted_model_goes_on_to_the_same_weights(
    data: sdk.Dataset, model: Path, tmp_path: Path
) -> None:
    base = gpt2(model, tmp_path / "gpt2")  # whose dropout draws in every step
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)
    whole = taught_whole(data, base, ctx, steps=3)
    second = next(one for one in whole if isinstance(one, sdk.Checkpoint) and one.step == 2)
    resumed = RecordingContext(seed=5, resume=second.folder)
    again = taught_whole(data, base, resumed, steps=3)
    first, last = (load_file(run[-1].folder / "model.safetensors") for run in (whole, again))
    assert all(torch.equal(first[name], last[name]) for name in first)


def test_a_model_too_large_to_be_taught_whole_is_refused_with_a_remedy_before_it_is_loaded(
    data: sdk.Dataset, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio_text.training import adopting

    monkeypatch.setattr(adopting, "free_memory", lambda device: 1e-4)
    monkeypatch.setattr(adopting, "OwnModel", None)
    with pytest.raises(sdk.UserError) as refusal:
        taught_whole(data, model, RecordingContext(), steps=1)
    assert refusal.value.param == "start_from"
    assert "LoRA" in str(refusal.value.hint)
    assert model.name in refusal.value.message


def test_a_forecast_times_steps_and_counts_weights(data: sdk.Dataset, model: Path) -> None:
    given = {"data": data.name, "base": f"folder:{model}", **TINY, "steps": 1000}
    checked = sdk.check_values(TrainTextLora.Params.fields, given)
    told = TrainTextLora().forecast(TrainTextLora.Params(**{**checked, "data": data}), RecordingContext())
    assert told.steps == 1000
    assert told.seconds > 1
    assert told.parameters > 500


def test_a_chat_is_answered_and_a_model_without_one_says_so(model: Path, tmp_path: Path) -> None:
    text = written(RecordingContext(), model, mode="answer", instruction="Be short.")
    assert "fox" not in text[:3]
    plain = tmp_path / "plain"
    shutil.copytree(model, plain)
    for file in plain.glob("chat_template*"):
        file.unlink()
    settings = json.loads((plain / "tokenizer_config.json").read_text())
    settings.pop("chat_template", None)
    (plain / "tokenizer_config.json").write_text(json.dumps(settings))
    assert refusal({"model": f"folder:{plain}", "mode": "answer"}).param == "mode"


def test_long_beginnings_are_cut_and_words_to_stop_at_end_the_text(model: Path) -> None:
    ctx = RecordingContext()
    long = written(ctx, model, prompt="The fox saw the cat. " * 200)
    assert long.startswith("The fox saw")
    whole = written(ctx, model, length=40)
    stop = whole[len("The fox saw") + 6 : len("The fox saw") + 9]
    ended = written(ctx, model, length=40, stop=stop)
    assert stop not in ended[len("The fox saw") :]
    assert whole.startswith(ended)
    assert written(ctx, model, prompt="")


def test_a_special_token_typed_by_the_artist_is_text(model: Path) -> None:
    assert written(RecordingContext(), model, prompt="a <|end|> b").startswith("a <|end|> b")


def test_words_to_stop_at_are_found_across_pieces() -> None:
    stop = Stopping("END")
    assert [stop.take(piece) for piece in ("one E", "N", "O E", "ND more", "!")] == ["one ", "", "ENO ", "", ""]
    assert stop.found
    never = Stopping("END")
    assert never.take("so E") + never.rest() == "so E"
    assert Stopping("").take("all") == "all"


def test_characters_of_several_tokens_show_when_they_are_whole(model: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=True)
    ids = tokenizer("fox 狐狸 fox", add_special_tokens=False).input_ids
    spelling = Spelling(tokenizer, ids[:1])
    pieces = [spelling.take(token) for token in ids[1:]]
    assert "".join(pieces) == " 狐狸 fox"
    assert "" in pieces


def _config(**changes: Any) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, **changes}))

    return spoil


def _without_tokenizer(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()


HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
    "damaged config": (lambda folder: (folder / "config.json").write_text("[" * 100_000), "damaged"),
    "another kind": (_config(architectures=["BertModel"]), "does not write texts"),
    "no kind": (_config(architectures={"a": 1}), "does not write texts"),
    "code of its own": (
        _config(architectures=["OddForCausalLM"], model_type="odd", auto_map={"AutoModelForCausalLM": "evil.Odd"}),
        "cannot be loaded",
    ),
    "pickle": (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "pickle"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "no weights"),
    "no tokenizer": (_without_tokenizer, "lacks its tokenizer"),
    "damaged weights": (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99), "cannot be loaded"),
    "other sizes": (_config(hidden_size=32), "cannot be loaded"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_gets_one_sentence(model: Path, tmp_path: Path, name: str) -> None:
    spoil, said = HOSTILE[name]
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    spoil(folder)
    (folder / "evil.py").write_text("raise SystemExit('this ran')")
    caught = refusal({"model": f"folder:{folder}"})
    assert said in caught.message
    assert caught.param == "model"


def test_a_hostile_lora_is_refused_and_the_model_stays_as_it_was(
    model: Path, lora: tuple[RecordingContext, list[Any]], tmp_path: Path
) -> None:
    ctx = RecordingContext()
    bare = written(ctx, model)
    odd = tmp_path / "odd"
    shutil.copytree(lora[1][-1].folder, odd)
    settings = json.loads((odd / "adapter_config.json").read_text())
    for changes in (
        {"peft_type": "IA3"}, {"target_modules": ["nothing"]}, {"r": 3}, {"r": "many"}, {"target_modules": ["q_proj"]},
    ):  # fmt: skip
        (odd / "adapter_config.json").write_text(json.dumps({**settings, **changes}))
        with pytest.raises(sdk.UserError) as caught:
            written(ctx, model, lora=f"folder:{odd}")
        assert caught.value.param == "lora"
        assert written(ctx, model) == bare
    # what could name modules to be imported is not taken over
    (odd / "adapter_config.json").write_text(
        json.dumps({**settings, "megatron_config": {"a": 1}, "megatron_core": "antigravity"})
    )
    assert written(ctx, model, lora=f"folder:{odd}") != bare
    (odd / "adapter_model.safetensors").rename(odd / "adapter_model.bin")
    with pytest.raises(sdk.UserError):
        written(ctx, model, lora=f"folder:{odd}")


def test_nothing_chosen_says_what_to_do() -> None:
    assert refusal({}).param == "model"

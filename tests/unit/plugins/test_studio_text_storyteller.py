"""The storyteller with its real weights: what an artist and the host may rely on."""

from __future__ import annotations

import pickle
import random
import sys
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from studio import sdk
from studio.sdk.testing.running import RecordingContext, run
from studio_text import Plugin
from studio_text.drafts import MOST_REPETITION, Draft, Page, best, seed_of
from studio_text.storyteller import STARTER, Storyteller
from studio_text.writing import Writing

STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"


@pytest.fixture(scope="module")
def loaded() -> dict[str, object]:
    """What contexts of this module keep loaded between runs, as the host does."""
    return {}


def tell_all(loaded: dict[str, object], seed: int = 1, ctx: RecordingContext | None = None, **values: Any) -> list[Any]:
    context = ctx or RecordingContext(seed=seed)
    context._loaded = loaded
    return run(Storyteller, {"length": 20, **values}, context)


def tell(loaded: dict[str, object], seed: int = 1, ctx: RecordingContext | None = None, **values: Any) -> sdk.Text:
    text = tell_all(loaded, seed, ctx, **values)[-1]
    assert isinstance(text, sdk.Text)
    return text


def test_the_pieces_shown_add_up_to_the_text_kept(loaded: dict[str, object]) -> None:
    *pieces, whole = tell_all(loaded)
    assert isinstance(whole, sdk.Text)
    assert len(pieces) > 10
    assert "".join(piece.text for piece in pieces if isinstance(piece, sdk.TextDelta)) == whole.text
    assert all(isinstance(piece, sdk.TextDelta) for piece in pieces)


def test_the_text_begins_with_the_beginning_and_has_about_the_wished_length(loaded: dict[str, object]) -> None:
    text = tell(loaded, prompt="The wolf came to the", length=40)
    assert text.text.startswith("The wolf came to the ")
    assert 40 <= len(text.text.split()) <= 130
    assert text.meta["words"] == len(text.text.removeprefix("The wolf came to the").split())
    assert text.meta["ending"] in {"length", "finished"}
    assert text.title.startswith("The wolf came to the")


def test_the_same_seed_tells_the_same_tale_and_another_seed_another(loaded: dict[str, object]) -> None:
    first, other, again = tell(loaded, 1), tell(loaded, 2), tell(loaded, 1)
    assert first.text == again.text
    assert first.text != other.text


@pytest.mark.parametrize("kind", ["tale", "poem", "play"])
def test_every_kind_starts_from_nothing(loaded: dict[str, object], kind: str) -> None:
    assert tell(loaded, kind=kind, prompt="").text.strip()


def test_kind_and_title_change_what_is_written(loaded: dict[str, object]) -> None:
    texts = {tell(loaded).text, tell(loaded, kind="poem").text, tell(loaded, title="The Sea King's Daughter").text}
    assert len(texts) == 3


def test_a_given_title_names_the_result(loaded: dict[str, object]) -> None:
    assert tell(loaded, title=" The  Sea\nKing ").title == "The Sea King"


def test_a_text_is_continued_where_it_ends_and_kept_whole(loaded: dict[str, object]) -> None:
    given = sdk.Text(text="The old soldier opened the box, and out came  ")
    text = tell(loaded, continue_from=given)
    assert text.text.startswith("The old soldier opened the box, and out came ")
    assert "Once upon a time" not in text.text[:50]
    assert len(text.text) > len(given.text) + 20


def test_it_stops_before_the_stop_text(loaded: dict[str, object]) -> None:
    free = tell(loaded).text
    stop = free.split()[-2]
    stopped = tell(loaded, stop=stop)
    assert stopped.meta["ending"] == "stop"
    assert free.startswith(stopped.text)
    assert stop not in stopped.text.removeprefix("Once upon a time there was a")


def test_a_stop_text_that_comes_at_once_is_told_at_its_field(loaded: dict[str, object]) -> None:
    first = tell(loaded, prompt="").text[0]
    with pytest.raises(sdk.UserError) as problem:
        tell(loaded, prompt="", stop=first)
    assert problem.value.param == "stop"


def test_the_best_of_several_drafts_is_kept_and_the_first_is_shown(loaded: dict[str, object]) -> None:
    ctx = RecordingContext(seed=1)
    *pieces, kept = tell_all(loaded, ctx=ctx, drafts=4)
    assert isinstance(kept, sdk.Text)
    assert "".join(piece.text for piece in pieces) == tell(loaded).text
    assert tell(loaded, drafts=4).text == kept.text
    assert kept.meta["drafts"] == 4
    assert 1 <= int(str(kept.meta["draft"])) <= 4
    assert {message for _, _, message in ctx.steps} == {"Loading the model", "Writing 4 drafts", "Done"}
    done = [step[0] for step in ctx.steps]
    assert done == sorted(done)


def a_draft(text: str, mean: float) -> Draft:
    """A finished draft of these words, each a token of log probability `mean`."""
    words = [f" {word}".encode() for word in text.split()]
    draft = Draft(Page(0, [], []), Writing([*words, b""], len(words), words=1000), None)  # type: ignore[arg-type]
    for token in range(len(words) + 1):
        draft.take(token, mean)
    return draft


def test_drafts_that_repeat_are_dropped_however_likely_and_the_likeliest_other_is_kept() -> None:
    circle = a_draft("the king went out and the king went out and the king went out", -0.2)
    plain, odd = a_draft("a fox ran over the old bridge at night", -2.0), a_draft("a fox sold the moon a hat", -3.0)
    assert circle.repetition > MOST_REPETITION
    assert best([circle, odd, plain]) == (2, 1)
    assert best([plain, plain]) == (0, 0)
    assert best([circle, circle]) == (0, 2)
    assert best([a_draft("", -0.1), plain]) == (1, 0)
    assert len({seed_of(7, number) for number in range(8)} | {seed_of(8, number) for number in range(8)}) == 16


def test_a_draft_is_the_same_whatever_is_written_beside_it(loaded: dict[str, object]) -> None:
    several = begin_and_write(loaded, 3)
    assert begin_and_write(loaded, 2) == several[:2]
    assert len(set(several)) == 3


def begin_and_write(loaded: dict[str, object], count: int) -> list[str]:
    from studio_text.decoding import LoadedModel, Sampling, Scribe, begin

    ctx = RecordingContext()
    ctx._loaded = loaded
    model = ctx.load("drafts", lambda: LoadedModel(STARTERS / "storyteller", "cpu"))
    page = Page(model.token("tale"), [model.token("text")], model.encode("The wolf"))
    drafts = begin(page, lambda: Writing(model.table, model.end, words=12), 3, count)
    with Scribe(model, drafts, Sampling(0.7, 0.92, 60, 1.1)) as pieces:
        assert "".join(pieces) == drafts[0].writing.text
    return [draft.writing.text for draft in drafts]


def test_progress_never_falls_and_reaches_the_end(loaded: dict[str, object]) -> None:
    ctx = RecordingContext(seed=1)
    tell(loaded, ctx=ctx)
    done = [step[0] for step in ctx.steps]
    assert done == sorted(done)
    assert done[-1] == ctx.steps[-1][1]
    assert all(0 <= at <= total for at, total, _ in ctx.steps)


def test_cancelling_ends_the_writing_thread_and_it_runs_again(loaded: dict[str, object]) -> None:
    ctx = RecordingContext(seed=1, cancel_after=5)
    with pytest.raises(sdk.Cancelled):
        tell(loaded, ctx=ctx, length=1000)
    assert "storyteller" not in {thread.name for thread in threading.enumerate()}
    assert tell(loaded).text


def test_leaving_it_half_way_ends_the_writing_thread(loaded: dict[str, object]) -> None:
    ctx = RecordingContext(seed=1)
    ctx._loaded = loaded
    values: dict[str, Any] = {"length": 1000}
    with closing(cast("Generator[sdk.Result]", Storyteller().generate(Storyteller.Params(**values), ctx))) as results:
        for _ in range(5):
            next(results)
    assert "storyteller" not in {thread.name for thread in threading.enumerate()}


def test_global_randomness_and_thread_count_are_left_alone() -> None:
    import numpy as np
    import torch

    torch.manual_seed(5)

    def state() -> list[Any]:
        return [random.getstate(), pickle.dumps(np.random.get_state()), torch.get_rng_state().tolist()]

    before = state()
    threads = torch.get_num_threads()
    tell({})
    assert state() == before
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "   ",
        "\n\n",
        "🦊🦊 héllo 童话",
        "a\0b\x07c",
        "<|end|><|poem|>",
        "word " * 20_000,
        "x" * 100_000,
        "\u202e\u200f",
    ],
    ids=["empty", "spaces", "lines", "unicode", "control", "control tokens", "long", "one long word", "bidi"],
)
def test_any_beginning_works(loaded: dict[str, object], prompt: str) -> None:
    text = tell(loaded, prompt=prompt, length=10)
    assert text.text.startswith(prompt.replace("\0", "").replace("\x07", "").rstrip(" "))
    assert text.meta["tokens"] > 0
    assert "\0" not in text.text


def test_it_writes_on_beyond_the_models_window(loaded: dict[str, object]) -> None:
    text = tell(loaded, 2, prompt="The king had three sons. " * 60, length=220)
    assert text.meta["tokens"] > 200
    assert text.meta["ending"] in {"length", "finished"}


@pytest.mark.parametrize("field", [known for known in Storyteller.Params.fields if known.min is not None])
def test_the_ends_of_every_range_work(loaded: dict[str, object], field: sdk.Field) -> None:
    values = [field.min] if field.name == "length" else [field.min, field.max]  # a thousand words would take long here
    for value in values:
        given: dict[str, Any] = {"length": 10, field.name: value}
        assert tell(loaded, **given).text.strip()


def test_the_starter_is_an_ordinary_transformers_folder_of_at_most_16_megabytes() -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = STARTERS / STARTER.removeprefix("starter:")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    assert model.config.model_type == "llama"
    assert model.config.vocab_size == len(tokenizer)
    assert tokenizer.decode(tokenizer("A fox, 🦊!").input_ids) == "A fox, 🦊!"
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 16e6
    assert {"README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json"} <= {
        file.name for file in folder.iterdir()
    }


@pytest.mark.parametrize("made", Plugin().studio_generators())
def test_everything_shown_is_translated(made: type[sdk.Generator]) -> None:
    spec = sdk.GeneratorSpec.of(made)
    shown = {spec.title, *spec.description.split("\n\n"), *(example.title for example in spec.examples)}
    for field in spec.fields:
        shown |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
    assert shown - {""} <= set(Plugin().studio_translations()["zh_CN"])


def test_examples_fit_the_parameters() -> None:
    spec = sdk.GeneratorSpec.of(Storyteller)
    assert len(spec.examples) >= 3
    for example in spec.examples:
        spec.check(example.values)


def test_importing_the_plugin_is_light() -> None:
    import subprocess

    code = "import sys, studio_text; print(sorted({'torch', 'numpy', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

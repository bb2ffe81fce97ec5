"""Running a generator in a test: what it reported can be looked at, and nothing stays behind."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run, stream


class Counter(sdk.Generator):
    """Counts, aloud."""

    id, title, makes = "test.counter", "Counter", (sdk.Text,)

    class Params(sdk.Params):
        to: int = sdk.integer(3, min=1, max=9)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        words = ctx.load("words", lambda: ["one", "two", "three"])
        for number in range(params.to):
            ctx.progress(
                number + 1, params.to, words[number % 3], preview=lambda: sdk.Image(pixels=np.zeros((1, 1), "uint8"))
            )
            yield sdk.TextDelta(words[number % 3])
        ctx.log(str(ctx.tmp))
        yield sdk.Text(text=" ".join(words[: params.to]))


def test_everything_yielded_comes_back() -> None:
    results = run(Counter, {"to": 2})
    assert [type(result).__name__ for result in results] == ["TextDelta", "TextDelta", "Text"]
    assert isinstance(results[-1], sdk.Text)
    assert results[-1].text == "one two"


def test_the_context_remembers_what_was_reported() -> None:
    ctx = RecordingContext(seed=5)
    run(Counter, ctx=ctx)
    assert ctx.steps == [(1, 3, "one"), (2, 3, "two"), (3, 3, "three")]
    assert (len(ctx.previews), ctx.points, len(ctx.lines)) == (3, 3, 1)


def test_a_cancel_is_sticky() -> None:
    ctx = RecordingContext(cancel_after=2)
    results = stream(Counter, ctx=ctx)
    assert isinstance(next(results), sdk.TextDelta)
    with pytest.raises(sdk.Cancelled):
        next(results)
    with pytest.raises(sdk.Cancelled):
        ctx.check()


def test_the_temporary_folder_goes_with_the_context() -> None:
    ctx = RecordingContext()
    folder = ctx.tmp
    (folder / "left").write_text("over")
    del ctx
    gc.collect()
    assert not folder.exists()


def test_what_is_loaded_stays_until_it_is_unloaded() -> None:
    made: list[int] = []
    first, second = RecordingContext(), RecordingContext()
    second.share_loaded(first)
    for ctx in (first, first, second):
        ctx.load("model", lambda: made.append(1))
    assert made == [1]
    second.unload()
    first.load("model", lambda: made.append(2))
    assert made == [1, 2]


def test_values_that_do_not_fit_never_reach_the_generator() -> None:
    with pytest.raises(sdk.ParameterError):
        run(Counter, {"to": 99})


def test_models_are_looked_up_by_reference(tmp_path: Path) -> None:
    ctx = RecordingContext(models={"starter:tiny": tmp_path})
    assert ctx.model("starter:tiny") == tmp_path
    with pytest.raises(sdk.UserError, match="no model"):
        ctx.model("starter:does-not-exist")


def test_random_streams_are_fixed_by_seed_and_name() -> None:
    one, other = RecordingContext(seed=1), RecordingContext(seed=2)
    assert one.rng("bass").random() == one.rng("bass").random()
    assert one.rng("bass").random() != one.rng("drums").random()
    assert one.rng("bass").random() != other.rng("bass").random()

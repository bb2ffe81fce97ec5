"""The training loop: a kill at any moment loses nothing that was shown, and early stopping keeps the best weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from studio.sdk import Checkpoint, Lesson, Metric, Sample, Text, UserError
from studio.sdk.testing import RecordingContext
from studio.sdk.training import Loop
from studio.sdk.training.states import load_looks
from studio.sdk.training.stopping import Looks

STEPS, EVERY = 24, 3

FALLING_THEN_RISING = (5.0, 3.0, 4.0, 2.0, 2.5, 2.5, 1.0, 1.0)
"""Held-out losses, look by look."""


class Recipe:
    """Fits a line; looks every few steps, as recipes do."""

    def __init__(self, ctx: RecordingContext, *, average: float = 0.9, patience: int = 0) -> None:
        torch.manual_seed(0)
        self.net = torch.nn.Linear(4, 1)
        optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.05)
        self.loop = Loop(ctx, {"net": self.net}, {"net": optimizer}, steps=STEPS, average=average, patience=patience)

    def lessons(self, losses: Sequence[float] = FALLING_THEN_RISING) -> Iterator[Lesson]:
        loop = self.loop
        for step in loop:
            x = torch.from_numpy(loop.random.random((8, 4)).astype("float32"))
            loss = (loop.modules["net"](x).squeeze(1) - x.sum(1)).square().mean()
            loop.learn("net", loss)
            yield from loop.report(loss=loss.detach())
            if (step + 1) % EVERY == 0:
                yield from loop.look(self._look(step + 1, losses))
        yield from loop.finish()

    def _look(self, step: int, losses: Sequence[float]) -> Iterator[Lesson]:
        yield Metric("held-out loss", step, losses[step // EVERY - 1])
        yield Metric("another figure", step, float(step))
        yield Sample(step, Text(text=str(self.weights()), title=""))

    def weights(self) -> list[float]:
        """Those the model would be made of."""
        return torch.cat([one.detach().flatten() for one in self.loop.averaged["net"].parameters()]).tolist()


def told(lessons: Iterable[Lesson]) -> list[Any]:
    """Curves and samples, as they can be compared."""
    return [one for one in lessons if not isinstance(one, Checkpoint)]


def context(folder: Path, name: str, resume: Path | None = None) -> RecordingContext:
    ctx = RecordingContext(seed=3, resume=resume, checkpoint_seconds=0.0)
    ctx.tmp = folder / name
    ctx.tmp.mkdir()
    return ctx


@pytest.mark.parametrize("patience", [0, 2])
@pytest.mark.parametrize("average", [0.9, 0.0])
def test_a_run_killed_right_after_any_checkpoint_shows_all_that_an_unbroken_one_shows(
    tmp_path: Path, average: float, patience: int
) -> None:
    whole = Recipe(context(tmp_path, "whole"), average=average, patience=patience)
    lessons = list(whole.lessons())
    places = [place for place, one in enumerate(lessons) if isinstance(one, Checkpoint)]
    assert [lessons[place].step for place in places] == list(range(1, whole.loop.step + 1))  # type: ignore[union-attr]
    for place in places:
        last = lessons[place]
        assert isinstance(last, Checkpoint)
        # What the host had until the kill: of later steps it forgets all.
        kept = [one for one in told(lessons[:place]) if one.step <= last.step]
        again = Recipe(context(tmp_path, f"again-{last.step}", last.folder), average=average, patience=patience)
        assert [*kept, *told(again.lessons())] == told(lessons)
        assert again.weights() == whole.weights()


def test_the_run_ends_when_patience_runs_out_and_the_model_is_that_of_the_best_look(tmp_path: Path) -> None:
    ctx = context(tmp_path, "run")
    recipe = Recipe(ctx, patience=2)
    lessons = list(recipe.lessons())
    samples = {one.step: one.artifact.text for one in lessons if isinstance(one, Sample)}  # type: ignore[attr-defined]
    assert list(samples) == [3, 6, 9, 12, 15, 18], "two looks after the best one, of step 12"
    assert str(recipe.weights()) == samples[12] != samples[18]
    last = lessons[-1]
    assert isinstance(last, Checkpoint)
    assert (last.step, len(load_looks(last.folder))) == (18, 6)
    assert "step 12" in ctx.lines[-1]


def test_a_run_that_goes_through_is_made_of_its_best_look_too_and_without_patience_of_its_last(tmp_path: Path) -> None:
    losses = (5.0, 1.0, *[4.0 - place / 10 for place in range(6)])
    patient = Recipe(context(tmp_path, "patient"), patience=100)
    samples = {one.step: one.artifact.text for one in patient.lessons(losses) if isinstance(one, Sample)}  # type: ignore[attr-defined]
    assert max(samples) == STEPS
    assert str(patient.weights()) == samples[6]
    plain = Recipe(context(tmp_path, "plain"))
    assert {one.step: one.artifact.text for one in plain.lessons(losses) if isinstance(one, Sample)} == samples  # type: ignore[attr-defined]
    assert str(plain.weights()) == samples[STEPS]


@pytest.mark.parametrize("average", [0.9, 0.0])
def test_a_run_that_ends_at_a_checkpoint_is_made_of_its_weights_whether_it_went_on_or_came_there(
    tmp_path: Path, average: float
) -> None:
    whole = Recipe(context(tmp_path, "whole"), average=average, patience=100)
    lessons = list(whole.lessons())
    samples = {one.step: one.artifact.text for one in lessons if isinstance(one, Sample)}  # type: ignore[attr-defined]
    (fifteenth,) = [one for one in lessons if isinstance(one, Checkpoint) and one.step == 15]
    for name, resume in (("finished", fifteenth.folder), ("anew", None)):
        ctx = context(tmp_path, name, resume)
        ctx.until = 15
        recipe = Recipe(ctx, average=average, patience=100)
        taught = list(recipe.lessons())
        assert isinstance(taught[-1], Checkpoint)
        assert (recipe.loop.step, taught[-1].step, len(taught) == 1) == (15, 15, resume is not None)
        assert str(recipe.weights()) == samples[15], "not those of the best look, of step 12"


def test_a_held_out_loss_that_is_no_number_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    recipe = Recipe(context(tmp_path, "run"), patience=2)
    with pytest.raises(UserError, match="held-out loss is not a number any more at step 6"):
        list(recipe.lessons((1.0, float("nan"))))


def test_patience_counts_looks_without_progress_and_equal_is_none() -> None:
    looks, over = Looks(2), []
    for step, loss in enumerate((3.0, 2.0, 2.0, 1.0, 1.5, 1.0)):
        looks.add(step, loss)
        over.append(looks.over)
    assert over == [False, False, False, False, False, True]
    assert looks.best_step == 3
    assert not Looks(0, [(1, 1.0), (2, 2.0)]).over
    assert not Looks(1).over

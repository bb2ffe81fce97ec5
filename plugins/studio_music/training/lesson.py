"""The course of a training run: data, steps, samples on the way, and the judgement at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio.sdk.training.loop import TIMED_STEPS, folder_of
from studio_music.training import lanes, network
from studio_music.training.grid import Grid, Row
from studio_music.training.lanes import Piece
from studio_music.training.rows import Rows, grid_for

if TYPE_CHECKING:
    import numpy as np

AVERAGE = 0.99
"""Decay of the weights' moving average per step."""

LOOKS = 5
"""How often within a run the held-out pieces are measured and a sample is written."""

LOOKED_AT = 12
"""Held-out pieces that are measured during a run; all of them at its end."""

Batch: TypeAlias = "Callable[[int, np.random.Generator], Row]"
"""Draws so many rows."""

Look: TypeAlias = Callable[[Any, int], Iterator[sdk.Lesson]]


@dataclass(frozen=True, slots=True)
class Course:
    """What a run learns from.

    Attributes:
        learned, held_out: pieces.
        unread: files that could not be read.
        grid: the meaning of tokens.
    """

    learned: tuple[Piece, ...]
    held_out: tuple[Piece, ...]
    unread: tuple[str, ...]
    grid: Grid


def prepare(params: Any, ctx: sdk.TrainingContext) -> Course:
    """Read the dataset. Raises `UserError` when there is nothing to learn from."""
    unread: list[str] = []
    learned = _read(params.data.training, params.voices, unread, ctx)
    held_out = _read(params.data.held_out, params.voices, unread, ctx)
    if not learned:
        raise sdk.UserError(
            "The dataset has no music to learn from.", param="data", hint="Add MIDI files with pitched notes."
        )
    for name in unread:
        ctx.log(f"{name} could not be read and is left out.")
    repeats = lanes.has_repeats(learned)
    grid = grid_for(learned, lookahead=params.lookahead, quarters=params.quarters, repeats=repeats)
    return Course(tuple(learned), tuple(held_out), tuple(unread), grid)


def _read(items: Sequence[sdk.DatasetItem], voices: int, unread: list[str], ctx: sdk.TrainingContext) -> list[Piece]:
    pieces = []
    for item in items:
        ctx.check()
        try:
            pieces.append(lanes.read_piece(item.path, voices))
        except (OSError, ValueError):
            unread.append(item.path.name)
    return pieces


def teach(params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
    """Learn, with curves and samples on the way; at the end the model with its evaluation."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed)
    rows = Rows(course.grid, course.learned)
    averaged = yield from learn(params, ctx, model, rows.batch, lambda model, step: _look(model, step, course, ctx))
    yield _finished(averaged, course, ctx)


def learn(params: Any, ctx: sdk.TrainingContext, model: Any, batch: Batch, look: Look) -> Generator[Any, None, Any]:
    """The steps of a run; the generator's value is the network with averaged weights.

    Args:
        params: steps, rows per step and learning rate.
        ctx: the host.
        model: a fresh network.
        batch: draws the rows of a step.
        look: measures and samples of the averaged network after so many steps.
    """
    loop = Loop(
        ctx, {"model": model}, network.optimizers(model, params.learning_rate), steps=params.steps, average=AVERAGE,
        schedule=Schedule(warmup=0.02, decay=0.5),
    )  # fmt: skip
    model = loop.modules["model"].train()
    for _ in loop:
        loss = network.loss_of(model, batch(params.batch, loop.random))
        loop.learn(("muon", "adamw"), loss)
        yield from loop.report(loss=loss.detach(), message="Learning")
        if (loop.step + 1) * LOOKS // params.steps > loop.step * LOOKS // params.steps and loop.is_main:
            yield from look(loop.averaged["model"], loop.step + 1)
    yield from loop.finish()
    return loop.averaged["model"]


def _look(averaged: Any, step: int, course: Course, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
    """The held-out loss and one sample."""
    from studio_music.training import judging, likelihood

    if course.held_out:
        measured = likelihood.of_pieces(averaged, course.held_out[:LOOKED_AT], told=False, check=ctx.check)
        yield sdk.Metric("held-out loss", step, measured)
    yield sdk.Sample(step, judging.sample(averaged, course, 0, ctx.check))


def _finished(averaged: Any, course: Course, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    from studio_music.training import judging

    folder = folder_of(ctx, "model")
    network.save(averaged, folder)
    evaluation = judging.evaluate(averaged, course, folder, ctx)
    facts = {
        "voices": course.grid.voices,
        "parameters": sum(weight.numel() for weight in averaged.parameters()),
        "low": list(course.grid.low),
        "high": list(course.grid.high),
        "repeats": course.grid.repeats,
    }
    return sdk.TrainedModel(folder, evaluation, facts)


def forecast(params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
    """Time a few steps of the very network on the very data."""
    course = prepare(params, ctx)
    rows = Rows(course.grid, course.learned)
    return timed(
        params, ctx, network.build(course.grid, params.width, params.layers, ctx.seed), rows.batch, len(course.held_out)
    )


def timed(params: Any, ctx: sdk.TrainingContext, model: Any, batch: Batch, judged: int) -> sdk.Forecast:
    """Time a few steps; `judged` pieces are measured at the end."""
    loop = Loop(ctx, {"model": model.train()}, network.optimizers(model, params.learning_rate), steps=1 + TIMED_STEPS)
    begun = time.monotonic()
    for step in loop:
        if step == 1:
            begun = time.monotonic()
        loop.learn(("muon", "adamw"), network.loss_of(loop.modules["model"], batch(params.batch, loop.random)))
    seconds = (time.monotonic() - begun) / TIMED_STEPS
    weights = sum(weight.numel() for weight in model.parameters())
    ram = 0.6 + 24e-9 * weights + 40e-9 * params.batch * model.grid.memory * params.width * params.layers
    vram = ram if ctx.device != "cpu" else 0.0
    spent = params.steps * seconds * 1.05 + 60.0 + 0.3 * seconds * judged
    return sdk.Forecast(spent, ram, vram, params.steps, weights)

"""The course of a training run: data, steps, samples on the way, and the judgement at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio.sdk.training.loop import TIMED_STEPS, folder_of
from studio_music.training import lanes, network
from studio_music.training.grid import Grid
from studio_music.training.lanes import Piece
from studio_music.training.rows import Rows, grid_for

AVERAGE = 0.99
"""Decay of the weights' moving average per step."""

LOOKS = 5
"""How often within a run the held-out pieces are measured and a sample is written."""

LOOKED_AT = 12
"""Held-out pieces that are measured during a run; all of them at its end."""


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
    loop = Loop(
        ctx, {"model": model}, network.optimizers(model, params.learning_rate), steps=params.steps, average=AVERAGE,
        schedule=Schedule(warmup=0.02, decay=0.5),
    )  # fmt: skip
    rows = Rows(course.grid, course.learned)
    model = loop.modules["model"].train()
    for _ in loop:
        loss = network.loss_of(model, rows.batch(params.batch, loop.random))
        loop.learn(("muon", "adamw"), loss)
        yield from loop.report(loss=loss.detach(), message="Learning")
        if (loop.step + 1) * LOOKS // params.steps > loop.step * LOOKS // params.steps:
            yield from _look(loop, course, ctx)
    yield from loop.finish()
    yield from _finish(loop, course, ctx)


def _look(loop: Loop, course: Course, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
    """The held-out loss and one sample, from the averaged weights."""
    from studio_music.training import judging, likelihood

    averaged = loop.averaged["model"]
    if course.held_out and loop.is_main:
        measured = likelihood.of_pieces(averaged, course.held_out[:LOOKED_AT], told=False, check=ctx.check)
        yield sdk.Metric("held-out loss", loop.step + 1, measured)
    if loop.is_main:
        yield sdk.Sample(loop.step + 1, judging.sample(averaged, course, 0, ctx.check))


def _finish(loop: Loop, course: Course, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
    from studio_music.training import judging

    averaged = loop.averaged["model"]
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
    yield sdk.TrainedModel(folder, evaluation, facts)


def forecast(params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
    """Time a few steps of the very network on the very data."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed).train()
    loop = Loop(ctx, {"model": model}, network.optimizers(model, params.learning_rate), steps=1 + TIMED_STEPS)
    rows = Rows(course.grid, course.learned)
    begun = time.monotonic()
    for step in loop:
        if step == 1:
            begun = time.monotonic()
        loop.learn(("muon", "adamw"), network.loss_of(loop.modules["model"], rows.batch(params.batch, loop.random)))
    seconds = (time.monotonic() - begun) / TIMED_STEPS
    weights = sum(weight.numel() for weight in model.parameters())
    ram = 0.6 + 24e-9 * weights + 40e-9 * params.batch * params.quarters * 4 * params.width * params.layers
    judged = 60.0 + 0.3 * seconds * len(course.held_out)
    vram = ram if ctx.device != "cpu" else 0.0
    return sdk.Forecast(params.steps * seconds * 1.05 + judged, ram, vram, params.steps, weights)

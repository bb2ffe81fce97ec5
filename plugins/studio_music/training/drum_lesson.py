"""The course of a drum model's training run: takes, steps, samples on the way, and the judgement at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import studio.sdk as sdk
from studio.sdk.training.loop import folder_of
from studio_music.training import lesson, network, strokes
from studio_music.training.strokes import DrumGrid, Take
from studio_music.training.takes import DrumRows


@dataclass(frozen=True, slots=True)
class DrumCourse:
    """What a run learns from.

    Attributes:
        learned, held_out: takes.
        grid: the meaning of tokens.
    """

    learned: tuple[Take, ...]
    held_out: tuple[Take, ...]
    grid: DrumGrid


def prepare(params: Any, ctx: sdk.TrainingContext) -> DrumCourse:
    """Read the dataset. Raises `UserError` when there is nothing to learn from."""
    learned, held_out = _read(params.data.training, ctx), _read(params.data.held_out, ctx)
    if not learned:
        raise sdk.UserError(
            "The dataset has no drums to learn from.", param="data", hint="Add MIDI files with drums on channel 10."
        )
    return DrumCourse(tuple(learned), tuple(held_out), strokes.grid_for(learned, params.bars))


def _read(items: Sequence[sdk.DatasetItem], ctx: sdk.TrainingContext) -> list[Take]:
    takes = []
    for item in items:
        ctx.check()
        try:
            takes.append(strokes.read_take(item.path, item.caption))
        except (OSError, ValueError):
            ctx.log(f"{item.path.name} could not be read and is left out.")
    return takes


def teach(params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
    """Learn, with curves and samples on the way; at the end the model with its evaluation."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed)
    rows = DrumRows(course.grid, course.learned)
    averaged = yield from lesson.learn(
        params, ctx, model, rows.batch, lambda model, step: _look(model, step, course, ctx)
    )
    yield _finished(averaged, course, ctx)


def _look(averaged: Any, step: int, course: DrumCourse, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
    """The held-out loss and one sample."""
    from studio_music.training import drum_judging

    if course.held_out:
        measured = drum_judging.nats_per_step(averaged, course.held_out[: lesson.LOOKED_AT], told=True, check=ctx.check)
        yield sdk.Metric("held-out nats per step", step, measured)
    yield sdk.Sample(step, drum_judging.score_of(drum_judging.write(averaged, course, 0, ctx.check), "sample"))


def _finished(averaged: Any, course: DrumCourse, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    from studio_music.training import drum_judging

    folder = folder_of(ctx, "model")
    network.save(averaged, folder)
    evaluation = drum_judging.evaluate(averaged, course, folder, ctx)
    facts: dict[str, sdk.Json] = {
        "styles": list(course.grid.styles),
        "parameters": sum(weight.numel() for weight in averaged.parameters()),
    }
    return sdk.TrainedModel(folder, evaluation, facts)


def forecast(params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
    """Time a few steps of the very network on the very data."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed)
    return lesson.timed(params, ctx, model, DrumRows(course.grid, course.learned).batch, len(course.held_out))

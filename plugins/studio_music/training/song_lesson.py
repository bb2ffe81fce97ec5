"""The course of a song model's training run: songs, steps, samples on the way, and the judgement at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import studio.sdk as sdk
from studio.sdk.training.loop import folder_of
from studio_music.training import lesson, network, songs
from studio_music.training.song_rows import SongRows
from studio_music.training.songs import Song, SongGrid


@dataclass(frozen=True, slots=True)
class SongCourse:
    """What a run learns from.

    Attributes:
        learned, held_out: songs in C.
        grid: the meaning of tokens.
    """

    learned: tuple[Song, ...]
    held_out: tuple[Song, ...]
    grid: SongGrid


def prepare(params: Any, ctx: sdk.TrainingContext) -> SongCourse:
    """Read the dataset. Raises `UserError` when there is nothing to learn from."""
    learned, held_out = _read(params.data.training, ctx), _read(params.data.held_out, ctx)
    if not learned:
        raise sdk.UserError(
            "The dataset has no music to learn from.", param="data", hint="Add MIDI files with pitched notes."
        )
    return SongCourse(tuple(learned), tuple(held_out), songs.grid_for(learned, params.lookahead, params.quarters))


def _read(items: Sequence[sdk.DatasetItem], ctx: sdk.TrainingContext) -> list[Song]:
    read = []
    for item in items:
        ctx.check()
        try:
            read.append(songs.read_song(item.path))
        except (OSError, ValueError):
            ctx.log(f"{item.path.name} could not be read and is left out.")
    return read


def teach(params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
    """Learn, with curves and samples on the way; at the end the model with its evaluation."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed)
    rows = SongRows(course.grid, course.learned)
    averaged = yield from lesson.learn(
        params, ctx, model, rows.batch, lambda model, step: _look(model, step, course, ctx)
    )
    yield _finished(averaged, course, ctx)


def _look(averaged: Any, step: int, course: SongCourse, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
    """The held-out loss and one sample."""
    from studio_music.training import song_judging

    if course.held_out:
        some = course.held_out[: lesson.LOOKED_AT]
        yield sdk.Metric("held-out loss", step, song_judging.nats_per_token(averaged, some, told=True, check=ctx.check))
    yield sdk.Sample(step, song_judging.score_of(song_judging.write(averaged, course, 0, ctx.check)))


def _finished(averaged: Any, course: SongCourse, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    from studio_music.training import song_judging

    folder = folder_of(ctx, "model")
    network.save(averaged, folder)
    evaluation = song_judging.evaluate(averaged, course, folder, ctx)
    facts: dict[str, sdk.Json] = {"parameters": sum(weight.numel() for weight in averaged.parameters())}
    return sdk.TrainedModel(folder, evaluation, facts)


def forecast(params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
    """Time a few steps of the very network on the very data."""
    course = prepare(params, ctx)
    model = network.build(course.grid, params.width, params.layers, ctx.seed)
    return lesson.timed(params, ctx, model, SongRows(course.grid, course.learned).batch, len(course.held_out))

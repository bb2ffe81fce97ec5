"""The judgement of a song model: likelihood, likeness, key, copying, each beside what it compares to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import studio.sdk as sdk
from studio_music.recall import one_thread
from studio_music.training import copies, lanes, likeness, network, ngram, songs
from studio_music.training.grid import STEPS, Lanes, Row
from studio_music.training.lanes import Piece
from studio_music.training.song_rows import row_of, whole_of
from studio_music.training.songs import NAMES, RIGHT, VOICE, Song, SongGrid
from studio_music.writer import OPEN, Writer

if TYPE_CHECKING:
    from studio_music.training.song_lesson import SongCourse

PIECES = 12
"""Songs that are written to be judged."""

BARS = 16
"""Length of a judged song."""

SHOWN = 8
"""Written songs that are kept as files."""

ORDER = 5
"""From how many things the n-gram tells a token."""

COMPARED = 24
"""Held-out songs that are looked up in the training songs."""

COPY = 0.25
"""A song of which a larger share stands in the training songs counts as a copy."""


@torch.inference_mode()
def nats_per_token(
    model: Any, held_out: Sequence[Song], *, told: bool, check: Callable[[], None] = lambda: None
) -> float:
    """Mean negative log-likelihood in nats per token (steps × lanes), whole songs, in stretches that overlap by half.

    Args:
        model: the network.
        held_out: songs.
        told: whether the model is told metre, mode, phrases, density and tempo; the place within the bar always.
        check: a cancel point.
    """
    total, count = 0.0, 0
    for song in held_out:
        check()
        facts = whole_of(model.grid, song, told=told)
        memory, start, seen = model.grid.memory, 0, 0
        while seen < len(facts):
            steps = min(memory, len(facts) - start)
            row = row_of(model.grid, song.piece.lanes, facts, start, steps)
            losses = network.surprise(model, Row(row.before[None], row.ahead[None], row.told[None], row.wanted[None]))
            total += float(losses[0, seen - start :].sum())
            seen = start + steps
            start = min(start + memory // 2, max(0, len(facts) - memory))
        count += song.piece.lanes.size
    return total / max(1, count)


def write(model: Any, course: SongCourse, number: int, check: Callable[[], None]) -> Song:
    """Song `number`, always the same for the same weights: facts of a training song, plain sampling."""
    like = course.learned[(number * 37) % len(course.learned)]
    grid: SongGrid = model.grid
    facts = grid.facts(like)
    beats = BARS * like.bar // 4
    quarter = beats // 4
    stretches = [(quarter - 1, True), (1, False)] * 3 + [(beats - 3 * quarter, True)]
    told = songs.told_of(songs.pulses_for(stretches, len(stretches) - 1), facts, grid.lookahead)
    given = np.full((4 * beats, grid.voices), OPEN, dtype=np.int16)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([number, 2027])))
    writer = Writer(model, told, given, random, 1.0, 1.0)
    with one_thread():
        for _ in writer:
            check()
    return Song(Piece(f"sample-{number + 1}.mid", writer.lanes, 0, like.piece.minor), like.metre, like.tempo)


def score_of(song: Song) -> sdk.Score:
    """A song as a score in C, one track for the voice and one for each hand."""
    tracks = tuple(
        sdk.Track(name, notes, 0) for name, notes in zip(NAMES, notes_of(song.piece.lanes), strict=True) if notes
    )
    count, unit = (int(number) for number in song.metre.split("/"))
    key = f"C {'minor' if song.piece.minor else 'major'}"
    return sdk.Score(tracks, song.tempo, (count, unit), key, title=song.piece.name.removesuffix(".mid"))


def notes_of(values: Lanes, velocities: Sequence[int] = (88, 68, 66)) -> list[tuple[sdk.Note, ...]]:
    """The notes of the voice, the right and the left hand."""
    columns = (range(VOICE), range(VOICE, VOICE + RIGHT), range(VOICE + RIGHT, values.shape[1]))
    return [
        tuple(sorted({note for lane in group for note in lanes.notes_of(values[:, lane], velocity)}))
        for group, velocity in zip(columns, velocities, strict=True)
    ]


def evaluate(model: Any, course: SongCourse, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
    """Everything the report shows; judged songs become MIDI files in `folder`."""
    ctx.log("Judging the model.")
    written = [write(model, course, number, ctx.check) for number in range(PIECES)]
    for song in written[:SHOWN]:
        lanes.write_midi(score_of(song), folder / song.piece.name)
    copying, neighbours = _copying(course, written, folder)
    groups = _groups(course, written)
    shares = {name: likeness.histograms(pieces) for name, pieces in groups.items()}
    return sdk.Evaluation(
        measures=(*_likelihoods(model, course, ctx.check), *_likenesses(groups, shares), copying),
        samples=tuple(song.piece.name for song in written[:SHOWN]),
        neighbours=neighbours,
        distributions=likeness.shown(shares),
        strengths=("It knows melodies, harmony and figures of the piano in songs like those it learned from.",),
        limits=(
            f"It looks back {course.grid.quarters} quarter notes; larger form is laid out by the generator.",
            "It knows sixteenths but no triplets, no words, and no dynamics.",
            "It moves every song to C and back, and so knows nothing of the character of keys.",
        ),
        intended_use="Sketches of songs and accompaniments to work on by hand.",
    )


def _likelihoods(model: Any, course: SongCourse, check: Callable[[], None]) -> list[sdk.Measure]:
    if not course.held_out:
        return []
    counted = [(song.piece.lanes, [0]) for song in course.learned]
    simple = ngram.nats_per_token(counted, [song.piece.lanes for song in course.held_out], ORDER)
    name, meaning = f"n-gram of order {ORDER}", "Surprise at held-out songs per lane and sixteenth, told "
    plain, told = (nats_per_token(model, course.held_out, told=told, check=check) for told in (False, True))
    return [
        sdk.Measure("nats per token", plain, simple, name, "lower", meaning + "only the place within the bar."),
        sdk.Measure("nats per token, all told", told, simple, name, "lower",
                    meaning + "metre, mode, phrases, density and tempo as well, as it is when it writes."),
    ]  # fmt: skip


def _groups(course: SongCourse, written: Sequence[Song]) -> dict[str, list[Piece]]:
    groups = {
        "training": [song.piece for song in course.learned],
        "held out": [song.piece for song in course.held_out],
        "written": [song.piece for song in written],
    }
    return {name: pieces for name, pieces in groups.items() if pieces}


def _likenesses(groups: dict[str, list[Piece]], shares: dict[str, likeness.Histograms]) -> list[sdk.Measure]:
    measures = [
        sdk.Measure(f"{name}: overlap with the data", shared, usual, "held-out songs" if usual else "", "higher",
                    f"How much of the histogram of {name} it shares with the training songs; 1 is all.")
        for name, shared, usual in likeness.overlaps(shares)
    ]  # fmt: skip
    real = groups.get("held out", groups["training"])
    return [
        *measures,
        sdk.Measure("notes in the key", likeness.in_key(groups["written"]), likeness.in_key(real), "songs by people",
                    "near", "Share of notes that belong to the scale of the key; sampled without any rule."),
    ]  # fmt: skip


def _copying(
    course: SongCourse, written: Sequence[Song], folder: Path
) -> tuple[sdk.Measure, tuple[sdk.Neighbour, ...]]:  # fmt: skip
    known = [song.piece for song in course.learned]
    found = likeness.nearest([song.piece for song in written], known)

    def stretch(number: int, start: int) -> sdk.Score:
        song = course.learned[number]
        values = song.piece.lanes[start * STEPS : (start + likeness.WINDOW) * STEPS]
        return score_of(replace(song, piece=replace(song.piece, name="nearest", lanes=values)))

    names = [song.piece.name for song in written[:SHOWN]]
    neighbours = copies.neighbours(folder, names, found[: len(names)], stretch, COPY)
    usual = likeness.nearest([song.piece for song in course.held_out[:COMPARED]], known) if course.held_out else []
    baseline = float(np.mean([match.copied for match in usual])) if usual else None
    meaning = f"Share of stretches of {likeness.WINDOW} beats that stand chord by chord in a training song."
    share = float(np.mean([match.copied for match in found]))
    name = "held-out songs" if usual else ""
    return sdk.Measure("copied stretches", share, baseline, name, "near", meaning), neighbours

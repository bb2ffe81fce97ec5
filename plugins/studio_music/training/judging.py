"""The judgement at the end of a run: likelihood, likeness, voice-leading, copying, each beside what it compares to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import studio.sdk as sdk
from studio_music.singing import Task, sing
from studio_music.theory import TONICS
from studio_music.training import copies, lanes, likelihood, likeness, ngram, voiceleading
from studio_music.training.grid import STEPS, countdown, key_number, told_whole
from studio_music.training.lanes import Piece
from studio_music.training.rows import shifts_of

if TYPE_CHECKING:
    from studio_music.training.score_lesson import ScoreCourse

PIECES = 8
"""Pieces that are written to be judged."""

QUARTERS, PHRASE = 32, 8
"""Length of a judged piece and of its phrases, quarter notes."""

COUNTED = 3
"""Transpositions of each piece that the n-gram counts."""

COMPARED = 12
"""Held-out pieces that are looked up in the training pieces."""

BY_RULES = 0.9
"""Temperature of pieces written by the rules, the generator's default."""

COPY = 0.25
"""A piece of which a larger share stands in the training pieces counts as a copy."""


def write(model: Any, course: ScoreCourse, number: int, check: Callable[[], None], *, rules: bool = False) -> Piece:
    """Piece `number`, always the same for the same weights, in keys and modes of the training pieces.

    Sampled plainly, or with `rules` as the generator of chorales does by default.
    """
    like = course.learned[(number * 37) % len(course.learned)]
    ends = [*range(PHRASE - 2, QUARTERS, PHRASE)]
    told = told_whole(course.grid, countdown(ends, QUARTERS), key_number(like.tonic, minor=like.minor))
    task = Task(told, temperature=BY_RULES) if rules else Task(told, top=1.0, strict=False, crossing=True)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([number, 2027])))
    written = sing(model, task, random, check)
    return Piece(f"sample-{number + 1}.mid", written, like.tonic, like.minor)


def score_of(piece: Piece, tempo: float = 72.0) -> sdk.Score:
    """A piece on the grid as a score, one part a lane."""
    tracks = tuple(
        sdk.Track(f"Voice {number + 1}", lanes.notes_of(lane), 52) for number, lane in enumerate(piece.lanes.T)
    )
    key = f"{TONICS[piece.tonic]} {'minor' if piece.minor else 'major'}"
    return sdk.Score(tracks, tempo, (4, 4), key, title=piece.name.removesuffix(".mid"))


def evaluate(model: Any, course: ScoreCourse, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
    """Everything the report shows; the judged pieces become MIDI files in `folder`."""
    ctx.log("Judging the model.")
    written = [write(model, course, number, ctx.check) for number in range(PIECES)]
    for piece in written:
        lanes.write_midi(score_of(piece), folder / piece.name)
    measures = [*_likelihoods(model, course, ctx.check), *_likenesses(course, written), *_faults(course, written)]
    copying, neighbours = _copying(course, written, folder)
    return sdk.Evaluation(
        measures=(*measures, *copying),
        samples=tuple(piece.name for piece in written),
        neighbours=neighbours,
        distributions=likeness.shown(_groups(course, written)),
        strengths=("It knows the harmony and voice-leading of the pieces it learned from, phrase by phrase.",),
        limits=(
            f"It looks back {course.grid.quarters} quarter notes and plans no form beyond that.",
            "It knows only the kind of music it learned from, on a raster of sixteenths: no triplets, no dynamics.",
        ),
        intended_use="Sketches, exercises and harmonisations to work on by hand.",
    )


def _likelihoods(model: Any, course: ScoreCourse, check: Callable[[], None]) -> list[sdk.Measure]:
    if not course.held_out:
        return []
    plain = likelihood.of_pieces(model, course.held_out, told=False, check=check)
    told = likelihood.of_pieces(model, course.held_out, told=True, check=check)
    counted = [(piece.lanes, _spread(shifts_of(piece, course.grid))) for piece in course.learned]
    simple = ngram.nats_per_token(counted, [piece.lanes for piece in course.held_out])
    name = "n-gram"
    return [
        sdk.Measure("nats per token", plain, simple, name, "lower", "Surprise at held-out music per voice and "
                    "sixteenth, told neither key nor phrases."),
        sdk.Measure("nats per token, key and phrases told", told, simple, name, "lower", "The same when it is told key "
                    "and phrase ends, as it is when it composes."),
    ]  # fmt: skip


def _spread(shifts: Any) -> list[int]:
    places = np.linspace(0, len(shifts) - 1, min(COUNTED, len(shifts))).round().astype(int)
    return [int(shifts[place]) for place in places]


def _groups(course: ScoreCourse, written: Sequence[Piece]) -> dict[str, dict[str, dict[str, float]]]:
    groups = {"training": course.learned, "held out": course.held_out, "written": written}
    return {name: likeness.histograms(pieces) for name, pieces in groups.items() if pieces}


def _likenesses(course: ScoreCourse, written: Sequence[Piece]) -> list[sdk.Measure]:
    measures = [
        sdk.Measure(f"{name}: overlap with the data", shared, usual, "held-out pieces" if usual else "", "higher",
                    f"How much of the histogram of {name} it shares with the training pieces; 1 is all.")
        for name, shared, usual in likeness.overlaps(_groups(course, written))
    ]  # fmt: skip
    real = course.held_out or course.learned
    measures.append(
        sdk.Measure("notes in the key", likeness.in_key(written), likeness.in_key(real), "pieces by people", "near",
                    "Share of notes that belong to the scale of the key it was asked for.")
    )  # fmt: skip
    return measures


def _faults(course: ScoreCourse, written: Sequence[Piece]) -> list[sdk.Measure]:
    ranges = voiceleading.ranges_of([piece.lanes for piece in course.learned])
    real = course.held_out or course.learned
    usual = voiceleading.faults([piece.lanes for piece in real], ranges)
    made = voiceleading.faults([piece.lanes for piece in written], ranges)
    return [
        sdk.Measure(f"{name} per bar", made[name], usual[name], "pieces by people", "near", "Sampled without any rule.")
        for name in made
    ]


def _copying(
    course: ScoreCourse, written: Sequence[Piece], folder: Path
) -> tuple[list[sdk.Measure], tuple[sdk.Neighbour, ...]]:  # fmt: skip
    found = likeness.nearest(written, course.learned)

    def stretch(number: int, start: int) -> sdk.Score:
        known = course.learned[number]
        values = known.lanes[start * STEPS : (start + likeness.WINDOW) * STEPS]
        return score_of(replace(known, name="nearest", lanes=values))

    neighbours = copies.neighbours(folder, [piece.name for piece in written], found, stretch, COPY)
    usual = likeness.nearest(course.held_out[:COMPARED], course.learned) if course.held_out else []
    baseline = float(np.mean([match.copied for match in usual])) if usual else None
    share = float(np.mean([match.copied for match in found]))
    meaning = (
        f"Share of stretches of {likeness.WINDOW} beats that stand chord by chord in a training piece, in any key."
    )
    return [
        sdk.Measure("copied stretches", share, baseline, "held-out pieces" if usual else "", "near", meaning)
    ], neighbours  # fmt: skip

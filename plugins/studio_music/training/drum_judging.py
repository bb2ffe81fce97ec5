"""The judgement of a drum model: likelihood, likeness, style, copying, each beside what it compares to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import studio.sdk as sdk
from studio_music import drumming
from studio_music.training import copies, drum_likeness, lanes, likeness, network, ngram, styles
from studio_music.training.grid import Row, Tokens
from studio_music.training.rows import IGNORED
from studio_music.training.strokes import BAR, BEAT, UNKNOWN, Take, notes_of, tempo_class, told_of
from studio_music.training.takes import row_of

if TYPE_CHECKING:
    from studio_music.training.drum_lesson import DrumCourse

BARS = 8
"""Length of a judged take."""

WRITTEN = 10
"""Takes that are written per style to be judged: with three, chance moved the share of styles heard by 7 %."""

SHOWN = 8
"""Written takes that are kept as files."""

COPY = 0.5
"""A take of which a larger share stands in one training take counts as a copy."""


@torch.inference_mode()
def nats_per_step(model: Any, takes: Sequence[Take], *, told: bool, check: Callable[[], None] = lambda: None) -> float:
    """Mean negative log-likelihood of a sixteenth step, all its strokes and misses, nats.

    Args:
        model: the network.
        takes: whole takes; long ones in stretches that overlap by half.
        told: whether the model is told style, kind, tempo and business.
        check: a cancel point.
    """
    total, count = 0.0, 0
    for take in takes:
        check()
        facts = model.grid.facts(take) if told else (UNKNOWN,) * 4
        memory = model.grid.memory
        start, seen = 0, 0
        while seen < len(take.tokens):
            tokens = take.tokens[start : start + memory]
            row = row_of(tokens, told_of(model.grid, facts, len(tokens), take.bar, start), take.bar, len(tokens))
            losses = network.surprise(model, Row(*(array[None] for array in _arrays(row))))
            total += float(losses[0, seen - start :].sum())
            seen = start + len(tokens)
            start = min(start + memory // 2, max(0, len(take.tokens) - memory))
        count += len(take.tokens)
    return total / max(1, count)


def _arrays(row: Row) -> tuple[Tokens, Tokens, Tokens, Tokens]:
    return row.before, row.ahead, row.told, row.wanted


def write(model: Any, course: DrumCourse, number: int, check: Callable[[], None], style: str = "") -> Take:
    """Take `number`, always the same for the same weights, in a style or in the one whose turn it is."""
    known = course.grid.styles or ("",)
    style = style or known[number % len(known)]
    tempos = [take.tempo for take in course.learned if take.style == style]
    tempo = tempos[(number * 7) % len(tempos)] if tempos else 120.0
    task = drumming.task_for(course.grid, style, tempo_class(tempo), BARS)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([number, 2027])))
    tokens = drumming.play(model, task, random, check)
    return Take(f"sample-{number + 1}-{style.replace(' ', '-') or 'beat'}.mid", tokens, style, BEAT, tempo, task.bar)


def written(course: DrumCourse) -> int:
    """How many takes are written to be judged.

    With few takes to compare with, many written ones would say no more, and cost more than the learning.
    """
    return max(SHOWN, min(WRITTEN * len(course.grid.styles), len(course.learned) + len(course.held_out)))


def score_of(take: Take, title: str) -> sdk.Score:
    """A take as a score."""
    return sdk.Score((sdk.Track("Drums", notes_of(take.tokens), drums=True),), take.tempo, (4, 4), title=title)


def evaluate(model: Any, course: DrumCourse, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
    """Everything the report shows; some judged takes become MIDI files in `folder`."""
    ctx.log("Judging the model.")
    takes = [write(model, course, number, ctx.check) for number in range(written(course))]
    shown = takes[:: max(1, len(takes) // SHOWN)][:SHOWN]
    for take in shown:
        lanes.write_midi(score_of(take, take.name), folder / take.name)
    copying, neighbours = _copying(course, takes, shown, folder)
    return sdk.Evaluation(
        measures=(
            *_likelihoods(model, course, ctx.check), *_styles(course, takes), *_likenesses(course, takes), copying,
        ),
        samples=tuple(take.name for take in shown),
        neighbours=neighbours,
        distributions={name: drum_likeness.histograms(group)["drums"] for name, group in _groups(course, takes)},
        strengths=("It knows how people play these styles: which drums, how hard, and how far from the beat.",),
        limits=(
            f"It looks back {course.grid.bars} bars and plans no form; fills come where they are asked for.",
            "A drum is struck once a sixteenth at most: fast rolls and flams are thinned out.",
        ),
        intended_use="Drum tracks to play along with and to work on by hand; giving written patterns a human touch.",
    )  # fmt: skip


def _likelihoods(model: Any, course: DrumCourse, check: Callable[[], None]) -> list[sdk.Measure]:
    if not course.held_out:
        return []
    steps = sum(len(take.tokens) for take in course.held_out)
    learned, unseen = [contexts(take) for take in course.learned], [contexts(take) for take in course.held_out]
    simple = ngram.nats_of(learned, unseen) * sum(len(rows) for rows in unseen) / steps
    meaning = "Surprise at held-out takes per sixteenth: which drums, how hard, how early or late"
    return [
        sdk.Measure(f"nats per step{ending}", nats_per_step(model, course.held_out, told=told, check=check), simple,
                    "n-gram of order 5", "lower", meaning + more)
        for told, ending, more in (
            (False, "", ", told nothing."), (True, ", style told", ", told style, kind, tempo and business.")
        )
    ]  # fmt: skip


def contexts(take: Take) -> Tokens:
    """Every column that matters, and what the n-gram tells it from, the most telling first [n, 6].

    These are the place within the bar, the same column a bar ago and in the step before, and the two columns drawn
    before it.
    """
    row = row_of(take.tokens, told_of_nothing(take), take.bar, len(take.tokens))
    columns = row.wanted.shape[1]
    coded = (take.tokens + 20 * np.arange(columns)).reshape(-1)
    place = np.repeat(row.told[:, 0], columns)
    step, bar = row.before[:, :columns].reshape(-1), row.before[:, columns:].reshape(-1)
    drawn = np.concatenate([np.zeros(2, np.int64), np.where(row.wanted == IGNORED, 0, take.tokens).reshape(-1)])
    table = np.stack([coded, bar + 1 + 20 * (coded // 20), place, drawn[1:-1], step, drawn[:-2]], axis=1)
    matters: Tokens = table[row.wanted.reshape(-1) != IGNORED]
    return matters


def told_of_nothing(take: Take) -> Tokens:
    """Only the place within the bar [steps, 5]."""
    told = np.zeros((len(take.tokens), 5), dtype=np.int64)
    told[:, 0] = np.arange(len(take.tokens)) % take.bar
    return told


def _styles(course: DrumCourse, written: Sequence[Take]) -> list[sdk.Measure]:
    listener = styles.learn(course.learned, course.grid.styles)
    if listener is None:
        return []
    heard = [take for take in written if take.style in listener.styles]
    real = [take for take in course.held_out if styles.is_judged(take)]
    usual = styles.agreement(listener, real) if real else 1 / len(listener.styles)
    name = "held-out takes" if real else "chance"
    count = len(listener.styles)
    return [
        sdk.Measure("style heard by a classifier", styles.agreement(listener, heard), usual, name, "higher",
                    f"Share of written takes in which a classifier of {count} styles, which learned from the training "
                    "takes and is not told the tempo, hears the style that was asked for; averaged over styles.")
    ]  # fmt: skip


def _groups(course: DrumCourse, written: Sequence[Take]) -> list[tuple[str, Sequence[Take]]]:
    """Beats that were learned, held out and written; everything where nobody said what is a beat."""
    groups = [("training", course.learned), ("held out", course.held_out), ("written", written)]
    return [(name, [take for take in takes if take.kind == BEAT] or takes) for name, takes in groups if takes]


def _likenesses(course: DrumCourse, written: Sequence[Take]) -> list[sdk.Measure]:
    groups = {name: drum_likeness.histograms(takes, course.grid.styles) for name, takes in _groups(course, written)}
    measures = []
    for name in ("drums", "velocities", "timing"):
        shared = likeness.overlap(groups["written"][name], groups["training"][name])
        held = groups.get("held out")
        usual = likeness.overlap(held[name], groups["training"][name]) if held else None
        measures.append(
            sdk.Measure(f"{name}: overlap with the data", shared, usual, "held-out takes" if held else "", "higher",
                        f"How much of the histogram of {name} it shares with the training beats, styles weighted "
                        "alike; 1 is all.")
        )  # fmt: skip
    return measures


def _copying(
    course: DrumCourse, written: Sequence[Take], shown: Sequence[Take], folder: Path
) -> tuple[sdk.Measure, tuple[sdk.Neighbour, ...]]:  # fmt: skip
    known = drum_likeness.Known(course.learned)
    share = float(np.mean([known.nearest(take).copied for take in written]))
    real = [take for take in course.held_out if take.kind == BEAT]
    usual = float(np.mean([known.nearest(take).copied for take in real])) if real else None

    def stretch(number: int, bar: int) -> sdk.Score:
        take = course.learned[number]
        tokens = take.tokens[bar * BAR : (bar + drum_likeness.BARS) * BAR]
        return score_of(replace(take, tokens=tokens), "nearest")

    found = [known.nearest(take) for take in shown]
    neighbours = copies.neighbours(folder, [take.name for take in shown], found, stretch, COPY)
    meaning = f"Share of stretches of {drum_likeness.BARS} bars that stand stroke by stroke in a training take."
    return sdk.Measure("copied stretches", share, usual, "held-out beats" if real else "", "near", meaning), neighbours

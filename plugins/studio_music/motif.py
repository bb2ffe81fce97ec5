"""Motifs and what becomes of them: sequence, inversion, fragmentation, contrast, cadence.

A phrase is laid out as a *sentence* (basic idea, its repetition, fragmentation, cadence) or as half of a *period*
(basic idea, contrasting idea, cadence), after Caplin, *Classical Form* (1998),
    ch. 3–4. Pitches are still contours here,
in scale steps; `studio_music.melody` turns them into notes over the harmony.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio_music import rhythm
from studio_music.form import Section
from studio_music.rhythm import Beats
from studio_music.theory import Meter


@dataclass(frozen=True, slots=True)
class Step:
    """One note of a contour.

    Attributes:
        start: quarter notes from the section's beginning.
        duration: quarter notes.
        height: scale steps above the melody's resting place.
        goal: ``""``, or how the phrase must end here: ``"tonic"`` or ``"open"``.
        linked: whether it belongs to the same gesture as the note before, so that their interval is kept.
    """

    start: float
    duration: float
    height: float
    goal: str = ""
    linked: bool = True


@dataclass(frozen=True, slots=True)
class Style:
    """How a melody moves.

    Attributes:
        density: 0 long notes … 1 many short ones.
        leap: willingness to leap, 0…1.
        dotted: how often rhythms are dotted, 0…1.
        syncopation: how many notes come early, 0…1.
        shortest: shortest note, quarter notes.
    """

    density: float
    leap: float
    dotted: float
    syncopation: float
    shortest: float = 0.25


@dataclass(frozen=True, slots=True)
class Motif:
    """A rhythm with a contour, starting at time 0.

    Attributes:
        beats: onsets and durations.
        heights: scale steps relative to its first note.
        length: quarter notes.
    """

    beats: Beats
    heights: tuple[float, ...]
    length: float


def invent(meter: Meter, bars: int, style: Style, rng: np.random.Generator) -> Motif:
    """A new motif. Small intervals prevail and a leap turns back (Huron, *Sweet Anticipation*, 2006, ch. 5)."""
    beats = rhythm.figure(meter, bars, style.density, style.dotted, rng, shortest=style.shortest)
    beats = rhythm.anticipate(beats, style.syncopation, meter, rng)
    heights = [0.0]
    turn = 0.0
    for _ in beats[1:]:
        move = -np.sign(turn) if abs(turn) > 2 else _interval(style.leap, rng)
        heights.append(heights[-1] + float(move))
        turn = float(move)
    return Motif(beats, tuple(heights), bars * meter.bar)


def _interval(leap: float, rng: np.random.Generator) -> float:
    sizes = np.array([0, 1, 2, 3, 4, 5])
    weights = np.array([0.1, 0.5, 0.2 + 0.1 * leap, 0.1 * leap + 0.04, 0.12 * leap, 0.06 * leap])
    size = rng.choice(sizes, p=weights / weights.sum())
    return float(size * rng.choice([-1, 1]))


def invert(motif: Motif) -> Motif:
    """The motif upside down."""
    return replace(motif, heights=tuple(-height for height in motif.heights))


def fragment(motif: Motif, meter: Meter) -> Motif:
    """The motif's head, half as long, at least a bar's first group."""
    length = max(motif.length / 2, meter.groups[0])
    return _head(motif, length)


def _head(motif: Motif, length: float) -> Motif:
    """The motif's first `length` quarter notes."""
    beats = rhythm.clipped(motif.beats, 0.0, length)
    return Motif(beats, motif.heights[: len(beats)], min(length, motif.length))


def develop(section: Section, meter: Meter, style: Style, rng: np.random.Generator) -> list[Step]:
    """The contour of a section: sentence or period according to chance, with the motif developed through it."""
    first = section.phrases[0]
    idea_bars = max(1, first.bars // 2)
    idea = invent(meter, idea_bars, style, rng)
    contrast = invent(meter, idea_bars, style, rng)
    sentence = rng.random() < 0.5
    steps: list[Step] = []
    for index, phrase in enumerate(section.phrases):
        at = (phrase.start - section.start) * meter.bar
        closing = index == len(section.phrases) - 1
        goal = "open" if phrase.cadence in ("half", "deceptive") else "tonic"
        if phrase.bars == 1:
            steps += _cadence(meter, 1, at, 0.0, goal, style, rng)
            continue
        if sentence and closing and index > 0:
            steps += _continuation(idea, phrase.bars, at, meter, goal, style, rng)
            continue
        lift = float(rng.choice([1, 2, -1])) if sentence and index % 2 else 0.0
        opening = _head(_dress(idea, index, rng) if index else idea, (phrase.bars // 2) * meter.bar)
        steps += _statement(opening, at, 1.0 + lift)
        answer_bars = phrase.bars - round(opening.length / meter.bar)
        answer = idea if sentence and not closing and goal == "open" else contrast
        steps += _answer(answer, answer_bars, at + opening.length, meter, goal, style, rng)
    return steps


def _dress(idea: Motif, index: int, rng: np.random.Generator) -> Motif:
    return invert(idea) if index == 2 and rng.random() < 0.5 else idea


def _statement(motif: Motif, at: float, height: float) -> list[Step]:
    return [
        Step(at + start, length, height + rise, linked=index > 0)
        for index, ((start, length), rise) in enumerate(zip(motif.beats, motif.heights, strict=True))
    ]


def _answer(
    motif: Motif, bars: int, at: float, meter: Meter, goal: str, style: Style, rng: np.random.Generator
) -> list[Step]:
    """The second half of a phrase: head of `motif`, then the cadence in the last bar."""
    head = rhythm.clipped(motif.beats, 0.0, (bars - 1) * meter.bar)
    start = 2.0 if goal == "open" else 3.0
    steps = _statement(Motif(head, motif.heights[: len(head)], 0.0), at, start)
    return steps + _cadence(meter, 1, at + (bars - 1) * meter.bar, 1.0, goal, style, rng)


def _continuation(
    idea: Motif, bars: int, at: float, meter: Meter, goal: str, style: Style, rng: np.random.Generator
) -> list[Step]:
    """Fragmentation in sequence, then a cadence of one or two bars."""
    closing = 2 if bars >= 4 else 1
    piece = fragment(idea, meter)
    direction = float(rng.choice([1, -1]))
    steps: list[Step] = []
    place = 0.0
    height = 2.0
    while place + piece.length <= (bars - closing) * meter.bar + 1e-9:
        steps += _statement(piece, at + place, height)
        place += piece.length
        height += direction
    left = bars * meter.bar - place
    return steps + _cadence(meter, round(left / meter.bar), at + place, height, goal, style, rng)


def _cadence(
    meter: Meter, bars: int, at: float, height: float, goal: str, style: Style, rng: np.random.Generator
) -> list[Step]:
    beats = rhythm.ending(meter, max(1, bars), style.density, rng)
    end = 1.0 if goal == "open" else 0.0
    line = np.linspace(height, end, len(beats))
    steps = [
        Step(at + start, length, float(rise), linked=False) for (start, length), rise in zip(beats, line, strict=True)
    ]
    steps[-1] = replace(steps[-1], goal=goal)
    return steps


def vary(steps: list[Step], degree: int, style: Style, rng: np.random.Generator) -> list[Step]:
    """A variation: notes are broken into smaller ones, neighbours and passing steps between them; goals stay.

    Args:
        steps: the theme.
        degree: 0 leaves it, 1…5 goes further each time.
        style: shortest note.
        rng: source of chance.
    """
    if degree == 0:
        return steps
    finer: list[Step] = []
    for step in steps:
        if step.goal:
            finer.append(step)
            continue
        parts = rhythm.ornament([(step.start, step.duration)], 0.18 * degree + 0.05, rng, shortest=style.shortest)
        offsets = [0.0, float(rng.choice([-1, 1])), 0.0]
        finer += [
            replace(
                step, start=start, duration=length, height=step.height + offsets[index], linked=step.linked or index > 0
            )
            for index, (start, length) in enumerate(parts)
        ]
    return finer

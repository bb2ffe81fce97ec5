"""From contour to melody: the notes that follow the contour and suit the harmony best.

Each note's pitch is chosen by dynamic programming over pairs of pitches. The costs are regularities found across
musics:
small intervals, a leap answered by a step back, an arch over the phrase (Huron, *Sweet Anticipation*, 2006, ch. 5; von
Hippel & Huron 2000), and the rules of species counterpoint for dissonance: chord tones on strong beats, other tones
passed through by step (Aldwell & Schachter, *Harmony and Voice Leading*, unit 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.sdk import Note
from studio_music.harmony import Span
from studio_music.motif import Step
from studio_music.theory import Chord, Key, Meter, scale_over

Costs: TypeAlias = NDArray[Any]

_SIZES = np.array([0.7, 0.0, 0.0, 0.4, 0.5, 0.9, 5.0, 1.4, 2.6, 2.6, 6.0, 8.0, 2.6])


@dataclass(frozen=True, slots=True)
class Register:
    """Where a melody lies.

    Attributes:
        low: lowest pitch.
        high: highest pitch.
        rest: pitch the contour's height 0 stands for.
    """

    low: int
    high: int
    rest: int


def harmony_at(spans: Sequence[Span], time: float) -> Chord:
    """The chord that sounds at `time` (quarter notes)."""
    for span in reversed(spans):
        if span.start <= time + 1e-6:
            return span.chord
    return spans[0].chord


def pitches_for(
    steps: Sequence[Step],
    at: float,
    spans: Sequence[Span],
    key: Key,
    meter: Meter,
    register: Register,
    rng: np.random.Generator,
) -> list[int]:
    """Choose a pitch for every step of a section's contour.

    Args:
        steps: the contour, times from the section's beginning.
        at: where the section begins, quarter notes.
        spans: the chords of the piece.
        key: the key.
        meter: the time signature, for accents.
        register: range and resting pitch.
        rng: source of chance, for a little unevenness that tells seeds apart.
    """
    if not steps:
        return []
    pool = np.arange(register.low, register.high + 1)
    chords = [harmony_at(spans, at + step.start) for step in steps]
    local = [_local(step, now, key, meter, register, pool, rng) for step, now in zip(steps, chords, strict=True)]
    foreign = [~np.isin(pool % 12, now.tones) for now in chords]
    moves = pool[None, :] - pool[:, None]
    if len(steps) == 1:
        return [int(pool[local[0].argmin()])]
    total = local[0][:, None] + local[1][None, :] + _move(steps[0], steps[1], moves)
    back: list[Costs] = []
    for index in range(2, len(steps)):
        joined = (
            total[:, :, None]
            + _move(steps[index - 1], steps[index], moves)[None, :, :]
            + _turn(moves, foreign[index - 1])
            + local[index][None, None, :]
        )
        back.append(joined.argmin(axis=0))
        total = joined.min(axis=0)
    before, last = np.unravel_index(int(total.argmin()), total.shape)
    path = [int(last), int(before)]
    for choice in reversed(back):
        path.append(int(choice[path[-1], path[-2]]))
    return [int(pool[index]) for index in reversed(path)]


def _local(
    step: Step, now: Chord, key: Key, meter: Meter, register: Register, pool: Costs, rng: np.random.Generator
) -> Costs:
    """Cost of each pitch by itself: distance from the contour, fit with the chord and the mode, the phrase's goal."""
    target = register.rest + step.height * 12 / 7
    cost = 0.06 * (pool - target) ** 2 + 0.25 * rng.random(len(pool))
    classes = pool % 12
    outside = ~np.isin(classes, scale_over(now, key))
    foreign = ~np.isin(classes, now.tones)
    stress = meter.weight(step.start) * 2.2 + 0.8 * min(step.duration, 2.0)
    rubs = np.isin((classes - 1) % 12, now.tones) & foreign
    cost = cost + 50.0 * outside + stress * foreign + 0.8 * stress * rubs
    if step.goal == "tonic":
        cost = cost + 12.0 * (classes != now.root) + 6.0 * (classes != key.tonic)
    elif step.goal == "open":
        cost = cost + 8.0 * foreign + 1.5 * (classes == key.tonic)
    return np.asarray(cost)


def _move(here: Step, there: Step, moves: Costs) -> Costs:
    """Cost of every interval: large ones are dear; within a gesture the motif's own interval is kept."""
    size = np.abs(moves)
    cost = np.where(size > 12, 12.0 + size, _SIZES[np.minimum(size, 12)])
    if there.linked:
        wanted = (there.height - here.height) * 12 / 7
        cost = cost + 0.35 * np.abs(moves - wanted) + 0.8 * (np.sign(np.round(wanted)) != np.sign(moves))
    return np.asarray(cost)


def _turn(moves: Costs, foreign: Costs) -> Costs:
    """Cost over three notes [before, here, there]: answer a leap by a step back; enter and leave foreign tones by
    step.
    """
    first, second = moves[:, :, None], moves[None, :, :]
    leap = np.abs(first) >= 5
    answered = (np.sign(first) == -np.sign(second)) & (np.abs(second) <= 4)
    by_step = (np.abs(first) <= 2) & (np.abs(second) <= 2) & (second != 0)
    return np.asarray(1.4 * (leap & ~answered) + 2.0 * (foreign[None, :, None] & ~by_step))


def sing(
    steps: Sequence[Step], pitches: Sequence[int], at: float, meter: Meter, loudness: float, legato: float
) -> list[Note]:
    """Notes with phrasing: an arch of loudness over the section, accents by metre, a breath before each new gesture.

    Args:
        steps: the contour.
        pitches: a pitch for each step.
        at: where the section begins, quarter notes.
        meter: the time signature.
        loudness: MIDI velocity to play around.
        legato: share of its length a note sounds.
    """
    notes = []
    end = steps[-1].start + steps[-1].duration if steps else 1.0
    mean = sum(pitches) / max(1, len(pitches))
    for index, (step, pitch) in enumerate(zip(steps, pitches, strict=True)):
        arch = 8.0 * np.sin(np.pi * min(1.0, step.start / end)) - 3.0
        accent = 7.0 * (meter.weight(step.start) - 0.4)
        velocity = round(loudness + arch + accent + 0.5 * (pitch - mean))
        breath = index + 1 < len(steps) and not steps[index + 1].linked
        share = min(legato, 0.85) if breath else legato
        notes.append(Note(at + step.start, step.duration * share, pitch, max(1, min(127, velocity))))
    return notes

"""Rhythm: bars divided level by level, as metrical trees grow.

A span of the bar is either kept as one note or split (evenly, or long–short) until notes reach the length the density
asks for; see Lerdahl & Jackendoff 1983, ch. 4, and Longuet-Higgins & Lee 1984 for rhythm as subdivision of a metrical
tree.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from studio_music.theory import Meter

Beats: TypeAlias = list[tuple[float, float]]
"""Onsets and durations, quarter notes."""


def figure(
    meter: Meter, bars: int, density: float, dotted: float, rng: np.random.Generator, *, shortest: float = 0.25
) -> Beats:
    """A rhythm of `bars` bars without gaps.

    Args:
        meter: the time signature.
        bars: length in bars.
        density: 0 long notes … 1 many short ones.
        dotted: how often a split is long–short, 0…1.
        rng: source of chance.
        shortest: shortest note, quarter notes.
    """
    wanted = meter.beat * 2.0 ** (1.2 - 2.6 * density)
    beats: Beats = []
    for bar in range(bars):
        at = bar * meter.bar
        for group in meter.groups:
            beats += _divide(at, group, wanted, dotted, shortest, rng)
            at += group
    return beats


def _divide(
    start: float, length: float, wanted: float, dotted: float, shortest: float, rng: np.random.Generator
) -> Beats:
    eagerness = 1.0 / (1.0 + np.exp(-2.4 * (np.log2(length / wanted) - 0.35)))
    if length <= shortest * 1.01 or rng.random() > eagerness:
        return [(start, length)]
    beats: Beats = []
    for part in _parts(length, dotted, shortest, rng):
        beats += _divide(start, part, wanted, dotted, shortest, rng)
        start += part
    return beats


def _parts(length: float, dotted: float, shortest: float, rng: np.random.Generator) -> list[float]:
    if length in (3.0, 1.5, 0.75):
        third = length / 3
        long_short = rng.random() < 0.35 + 0.4 * dotted
        if third < shortest:
            return [length]
        return [2 * third, third] if long_short else [third, third, third]
    quarter = length / 4
    if quarter >= shortest and rng.random() < 0.6 * dotted:
        return [3 * quarter, quarter]
    return [length / 2, length / 2]


def anticipate(beats: Beats, amount: float, meter: Meter, rng: np.random.Generator) -> Beats:
    """Let some notes on beats come an eighth early, tied over (syncopation); the first note stays.

    Args:
        beats: onsets and durations, gapless.
        amount: how many of them, 0…1.
        meter: the time signature.
        rng: source of chance.
    """
    early = list(beats)
    for index in range(1, len(early)):
        start, length = early[index]
        before_start, before_length = early[index - 1]
        on_beat = meter.weight(start) >= 0.5
        if on_beat and before_length >= 1.0 and length >= 0.5 and rng.random() < amount:
            early[index - 1] = (before_start, before_length - 0.5)
            early[index] = (start - 0.5, length + 0.5)
    return early


def ornament(beats: Beats, amount: float, rng: np.random.Generator, *, shortest: float = 0.25) -> Beats:
    """Split some notes in halves or thirds: the diminutions of a variation."""
    finer: Beats = []
    for start, length in beats:
        parts = 3 if abs(length - 1.5) < 1e-6 else 2
        if length / parts >= shortest and rng.random() < amount:
            finer += [(start + index * length / parts, length / parts) for index in range(parts)]
        else:
            finer.append((start, length))
    return finer


def clipped(beats: Beats, start: float, end: float, shift: float = 0.0) -> Beats:
    """The notes that begin within [start, end), cut at `end` and moved by `shift`."""
    return [(onset + shift, min(length, end - onset)) for onset, length in beats if start - 1e-9 <= onset < end - 1e-9]


def ending(meter: Meter, bars: int, density: float, rng: np.random.Generator) -> Beats:
    """A cadence's rhythm: movement that comes to rest on a long note on a downbeat, with a breath after it."""
    beats = figure(meter, bars - 1, max(0.0, density - 0.1), 0.1, rng) if bars > 1 else []
    at = (bars - 1) * meter.bar
    if bars == 1:
        first = meter.groups[0] if len(meter.groups) > 1 else meter.beat
        beats = _divide(at, first, meter.beat * 0.8, 0.0, 0.5, rng)
        return [*beats, (at + first, (meter.bar - first) * 0.95)]
    return [*beats, (at, meter.bar * 0.8)]

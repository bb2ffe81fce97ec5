"""Bass lines: the lowest voice of the harmony, played in a style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from studio_music.harmony import Span
from studio_music.theory import Key, Meter, scale_over

Event: TypeAlias = tuple[float, float, int, float]
"""Onset and duration in quarter notes, pitch, accent (added to the velocity)."""

LOWEST, HIGHEST = 28, 55


@dataclass(frozen=True, slots=True)
class Ground:
    """What a bass player knows.

    Attributes:
        span: the chord and its time.
        pitch: the bass voice's pitch.
        following: the next bass pitch.
        meter: the time signature.
        key: the key.
        rng: source of chance.
    """

    span: Span
    pitch: int
    following: int
    meter: Meter
    key: Key
    rng: np.random.Generator

    @property
    def fifth(self) -> int:
        """The chord's fifth below the bass pitch if that is in range, else above."""
        fifth = self.span.chord.tones[2]
        step = (fifth - self.pitch) % 12
        return self.pitch + step - 12 if self.pitch + step - 12 >= LOWEST + 2 else self.pitch + step


Style: TypeAlias = Callable[[Ground], list[Event]]


def hold(ground: Ground) -> list[Event]:
    """The bass note through the whole chord."""
    return [(ground.span.start, ground.span.duration * 0.98, ground.pitch, 0.0)]


def root_fifth(ground: Ground) -> list[Event]:
    """The bass note on strong beats, the fifth between."""
    span, meter = ground.span, ground.meter
    if span.duration < meter.bar - 1e-6 or span.cadence:
        return hold(ground)
    half = meter.groups[0] if len(meter.groups) > 1 else 2 * meter.beat
    return [
        (span.start, half * 0.92, ground.pitch, 2.0),
        (span.start + half, (span.duration - half) * 0.92, ground.fifth, -4.0),
    ]


def _repeated(ground: Ground, unit: float, length: float, leap: int) -> list[Event]:
    count = max(1, round(ground.span.duration / unit))
    events = []
    for index in range(count):
        start = ground.span.start + index * unit
        pitch = ground.pitch + (leap if index % 2 else 0)
        events.append((start, unit * length, pitch, 6.0 * (ground.meter.weight(start) - 0.4)))
    return events


def pulse(ground: Ground) -> list[Event]:
    """Even eighths on the bass note."""
    return _repeated(ground, 0.5, 0.85, 0)


def octave(ground: Ground) -> list[Event]:
    """Even eighths, low and high in turn."""
    return _repeated(ground, 0.5, 0.7, 12)


def pop(ground: Ground) -> list[Event]:
    """On the first beat, before the third, and a step towards the next chord."""
    span = ground.span
    if span.duration < 3:
        return hold(ground)
    events = [(span.start, 1.4, ground.pitch, 3.0), (span.start + 1.5, 0.45, ground.pitch, -6.0)]
    rest = span.duration - 2
    events.append((span.start + 2, rest - 0.55, ground.pitch, 0.0))
    events.append((span.start + span.duration - 0.5, 0.45, _approach(ground), -4.0))
    return events


def walk(ground: Ground) -> list[Event]:
    """A note on every beat: the root, chord and scale tones on the way, a step into the next root."""
    span = ground.span
    beats = max(1, round(span.duration / ground.meter.beat))
    line = [ground.pitch]
    pool = [p for p in range(LOWEST, HIGHEST) if p % 12 in span.chord.tones]
    direction = 1 if ground.following >= ground.pitch else -1
    for _ in range(1, beats - 1):
        ahead = [p for p in pool if 0 < (p - line[-1]) * direction <= 7] or [
            p for p in pool if 0 < abs(p - line[-1]) <= 7
        ]
        line.append(int(ground.rng.choice(ahead[:3] if direction > 0 else ahead[-3:])) if ahead else ground.pitch)
    if beats > 1:
        line.append(_approach(ground))
    beat = ground.meter.beat
    return [(span.start + index * beat, beat * 0.92, pitch, 3.0 * (index % 2)) for index, pitch in enumerate(line)]


def _approach(ground: Ground) -> int:
    """A scale step above or below the next bass note; the fifth when it stays."""
    if ground.following == ground.pitch:
        return ground.fifth
    scale = scale_over(ground.span.chord, ground.key)
    side = -1 if ground.following > ground.pitch else 1
    near = [ground.following + side * size for size in (1, 2) if (ground.following + side * size) % 12 in scale]
    return near[0] if near else ground.following + side * 2


STYLES: dict[str, Style] = {
    "hold": hold, "root_fifth": root_fifth, "pulse": pulse, "octave": octave, "pop": pop, "walk": walk,
}  # fmt: skip
"""The bass styles by name."""

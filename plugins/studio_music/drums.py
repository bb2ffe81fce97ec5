"""Drum parts: a pattern per style built on the metre, fills before new sections, a crash as they begin.

Drums are General MIDI percussion numbers. Times lie exactly on the grid; `studio_music.arrange` humanises them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from studio_music.form import Section
from studio_music.theory import Meter

Hit: TypeAlias = tuple[float, int, float]
"""Onset in quarter notes from the bar's start, drum, velocity 0…1."""

KICK, SIDE_STICK, SNARE, CLAP = 36, 37, 38, 39
LOW_TOM, CLOSED_HAT, PEDAL_HAT, MID_TOM, OPEN_HAT, HIGH_TOM = 41, 42, 44, 45, 46, 48
CRASH, RIDE, TAMBOURINE, SHAKER, TRIANGLE, BASS_DRUM = 49, 51, 54, 70, 81, 35


@dataclass(frozen=True, slots=True)
class Bar:
    """What a drummer knows of a bar.

    Attributes:
        meter: the time signature.
        energy: 0…1.
        rng: source of chance.
        kicks: extra kicks of this piece's groove, quarter notes within the bar.
    """

    meter: Meter
    energy: float
    rng: np.random.Generator
    kicks: tuple[float, ...]

    def every(self, unit: float) -> list[float]:
        """Onsets every `unit` quarter notes."""
        return [index * unit for index in range(round(self.meter.bar / unit))]

    @property
    def backbeats(self) -> list[float]:
        """Where the snare answers: the weak beats of simple metres, the second beat of compound ones."""
        beats = self.meter.beats
        return [beats[2]] if len(beats) == 3 else list(beats[1::2])

    @property
    def downbeats(self) -> list[float]:
        """Where the kick leads: the beginnings of the bar's groups."""
        edges = [0.0]
        for group in self.meter.groups[:-1]:
            edges.append(edges[-1] + group)
        return edges if self.meter.bar > 2 else [0.0]


Style: TypeAlias = Callable[[Bar], list[Hit]]


def _hats(bar: Bar, unit: float, drum: int, loud: float) -> list[Hit]:
    return [(at, drum, loud * (0.62 + 0.38 * bar.meter.weight(at))) for at in bar.every(unit)]


def electronic(bar: Bar) -> list[Hit]:
    """Four on the floor, clap on the backbeat, open hats between."""
    hits: list[Hit] = [(at, KICK, 0.95) for at in bar.meter.beats]
    hits += [(at, CLAP if bar.energy > 0.6 else SNARE, 0.8) for at in bar.backbeats]
    hits += _hats(bar, 0.25 if bar.energy > 0.6 else 0.5, CLOSED_HAT, 0.55)
    if bar.energy > 0.7:
        hits += [(at + bar.meter.beat / 2, OPEN_HAT, 0.5) for at in bar.meter.beats]
    return hits


def lo_fi(bar: Bar) -> list[Hit]:
    """A lazy kick, a soft snare on the backbeat, quiet hats, ghost notes."""
    hits: list[Hit] = [(at, KICK, 0.8) for at in (0.0, *bar.kicks)]
    hits += [(at, SNARE, 0.6) for at in bar.backbeats]
    hits += _hats(bar, 0.5, CLOSED_HAT, 0.5)
    if bar.energy > 0.5:
        hits += [(at, SNARE, 0.18) for at in (bar.meter.bar - 0.25,) if bar.rng.random() < 0.5]
    return hits


def folk(bar: Bar) -> list[Hit]:
    """Kick on strong beats, side stick or snare on the backbeat, shaker in eighths."""
    hits: list[Hit] = [(at, KICK, 0.75) for at in sorted({*bar.downbeats, *(bar.kicks if bar.energy > 0.6 else ())})]
    hits += [(at, SNARE if bar.energy > 0.7 else SIDE_STICK, 0.6) for at in bar.backbeats]
    hits += _hats(bar, 0.5, SHAKER, 0.6)
    if bar.energy > 0.75:
        hits += [(at, TAMBOURINE, 0.45) for at in bar.backbeats]
    return hits


def swing(bar: Bar) -> list[Hit]:
    """The ride pattern, hats closed with the foot on weak beats, soft kick, snare comments."""
    hits: list[Hit] = [(at, RIDE, 0.6) for at in bar.meter.beats]
    hits += [(at + bar.meter.beat / 2, RIDE, 0.45) for at in bar.backbeats]
    hits += [(at, PEDAL_HAT, 0.5) for at in bar.backbeats]
    hits += [(at, KICK, 0.3) for at in bar.meter.beats]
    if bar.energy > 0.5:
        hits += [(at + 0.5, SNARE, 0.25) for at in bar.meter.beats if bar.rng.random() < 0.2]
    return hits


def brushes(bar: Bar) -> list[Hit]:
    """Brushed snare taps and a feathered kick."""
    hits: list[Hit] = [(0.0, KICK, 0.4)]
    hits += [(at, SIDE_STICK, 0.35) for at in bar.backbeats]
    return hits + _hats(bar, bar.meter.beat / 2, SHAKER, 0.3)


def orchestral(bar: Bar) -> list[Hit]:
    """Bass drum on downbeats, a march on the snare when the energy is high, low toms as timpani would."""
    hits: list[Hit] = [(0.0, BASS_DRUM, 0.5 + 0.3 * bar.energy)]
    if bar.energy > 0.6:
        hits += [(at, LOW_TOM, 0.5) for at in bar.meter.beats[1:]]
        hits += [(at, SNARE, 0.3 + 0.2 * bar.meter.weight(at)) for at in bar.every(0.5)]
    if bar.energy > 0.8:
        last = bar.meter.bar - bar.meter.beat
        hits += [(last + 0.25 * index, SNARE, 0.25 + 0.06 * index) for index in range(int(bar.meter.beat * 4))]
    return hits


def light(bar: Bar) -> list[Hit]:
    """Triangle and shaker."""
    hits: list[Hit] = [(0.0, TRIANGLE, 0.4)]
    return hits + _hats(bar, bar.meter.beat / 2, SHAKER, 0.35)


STYLES: dict[str, Style] = {
    "electronic": electronic, "lo-fi": lo_fi, "folk": folk, "swing": swing, "brushes": brushes,
    "orchestral": orchestral, "light": light,
}  # fmt: skip
"""The drum styles by name."""

_WITH_FILLS = {"electronic", "lo-fi", "folk", "swing", "orchestral"}


def play(style: str, sections: Sequence[Section], meter: Meter, density: float, rng: np.random.Generator) -> list[Hit]:
    """The whole drum part; onsets in quarter notes from the piece's beginning.

    Args:
        style: a key of `STYLES`.
        sections: the form; introductions stay without drums, the others end with a fill, the last
            with a single stroke.
        meter: the time signature.
        density: 0…1, shifts the energy the pattern answers to.
        rng: source of chance.
    """
    kicks = _groove(meter, rng)
    hits: list[Hit] = []
    for section in sections:
        if section.label == "I":
            continue
        energy = min(1.0, max(0.0, section.energy + 0.5 * (density - 0.5)))
        for index in range(section.bars):
            at = (section.start + index) * meter.bar
            bar = Bar(meter, energy, rng, kicks)
            played = STYLES[style](bar)
            if section is sections[-1] and index == section.bars - 1:
                played = _close(style)
            elif style in _WITH_FILLS and index == section.bars - 1 and section.bars > 1:
                played = _with_fill(played, bar)
            if index == 0 and style in _WITH_FILLS and section.start > 0 and energy > 0.45:
                played = [(0.0, CRASH, 0.55), *played]
            hits += [(at + start, drum, loud) for start, drum, loud in played]
    return sorted(hits)


def _close(style: str) -> list[Hit]:
    """The last bar: one stroke to end on."""
    if style not in _WITH_FILLS:
        return [(0.0, TRIANGLE, 0.4)]
    return [(0.0, BASS_DRUM if style == "orchestral" else KICK, 0.7), (0.0, CRASH, 0.45)]


def _groove(meter: Meter, rng: np.random.Generator) -> tuple[float, ...]:
    """One or two kicks between the beats that give this piece its own groove."""
    places = [index * 0.5 for index in range(1, round(meter.bar * 2)) if meter.weight(index * 0.5) < 0.75]
    count = min(len(places), int(rng.integers(1, 3)))
    return tuple(sorted(float(place) for place in rng.choice(places, count, replace=False)))


def _with_fill(played: list[Hit], bar: Bar) -> list[Hit]:
    """Replace the bar's last beat by a run over snare and toms that grows louder."""
    length = bar.meter.beat if bar.energy < 0.7 else min(2 * bar.meter.beat, bar.meter.bar / 2)
    start = bar.meter.bar - length
    kept = [hit for hit in played if hit[0] < start - 1e-9]
    run = [SNARE, SNARE, HIGH_TOM, HIGH_TOM, MID_TOM, MID_TOM, LOW_TOM, LOW_TOM]
    count = round(length / 0.25)
    fill: list[Hit] = []
    for index in range(count):
        if index % 2 and bar.rng.random() < 0.4:
            continue
        drum = run[index * len(run) // count]
        fill.append((start + index * 0.25, drum, 0.35 + 0.4 * index / count))
    return kept + fill

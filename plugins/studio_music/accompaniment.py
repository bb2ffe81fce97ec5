"""Accompaniment patterns: how an instrument breaks the voices of a chord over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from studio_music.harmony import Span
from studio_music.theory import Meter

Event: TypeAlias = tuple[float, float, int, float]
"""Onset and duration in quarter notes, pitch, accent (added to the velocity)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A chord to be played.

    Attributes:
        span: when it sounds.
        voices: its pitches, lowest first.
        meter: the time signature.
        slow: whether beats are so long that sixteenths are calm.
    """

    span: Span
    voices: tuple[int, ...]
    meter: Meter
    slow: bool

    def grid(self, unit: float) -> list[float]:
        """Onsets every `unit` quarter notes within the chord."""
        count = max(1, round(self.span.duration / unit))
        return [self.span.start + index * unit for index in range(count)]


Pattern: TypeAlias = Callable[[Moment], list[Event]]


def _chord(moment: Moment, start: float, length: float, accent: float = 0.0, roll: float = 0.0) -> list[Event]:
    return [(start + index * roll, length, pitch, accent) for index, pitch in enumerate(moment.voices)]


def pad(moment: Moment) -> list[Event]:
    """The chord held."""
    return _chord(moment, moment.span.start, moment.span.duration * 0.995)


def block(moment: Moment) -> list[Event]:
    """The chord struck on every group of the bar, slightly rolled."""
    unit = moment.meter.groups[0]
    return [event for start in moment.grid(unit) for event in _chord(moment, start, unit * 0.95, roll=0.012)]


def pulse(moment: Moment) -> list[Event]:
    """The chord on every beat, detached."""
    beat = moment.meter.beat
    return [
        event
        for start in moment.grid(beat)
        for event in _chord(moment, start, beat * 0.8, 6.0 * (moment.meter.weight(start) - 0.5))
    ]


def offbeat(moment: Moment) -> list[Event]:
    """Short chords between the beats."""
    half = moment.meter.beat / 2 if moment.meter.beat == 1.0 else 0.5
    hits = [start for start in moment.grid(half) if moment.meter.weight(start) < 0.4]
    return [event for start in hits for event in _chord(moment, start, half * 0.6)]


def waltz(moment: Moment) -> list[Event]:
    """Chords on every beat but the first (oom-pah-pah)."""
    beat = moment.meter.beat
    hits = [start for start in moment.grid(beat) if moment.meter.weight(start) < 0.9]
    return [event for start in hits for event in _chord(moment, start, beat * 0.7, -2.0)]


def _broken(moment: Moment, unit: float, order: Sequence[int], hold: float) -> list[Event]:
    events = []
    for index, start in enumerate(moment.grid(unit)):
        place = order[index % len(order)]
        pitch = moment.voices[place % len(moment.voices)] + 12 * (place // len(moment.voices))
        length = min(unit * hold, moment.span.end - start)
        events.append((start, length, pitch, 5.0 * (moment.meter.weight(start) - 0.3)))
    return events


def arpeggio(moment: Moment) -> list[Event]:
    """Up and down in eighths."""
    size = len(moment.voices)
    order = [*range(size), *range(size - 2, 0, -1)]
    return _broken(moment, 0.5, order or [0], 2.0)


def rolling(moment: Moment) -> list[Event]:
    """Wide waves over an octave and more, in sixteenths where beats are slow."""
    size = len(moment.voices)
    order = [*range(size + 2), *range(size, 0, -1)]
    return _broken(moment, 0.25 if moment.slow else 0.5, order, 3.0)


def alberti(moment: Moment) -> list[Event]:
    """Low, high, middle, high."""
    return _broken(moment, 0.5, (0, 2, 1, 2), 1.4)


def sixteenths(moment: Moment) -> list[Event]:
    """A sequencer's figure in sixteenths."""
    return _broken(moment, 0.25, (0, 1, 2, 3, 1, 2, 4, 2), 0.8)


def strum(moment: Moment) -> list[Event]:
    """Guitar strums: down on beats, up between some of them."""
    events: list[Event] = []
    for index, start in enumerate(moment.grid(0.5)):
        weight = moment.meter.weight(start)
        down = weight >= 0.5
        if not down and index % 8 in (1, 5):
            continue
        voices = moment.voices if down else moment.voices[1:][::-1]
        accent = 4.0 * weight if down else -8.0
        length = min(0.9, moment.span.end - start)
        events += [(start + place * 0.022, length, pitch, accent) for place, pitch in enumerate(voices)]
    return events


def comp(moment: Moment) -> list[Event]:
    """Jazz comping: on the first beat and before the third (the Charleston), then once more in long chords."""
    length = moment.span.duration
    hits = [(0.0, 1.2), (1.5, 0.9)] if length >= 2 else [(0.0, length)]
    if length >= 4:
        hits.append((3.0, 0.5))
    return [event for at, held in hits for event in _chord(moment, moment.span.start + at, held, -4.0 * (at > 0), 0.01)]


PATTERNS: dict[str, Pattern] = {
    "pad": pad, "block": block, "pulse": pulse, "offbeat": offbeat, "waltz": waltz, "arpeggio": arpeggio,
    "rolling": rolling, "alberti": alberti, "sixteenths": sixteenths, "strum": strum, "comp": comp,
}  # fmt: skip
"""The patterns by name."""

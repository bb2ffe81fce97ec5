"""The grid: several voices on a raster of sixteenths, and what a model is told of each step.

A piece of ``voices`` lanes is an int array [steps, voices], four steps a quarter note, the highest voice first: a pitch
that is held on, a pitch plus `ONSET` where a note begins, or `REST`.

A model goes through a piece step by step and is always `Grid.lookahead` steps ahead with the melody (lane 0). So the
same model composes, when it draws the melody too, and harmonises, when the melody is given. For step t it is told

* the voices at t − 1 and the melody at t … t + lookahead − 1;
* the place within the quarter note;
* the key: tonic and mode, or unknown;
* the pulse: how many quarter notes are left until the phrase ends, and whether it is the last phrase; or unknown. A
  phrase ends where all voices rest on one chord for half a bar or longer, which in a chorale is the fermata (DeepBach,
  Hadjeres et al. 2017, tells its model of fermatas likewise);

and it draws, one after the other, the melody at t + lookahead and the other voices at t, the lowest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

Lanes: TypeAlias = NDArray[np.int16]
Tokens: TypeAlias = NDArray[np.int64]

STEPS = 4
"""Steps a quarter note."""

ONSET = 128
"""Added to a pitch where the note begins."""

REST, OVER = -1, -2
"""No note; before the beginning or behind the end of the piece."""

LONGEST_COUNT = 12
"""Pulses count down from here, quarter notes."""

CADENCE = 8
"""Steps that all voices rest on one chord at a phrase's end."""

UNKNOWN_PULSE, PULSES = 0, 1 + 2 * LONGEST_COUNT
UNKNOWN_KEY, KEYS = 0, 25


@dataclass(frozen=True, slots=True)
class Grid:
    """What a model's tokens mean; stands in the model's folder.

    Attributes:
        low, high: lowest and highest pitch of each lane, MIDI note numbers, lane 0 first.
        lookahead: how far ahead the melody is known, steps; whole quarter notes, at least one.
        quarters: length of a training row, quarter notes.
        repeats: whether the training data tell repeated notes from held ones.
    """

    kind: ClassVar[str] = "atelier-score"

    low: tuple[int, ...]
    high: tuple[int, ...]
    lookahead: int = 16
    quarters: int = 32
    repeats: bool = False

    @property
    def voices(self) -> int:
        """Number of lanes."""
        return len(self.low)

    @property
    def order(self) -> tuple[int, ...]:
        """Lanes in the order they are drawn: the melody, the lowest voice, the others from high to low."""
        return (0, *([self.voices - 1] if self.voices > 1 else []), *range(1, self.voices - 1))

    @property
    def seen(self) -> tuple[int, ...]:
        """Numbers of tokens of what is told of the step before."""
        return tuple(self.size(voice) for voice in range(self.voices))

    @property
    def told(self) -> tuple[int, ...]:
        """Numbers of values of the facts told of each step."""
        return STEPS, KEYS, PULSES

    @property
    def memory(self) -> int:
        """Steps that are looked back."""
        return self.quarters * STEPS

    def size(self, voice: int) -> int:
        """Number of tokens of a lane: rest, over, each pitch held, each pitch beginning."""
        return 2 + 2 * (self.high[voice] - self.low[voice] + 1)

    def encode(self, values: NDArray[Any], voice: int) -> Tokens:
        """Tokens of lane values, any shape. Pitches beyond the lane's range move by octaves into it."""
        values = np.asarray(values, dtype=np.int64)
        pitch = self._folded(values & (ONSET - 1), voice) - self.low[voice]
        token = 2 + pitch + np.where(values >= ONSET, self.high[voice] - self.low[voice] + 1, 0)
        return np.where(values == REST, 0, np.where(values == OVER, 1, token))

    def decode(self, token: int, voice: int) -> int:
        """The lane value of one token."""
        if token < 2:
            return OVER if token else REST
        beginning, pitch = divmod(token - 2, self.high[voice] - self.low[voice] + 1)
        return self.low[voice] + pitch + ONSET * beginning

    def _folded(self, pitch: Tokens, voice: int) -> Tokens:
        low, high = self.low[voice], self.high[voice]
        pitch = np.where(pitch < low, pitch + 12 * -((pitch - low) // 12), pitch)
        pitch = np.where(pitch > high, pitch - 12 * -((high - pitch) // 12), pitch)
        return np.clip(pitch, low, high)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Grid:
        """What `to_json` gave."""
        low, high = (tuple(int(pitch) for pitch in plain[name]) for name in ("low", "high"))
        return cls(low, high, int(plain["lookahead"]), int(plain["quarters"]), bool(plain["repeats"]))


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of a piece as a model sees it; all arrays begin with the steps [n].

    Attributes:
        before: tokens of the voices one step earlier [n, voices].
        ahead: tokens of the melody now and in the next steps [n, lookahead].
        told: place within the quarter note, key, pulse [n, 3].
        wanted: tokens to draw [n, voices], the melody's from `lookahead` steps later.
    """

    before: Tokens
    ahead: Tokens
    told: Tokens
    wanted: Tokens


def row_of(grid: Grid, lanes: Lanes, pulses: Tokens, key: int, start: int, quarters: int) -> Row:
    """The row of `quarters` quarter notes from quarter note `start` on.

    Args:
        grid: the meaning of tokens.
        lanes: the whole piece.
        pulses: a pulse for every quarter note of the piece.
        key: a key's number, see `key_number`.
        start: first quarter note.
        quarters: how many, within the piece.
    """
    first, count, ahead = start * STEPS, quarters * STEPS, grid.lookahead
    edge = np.full((1, grid.voices), OVER, dtype=np.int16)
    behind = np.full((ahead, grid.voices), OVER, dtype=np.int16)
    padded = np.concatenate([edge, lanes, behind])
    coded = np.stack([grid.encode(padded[:, voice], voice) for voice in range(grid.voices)], axis=1)
    now = coded[first + 1 : first + 1 + count]
    melody = np.lib.stride_tricks.sliding_window_view(coded[first + 1 : first + 1 + count + ahead, 0], ahead)
    wanted = now.copy()
    wanted[:, 0] = coded[first + 1 + ahead : first + 1 + ahead + count, 0]
    return Row(
        coded[first : first + count], melody[:count].copy(), told_of(pulses[start : start + quarters], key), wanted
    )


def told_of(pulses: Tokens, key: int) -> Tokens:
    """What is told of the steps of quarter notes with these pulses [4 × quarters, 3]: place, key, pulse."""
    count = len(pulses) * STEPS
    return np.stack([np.arange(count) % STEPS, np.full(count, key), np.repeat(pulses, STEPS)], axis=1)


def key_number(tonic: int | None, *, minor: bool = False) -> int:
    """A key's number by the pitch class of its tonic; None where it is unknown."""
    return UNKNOWN_KEY if tonic is None else 1 + tonic % 12 + 12 * minor


def pulses_of(lanes: Lanes) -> Tokens:
    """The pulse of every quarter note of a whole piece [steps / 4]."""
    return countdown(phrase_ends(lanes), len(lanes) // STEPS)


def told_whole(grid: Grid, pulses: Tokens, key: int) -> Tokens:
    """What is told of a whole piece, with the empty steps before it in which the melody's beginning is drawn."""
    return told_of(np.concatenate([np.full(grid.lookahead // STEPS, pulses[0]), pulses]), key)


def countdown(ends: Sequence[int], quarters: int) -> Tokens:
    """Pulses for phrases that end with the quarter notes `ends`, ascending; the last one ends the piece."""
    pulses = np.empty(quarters, dtype=np.int64)
    for quarter in range(quarters):
        following = [end for end in ends if end >= quarter]
        left = (following[0] if following else quarter) - quarter
        last = not following or following[0] == ends[-1]
        pulses[quarter] = 1 + min(left, LONGEST_COUNT - 1) + LONGEST_COUNT * last
    return pulses


def phrase_ends(lanes: Lanes) -> list[int]:
    """The quarter notes in which a chord begins that all voices hold for half a bar or longer, and the last chord's."""
    pitches = np.where(lanes >= 0, lanes & (ONSET - 1), lanes)
    changes = [0, *(int(step) for step in np.flatnonzero((pitches[1:] != pitches[:-1]).any(axis=1)) + 1), len(lanes)]
    held = [start for start, end in pairwise(changes) if end - start >= CADENCE]
    return sorted({start // STEPS for start in [*held, changes[-2]]})


def led_in(lanes: Lanes, pulses: Tokens, grid: Grid) -> tuple[Lanes, Tokens]:
    """The piece behind as many empty steps as the melody is ahead, in which a model draws how the melody begins."""
    empty = np.full((grid.lookahead, lanes.shape[1]), OVER, dtype=np.int16)
    return np.concatenate([empty, lanes]), np.concatenate([np.full(grid.lookahead // STEPS, pulses[0]), pulses])


def transposed(lanes: Lanes, semitones: int) -> Lanes:
    """All notes moved by `semitones`."""
    return np.where(lanes >= 0, lanes + semitones, lanes).astype(np.int16)

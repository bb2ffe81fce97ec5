"""Training rows: random stretches of pieces, transposed within the voices' ranges, with key and phrases told or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio_music.training.grid import (
    ONSET,
    STEPS,
    UNKNOWN_PULSE,
    Grid,
    Row,
    key_number,
    led_in,
    pulses_of,
    row_of,
    transposed,
)
from studio_music.training.lanes import Piece

HIDDEN = 0.2
"""Share of rows whose key is not told, and likewise whose phrases are not, so that the model can do without."""

FARTHEST = 6
"""Largest transposition, semitones."""

IGNORED = -100
"""What is wanted where nothing is to be learned: behind a piece's end."""

_EDGE = 6
"""Quarter notes that stretches are drawn beyond either end before they are moved inside: a piece has only one beginning
and one ending, and so they are seen more often."""


class Rows:
    """Draws training rows from pieces."""

    def __init__(self, grid: Grid, pieces: Sequence[Piece]) -> None:
        self._grid = grid
        self._pieces = pieces
        led = [led_in(piece.lanes, pulses_of(piece.lanes), grid) for piece in pieces]
        self._lanes, self._pulses = [lanes for lanes, _ in led], [pulses for _, pulses in led]
        self._shifts = [shifts_of(piece, grid) for piece in pieces]
        lengths = np.array([len(pulses) for pulses in self._pulses], dtype=np.float64)
        self._share = lengths / lengths.sum()

    def batch(self, size: int, random: np.random.Generator) -> Row:
        """A row whose arrays have one more axis in front, [size, n, …]; short pieces are filled up."""
        rows = [self._row(random) for _ in range(size)]
        steps = self._grid.quarters * STEPS
        fill = {"before": 1, "ahead": 1, "told": 0, "wanted": IGNORED}
        return Row(
            **{name: np.stack([_filled(getattr(row, name), steps, fill[name]) for row in rows]) for name in fill}
        )

    def _row(self, random: np.random.Generator) -> Row:
        index = int(random.choice(len(self._pieces), p=self._share))
        piece, pulses = self._pieces[index], self._pulses[index]
        shift = int(random.choice(self._shifts[index]))
        last = max(0, len(pulses) - self._grid.quarters)
        start = int(np.clip(random.integers(-_EDGE, last + _EDGE + 1), 0, last))
        key = key_number(None if random.random() < HIDDEN else piece.tonic + shift, minor=piece.minor)
        if random.random() < HIDDEN:
            pulses = np.full_like(pulses, UNKNOWN_PULSE)
        quarters = min(self._grid.quarters, len(pulses) - start)
        return row_of(self._grid, transposed(self._lanes[index], shift), pulses, key, start, quarters)


def _filled(values: NDArray[np.int64], steps: int, fill: int) -> NDArray[np.int64]:
    filled = np.full((steps, *values.shape[1:]), fill, dtype=np.int64)
    filled[: len(values)] = values
    return filled


def grid_for(pieces: Sequence[Piece], *, lookahead: int, quarters: int, repeats: bool) -> Grid:
    """The grid whose ranges are those of the pieces; `lookahead` in quarter notes."""
    lanes = np.concatenate([piece.lanes for piece in pieces])
    low, high = [], []
    for lane in lanes.T:
        pitches = lane[lane >= 0] & (ONSET - 1)
        low.append(int(pitches.min()) if len(pitches) else 60)
        high.append(int(pitches.max()) if len(pitches) else 60)
    return Grid(tuple(low), tuple(high), lookahead * STEPS, quarters, repeats)


def shifts_of(piece: Piece, grid: Grid) -> NDArray[np.int64]:
    """The transpositions, in semitones, that leave every voice within its range."""
    down, up = -FARTHEST, FARTHEST
    for voice, lane in enumerate(piece.lanes.T):
        pitches = lane[lane >= 0] & (ONSET - 1)
        if len(pitches):
            down = max(down, grid.low[voice] - int(pitches.min()))
            up = min(up, grid.high[voice] - int(pitches.max()))
    return np.arange(min(0, down), max(0, up) + 1)

"""Training rows of songs: stretches of bars, with facts told or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio_music.training.grid import OVER, STEPS, Grid, Lanes, Row, Tokens
from studio_music.training.rows import IGNORED
from studio_music.training.songs import UNKNOWN, Song, SongGrid, sung_pulses, told_of

HIDDEN = 0.15
"""Share of rows in which a fact is not told, so that the model can do without."""

_EDGE = 8
"""Quarter notes that stretches are drawn beyond either end before they are moved inside, so that beginnings and endings
are seen more often."""


class SongRows:
    """Draws training rows from songs."""

    def __init__(self, grid: SongGrid, songs: Sequence[Song]) -> None:
        self._grid, self._songs = grid, songs
        self._told = [whole_of(grid, song, told=True) for song in songs]
        lengths = np.array([len(told) for told in self._told], dtype=np.float64)
        self._share = lengths / lengths.sum()

    def batch(self, size: int, random: np.random.Generator) -> Row:
        """Rows whose arrays have the batch in front [size, n, …]; short songs are filled up."""
        rows = [self._row(random) for _ in range(size)]
        return Row(*(np.stack([getattr(row, name) for row in rows]) for name in ("before", "ahead", "told", "wanted")))

    def _row(self, random: np.random.Generator) -> Row:
        index = int(random.choice(len(self._songs), p=self._share))
        told, steps = self._told[index], self._grid.memory
        last = max(0, len(told) - steps) // STEPS
        start = int(np.clip(random.integers(-_EDGE, last + _EDGE + 1), 0, last)) * STEPS
        row = row_of(self._grid, self._songs[index].piece.lanes, told, start, steps)
        row.told[:, 1:][:, random.random(told.shape[1] - 1) < HIDDEN] = UNKNOWN
        return row


def whole_of(grid: SongGrid, song: Song, *, told: bool) -> Tokens:
    """What is told of a whole song, with the empty steps before it [lookahead + steps, facts]; only places if not."""
    known = told_of(sung_pulses(song.piece.lanes[:, 0]), grid.facts(song), grid.lookahead)
    if not told:
        known[:, 1:] = UNKNOWN
    return known


def row_of(grid: Grid, lanes: Lanes, told: Tokens, start: int, steps: int) -> Row:
    """The row of `steps` steps from step `start` of `told` on, filled up at the end.

    Args:
        grid: the meaning of tokens.
        lanes: the whole song.
        told: what is told of its steps, from `lookahead` steps before it on.
        start: first step, counted in `told`.
        steps: the row's length.
    """
    ahead = grid.lookahead
    edge = np.full((ahead + 1, grid.voices), OVER, dtype=np.int16)
    padded = np.concatenate([edge, lanes, edge[:ahead]])[start : start + steps + ahead + 1]
    coded = np.stack([grid.encode(padded[:, voice], voice) for voice in range(grid.voices)], axis=1)
    count = min(steps, len(told) - start)
    melody = np.lib.stride_tricks.sliding_window_view(coded[1:, 0], ahead)
    row = Row(
        np.full((steps, grid.voices), 1, dtype=np.int64),
        np.full((steps, ahead), 1, dtype=np.int64),
        np.zeros((steps, told.shape[1]), dtype=np.int64),
        np.full((steps, grid.voices), IGNORED, dtype=np.int64),
    )
    row.before[:count] = coded[:count]
    row.ahead[:count] = melody[:count]
    row.told[:count] = told[start : start + count]
    row.wanted[:count] = coded[1 : count + 1]
    row.wanted[:count, 0] = coded[1 + ahead : 1 + ahead + count, 0]
    return row

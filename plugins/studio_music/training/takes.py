"""Training rows of drums: stretches of takes, with fills set into beats of the same style, and facts told or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio_music.training.grid import Row, Tokens
from studio_music.training.rows import IGNORED
from studio_music.training.strokes import BEAT, DRUMS, FILL, UNKNOWN, DrumGrid, Take, seen_of, struck, told_of

HIDDEN = 0.15
"""Share of rows in which a fact is not told, so that the model can do without it and be steered towards it."""

FILLED = 0.5
"""Share of rows of beats into which a fill of the same style is set at the end of a bar."""

SHORT = 64
"""Takes count at least as if they had this many steps, so that the many short fills are seen."""

LONG = 1024
"""Takes count at most as if they had this many steps."""

EVEN = 0.2
"""A style of n steps is drawn in proportion to n to this power, so that rare styles are learned, too."""


class DrumRows:
    """Draws training rows from takes."""

    def __init__(self, grid: DrumGrid, takes: Sequence[Take]) -> None:
        self._grid, self._takes = grid, takes
        self._share = shares(takes)
        self._fills: dict[str, list[Take]] = defaultdict(list)
        for take in takes:
            if take.kind == FILL and len(take.tokens) <= 2 * take.bar:
                self._fills[take.style].append(take)

    def batch(self, size: int, random: np.random.Generator) -> Row:
        """Rows whose arrays have the batch in front [size, n, …]; short takes are filled up."""
        rows = [self._row(random) for _ in range(size)]
        return Row(*(np.stack([getattr(row, name) for row in rows]) for name in ("before", "ahead", "told", "wanted")))

    def _row(self, random: np.random.Generator) -> Row:
        take = self._takes[int(random.choice(len(self._takes), p=self._share))]
        steps = self._grid.memory
        bars = max(0, len(take.tokens) - steps) // take.bar
        start = int(random.integers(bars + 1)) * take.bar
        tokens = take.tokens[start : start + steps]
        told = told_of(self._grid, self._grid.facts(take), len(tokens), take.bar)
        if take.kind == BEAT and random.random() < FILLED:
            tokens, told = self._with_fill(take, tokens, told, random)
        hidden = random.random(len(self._grid.told) - 1) < HIDDEN
        told[:, 1:][:, hidden] = UNKNOWN
        return row_of(tokens, told, take.bar, steps)

    def _with_fill(
        self, take: Take, tokens: Tokens, told: Tokens, random: np.random.Generator
    ) -> tuple[Tokens, Tokens]:
        """The same stretch with a bar in which somebody plays a fill instead."""
        fills = [fill for fill in self._fills[take.style] if fill.bar == take.bar]
        bars = len(tokens) // take.bar
        if not fills or bars < 2:
            return tokens, told
        fill = fills[int(random.integers(len(fills)))].tokens[: take.bar]
        at = int(random.integers(1, bars)) * take.bar
        tokens = tokens.copy()
        tokens[at : at + len(fill)] = fill
        told[at : at + len(fill), 2] = FILL
        return tokens, told


def shares(takes: Sequence[Take]) -> NDArray[np.float64]:
    """How often each take is drawn, summing to 1."""
    weights = np.array([min(LONG, max(SHORT, len(take.tokens))) for take in takes], dtype=np.float64)
    whole: dict[str, float] = defaultdict(float)
    for take, weight in zip(takes, weights, strict=True):
        whole[take.style] += weight
    weights *= [whole[take.style] ** (EVEN - 1.0) for take in takes]
    share: NDArray[np.float64] = weights / weights.sum()
    return share


def row_of(tokens: Tokens, told: Tokens, bar: int, steps: int) -> Row:
    """The row of one stretch, filled up to `steps`; misses are wanted only where there is a stroke."""
    count = len(tokens)
    wanted = np.full((steps, tokens.shape[1]), IGNORED, dtype=np.int64)
    wanted[:count] = tokens
    wanted[:count, len(DRUMS) :][~struck(tokens)] = IGNORED
    before = np.zeros((steps, 2 * tokens.shape[1]), dtype=np.int64)
    before[:count] = seen_of(tokens, 0, count, bar)
    facts = np.zeros((steps, told.shape[1]), dtype=np.int64)
    facts[:count] = told
    return Row(before, np.zeros((steps, 0), dtype=np.int64), facts, wanted)

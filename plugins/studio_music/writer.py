"""Writing on the grid with a score model, step by step: what is given is kept, what was written may come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from studio_music.recall import Recall, drawn_from
from studio_music.training.grid import ONSET, OVER, Grid, Lanes, Tokens

OPEN = -3
"""A lane value that the model is to write."""

SOUNDS = 1 << 12
"""Added to tones where a lane may not rest."""

IMPOSSIBLE = -1e9


class Writer:
    """Writes one piece; iterate over it step by step, then read `lanes`.

    Attributes:
        lanes: int16 [steps, voices], `OVER` where nothing is written yet.
    """

    lanes: Lanes

    def __init__(
        self, model: Any, told: Tokens, given: Lanes, random: np.random.Generator, temperature: float, top: float,
        source: Tokens | None = None, tones: Tokens | None = None,
    ) -> None:  # fmt: skip
        """Prepare the piece.

        Args:
            model: a `ScoreModel` of a `Grid`.
            told: what the model is told of each step, from as many steps before the piece as the melody is ahead.
            given: lane values to keep [steps, voices], `OPEN` where the model writes.
            random: source of chance.
            temperature: how bold, 1 as the training data.
            top: share of the probability that is drawn from; the unlikely rest is left out.
            source: earlier steps whose values are taken over where nothing is given [steps, voices], -1 for none.
            tones: pitch classes that may sound where the model writes, one bit each, and `SOUNDS` where one
                must [steps, voices]; 0 for any.
        """
        self._model, self._random, self._temperature, self._top = model, random, temperature, top
        self._grid: Grid = model.grid
        self._lead, self._steps = self._grid.lookahead, len(given)
        total = self._lead + self._steps
        self._values = np.full((total + self._lead, self._grid.voices), OVER, dtype=np.int16)
        self.lanes = self._values[self._lead : total]
        known = given[:, 0] != OPEN
        self.lanes[known, 0] = given[known, 0]
        self._given, self._source, self._told, self._tones = given, source, told, tones
        self._recall = Recall(model, self._inputs)

    def __iter__(self) -> Iterator[int]:
        """Write on; yields how many steps of the piece are complete."""
        for place in range(self._lead + self._steps):
            state = self._recall.state(place)
            for voice in self._grid.order:
                at = place + self._lead if voice == 0 else place
                if self._lead <= at < self._lead + self._steps:
                    self._values[at, voice] = self._value(state, voice, at)
                drawn = torch.from_numpy(self._grid.encode(self._values[at : at + 1, voice], voice))
                with torch.inference_mode():
                    state = self._model.with_drawn(state, voice, drawn)
            if place >= self._lead:
                yield place - self._lead + 1

    def _value(self, state: torch.Tensor, voice: int, at: int) -> int:
        step = at - self._lead
        if self._given[step, voice] != OPEN:
            return int(self._given[step, voice])
        if self._source is not None and self._source[step, voice] >= 0:
            return int(self.lanes[self._source[step, voice], voice])
        with torch.inference_mode():
            scores = self._model.logits(state, voice)[0].double().numpy()
        allowed = self._reachable(scores, voice, at)
        return self._grid.decode(drawn_from(allowed / self._temperature, self._top, self._random), voice)

    def _reachable(self, scores: NDArray[np.float64], voice: int, at: int) -> NDArray[np.float64]:
        """Scores of a voice's tokens, `IMPOSSIBLE` for what cannot be: here, holding what does not sound."""
        grid = self._grid
        last = pitch_of(self._values[at - 1, voice])
        pitches = np.arange(grid.low[voice], grid.high[voice] + 1)
        hold = np.where(pitches == last, 0.0, IMPOSSIBLE)
        tones = 0 if self._tones is None else int(self._tones[at - self._lead, voice])
        begin = np.where((tones >> pitches % 12) & 1, 0.0, IMPOSSIBLE) if tones else np.zeros(len(pitches))
        rest = IMPOSSIBLE if tones & SOUNDS else 0.0
        limits = np.concatenate([[rest, IMPOSSIBLE], np.minimum(hold, begin), begin])
        return np.asarray(scores + limits, dtype=np.float64)

    def _inputs(self, first: int, end: int) -> tuple[torch.Tensor, ...]:
        grid, count = self._grid, end - first
        edge = np.full((1, grid.voices), OVER, dtype=np.int16)
        before = np.concatenate([edge, self._values])[first:end]
        coded = np.stack([grid.encode(before[:, voice], voice) for voice in range(grid.voices)], axis=1)
        melody = grid.encode(self._values[first : end + self._lead - 1, 0], 0)
        ahead = np.lib.stride_tricks.sliding_window_view(melody, self._lead)[:count].copy()
        return tuple(torch.from_numpy(array)[None] for array in (coded, ahead, self._told[first:end].copy()))


def pitch_of(value: int) -> int | None:
    """The pitch of a lane value, None for a rest."""
    return int(value) & (ONSET - 1) if value >= 0 else None

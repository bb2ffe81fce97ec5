"""Writing chorales with a score model: within the voices' ranges, without crossing, as the rules allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio_music.recall import one_thread
from studio_music.training.grid import REST, Lanes, Tokens
from studio_music.writer import IMPOSSIBLE, OPEN, Writer, pitch_of

PERFECT = (0, 7)
"""Intervals, modulo the octave, that two voices should not move in together: unisons and octaves, and fifths."""

PARALLEL_COST = 8.0
"""How much less likely a note becomes that moves in parallel perfect intervals with a voice already there, nats."""

EDGE, EDGE_COST = 3, 2.0
"""The outermost semitones of a voice's range, sung seldom, and how much less likely they become, nats."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to write.

    Attributes:
        told: what the model is told of each step, from as many steps before the piece as the melody is ahead
            [lookahead + steps, facts].
        melody: lane values [steps] to keep as the highest voice, or None to write it as well.
        temperature: how bold, 1 as the training data.
        top: share of the probability that is drawn from; the unlikely rest is left out.
        strict: whether parallel fifths and octaves and the ends of the voices' ranges are avoided.
        crossing: whether voices may cross.
    """

    told: Tokens
    melody: NDArray[np.int16] | None = None
    temperature: float = 1.0
    top: float = 0.95
    strict: bool = True
    crossing: bool = False


class Singer(Writer):
    """Writes one piece for voices; iterate over it step by step, then read `lanes`."""

    def __init__(self, model: Any, task: Task, random: np.random.Generator) -> None:
        """Prepare the piece; `model` is a `ScoreModel`."""
        given = np.full((len(task.told) - model.grid.lookahead, model.grid.voices), OPEN, dtype=np.int16)
        if task.melody is not None:
            given[:, 0] = task.melody
        super().__init__(model, task.told, given, random, task.temperature, task.top)
        self._task = task

    def _reachable(self, scores: NDArray[np.float64], voice: int, at: int) -> NDArray[np.float64]:
        allowed = scores + self._limits(voice, at)
        if allowed.max() < IMPOSSIBLE / 2:
            allowed = scores + self._limits(voice, at, crossing=True)
        return np.asarray(allowed, dtype=np.float64)

    def _limits(self, voice: int, at: int, *, crossing: bool = False) -> NDArray[np.float64]:
        """What is added to the scores of a voice's tokens: `IMPOSSIBLE` for what must not be."""
        grid = self._grid
        pitches = np.arange(grid.low[voice], grid.high[voice] + 1)
        last = pitch_of(self._values[at - 1, voice])
        begin = np.zeros(len(pitches))
        if not grid.repeats and last is not None:
            begin[pitches == last] = IMPOSSIBLE
        hold = np.where(pitches == last, 0.0, IMPOSSIBLE)
        outermost = (pitches < grid.low[voice] + EDGE) | (pitches > grid.high[voice] - EDGE)
        limits = -EDGE_COST * outermost * self._task.strict
        if voice:
            limits += self._order_limits(voice, at, pitches) * (not (crossing or self._task.crossing))
            limits += self._parallels(voice, at, pitches, last) * self._task.strict
        rests = 0.0 if self._may_rest(voice, at) else IMPOSSIBLE
        return np.concatenate([[rests, IMPOSSIBLE], hold + limits, begin + limits])

    def _may_rest(self, voice: int, at: int) -> bool:
        """Lower voices may rest where the melody does; a melody that is written here never does."""
        return voice > 0 and self._values[at, 0] == REST

    def _order_limits(self, voice: int, at: int, pitches: NDArray[np.int64]) -> NDArray[np.float64]:
        """No voice above a higher one or below a lower one that is already there."""
        done = self._grid.order[: self._grid.order.index(voice)]
        sounding = [(other, pitch_of(self._values[at, other])) for other in done]
        above = [pitch for other, pitch in sounding if pitch is not None and other < voice]
        below = [pitch for other, pitch in sounding if pitch is not None and other > voice]
        wrong = (pitches > min(above, default=128)) | (pitches < max(below, default=0))
        return np.where(wrong, IMPOSSIBLE, 0.0)

    def _parallels(
        self, voice: int, at: int, pitches: NDArray[np.int64], last: int | None
    ) -> NDArray[np.float64]:  # fmt: skip
        cost = np.zeros(len(pitches))
        if last is None:
            return cost
        for other in self._grid.order[: self._grid.order.index(voice)]:
            before, now = pitch_of(self._values[at - 1, other]), pitch_of(self._values[at, other])
            if before is None or now is None or before == now or abs(before - last) % 12 not in PERFECT:
                continue
            same = (np.abs(now - pitches) % 12 == abs(before - last) % 12) & (
                np.sign(pitches - last) == np.sign(now - before)
            )
            cost -= PARALLEL_COST * same
        return cost


def sing(model: Any, task: Task, random: np.random.Generator, check: Callable[[], None]) -> Lanes:
    """Write a whole piece; `check` is a cancel point."""
    singer = Singer(model, task, random)
    with one_thread():
        for _ in singer:
            check()
    return singer.lanes

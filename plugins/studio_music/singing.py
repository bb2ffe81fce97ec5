"""Writing voices with a score model: step by step, within the voices' ranges, without crossing, as the rules allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from studio_music.recall import Recall, drawn_from, one_thread
from studio_music.training.grid import ONSET, OVER, REST, STEPS, Grid, Lanes, Tokens

PERFECT = (0, 7)
"""Intervals, modulo the octave, that two voices should not move in together: unisons and octaves, and fifths."""

PARALLEL_COST = 4.0
"""How much less likely a note becomes that moves in parallel perfect intervals with a voice already there, nats."""

EDGE, EDGE_COST = 3, 2.0
"""The outermost semitones of a voice's range, sung seldom, and how much less likely they become, nats."""

IMPOSSIBLE = -1e9


@dataclass(frozen=True, slots=True)
class Task:
    """What to write.

    Attributes:
        pulses: one for every quarter note, see `studio_music.training.grid`.
        key: a key's number.
        melody: lane values [steps] to keep as the highest voice, or None to write it as well.
        temperature: how bold, 1 as the training data.
        top: share of the probability that is drawn from; the unlikely rest is left out.
        strict: whether parallel fifths and octaves and the ends of the voices' ranges are avoided.
        crossing: whether voices may cross.
    """

    pulses: Tokens
    key: int
    melody: NDArray[np.int16] | None = None
    temperature: float = 1.0
    top: float = 0.95
    strict: bool = True
    crossing: bool = False


class Singer:
    """Writes one piece; iterate over it step by step, then read `lanes`.

    Attributes:
        lanes: int16 [steps, voices], `OVER` where nothing is written yet.
    """

    lanes: Lanes

    def __init__(self, model: Any, task: Task, random: np.random.Generator) -> None:
        """Prepare the piece; `model` is a `ScoreModel`."""
        self._model, self._grid, self._task, self._random = model, model.grid, task, random
        grid: Grid = model.grid
        self._lead = grid.lookahead
        self._steps = len(task.pulses) * STEPS
        total = self._lead + self._steps
        self._values = np.full((total + self._lead, grid.voices), OVER, dtype=np.int16)
        if task.melody is not None:
            self._values[self._lead : total, 0] = task.melody
        self.lanes = self._values[self._lead : total]
        pulses = np.concatenate([np.full(self._lead // STEPS, task.pulses[0]), task.pulses])
        self._told = np.stack([np.arange(total) % STEPS, np.full(total, task.key), np.repeat(pulses, STEPS)], axis=1)
        self._recall = Recall(model, self._inputs)

    def __iter__(self) -> Iterator[int]:
        """Write on; yields how many steps of the piece are complete."""
        for place in range(self._lead + self._steps):
            state = self._recall.state(place)
            for voice in self._grid.order:
                at = place + self._lead if voice == 0 else place
                if self._is_open(voice, at):
                    self._values[at, voice] = self._draw(state, voice, at)
                drawn = torch.from_numpy(self._grid.encode(self._values[at : at + 1, voice], voice))
                with torch.inference_mode():
                    state = self._model.with_drawn(state, voice, drawn)
            if place >= self._lead:
                yield place - self._lead + 1

    def _is_open(self, voice: int, at: int) -> bool:
        """Whether this voice has to be drawn at that place."""
        if voice == 0 and self._task.melody is not None:
            return False
        return self._lead <= at < self._lead + self._steps

    def _inputs(self, first: int, end: int) -> tuple[torch.Tensor, ...]:
        grid, count = self._grid, end - first
        edge = np.full((1, grid.voices), OVER, dtype=np.int16)
        before = np.concatenate([edge, self._values])[first:end]
        coded = np.stack([grid.encode(before[:, voice], voice) for voice in range(grid.voices)], axis=1)
        melody = grid.encode(self._values[first : end + self._lead - 1, 0], 0)
        ahead = np.lib.stride_tricks.sliding_window_view(melody, self._lead)[:count].copy()
        return tuple(torch.from_numpy(array)[None] for array in (coded, ahead, self._told[first:end]))

    def _draw(self, state: torch.Tensor, voice: int, at: int) -> int:
        with torch.inference_mode():
            scores = self._model.logits(state, voice)[0].double().numpy()
        allowed = scores + self._limits(voice, at)
        if allowed.max() < IMPOSSIBLE / 2:
            allowed = scores + self._limits(voice, at, crossing=True)
        token = drawn_from(allowed / self._task.temperature, self._task.top, self._random)
        return int(self._grid.decode(token, voice))

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


def pitch_of(value: int) -> int | None:
    """The pitch of a lane value, None for a rest."""
    return int(value) & (ONSET - 1) if value >= 0 else None


def sing(model: Any, task: Task, random: np.random.Generator, check: Callable[[], None]) -> Lanes:
    """Write a whole piece; `check` is a cancel point."""
    singer = Singer(model, task, random)
    with one_thread():
        for _ in singer:
            check()
    return singer.lanes

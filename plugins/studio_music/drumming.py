"""Playing drums with a drum model: step by step, steered towards a style, or along a given pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from studio_music.recall import Recall, drawn_from, one_thread
from studio_music.training.grid import Tokens
from studio_music.training.strokes import BAR, BEAT, DRUMS, FILL, OFFSETS, UNKNOWN, DrumGrid, seen_of, told_of

GUIDANCE, TEMPERATURE = 5.0, 0.8
"""How strongly a style is told, 1 as it was learned (classifier-free guidance, Ho & Salimans 2022), and how boldly it
is played. Guidance decides which drums are struck and how hard, and half as strongly when."""

TOP = 0.97
"""Share of the probability that strokes are drawn from; the unlikely rest is left out. Misses are drawn from all."""


@dataclass(frozen=True, slots=True)
class DrumTask:
    """What to play.

    Attributes:
        told: what the model is told of each step, see `studio_music.training.strokes` [steps, facts].
        bar: steps a bar.
        pattern: where to strike [steps, drums], or None to leave it to the model.
        temperature: how bold, 1 as the training data.
        guidance: see `GUIDANCE`.
    """

    told: Tokens
    bar: int
    pattern: NDArray[np.bool_] | None = None
    temperature: float = TEMPERATURE
    guidance: float = GUIDANCE


class DrumPlayer:
    """Plays one take; iterate over it step by step, then read `tokens`.

    Attributes:
        tokens: int64 [steps, 2 × drums].
    """

    tokens: Tokens

    def __init__(self, model: Any, task: DrumTask, random: np.random.Generator) -> None:
        """Prepare the take; `model` is a `ScoreModel` of a `DrumGrid`."""
        self._model, self._task, self._random = model, task, random
        self.tokens = np.zeros((len(task.told), model.grid.voices), dtype=np.int64)
        self.tokens[:, len(DRUMS) :] = OFFSETS // 2
        plain = task.told.copy()
        plain[:, 1] = UNKNOWN
        steered = task.guidance != 1.0 and bool((plain != task.told).any())
        self._told = np.stack([task.told, plain]) if steered else task.told[None]
        self._recall = Recall(model, self._inputs)

    def __iter__(self) -> Iterator[int]:
        """Play on; yields how many steps are complete."""
        for step in range(len(self.tokens)):
            state = self._recall.state(step)
            for column in range(self._model.grid.voices):
                token = self._played(state, column, step)
                with torch.inference_mode():
                    state = self._model.with_drawn(state, column, torch.full((len(state),), token))
            yield step + 1

    def _inputs(self, first: int, end: int) -> tuple[torch.Tensor, ...]:
        before = seen_of(self.tokens, first, end, self._task.bar)
        rows = len(self._told)
        told = torch.from_numpy(self._told[:, first:end].copy())
        return (
            torch.from_numpy(before).expand(rows, -1, -1),
            torch.zeros((rows, end - first, 0), dtype=torch.int64),
            told,
        )

    def _played(self, state: torch.Tensor, column: int, step: int) -> int:
        """The token of one column, written down; a miss without a stroke is 0 to the model."""
        drum = column % len(DRUMS)
        stroke = column < len(DRUMS)
        if stroke and not self._may_strike(step, drum):
            return 0
        if not stroke and not self.tokens[step, drum]:
            return 0
        scores = self._scores(state, column) / (self._task.temperature if stroke else 1.0)
        if stroke and self._task.pattern is not None:
            scores[0] = -np.inf
        token = drawn_from(scores, TOP if stroke else 1.0, self._random)
        self.tokens[step, column] = token
        return token

    def _may_strike(self, step: int, drum: int) -> bool:
        return self._task.pattern is None or bool(self._task.pattern[step, drum])

    def _scores(self, state: torch.Tensor, column: int) -> NDArray[np.float64]:
        with torch.inference_mode():
            told = self._model.logits(state, column).double().numpy()
        if len(told) == 1:
            return np.asarray(told[0], dtype=np.float64)
        given, plain = (row - np.logaddexp.reduce(row) for row in told)
        weight = self._task.guidance if column < len(DRUMS) else (1 + self._task.guidance) / 2
        return np.asarray(plain + weight * (given - plain), dtype=np.float64)


def task_for(grid: DrumGrid, style: str, tempo: int, bars: int, *, fills: int = 0, busy: int = UNKNOWN) -> DrumTask:
    """A beat of so many bars of four quarters.

    Args:
        grid: of the model.
        style: its name.
        tempo: a class, see `studio_music.training.strokes.tempo_class`.
        bars: length.
        fills: the last of so many bars is a fill; 0 for none.
        busy: a class, see `DrumGrid.business`.
    """
    told = told_of(grid, (grid.style(style), BEAT, tempo, busy), bars * BAR, BAR)
    if fills:
        told[(np.arange(len(told)) // BAR + 1) % fills == 0, 2] = FILL
    return DrumTask(told, BAR)


def play(model: Any, task: DrumTask, random: np.random.Generator, check: Callable[[], None]) -> Tokens:
    """Play a whole take; `check` is a cancel point."""
    player = DrumPlayer(model, task, random)
    with one_thread():
        for _ in player:
            check()
    return player.tokens

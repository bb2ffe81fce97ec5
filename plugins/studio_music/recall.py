"""Running a score model step by step: what it remembers, and drawing from what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_music.training import network
from studio_music.training.layout import Layout


def loaded(ref: str, layout: type[Layout], ctx: sdk.Context) -> Any:
    """The `ScoreModel` an artist chose, ready to write. Raises `UserError` when it is no model of this kind."""
    folder = ctx.model(ref)

    def read() -> Any:
        try:
            return network.load(folder, layout)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise sdk.UserError(
                f"The model in {folder} cannot be read: {error}", param="model", hint="Choose another model."
            ) from error

    return ctx.load(f"studio.music.{layout.kind}:{folder}", read)


class Recall:
    """The network's states, step after step; the past beyond the model's memory is forgotten by halves."""

    def __init__(self, model: Any, inputs: Callable[[int, int], tuple[torch.Tensor, ...]]) -> None:
        """Remember nothing yet.

        Args:
            model: a `ScoreModel`.
            inputs: gives for the steps from … to what the model is told, as `ScoreModel.embedded` takes it.
        """
        self._model, self._inputs = model, inputs
        self._cache: Any = None
        self._from = 0

    def state(self, place: int) -> torch.Tensor:
        """The state [batch, width] from which the columns of step `place` are drawn; steps must follow one another."""
        from transformers import DynamicCache

        memory = self._model.grid.memory
        if self._cache is None or place - self._from >= memory:
            self._from = max(0, place - memory // 2)
            self._cache = DynamicCache()
            first = self._from
        else:
            first = place
        with torch.inference_mode():
            vectors = self._model.embedded(*self._inputs(first, place + 1))
            states = self._model.trunk(inputs_embeds=vectors, past_key_values=self._cache, use_cache=True)
        return states.last_hidden_state[:, -1]  # type: ignore[no-any-return]


def drawn_from(scores: NDArray[np.float64], top: float, random: np.random.Generator) -> int:
    """A token drawn from the likeliest ones that together hold the share `top` (Holtzman et al. 2020)."""
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    before = np.cumsum(chances[order]) - chances[order]
    chances[order[before >= top]] = 0.0
    chances /= chances.sum()
    token = int(np.searchsorted(np.cumsum(chances), random.random(), side="right"))
    return min(token, int(np.flatnonzero(chances)[-1]))


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread meanwhile: quicker at this size, and the same to the last bit on any number of cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

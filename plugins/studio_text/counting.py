"""A counting model that writes beside the network: what followed the last two characters, and how often.

A network this small knows what a poem is about to do; counts know which characters stand together. Mixed, they foresee
a poem better than either (Mikolov et al. 2010, "Recurrent neural network based language model", section 3). The counts
are a modified Kneser-Ney trigram model without its rare entries (see `training.ngram`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 12
"""Bits per token in a key, as in `training.ngram`."""

FILE = "counts.safetensors"


class Counts:
    """Probabilities of the next token given the ones before."""

    def __init__(self, tables: Sequence[dict[str, Any]], vocabulary: int) -> None:
        """`tables` from single tokens up, as `training.ngram.KneserNey.pruned` makes them."""
        self._tables, self._vocabulary = tables, vocabulary

    @classmethod
    def read(cls, folder: Path, vocabulary: int) -> Counts:
        """Read ``counts.safetensors`` of a starter."""
        from safetensors.numpy import load_file

        plain = load_file(folder / FILE)
        orders = len(plain) // 4
        names = ("keys", "shares", "contexts", "left")
        return cls([{name: plain[f"{order}.{name}"] for name in names} for order in range(1, orders + 1)], vocabulary)

    def save(self, folder: Path) -> None:
        """Write ``counts.safetensors``."""
        from safetensors.numpy import save_file

        named = {
            f"{order}.{name}": array for order, table in enumerate(self._tables, 1) for name, array in table.items()
        }
        save_file(named, folder / FILE)

    def next(self, before: Sequence[int]) -> NDArray[np.float64]:
        """The probability of each token after `before`, float64 [vocabulary], summing to 1."""
        probability = np.full(self._vocabulary, 1.0 / self._vocabulary)
        for order, table in enumerate(self._tables, 1):
            context = 0
            for token in before[len(before) - order + 1 :]:
                context = context << BITS | token
            place = int(np.searchsorted(table["contexts"], context))
            if len(before) < order - 1 or place == len(table["contexts"]) or table["contexts"][place] != context:
                continue  # a longer context may be stored though a shorter one was pruned away
            first, last = np.searchsorted(table["keys"], [context << BITS, (context + 1) << BITS])
            probability = probability * float(table["left"][place])
            probability[table["keys"][first:last] & ((1 << BITS) - 1)] += table["shares"][first:last]
        return probability

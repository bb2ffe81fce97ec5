"""The yardstick: an interpolated Kneser–Ney n-gram model over the same tokens as the network.

Chen & Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1999), section 3: modified
Kneser–Ney with three discounts per order. N-grams are packed into one integer each, so sorted arrays do for tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 12
"""Bits per token: vocabularies up to 4,096 and five-grams fit into 64 bits."""


class KneserNey:
    """Modified Kneser–Ney probabilities of the last token of an n-gram given the others."""

    def __init__(self, documents: Sequence[Sequence[int]], order: int = 5, pad: int = 0) -> None:
        """Count `documents`; `pad` stands in front of each so that its first tokens have a context too."""
        if order * BITS > 62:
            raise ValueError("An n-gram must fit into 62 bits.")
        self.order, self.pad = order, pad
        keys, counts = np.unique(self.pack(documents), return_counts=True)
        self._orders = [_Order(keys, counts)]
        for length in range(order - 1, 0, -1):
            # Below the highest order a word counts once for each different word before it.
            keys, counts = np.unique(keys & ((1 << BITS * length) - 1), return_counts=True)
            self._orders.append(_Order(keys, counts))

    def pack(self, documents: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        """One key per token of `documents`: the token and the ``order − 1`` before it."""
        lead = [self.pad] * (self.order - 1)
        packed = []
        for document in documents:
            ids = np.asarray([*lead, *document], dtype=np.int64)
            if ids.max() >> BITS:
                raise ValueError(f"Token ids must be below {1 << BITS}.")
            windows = np.lib.stride_tricks.sliding_window_view(ids, self.order)
            packed.append((windows << BITS * np.arange(self.order - 1, -1, -1)).sum(axis=1))
        return np.concatenate(packed)

    def log2(self, document: Sequence[int]) -> NDArray[np.float64]:
        """Base-2 logarithms of the probability of each token of `document`, float64 [tokens]."""
        keys = self.pack([document])
        probability = np.full(len(keys), 1.0 / (1 << BITS))
        for length, table in enumerate(reversed(self._orders), start=1):
            probability = table.interpolate(keys & ((1 << BITS * length) - 1), probability)
        logarithms: NDArray[np.float64] = np.log2(probability)
        return logarithms

    def pruned(self, least: int) -> list[dict[str, NDArray[np.int64] | NDArray[np.float32]]]:
        """The tables from single tokens up, each without n-grams counted fewer than `least` times above single tokens.

        ``keys`` (int64, sorted) have the probabilities ``shares``; what a context in ``contexts`` leaves to the next
        lower order is ``left``, grown by what was pruned, so that everything still sums to 1.
        """
        return [table.pruned(1 if place == 0 else least) for place, table in enumerate(reversed(self._orders))]


class _Order:
    """Counts of one length of n-gram, and what its contexts hold."""

    def __init__(self, keys: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self._keys, self._counts = keys, counts
        seen = [max(1, int((counts == times).sum())) for times in (1, 2, 3, 4)]
        y = seen[0] / (seen[0] + 2 * seen[1])
        discounts = [0.0, *(n - (n + 1) * y * seen[n] / seen[n - 1] for n in (1, 2, 3))]
        # Tiny corpora give estimates outside the sensible range; something must always be left for unseen words.
        self._discounts = np.clip(discounts, [0.0, 0.1, 0.1, 0.1], [0.0, 1.0, 2.0, 3.0])
        self._contexts, first = np.unique(keys >> BITS, return_index=True)
        self._totals = np.add.reduceat(counts, first)
        self._left_over = np.add.reduceat(self._discount(counts), first) / self._totals

    def _discount(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        taken: NDArray[np.float64] = self._discounts[np.minimum(counts, 3)]
        return taken

    def pruned(self, least: int) -> dict[str, NDArray[np.int64] | NDArray[np.float32]]:
        """See `KneserNey.pruned`."""
        context, _ = _find(self._contexts, self._keys >> BITS)
        shares = (self._counts - self._discount(self._counts)) / self._totals[context]
        kept = self._counts >= least
        contexts, first = np.unique(self._keys[kept] >> BITS, return_index=True)
        left = 1.0 - np.add.reduceat(shares[kept], first)
        return {
            "keys": self._keys[kept],
            "shares": shares[kept].astype(np.float32),
            "contexts": contexts,
            "left": left.astype(np.float32),
        }

    def interpolate(self, keys: NDArray[np.int64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities at this order, given those at the next lower one; where a context is new, the lower ones."""
        context, known = _find(self._contexts, keys >> BITS)
        place, met = _find(self._keys, keys)
        count = np.where(met, self._counts[place], 0)
        here = (count - self._discount(count)) / self._totals[context]
        return np.where(known, here + self._left_over[context] * lower, lower)


def _find(table: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    place = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return place, table[place] == wanted

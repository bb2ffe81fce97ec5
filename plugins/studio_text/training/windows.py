"""Batches for training: each kind's documents as an endless, reshuffled stream cut into windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from studio_text.training.corpus import KINDS, Document
from studio_text.training.vocabulary import encode

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerFast


class Stream:
    """One kind's documents, pass after pass, each pass in a new order, each title shown half of the time.

    Every window begins with the kind's control token, also where it starts in the middle of a document, because that is
    what the generator gives the model when it continues a text whose beginning no longer fits.

    Attributes:
        tokens: tokens in one pass.
        served: tokens handed out so far.
    """

    def __init__(self, titled: list[list[int]], untitled: list[list[int]], length: int, seed: int) -> None:
        self._titled, self._untitled = titled, untitled
        self._length = length
        self._rng = np.random.default_rng(seed)
        self.tokens = sum(map(len, titled))
        self.served = 0
        self._windows = self._endless()

    def take(self) -> NDArray[np.int64]:
        """The next window: `length` + 1 ids."""
        self.served += self._length
        return next(self._windows)

    def reseed(self, seed: int) -> None:
        """Start a new pass in another order."""
        self._rng = np.random.default_rng(seed)
        self._windows = self._endless()

    def _endless(self) -> Iterator[NDArray[np.int64]]:
        while True:
            ids = self._pass()
            start = int(self._rng.integers(0, self._length))
            starts = range(start, len(ids) - self._length, self._length)
            for place in self._rng.permutation(len(starts)):
                window = ids[starts[place] : starts[place] + self._length + 1].copy()
                window[0] = self._titled[0][0]
                yield window

    def _pass(self) -> NDArray[np.int64]:
        order = self._rng.permutation(len(self._titled))
        shown = self._rng.random(len(order)) < 0.5
        documents = (self._titled[i] if shown[i] else self._untitled[i] for i in order)
        return np.concatenate([np.asarray(document, dtype=np.int64) for document in documents])


class Mixture:
    """Batches drawn from several streams in given proportions."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, documents: Sequence[Document], length: int, seed: int
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self.streams: dict[str, Stream] = {}
        for number, kind in enumerate(KINDS):
            own = [document for document in documents if document.kind == kind]
            if own:
                titled, untitled = (encode(tokenizer, own, titled=flag) for flag in (True, False))
                self.streams[kind] = Stream(titled, untitled, length, seed + number + 1)

    def batch(self, size: int, shares: Mapping[str, float]) -> NDArray[np.int64]:
        """`size` windows as int64 [size, length + 1]; kinds in the proportions `shares`, on average."""
        kinds = list(self.streams)
        weights = np.asarray([shares[kind] for kind in kinds])
        drawn = self._rng.choice(len(kinds), size=size, p=weights / weights.sum())
        return np.stack([self.streams[kinds[kind]].take() for kind in drawn])

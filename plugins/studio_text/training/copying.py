"""How much of a text stands word for word in the texts a model learned from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FACTOR = np.uint64(0x9E3779B97F4A7C15)

_HAN = r"\u3400-\u9fff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_HAN}]|(?:(?![{_HAN}])[\w'])+")


class Sources:
    """The words of many texts, ready to look up sequences of them. Case and punctuation don't count."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._numbers: dict[str, int] = {}
        known = [self._numbers.setdefault(word, len(self._numbers) + 1) for text in texts for word in words_of(text)]
        self._ids = np.asarray(known, dtype=np.uint64)
        self._tables: dict[int, NDArray[np.uint64]] = {}

    def copied(self, text: str, length: int) -> NDArray[np.bool_]:
        """For each run of `length` words in `text`: whether the sources hold it, bool [words − length + 1]."""
        if length not in self._tables:
            self._tables[length] = np.unique(_runs(self._ids, length))
        table = self._tables[length]
        unknown = len(self._numbers) + 1
        runs = _runs(np.asarray([self._numbers.get(word, unknown) for word in words_of(text)], dtype=np.uint64), length)
        if not len(table):
            return np.zeros(len(runs), dtype=np.bool_)
        found: NDArray[np.bool_] = table[np.minimum(np.searchsorted(table, runs), len(table) - 1)] == runs
        return found

    def copy_rate(self, text: str, length: int = 8) -> float:
        """Share of the runs of `length` words in `text` that the sources hold; 0 for shorter texts."""
        found = self.copied(text, length)
        return float(found.mean()) if len(found) else 0.0

    def longest(self, text: str) -> str:
        """The longest run of words in `text` that the sources hold too, in lower case."""
        words = words_of(text)
        best = ""
        for length in range(1, len(words) + 1):
            places = np.flatnonzero(self.copied(text, length))
            if not len(places):
                break
            best = " ".join(words[places[0] : places[0] + length])
        return best


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, without punctuation; every Chinese character is a word of its own."""
    return _WORD.findall(text.lower())


def _runs(ids: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """A 64-bit polynomial hash of each run of `length` ids."""
    count = len(ids) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(length):
        hashes = (hashes + ids[offset : offset + count]) * _FACTOR
        hashes ^= hashes >> np.uint64(29)
    return hashes

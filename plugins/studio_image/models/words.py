"""Captions as numbers: a small vocabulary of whole words, made from the captions themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EMPTY = 0
"""The number that fills a caption up; a caption of nothing else asks for nothing."""

LONGEST = 8
"""Words of a caption that count."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a model knows.

    Attributes:
        words: word `i` has the number i + 1; the most frequent come first.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, captions: Iterable[str], most: int = 4000, fewest: int = 2) -> Vocabulary:
        """The words that occur at least `fewest` times in captions, `most` of them at most."""
        counts = Counter(word for caption in captions for word in set(split(caption)))
        ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return cls(tuple(word for word, count in ranked[:most] if count >= fewest))

    def joined(self, other: Vocabulary) -> Vocabulary:
        """These words under the numbers they have, and after them those of `other` that are new."""
        known = set(self.words)
        return Vocabulary((*self.words, *(word for word in other.words if word not in known)))

    def encode(self, captions: Sequence[str]) -> list[list[int]]:
        """`LONGEST` numbers for each caption; unknown words are left out."""
        numbers = {word: number for number, word in enumerate(self.words, 1)}
        known = ([numbers[word] for word in split(caption) if word in numbers][:LONGEST] for caption in captions)
        return [[*row, *[EMPTY] * (LONGEST - len(row))] for row in known]


def split(caption: str) -> list[str]:
    """Words in lower case; every Chinese character is a word."""
    return re.findall(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+", caption.lower())

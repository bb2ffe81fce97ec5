"""Which words a voxel model knows, and what becomes of those it does not. Standard library only."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST = 12
"""Most words of a prompt that count; the rest is not read."""

_NEAR = 0.84
"""How alike (difflib's ratio) a misspelt word must be to a known one to be taken for it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt as the model reads it.

    Attributes:
        known: words it knows, in order, each once.
        unknown: words it does not know and leaves out.
        taken_for: what was written and the known word it was taken for.
    """

    known: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    taken_for: tuple[tuple[str, str], ...] = ()


def split(text: str) -> list[str]:
    """The words of `text`: runs of letters and digits in lower case."""
    return re.findall(r"[^\W_]+", text.lower())


class Vocabulary:
    """The words of the training captions.

    Word number i + 1 is ``words[i]``; 0 fills short rows.

    Attributes:
        words: most frequent first, then by alphabet.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._numbers = {word: number for number, word in enumerate(self.words, 1)}

    @classmethod
    def of(cls, captions: Iterable[str], most: int = 2000) -> Vocabulary:
        """The `most` frequent words of `captions`."""
        counts = Counter(word for caption in captions for word in set(split(caption)))
        return cls(sorted(counts, key=lambda word: (-counts[word], word))[:most])

    def joined(self, other: Vocabulary) -> Vocabulary:
        """These words under the numbers they have, and after them those of `other` that are new."""
        return Vocabulary((*self.words, *(word for word in other.words if word not in self._numbers)))

    def numbers(self, words: Iterable[str]) -> list[int]:
        """Numbers of those of `words` that are known, at most `LONGEST`."""
        return [self._numbers[word] for word in words if word in self._numbers][:LONGEST]

    def read(self, text: str) -> Reading:
        """What of `text` the model can use: exact words, singulars, and near misspellings."""
        known: dict[str, None] = {}
        unknown: list[str] = []
        taken: list[tuple[str, str]] = []
        for word in split(text):
            if word in _FILLERS and word not in self._numbers:
                continue
            found = self._find(word)
            if not found:
                unknown.append(word)
                continue
            known.setdefault(found)
            if found != word:
                taken.append((word, found))
        return Reading(tuple(known)[:LONGEST], tuple(unknown), tuple(taken))

    def _find(self, word: str) -> str:
        singulars = [word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)]
        for form in singulars:
            if form in self._numbers:
                return form
        near = difflib.get_close_matches(word, self.words, n=1, cutoff=_NEAR) if len(word) > 3 else []
        return near[0] if near else ""


_FILLERS = frozenset((
    "a", "an", "and", "at", "by", "for", "from", "in", "it", "its", "my", "of", "on", "or", "some", "that", "the",
    "this", "to", "very", "with",
))  # fmt: skip
"""Words that name nothing that has a shape."""


def likeness(prompt: Sequence[str], captions: Sequence[Sequence[str]]) -> list[float]:
    """How well each caption fits a prompt, 0 … 1: cosine of their words, rare words counting more (tf–idf)."""
    documents = [set(caption) for caption in captions]
    counts = Counter(word for document in documents for word in document)
    weight = {word: math.log((1 + len(documents)) / (1 + count)) + 0.1 for word, count in counts.items()}

    def length(words: Iterable[str]) -> float:
        return math.sqrt(sum(weight.get(word, 0.0) ** 2 for word in words)) or 1.0

    wanted = set(prompt)
    norm = length(wanted)
    return [sum(weight[word] ** 2 for word in wanted & document) / (norm * length(document)) for document in documents]

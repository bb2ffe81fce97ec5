"""What captions usually say beside some words: colours and kinds that a short prompt leaves open. Standard library."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from studio_image.asking import COLOURS


class Captions:
    """The captions that a model learned from.

    Attributes:
        texts: each once.
    """

    def __init__(self, texts: Sequence[str], split: Callable[[str], Sequence[str]]) -> None:
        """Take captions and the way a model splits them into words."""
        self.texts = tuple(texts)
        self._words = [tuple(dict.fromkeys(split(text))) for text in texts]
        counts = Counter(word for words in self._words for word in words)
        self._weight = {word: math.log((1 + len(texts)) / count) * _worth(word) for word, count in counts.items()}

    def fitting(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """The captions that share most with `words`, rare words counting more; none where none shares any.

        A colour only decides between captions of the same thing.
        """
        wanted = set(words)
        fits = [sum(self._weight[word] for word in wanted.intersection(caption)) for caption in self._words]
        best = max(fits, default=0.0)
        return [words for words, fit in zip(self._words, fits, strict=True) if best > 0 and fit >= best - 1e-9]

    def completed(self, words: Sequence[str], longest: int, draw: Callable[[int], int]) -> tuple[str, ...]:
        """`words` and what one of the captions they fit best says beside them, `longest` in all.

        Colours are left out where some were asked for: they would contradict.

        Args:
            words: known words.
            longest: most words.
            draw: a function from a number n to one of 0 … n − 1.
        """
        fitting = self.fitting(words)
        if not fitting:
            return tuple(words)[:longest]
        coloured = any(word in COLOURS for word in words)
        more = [word for word in fitting[draw(len(fitting))] if not (coloured and word in COLOURS)]
        return tuple(dict.fromkeys([*words, *more]))[:longest]


def _worth(word: str) -> float:
    return 0.01 if word in COLOURS else 1.0

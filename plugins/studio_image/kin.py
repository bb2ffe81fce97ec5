"""What captions usually say beside some words: colours and kinds that a short prompt leaves open. Standard library."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Sequence

from studio_image.asking import COLOURS

NEAR = 0.85
"""How near to the best fit a caption's must be for it to lend its words."""

TYPICAL = 0.6
"""How common a caption's other words must be, beside those of the most common caption."""

BESIDE = 0.4
"""What a word counts that only says more about another one."""


class Captions:
    """The captions that a model learned from.

    Attributes:
        texts: each once.
    """

    def __init__(self, texts: Sequence[str], split: Callable[[str], Sequence[str]]) -> None:
        """Take captions and the way a model splits them into words."""
        self.texts = tuple(texts)
        self._words = [tuple(dict.fromkeys(split(text))) for text in texts]
        self._heads = [{split(part)[-1] for part in text.split(",") if split(part)} for text in texts]
        counts = Counter(word for words in self._words for word in words)
        self._weight = {word: math.log((1 + len(texts)) / count) * _worth(word) for word, count in counts.items()}

    def fitting(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """The captions that fit `words` about best; none where none shares any.

        Rare words count more, and so do words at the end of a caption's part, which are what it is about: "dragon
        scales" are no dragon. So is the last of `words`. A colour only decides between captions of the same thing.
        """
        wanted = dict.fromkeys(words, BESIDE)
        wanted.update((word, 1.0) for word in [word for word in words if word not in COLOURS][-1:])
        fits = [
            sum(self._weight[word] * (wanted[word] if word in heads else BESIDE) for word in caption if word in wanted)
            for caption, heads in zip(self._words, self._heads, strict=True)
        ]
        least = NEAR * max(fits, default=0.0)
        fitting = [caption for caption, fit in zip(self._words, fits, strict=True) if fit >= least > 0]
        coloured = [caption for caption in fitting if any(word in caption for word in words if word in COLOURS)]
        return _plainest(_typical(coloured or fitting, wanted), wanted)

    def in_any_colour(self, words: Sequence[str], colour: str, enough: int) -> list[tuple[str, ...]]:
        """The captions of the things among `words`: those in `colour` if there are `enough`, else in other ones too.

        Args:
            words: known words, colours and things.
            colour: the one that was asked for.
            enough: how many captions make pictures differ.
        """
        kin = self.fitting([word for word in words if word not in COLOURS])
        kinds = {caption[-1] for caption in kin}
        own = [caption for caption in self.fitting(words) if colour in caption and caption[-1] in kinds]
        return own if len(own) >= enough else list(dict.fromkeys([*own, *kin]))

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


def _typical(captions: list[tuple[str, ...]], wanted: Container[str]) -> list[tuple[str, ...]]:
    """Those of `captions` whose other words most of them share: of dragons, not the statue of one."""
    others = [_others(caption, wanted) for caption in captions]
    counts = Counter(word for words in others for word in words)
    common = [sum(counts[word] for word in words) / len(words) if words else len(captions) for words in others]
    least = TYPICAL * max(common, default=0)
    return [caption for caption, count in zip(captions, common, strict=True) if count >= least]


def _plainest(captions: list[tuple[str, ...]], wanted: Container[str]) -> list[tuple[str, ...]]:
    """Those of `captions` that say least beside: of cats, not the grinning one."""
    others = [len(_others(caption, wanted)) for caption in captions]
    least = min(others, default=0)
    return [caption for caption, count in zip(captions, others, strict=True) if count == least]


def _others(caption: Sequence[str], wanted: Container[str]) -> list[str]:
    """The words of a caption that were not asked for, neither one of it nor several, and are no colours."""
    return [word for word in caption if word not in COLOURS and word not in wanted and word[:-1] not in wanted]


def _worth(word: str) -> float:
    return 0.15 if word in COLOURS else 1.0

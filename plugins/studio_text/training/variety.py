"""How varied a text is: words and runs of words that return in it. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

from studio_text.training.copying import words_of


def distinct(texts: Sequence[str], length: int) -> float:
    """Share of different runs of `length` words in `texts` (Li et al. 2016, "A Diversity-Promoting Objective")."""
    runs = [run for text in texts for run in _runs(text, length)]
    return len(set(runs)) / len(runs) if runs else 0.0


def repetition(texts: Sequence[str], length: int = 4) -> float:
    """Share of runs of `length` words that occurred before in the same text."""
    total = again = 0
    for text in texts:
        runs = _runs(text, length)
        total += len(runs)
        again += len(runs) - len(set(runs))
    return again / total if total else 0.0


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = words_of(text)
    return [tuple(words[place : place + length]) for place in range(len(words) - length + 1)]

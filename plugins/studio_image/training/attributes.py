"""Directions named by words of captions: from the pictures without a word to those with it.

The difference of two means of codes moves a picture towards what the word names (Larsen et al. 2016, "Autoencoding
beyond pixels using a learned similarity metric", section 4.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch

from studio.sdk.training.captions import words_in

FEWEST = 8
"""Pictures that must have a word, and that must lack it: means of fewer are mostly chance."""

MOST = 40
"""Most words that are kept, the commonest."""


def named(places: torch.Tensor, captions: Sequence[str]) -> dict[str, torch.Tensor]:
    """Directions [dimensions] by word, commonest first; a step of 1 leads from the one mean to the other.

    Args:
        places: coordinates of pictures, [n, dimensions].
        captions: of the same pictures.
    """
    held = [set(words_in(caption)) for caption in captions]
    counts = Counter(word for words in held for word in words)
    told = [word for word, count in counts.items() if FEWEST <= count <= len(held) - FEWEST]
    chosen = sorted(told, key=lambda word: (-counts[word], word))[:MOST]
    found = {}
    for word in chosen:
        have = torch.tensor([word in words for words in held])
        found[word] = places[have].mean(0) - places[~have].mean(0)
    return found

"""Several drafts of one text, and which of them is kept. Imports no torch by itself.

The score of a draft is the mean log-likelihood of its tokens by the model alone: sampling several texts and keeping the
likeliest is what Adiwardana et al. 2020 ("Towards a Human-like Open-Domain Chatbot", section 2.5) found to be the
simplest way to more sense at the same temperature. Likelihood alone would favour texts that go round in circles, since
what stood there before is easily foreseen (Holtzman et al. 2020, section 4.3). So drafts that repeat much are dropped,
and what the others repeat is charged at about the price of new words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_text.writing import Writing

if TYPE_CHECKING:
    import torch

MOST_REPETITION = 0.1
"""A draft that repeats a larger share of its runs of four words is dropped.

Of what people wrote, 120 words each of the held-out texts, no tale or scene and three poems in a hundred repeat more.
"""

REPETITION_COST = 3.0
"""Nats per token taken for repeating everything: about what a token of a new text costs this model."""


@dataclass(slots=True)
class Page:
    """The tokens the model sees.

    Attributes:
        kind: the control token for the kind of text.
        header: further control tokens and the title, in front of `body` for as long as both fit.
        body: the text so far.
    """

    kind: int
    header: list[int]
    body: list[int]

    def window(self, context: int) -> list[int]:
        """What fits into `context` tokens with room to go on: all of it, else the kind and the last half window.

        The model was trained on windows that begin with the kind and then anywhere in a text.
        """
        ids = [self.kind, *self.header, *self.body]
        return ids if len(ids) <= context * 3 // 4 else [self.kind, *self.body[-context // 2 :]]


@dataclass(slots=True)
class Draft:
    """One draft while it grows.

    Attributes:
        page: what the model sees of it.
        writing: its new part.
        random: where its chances come from, so that it never depends on how many others are written beside it.
        likelihood: log probability of its tokens by the model alone, nats.
        tokens: how many those are, the one that ends it included.
    """

    page: Page
    writing: Writing
    random: torch.Generator
    likelihood: float = 0.0
    tokens: int = 0

    def take(self, token: int, likelihood: float) -> str:
        """Add a token with its log probability, nats; returns what can now be shown. Nothing once it is over."""
        if self.writing.ending:
            return ""
        self.likelihood += likelihood
        self.tokens += 1
        return self.writing.take(token)

    @property
    def repetition(self) -> float:
        """Share of its runs of four words that occurred in it before."""
        from studio_text.training.variety import repetition

        return repetition([self.writing.text])

    @property
    def score(self) -> float:
        """Higher is better; see the module's docstring. Nats per token."""
        return self.likelihood / max(1, self.tokens) - REPETITION_COST * self.repetition


def best(drafts: Sequence[Draft]) -> tuple[int, int]:
    """The number of the draft to keep, and how many were dropped for repeating; of equals the first is kept.

    Where all repeat too much, the best of them is kept. One in which nothing stands is kept only if all are so.
    """
    written = [number for number, draft in enumerate(drafts) if draft.writing.text.strip()] or [*range(len(drafts))]
    fresh = [number for number in written if drafts[number].repetition <= MOST_REPETITION]
    return max(fresh or written, key=lambda number: drafts[number].score), len(written) - len(fresh)


def seed_of(seed: int, number: int) -> int:
    """The seed of one draft: the artist's for the first, and others far from it and each other."""
    if number == 0:
        return seed
    return int.from_bytes(hashlib.blake2b(f"{seed} {number}".encode(), digest_size=8).digest())

"""Texts in pieces that a language model of the artist's can see at once. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from studio_text.training.documents import Document

IGNORED = -100
"""Label of a place that is not learned: captions and padding."""

Piece = tuple[list[int], list[int]]
"""What is given, and what is learned, as tokens."""


class Pages:
    """Pieces of texts.

    Attributes:
        pieces: in the order of the texts; each fits into the context.
        tokens: tokens that are learned in one pass.
    """

    def __init__(self, tokenizer: Any, documents: Sequence[Document], context: int, *, captions: bool) -> None:
        """Cut the texts; `captions` puts each text's own in front of every piece of it."""
        self._padding = next(
            number for number in (tokenizer.pad_token_id, tokenizer.eos_token_id, 0) if number is not None
        )
        self.pieces: list[Piece] = []
        for document in documents:
            heading = f"{', '.join(document.tags)}\n\n" if captions and document.tags else ""
            self.pieces += _cut(tokenizer, heading, document.text, context)
        self.tokens = sum(len(body) for _, body in self.pieces)

    def drawn(self, count: int, random: np.random.Generator) -> list[Piece]:
        """`count` pieces, each as likely as any other."""
        return [self.pieces[place] for place in random.integers(len(self.pieces), size=count)]

    def spread(self, tokens: int) -> Iterator[list[Piece]]:
        """Pieces one by one, evenly spread over all, until they have about so many tokens; always the same ones."""
        total = 0
        for place in np.random.default_rng(0).permutation(len(self.pieces)):
            yield [self.pieces[place]]
            total += len(self.pieces[place][1])
            if total >= tokens:
                return

    def tensors(self, pieces: Sequence[Piece]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Inputs, attention mask and labels, int64 [pieces, longest]; labels stand where their token does."""
        longest = max(len(heading) + len(body) for heading, body in pieces)
        inputs = torch.full((len(pieces), longest), self._padding)
        labels = torch.full((len(pieces), longest), IGNORED)
        seen = torch.zeros((len(pieces), longest), dtype=torch.int64)
        for row, (heading, body) in enumerate(pieces):
            ids = torch.tensor([*heading, *body])
            inputs[row, : len(ids)], seen[row, : len(ids)] = ids, 1
            labels[row, len(heading) : len(ids)] = ids[len(heading) :]
        return inputs, seen, labels


def _cut(tokenizer: Any, heading: str, text: str, context: int) -> Iterator[Piece]:
    """A text's pieces: the first opens as the tokenizer opens texts, the last closes as the model's texts close."""
    opened: list[int] = tokenizer(heading, split_special_tokens=True).input_ids
    if opened and opened[-1] == tokenizer.eos_token_id:
        opened.pop()
    opened = opened[: context // 2]
    body: list[int] = tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids
    if tokenizer.eos_token_id is not None:
        body.append(tokenizer.eos_token_id)
    room = context - len(opened)
    for start in range(0, len(body), room):
        if len(opened) + len(body) - start > 1:  # a token alone has nothing it could be foreseen from
            yield opened, body[start : start + room]

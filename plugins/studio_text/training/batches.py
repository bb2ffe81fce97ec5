"""Batches of whole texts: texts of like length stand together, so that little is padded; long ones are cut.

Which texts a step sees depends on the seed and the step's number alone, so a resumed run sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio_text.training.documents import SEPARATORS, Document
from studio_text.training.vocabulary import END, TEXT, TITLE

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerFast

IGNORED = -100
"""Label of a place that is not learned: padding, and captions (they are given, never written)."""

GROUP = 256
"""Texts that are encoded at once."""


@dataclass(frozen=True, slots=True)
class Dropout:
    """How much of a caption is hidden while learning, so that the model can also write when less is told.

    Attributes:
        tags: chance of each tag but the first to be left out.
        captions: chance of the whole caption to be left out.
    """

    tags: float = 0.5
    captions: float = 0.0


@dataclass(frozen=True, slots=True)
class Marks:
    """The tokens a model is shown around a text.

    Attributes:
        end: ends a text.
        caption: in front of a caption.
        text: between a caption and its text.
        bare: in front of a text without a caption.
        break_: characters behind a caption, for models without a token that parts it from the text.
    """

    end: int
    caption: tuple[int, ...]
    text: tuple[int, ...]
    bare: tuple[int, ...]
    break_: str = ""

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerFast) -> Marks:
        """Those of a tokenizer that was learned here."""
        end, title, text = (tokenizer.convert_tokens_to_ids(name) for name in (END, TITLE, TEXT))
        return cls(end, (title,), (text,), (text,))


class Shelf:
    """All training texts as token ids, cut into pieces no longer than the context.

    Attributes:
        tokens: tokens in one pass, captions and padding not counted.
        batches: steps in one pass.
        end: the token that ends a text.
        context: the longest piece, tokens.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        documents: Sequence[Document],
        *,
        units: str,
        context: int,
        batch_tokens: int,
        dropout: Dropout,
        seed: int,
        marks: Marks | None = None,
    ) -> None:
        """Cut the texts.

        `batch_tokens` is how many tokens a step sees, padding counted; `units` as in `documents.SEPARATORS`; `marks`
        those of a tokenizer that was not learned here.
        """
        self._tokenizer, self.context, self._dropout, self._seed = tokenizer, context, dropout, seed
        self._separator = SEPARATORS[units]
        self._marks = marks or Marks.of(tokenizer)
        self.end = self._marks.end
        self._tags = [document.tags for document in documents]
        texts = [document.text for document in documents]
        self._bodies = [np.array([*ids, self.end], dtype=np.int32) for ids in _encode(tokenizer, texts)]
        self.tokens = sum(map(len, self._bodies))
        headings = [len(ids) for ids in _encode(tokenizer, [self._spelled(tags) for tags in self._tags])]
        self._pieces: list[tuple[int, int, int]] = []
        lengths = []
        for number, (body, heading) in enumerate(zip(self._bodies, headings, strict=True)):
            room = context - min(heading, context // 4) - 2
            count = -(-len(body) // room)
            self._pieces += [(number, part, count) for part in range(count)]
            lengths += [min(len(body), room) + context - room] * count if count > 1 else [len(body) + heading + 2]
        self._lengths = np.asarray(lengths)
        self._bounds = _bounds(np.sort(self._lengths), batch_tokens)
        self.batches = len(self._bounds) - 1
        self._pass: tuple[int, NDArray[np.intp], NDArray[np.intp]] | None = None

    def batch(self, step: int, random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Inputs and labels of a step, int64 [texts, places]; `random` decides what is hidden and where is cut."""
        number, place = divmod(step, self.batches)
        order, batches = self._order(number)
        first, last = self._bounds[batches[place]], self._bounds[batches[place] + 1]
        return self.padded([self._row(self._pieces[piece], random) for piece in order[first:last]])

    def padded(self, rows: Sequence[tuple[list[int], list[int]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of (heading, body) as inputs and labels, int64 [rows, longest row]."""
        longest = max(len(heading) + len(body) for heading, body in rows) - 1
        inputs = np.full((len(rows), longest), self.end, dtype=np.int64)
        labels = np.full((len(rows), longest), IGNORED, dtype=np.int64)
        for place, (heading, body) in enumerate(rows):
            ids = [*heading, *body]
            inputs[place, : len(ids) - 1] = ids[:-1]
            labels[place, len(heading) - 1 : len(ids) - 1] = body
        return inputs, labels

    def heading(self, tags: Sequence[str]) -> list[int]:
        """The tokens in front of a text with these tags."""
        if not tags:
            return [*self._marks.bare]
        (ids,) = _encode(self._tokenizer, [self._spelled(tags)])
        return [*self._marks.caption, *ids[: self.context // 4], *self._marks.text]

    def whole(self, document: Document, *, cut: bool = True) -> tuple[list[int], list[int]]:
        """Heading, with the first tag alone, and body of one text, where `cut` ended after the context.

        The other tags may tell what stands in the text, so nothing is measured with them.
        """
        heading = self.heading(document.tags[:1])
        (ids,) = _encode(self._tokenizer, [document.text])
        body = [*ids, self.end]
        return heading, body[: self.context - len(heading)] if cut else body

    def _spelled(self, tags: Sequence[str]) -> str:
        """A caption as characters; none for no tags."""
        return self._separator.join(tags) + self._marks.break_ if tags else ""

    def _order(self, number: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pieces from short to long, alike ones shuffled, and the order of batches, for pass `number`."""
        if self._pass is None or self._pass[0] != number:
            random = np.random.default_rng([self._seed, number])
            order = np.lexsort((random.random(len(self._lengths)), self._lengths))
            self._pass = (number, order, random.permutation(self.batches))
        return self._pass[1:]

    def _row(self, piece: tuple[int, int, int], random: np.random.Generator) -> tuple[list[int], list[int]]:
        number, part, count = piece
        body = self._bodies[number]
        heading = self.heading(self._shown(self._tags[number], random))
        if count == 1:
            return heading, body.tolist()
        room = self.context - len(heading)
        start = round((part + random.random()) / count * max(0, len(body) - room))
        return heading, body[start : start + room].tolist()

    def _shown(self, tags: Sequence[str], random: np.random.Generator) -> list[str]:
        kept = random.random(len(tags) + 1)
        if not tags or kept[0] < self._dropout.captions:
            return []
        return [tags[0], *(tag for tag, draw in zip(tags[1:], kept[2:], strict=True) if draw >= self._dropout.tags)]


def _bounds(lengths: NDArray[np.int64], batch_tokens: int) -> list[int]:
    """Where to cut pieces sorted by length, so that rows times the longest row stays within `batch_tokens`."""
    bounds, first = [0], 0
    for place, length in enumerate(lengths):
        if place > first and (place - first + 1) * int(length) > batch_tokens:
            bounds.append(place)
            first = place
    return [*bounds, len(lengths)]


def _encode(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> Iterator[list[int]]:
    """The ids of each text; a group at a time, since a tokenizer says much more of a text than its ids."""
    for start in range(0, len(texts), GROUP):
        group = list(texts[start : start + GROUP])
        if tokenizer.is_fast:
            for encoding in tokenizer.backend_tokenizer.encode_batch(group, add_special_tokens=False):
                yield encoding.ids
        else:  # an artist's model may have one that is written in Python
            yield from tokenizer(group, add_special_tokens=False, split_special_tokens=True).input_ids

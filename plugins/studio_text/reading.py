"""What the network that finds answers sees: a question and a stretch of text as numbers, with marks on every piece.

A network this small cannot learn from a few thousand questions that *walked* answers to *walk*. So every piece of the
text carries a mark, in the place where BERT keeps the number of the segment: does its word occur in the question, how
much of the question stands in its sentence, and is that the best sentence or one next to it. (Chen et al. 2017,
"Reading Wikipedia to Answer Open-Domain Questions", section 3.2, add such features to word vectors.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio_text.passages import WORD, Rarity, Sentence, sentences_of, stem, stems_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerFast

PAD, START, PART, UNKNOWN = "[PAD]", "[CLS]", "[SEP]", "[UNK]"
CONTROL = (PAD, UNKNOWN, START, PART)

LONGEST_QUESTION = 32
"""Pieces of a question that are read."""

SHARES = (0.15, 0.35, 0.6)
"""Shares of a question in a sentence at which a mark changes."""

ASKED, ASKED_AND_FOUND, FIRST_MARK = 0, 1, 2
"""Marks of the question's own pieces: not in the text, in the text; the text's begin after them."""

MARKS = FIRST_MARK + 3 * 4 * (len(SHARES) + 1)
"""Different marks: 3 kinds of match × 4 places of the sentence × shares of the question."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The pieces of one sentence.

    Attributes:
        ids: tokens, int64 [pieces].
        starts, ends: places in the text, characters, int64 [pieces].
        words: number of the word in the sentence each belongs to, −1 for punctuation, int64 [pieces].
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.int64]


class Page:
    """A text, cut into sentences and pieces once, for however many questions.

    Attributes:
        text: as given.
        sentences: in order.
        pieces: of each sentence.
    """

    def __init__(self, text: str, tokenizer: PreTrainedTokenizerFast) -> None:
        """Cut `text`."""
        self.text, self.sentences = text, sentences_of(text)
        parts = [text[one.start : one.end] for one in self.sentences]
        encoded = tokenizer.backend_tokenizer.encode_batch(parts, add_special_tokens=False) if parts else []
        self.pieces = [
            _piece(part, one.start, entry.ids, entry.offsets)
            for part, one, entry in zip(parts, self.sentences, encoded, strict=True)
        ]

    def windows(self, room: int) -> list[tuple[int, int]]:
        """Stretches of whole sentences of about `room` pieces, each about half a stretch after the last."""
        sizes = [len(piece.ids) for piece in self.pieces]
        found: list[tuple[int, int]] = []
        first = 0
        while first < len(sizes):
            last, total = first, 0
            while last < len(sizes) and (last == first or total + sizes[last] <= room):
                total += sizes[last]
                last += 1
            found.append((first, last))
            if last == len(sizes):
                break
            step, passed = first, 0
            while step < last - 1 and passed < total // 2:
                passed += sizes[step]
                step += 1
            first = max(step, first + 1)
        return found


def _piece(part: str, start: int, ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> Piece:
    owner = np.full(len(part) + 1, -1)
    for number, match in enumerate(WORD.finditer(part)):
        owner[match.start() : match.end()] = number
    places = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
    return Piece(np.asarray(ids, dtype=np.int64), places[:, 0] + start, places[:, 1] + start, owner[places[:, 0]])


class Question:
    """A question put to a page: its pieces, and the marks it makes on each sentence.

    Attributes:
        ids: its tokens.
        stems: of its words.
        shares: how much of it stands in each sentence, 0 … 1.
    """

    def __init__(self, question: str, page: Page, tokenizer: PreTrainedTokenizerFast, rarity: Rarity) -> None:
        """Mark the sentences of `page`."""
        encoded = tokenizer.backend_tokenizer.encode(question, add_special_tokens=False)
        self._page, self._rarity = page, rarity
        self.ids: list[int] = encoded.ids[:LONGEST_QUESTION]
        self.stems = stems_of(question)
        self._asked = set(self.stems)
        self.shares = [rarity.share(self.stems, one.stems) for one in page.sentences]
        owner = [question[first:last] for first, last in encoded.offsets[:LONGEST_QUESTION]]
        self._owner_stems = _stems_at(question, encoded.offsets[:LONGEST_QUESTION], owner)

    def own_marks(self, first: int, last: int) -> list[int]:
        """Marks of the question's pieces, when sentences `first` to `last` (not included) are shown with it."""
        shown = {one for sentence in self._page.sentences[first:last] for one in sentence.stems}
        return [ASKED_AND_FOUND if one in shown and self._rarity(one) else ASKED for one in self._owner_stems]

    def marks(self, first: int, last: int) -> list[NDArray[np.int64]]:
        """Marks of the pieces of sentences `first` to `last` (not included)."""
        shares = self.shares[first:last]
        best = int(np.argmax(shares))
        found = []
        for number in range(first, last):
            away = number - first - best
            place = 1 if away == 0 else 2 if away == -1 else 3 if away == 1 else 0
            level = int(np.searchsorted(SHARES, shares[number - first], side="right"))
            match = self._matches(self._page.sentences[number], self._page.pieces[number])
            found.append(FIRST_MARK + match + 3 * (place + 4 * level))
        return found

    def _matches(self, sentence: Sentence, piece: Piece) -> NDArray[np.int64]:
        kinds = [0 if one not in self._asked else 2 if self._rarity(one) else 1 for one in sentence.stems]
        return np.asarray([*kinds, 0], dtype=np.int64)[piece.words]


def _stems_at(question: str, offsets: Sequence[tuple[int, int]], parts: Sequence[str]) -> list[str]:
    whole = {place: stem(match.group()) for match in WORD.finditer(question) for place in range(*match.span())}
    return [whole.get(first, part) for (first, _), part in zip(offsets, parts, strict=True)]


@dataclass(frozen=True, slots=True)
class Row:
    """One question with one stretch of text, ready for the network.

    Attributes:
        ids, marks: int64 [places].
        begin: the place where the text begins.
        starts, ends: of the text's pieces, characters, int64 [pieces].
        sentences: number of the sentence of each piece, int64 [pieces].
        words: number of the word in its sentence, −1 for punctuation, int64 [pieces].
    """

    ids: NDArray[np.int64]
    marks: NDArray[np.int64]
    begin: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]
    words: NDArray[np.int64]


def row_of(question: Question, page: Page, first: int, last: int, context: int, control: dict[str, int]) -> Row:
    """The row for sentences `first` to `last` (not included), cut after `context` places."""
    pieces = page.pieces[first:last]
    head = [control[START], *question.ids, control[PART]]
    room = context - len(head) - 1
    ids = np.concatenate([piece.ids for piece in pieces])[:room]
    marks = np.concatenate(question.marks(first, last))[:room]
    own = [ASKED, *question.own_marks(first, last), ASKED]
    numbers = np.repeat(np.arange(first, last), [len(piece.ids) for piece in pieces])[:room]
    return Row(
        ids=np.concatenate([head, ids, [control[PART]]]),
        marks=np.concatenate([own, marks, [ASKED]]),
        begin=len(head),
        starts=np.concatenate([piece.starts for piece in pieces])[:room],
        ends=np.concatenate([piece.ends for piece in pieces])[:room],
        sentences=numbers,
        words=np.concatenate([piece.words for piece in pieces])[:room],
    )


def padded(rows: Sequence[Row], pad: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Tokens, marks, and what is there (1) or padding (0), int64 [rows, longest row] each."""
    longest = max(len(row.ids) for row in rows)
    ids = np.full((len(rows), longest), pad, dtype=np.int64)
    marks = np.zeros((len(rows), longest), dtype=np.int64)
    there = np.zeros((len(rows), longest), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        marks[number, : len(row.ids)] = row.marks
        there[number, : len(row.ids)] = 1
    return ids, marks, there

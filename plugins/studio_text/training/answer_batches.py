"""Batches of questions with stretches of text around their answers, and now and then a stretch that holds none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio_text.passages import Rarity
from studio_text.reading import CONTROL, Page, Question, Row, row_of
from studio_text.training.questions import Asked, Place, places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerFast

WITHOUT_ANSWER = 0.2
"""Share of stretches shown that hold no answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose answer stands in the text."""

    question: Question
    page: Page
    places: tuple[Place, ...]


class Desk:
    """The questions of one side of the split, ready to be shown to the network.

    Attributes:
        pages: the texts.
        asked: the questions.
        examples: those whose answer stands in the text.
        control: ids of the control tokens.
    """

    def __init__(
        self,
        texts: Sequence[str],
        asked: Sequence[Asked],
        tokenizer: PreTrainedTokenizerFast,
        rarity: Rarity,
        context: int,
    ) -> None:
        """Cut the texts and look for the answers."""
        self.context, self.asked = context, asked
        self.control = {name: int(tokenizer.convert_tokens_to_ids(name)) for name in CONTROL}
        self.pages = [Page(text, tokenizer) for text in texts]
        self.questions = [Question(one.question, self.pages[one.text], tokenizer, rarity) for one in asked]
        self.examples = [
            Example(question, self.pages[one.text], places)
            for one, question in zip(asked, self.questions, strict=True)
            if (places := tuple(places_of(self.pages[one.text], one.answer)))
        ]
        self._pass = (-1, np.empty(0, dtype=np.int64))

    def batch(
        self, step: int, size: int, seed: int, random: np.random.Generator
    ) -> list[tuple[Row, NDArray[np.bool_]]]:
        """Rows of a step with what is wanted of each, bool [2, places]; each example is seen once in a pass."""
        count = len(self.examples)
        rows = []
        for place in range(step * size, (step + 1) * size):
            order = self._order(place // count, seed)
            rows.append(self._shown(self.examples[order[place % count]], random))
        return rows

    def _order(self, number: int, seed: int) -> NDArray[np.int64]:
        if self._pass[0] != number:
            self._pass = (number, np.random.default_rng([seed, number]).permutation(len(self.examples)))
        return self._pass[1]

    def _shown(self, example: Example, random: np.random.Generator) -> tuple[Row, NDArray[np.bool_]]:
        if random.random() >= WITHOUT_ANSWER:
            return self.row_around(example, random)
        room = self._room(example)
        holding = {place.sentence for place in example.places}
        free = [window for window in example.page.windows(room) if not holding & set(range(window[0], window[1]))]
        if not free:
            return self.row_around(example, random)
        return self._row(example, *free[int(random.integers(len(free)))])

    def row_around(self, example: Example, random: np.random.Generator) -> tuple[Row, NDArray[np.bool_]]:
        """A row that holds an answer, with what is wanted of it."""
        return self._row(example, *around(example, self._room(example), random))

    def _room(self, example: Example) -> int:
        return self.context - len(example.question.ids) - 3

    def _row(self, example: Example, first: int, last: int) -> tuple[Row, NDArray[np.bool_]]:
        row = row_of(example.question, example.page, first, last, self.context, self.control)
        return row, wanted_of(row, example.places)


def around(example: Example, room: int, random: np.random.Generator) -> tuple[int, int]:
    """Sentences around one of the answers, more before or more after it by chance, of about `room` pieces."""
    sizes = [len(piece.ids) for piece in example.page.pieces]
    first = example.places[int(random.integers(len(example.places)))].sentence
    last, left = first + 1, room - sizes[first]
    before = int(random.integers(0, max(1, left + 1)))
    while first > 0 and sizes[first - 1] <= before:
        first -= 1
        before -= sizes[first]
        left -= sizes[first]
    while last < len(sizes) and sizes[last] <= left:
        left -= sizes[last]
        last += 1
    return first, last


def wanted_of(row: Row, places: Sequence[Place]) -> NDArray[np.bool_]:
    """Which places of a row are right as first and as last one, bool [2, places]; place 0 where it holds no answer."""
    wanted = np.zeros((2, len(row.ids)), dtype=np.bool_)
    for place in places:
        here = row.sentences == place.sentence
        first = np.flatnonzero(here & (row.words == place.first))
        last = np.flatnonzero(here & (row.words == place.last))
        if len(first) and len(last):
            wanted[0, row.begin + first[0]] = wanted[1, row.begin + last[-1]] = True
    if not wanted.any():
        wanted[:, 0] = True
    return wanted

"""Finding the answer to a question in a text. Imports torch: only a running generator or trainer loads this.

The text is read in overlapping stretches, those most like the question first. For each the network tells how likely
every piece is to begin or to end the answer, and the best stretches of words become candidates. A small logistic
model, fitted after training on questions the network has not seen (`training.answer_judging`), foresees from a handful
of facts how much of a candidate a person's answer would share: that orders the candidates, and is how sure it is.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from studio_text.decoding import one_thread
from studio_text.passages import Rarity
from studio_text.reading import CONTROL, Page, Question, Row, row_of
from studio_text.training import answer_network as network
from studio_text.training.questions import plain_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

MOST_WINDOWS = 16
"""Stretches of a text that the network reads; in longer texts those with most of the question."""

LONGEST_PIECES = 40
"""Pieces of a candidate."""

PER_WINDOW = 6
"""Candidates of a stretch."""

AT_ONCE = 8
"""Stretches the network reads side by side."""

FACTS = (
    "given that it is here", "against no answer here", "share of all candidates", "agreement", "question in sentence",
    "question around it", "question in it", "length", "length squared", "begins at a break",
)  # fmt: skip
"""What is known of a candidate, in the order of `Candidate.facts`."""

FILE = "answer.json"
"""Name of the file with the frequencies of words and what `Scale` holds."""


@dataclass(slots=True)
class Candidate:
    """A stretch of the text that may be the answer.

    Attributes:
        start, end: its place, characters.
        sentence: number of its sentence.
        here, against: log probability within its window, and the same less that of "no answer here", nats.
        facts: numbers by `FACTS`.
    """

    start: int
    end: int
    sentence: int
    here: float
    against: float
    facts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An answer.

    Attributes:
        text: its words.
        start, end: its place in the whole text, characters.
        sentence_start, sentence_end: of the sentence it stands in.
        confidence: foreseen F1 with the answer of a person, 0 … 1; None before that was fitted.
    """

    text: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Scale:
    """A logistic model from facts to foreseen F1.

    Attributes:
        weights: one for each of `FACTS`.
        bias: what no fact explains.
        least: below this confidence it is more honest to say that no answer was found.
    """

    weights: tuple[float, ...]
    bias: float
    least: float

    def __call__(self, facts: Sequence[float]) -> float:
        """Foreseen F1, 0 … 1."""
        sum_ = self.bias + sum(weight * fact for weight, fact in zip(self.weights, facts, strict=True))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, sum_))))


class Finder:
    """Finds answers.

    Attributes:
        scale: how candidates are weighed; None before it was fitted, then the network's own order counts.
    """

    def __init__(
        self, model: Any, tokenizer: PreTrainedTokenizerFast, rarity: Rarity, scale: Scale | None = None
    ) -> None:
        self._model, self._tokenizer, self._rarity, self.scale = model, tokenizer, rarity, scale
        self._context = int(model.config.max_position_embeddings)
        self._control = {name: int(tokenizer.convert_tokens_to_ids(name)) for name in CONTROL}

    @classmethod
    def read(cls, folder: Path, device: str) -> Finder:
        """Read a model's folder. Raises `OSError`, `ValueError` or `KeyError` when it is none."""
        plain = json.loads((folder / FILE).read_text("utf-8"))
        known = {str(name): float(value) for name, value in plain["rarity"]["known"].items()}
        rarity = Rarity(known, float(plain["rarity"]["unknown"]))
        weights = tuple(float(plain["scale"]["weights"][name]) for name in FACTS)
        scale = Scale(weights, float(plain["scale"]["bias"]), float(plain["scale"]["least"]))
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        tokenizer.backend_tokenizer.encode_special_tokens = True
        return cls(network.load(folder).to(device).eval(), tokenizer, rarity, scale)

    def save(self, folder: Path) -> None:
        """Write what is no part of the network beside it."""
        assert self.scale is not None
        scale = {
            "weights": dict(zip(FACTS, self.scale.weights, strict=True)),
            "bias": self.scale.bias,
            "least": self.scale.least,
        }
        plain = {"rarity": self._rarity.to_json(), "scale": scale}
        (folder / FILE).write_text(json.dumps(plain, ensure_ascii=False), "utf-8")

    def page(self, text: str) -> Page:
        """`text`, cut once for however many questions."""
        return Page(text, self._tokenizer)

    def find(self, text: str | Page, question: str, tell: Callable[[int, int], None] | None = None) -> list[Found]:
        """Answers that do not overlap, the likeliest first; `tell` hears of stretches read and of all of them."""
        page = self.page(text) if isinstance(text, str) else text
        ranked = self.ranked(self.candidates(page, question, tell))
        found: list[Found] = []
        for confidence, one in ranked:
            if all(one.end <= other.start or other.end <= one.start for other in found):
                sentence = page.sentences[one.sentence]
                words = " ".join(page.text[one.start : one.end].split())
                found.append(Found(words, one.start, one.end, sentence.start, sentence.end, confidence))
        return found

    def ranked(self, candidates: Sequence[Candidate]) -> list[tuple[float | None, Candidate]]:
        """Candidates with their confidence, the best first."""
        if self.scale is None:
            return [(None, one) for one in sorted(candidates, key=lambda one: -one.against)]
        weighed: list[tuple[float, Candidate]] = [(self.scale(one.facts), one) for one in candidates]
        weighed.sort(key=lambda pair: (-pair[0], pair[1].start, pair[1].end))
        return list(weighed)

    def candidates(self, page: Page, text: str, tell: Callable[[int, int], None] | None = None) -> list[Candidate]:
        """What may be the answer, with all facts."""
        question = Question(text, page, self._tokenizer, self._rarity)
        windows = self._windows(page, question)
        rows = [row_of(question, page, first, last, self._context, self._control) for first, last in windows]
        best: dict[tuple[int, int], Candidate] = {}
        for first in range(0, len(rows), AT_ONCE):
            part = rows[first : first + AT_ONCE]
            for row, chance in zip(part, self._chances(part), strict=True):
                for one in _spans(row, chance):
                    known = best.get((one.start, one.end))
                    if known is None or known.against < one.against:
                        best[one.start, one.end] = one
            if tell is not None:
                tell(min(first + AT_ONCE, len(rows)), len(rows))
        found = list(best.values())
        _state(found, page, question)
        return found

    def _windows(self, page: Page, question: Question) -> list[tuple[int, int]]:
        windows = page.windows(self._context - len(question.ids) - 3)

        def worth(window: tuple[int, int]) -> float:
            stems = [stem for sentence in page.sentences[slice(*window)] for stem in sentence.stems]
            return self._rarity.share(question.stems, stems) + max(question.shares[slice(*window)])

        if len(windows) > MOST_WINDOWS:
            windows = sorted(windows, key=worth, reverse=True)[:MOST_WINDOWS]
        return sorted(windows)

    @torch.inference_mode()
    def _chances(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Log probabilities of first and last place, float64 [rows, 2, places]."""
        with one_thread():
            chance = network.chances(self._model, rows, 0)
        found: NDArray[np.float64] = chance.transpose(0, 1).double().cpu().numpy()
        return found


def _spans(row: Row, chance: NDArray[np.float64]) -> list[Candidate]:
    """The best stretches of a row, each within one sentence and of whole words."""
    last_place = row.begin + len(row.starts)
    first, last = chance[0, row.begin : last_place], chance[1, row.begin : last_place]
    both = first[:, None] + last[None, :]
    count = len(row.starts)
    away = np.arange(count)[None, :] - np.arange(count)[:, None]
    fits = (away >= 0) & (away < LONGEST_PIECES) & (row.sentences[:, None] == row.sentences[None, :])
    begins = np.r_[True, (row.words[1:] != row.words[:-1]) | (row.words[1:] < 0)]
    ends = np.r_[(row.words[1:] != row.words[:-1]) | (row.words[:-1] < 0), True]
    both = np.where(fits & begins[:, None] & ends[None, :] & (row.words >= 0)[:, None], both, -np.inf)
    none = float(chance[0, 0] + chance[1, 0])
    found = []
    for place in np.argsort(-both, axis=None, kind="stable")[:PER_WINDOW]:
        one, other = divmod(int(place), count)
        here = float(both[one, other])
        if here > -np.inf:
            start, end, sentence = int(row.starts[one]), int(row.ends[other]), int(row.sentences[one])
            found.append(Candidate(start, end, sentence, here, here - none))
    return found


def _state(candidates: Sequence[Candidate], page: Page, question: Question) -> None:
    """Fill in the facts of each candidate, which depend on all of them."""
    if not candidates:
        return
    against = np.asarray([one.against for one in candidates])
    share = np.exp(against - against.max())
    share /= share.sum()
    words = [Counter(plain_words(page.text[one.start : one.end])) for one in candidates]
    asked = set(plain_words(" ".join(question.stems)))
    for number, one in enumerate(candidates):
        alike = sum(float(weight) * _f1(words[number], other) for weight, other in zip(share, words, strict=True))
        shares = question.shares[max(0, one.sentence - 1) : one.sentence + 2]
        length = math.log(1 + sum(words[number].values()))
        inside = question_share(words[number], asked)
        one.facts = (
            one.here,
            one.against,
            float(share[number]),
            alike,
            question.shares[one.sentence],
            max(shares),
            inside,
            length,
            length**2,
            float(_is_break(page.text[max(0, one.start - 2) : one.start])),
        )


def question_share(words: Mapping[str, int], asked: set[str]) -> float:
    """Share of a candidate's words that the question holds: an answer seldom repeats it."""
    from studio_text.passages import stem

    return sum(count for word, count in words.items() if stem(word) in asked) / max(1, sum(words.values()))


def _is_break(text: str) -> bool:
    return not text.strip() or any(sign in text for sign in ",.;:!?\"'()“”-")


def _f1(left: Counter[str], right: Counter[str]) -> float:
    common = sum((left & right).values())
    return 2 * common / (sum(left.values()) + sum(right.values())) if common else 0.0

"""Writing English verse with a model that writes lines backwards. Imports torch: only a running generator loads this.

A line begins with its rhyme word and is written towards its first word, so that rhymes come about freely and are never
forced. The model is asked for one token at a time among those with which a known word goes on or begins that still
has room in the line; a word on the wrong foot costs. Several candidates are written side by side; the likeliest that
neither repeats the poem nor copies a learned one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from studio_text.decoding import one_thread
from studio_text.english_model import EnglishModel
from studio_text.english_rules import ENDS, LIGHT, MARKS, Line, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

NETWORK_SHARE = 0.85
"""Weight of the network's probabilities beside those of the counts."""

REPEAT_PENALTY = 2.0
"""Nats a word costs that the poem holds already, light words excepted."""

HINT = 4.0
"""Nats given to wished words until the poem holds them."""

MOST_TOKENS = 48
"""Tokens after which a line is given up; lines of ten syllables have about fourteen."""

ATTEMPTS = 4
"""How often all candidates are written anew when each of them copies or repeats."""


@dataclass(frozen=True, slots=True)
class EnglishWish:
    """What the artist wants, besides the form.

    Attributes:
        caption: tags behind the metre: an author, words.
        words: words to prefer.
        first_line: units the poem begins with; empty for none.
        temperature, top_p: as usual in sampling.
        feet: whether stresses are minded.
        candidates: lines written side by side.
    """

    caption: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    first_line: tuple[str, ...] = ()
    temperature: float = 0.8
    top_p: float = 0.9
    feet: bool = True
    candidates: int = 8


@dataclass(slots=True)
class Draft:
    """One candidate for a line while it grows.

    Attributes:
        ids: its tokens.
        units: its whole words and marks, last first.
        left: letters of the feet that are still free.
        first, last: the words that begin as the unfinished one does (range of `EnglishModel.words`).
        depth: tokens of the unfinished word, 0 between words.
        score: log probability of its tokens, nats.
        faults: nats paid for metre.
        over: whether it is complete.
    """

    left: str
    ids: list[int] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0
    depth: int = 0
    score: float = 0.0
    faults: float = 0.0
    over: bool = False


class EnglishVersifier:
    """Writes one poem; `written` yields it line by line.

    Attributes:
        units: the lines so far, in reading order.
    """

    def __init__(self, verse: EnglishModel, lines: Sequence[Line], metre: str, wish: EnglishWish, seed: int) -> None:
        self._verse, self._lines, self._wish = verse, lines, wish
        self._random = torch.Generator().manual_seed(seed)
        self._heading = verse.heading((metre, *wish.caption))
        self._before: list[int] = [verse.text, verse.text]
        self._ends: dict[int, list[str]] = {}
        self._bonus = np.zeros(len(verse.words), dtype=np.float32)
        self.units: list[list[str]] = []

    @torch.inference_mode()
    def written(self) -> Iterator[str]:
        """Each line as a reader sees it, once it is settled, with its line break."""
        fed, cache = list(self._heading), None
        for number, line in enumerate(self._lines):
            with one_thread():
                if number == 0 and self._wish.first_line:
                    best = self._given(line)
                    cache = self._ask(torch.tensor([fed + best.ids]), cache).past_key_values
                    fed = []
                else:
                    best, cache = self._line(line, fed, cache, is_last=number == len(self._lines) - 1)
                    fed = best.ids[-1:]
            self._settle(line, best)
            end = "\n\n" if line.ends_stanza else "\n" if number < len(self._lines) - 1 else ""
            breaks = self._verse.breaks[line.ends_stanza]
            fed, self._before = [*fed, *breaks], [*self._before, *best.ids, *breaks]
            yield shown(self.units[-1]) + end

    def _given(self, line: Line) -> Draft:
        """The artist's own first line as if it had been written."""
        units = list(reversed(self._wish.first_line))
        return Draft(left=line.feet, ids=self._verse.ids("".join(f" {unit}" for unit in units)), units=units, over=True)

    def _settle(self, line: Line, best: Draft) -> None:
        self.units.append(list(reversed(best.units)))
        for unit in best.units:
            number = self._verse.numbers.get(unit)
            if number is not None and not self._verse.light[number]:
                self._bonus[number] = REPEAT_PENALTY
        last = next((unit for unit in best.units if unit not in MARKS), "")
        if line.rhyme >= 0:
            self._ends.setdefault(line.rhyme, []).append(last)

    def _line(self, line: Line, fed: list[int], cache: Any, *, is_last: bool) -> tuple[Draft, Any]:
        """The best of several candidates; the cache then holds it but for its last token."""
        answer = self._ask(torch.tensor([fed]), cache)
        cache, logits = answer.past_key_values, answer.logits[:, -1].float().cpu()
        held = cache.get_seq_length()
        for attempt in range(ATTEMPTS):
            drafts = self._candidates(logits, cache, line, is_last=is_last)
            best = self._best(drafts)
            is_good = drafts[best].over and drafts[best].score > -np.inf and not self._spoilt(drafts[best])
            cache.batch_select_indices(torch.tensor([best], device=self._verse.model.device))
            if is_good or attempt == ATTEMPTS - 1:
                break
            _cut(cache, held)
        _cut(cache, held + len(drafts[best].ids) - 1)
        return drafts[best], cache

    def _candidates(self, logits: torch.Tensor, cache: Any, line: Line, *, is_last: bool) -> list[Draft]:
        """Lines written side by side after `logits` [1, vocabulary]; the cache then holds them all."""
        count = self._wish.candidates
        drafts = [Draft(left=line.feet) for _ in range(count)]
        cache.batch_repeat_interleave(count)
        logits = logits.repeat(count, 1)
        for step in range(MOST_TOKENS):
            self._step(logits, drafts, line, is_first=step == 0, is_last=is_last)
            if all(draft.over for draft in drafts):
                break
            answer = self._ask(torch.tensor([[draft.ids[-1]] for draft in drafts]), cache)
            logits = answer.logits[:, -1].float().cpu()
        return drafts

    def _ask(self, fed: torch.Tensor, cache: Any) -> Any:
        return self._verse.model(input_ids=fed.to(self._verse.model.device), past_key_values=cache, use_cache=True)

    def _step(self, logits: torch.Tensor, drafts: list[Draft], line: Line, *, is_first: bool, is_last: bool) -> None:
        """One token for each draft that is not over."""
        noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=self._random, dtype=torch.float64)))
        network = torch.softmax(logits.double(), dim=-1).numpy()
        for number, draft in enumerate(drafts):
            if draft.over:
                continue
            counted = self._verse.counts.next([*self._before, *draft.ids])
            likely = np.log(NETWORK_SHARE * network[number] + (1 - NETWORK_SHARE) * counted + 1e-30)
            costs = self._allowed(draft, line, is_first=is_first, is_last=is_last)
            if not np.isfinite(costs).any():
                draft.over, draft.score = True, -np.inf
                continue
            token = self._draw(likely - costs, noise[number].numpy())
            draft.score += float(likely[token])
            self._take(draft, token)

    def _allowed(self, draft: Draft, line: Line, *, is_first: bool, is_last: bool) -> NDArray[np.float64]:
        """What each token costs, nats, float64 [vocabulary]; infinite where it breaks a rule."""
        verse = self._verse
        costs = np.full(verse.model.config.vocab_size, np.inf)
        word = self._whole(draft)
        if draft.depth:
            fitting = self._words(draft.left, None if _has_word(draft) else line)
            self._going_on(costs, draft, fitting)
            word = word if word is not None and np.isfinite(fitting[word]) else None
        if draft.depth == 0 or word is not None:
            left = draft.left if word is None else draft.left[: len(draft.left) - int(verse.lengths[word])]
            if left and not (is_first and is_last):
                has_word = word is not None or _has_word(draft)
                _least(costs, verse.spelled[:, 0], self._words(left, None if has_word else line))
            may_mark = is_first or (word is not None and len(left) > 1)
            for mark, token in verse.marks.items() if may_mark else ():
                if not is_first or not is_last or mark in ENDS:
                    costs[token] = 0.0 if is_first or mark not in ENDS else 1.0
            if word is not None and not left:
                costs[verse.breaks[0][0]] = 0.0
        return costs

    def _words(self, left: str, line: Line | None) -> NDArray[np.float32]:
        """What each word costs at the end of the feet `left`; as a line's last word it must fit the rhyme of `line`."""
        verse = self._verse
        costs = verse.costs(left, minded=self._wish.feet) + self._bonus
        wished = [number for word in self._wish.words if (number := verse.numbers.get(word)) is not None]
        for number in wished:
            if not self._bonus[number]:
                costs[number] -= HINT
        if line is None:
            return costs
        allowed = verse.masculine & ~verse.light
        if line.rhyme >= 0:
            ends = [verse.numbers[end] for end in self._ends.get(line.rhyme, ()) if end in verse.numbers]
            if ends:
                allowed &= verse.rhymes == verse.rhymes[ends[0]]
                allowed &= ~np.isin(verse.befores, verse.befores[ends])
            else:
                allowed &= verse.sociable
        return np.where(allowed, costs, np.inf).astype(np.float32)

    def _going_on(self, costs: NDArray[np.float64], draft: Draft, fitting: NDArray[np.float32]) -> None:
        """The tokens with which the unfinished word can go on; `fitting` is what each word costs."""
        verse, part = self._verse, slice(draft.first, draft.last)
        if draft.depth < verse.spelled.shape[1]:
            following = verse.spelled[part, draft.depth]
            going = following >= 0
            _least(costs, following[going], fitting[part][going])

    def _whole(self, draft: Draft) -> int | None:
        """The word that the unfinished one is, should it end here and fit; None when it cannot."""
        verse = self._verse
        if not draft.depth or draft.first >= draft.last:
            return None
        ended = draft.depth == verse.spelled.shape[1] or verse.spelled[draft.first, draft.depth] < 0
        return draft.first if ended and verse.lengths[draft.first] <= len(draft.left) else None

    def _take(self, draft: Draft, token: int) -> None:
        """Move a draft on by a token."""
        verse = self._verse
        column = verse.spelled[draft.first : draft.last, draft.depth] if draft.depth < verse.spelled.shape[1] else ()
        if draft.depth and np.isin(token, column):
            places = np.flatnonzero(column == token)
            draft.first, draft.last = draft.first + int(places[0]), draft.first + int(places[-1]) + 1
            draft.depth += 1
            draft.ids.append(token)
            return
        self._end_word(draft)
        draft.first = draft.last = draft.depth = 0
        if token == verse.breaks[0][0]:
            draft.over = True
            return
        draft.ids.append(token)
        mark = next((mark for mark, known in verse.marks.items() if known == token), "")
        if mark:
            draft.units.append(mark)
            return
        places = np.flatnonzero(verse.spelled[:, 0] == token)
        draft.first, draft.last, draft.depth = int(places[0]), int(places[-1]) + 1, 1

    def _end_word(self, draft: Draft) -> None:
        word = self._whole(draft)
        if word is None:
            return
        verse = self._verse
        length = int(verse.lengths[word])
        draft.faults += float(verse.costs(draft.left, minded=True)[word])
        draft.units.append(verse.words[word])
        draft.left = draft.left[: len(draft.left) - length]

    def _draw(self, logits: NDArray[np.float64], noise: NDArray[np.float64]) -> int:
        """A fair sample from the nucleus (Gumbel noise, see `decoding`)."""
        scaled = logits / self._wish.temperature
        probability = np.exp(scaled - scaled.max())
        probability /= probability.sum()
        order = np.argsort(-probability, kind="stable")
        inside = np.cumsum(probability[order]) - probability[order] < self._wish.top_p
        kept = order[inside]
        return int(kept[np.argmax(scaled[kept] + noise[kept])])

    def _best(self, drafts: Sequence[Draft]) -> int:
        """The likeliest draft, faults considered, that neither copies nor repeats; just the likeliest if all do."""

        def worth(number: int) -> tuple[bool, bool, float]:
            draft = drafts[number]
            done = draft.over and draft.score > -np.inf
            mean = (draft.score - draft.faults / 2) / max(1, len(draft.ids))
            return done, done and not self._spoilt(draft), mean

        return max(range(len(drafts)), key=worth)

    def _spoilt(self, draft: Draft) -> bool:
        """Whether a line would complete a run of words of a learned poem, or repeat three words of this one."""
        line = [unit for unit in reversed(draft.units) if unit not in MARKS]
        poem = [unit for units in self.units for unit in units if unit not in MARKS]
        words = [word.lower() for word in (*poem, *line)]
        runs = self._verse.runs
        if any(runs.copies(words[:end]) for end in range(len(poem) + 1, len(words) + 1)):
            return True
        threes = list(zip(words, words[1:], words[2:], strict=False))
        again = any(left == right and left not in LIGHT for left, right in pairwise(line))
        return again or len(set(threes)) < len(threes)


def _cut(cache: Any, length: int) -> None:
    """Forget what stands in a cache behind `length` places."""
    spare = cache.get_seq_length() - length
    if spare > 0:
        cache.crop(-spare)


def _has_word(draft: Draft) -> bool:
    """Whether the line's last word is written."""
    return any(unit not in MARKS for unit in draft.units)


def _least(costs: NDArray[np.float64], tokens: NDArray[np.int64], words: NDArray[np.float32]) -> None:
    """Let each token cost what the cheapest of its words costs."""
    np.minimum.at(costs, tokens, words.astype(np.float64))

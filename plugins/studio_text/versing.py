"""Writing verse with a character model under the rules of a form. Imports torch: only a running generator loads this.

Punctuation and line lengths are not the model's business: it is asked for one character at a time, in places the form
lays down, and characters that would break a rhyme are ruled out. Several candidates are written side by side, line by
line; the likeliest goes on, so what is shown never has to be taken back.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from studio_text.decoding import one_thread, without_progress_bar
from studio_text.verse_rules import HAN, Form, Runs, Slot, Tables, wanted_tone

TITLE, TEXT, END = "<|title|>", "<|text|>", "<|end|>"

TONE_PENALTY = 2.0
"""Nats taken from characters of the wrong tone where tones are minded."""

REPEAT_PENALTY = 3.0
"""Nats taken from a character for each time the poem holds it already: verse this short hardly repeats any."""

HINT_START, HINT_GO_ON = 3.0, 6.0
"""Nats given to the first character of a wished word, and to each next one once it has begun."""

FREE_HINTS_AT = 2
"""A wished word may begin at every so many characters of a phrase, where words begin in verse."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the artist wants, besides the form.

    Attributes:
        caption: tags behind the form, e.g. ``("明月",)``.
        words: words to prefer.
        fixed: characters by (phrase, place).
        temperature, top_p: as usual in sampling.
        tones: whether tones are minded.
        candidates: lines written side by side.
    """

    caption: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    fixed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    temperature: float = 1.0
    top_p: float = 0.95
    tones: bool = True
    candidates: int = 6


class VerseModel:
    """The network with the tables of its starter, ready to write.

    Attributes:
        model: the network, float32.
        tables: forms, rhymes, hints.
        runs: fingerprints of the training poems.
        letters: the character of each token, empty where it is no Chinese character.
        ids: the inverse.
        rhymes: a number for each token's rhyme group and tone, 0 for none: level and oblique do not rhyme,
            int64 [vocabulary].
        tones: 1 level, 2 oblique, 0 unknown, int64 [vocabulary].
        writable: which tokens may stand in a poem, bool [vocabulary].
    """

    def __init__(self, folder: Path, tables: Path, device: str) -> None:
        """Load weights from `folder` and the tables from the starter's folder. Raises `OSError` or `ValueError`."""
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        with without_progress_bar():
            self.model: Any = LlamaForCausalLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            ).to(device)
        self.model.eval()
        self.tables, self.runs = Tables.read(tables), Runs.read(tables)
        names = self.tokenizer.convert_ids_to_tokens(range(self.model.config.vocab_size))
        self.letters = [name if len(name) == 1 and HAN.match(name) else "" for name in names]
        self.ids = {name: number for number, name in enumerate(names)}
        if not all(name in self.ids for name in (TITLE, TEXT, END, "，", "。", "\n")) or not any(self.letters):
            raise ValueError("no model of Chinese characters")
        known = sorted({self.tables.group(letter) for letter in self.letters} - {""})
        numbers = {group: number for number, group in enumerate(known, 1)} | {"": 0}
        tones = {"": 0, "level": 1, "oblique": 2}
        self.tones = torch.tensor([tones[self.tables.tone(letter)] for letter in self.letters])
        groups = torch.tensor([numbers[self.tables.group(letter)] for letter in self.letters])
        self.rhymes = groups * len(tones) + self.tones
        self.writable = torch.tensor([bool(letter) for letter in self.letters])

    def knows(self, text: str) -> bool:
        """Whether every character of `text` can be written."""
        return all(letter in self.ids and HAN.match(letter) for letter in text)

    def heading(self, form: str, caption: Sequence[str]) -> list[int]:
        """The tokens in front of a poem."""
        encoded = self.tokenizer("，".join((form, *caption)), add_special_tokens=False).input_ids
        return [self.ids[TITLE], *encoded[: self.model.config.max_position_embeddings // 4], self.ids[TEXT]]


@dataclass(slots=True)
class Draft:
    """One candidate while it grows.

    Attributes:
        letters: its characters, punctuation left out.
        rhymes: the group each rhyme has taken so far, by its number.
        rhymed: tokens that have stood at a phrase's end in a rhyme.
        first_tone: tone of the second character.
        score: log probability of the characters of this line, nats, by the model alone.
    """

    letters: list[str] = field(default_factory=list)
    rhymes: dict[int, int] = field(default_factory=dict)
    rhymed: set[int] = field(default_factory=set)
    first_tone: str = ""
    score: float = 0.0


class Versifier:
    """Writes one poem; `lines` yields it line by line."""

    def __init__(self, verse: VerseModel, form: Form, wish: Wish, seed: int) -> None:
        self._verse, self._form, self._wish = verse, form, wish
        self._random = torch.Generator().manual_seed(seed)

    @torch.inference_mode()
    def lines(self) -> Iterator[str]:
        """Each line with its punctuation and line break, once it is settled."""
        count = self._wish.candidates
        fed = torch.tensor([self._verse.heading(self._form.name, self._wish.caption)]).repeat(count, 1)
        drafts = [Draft() for _ in range(count)]
        cache: Any = None
        for row in self._form.slots():
            with one_thread():
                texts = [""] * count
                for slot in row:
                    answer = self._ask(fed, cache)
                    cache = answer.past_key_values
                    chosen = self._choose(answer.logits[:, -1].float().cpu(), slot, drafts)
                    written = [self._verse.letters[token] + slot.after for token in chosen]
                    texts = [text + more for text, more in zip(texts, written, strict=True)]
                    fed = torch.tensor([[token, *(self._verse.ids[sign] for sign in slot.after)] for token in chosen])
                best = max(range(count), key=lambda number: drafts[number].score)
                cache.reorder_cache(torch.full((count,), best, device=self._verse.model.device))
                fed = fed[best : best + 1].repeat(count, 1)
            drafts[best].score = 0.0
            drafts = [copy.deepcopy(drafts[best]) for _ in range(count)]
            yield texts[best]

    def _ask(self, fed: torch.Tensor, cache: Any) -> Any:
        return self._verse.model(input_ids=fed.to(self._verse.model.device), past_key_values=cache, use_cache=True)

    def _choose(self, logits: torch.Tensor, slot: Slot, drafts: list[Draft]) -> list[int]:
        """One token for each draft, which is moved on by it."""
        fixed = self._wish.fixed.get((slot.phrase, slot.place))
        likely = logits.log_softmax(dim=-1).masked_fill(~self._verse.writable, -torch.inf)
        noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=self._random, dtype=torch.float64)))
        chosen = []
        for number, draft in enumerate(drafts):
            if fixed is None:
                token = self._draw(self._shaped(likely[number].clone(), slot, draft), noise[number], draft)
            else:
                token = self._verse.ids[fixed]
            draft.score += float(likely[number, token])
            self._move(draft, slot, token)
            chosen.append(token)
        return chosen

    def _shaped(self, logits: torch.Tensor, slot: Slot, draft: Draft) -> torch.Tensor:
        """Logits [vocabulary] after the form's rules and the artist's wishes."""
        verse = self._verse
        for letter, times in Counter(draft.letters[:-1]).items():
            logits[verse.ids[letter]] -= REPEAT_PENALTY * times
        for word in self._wish.words:
            self._prefer(logits, word, slot, draft)
        if self._wish.tones and self._form.is_regulated:
            wanted = wanted_tone(slot, draft.first_tone)
            if wanted:
                logits[verse.tones != (1 if wanted == "level" else 2)] -= TONE_PENALTY
        if slot.rhyme >= 0:
            logits = self._rhyming(logits, slot, draft)
        return logits

    def _rhyming(self, logits: torch.Tensor, slot: Slot, draft: Draft) -> torch.Tensor:
        verse, group = self._verse, draft.rhymes.get(slot.rhyme)
        allowed = verse.rhymes == group if group else verse.rhymes > 0
        allowed[list(draft.rhymed)] = False
        return logits.masked_fill(~allowed, -torch.inf)

    def _prefer(self, logits: torch.Tensor, word: str, slot: Slot, draft: Draft) -> None:
        """Make a wished word likelier, until the poem holds it."""
        written = "".join(draft.letters)
        if word in written:
            return
        begun = next((n for n in range(min(len(word) - 1, slot.place), 0, -1) if written.endswith(word[:n])), 0)
        letter = self._verse.ids.get(word[begun])
        fits = slot.length - slot.place >= len(word) - begun
        if letter is None or not fits:
            return
        if begun:
            logits[letter] += HINT_GO_ON
        elif slot.place % FREE_HINTS_AT == 0:
            logits[letter] += HINT_START

    def _draw(self, logits: torch.Tensor, noise: torch.Tensor, draft: Draft) -> int:
        """A fair sample from the nucleus (Gumbel noise, see `decoding`) that does not complete a copy."""
        scaled = (logits / self._wish.temperature).double()
        probability, order = torch.softmax(scaled, dim=-1).sort(descending=True)
        outside = probability.cumsum(0) - probability >= self._wish.top_p
        scaled[order[outside]] = -torch.inf
        noisy = scaled + noise
        for token in noisy.argsort(descending=True)[:8].tolist():
            allowed = noisy[token] > -torch.inf
            if allowed and not self._verse.runs.copies([*draft.letters, self._verse.letters[token]]):
                return int(token)
        # Everything in the nucleus would copy: the best one outside that does not.
        for token in logits.argsort(descending=True).tolist():
            if not self._verse.runs.copies([*draft.letters, self._verse.letters[token]]):
                return int(token)
        return int(noisy.argmax())

    def _move(self, draft: Draft, slot: Slot, token: int) -> None:
        verse = self._verse
        letter, group = verse.letters[token], int(verse.rhymes[token])
        draft.letters.append(letter)
        if slot.phrase == 0 and slot.place == 1:
            draft.first_tone = verse.tables.tone(letter)
        if not slot.is_last:
            return
        # The first phrase of a regulated poem rhymes with the even ones when it ends on a level tone.
        opens = slot.phrase == 0 and self._form.is_regulated and verse.tables.tone(letter) == "level"
        number = 0 if opens else slot.rhyme
        if number >= 0:
            draft.rhymed.add(token)
            if group:
                draft.rhymes.setdefault(number, group)

"""The model of English verse with its tables, ready to write. Imports torch: only a running generator loads this."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from studio_text.counting import Counts
from studio_text.decoding import without_progress_bar
from studio_text.english_rules import LIGHT, MARKS, EnglishTables
from studio_text.verse_rules import Runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

TITLE, TEXT, END = "<|title|>", "<|text|>", "<|end|>"

FOOT_PENALTY = 2.0
"""Nats a word costs for each fault of metre where metre is minded."""

FEWEST_PARTNERS = 4
"""Other words a line's last word must rhyme with when it is the first of its rhyme."""


class EnglishModel:
    """The network with the tables of its starter, ready to write.

    Attributes:
        model: the network, float32.
        tables, runs, counts: what the starter stores beside it.
        words: the words that can be written, sorted by their tokens.
        spelled: their tokens, −1 behind the last, int64 [words, longest].
        lengths: their syllables, int64 [words].
        rhymes: number of each word's rhyme, 0 for none, int64 [words].
        befores: number of what stands before it, int64 [words].
        masculine: whether a word ends on a stressed syllable, bool [words].
        marks: token of each punctuation mark.
    """

    def __init__(self, folder: Path, tables: Path, device: str) -> None:
        """Load weights from `folder` and the tables from the starter's. Raises `OSError`, `ValueError`, `KeyError`."""
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        with without_progress_bar():
            self.model: Any = LlamaForCausalLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            ).to(device)
        self.model.eval()
        self.tables, self.runs = EnglishTables.read(tables), Runs.read(tables)
        self.counts = Counts.read(tables, self.model.config.vocab_size)
        known = self.tokenizer.get_vocab()
        if not all(name in known for name in (TITLE, TEXT, END)):
            raise ValueError("no model of verse")
        if (
            folder != tables
            and known != PreTrainedTokenizerFast.from_pretrained(tables, local_files_only=True).get_vocab()
        ):
            raise ValueError("a model with other tokens than the stored counts")
        self.title, self.text, self.end = (known[name] for name in (TITLE, TEXT, END))
        self.breaks = [self.ids("\n"), self.ids("\n\n")]
        self.marks = {mark: self.ids(f" {mark}")[-1] for mark in sorted(MARKS)}
        self._spell()

    def ids(self, text: str) -> list[int]:
        """The tokens of a text."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def _spell(self) -> None:
        tables = self.tables
        spelled = sorted((tuple(self.ids(f" {word}")), word) for word in tables.sounds)
        self.words = [word for _, word in spelled]
        longest = max(len(ids) for ids, _ in spelled)
        self.spelled = np.full((len(spelled), longest), -1, dtype=np.int64)
        for number, (ids, _) in enumerate(spelled):
            self.spelled[number, : len(ids)] = ids
        sounds = [tables.sounds[word] for word in self.words]
        self.lengths = np.asarray([len(sound.stresses) for sound in sounds])
        self.masculine = np.asarray([sound.stresses[-1] != "0" for sound in sounds])
        self.rhymes = _numbered([sound.rhyme for sound in sounds])
        self.befores = _numbered([sound.before for sound in sounds])
        self.light = np.asarray([word.lower() in LIGHT for word in self.words])
        self.numbers = {word: number for number, word in enumerate(self.words)}
        partners = np.bincount(self.rhymes)
        self.sociable = (self.rhymes > 0) & (partners[self.rhymes] > FEWEST_PARTNERS) & ~self.light

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as the model does
    def costs(self, feet: str, *, minded: bool) -> NDArray[np.float32]:
        """What each word costs when the last of its syllables is the last of `feet`, nats; infinite without room."""
        found = np.full(len(self.words), np.inf, dtype=np.float32)
        for number, word in enumerate(self.words):
            length = int(self.lengths[number])
            if length <= len(feet):
                place = feet[len(feet) - length :]
                found[number] = FOOT_PENALTY * self.tables.sounds[word].faults(word, place) if minded else 0.0
        return found

    def can_be_rhymed(self, word: str) -> bool:
        """Whether enough words rhyme with `word`."""
        number = self.numbers.get(word)
        if number is None or not self.rhymes[number]:
            return False
        return int((self.rhymes == self.rhymes[number]).sum()) > FEWEST_PARTNERS

    def heading(self, caption: Sequence[str]) -> list[int]:
        """The tokens in front of a poem."""
        encoded = self.ids(", ".join(caption))
        return [self.title, *encoded[: self.model.config.max_position_embeddings // 4], self.text]


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each different name, 0 for the empty one."""
    numbers = {name: number for number, name in enumerate(sorted(set(names) - {""}), 1)} | {"": 0}
    return np.asarray([numbers[name] for name in names])

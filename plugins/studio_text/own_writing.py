"""Writing with a language model of the artist's, token by token. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from studio_text.own_loading import OwnModel
from studio_text.training.vocabulary import TEXT, TITLE

RECENT = 192
"""How far back the repetition penalty looks, tokens."""

BEFORE = 6
"""Tokens of the beginning that are decoded along, so that the first new word keeps the space before it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the next token is chosen.

    Attributes:
        temperature: of the softmax.
        top_p, top_k: what is considered; 1 and 0 consider all.
        penalty: above 1, tokens that occurred lately become less likely (Keskar et al. 2019, section 4.1).
    """

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 0
    penalty: float = 1.0


@torch.inference_mode()
def tokens(own: OwnModel, given: Sequence[int], manner: Manner, seed: int) -> Iterator[int]:
    """New tokens after `given`, one by one, until the model ends the text or its context is full.

    Random numbers come from a generator of our own on the CPU, so that a seed means the same on every device and
    torch's global state stays as it is.
    """
    random = torch.Generator().manual_seed(seed)
    device = own.model.device
    only = {"logits_to_keep": 1} if own.last_alone else {}
    seen, cache = list(given), None
    fed = torch.tensor([seen], device=device)
    while len(seen) < own.context:
        answer = own.model(input_ids=fed, past_key_values=cache, use_cache=True, **only)
        cache = getattr(answer, "past_key_values", None)
        token = _draw(answer.logits[:, -1].float().cpu(), seen, manner, random)
        if token in own.ends:
            return
        seen.append(token)
        yield token
        fed = torch.tensor([seen if cache is None else [token]], device=device)


class Spelling:
    """Tokens as they become readable: a character may take several, and a word's form depends on what is before it."""

    def __init__(self, tokenizer: Any, given: Sequence[int]) -> None:
        """Nothing of `given` is spelled."""
        self._tokenizer = tokenizer
        self._ids = list(given[-BEFORE:])
        self._start, self._read = 0, len(self._ids)

    def take(self, token: int) -> str:
        """What can be shown now that `token` is there; empty while a character is incomplete."""
        self._ids.append(token)
        return self._fresh()

    def rest(self) -> str:
        """What is left at the end, an incomplete character included."""
        return self._fresh(whole=False)

    def _fresh(self, *, whole: bool = True) -> str:
        known, now = self._spell(self._ids[self._start : self._read]), self._spell(self._ids[self._start :])
        if len(now) <= len(known) or (whole and now.endswith("\ufffd")):
            return ""
        self._start, self._read = self._read, len(self._ids)
        return now[len(known) :]

    def _spell(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


def beginning(own: OwnModel, text: str, room: int) -> list[int]:
    """The tokens of a text to go on from: its last part, so that `room` new ones still fit into the context."""
    longest = max(1, own.context - room)
    ids: list[int] = own.tokenizer(text[-16 * longest :], split_special_tokens=True).input_ids
    if ids and text and ids[-1] in own.ends:  # some tokenizers close what they read
        ids.pop()
    ids = ids[-longest:]
    known = own.tokenizer.get_vocab()
    if TITLE in known and TEXT in known:  # a model taught here begins every text so
        ids = [known[TEXT], *ids[-longest + 1 :]]
    return ids or [_opening(own)]


def asked(own: OwnModel, question: str, instruction: str, room: int) -> list[int] | None:
    """The tokens of a chat in which `question` is to be answered; None where the model knows no chat."""
    if not getattr(own.tokenizer, "chat_template", None):
        return None
    said = [{"role": "system", "content": instruction}] if instruction else []
    said.append({"role": "user", "content": question[-16 * own.context :]})
    spelled = own.tokenizer.apply_chat_template(said, add_generation_prompt=True, tokenize=False)
    ids: list[int] = own.tokenizer(spelled, add_special_tokens=False).input_ids
    return ids[-max(1, own.context - room) :]


def _opening(own: OwnModel) -> int:
    """A token to begin from where nothing is given."""
    known = (own.tokenizer.bos_token_id, *sorted(own.ends))
    return int(next((token for token in known if token is not None), 0))


def _draw(scores: torch.Tensor, seen: Sequence[int], manner: Manner, random: torch.Generator) -> int:
    """One token from logits [1, vocabulary]."""
    ids = torch.tensor([list(seen[-RECENT:])])
    if manner.penalty != 1.0:
        recent = scores.gather(1, ids)
        scores = scores.scatter(1, ids, torch.where(recent < 0, recent * manner.penalty, recent / manner.penalty))
    scores = TemperatureLogitsWarper(manner.temperature)(ids, scores)
    if manner.top_k:
        scores = TopKLogitsWarper(manner.top_k)(ids, scores)
    if manner.top_p < 1.0:
        scores = TopPLogitsWarper(manner.top_p)(ids, scores)
    return int(torch.multinomial(torch.softmax(scores[0].double(), dim=-1), 1, generator=random))

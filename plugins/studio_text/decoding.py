"""Sampling from the storyteller through transformers' ``generate``. Imports torch: only a running generator loads this.

`generate` draws its samples from torch's global random state, which a plugin must leave alone, and forking that state
would still race with other threads. So it is told to take the likeliest token, and the last logits processor adds
Gumbel noise from a random generator of our own: the largest of logit + Gumbel noise is an exact sample from the
softmax (Gumbel 1954; Maddison et al. 2014, "A* Sampling", section 2). Noise is drawn on the CPU, so that a seed means
the same on every device.

Processors, streamer and stopping criterion are plain objects with the methods that `generate` calls.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LlamaForCausalLM,
    LogitsProcessorList,
    PreTrainedTokenizerFast,
    StoppingCriteriaList,
    SuppressTokensLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)
from transformers.utils import logging

from studio import sdk
from studio_text.drafts import Draft, Page, seed_of
from studio_text.writing import Writing, byte_table

RECENT_TOKENS = 192
"""How far back the repetition penalty looks."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen; see `Storyteller.Params` for what each does."""

    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float


class LoadedModel:
    """The network and its tokenizer, ready to run.

    Attributes:
        model: the network, in float32.
        context: the longest input, tokens.
        end: the token that ends a text.
        table: the bytes each token stands for.
        wordlike: bool [vocabulary], which tokens hold a letter or digit.
    """

    def __init__(self, folder: Path, device: str) -> None:
        """Load from an ordinary transformers folder."""
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        # What an artist types is text, also where it looks like a control token.
        self.tokenizer.backend_tokenizer.encode_special_tokens = True
        # float32 on every device: 4 M weights gain nothing from half precision, and most CPUs emulate it slowly.
        with without_progress_bar():
            self.model = LlamaForCausalLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            ).to(device)
        self.model.eval()
        # What the folder suggests for generating must not mix with what the artist chose.
        self.model.generation_config = GenerationConfig()
        self.context: int = self.model.config.max_position_embeddings
        self.end: int = self.model.config.eos_token_id
        vocabulary = self.tokenizer.convert_ids_to_tokens(range(self.model.config.vocab_size))
        self.table = byte_table(vocabulary)
        self.wordlike = torch.tensor([any(c.isalnum() for c in word.decode("utf-8", "ignore")) for word in self.table])
        self.control = sorted(set(self.tokenizer.all_special_ids) - {self.end})

    def encode(self, text: str) -> list[int]:
        """Token ids of the last part of `text`, as much as could ever fit."""
        longest = max(map(len, self.table))
        ids: list[int] = self.tokenizer(text[-longest * self.context :], add_special_tokens=False).input_ids
        return ids

    def token(self, name: str) -> int:
        """The id of a control token such as ``"tale"``."""
        return int(self.tokenizer.convert_tokens_to_ids(f"<|{name}|>"))


class RecentRepetitionPenalty:
    """Makes words less likely that occurred lately (Keskar et al. 2019, "CTRL", section 4.1).

    Unlike transformers' own, it spares punctuation and line breaks and looks back only so far: over a whole page the
    original would end up pushing away every comma and “the”.
    """

    def __init__(self, penalty: float, wordlike: torch.Tensor) -> None:
        self._penalty, self._wordlike = penalty, wordlike

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Divide positive logits, multiply negative ones."""
        recent = input_ids[:, -RECENT_TOKENS:]
        score = scores.gather(1, recent)
        lowered = torch.where(score < 0, score * self._penalty, score / self._penalty)
        spared = ~self._wordlike.to(scores.device)[recent]
        return scores.scatter(1, recent, torch.where(spared, score, lowered))


class LateEnd:
    """Keeps each text from ending before enough of it is written."""

    def __init__(self, end: int, drafts: Sequence[Draft]) -> None:
        self._end, self._drafts = end, drafts

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Rule the end token out where it comes too early."""
        del input_ids
        early = [row for row, draft in enumerate(self._drafts) if not draft.writing.may_finish]
        scores[early, self._end] = -torch.inf
        return scores


class Likelihoods:
    """Notes what the model itself thinks of each token, before anything is done to it.

    Attributes:
        known: log probabilities of the next token, nats, [texts, vocabulary].
    """

    def __init__(self) -> None:
        self.known = torch.empty(0)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Leave the logits as they are."""
        del input_ids
        self.known = scores.log_softmax(dim=-1)
        return scores


class GumbelNoise:
    """Turns the likeliest token into a fair sample; see this module's docstring."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts = drafts

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Add noise to every logit, each draft's from its own chances."""
        del input_ids
        size = scores.shape[-1]
        drawn = [torch.rand(size, generator=draft.random, dtype=torch.float64) for draft in self._drafts]
        noise = -torch.log(-torch.log(torch.stack(drawn).clamp_(1e-300, 1 - 1e-16)))
        return scores + noise.to(scores.device, scores.dtype)


class _Feed:
    """Gives the new tokens, one of each text, to `take`; the first call, which repeats the prompt, is left out."""

    def __init__(self, take: Callable[[list[int]], None]) -> None:
        self._take, self._prompt = take, True

    def put(self, value: torch.Tensor) -> None:
        """New tokens, or the prompt."""
        if self._prompt:
            self._prompt = False
        else:
            self._take(value.flatten().tolist())

    def end(self) -> None:
        """Nothing to do: the next window may follow."""


class _Over:
    """Ends each text of `generate` once `over` says so."""

    def __init__(self, over: Callable[[], list[bool]]) -> None:
        self._over = over

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Whether each sequence is over: bool [batch]."""
        del scores, kwargs
        return torch.tensor(self._over(), device=input_ids.device)


class Scribe:
    """Lets the model write in a thread while this one shows the pieces. Use it as a context manager.

    Everything that decides what is written happens in that thread, token by token, so the result never depends on how
    fast the pieces are taken. Leaving the block ends the thread, at the latest one token later.

    Several drafts grow side by side as the rows of one batch, which takes little longer than one. The pieces are those
    of the first, one for every token of the longest: empty where there is nothing new to show.
    """

    def __init__(self, loaded: LoadedModel, drafts: Sequence[Draft], sampling: Sampling) -> None:
        """`drafts` from `begin`."""
        self._loaded, self._drafts, self._sampling = loaded, drafts, sampling
        self._halt = threading.Event()
        self._out: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="storyteller", daemon=True)

    def __enter__(self) -> Iterator[str]:
        self._thread.start()
        return self._pieces()

    def __exit__(self, *problem: object) -> None:
        self._halt.set()
        self._thread.join()

    def _pieces(self) -> Iterator[str]:
        while (item := self._out.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _run(self) -> None:
        try:
            with one_thread():
                while not self._halt.is_set() and (going := [one for one in self._drafts if not one.writing.ending]):
                    self._fill_window(going)
            self._out.put(None)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is raised again in the thread that waits
            self._out.put(error)

    def _fill_window(self, drafts: Sequence[Draft]) -> None:
        """Go on with `drafts`, which have come equally far, until their window is full or all are over."""
        rows = [draft.page.window(self._loaded.context) for draft in drafts]
        size, likelihoods = len(rows[0]), Likelihoods()

        def take(tokens: list[int]) -> None:
            likely = likelihoods.known[range(len(tokens)), tokens].tolist()
            shown = [draft.take(*drawn) for draft, drawn in zip(drafts, zip(tokens, likely, strict=True), strict=True)]
            self._out.put(shown[0] if drafts[0] is self._drafts[0] else "")

        inputs = torch.tensor(rows, device=self._loaded.model.device)
        written = self._loaded.model.generate(
            inputs,
            attention_mask=torch.ones_like(inputs),
            generation_config=GenerationConfig(
                do_sample=False,
                max_new_tokens=self._loaded.context - size,
                pad_token_id=self._loaded.end,
                eos_token_id=self._loaded.end,
            ),
            logits_processor=_processors(self._loaded, self._sampling, drafts, likelihoods),
            stopping_criteria=StoppingCriteriaList(
                [_Over(lambda: [bool(draft.writing.ending) or self._halt.is_set() for draft in drafts])]
            ),
            streamer=_Feed(take),
        )
        for draft, row in zip(drafts, written[:, size:].tolist(), strict=True):
            draft.page.body += row


def begin(page: Page, writing: Callable[[], Writing], seed: int, count: int = 1) -> list[Draft]:
    """`count` drafts that all begin with `page`."""
    return [
        Draft(
            Page(page.kind, page.header, [*page.body]),
            writing(),
            torch.Generator().manual_seed(seed_of(seed, number)),
        )
        for number in range(count)
    ]


def _processors(
    loaded: LoadedModel, sampling: Sampling, drafts: Sequence[Draft], likelihoods: Likelihoods
) -> LogitsProcessorList:
    """Everything between the network's logits and the tokens taken, in order."""
    steps = LogitsProcessorList([likelihoods])
    steps.append(SuppressTokensLogitsProcessor(loaded.control, device=loaded.model.device))
    steps.append(LateEnd(loaded.end, drafts))
    if sampling.repetition_penalty != 1:
        steps.append(RecentRepetitionPenalty(sampling.repetition_penalty, loaded.wordlike))
    steps.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.top_k:
        steps.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1:
        steps.append(TopPLogitsWarper(sampling.top_p))
    steps.append(GumbelNoise(drafts))
    return steps


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one CPU core: one row through matrices this small is up to five times slower shared out to more.

    It also keeps results the same on machines with different numbers of cores.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def without_progress_bar() -> Iterator[None]:
    """Keep transformers from drawing a bar where nobody looks."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def out_of_memory() -> Iterator[None]:
    """Turn torch's out-of-memory error into the one the host can help with."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise sdk.OutOfMemory from error

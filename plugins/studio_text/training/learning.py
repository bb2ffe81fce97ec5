"""One run of the text trainer: data, network, loop, samples, and the finished model. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from studio import sdk
from studio.sdk.training import Loop, Schedule, autocast, mixed_precision
from studio_text.own_models import read_model
from studio_text.training import network
from studio_text.training.adopting import RATE as ADOPTED_RATE
from studio_text.training.adopting import Adopted
from studio_text.training.batches import Dropout, Shelf
from studio_text.training.documents import CONTROL, Document, learn_tokenizer, read_documents, suggested_units
from studio_text.training.vocabulary import END, TEXT, TITLE

if TYPE_CHECKING:
    from studio_text.training.lm import TrainTextModel

SHOWINGS = 10
"""How often during a run samples are written and the held-out loss is taken."""

QUICK_TOKENS = 6_000
"""Held-out text that the curve is measured on."""

SAMPLES = 4
"""Texts in one sample."""

COUNTED_LETTERS = 100_000
"""How much text a forecast counts to tell how long counting all will take."""

TIMED_STEPS = 3
"""Steps a forecast times."""


class Learning:
    """Everything a run holds.

    Attributes:
        training, held_out: the texts on each side of the split; what is listed several times is shown more often.
        different: the training texts, each once.
        tokenizer, model: as transformers knows them.
        units: ``"characters"`` or ``"bytes"``.
        shelf: the training texts in batches.
    """

    def __init__(self, params: TrainTextModel.Params, ctx: sdk.TrainingContext) -> None:
        """Read the data and build or load the network."""
        self._params, self._ctx = params, ctx
        ctx.progress(0, params.steps, "reading the texts")
        self.training, self.held_out = read_documents(params.data.training), read_documents(params.data.held_out)
        if not self.training:
            raise sdk.UserError("The dataset has no texts to learn from.", param="data", hint="Add texts to it.")
        self.different = list(dict.fromkeys(self.training))
        self._start = ctx.model(params.start_from) if params.start_from else None
        self._adopted: Adopted | None = None
        self.units, self.tokenizer, self.model = self._continued() if self._start else self._new()
        adopted = self._adopted
        self.shelf = Shelf(
            self.tokenizer,
            self.training,
            units=self.units,
            context=adopted.context if adopted else self.model.config.max_position_embeddings,
            marks=adopted.marks if adopted else None,
            batch_tokens=params.batch,
            dropout=Dropout(params.hide_tags, params.hide_captions),
            seed=ctx.seed,
        )

    def lessons(self) -> Iterator[sdk.Lesson | sdk.Result]:
        """Train to the end, judge, and hand over the model."""
        steps = self._params.steps
        # `when` hides what a continued run does not use; the schedule is the same for both.
        optimizers = self._optimizers(self._params.rate)
        loop = Loop(
            self._ctx,
            {"model": self.model},
            optimizers,
            steps=steps,
            schedule=Schedule(warmup=0.02, decay=0.4),
            patience=self._params.stop_early,
        )
        every = max(1, steps // SHOWINGS)
        model = loop.modules["model"]
        model.train()
        for step in loop:
            loss = self._loss(model, step, loop.random, loop.device)
            loop.learn(tuple(optimizers), loss)
            yield from loop.report(message="learning", loss=loss.detach())
            if (step + 1) % every == 0 or step + 1 == steps:
                yield from loop.look(self._show(loop, step + 1))
        yield from loop.finish()
        if loop.is_main:
            yield self._finished(loop)

    def forecast(self) -> sdk.Forecast:
        """Time a few steps of typical length."""
        device = self._ctx.device
        model = mixed_precision(self.model.to(device), device)
        random = np.random.default_rng(0)
        optimizers = self._optimizers(0.0)
        started = time.perf_counter()
        for number in range(TIMED_STEPS + 1):
            if number == 1:
                started = time.perf_counter()
            torch.autograd.backward(self._loss(model, number, random, device))
            for optimizer in optimizers.values():
                optimizer.step()
                optimizer.zero_grad()
        seconds = (time.perf_counter() - started) / TIMED_STEPS
        weights = sum(weight.numel() for weight in model.parameters())
        places = self._params.batch
        # Weights, gradients, momentum and a copy; then per place the hidden states of each layer and the logits.
        config = model.config
        held = 4 * weights * 4 + 4 * places * (
            40 * config.hidden_size * config.num_hidden_layers + 3 * config.vocab_size
        )
        judging = self._params.judged / max(1, places) * seconds / 2 + 20 * seconds
        counting, tables = self._counting()
        return sdk.Forecast(
            seconds=seconds * self._params.steps + judging + counting,
            ram_gb=0.6 + tables / 2**30 + (held / 2**30 if self._ctx.device == "cpu" else 0.5),
            vram_gb=0.0 if self._ctx.device == "cpu" else 0.3 + held / 2**30,
            steps=self._params.steps,
            parameters=weights,
        )

    def _loss(self, model: Any, step: int, random: np.random.Generator, device: Any) -> torch.Tensor:
        with autocast(device, self._ctx.dtype):
            return network.loss_of(model, *self.shelf.batch(step, random), device)

    def _optimizers(self, rate: float) -> dict[str, torch.optim.Optimizer]:
        if self._adopted is None:
            return network.optimizers(self.model, rate, self._params.decay)
        return network.tuning(self.model, rate * ADOPTED_RATE)

    def _counting(self) -> tuple[float, float]:
        """Seconds and bytes of the counting method that the report compares with, from counting some of the texts."""
        from studio_text.training import judging

        if not self.held_out:
            return 0.0, 0.0
        some, letters = [], 0
        for place in np.random.default_rng(0).permutation(len(self.different)):
            some.append(self.different[place])
            letters += len(some[-1].text)
            if letters >= COUNTED_LETTERS:
                break
        started = time.perf_counter()
        judging.counted(self.shelf, some)
        share = sum(len(document.text) for document in self.different) / letters
        return (time.perf_counter() - started) * share, float(judging.COUNTED_BYTES * self.shelf.tokens)

    def _new(self) -> tuple[str, PreTrainedTokenizerFast, Any]:
        params = self._params
        units = suggested_units(self.training) if params.units == "auto" else params.units
        tokenizer = learn_tokenizer(self.training, units, params.vocabulary, params.context)
        width = max(1, round(params.width / network.HEAD)) * network.HEAD
        model = network.build(
            vocabulary=len(tokenizer),
            width=width,
            layers=params.layers,
            context=params.context,
            end=tokenizer.convert_tokens_to_ids(END),
            seed=self._ctx.seed,
        )
        return units, tokenizer, model

    def _continued(self) -> tuple[str, PreTrainedTokenizerFast, Any]:
        assert self._start is not None
        tokenizer = _learned_here(self._start)
        if tokenizer is None:
            folder = read_model(self._start, "start_from")
            self._adopted = Adopted(folder, self._params.batch, self._ctx.device)
            return "bytes", self._adopted.tokenizer, self._adopted.model
        try:
            model = network.load(self._start)
        except (OSError, ValueError, KeyError) as error:
            raise sdk.UserError(
                "The model to start from cannot be read.", param="start_from", hint="Choose another one."
            ) from error
        known = tokenizer.get_vocab()
        units = "characters" if CONTROL[-1] in known and "Ġ" not in known else "bytes"
        return units, tokenizer, model

    @torch.inference_mode()
    def _show(self, loop: Loop, step: int) -> Iterator[sdk.Lesson]:
        from studio_text.training.samples import write_samples

        model = loop.averaged["model"]
        model.eval()
        if self.held_out:
            yield sdk.Metric("held out loss", step, self._held_out_loss(model, loop.device))
        texts = write_samples(model, self.tokenizer, self.shelf, self._prompts(SAMPLES), most=160)
        model.train()
        yield sdk.Sample(step, sdk.Text(text="\n\n".join(texts), title=f"After {step} steps"))

    def _prompts(self, count: int) -> list[Sequence[str]]:
        """Captions to write to: of texts evenly spread over the held-out ones, whole and only the kind by turns."""
        source = self.held_out or self.training
        chosen = [source[place * len(source) // count] for place in range(count)]
        return [document.tags if place % 2 else document.tags[:1] for place, document in enumerate(chosen)]

    def _held_out_loss(self, model: Any, device: Any) -> float:
        total, learned = 0.0, 0
        for rows in in_batches(spread(self.held_out, self.shelf, QUICK_TOKENS), self._params.batch):
            inputs, labels = self.shelf.padded(rows)
            count = int((labels >= 0).sum())
            total += float(network.loss_of(model, inputs, labels, device)) * count
            learned += count
        return total / max(1, learned)

    def _finished(self, loop: Loop) -> sdk.TrainedModel:
        from studio.sdk.training.loop import folder_of
        from studio_text.training.form_judging import form_measures
        from studio_text.training.judging import judge

        self._ctx.progress(loop.steps, loop.steps, "judging")
        folder = folder_of(self._ctx, "model")
        if self._adopted:
            self._adopted.save(loop.averaged["model"], folder)
        else:
            network.save(loop.averaged["model"], folder)
            self.tokenizer.save_pretrained(folder)
        # What is judged is what was written: the weights after rounding.
        written = self._adopted.load(folder) if self._adopted else network.load(folder)
        evaluation = judge(self, written.eval(), self._ctx)
        formed = form_measures(folder, self.training, self._params.data, self._ctx)
        evaluation = replace(evaluation, measures=(*evaluation.measures, *formed))
        kinds = sorted({document.tags[0] for document in self.training if document.tags})
        facts: dict[str, sdk.Json] = {
            "units": self.units,
            "kinds": kinds[:200],
            "context": self.shelf.context,
            "parameters": sum(weight.numel() for weight in self.model.parameters()),
            "texts": len(self.different),
            "tokens": self.shelf.tokens,
            "passes": round(loop.step / self.shelf.batches, 2),
        }
        if self._adopted:
            facts |= {"architecture": self._adopted.folder.kind, "base": self._adopted.folder.path.name}
        return sdk.TrainedModel(folder, evaluation, facts)

    @property
    def judged(self) -> int:
        """Held-out tokens the report is measured on."""
        return self._params.judged

    @property
    def batch_tokens(self) -> int:
        """Tokens in a batch."""
        return self._params.batch


def _learned_here(folder: Path) -> PreTrainedTokenizerFast | None:
    """The tokenizer of a model that was taught by this recipe; None where it is of another make, or none at all."""
    try:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes a library raise; adopting it tells what is wrong
        return None
    known = tokenizer.get_vocab()
    return tokenizer if all(name in known for name in (END, TITLE, TEXT)) else None


def spread(documents: Sequence[Document], shelf: Shelf, tokens: int) -> list[tuple[list[int], list[int]]]:
    """Rows of texts evenly spread over `documents` that together have about so many tokens, sorted by length."""
    order = np.random.default_rng(0).permutation(len(documents))
    rows, total = [], 0
    for place in order:
        rows.append(shelf.whole(documents[place]))
        total += len(rows[-1][1])
        if total >= tokens:
            break
    return sorted(rows, key=lambda row: len(row[0]) + len(row[1]))


def in_batches(rows: Sequence[tuple[list[int], list[int]]], tokens: int) -> Iterator[list[tuple[list[int], list[int]]]]:
    """Rows sorted by length in groups of about so many tokens."""
    group: list[tuple[list[int], list[int]]] = []
    for row in rows:
        if group and (len(group) + 1) * (len(row[0]) + len(row[1])) > tokens:
            yield group
            group = []
        group.append(row)
    if group:
        yield group

"""One run of the trainer of answer finders: data, network, loop, samples, and the finished model. Imports torch."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from studio import sdk
from studio.sdk.training import Loop, Schedule, mixed_precision
from studio_text.passages import Rarity, stems_of
from studio_text.reading import CONTROL, Row
from studio_text.training import answer_network as network
from studio_text.training.answer_batches import Desk
from studio_text.training.questions import Asked, learn_pieces, read_questions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio_text.training.train_answer import TrainAnswer

SHOWINGS = 10
"""How often during a run samples are shown and the held-out loss is taken."""

QUICK_ROWS = 192
"""Held-out examples the curve is measured on."""

SHOWN = 6
"""Questions in one sample."""

ASIDE_IN_100 = 8
"""Texts in a hundred that are kept from learning, to learn afterwards how sure to be."""

TIMED_STEPS = 3
"""Steps a forecast times."""


class Learning:
    """Everything a run holds.

    Attributes:
        training, aside, held_out: questions to learn from, to set confidence by, and to judge by; each with its texts.
        tokenizer, model: as transformers knows them.
        rarity: of the stems in training texts.
        context: places of a row.
    """

    def __init__(self, params: TrainAnswer.Params, ctx: sdk.TrainingContext) -> None:
        """Read the data and build or load the network."""
        self.params, self._ctx = params, ctx
        ctx.progress(0, params.steps, "reading the texts")
        items = params.data.training
        apart = [item for item in items if _is_aside(item)]
        texts, asked = read_questions(item for item in items if not _is_aside(item))
        if not asked:
            raise sdk.UserError(
                "The dataset has no questions with answers to learn from.",
                param="data",
                hint="Each text needs the keys “question” and “answer”, or a list “questions” of such pairs.",
            )
        start = ctx.model(params.start_from) if params.start_from else None
        self.tokenizer, self.model = self._continued(start) if start else self._new(texts, asked)
        self.context: int = self.model.config.max_position_embeddings
        self.rarity = Rarity.counted(stems_of(text) for text in texts)
        self.training = self._desk(texts, asked)
        self.aside = self._desk(*read_questions(apart))
        self.held_out = self._desk(*read_questions(params.data.held_out))
        if not self.training.examples:
            raise sdk.UserError(
                "No answer of the dataset stands in its text.", param="data", hint="Answer in the words of the text."
            )

    def lessons(self) -> Iterator[sdk.Lesson | sdk.Result]:
        """Train to the end, judge, and hand over the model."""
        steps = self.params.steps
        loop = Loop(
            self._ctx,
            {"model": self.model},
            network.optimizers(self.model, self.params.rate),
            steps=steps,
            schedule=Schedule(warmup=0.05, decay=0.5),
            patience=self.params.stop_early,
        )
        every = max(1, steps // SHOWINGS)
        loop.modules["model"].train()
        for step in loop:
            loss = self._loss(loop.modules["model"], step, loop.random)
            loop.learn(("muon", "adamw"), loss)
            yield from loop.report(message="learning", loss=loss.detach())
            if (step + 1) % every == 0 or step + 1 == steps:
                yield from loop.look(self._show(loop, step + 1))
        yield from loop.finish()
        if loop.is_main:
            yield self._finished(loop)

    def forecast(self) -> sdk.Forecast:
        """Time a few steps."""
        model = mixed_precision(self.model.to(self._ctx.device), self._ctx.device).train()
        random = np.random.default_rng(0)
        optimizers = network.optimizers(model, 0.0)
        started = time.perf_counter()
        for number in range(TIMED_STEPS + 1):
            if number == 1:
                started = time.perf_counter()
            torch.autograd.backward(self._loss(model, number, random))
            for optimizer in optimizers.values():
                optimizer.step()
                optimizer.zero_grad()
        seconds = (time.perf_counter() - started) / TIMED_STEPS
        weights = sum(weight.numel() for weight in model.parameters())
        config, on_cpu = model.config, self._ctx.device == "cpu"
        held = 4 * weights * 4 + 4 * self.params.batch * self.context * config.num_hidden_layers * (
            40 * config.hidden_size + 4 * self.context * config.num_attention_heads
        )
        # A question is judged on about four rows, without gradients.
        judged = min(self.params.judged, len(self.held_out.asked)) + 2 * len(self.aside.asked)
        return sdk.Forecast(
            seconds=seconds * (self.params.steps + 1.5 * judged / self.params.batch),
            ram_gb=0.6 + (held / 2**30 if on_cpu else 0.5),
            vram_gb=0.0 if on_cpu else 0.3 + held / 2**30,
            steps=self.params.steps,
            parameters=weights,
        )

    def _new(self, texts: list[str], asked: list[Asked]) -> tuple[PreTrainedTokenizerFast, Any]:
        params = self.params
        tokenizer = learn_pieces([*texts, *(one.question for one in asked)], params.vocabulary, params.context)
        width = max(1, round(params.width / network.HEAD)) * network.HEAD
        model = network.build(
            vocabulary=len(tokenizer), width=width, layers=params.layers, context=params.context, seed=self._ctx.seed
        )
        return tokenizer, model

    def _continued(self, start: Any) -> tuple[PreTrainedTokenizerFast, Any]:
        try:
            tokenizer = PreTrainedTokenizerFast.from_pretrained(start, local_files_only=True)
            model = network.load(start)
        except (OSError, ValueError, KeyError) as error:
            raise sdk.UserError(
                "The model to start from cannot be read.", param="start_from", hint="Choose another one."
            ) from error
        if not all(name in tokenizer.get_vocab() for name in CONTROL):
            raise sdk.UserError(
                "The model to start from does not find answers.",
                param="start_from",
                hint="Choose a model that the studio taught to find answers.",
            )
        return tokenizer, model

    def _desk(self, texts: list[str], asked: list[Asked]) -> Desk:
        return Desk(texts, asked, self.tokenizer, self.rarity, self.context)

    def _loss(self, model: Any, step: int, random: np.random.Generator) -> torch.Tensor:
        shown = self.training.batch(step, self.params.batch, self._ctx.seed, random)
        rows = [row for row, _ in shown]
        hidden = torch.from_numpy(random.random((len(rows), self.context)) < self.params.hide_words)
        chance = network.chances(model, rows, 0, hidden=hidden.to(next(model.parameters()).device))
        return network.loss_of(chance, stacked([wanted for _, wanted in shown], chance.shape[-1]))

    @torch.inference_mode()
    def _show(self, loop: Loop, step: int) -> Iterator[sdk.Lesson]:
        from studio_text.answering import Finder

        model = loop.averaged["model"].eval()
        judged = self.held_out if self.held_out.examples else self.training
        if self.held_out.examples:
            yield sdk.Metric("held out loss", step, _quick_loss(model, self.held_out))
        finder = Finder(model, self.tokenizer, self.rarity)
        lines = []
        for place in range(min(SHOWN, len(judged.asked))):
            one = judged.asked[place * len(judged.asked) // SHOWN]
            found = finder.find(judged.pages[one.text].text, one.question)
            lines.append(f"{one.question}\n→ {found[0].text if found else '–'}\n= {one.answer}")
        model.train()
        yield sdk.Sample(step, sdk.Text(text="\n\n".join(lines), title=f"After {step} steps"))

    def _finished(self, loop: Loop) -> sdk.TrainedModel:
        from studio.sdk.training.loop import folder_of
        from studio_text.training.answer_judging import conclude

        self._ctx.progress(loop.steps, loop.steps, "judging")
        folder = folder_of(self._ctx, "model")
        network.save(loop.averaged["model"], folder)
        self.tokenizer.save_pretrained(folder)
        # What is judged is what was written: the weights after rounding.
        evaluation = conclude(self, network.load(folder).eval(), folder, self._ctx)
        return sdk.TrainedModel(
            folder,
            evaluation,
            {
                "context": self.context,
                "parameters": sum(weight.numel() for weight in self.model.parameters()),
                "questions": len(self.training.asked),
                "learned": len(self.training.examples),
                "texts": len(self.training.pages),
                "passes": round(loop.step * self.params.batch / len(self.training.examples), 2),
            },
        )


def stacked(wanted: list[NDArray[np.bool_]], places: int) -> torch.Tensor:
    """What is wanted of each row, bool [2, rows, places]."""
    found = np.zeros((2, len(wanted), places), dtype=np.bool_)
    for number, one in enumerate(wanted):
        found[:, number, : one.shape[1]] = one
    return torch.from_numpy(found)


def _is_aside(item: sdk.DatasetItem) -> bool:
    """Whether a text is kept for setting confidence: whole sources, by the hash of their name."""
    return zlib.crc32(f"aside {item.source or item.path}".encode()) % 100 < ASIDE_IN_100


def _quick_loss(model: Any, desk: Desk) -> float:
    """Mean loss on examples evenly spread over a desk."""
    step = max(1, len(desk.examples) // QUICK_ROWS)
    random = np.random.default_rng(0)
    shown = [desk.row_around(example, random) for example in desk.examples[::step][:QUICK_ROWS]]
    total = 0.0
    for first in range(0, len(shown), 32):
        part: list[tuple[Row, Any]] = shown[first : first + 32]
        chance = network.chances(model, [row for row, _ in part], 0)
        total += float(network.loss_of(chance, stacked([one for _, one in part], chance.shape[-1]))) * len(part)
    return total / max(1, len(shown))

"""One run of the LoRA trainer for language models: texts, loop, samples, and the finished LoRA. Imports torch, peft."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import psutil
import torch
from peft import LoraConfig, get_peft_model
from transformers.pytorch_utils import Conv1D

from studio import sdk
from studio.sdk.cancelling import cancel_points
from studio.sdk.training import Loop, Schedule
from studio.sdk.training.adapters import adapter_weights, holding
from studio_text.own_loading import OwnModel, quiet
from studio_text.own_models import chosen_model
from studio_text.own_writing import Manner, beginning, tokens
from studio_text.training.documents import Document, read_documents
from studio_text.training.lora_pages import IGNORED, Pages, Piece
from studio_text.writing import tidy

SHOWINGS = 8
"""How often during a run samples are written and the held-out loss is taken."""

QUICK = 3_000
"""Held-out tokens that the curve is measured on."""

SAMPLES, LONGEST, GIVEN = 3, 120, 40
"""Texts in one sample, their longest new part in tokens, and letters of a text that are given."""

TIMED = 3
"""Steps a forecast times, after one that it does not."""


class LoraLearning:
    """Everything a run holds.

    Attributes:
        training, held_out: the texts on each side of the split.
        own: the base, its network dressed in the LoRA that learns.
        pages: the training texts in pieces.
        weights: the LoRA.
    """

    def __init__(self, params: Any, ctx: sdk.TrainingContext) -> None:
        """Load the base, read the texts, and add fresh matrices to the network."""
        self._params, self._ctx = params, ctx
        ctx.progress(0, params.steps, "Loading the model")
        folder = chosen_model(params.base, ctx, "base")
        self.training, self.held_out = read_documents(params.data.training), read_documents(params.data.held_out)
        if not self.training:
            raise sdk.UserError("The dataset has no texts to learn from.", param="data", hint="Add texts to it.")
        # In bfloat16 where the device likes it, whose range is that of float32; otherwise in float32.
        half = ctx.dtype == "bfloat16"
        self.own = OwnModel(folder, ctx.device, "bfloat16" if half else "float32")
        context = min(params.context, self.own.context)
        ctx.progress(0, params.steps, "Reading the texts")
        with quiet():
            self.pages, self._kept = (
                Pages(self.own.tokenizer, documents, context, captions=params.captions)
                for documents in (self.training, self.held_out)
            )
        if not self.pages.pieces:
            raise sdk.UserError("The texts are too short to learn from.", param="data", hint="Add longer ones.")
        self._dress()
        self.weights = adapter_weights(self.own.model)

    def lessons(self) -> Iterator[sdk.Lesson | sdk.Result]:
        """Train to the end, judge, and hand over the LoRA."""
        from studio_text.training.lora_judging import finished

        steps = self._params.steps
        loop = self._loop()
        every = max(1, steps // SHOWINGS)
        for step in loop:
            yield from loop.report(message="Learning", loss=self.learn(loop))
            if (step + 1) % every == 0 or step + 1 == steps:
                yield from loop.look(self._show(loop, step + 1))
        yield from loop.finish()
        if loop.is_main:
            self._ctx.progress(steps, steps, "Judging")
            yield finished(self, loop, self._params, self._ctx)

    def learn(self, loop: Loop) -> torch.Tensor:
        """One step; returns the loss, nats per token."""
        pieces = self.pages.drawn(self._params.batch, loop.random)
        loss, _ = self._loss(loop.modules["lora"], pieces, self.pages, loop.device)
        loop.learn("lora", loss)
        return loss.detach()

    @torch.no_grad()
    def foresight(self, most: int) -> float:
        """Bits per byte of held-out texts by what the network holds now; captions are given, not counted."""
        bits, size = 0.0, 0
        with cancel_points(self._ctx, self.own.model):
            for pieces in self._kept.spread(most):
                loss, count = self._loss(self.own.model, pieces, self._kept, self.own.model.device)
                bits += float(loss) * count / math.log(2)
                size += len(self.own.tokenizer.decode(pieces[0][1], skip_special_tokens=True).encode())
        return bits / max(1, size)

    def written(self, documents: Sequence[Document], most: int) -> list[str]:
        """A text for the beginning of each of `documents`, the n-th always from seed n."""
        texts = []
        for seed, document in enumerate(documents):
            given = document.text[:GIVEN].rpartition(" ")[0] or document.text[:GIVEN]
            if self._params.captions and document.tags:
                given = f"{', '.join(document.tags)}\n\n"
            start = beginning(self.own, given, most)
            fresh = []
            with cancel_points(self._ctx, self.own.model):
                for token in tokens(self.own, start, Manner(), seed):
                    fresh.append(token)
                    if len(fresh) >= most:
                        break
            texts.append(tidy(given + self.own.tokenizer.decode(fresh, skip_special_tokens=True)))
        return texts

    def forecast(self) -> sdk.Forecast:
        """Time a few steps."""
        loop = self._loop()
        self.learn(loop)
        started = time.perf_counter()
        for _ in range(TIMED):
            self.learn(loop)
        step = (time.perf_counter() - started) / TIMED
        seen = self._params.batch * min(self._params.context, self.own.context)
        # Judging reads held-out texts twice, forward only; a token written costs about a small step.
        judging = 2 * self._params.judged / seen * step / 3 + (SHOWINGS + 4) * SAMPLES * LONGEST * step / 30
        on_gpu = self._ctx.device != "cpu" and torch.cuda.is_available()
        return sdk.Forecast(
            seconds=step * self._params.steps + judging,
            ram_gb=psutil.Process().memory_info().rss / 2**30,
            vram_gb=torch.cuda.max_memory_allocated() / 2**30 if on_gpu else 0.0,
            steps=self._params.steps,
            parameters=sum(weight.numel() for weight in self.weights.parameters()),
        )

    def _loop(self) -> Loop:
        self.own.model.train()
        optimizer = torch.optim.AdamW(self.weights.parameters(), self._params.rate, weight_decay=0.01)
        return Loop(
            self._ctx, {"lora": self.weights}, {"lora": optimizer}, steps=self._params.steps,
            average=self._params.average, schedule=Schedule(), patience=self._params.stop_early,
        )  # fmt: skip

    def _dress(self) -> None:
        """Fresh matrices that depend on the seed alone; at first they change nothing (Hu et al. 2022, "LoRA")."""
        params, model = self._params, self.own.model
        if params.checkpointing and model.supports_gradient_checkpointing:
            # newer releases of transformers call it by another name
            enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
            enable({"use_reentrant": False})
        layers = "all-linear" if params.reach == "all" else attention_layers(model)
        adapter = LoraConfig(r=params.rank, lora_alpha=params.alpha, target_modules=layers, task_type="CAUSAL_LM")
        with torch.random.fork_rng(devices=[]), quiet():
            torch.manual_seed(self._ctx.seed)
            self.own.model = get_peft_model(model, adapter)

    def _loss(
        self, network: Any, pieces: Sequence[Piece], pages: Pages, device: torch.device
    ) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy of what is to be learned, and of how many tokens it is the mean."""
        inputs, seen, labels = (tensor.to(device) for tensor in pages.tensors(pieces))
        scores = network(input_ids=inputs, attention_mask=seen, use_cache=False).logits[:, :-1]
        wanted = labels[:, 1:]
        learned = wanted != IGNORED
        loss = torch.nn.functional.cross_entropy(scores[learned].float(), wanted[learned])
        return loss, int(learned.sum())

    def _show(self, loop: Loop, step: int) -> Iterator[sdk.Lesson]:
        self.own.model.eval()
        with holding(self.weights, loop.averaged["lora"]):
            if self._kept.pieces:
                yield sdk.Metric("held out bits per byte", step, self.foresight(QUICK))
            if loop.is_main:
                texts = self.written((self.held_out or self.training)[:SAMPLES], LONGEST)
                yield sdk.Sample(step, sdk.Text(text="\n\n".join(texts), title=f"After {step:,} steps"))
        self.own.model.train()


def attention_layers(model: Any) -> list[str] | str:
    """The last part of the names of all matrices that belong to attention; all matrices where none is called so."""
    found = {
        name.rpartition(".")[2]
        for name, module in model.named_modules()
        if isinstance(module, (torch.nn.Linear, Conv1D)) and "att" in name.lower()
    }
    return sorted(found) or "all-linear"

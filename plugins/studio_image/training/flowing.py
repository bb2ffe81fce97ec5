"""A flow-matching network while it learns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.attention_processor import AttnProcessor
from numpy.typing import NDArray

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio_image.models.flow import FlowModel, FlowNetwork, FlowShape, grown, save
from studio_image.models.words import EMPTY, Vocabulary
from studio_image.training.dataset import Pictures, batch, scaled
from studio_image.training.evaluation import sample_sheet
from studio_image.training.runs import seeded

SHEET = 16
WATCHED = 64
DRAWN = 200
"""Pictures that are drawn to be measured."""

TOGETHER = 10
"""Of these, as many are drawn at once; between them a run can be cancelled."""

EARLIER, SPREAD = -0.8, 0.8
"""Mean and deviation of the logit of times in training: mostly nearer to noise (Li and He 2025)."""

STEPS, GUIDANCE = 20, 2.5
"""How pictures are drawn while it learns and for the report."""


class Flowing:
    """Network, words, optimizer and loop.

    Attributes:
        pictures: what it learns from.
        network: velocities.
        vocabulary: the words of the training captions.
        loop: the steps that are left; call `learn` once in each.
    """

    def __init__(
        self, params: Any, pictures: Pictures, ctx: sdk.TrainingContext, start: FlowModel | None = None
    ) -> None:
        """Begin with a fresh network, or go on with `start`, which keeps its words and learns those that are new."""
        self.pictures = pictures
        fresh = Vocabulary.of(pictures.captions, fewest=params.rarest)
        self.vocabulary = fresh if start is None else start.vocabulary.joined(fresh)
        known = len(self.vocabulary.words)
        shape = FlowShape(pictures.size, pictures.channels, params.width, params.words, known)
        with seeded(ctx.seed):
            self.network = FlowNetwork(shape) if start is None else grown(start.network, known)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if ctx.device == "cpu":
            # torch's own attention is slow to differentiate on processors, most of all in bfloat16
            self.network.unet.set_attn_processor(AttnProcessor())
        optimizer = torch.optim.AdamW(self.network.parameters(), params.learning_rate, weight_decay=0.01)
        self.loop = Loop(
            ctx, {"flow": self.network}, {"flow": optimizer}, steps=params.steps, average=params.average,
            schedule=Schedule(), patience=params.stop_early,
        )  # fmt: skip
        self._params, self._seed, self._ctx = params, ctx.seed, ctx
        self._known = torch.tensor(self.vocabulary.encode(pictures.captions))
        self._watched = torch.tensor(self.vocabulary.encode(pictures.held_out_captions[:WATCHED]))

    def learn(self) -> torch.Tensor:
        """One step; returns the loss, squared error of the velocity."""
        random, known = self.loop.random, self.pictures.training
        places = random.integers(len(known), size=self._params.batch)
        flips = random.random(len(places)) < 0.5 if self._params.mirror else None
        told = torch.from_numpy(random.random((len(places), 1)) >= self._params.silence)
        numbers = self._known[torch.from_numpy(places)]
        told = told & torch.from_numpy(random.random(numbers.shape) >= self._params.forgetting)
        numbers = torch.where(told, numbers, EMPTY).to(self.loop.device)
        real = batch(known, places, flips).to(self.loop.device)
        loss = self._loss(self.loop.modules["flow"], real, numbers, self.loop.noise)
        self.loop.learn("flow", loss)
        return loss.detach()

    def _loss(self, network: Any, real: torch.Tensor, numbers: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
        """Squared error of the velocity on straight ways from noise; times are logit-normal (Esser et al. 2024)."""
        start = torch.randn(real.shape, generator=noise).to(real.device)
        time = (EARLIER + SPREAD * torch.randn(len(real), generator=noise)).sigmoid().to(real.device)
        under_way = start + time[:, None, None, None] * (real - start)
        missed: torch.Tensor = (network(under_way, time, numbers) - (real - start)).square().mean()
        return missed

    @torch.no_grad()
    def held_out(self, step: int) -> Iterator[sdk.Metric]:
        """The loss on pictures it never saw, always with the same noise."""
        if len(self._watched):
            loss = self._watched_loss(self.loop.averaged["flow"], self._watched)
            yield sdk.Metric("held out loss", step, loss)

    @torch.no_grad()
    def obedience(self, model: FlowModel) -> tuple[sdk.Measure, ...]:
        """How much the words help on pictures never seen."""
        if not len(self._watched):
            return ()
        network = model.network.to(self.loop.device)
        told, untold = (
            self._watched_loss(network, numbers) for numbers in (self._watched, torch.full_like(self._watched, EMPTY))
        )
        network.cpu()
        meaning = "Error of the predicted motion from noise to held-out pictures; lower than without words: it listens."
        return (sdk.Measure("held out loss", told, untold, "the same without words", "lower", meaning),)

    def _watched_loss(self, network: Any, numbers: torch.Tensor) -> float:
        real = scaled(self.pictures.held_out[:WATCHED]).to(self.loop.device)
        noise = torch.Generator().manual_seed(self._seed)
        return float(self._loss(network, real, numbers.to(self.loop.device), noise))

    def sheet(self) -> NDArray[np.uint8]:
        """Pictures for captions of held-out pictures (of training ones without any), always from the same noise."""
        model = FlowModel(self.loop.averaged["flow"], self.vocabulary, self.pictures.crisp)
        captions = self.pictures.held_out_captions or self.pictures.captions
        spread = np.linspace(0, len(captions) - 1, SHEET).astype(int)
        made = model.draw([captions[place] for place in spread], self._seed, steps=STEPS, guidance=GUIDANCE)
        return sample_sheet(made, 4, crisp=self.pictures.crisp)

    @cached_property
    def asked(self) -> NDArray[np.int64]:
        """The training pictures, drawn at random, whose captions are drawn to be measured."""
        random = np.random.Generator(np.random.PCG64(self._seed))
        count = len(self.pictures.captions)
        return random.integers(count, size=min(DRAWN, max(SHEET, count // 2)))

    def drawn(self, model: FlowModel) -> torch.Tensor:
        """A picture for each that was `asked` for, [n, channels, s, s]."""
        captions = self.pictures.captions
        made = []
        model.network.to(self.loop.device)
        for index, part in enumerate(np.array_split(self.asked, -(-len(self.asked) // TOGETHER))):
            self._ctx.check()
            asked = [captions[place] for place in part]
            made.append(model.draw(asked, self._seed + index, steps=STEPS, guidance=GUIDANCE))
        model.network.cpu()
        return torch.cat(made)

    def noise(self, _model: FlowModel) -> torch.Tensor:
        """As many pictures as `drawn` makes, for a forecast: judging them takes as long."""
        pictures = self.pictures
        return torch.rand(len(self.asked), pictures.channels, pictures.size, pictures.size) * 2 - 1

    def save(self, folder: Path) -> None:
        """Write the averaged network as a model folder."""
        captions = tuple(dict.fromkeys(caption for caption in self.pictures.captions if caption))
        save(folder, FlowModel(self.loop.averaged["flow"], self.vocabulary, self.pictures.crisp, captions))

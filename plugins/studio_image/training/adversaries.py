"""The two networks of a GAN while they learn against each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

import studio.sdk as sdk
from studio.sdk.training import Loop
from studio_image.models.gan import Discriminator, GanShape, Generator, settle
from studio_image.models.latents import PictureModel, factorised, save
from studio_image.training.augmentation import augment
from studio_image.training.dataset import Pictures, batch, scaled
from studio_image.training.evaluation import coordinates, sample_sheet
from studio_image.training.runs import seeded

LAZY = 16
"""Steps between gradient penalties (Karras et al. 2020, "Analyzing and improving…", section 3.1)."""

SCORED = 128
"""Most pictures of each side that are scored to see whether the discriminator learns them by heart."""


class Adversaries:
    """Generator and discriminator, their optimizers and their loop.

    Attributes:
        generator, discriminator: the networks.
        pictures: what they learn from.
        loop: the steps that are left; call `learn` once in each.
    """

    def __init__(self, params: Any, pictures: Pictures, ctx: sdk.TrainingContext, start: Any = None) -> None:
        """Begin with fresh networks, or go on with the generator `start`, whose discriminator nobody kept."""
        shape = GanShape(
            params.architecture, pictures.size, pictures.channels, params.latent, params.width, params.spectral
        )
        shape = shape if start is None else start.shape
        with seeded(ctx.seed):
            self.generator = Generator(shape) if start is None else start.train()
            self.discriminator = Discriminator(shape)
        for network in (self.generator, self.discriminator):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        rates = {"generator": params.learning_rate, "discriminator": params.learning_rate}
        modules = {"generator": self.generator, "discriminator": self.discriminator}
        betas = (0.0, 0.99) if shape.architecture == "residual" else (0.5, 0.999)
        optimizers = {
            name: torch.optim.Adam(module.parameters(), rates[name], betas=betas) for name, module in modules.items()
        }
        self.loop = Loop(ctx, modules, optimizers, steps=params.steps, average=params.average, clip=0.0)
        self._params, self.pictures, self._seed = params, pictures, ctx.seed
        self._latent = shape.latent

    def learn(self) -> dict[str, torch.Tensor]:
        """One step of the discriminator and one of the generator; returns both losses."""
        real = self._batch()
        judge, maker = self.loop.modules["discriminator"], self.loop.modules["generator"]
        with torch.no_grad():
            made = maker(self._noise(len(real)))
        judged = self._judge_loss(judge, real, made)
        self.loop.learn("discriminator", judged)
        judge.requires_grad_(requires_grad=False)
        score = judge(self._seen(maker(self._noise(len(real)))))
        loss = self._maker_loss(score)
        self.loop.learn("generator", loss)
        judge.requires_grad_(requires_grad=True)
        return {"generator_loss": loss.detach(), "discriminator_loss": judged.detach()}

    def _judge_loss(self, judge: Any, real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
        """What the discriminator pays, every `LAZY` steps with R1 (Mescheder et al. 2018)."""
        penalised = self._params.r1 > 0 and self.loop.step % LAZY == 0
        real.requires_grad_(penalised)
        on_real, on_made = judge(self._seen(real)), judge(self._seen(made))
        if self._params.loss == "hinge":
            loss = functional.relu(1 - on_real).mean() + functional.relu(1 + on_made).mean()
        else:
            loss = functional.softplus(-on_real).mean() + functional.softplus(on_made).mean()
        if penalised:
            (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
            loss = loss + LAZY * self._params.r1 / 2 * slope.square().sum((1, 2, 3)).mean()
        return loss

    def _maker_loss(self, score: torch.Tensor) -> torch.Tensor:
        """What the generator pays for how real its pictures seem (Goodfellow et al. 2014, section 3, for the last two).

        Minimax hands the generator the discriminator's own loss with the sign turned, log(1 − D): flat where D is sure.
        """
        match self._params.loss:
            case "hinge":
                return -score.mean()
            case "minimax":
                return -functional.softplus(score).mean()
            case _:
                return functional.softplus(-score).mean()

    def _batch(self) -> torch.Tensor:
        random, known = self.loop.random, self.pictures.training
        places = random.integers(len(known), size=self._params.batch)
        flips = random.random(len(places)) < 0.5 if self._params.mirror else None
        return batch(known, places, flips).to(self.loop.device)

    def _noise(self, count: int) -> torch.Tensor:
        return torch.randn(count, self._latent, generator=self.loop.noise).to(self.loop.device)

    def _seen(self, pictures: torch.Tensor) -> torch.Tensor:
        return augment(pictures) if self._params.augment else pictures

    @torch.no_grad()
    def sheet(self, count: int) -> NDArray[np.uint8]:
        """Pictures at the same places of the latent space each time, by the averaged weights."""
        maker = self.loop.averaged["generator"]
        settle(maker)
        made = maker(coordinates(count, self._latent, self._seed).to(self.loop.device)).cpu()
        maker.train(self._params.average == 0)
        return sample_sheet(made, round(count**0.5), crisp=self.pictures.crisp)

    @torch.no_grad()
    def scores(self, step: int) -> Iterator[sdk.Metric]:
        """How real the discriminator finds pictures it learned from, and others; far apart means learned by heart."""
        judge = self.discriminator.eval()
        sides = {"training": self.pictures.training, "held out": self.pictures.held_out}
        for name, known in sides.items():
            if len(known):
                score = judge(scaled(known[:SCORED]).to(self.loop.device)).mean()
                yield sdk.Metric(f"score of {name} pictures", step, float(score))
        judge.train()

    def save(self, folder: Path) -> None:
        """Write the averaged generator as a model folder."""
        maker = self.loop.averaged["generator"]
        settle(maker, batches=32)
        latents = factorised(maker.start.weight.cpu())
        save(folder, PictureModel(maker, latents, self.pictures.crisp), maker)

"""A variational autoencoder while it learns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio_image.models.latents import PictureModel, principal, save
from studio_image.models.vae import Vae, VaeShape, distortion, divergence, objective
from studio_image.training.attributes import named
from studio_image.training.dataset import Pictures, batch, scaled
from studio_image.training.evaluation import sample_sheet
from studio_image.training.runs import seeded

COLUMNS = 8
"""Pictures in a row of the sample sheet."""

CODED = 2000
"""Most training pictures whose codes decide where new ones are drawn from."""

WATCHED = 256
"""Most held-out pictures that are watched while it learns."""


class Autoencoding:
    """Network, optimizer and loop.

    Attributes:
        network: encoder and decoder.
        pictures: what it learns from.
        loop: the steps that are left; call `learn` once in each.
    """

    def __init__(self, params: Any, pictures: Pictures, ctx: sdk.TrainingContext, start: Any = None) -> None:
        """Begin with a fresh network, or go on with `start`, a `Vae`."""
        with seeded(ctx.seed):
            shape = VaeShape(pictures.size, pictures.channels, params.latent, params.width)
            self.network = Vae(shape) if start is None else start.train()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.Adam(self.network.parameters(), params.learning_rate)
        self.loop = Loop(
            ctx, {"vae": self.network}, {"vae": optimizer}, steps=params.steps, average=params.average,
            schedule=Schedule(), patience=params.stop_early,
        )  # fmt: skip
        self._params, self.pictures, self._seed = params, pictures, ctx.seed

    def learn(self) -> dict[str, torch.Tensor]:
        """One step; returns the root mean square error of values 0 … 1, and the divergence, nats per picture."""
        random, known = self.loop.random, self.pictures.training
        places = random.integers(len(known), size=self._params.batch)
        flips = random.random(len(places)) < 0.5 if self._params.mirror else None
        real = batch(known, places, flips).to(self.loop.device)
        network = self.loop.modules["vae"]
        mean, log_variance = network.encode(real)
        noise = torch.randn(mean.shape, generator=self.loop.noise).to(mean.device)
        far = distortion(network(mean + noise * (log_variance / 2).exp()), real)
        wide = divergence(mean, log_variance).mean()
        self.loop.learn("vae", objective(far, wide, self._beta(), real[0].numel()))
        return {"reconstruction_error": far.detach().sqrt() / 2, "divergence": wide.detach()}

    def _beta(self) -> float:
        """β at this step: grows over the warm-up, lest the decoder learn to ignore the latents."""
        warm = self._params.warmup * self.loop.steps
        return float(self._params.beta * min(1.0, (self.loop.step + 1) / max(1.0, warm)))

    @torch.no_grad()
    def held_out(self, step: int) -> Iterator[sdk.Metric]:
        """The error on pictures it never saw, through the means of their codes."""
        known = scaled(self.pictures.held_out[:WATCHED]).to(self.loop.device)
        if len(known):
            network = self.loop.averaged["vae"]
            mean, _ = network.encode(known)
            error = distortion(network(mean), known).sqrt() / 2
            yield sdk.Metric("held out reconstruction error", step, float(error))

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Rows: held-out pictures, what becomes of them, two of new pictures, and a walk between two known ones."""
        network = self.loop.averaged["vae"]
        shown = self.pictures.held_out if len(self.pictures.held_out) >= COLUMNS else self.pictures.training
        spread = np.linspace(0, len(shown) - 1, COLUMNS).astype(np.int64)
        real = batch(shown, spread).to(self.loop.device)
        codes, _ = network.encode(real)
        noise = torch.Generator().manual_seed(self._seed)
        fresh = torch.randn(2 * COLUMNS, self.network.shape.latent, generator=noise)
        drawn = self._map()(fresh).to(self.loop.device)
        share = torch.linspace(0, 1, COLUMNS, device=codes.device)[:, None]
        walk = codes[:1] * (1 - share) + codes[-1:] * share
        made = network(torch.cat([codes, drawn, walk]))
        return sample_sheet(torch.cat([real, made]).cpu(), COLUMNS, crisp=self.pictures.crisp)

    def _map(self) -> Any:
        return principal(*coded(self.loop.averaged["vae"], self.pictures, self.loop.device))

    def save(self, folder: Path) -> None:
        """Write the averaged network as a model folder."""
        network = self.loop.averaged["vae"]
        means, variances = coded(network, self.pictures, self.loop.device)
        latents = principal(means, variances)
        attributes = named(latents.inverse(means), self.pictures.captions[:CODED])
        save(folder, PictureModel(network, latents, self.pictures.crisp, attributes), network)


@torch.no_grad()
def coded(network: Any, pictures: Pictures, device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """What the encoder says of the first `CODED` training pictures: means [n, latent] and mean variances [latent]."""
    known = scaled(pictures.training[:CODED]).to(device)
    parts = [network.encode(part) for part in torch.split(known, 256)]
    variances = torch.cat([log_variance for _, log_variance in parts]).exp().mean(0).cpu()
    return torch.cat([mean for mean, _ in parts]).cpu(), variances

"""Pictures and captions as the denoiser takes them, worked out once before the training. Imports torch, diffusers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

import studio.sdk as sdk
from studio_diffusion.latents import scale
from studio_diffusion.pipelines import LoadedPipeline, quiet
from studio_diffusion.training.objectives import Lot, Objective, Told
from studio_diffusion.training.pictures import Frame, Shot


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A picture as the autoencoder sees it: a Gaussian.

    Attributes:
        mean, deviation: [c, h, w] on the CPU.
        frame: how it got into its bucket.
        caption: what it shows.
        path: its file, None where it has none.
    """

    mean: torch.Tensor
    deviation: torch.Tensor
    frame: Frame
    caption: str
    path: Path | None = None


@dataclass(eq=False)
class Album:
    """Pictures to draw from, by bucket.

    Attributes:
        pictures: in the order of the dataset.
    """

    pictures: Sequence[Encoded]
    _buckets: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, picture in enumerate(self.pictures):
            self._buckets.setdefault((picture.frame.width, picture.frame.height), []).append(place)

    def drawn(self, count: int, random: np.random.Generator) -> list[Encoded]:
        """`count` pictures of one bucket, each bucket as likely as it is full."""
        first = self.pictures[int(random.integers(len(self.pictures)))]
        shelf = self._buckets[first.frame.width, first.frame.height]
        others = random.integers(len(shelf), size=count - 1)
        return [first, *(self.pictures[shelf[place]] for place in others)]


class Reader:
    """Captions as embeddings, each worked out once.

    Attributes:
        known: embeddings by caption, on the CPU.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.known: dict[str, Told] = {}

    @torch.inference_mode()
    def learn(self, captions: Iterable[str], ctx: sdk.Context) -> None:
        """Work out those that are new; needs the text encoders."""
        with quiet():
            for caption in captions:
                ctx.check()
                if caption not in self.known:
                    told = self._objective.read(caption)
                    # Tensors made for inference alone cannot take part in training.
                    self.known[caption] = {name: numbers.clone() for name, numbers in told.items()}


@torch.inference_mode()
def encode(loaded: LoadedPipeline, shots: Iterable[Shot], mirror: bool, ctx: sdk.Context) -> list[Encoded]:
    """Pictures as Gaussians of latents, in float32; mirror images besides where `mirror` says so.

    The autoencoder of SDXL overflows in half precision, so it works in single.
    """
    vae = loaded.pipe.vae
    kind = next(vae.parameters()).dtype
    found = []
    with quiet():
        vae.to(torch.float32)
    try:
        for shot in shots:
            ctx.check()
            found.append(_encoded(vae, shot, flipped=False))
            if mirror and not shot.held_out:
                found.append(_encoded(vae, shot, flipped=True))
    finally:
        with quiet():
            vae.to(kind)
    return found


def _encoded(vae: torch.nn.Module, shot: Shot, *, flipped: bool) -> Encoded:
    pixels = torch.from_numpy(shot.pixels.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    if flipped:
        pixels = pixels.flip(3)
    device = next(vae.parameters()).device
    seen = vae.encode(pixels.to(device)).latent_dist  # type: ignore[operator]  # diffusers has no types
    return Encoded(seen.mean[0].cpu().clone(), seen.std[0].cpu().clone(), shot.frame, shot.caption, shot.path)


def lot_of(
    loaded: LoadedPipeline,
    chosen: Sequence[Encoded],
    told: Sequence[Told],
    noise: torch.Generator,
    device: torch.device,
) -> Lot:
    """Pictures of one bucket and their captions on the device; latents are drawn from their Gaussians."""
    means, deviations = (torch.stack(rows) for rows in zip(*((one.mean, one.deviation) for one in chosen), strict=True))
    latents = means + deviations * torch.randn(means.shape, generator=noise)
    words = {name: torch.stack([one[name] for one in told]).to(device) for name in told[0]}
    return Lot(scale(loaded.pipe.vae, latents).to(device), words, [one.frame for one in chosen])

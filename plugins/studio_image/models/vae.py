"""Variational autoencoders of 32 or 64 pixels (Kingma and Welling 2014; β as in Higgins et al. 2017).

Pictures are [n, channels, size, size] within −1 … 1, colours premultiplied with the fourth channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

SMALLEST = 4
"""Side of the smallest feature map, pixels."""

LOG_VARIANCES = (-10.0, 4.0)
"""Range of the encoder's log variances; beyond it exp() helps nobody."""


@dataclass(frozen=True, slots=True)
class VaeShape:
    """What decides the network's shape.

    Attributes:
        size: side of the pictures, pixels, `SMALLEST` times a power of two.
        channels: 3 for RGB, 4 for premultiplied RGB and alpha.
        latent: numbers that stand for one picture.
        width: channels of the largest feature map; each halving of the side doubles them.
    """

    size: int = 32
    channels: int = 4
    latent: int = 64
    width: int = 32

    @property
    def widths(self) -> list[int]:
        """Channels at sides `size`, `size` / 2, …, `SMALLEST`."""
        stages = (self.size // SMALLEST).bit_length()
        return [self.width * 2 ** min(3, stage) for stage in range(stages)]


class Block(nn.Module):
    """Group normalisation, SiLU and a convolution, twice, around a shortcut; the channels stay."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Refine features."""
        refined: torch.Tensor = x + self.body(x)
        return refined


class Vae(nn.Module):
    """Encoder and decoder; halving and doubling by strided convolutions, residual blocks from side 16 downwards."""

    def __init__(self, shape: VaeShape) -> None:
        super().__init__()
        self.shape = shape
        widths, top = shape.widths, shape.widths[-1]
        down: list[nn.Module] = [nn.Conv2d(shape.channels, widths[0], 3, padding=1)]
        up: list[nn.Module] = []
        for c_in, c_out in pairwise(widths):
            down += [nn.SiLU(), nn.Conv2d(c_in, c_out, 4, 2, 1), Block(c_out)]
            up = [Block(c_out), nn.SiLU(), nn.ConvTranspose2d(c_out, c_in, 4, 2, 1), *up]
        self.encoder = nn.Sequential(*down, nn.SiLU(), nn.Flatten())
        self.moments = nn.Linear(top * SMALLEST**2, 2 * shape.latent)
        self.start = nn.Linear(shape.latent, top * SMALLEST**2)
        self.decoder = nn.Sequential(*up, nn.SiLU(), nn.Conv2d(widths[0], shape.channels, 3, padding=1))

    def encode(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Means and log variances of the latents, each [n, latent]."""
        mean, log_variance = self.moments(self.encoder(pictures)).chunk(2, dim=1)
        return mean, log_variance.clamp(*LOG_VARIANCES)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Pictures [n, channels, size, size] within −1 … 1 from latents [n, latent]."""
        x = self.start(latents).view(len(latents), -1, SMALLEST, SMALLEST)
        return torch.tanh(self.decoder(x.contiguous(memory_format=torch.channels_last)))


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Kullback–Leibler divergence from the standard normal, nats [n]."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


def distortion(made: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of pictures and their reconstructions, over everything, scalar."""
    return (made - pictures).square().mean()


def objective(far: torch.Tensor, wide: torch.Tensor, beta: float, values: int) -> torch.Tensor:
    """What a VAE minimises, nats per value: the Gaussian likelihood at its best variance, and β times the divergence.

    The best variance is the mean squared difference itself ("σ-VAE", Rybkin et al. 2021, section 4), so that pictures
    of any contrast weigh the same against the divergence, and grow finer as the network learns.

    Args:
        far: `distortion`.
        wide: mean `divergence` per picture.
        beta: weight of the divergence; 1 gives the evidence lower bound.
        values: numbers in one picture.
    """
    return 0.5 * torch.log(far + 1e-5) + beta * wide / values

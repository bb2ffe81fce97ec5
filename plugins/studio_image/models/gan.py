"""Generative adversarial networks of 32 or 64 pixels: from latents to pictures, and from pictures to scores.

Two kinds. ``dcgan``: strided convolutions and batch normalisation (Radford et al. 2016). ``residual``: residual blocks
(Miyato et al. 2018, "Spectral normalization", appendix B), whose first convolution in a block works at the smaller
resolution, which costs a third and looks the same at this size. Pictures are [n, channels, size, size] within −1 … 1,
channels 3 or 4, colours premultiplied with the fourth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

SMALLEST = 4
"""Side of the first feature map, pixels."""


@dataclass(frozen=True, slots=True)
class GanShape:
    """What decides the shapes of both networks.

    Attributes:
        architecture: ``"dcgan"`` or ``"residual"``.
        size: side of the pictures, pixels, `SMALLEST` times a power of two.
        channels: 3 for RGB, 4 for premultiplied RGB and alpha.
        latent: numbers that stand for one picture.
        width: channels of the largest feature map; each halving of the side doubles them.
        spectral: whether the discriminator's weights are divided by their largest singular value.
    """

    architecture: str = "residual"
    size: int = 32
    channels: int = 4
    latent: int = 128
    width: int = 32
    spectral: bool = True

    @property
    def widths(self) -> list[int]:
        """Channels at sides `SMALLEST`, 2·`SMALLEST`, …, `size`."""
        stages = (self.size // SMALLEST).bit_length()
        return [self.width * 2 ** min(3, stages - 1 - stage) for stage in range(stages)]


class UpBlock(nn.Module):
    """A residual block that doubles the side: [n, c_in, s, s] to [n, c_out, 2s, 2s]."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(c_in), nn.BatchNorm2d(c_out)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.skip = nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Double the side."""
        inner = self.conv1(functional.relu(self.norm1(x)))
        inner = functional.interpolate(functional.relu(self.norm2(inner)), scale_factor=2.0)
        made: torch.Tensor = functional.interpolate(self.skip(x), scale_factor=2.0) + self.conv2(inner)
        return made


class DownBlock(nn.Module):
    """A residual block that halves the side: [n, c_in, 2s, 2s] to [n, c_out, s, s]."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_in, 3, padding=1)
        self.conv2 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.skip = nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Halve the side."""
        inner = functional.avg_pool2d(self.conv1(functional.leaky_relu(x, 0.2)), 2)
        seen: torch.Tensor = self.skip(functional.avg_pool2d(x, 2)) + self.conv2(functional.leaky_relu(inner, 0.2))
        return seen


class Generator(nn.Module):
    """Latents [n, latent], standard normal, to pictures [n, channels, size, size] within −1 … 1."""

    def __init__(self, shape: GanShape) -> None:
        super().__init__()
        widths = shape.widths
        self.shape = shape
        self.start = nn.Linear(shape.latent, widths[0] * SMALLEST**2)
        if shape.architecture == "residual":
            blocks = [UpBlock(c_in, c_out) for c_in, c_out in pairwise(widths)]
            self.body = nn.Sequential(*blocks, nn.BatchNorm2d(widths[-1]), nn.ReLU())
            self.end: nn.Module = nn.Conv2d(widths[-1], shape.channels, 3, padding=1)
        else:
            inner: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU()]
            for c_in, c_out in pairwise(widths[:-1]):
                inner += [nn.ConvTranspose2d(c_in, c_out, 4, 2, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()]
            self.body = nn.Sequential(*inner)
            self.end = nn.ConvTranspose2d(widths[-2], shape.channels, 4, 2, 1)
        _initialise(self, shape.architecture)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Make pictures."""
        x = self.start(latents).view(len(latents), -1, SMALLEST, SMALLEST)
        x = x.contiguous(memory_format=torch.channels_last)
        return torch.tanh(self.end(self.body(x)))


class Discriminator(nn.Module):
    """Pictures [n, channels, size, size] to scores [n]: high for real ones."""

    def __init__(self, shape: GanShape) -> None:
        super().__init__()
        widths = shape.widths[::-1]
        if shape.architecture == "residual":
            first = nn.Conv2d(shape.channels, widths[0], 3, padding=1)
            blocks = [DownBlock(c_in, c_out) for c_in, c_out in pairwise(widths)]
            self.body = nn.Sequential(first, *blocks, nn.LeakyReLU(0.2))
        else:
            inner: list[nn.Module] = [nn.Conv2d(shape.channels, widths[1], 4, 2, 1), nn.LeakyReLU(0.2)]
            for c_in, c_out in pairwise(widths[1:]):
                inner += [nn.Conv2d(c_in, c_out, 4, 2, 1, bias=False), nn.BatchNorm2d(c_out), nn.LeakyReLU(0.2)]
            self.body = nn.Sequential(*inner)
        self.end = nn.Linear(widths[-1] * SMALLEST**2, 1)
        _initialise(self, shape.architecture)
        if shape.spectral:
            for module in list(self.modules()):
                if isinstance(module, nn.Conv2d | nn.Linear):
                    spectral_norm(module)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Score pictures."""
        scores: torch.Tensor = self.end(self.body(pictures).flatten(1)).squeeze(1)
        return scores


def settle(generator: Generator, seed: int = 0, batches: int = 8) -> None:
    """Give batch normalisation the statistics of these very weights, and switch to evaluation.

    Averaged weights never saw a batch, so what their normalisation remembers belongs to others ("standing statistics",
    Brock et al. 2019, appendix D).
    """
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm2d)]
    remembered = [norm.momentum for norm in norms]
    noise = torch.Generator().manual_seed(seed)
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    generator.train()
    device = next(generator.parameters()).device
    with torch.no_grad():
        for _ in range(batches):
            generator(torch.randn(64, generator.shape.latent, generator=noise).to(device))
    generator.eval()
    for norm, momentum in zip(norms, remembered, strict=True):
        norm.momentum = momentum


def _initialise(network: nn.Module, architecture: str) -> None:
    """Normal weights of deviation 0.02 for a DCGAN (Radford et al., section 4), orthogonal ones otherwise (BigGAN)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            if architecture == "residual":
                nn.init.orthogonal_(module.weight)
            else:
                nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

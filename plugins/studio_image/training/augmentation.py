"""Differentiable augmentation (Zhao et al. 2020): the discriminator never sees a picture as it is, real or made.

With a few hundred pictures it would otherwise learn them by heart. Every change is differentiable, so that the
generator learns through it, and random per picture.
"""

from __future__ import annotations

import torch
from torch.nn import functional

SHIFT = 0.125
"""Largest translation, as a share of the side."""

CUT = 0.5
"""Side of the square that is blanked out, as a share of the side."""


def augment(pictures: torch.Tensor) -> torch.Tensor:
    """Change colours, shift and cut pictures [n, channels, s, s] within −1 … 1; draws from torch's global generator."""
    return _cut(_shifted(_recoloured(pictures)))


def _recoloured(pictures: torch.Tensor) -> torch.Tensor:
    """Brightness, saturation and contrast of the colours; a fourth channel is left alone."""
    n = len(pictures)
    colours = pictures[:, :3] + (torch.rand(n, 1, 1, 1, device=pictures.device) - 0.5)
    grey = colours.mean(1, keepdim=True)
    colours = grey + (colours - grey) * (2 * torch.rand(n, 1, 1, 1, device=pictures.device))
    middle = colours.mean((1, 2, 3), keepdim=True)
    colours = middle + (colours - middle) * (0.5 + torch.rand(n, 1, 1, 1, device=pictures.device))
    return torch.cat([colours, pictures[:, 3:]], 1)


def _shifted(pictures: torch.Tensor) -> torch.Tensor:
    """Each picture by up to `SHIFT` of its side; zeros come in."""
    n, _, side, _ = pictures.shape
    reach = round(side * SHIFT)
    padded = functional.pad(pictures, (reach,) * 4)
    rows = torch.arange(side, device=pictures.device) + torch.randint(2 * reach + 1, (n, 1), device=pictures.device)
    columns = torch.arange(side, device=pictures.device) + torch.randint(2 * reach + 1, (n, 1), device=pictures.device)
    each = torch.arange(n, device=pictures.device)[:, None, None]
    moved = padded.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


def _cut(pictures: torch.Tensor) -> torch.Tensor:
    """A square of each picture becomes zero; its centre lies anywhere."""
    n, _, side, _ = pictures.shape
    half = side * CUT / 2
    places = torch.arange(side, device=pictures.device)
    near_row = (places - torch.randint(side + 1, (n, 1), device=pictures.device)).abs() < half
    near_column = (places - torch.randint(side + 1, (n, 1), device=pictures.device)).abs() < half
    kept = ~(near_row[:, :, None] & near_column[:, None, :])
    return pictures * kept[:, None]

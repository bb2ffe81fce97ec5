"""From what a network makes to pictures people see: straight alpha, bytes, sheets of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


def to_bytes(made: torch.Tensor, *, crisp: bool = False) -> NDArray[np.uint8]:
    """uint8 [n, s, s, 3 or 4] with straight alpha from [n, channels, s, s] within −1 … 1, colours premultiplied.

    Args:
        made: the network's pictures.
        crisp: make every pixel opaque or nothing.
    """
    values = ((made.float().numpy() + 1) / 2).clip(0, 1).transpose(0, 2, 3, 1)
    if values.shape[-1] == 4:
        alpha = values[..., 3:]
        colours = np.where(alpha > 1 / 255, values[..., :3] / np.maximum(alpha, 1 / 255), 0).clip(0, 1)
        alpha = (alpha >= 0.5).astype(np.float32) if crisp else alpha
        values = np.concatenate([colours * (alpha > 0), alpha], axis=-1)
    rounded: NDArray[np.uint8] = np.round(values * 255).astype(np.uint8)
    return rounded


def enlarged(pictures: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Pictures [n, h, w, c] with every pixel `factor` times as large, hard-edged."""
    return pictures.repeat(factor, axis=1).repeat(factor, axis=2)


def sheet(pictures: NDArray[np.uint8], columns: int, gap: int = 0) -> NDArray[np.uint8]:
    """Pictures [n, h, w, c] side by side, row by row, as one [rows·(h+gap)−gap, columns·(w+gap)−gap, c].

    What is left of the last row, and the gaps, are transparent, or white where there is no alpha.
    """
    count, height, width, channels = pictures.shape
    rows = -(-count // columns)
    fill = 0 if channels == 4 else 255
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), fill, np.uint8)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        top, left = row * (height + gap), column * (width + gap)
        whole[top : top + height, left : left + width] = picture
    return whole


def on_colour(pictures: NDArray[np.uint8], colour: str) -> NDArray[np.uint8]:
    """Pictures [..., 3 or 4] on a ``#rrggbb`` colour, [..., 3]."""
    if pictures.shape[-1] == 3:
        return pictures
    behind = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], np.float32)
    alpha = pictures[..., 3:].astype(np.float32) / 255
    blended: NDArray[np.uint8] = np.round(pictures[..., :3] * alpha + behind * (1 - alpha)).astype(np.uint8)
    return blended

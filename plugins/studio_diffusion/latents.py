"""Latents: what pipelines compute on instead of pixels. Imports torch."""

from __future__ import annotations

from typing import Any

import torch

PATCH = 2
"""Flux reads latents in patches of this side."""


def pack(latents: torch.Tensor) -> torch.Tensor:
    """[n, c, h, w] as one row of patches, [n, h·w/4, 4c], the order Flux was trained on: channel, row, column."""
    n, c, h, w = latents.shape
    split = latents.reshape(n, c, h // PATCH, PATCH, w // PATCH, PATCH)
    return split.permute(0, 2, 4, 1, 3, 5).reshape(n, (h // PATCH) * (w // PATCH), c * PATCH * PATCH)


def unpack(rows: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The inverse of `pack` for latents of this height and width."""
    n, _, channels = rows.shape
    c = channels // (PATCH * PATCH)
    split = rows.reshape(n, height // PATCH, width // PATCH, c, PATCH, PATCH)
    return split.permute(0, 3, 1, 4, 2, 5).reshape(n, c, height, width)


def places(height: int, width: int) -> torch.Tensor:
    """Where each patch of latents of this size lies: float32 [h·w/4, 3] of (0, row, column)."""
    rows, columns = torch.meshgrid(torch.arange(height // PATCH), torch.arange(width // PATCH), indexing="ij")
    return torch.stack([torch.zeros_like(rows), rows, columns], dim=-1).reshape(-1, 3).float()


def scale(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """What the autoencoder gives, [n, c, h, w], as what the denoiser takes."""
    mean, deviation = _moments(vae, latents)
    scaled: torch.Tensor = (latents - mean) / deviation * vae.config["scaling_factor"]
    return scaled


def unscale(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """The inverse of `scale`."""
    mean, deviation = _moments(vae, latents)
    unscaled: torch.Tensor = latents / vae.config["scaling_factor"] * deviation + mean
    return unscaled


def _moments(vae: Any, like: torch.Tensor) -> tuple[Any, Any]:
    """Mean and deviation that the latents of `vae` have per channel, where it tells them."""
    mean, deviation = vae.config.get("latents_mean"), vae.config.get("latents_std")
    if mean is None or deviation is None:
        return vae.config.get("shift_factor") or 0.0, 1.0
    known = [torch.tensor(numbers, device=like.device, dtype=like.dtype) for numbers in (mean, deviation)]
    return known[0].view(1, -1, 1, 1), known[1].view(1, -1, 1, 1)

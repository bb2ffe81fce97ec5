"""How much of a picture survives an autoencoder."""

from __future__ import annotations

import numpy as np
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import studio.sdk as sdk
from studio_image.models.latents import PictureModel
from studio_image.models.vae import Vae
from studio_image.training.dataset import Pictures, scaled

COMPARED = 500
"""Most pictures that are compared."""

WINDOW = 7
"""Side of the window of structural similarity, pixels."""


@torch.inference_mode()
def fidelity(model: PictureModel, pictures: Pictures) -> tuple[sdk.Measure, ...]:
    """PSNR and SSIM on held-out pictures (premultiplied colours), beside the mean training picture."""
    if not len(pictures.held_out) or not isinstance(model.network, Vae):
        return ()
    real = scaled(pictures.held_out[:COMPARED])
    mean, _ = model.network.encode(real)
    middle = scaled(pictures.training).mean(0, keepdim=True).expand_as(real)
    (psnr, ssim), (plain_psnr, plain_ssim) = (_compared(made, real) for made in (model.network(mean), middle))
    beside = "the mean training picture every time"
    return (
        sdk.Measure("PSNR", psnr, plain_psnr, beside, "higher",
                    "Decibels between held-out pictures and what is left of them after coding."),
        sdk.Measure("SSIM", ssim, plain_ssim, beside, "higher",
                    "How much of the structure of held-out pictures is left after coding, at most 1."),
    )  # fmt: skip


def _compared(made: torch.Tensor, real: torch.Tensor) -> tuple[float, float]:
    """Mean PSNR (decibels) and SSIM (Wang et al. 2004) over pictures [n, channels, s, s] within −1 … 1."""
    noise, likeness = [], []
    for one, other in zip(_values(made), _values(real), strict=True):
        if not np.array_equal(one, other):
            noise.append(peak_signal_noise_ratio(other, one, data_range=1.0))
        likeness.append(structural_similarity(other, one, data_range=1.0, channel_axis=0, win_size=WINDOW))
    return float(np.mean(noise)) if noise else 100.0, float(np.mean(likeness))


def _values(pictures: torch.Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = ((pictures.numpy() + 1) / 2).astype(np.float32)
    return values

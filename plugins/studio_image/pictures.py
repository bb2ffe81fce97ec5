"""Pictures as they come in: any size, grey or coloured, 8 or 16 bits, with or without transparency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import studio.sdk as sdk


def rgb(picture: sdk.Image, param: str) -> NDArray[np.uint8]:
    """The picture as uint8 [height, width, 3]; what is transparent becomes the picture's own mean colour.

    Raises:
        UserError: at `param`, when this is no picture at all.
    """
    pixels = np.asarray(picture.pixels)
    shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4))
    if not shaped or pixels.size == 0:
        raise sdk.UserError("This picture is empty or of an unknown kind.", param=param, hint="Try another picture.")
    if pixels.dtype == np.uint16:
        pixels = (pixels // 257).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = np.clip(np.nan_to_num(pixels.astype(np.float32)), 0, 255).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    if pixels.shape[2] == 4:
        return _flattened(pixels)
    return np.ascontiguousarray(pixels)


def _flattened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGBA on its own mean colour."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    colour = pixels[..., :3].astype(np.float32)
    weight = float(alpha.sum())
    mean = (colour * alpha).sum((0, 1)) / weight if weight > 0 else np.full(3, 128, np.float32)
    return np.round(colour * alpha + mean * (1 - alpha)).astype(np.uint8)


def resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The picture at another size (area average when smaller, Lanczos when larger), uint8 [height, width, 3]."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def fitted(pixels: NDArray[np.uint8], longest: int, enlarge: bool = False) -> NDArray[np.uint8]:
    """The picture with its longer side `longest` pixels, or as it is when it is smaller and must not be enlarged."""
    height, width = pixels.shape[:2]
    factor = longest / max(height, width)
    if factor >= 1 and not enlarge:
        return pixels
    return resized(pixels, max(1, round(width * factor)), max(1, round(height * factor)))

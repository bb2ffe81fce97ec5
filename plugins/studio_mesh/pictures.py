"""Pictures for reliefs: read any picture into floats of a wanted size, or draw the built-in one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_mesh.geometry import Floats
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import mix, ramp, stops

LONGEST = 8.0
"""Longest side over shortest; longer pictures are squeezed to this."""


def aspect(image: sdk.Image) -> float:
    """Width over height, within [1 ÷ `LONGEST`, `LONGEST`].

    Raises:
        UserError: the array is no picture.
    """
    pixels = image.pixels
    wrong = pixels.ndim not in (2, 3) or pixels.size == 0 or (pixels.ndim == 3 and pixels.shape[2] > 4)
    if wrong or pixels.dtype.kind not in "buif":
        raise sdk.UserError("This picture is empty or of a kind that can't be read.", param="picture",
                            hint="Save it as PNG or JPEG and choose it again.")  # fmt: skip
    return float(np.clip(pixels.shape[1] / pixels.shape[0], 1 / LONGEST, LONGEST))


def read(image: sdk.Image, height: int, width: int, *, square: bool) -> tuple[Floats, Floats]:
    """`image` at `height` × `width` samples: sRGB [h, w, 3] and alpha [h, w], both within [0, 1].

    Colour is weighted by alpha, so that what hides under transparency doesn't bleed. `square` takes the middle square.
    """
    pixels = image.pixels
    if square:
        side = min(pixels.shape[:2])
        top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
        pixels = pixels[top : top + side, left : left + side]
    # rows in strips, so that a huge picture never becomes floats all at once
    rows = [_resample(_premultiplied(pixels[i : i + 256]), width, axis=1) for i in range(0, len(pixels), 256)]
    small = _resample(np.concatenate(rows), height, axis=0)
    alpha = np.clip(small[..., 3], 0, 1)
    color = np.where(alpha[..., None] > 1e-4, small[..., :3] / np.maximum(alpha, 1e-4)[..., None], 0.0)
    return np.clip(color, 0, 1), alpha


def _premultiplied(pixels: NDArray[Any]) -> Floats:
    """Any pixels as [h, w, 4]: colour times alpha, and alpha."""
    values = pixels.astype(np.float64)
    if pixels.dtype.kind in "ui":
        values /= np.iinfo(pixels.dtype).max
    values = np.clip(np.nan_to_num(values), 0, 1)
    if values.ndim == 2:
        values = values[..., None]
    channels = values.shape[2]
    alpha = values[..., -1:] if channels in (2, 4) else np.ones_like(values[..., :1])
    color = values[..., :3] if channels >= 3 else np.repeat(values[..., :1], 3, axis=2)
    return np.concatenate([color * alpha, alpha], axis=2)


def _resample(values: Floats, count: int, axis: int) -> Floats:
    """`count` samples along `axis`: exact area means when shrinking, linear interpolation when growing."""
    moved = np.moveaxis(values, axis, 0)
    old = len(moved)
    if count >= old:
        place = np.clip((np.arange(count) + 0.5) * old / count - 0.5, 0, old - 1)
        low = np.minimum(place.astype(int), max(old - 2, 0))
        high = np.minimum(low + 1, old - 1)
        share = (place - low).reshape(-1, *([1] * (moved.ndim - 1)))
        made = moved[low] * (1 - share) + moved[high] * share
    else:
        sums = np.concatenate([np.zeros_like(moved[:1]), np.cumsum(moved, axis=0)])
        edge = np.linspace(0, old, count + 1)
        low = np.minimum(edge.astype(int), old - 1)
        share = (edge - low).reshape(-1, *([1] * (moved.ndim - 1)))
        total = sums[low] + share * moved[low]
        made = np.diff(total, axis=0) * (count / old)
    return np.moveaxis(made, 0, axis)


def scene(rng: np.random.Generator, side: int = 320) -> sdk.Image:
    """The built-in picture: sun or moon over layered mountains and a sea of waves, drawn to read well as a relief.

    Returns uint8 [side, side, 3].
    """
    line = (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(line, line, indexing="ij")
    noise = Noise(rng)
    cold = bool(rng.random() < 0.4)
    codes = ("#0d1b33", "#27456b", "#5f86a3", "#b9cfd4", "#f6f3e2") if cold else (
        "#2a1230", "#6d2547", "#c9553f", "#f2a65a", "#fdeec2")  # fmt: skip
    colors = stops(codes)
    tone = _sky(x, y, noise, rng)
    horizon = rng.uniform(0.64, 0.72)
    layers = int(rng.integers(3, 5))
    for layer in range(layers):
        depth = layer / (layers - 1)
        base = 0.36 + (horizon - 0.4) * depth
        across = np.stack([line * (2.2 + 1.4 * depth) + 40 * layer, np.full(side, 7.0 * layer), np.zeros(side)], axis=1)
        ridge = base - (0.2 - 0.09 * depth) * (noise.ridged(across, 6, 0.48) - 0.35)
        below = y - ridge[None]
        face = 0.24 + 0.24 * depth + 0.34 * np.exp(-np.maximum(below, 0) / 0.05)
        at = np.stack(
            [x.ravel() * 9 + below.ravel() * 14, below.ravel() * 5, np.full(side * side, 3.0 + layer)], axis=1
        )
        face = face + 0.09 * noise.fbm(at, 2).reshape(side, side)
        tone = np.where(below > 0, face, tone)
    waves = _waves(x, y, horizon, noise)
    sea = smoothstep(-0.004, 0.004, y - horizon - 0.008 * np.sin(x * 21 + rng.uniform(0, 6)))
    tone = tone * (1 - sea) + waves * sea
    color = ramp(colors, np.clip(tone, 0, 1))
    color = mix(color, ramp(stops(("#0c2a3a", "#2a6f86", "#8cc4c4", "#f4f8ee")), np.clip(waves, 0, 1)), 0.75 * sea)
    return sdk.Image(pixels=np.round(color * 255).astype(np.uint8))


def _sky(x: Floats, y: Floats, noise: Noise, rng: np.random.Generator) -> Floats:
    """A disc with rays and streaks of cloud."""
    middle = np.array([rng.uniform(0.32, 0.68), rng.uniform(0.22, 0.32)])
    away = np.hypot(x - middle[0], y - middle[1])
    angle = np.arctan2(y - middle[1], x - middle[0])
    rays = 0.5 + 0.5 * np.cos(angle * int(rng.integers(9, 16)) * 2)
    disc = rng.uniform(0.085, 0.125)
    tone = 0.12 + 0.13 * smoothstep(0.25, 0.75, rays) * np.exp(-away / 0.5)
    at = np.stack([x.ravel() * 2.2, y.ravel() * 9, np.zeros(x.size)], axis=1)
    cloud = smoothstep(0.16, 0.4, noise.fbm(at, 3).reshape(x.shape)) * smoothstep(disc, disc * 2.2, away)
    tone = tone + 0.3 * cloud
    dome = np.sqrt(np.maximum(1 - (away / disc) ** 2, 0))
    ring = np.exp(-(((away - disc * 1.28) / 0.007) ** 2))
    sky: Floats = np.maximum(tone + 0.3 * ring, np.where(away < disc, 0.72 + 0.26 * dome, 0))
    return sky


def _waves(x: Floats, y: Floats, horizon: float, noise: Noise) -> Floats:
    """Overlapping scales of concentric arcs, as in the seigaiha pattern; nearer rows stand higher."""
    size = 0.066
    tone = np.zeros_like(x)
    rows = int((1 - horizon) / (size * 0.5)) + 3
    for row in range(rows):
        level = horizon + size * (0.5 * row + 0.55)
        column = (x / (2 * size) + 0.5 * (row % 2)) % 1 - 0.5
        away = np.hypot(column * 2 * size, y - level) / size
        arcs = 0.5 + 0.5 * np.cos(away * 2 * np.pi * 3.0)
        scale = 0.3 + 0.28 * row / rows + 0.34 * smoothstep(0.25, 0.75, arcs) * (0.55 + 0.45 * away)
        inside = (away < 1) & (y <= level + 0.5 * size)
        tone = np.where(inside, scale, tone)
    at = np.stack([x.ravel() * 5, y.ravel() * 5, np.full(x.size, 9.0)], axis=1)
    return np.clip(tone + 0.03 * noise.at(at).reshape(x.shape), 0, 1)

"""A thing in another colour than it was drawn in: its main hue is turned, outlines, whites and other hues stay.

Done in Oklab (see `palettes`), where a turned hue keeps its brightness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio_image.canvas import Array
from studio_image.palettes import from_oklab, oklab, parse, to_linear, to_srgb

NEUTRAL = 0.04
"""Chroma below which a pixel has no hue of its own."""

COLOURED = 0.25
"""Least share of a picture, by area, that has a hue for that hue to be its main one; else its greys are tinted."""

SECTOR = np.pi / 3
"""How far from the main hue others belong to it, radians: the orange light on a red apple, not its leaf."""

BINS = 36
"""Directions that are told apart in looking for the main hue."""

INK = 0.2
"""Lightness below which a pixel of a picture without a hue is outline."""


@dataclass(frozen=True, slots=True)
class Target:
    """How a colour looks.

    Attributes:
        sample: a pixel of it, ``#rrggbb``.
        darkest, lightest: between which a thing's middle lightness lies for it to be called so.
    """

    sample: str
    darkest: float
    lightest: float


TARGETS = {
    "red": Target("#d8281e", 0.45, 0.62),
    "orange": Target("#f08a1c", 0.62, 0.78),
    "yellow": Target("#f7cf2e", 0.76, 0.90),
    "green": Target("#3fa535", 0.45, 0.75),
    "cyan": Target("#22bccb", 0.58, 0.82),
    "blue": Target("#2c6fe0", 0.42, 0.68),
    "purple": Target("#8a3fc7", 0.38, 0.62),
    "pink": Target("#f584b4", 0.68, 0.85),
    "brown": Target("#7c4a24", 0.32, 0.50),
    "white": Target("#f4f3f0", 0.88, 0.96),
    "grey": Target("#8c8e92", 0.48, 0.68),
    "black": Target("#2b2a2e", 0.18, 0.32),
}
"""By the words of `asking.COLOURS`."""


def recoloured(pictures: NDArray[np.uint8], colour: str) -> NDArray[np.uint8]:
    """Pictures uint8 [n, h, w, 3 or 4] whose main hue is now `colour`, one of `TARGETS`; alpha stays."""
    return np.stack([_one(picture, TARGETS[colour]) for picture in pictures])


def _one(picture: NDArray[np.uint8], target: Target) -> NDArray[np.uint8]:
    seen = picture[..., 3] > 0 if picture.shape[-1] == 4 else np.ones(picture.shape[:-1], np.bool_)
    if not seen.any():
        return picture
    lab = oklab(to_linear(picture[seen][:, :3].astype(np.float32) / np.float32(255)))
    alpha = picture[seen][:, 3:4] if picture.shape[-1] == 4 else np.full((len(lab), 1), 255, np.uint8)
    weights = (alpha[:, 0] / np.float32(255)).astype(np.float32)
    changed = picture.copy()
    changed[seen, :3] = np.round(to_srgb(from_oklab(_turned(lab, weights, target))) * 255).astype(np.uint8)
    return changed


def _turned(lab: Array, weights: Array, target: Target) -> Array:
    """Oklab pixels [n, 3], of these weights [n], in the colour asked for."""
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    wanted = parse([target.sample])[0]
    hued = float(weights[chroma > NEUTRAL].sum()) >= COLOURED * float(weights.sum())
    share = _of_the_main_hue(lab, chroma, weights) if hued else _grey(lightness, chroma)
    parts = share * weights
    if parts.sum() <= 0:
        return lab
    middle, vivid = (float(np.average(values, weights=parts)) for values in (lightness, chroma))
    lighter = _towards_a_lightness(lightness, middle, min(max(middle, target.darkest), target.lightest))
    # what was vivid stays vivid, what was pale stays pale, and on average it is as vivid as the colour asked for
    ratio = chroma / max(vivid, NEUTRAL) if hued else np.ones_like(chroma)
    vividness = np.hypot(*wanted[1:]) * np.clip(ratio, 0, 1.3)
    towards = wanted[1:] / np.hypot(*wanted[1:])
    new = np.concatenate([lighter[:, None], vividness[:, None] * towards], 1)
    found: Array = (lab + share[:, None] * (new - lab)).astype(np.float32)
    return found


def _of_the_main_hue(lab: Array, chroma: Array, weights: Array) -> Array:
    """How far each pixel belongs to the main hue, 0 … 1, [n]."""
    hue = np.arctan2(lab[:, 2], lab[:, 1])
    counted = np.bincount(((hue + np.pi) / (2 * np.pi) * BINS).astype(int) % BINS, weights * chroma, BINS)
    near = np.arange(-2, 3)
    main = int(np.argmax([counted[(place + near) % BINS].sum() for place in range(BINS)]))
    gap = np.abs((hue - ((main + 0.5) / BINS * 2 * np.pi - np.pi) + np.pi) % (2 * np.pi) - np.pi)
    found: Array = np.clip((SECTOR * 1.25 - gap) / (SECTOR / 4), 0, 1) * np.clip(chroma / NEUTRAL, 0, 1)
    return found.astype(np.float32)


def _grey(lightness: Array, chroma: Array) -> Array:
    """How far each pixel of a picture without a main hue is grey or white and no outline, 0 … 1, [n]."""
    found: Array = np.clip((lightness - INK) / 0.1, 0, 1) * np.clip(2 - chroma / NEUTRAL, 0, 1)
    return found.astype(np.float32)


def _towards_a_lightness(lightness: Array, middle: float, wanted: float) -> Array:
    """Lightnesses [n] moved so that the middle one is the one wanted; black stays black, white never gets whiter."""
    if wanted <= middle:
        return lightness * np.float32(wanted / middle)
    lighter: Array = np.clip(lightness, 0, 1) ** np.float32(np.log(wanted) / np.log(max(middle, 0.05)))
    return lighter

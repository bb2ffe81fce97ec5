"""From a field to a picture: tone spread over the palette, light from one side, grain, 8 bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from studio_image.canvas import Array, Field
from studio_image.palettes import STEPS, to_srgb

STRIPE = 64
"""Rows coloured at a time: what a processor's cache holds, and a cancel point each."""


@dataclass(frozen=True)
class Light:
    """How a field is coloured and lit.

    Attributes:
        ramp: linear RGB [STEPS, 3].
        contrast: 1 as found; more pushes tones to the ends of the palette, less to its middle.
        relief: 0 flat … 1 strongly lit from the side.
        angle: where the light comes from, degrees anticlockwise from the right.
        gloss: 0 matt … 1 shining.
        grain: 0 none … 1 like fast film.
    """

    ramp: Array
    contrast: float = 1.0
    relief: float = 0.4
    angle: float = 125.0
    gloss: float = 0.2
    grain: float = 0.0


def spread(values: Array, evenness: float) -> Array:
    """`values` mapped to 0…1: from the 0.5th to the 99.5th percentile, and by `evenness` towards equal use of each
    tone (histogram equalisation).
    """
    sample = values[:: max(1, values.shape[0] // 512), :: max(1, values.shape[1] // 512)]
    low, high = (float(edge) for edge in np.percentile(sample, (0.5, 99.5)))
    if not high > low:
        return np.full(values.shape, 0.5, np.float32)
    tone: Array = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    if evenness <= 0:
        return tone
    counts, edges = np.histogram(np.clip((sample - low) / (high - low), 0, 1), bins=256, range=(0, 1))
    even = np.concatenate([[0], np.cumsum(counts) / counts.sum()])
    curve = edges + evenness * (even - edges)
    even_tone: Array = np.interp(tone, edges, curve).astype(np.float32)
    return even_tone


def height_map(field: Field) -> Array:
    """The surface's height, 0…1."""
    return spread(field.tone if field.relief is None else field.relief, 0)


def colour(
    field: Field, light: Light, rng: np.random.Generator, check: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """The lit and coloured field, uint8 [height, width, 3]; `check` is called between stripes."""
    tone = field.tone if field.fixed else spread(field.tone, 0.55)
    check()
    shade, shine = _lit(field, light, check)
    grey = _encoding()
    picture = np.empty((*tone.shape, 3), np.uint8)
    for top in range(0, tone.shape[0], STRIPE):
        check()
        rows = slice(top, top + STRIPE)
        part = _contrast(tone[rows], light.contrast)
        if light.grain > 0:
            part = part + rng.standard_normal(part.shape, dtype=np.float32) * np.float32(0.05 * light.grain)
        place = np.clip(part * np.float32(STEPS - 1), 0, STEPS - 1).astype(np.int32)
        lit = light.ramp[place]
        if field.ink is not None:
            lit = lit * field.ink[rows, :, None]
        if shade is not None:
            lit = lit * shade[rows, :, None]
        if shine is not None:
            lit = lit + shine[rows, :, None]
        # half a step of noise before rounding, so that soft gradients show no bands
        encoded = grey[np.clip(_shoulder(lit) * np.float32(65535), 0, 65535).astype(np.int32)]
        encoded = encoded + rng.random((*part.shape, 1), dtype=np.float32)
        picture[rows] = np.clip(encoded, 0, 255).astype(np.uint8)
    return picture


def _contrast(tone: Array, contrast: float) -> Array:
    """An S-curve through 0, ½ and 1 whose slope in the middle is `contrast`."""
    if contrast == 1:
        return tone
    centred: Array = np.clip(2 * tone - 1, -1, 1)
    if contrast < 1:
        return (0.5 + 0.5 * centred * np.float32(contrast)).astype(np.float32)
    curve = np.sign(centred) * (1 - (1 - np.abs(centred)) ** np.float32(contrast))
    curved: Array = (0.5 + 0.5 * curve).astype(np.float32)
    return curved


def _shoulder(light: Array) -> Array:
    """Roll off what is brighter than 0.8 instead of cutting it."""
    over = np.maximum(light - np.float32(0.8), 0)
    soft: Array = np.minimum(light, np.float32(0.8)) + over / (1 + over * np.float32(2.5))
    return soft


@lru_cache(maxsize=1)
def _encoding() -> Array:
    """SRGB 0…255 by linear light in 1/65535."""
    return to_srgb(np.linspace(0, 1, 65536, dtype=np.float32)) * np.float32(255)


def _lit(field: Field, light: Light, check: Callable[[], None]) -> tuple[Array | None, Array | None]:
    """Factor on the light (1 where the surface lies flat) and the gloss to add, or None where there is neither.

    Lambert's law for the shade, Blinn 1977 for the gloss, and a cavity term: what lies lower than its surroundings is
    darker. Slopes are taken relative to the picture's size, so that the look does not depend on the resolution.
    """
    if light.relief <= 0:
        return None, None
    surface = height_map(field)
    shorter = min(surface.shape)
    soft = ndimage.gaussian_filter(surface, shorter / 1400, mode="wrap") if shorter > 500 else surface
    check()
    steep = np.float32(light.relief * field.roughness * shorter / 24)
    across = (np.roll(soft, -1, 1) - np.roll(soft, 1, 1)) * (steep / 2)
    down = (np.roll(soft, -1, 0) - np.roll(soft, 1, 0)) * (steep / 2)
    check()
    length = 1 / np.sqrt(across * across + down * down + 1)
    right, up, front = _direction(light.angle)
    facing = (front + down * np.float32(up) - across * np.float32(right)) * length
    shade = np.clip(facing / np.float32(front), 0.12, 1.6)
    check()
    near = ndimage.gaussian_filter(surface, max(1.0, shorter / 90), mode="wrap", truncate=2.5)
    shade *= np.clip(1 + (surface - near) * np.float32(1.3 * light.relief), 0.45, 1.25)
    if light.gloss <= 0:
        return shade, None
    halfway = _halfway(right, up, front)
    mirror = (halfway[2] + down * np.float32(halfway[1]) - across * np.float32(halfway[0])) * length
    flat = halfway[2] ** 40
    shine = np.clip(np.clip(mirror, 0, 1) ** 40 - flat, 0, 1) * np.float32(0.55 * light.gloss)
    return shade, shine


def _direction(angle: float) -> tuple[float, float, float]:
    """Unit vector to the light: right, up, out of the picture."""
    turned, height = math.radians(angle), math.radians(48)
    return math.cos(turned) * math.cos(height), math.sin(turned) * math.cos(height), math.sin(height)


def _halfway(right: float, up: float, front: float) -> tuple[float, float, float]:
    """Unit vector between the light and the eye."""
    length = math.sqrt(right**2 + up**2 + (front + 1) ** 2)
    return right / length, up / length, (front + 1) / length

"""Small pictures enlarged with clean contours: layers of colour whose edges are found between the pixels.

Every pixel is taken for one colour of a few, or for a mixture of two that meet in it; how much of each it holds says
where the edge between them runs, finer than the pixels do. These shares are smooth fields; enlarged and made steep
again they are sharp contours at any size. Within its contour a layer keeps its own soft changes of colour, and what is
lost by taking few colours is added back (back-projection, Irani and Peleg 1991). Colours are compared in Oklab.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from studio_image.canvas import Array
from studio_image.palettes import oklab, to_linear

LAYERS = 14
"""Most colours that a picture is taken apart into."""

APART = 0.055
"""Distance in Oklab within which colours belong to one layer."""

PURE = 0.018
"""Distance in Oklab within which a pixel holds nothing but one colour."""

CALM = 0.04
"""Change of colour per pixel, in Oklab, up to which a pixel counts fully as one of an area."""

RAREST = 0.004
"""Share of the calm pixels that a layer must have."""

SMOOTHING = 0.75
"""Deviation of the blur that takes the stairs out of contours, pixels of the small picture."""

SPREAD = 1.1
"""Deviation of the blur over a layer's own colours, pixels of the small picture."""

OPAQUE = 0.5
"""Alpha from which a pixel's colour can be trusted."""

RIM = 0.035
"""Width of a white rim, as a share of the height."""

TURNS = 2
"""Rounds of back-projection."""


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """A small picture taken apart.

    Attributes:
        shares: float32 [layers, h, w], how much of each layer a pixel holds; they add up to 1.
        colours: float32 [layers, h, w, 3], each layer's colour everywhere, sRGB 0 … 1.
        alpha: float32 [h, w].
        straight: float32 [h, w, 3], the picture's own colours, carried on into what is see-through.
    """

    shares: Array
    colours: Array
    alpha: Array
    straight: Array


def smoothly_enlarged(pixels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """A picture uint8 [h, w, 3 or 4] (straight alpha) at `factor` times its size, contours sharp and without stairs."""
    if factor == 1:
        return pixels
    layers = taken_apart(pixels)
    coverage = contours(layers.shares, factor)
    colour = np.zeros((*coverage.shape[1:], 3), np.float32)
    for share, own in zip(coverage, layers.colours, strict=True):
        colour += share[..., None] * _grown(own, factor, order=1)
    colour = _true_to(layers, colour, coverage, factor)
    values = np.round(np.clip(colour, 0, 1) * 255).astype(np.uint8)
    if pixels.shape[2] == 3:
        return values
    alpha = np.round(outline(layers.alpha, factor) * 255).astype(np.uint8)
    values[alpha == 0] = 0
    return np.dstack([values, alpha])


def taken_apart(pixels: NDArray[np.uint8]) -> Layers:
    """Layers of a picture uint8 [h, w, 3 or 4]."""
    values = pixels.astype(np.float32) / np.float32(255)
    alpha = values[..., 3] if pixels.shape[2] == 4 else np.ones(pixels.shape[:2], np.float32)
    straight = _carried_on(values[..., :3], alpha)
    lab = oklab(to_linear(straight))
    shares = _shares(lab, _centres(lab, alpha))
    weights = shares**2 * np.clip(alpha, 0.02, 1)
    soft = [np.stack([_blurred(straight[..., band] * weight, SPREAD) for band in range(3)], -1) for weight in weights]
    norms = [_blurred(weight, SPREAD)[..., None] for weight in weights]
    far = [np.average(straight.reshape(-1, 3), 0, weights=weight.ravel() + 1e-9) for weight in weights]
    small = np.float32(1e-3)
    colours = [(part + small * mean) / (norm + small) for part, norm, mean in zip(soft, norms, far, strict=True)]
    return Layers(shares, np.stack(colours).astype(np.float32), alpha, straight)


def contours(shares: Array, factor: int) -> Array:
    """Coverage [layers, h·factor, w·factor] by layers: 0 or 1 but for a pixel's width along their edges."""
    # across an edge the lead of a layer goes from −1 to 1 within about two pixels of the small picture
    steep = np.clip(0.5 + leads(shares, factor) * np.float32(factor * 0.6), 0, 1)
    found: Array = steep / steep.sum(axis=0).clip(1e-6)
    return found


def leads(shares: Array, factor: int) -> Array:
    """By how much each layer's share is above the largest other, enlarged: [layers, h·factor, w·factor], −1 … 1."""
    large = np.stack([_grown(_blurred(share, SMOOTHING), factor) for share in shares])
    if len(large) == 1:
        return np.ones_like(large)
    ranked = np.partition(large, -2, axis=0)
    first, second = ranked[-1], ranked[-2]
    found: Array = large - np.where(large == first, second, first)
    return found


def presence(alpha: Array, factor: int) -> Array:
    """Alpha [h, w] enlarged as a smooth field, whose level ½ is the outline."""
    return _grown(_blurred(alpha, SMOOTHING), factor)


def outline(alpha: Array, factor: int) -> Array:
    """Alpha [h, w] enlarged: steep where it goes from nothing to all, as it is where something is half see-through."""
    large = presence(alpha, factor)
    steep = np.clip(0.5 + (large - 0.5) * np.float32(factor * 0.9), 0, 1)
    jump = ndimage.maximum_filter(alpha, 5) - ndimage.minimum_filter(alpha, 5)
    edge = np.clip((_grown(jump, factor, order=1) - 0.35) / 0.3, 0, 1)
    found: Array = (steep * edge + np.clip(large, 0, 1) * (1 - edge)).astype(np.float32)
    return found


def _carried_on(colours: Array, alpha: Array) -> Array:
    """Colours [h, w, 3] with those of see-through pixels taken from the nearest one that can be trusted."""
    trusted = alpha >= OPAQUE
    if not trusted.any():
        trusted = alpha >= alpha.max()
    rows, columns = ndimage.distance_transform_edt(~trusted, return_distances=False, return_indices=True)
    found: Array = colours[rows, columns]
    return found


def _centres(lab: Array, alpha: Array) -> Array:
    """Colours [≤ LAYERS, 3] that fill areas: those with most pixels near them, calm ones counting most, one by one."""
    slope = sum(ndimage.gaussian_gradient_magnitude(lab[..., band], 0.5) for band in range(3))
    trusted = alpha >= min(OPAQUE, float(alpha.max()))
    seen = lab[trusted]
    weight = 1 / (1 + (slope[trusted] / CALM) ** 2) + 0.02
    near = (((seen[:, None] - seen[None]) ** 2).sum(-1) < APART**2).astype(np.float32)
    fewest = RAREST * weight.sum() + 1
    left = weight.copy()
    centres: list[Array] = []
    while len(centres) < LAYERS:
        votes = near @ left
        best = int(votes.argmax())
        if votes[best] < fewest and centres:
            break
        members = near[best] > 0
        centres.append(np.average(seen[members], 0, weights=weight[members]))
        left[members] = 0
    return np.stack(centres).astype(np.float32)


def _shares(lab: Array, centres: Array) -> Array:
    """How much of each centre [k, 3] every pixel holds, [k, h, w]: all of one, or of the two that explain it best."""
    height, width = lab.shape[:2]
    flat = lab.reshape(-1, 3)
    gaps = ((flat[:, None] - centres[None]) ** 2).sum(-1)
    nearest, least = gaps.argmin(1), gaps.min(1)
    shares = np.zeros((len(centres), height * width), np.float32)
    shares[nearest, np.arange(len(flat))] = 1
    around = _around(nearest, least < APART**2, len(centres), height, width)
    mixed = np.flatnonzero(least >= PURE**2)
    colours, best = flat[mixed], least[mixed]
    for one, two in combinations(range(len(centres)), 2):
        way = centres[two] - centres[one]
        part = np.clip((colours - centres[one]) @ way / max(float(way @ way), 1e-9), 0, 1)
        missed = ((colours - centres[one] - part[:, None] * way) ** 2).sum(-1)
        better = (missed < best) & around[one, mixed] & around[two, mixed]
        best[better] = missed[better]
        here = mixed[better]
        shares[:, here] = 0
        shares[one, here], shares[two, here] = 1 - part[better], part[better]
    return shares.reshape(len(centres), height, width)


def _around(nearest: NDArray[np.intp], pure: NDArray[np.bool_], count: int, height: int, width: int) -> Array:
    """Whether each layer has a pure pixel within two pixels of each place, bool [count, h·w]."""
    kept = np.where(pure, nearest, -1).reshape(height, width)
    found: Array = np.stack([ndimage.maximum_filter(kept == layer, 5).ravel() for layer in range(count)])
    return found


def _true_to(layers: Layers, colour: Array, coverage: Array, factor: int) -> Array:
    """`colour` [H, W, 3] brought nearer to what, made small again, is the picture it came from."""
    height, width = layers.alpha.shape
    inside = layers.alpha > 0.98
    for _ in range(TURNS):
        small = colour.reshape(height, factor, width, factor, 3).mean((1, 3))
        missed = np.where(inside[..., None], layers.straight - small, 0)
        # what is missed along an edge would only blur it again
        calm = coverage.max(0)
        calm = np.clip((calm.reshape(height, factor, width, factor).min((1, 3)) - 0.5) * 2, 0, 1)
        colour = colour + _grown(missed * calm[..., None], factor, order=1)
    return colour


def _blurred(values: Array, deviation: float) -> Array:
    found: Array = ndimage.gaussian_filter(values, deviation, mode="nearest", output=np.float32)
    return found


def _grown(values: Array, factor: int, order: int = 3) -> Array:
    """[h, w] or [h, w, 3] at `factor` times the size, pixels' areas on top of each other."""
    zoom = (factor, factor, 1)[: values.ndim]
    found: Array = ndimage.zoom(values, zoom, output=np.float32, order=order, mode="nearest", grid_mode=True)
    return found


def rimmed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture uint8 [h, w, 4] with a white rim around its outline, all of it within the same frame."""
    height, width = pixels.shape[:2]
    rim = max(1.0, RIM * height)
    room = round(rim) + 1
    padded = np.pad(pixels, ((room, room), (room, room), (0, 0)))
    outside = ndimage.distance_transform_edt(padded[..., 3] < 128)
    white = np.clip(rim - outside + 0.5, 0, 1).astype(np.float32)
    alpha = padded[..., 3:].astype(np.float32) / 255
    colours = padded[..., :3] * alpha + 255 * (1 - alpha)
    whole = np.dstack([colours, 255 * np.maximum(white, alpha[..., 0])])
    whole[whole[..., 3] < 0.5] = 0
    framed = Image.fromarray(np.round(whole).astype(np.uint8)).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(framed)

"""Named palettes, colours blended in Oklab, and palettes taken from a picture.

Oklab: Ottosson 2020, "A perceptual color space for image processing"; colours there are cube roots of light, so a blend
keeps its hue and its brightness runs evenly. k-means++: Arthur and Vassilvitskii 2007.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from studio_image.canvas import Array

PALETTES: dict[str, tuple[str, tuple[str, ...]]] = {
    "ink": ("Ink and bone", ("#0e1116", "#2f3640", "#8a8578", "#d9cfbd", "#f6f1e4")),
    "ember": ("Ember", ("#120c14", "#4a1026", "#a8201a", "#ec7d10", "#ffd166")),
    "deep-sea": ("Deep sea", ("#05121f", "#0b3954", "#087e8b", "#5fc9b8", "#e8f8e8")),
    "moss": ("Moss", ("#121a12", "#2f4a2b", "#6b7f3a", "#b7b36a", "#efe9c6")),
    "terracotta": ("Terracotta", ("#2b1711", "#7a3320", "#c1663d", "#e6a97a", "#f6e3cd")),
    "aurora": ("Aurora", ("#0b0f2b", "#1f3c88", "#1aa6a6", "#7be495", "#f2ffd0")),
    "dusk": ("Dusk", ("#1b1033", "#53287a", "#c2417c", "#f58f63", "#ffe3b3")),
    "porcelain": ("Porcelain blue", ("#0d1b4c", "#2a4fa3", "#8fb3e0", "#e9f0f7", "#ffffff")),
    "malachite": ("Malachite", ("#03201a", "#0a4f3c", "#158a63", "#5cc79a", "#d8f3df")),
    "gold": ("Gold leaf", ("#16110a", "#4d3414", "#a9782a", "#e3bd62", "#fdf3d1")),
    "lichen": ("Lichen", ("#20262a", "#55645c", "#9aa68a", "#d9b25f", "#f3ead7")),
    "sakura": ("Sakura", ("#3a1f2d", "#94405f", "#e08aa0", "#f7c9cf", "#fff4ef")),
    "slate": ("Slate", ("#12161b", "#343e49", "#66757f", "#a3b1b5", "#e3e8e6")),
    "indigo": ("Indigo dye", ("#0a0f26", "#1d2a5e", "#4a63a8", "#a9b9de", "#f2efe6")),
    "reef": ("Coral reef", ("#0b3c49", "#16808a", "#f2e9d8", "#ff9f80", "#d8434f")),
    "opal": ("Opal", ("#4f6f9a", "#9fcdd2", "#f4e9e1", "#f0b3c3", "#a98bc9")),
    "carnival": ("Carnival", ("#22223b", "#c9365e", "#ffd166", "#1fbf98", "#14668f")),
    "walnut": ("Walnut", ("#1a0f0a", "#4a2a18", "#7e4f2d", "#b98a5a", "#e6cfa8")),
    "marble": ("White marble", ("#55595e", "#a3a5a6", "#dad8d4", "#f2f0ec", "#fdfcfa")),
    "neon": ("Neon night", ("#0a0014", "#3d0a6b", "#c81fb0", "#ff7a8a", "#8df5ff")),
    "grey": ("Grey", ("#0b0b0b", "#454545", "#808080", "#bcbcbc", "#f8f8f8")),
}
"""Label and colours by name, dark end first where there is one."""

STEPS = 4096
"""Entries of a ramp: fine enough that 8-bit output shows none of its steps."""

_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def to_linear(srgb: Array) -> Array:
    """SRGB values 0…1 to linear light 0…1, any shape (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: Array) -> Array:
    """Linear light to sRGB values, both 0…1 (clipped), any shape."""
    light = np.clip(linear, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def oklab(linear: Array) -> Array:
    """Linear RGB [..., 3] to Oklab [..., 3]."""
    cone = np.cbrt(np.clip(linear, 0, None) @ np.array(_LMS, np.float32).T)
    found: Array = (cone @ np.array(_LAB, np.float32).T).astype(np.float32)
    return found


def from_oklab(lab: Array) -> Array:
    """Oklab [..., 3] to linear RGB [..., 3], which may leave 0…1."""
    cone = lab @ np.linalg.inv(np.array(_LAB)).T.astype(np.float32)
    light: Array = ((cone**3) @ np.linalg.inv(np.array(_LMS)).T.astype(np.float32)).astype(np.float32)
    return light


def parse(colors: Sequence[str]) -> Array:
    """``#rrggbb`` colours to Oklab [n, 3]."""
    bytes_ = [[int(color[place : place + 2], 16) for place in (1, 3, 5)] for color in colors]
    return oklab(to_linear(np.array(bytes_, np.float32) / np.float32(255)))


def ramp(stops: Array) -> Array:
    """Linear RGB [STEPS, 3] running evenly through the Oklab colours `stops` [n ≥ 1, 3] without kinks or overshoot."""
    if len(stops) == 1:
        stops = np.repeat(stops, 2, axis=0)
    places = np.linspace(0, 1, len(stops))
    lab = PchipInterpolator(places, stops)(np.linspace(0, 1, STEPS)).astype(np.float32)
    return np.clip(from_oklab(lab), 0, 1)


def from_picture(pixels: NDArray[np.uint8], rng: np.random.Generator, count: int = 6) -> Array:
    """The `count` (or fewer, for a plain picture) main colours of sRGB `pixels` [height, width, 3], as Oklab stops
    from dark to light.
    """
    flat = pixels.reshape(-1, 3)
    chosen = flat[rng.choice(len(flat), 6000)] if len(flat) > 6000 else flat
    lab = oklab(to_linear(chosen.astype(np.float32) / np.float32(255)))
    stops = _clusters(lab, min(count, len(np.unique(chosen, axis=0))), rng)
    ordered: Array = stops[np.argsort(stops[:, 0], kind="stable")]
    return ordered


def _clusters(points: Array, count: int, rng: np.random.Generator) -> Array:
    """Centres [≤ count, 3] by k-means with k-means++ seeding; rare colours count more than their area."""
    centres = points[rng.integers(len(points))][None]
    while len(centres) < count:
        near = ((points[:, None] - centres[None]) ** 2).sum(2).min(1).astype(np.float64)
        if near.sum() <= 0:
            break
        centres = np.concatenate([centres, points[rng.choice(len(points), p=near / near.sum())][None]])
    for _ in range(12):
        label = ((points[:, None] - centres[None]) ** 2).sum(2).argmin(1)
        centres = np.stack([points[label == k].mean(0) if (label == k).any() else centres[k]
                            for k in range(len(centres))])  # fmt: skip
    found: Array = centres.astype(np.float32)
    return found

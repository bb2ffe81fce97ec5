"""The colours that a small picture mostly shows, as words for its caption."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HUES = ((20, "red"), (38, "orange"), (70, "yellow"), (165, "green"), (200, "cyan"), (260, "blue"), (300, "purple"),
        (340, "pink"), (361, "red"))  # fmt: skip
"""Hues in degrees up to which a colour has a name."""

SHARE = 0.4
"""Share of a picture's opaque pixels that a colour must have to be told."""

GREY, DARK, BRIGHT = 0.22, 0.2, 0.75
"""Saturation below which a colour is a grey; values below which it is black, above which a grey is white."""

BROWN = 0.62
"""Value below which orange is brown."""

EDGE = 0.16
"""Value below which pixels are outlines and shadows, which are not counted."""


def main_colours(content: bytes) -> tuple[str, ...]:
    """No, one or two names of colours, the most frequent one first."""
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))
    opaque = picture[picture[..., 3] > 127][:, :3].astype(np.float32) / np.float32(255)
    lit = opaque[opaque.max(axis=1) >= EDGE] if len(opaque) else opaque
    if len(lit) < len(opaque) * 0.15 or not len(lit):
        return ("black",) if len(opaque) else ()
    names = _names(lit)
    counts = {str(name): int(count) for name, count in zip(*np.unique(names, return_counts=True), strict=True)}
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(name for name in ranked[:2] if counts[name] >= SHARE * len(lit))


def _names(colours: NDArray[np.float32]) -> NDArray[np.str_]:
    """The name of each colour [n, 3] within 0 … 1."""
    most, least = colours.max(axis=1), colours.min(axis=1)
    span = np.maximum(most - least, 1e-6)
    red, green, blue = colours.T
    sixths = np.where(most == red, (green - blue) / span % 6, np.where(
        most == green, (blue - red) / span + 2, (red - green) / span + 4))  # fmt: skip
    hue, saturation = sixths * 60, span / np.maximum(most, 1e-6)
    names = np.array([name for _, name in HUES])[np.searchsorted([end for end, _ in HUES], hue, side="right")]
    names = np.where((names == "orange") & (most < BROWN), "brown", names).astype("<U8")
    grey = np.where(most > BRIGHT, "white", np.where(most < DARK, "black", "grey"))
    return np.where(saturation < GREY, grey, names)

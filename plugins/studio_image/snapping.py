"""Pictures brought to a few colours: their own main ones, or those of a named palette. Distances are taken in Oklab."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio_image.canvas import Array
from studio_image.named_colours import COLOURS_OF
from studio_image.palettes import from_oklab, oklab, parse, to_linear, to_srgb

ROUNDS = 12
"""Of k-means."""


def snapped(pictures: NDArray[np.uint8], how: str) -> NDArray[np.uint8]:
    """Pictures uint8 [n, h, w, 3 or 4] in few colours; alpha stays.

    Args:
        pictures: with straight alpha.
        how: ``"free"`` for no change, a number of colours that all pictures share, or a name from `COLOURS_OF`.
    """
    if how == "free":
        return pictures
    seen = pictures[..., 3] > 0 if pictures.shape[-1] == 4 else np.ones(pictures.shape[:-1], np.bool_)
    if not seen.any():
        return pictures
    lab = oklab(to_linear(pictures[seen][:, :3].astype(np.float32) / np.float32(255)))
    palette = main_colours(lab, int(how)) if how.isdecimal() else parse(COLOURS_OF[how])
    changed = pictures.copy()
    changed[seen, :3] = _bytes(palette)[_nearest(lab, palette)]
    return changed


def main_colours(lab: Array, count: int) -> Array:
    """At most `count` colours [k, 3] that stand for `lab` [n, 3] well.

    k-means, begun with the colours that lie farthest from those already chosen (Gonzalez 1985), so that nothing is left
    to chance and small bright parts keep their colour.
    """
    places, weights = np.unique(np.round(lab, 3), axis=0, return_counts=True)
    centres = np.average(places, 0, weights=weights)[None]
    while len(centres) < min(count, len(places)):
        gaps = ((places[:, None] - centres[None]) ** 2).sum(-1).min(1)
        centres = np.concatenate([centres, places[(gaps * np.sqrt(weights)).argmax()][None]])
    for _ in range(ROUNDS):
        label = _nearest(places, centres)
        centres = np.stack([
            np.average(places[label == one], 0, weights=weights[label == one]) if (label == one).any() else centres[one]
            for one in range(len(centres))
        ])  # fmt: skip
    found: Array = centres.astype(np.float32)
    return found


def _nearest(lab: Array, palette: Array) -> NDArray[np.intp]:
    found: NDArray[np.intp] = ((lab[:, None] - palette[None]) ** 2).sum(-1).argmin(1)
    return found


def _bytes(palette: Array) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = np.round(to_srgb(from_oklab(palette)) * 255).astype(np.uint8)
    return found

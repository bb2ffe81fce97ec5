"""The starter ``gan-sprites``: a GAN of fantasy items (weapons, books, potions, clothes), 32 × 32, transparent."""

from __future__ import annotations

from pathlib import Path

import pixelart

RECIPE = {
    "trainer": "studio_image.training.gan:TrainGan",
    "kind": "image",
    "values": {"architecture": "residual", "size": "32", "width": 24, "steps": 3000, "batch": 32, "mirror": True},
    "seed": 7,
    "title": "Fantasy items (GAN)",
    "card": pixelart.CARD | {"title": "Fantasy items"},
    "credits": pixelart.CREDITS,
}


def prepare(data: Path, folder: Path) -> None:
    """Unpack the items."""
    pixelart.unpack(data, folder, ("sprite",), ("item",))

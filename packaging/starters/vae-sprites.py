"""The starter ``vae-sprites``: a VAE of fantasy items and creatures, 32 × 32, transparent."""

from __future__ import annotations

from pathlib import Path

import pixelart

RECIPE = {
    "trainer": "studio_image.training.vae:TrainVae",
    "kind": "image",
    "values": {"size": "32", "width": 16, "steps": 2000, "batch": 32, "mirror": True},
    "seed": 7,
    "title": "Fantasy items and creatures (VAE)",
    "card": pixelart.CARD | {"title": "Fantasy items and creatures"},
    "credits": pixelart.CREDITS,
}


def prepare(data: Path, folder: Path) -> None:
    """Unpack items and creatures."""
    pixelart.unpack(data, folder, ("sprite",), ("item", "monster"))

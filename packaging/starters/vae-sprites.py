"""The starter ``vae-sprites``: a VAE of fantasy items and creatures, 32 × 32, transparent."""

from __future__ import annotations

import runpy
from pathlib import Path

_SHARED = runpy.run_path(str(Path(__file__).with_name("pixelart.py")))

RECIPE = {
    "trainer": "studio_image.training.vae:TrainVae",
    "kind": "image",
    "values": {"size": "32", "width": 16, "steps": 2000, "batch": 32, "mirror": True},
    "seed": 7,
    "title": "Fantasy items and creatures (VAE)",
    "card": _SHARED["CARD"] | {"title": "Fantasy items and creatures"},
    "credits": _SHARED["CREDITS"],
}


def prepare(data: Path, folder: Path) -> None:
    """Unpack items and creatures."""
    _SHARED["unpack"](data, folder, ("sprite",), ("item", "monster"))

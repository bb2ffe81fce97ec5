"""The starter ``gan-sprites``: a GAN of fantasy items (weapons, books, potions, clothes), 32 × 32, transparent."""

from __future__ import annotations

import runpy
from pathlib import Path

_SHARED = runpy.run_path(str(Path(__file__).with_name("pixelart.py")))

RECIPE = {
    "trainer": "studio_image.training.gan:TrainGan",
    "kind": "image",
    "values": {"architecture": "residual", "size": "32", "width": 24, "steps": 1200, "batch": 32},
    "seed": 7,
    "title": "Fantasy items (GAN)",
    "card": _SHARED["CARD"] | {"title": "Fantasy items"},
    "credits": _SHARED["CREDITS"],
}


def prepare(data: Path, folder: Path) -> None:
    """Unpack the items."""
    _SHARED["unpack"](data, folder, ("sprite",), ("item",))

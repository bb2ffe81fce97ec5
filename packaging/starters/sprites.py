"""The starter ``sprites``: fantasy sprites, textures and effects from a few words, 32 × 32, transparent.

Made by ``python3 packaging/make_starter.py sprites --data DIR --out resources/starters/sprites``: about 7 M weights,
some hours on two CPU cores.
"""

from __future__ import annotations

import runpy
from pathlib import Path

_SHARED = runpy.run_path(str(Path(__file__).with_name("pixelart.py")))

RECIPE = {
    "trainer": "studio_image.training.flow:TrainFlow",
    "kind": "image",
    "values": {"size": "32", "width": 96, "words": 128, "steps": 24_000, "batch": 16, "transparency": "keep"},
    "seed": 7,
    "title": "Fantasy sprites from words",
    "card": _SHARED["CARD"] | {"title": "Fantasy sprites with captions"},
    "credits": _SHARED["CREDITS"],
}


def prepare(data: Path, folder: Path) -> None:
    """Unpack sprites, textures and effects; what is worn is left out: it makes no sense by itself."""
    roles, categories = ("sprite", "texture", "effect"), ("item", "monster", "dungeon", "icon", "effect")
    _SHARED["unpack"](data, folder, roles, categories)

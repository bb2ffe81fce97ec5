"""The starter ``sprites``: fantasy creatures, things and effects from a few words, 32 × 32, transparent.

Made by ``python3 packaging/make_starter.py sprites --data DIR --out resources/starters/sprites``: about 4 M weights,
about an hour on a core with matrix units, two on another. (The one that is shipped was taught in two halves.)
"""

from __future__ import annotations

from pathlib import Path

import pixelart

RECIPE = {
    "trainer": "studio_image.training.flow:TrainFlow",
    "kind": "image",
    "values": {
        "size": "32", "width": 64, "words": 128, "batch": 16, "transparency": "keep", "rarest": 1,
    },
    "stages": (9_000, 9_000),
    "seed": 7,
    "title": "Fantasy sprites from words",
    "card": pixelart.CARD | {"title": "Fantasy sprites with captions"},
    "credits": pixelart.CREDITS,
}  # fmt: skip


def prepare(data: Path, folder: Path) -> None:
    """Unpack creatures, things and effects; floors, symbols and what is worn are left out."""
    pixelart.unpack(data, folder, ("sprite", "effect"), ("item", "monster", "dungeon", "effect"), colours=True)

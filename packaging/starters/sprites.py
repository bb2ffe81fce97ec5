"""The starter ``sprites``: fantasy creatures, things and effects from a few words, 32 × 32, transparent.

Made by ``python3 packaging/make_starter.py sprites --data DIR --out resources/starters/sprites``: about 4 M weights,
about an hour on a core with matrix units, two on another. (The one that is shipped was taught in two halves.)
"""

from __future__ import annotations

import json
from pathlib import Path

import pixelart

SEEN = Path(__file__).with_name("sprites.seen.json")
"""By word, the share of four verdicts (two strangers on two pictures of the shipped model) that it is clearly shown."""

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


def finish(folder: Path, out: Path) -> None:
    """Let the model know which of its words people recognise; the generator says so where they do not."""
    del folder
    config = json.loads((out / "config.json").read_text("utf-8"))
    seen = json.loads(SEEN.read_text("utf-8"))
    config["seen"] = {word: share for word, share in seen.items() if word in config["words"]}
    (out / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")

"""Flow models with fresh weights that know a few words, for tests of what draws with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from studio_image.models.flow import FlowModel, FlowNetwork, FlowShape, save
from studio_image.models.words import Vocabulary

CAPTIONS = (
    "red, fire dragon, dragons, monster", "blue, ice dragon, dragons, monster", "grey, sword, weapon, item",
    "green, snake, animals, monster", "grey, skeleton, undead, monster", "red, potion, item",
)  # fmt: skip

STICKERS = ("noto, red, mushroom", "flat, orange, cat", "noto, yellow, cat", "noto, yellow, sun with face")

NAMES: dict[str, Any] = {
    "mushroom": {"tags": ["toadstool"], "zh": "蘑菇", "zh_tags": ["蔬菜"], "fr": "champignon", "fr_tags": []},
    "cat": {"tags": ["pet"], "zh": "猫", "zh_tags": ["宠物"], "fr": "chat", "fr_tags": ["animal"]},
    "sun with face": {"tags": ["bright", "weather"], "zh": "微笑的太阳", "fr": "soleil avec visage"},
}


def little_flow(folder: Path, captions: tuple[str, ...] = CAPTIONS, size: int = 32, *, crisp: bool = True) -> Path:
    """A model folder of `size` pixels that knows the words of `captions`."""
    folder.mkdir(parents=True)
    vocabulary = Vocabulary.of(captions, fewest=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        network = FlowNetwork(FlowShape(size, 4, 8, 8, len(vocabulary.words)))
    save(folder, FlowModel(network, vocabulary, crisp, captions))
    return folder


def little_stickers(folder: Path) -> Path:
    """A model folder of 64 pixels that knows three things by their names."""
    little_flow(folder, STICKERS, 64, crisp=False)
    (folder / "names.json").write_text(json.dumps(NAMES), "utf-8")
    return folder

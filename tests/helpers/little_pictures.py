"""A dataset of little discs and squares, and a way to train on it, for tests of the picture trainers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext

COLOURS = {"red": (220, 40, 30), "green": (40, 180, 60), "blue": (40, 60, 220)}


def little_pictures(folder: Path, count: int = 32, size: int = 32, *, transparent: bool = True) -> sdk.Dataset:
    """`count` pictures of a disc or a square in one of three colours; every fourth is held out."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:size, :size]
    items = []
    for index in range(count):
        name, colour = list(COLOURS.items())[index % 3]
        shape = "disc" if index % 2 else "square"
        y, x, radius = rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.6), rng.uniform(0.2, 0.35)
        dy, dx = np.abs(rows / size - y), np.abs(columns / size - x)
        inside = np.hypot(dy, dx) < radius if shape == "disc" else np.maximum(dy, dx) < radius
        pixels = np.zeros((size, size, 4), np.uint8)
        pixels[inside] = (*colour, 255)
        if not transparent:
            pixels[~inside] = (255, 255, 255, 255)
        path = folder / f"{index}.png"
        Image.fromarray(pixels).save(path)
        items.append(sdk.DatasetItem(path, f"{name} {shape}", held_out=index % 4 == 3))
    return sdk.Dataset("little", "image", folder, tuple(items), digest="0" * 64)


def taught(trainer: type[sdk.Trainer], data: sdk.Dataset, ctx: RecordingContext, **values: Any) -> list[Any]:
    """Everything a training run yields; its folders last as long as `ctx`."""
    checked = sdk.check_values(trainer.Params.fields, {"data": "little", **values})
    params = trainer.Params(**{**checked, "data": data})
    return list(trainer().train(params, ctx))


def weights(trainer: type[sdk.Trainer], data: sdk.Dataset, ctx: RecordingContext, **values: Any) -> dict[str, bytes]:
    """The weight files of the model that a training run leads to."""
    folder = taught(trainer, data, ctx, **values)[-1].folder
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.safetensors"))}

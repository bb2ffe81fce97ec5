"""The report on a picture model: samples, copies, and figures beside those of the data itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

import studio.sdk as sdk
from studio_image.models.latents import PictureModel
from studio_image.models.pixels import enlarged, sheet, to_bytes
from studio_image.training.dataset import Pictures, premultiplied, scaled
from studio_image.training.features import NAME, features
from studio_image.training.fidelity import copy_limit, kernel_distance, nearest, precision_and_recall

COMPARED = 1000
"""Most training pictures that precision, recall and kernel distance see; copies are looked for among all."""

SHOWN = 36
"""Pictures on the report's sample sheet."""

PAIRS = 8
"""Samples that are shown beside their nearest training pictures."""


def coordinates(count: int, dimensions: int, seed: int) -> torch.Tensor:
    """Standard normal coordinates [count, dimensions] for a seed."""
    return torch.randn(count, dimensions, generator=torch.Generator().manual_seed(seed))


def made_by(model: PictureModel, count: int, seed: int) -> torch.Tensor:
    """`count` pictures for a seed, [count, channels, s, s] within −1 … 1."""
    places = coordinates(count, model.dimensions, seed)
    return torch.cat([model(part) for part in torch.split(places, 100)])


def as_saved(made: torch.Tensor, *, crisp: bool) -> torch.Tensor:
    """Pictures [n, channels, s, s] within −1 … 1 after they were turned into bytes and back."""
    pixels = to_bytes(made, crisp=crisp)
    values = premultiplied(pixels) if pixels.shape[-1] == 4 else pixels
    return scaled(torch.from_numpy(values).permute(0, 3, 1, 2))


def sample_sheet(pictures: torch.Tensor, columns: int, *, crisp: bool) -> NDArray[np.uint8]:
    """A sheet of pictures [n, channels, s, s] at twice their size."""
    return sheet(enlarged(to_bytes(pictures, crisp=crisp), 2), columns, gap=4)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What `report` finds.

    Attributes:
        measures, samples, neighbours: of the evaluation; the files lie in the model's folder.
        made: the pictures as they would be saved, [n, channels, s, s] within −1 … 1.
        copied: which of them are copies, bool [n].
    """

    measures: tuple[sdk.Measure, ...]
    samples: tuple[str, ...]
    neighbours: tuple[sdk.Neighbour, ...]
    made: torch.Tensor
    copied: torch.Tensor


def evaluate(model: PictureModel, pictures: Pictures, folder: Path, seed: int, *, mirrored: bool) -> Judged:
    """Measure a finished model; writes sample files and neighbours into its folder."""
    count = max(min(len(pictures.training), COMPARED) // 2, SHOWN)
    return report(made_by(model, count, seed), pictures, folder, seed, mirrored=mirrored, crisp=model.crisp)


def report(made: torch.Tensor, pictures: Pictures, folder: Path, seed: int, *, mirrored: bool, crisp: bool) -> Judged:
    """The same for pictures [n, channels, s, s] however they were made; all are measured as they would be saved."""
    made = as_saved(made, crisp=crisp)
    limit = copy_limit(pictures.held_out, pictures.training, mirrored=mirrored)
    found = nearest(made, pictures.training, mirrored=mirrored)
    copied = found.distances < limit
    likeness = _likeness(made, scaled(pictures.training[:COMPARED]), seed)
    Image.fromarray(sample_sheet(made[:SHOWN], 6, crisp=crisp)).save(folder / "samples.png")
    neighbours = []
    for place in found.distances.argsort()[:PAIRS].tolist():
        ours, theirs = f"sample-{place}.png", f"nearest-{place}.png"
        other = scaled(pictures.training[found.places[place]][None])[0]
        pair = torch.stack([made[place], other])
        for name, pixels in zip((ours, theirs), enlarged(to_bytes(pair, crisp=crisp), 4), strict=True):
            Image.fromarray(pixels).save(folder / name)
        neighbours.append(sdk.Neighbour(ours, theirs, float(found.distances[place]), bool(copied[place])))
    measures = (*likeness, _copies(float(copied.float().mean())))
    return Judged(measures, ("samples.png",), tuple(neighbours), made, copied)


def _likeness(made: torch.Tensor, training: torch.Tensor, seed: int) -> tuple[sdk.Measure, ...]:
    """Precision, recall and kernel distance to one half of the training pictures, beside the other half's."""
    order = torch.randperm(len(training), generator=torch.Generator().manual_seed(seed))
    seen = features(training)
    half = len(training) // 2
    real, other = seen[order[:half]], seen[order[half : 2 * half]]
    ours = features(made)[:half]
    (precision, recall), (best_precision, best_recall) = (precision_and_recall(x, real) for x in (ours, other))
    beside = "one half of the training pictures against the other"
    return (
        sdk.Measure("precision", precision, best_precision, beside, "near",
                    f"Share of made pictures that lie among training pictures, by {NAME}; low: they look wrong."),
        sdk.Measure("recall", recall, best_recall, beside, "higher",
                    f"Share of training pictures that lie among made ones, by {NAME}; low: little variety."),
        sdk.Measure("kernel distance × 1,000", kernel_distance(ours, real), kernel_distance(other, real), beside,
                    "lower", f"How far made pictures as a whole are from training pictures, by {NAME}; not comparable "
                    "with figures published for other feature spaces."),
    )  # fmt: skip


def _copies(share: float) -> sdk.Measure:
    return sdk.Measure(
        "copies", share, 0.05, "pictures never seen", "lower",
        "Share of made pictures that are closer to a training picture, pixel for pixel, than 95 % of pictures never "
        "seen are.",
    )  # fmt: skip

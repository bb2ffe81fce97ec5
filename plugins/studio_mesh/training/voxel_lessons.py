"""What a voxel model is taught with: the shapes as class numbers, the examples of a step, the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

import studio.sdk as sdk
from studio_mesh.training.voxel_shapes import few_colors, nearest_color, read_voxels
from studio_mesh.voxel_model import SIDE, Shape, VoxelModel, VoxelNet
from studio_mesh.voxel_words import LONGEST, Vocabulary, split

COLOR_SHARE = 0.35
"""Weight of the colours in the loss beside that of occupancy."""

FORGET = 0.15
"""Probability that a word of a caption is left out, so that fewer words are enough and the latent says the rest."""


_TABLES = ("means", "spreads")
"""The latents of training shapes, which belong to these shapes alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """The training shapes.

    Attributes:
        captions: as the dataset gives them.
        labels: uint8 [n, side³], 0 for empty, else 1 + the palette's index.
        edges: for each shape, numbers of the places beside its surface, inside and outside.
        palette: uint8 [k, 3].
        vocabulary: all words of `captions`, after those of the model to go on from.
        share: probability of each shape to be chosen; of several with one caption each is seen less often.
    """

    captions: tuple[str, ...]
    labels: NDArray[np.uint8]
    edges: tuple[NDArray[np.int64], ...]
    palette: NDArray[np.uint8]
    vocabulary: Vocabulary
    share: NDArray[np.float64]

    def fresh(self, latent: int, start: VoxelModel | None = None) -> VoxelNet:
        """A network of the right size; `start` gives all but the vectors of new words and the latents of new shapes.

        Shapes are the same where the captions are, one for one.
        """
        words, shapes = len(self.vocabulary.words), len(self.captions)
        if start is None:
            return VoxelNet(Shape(words, shapes, len(self.palette), latent))
        net = VoxelNet(replace(start.net.shape, words=words, shapes=shapes))
        known = start.net.state_dict()
        vectors = known.pop("word.weight")
        if list(start.captions) != list(self.captions):
            known = {name: one for name, one in known.items() if not name.startswith(_TABLES)}
        net.load_state_dict(known, strict=False)
        with torch.no_grad():
            net.word.weight[: len(vectors)] = vectors
        return net

    def model(self, net: Any) -> VoxelModel:
        """`net` with everything a generator needs."""
        return VoxelModel(net, self.vocabulary, self.palette, self.captions)


def read_lessons(
    items: Sequence[sdk.DatasetItem], colors: int, ctx: sdk.Context, start: VoxelModel | None = None
) -> Lessons:
    """Read the files; what cannot be read or has no caption is left out and said.

    Words and colours of the model `start` stay as they are; words that it does not know are added.

    Raises:
        UserError: nothing is left.
    """
    captions, grids = [], []
    for number, item in enumerate(items):
        ctx.progress(0, 1, f"reading {number + 1} of {len(items)}")
        if not split(item.caption):
            ctx.log(f"{item.path.name} has no caption and is left out.")
            continue
        try:
            grids.append(read_voxels(item))
        except sdk.UserError as error:
            ctx.log(f"{error} It is left out.")
            continue
        captions.append(item.caption)
    if not grids:
        raise sdk.UserError(
            "None of the 3D models can be learned from.", hint="They need captions, and files that end in .vox or .glb."
        )
    seen = np.concatenate([grid.colors[grid.filled] for grid in grids])
    palette = few_colors(seen, colors) if start is None else start.palette
    vocabulary = Vocabulary.of(captions)
    if start is not None:
        vocabulary = start.vocabulary.joined(vocabulary)
    labels = np.zeros((len(grids), SIDE**3), np.uint8)
    for row, grid in zip(labels, grids, strict=True):
        row[grid.filled.ravel()] = 1 + nearest_color(grid.colors[grid.filled], palette)
    share = _shares(captions)
    return Lessons(tuple(captions), labels, tuple(_edge(row) for row in labels), palette, vocabulary, share)


def _shares(captions: list[str]) -> NDArray[np.float64]:
    _, which, counts = np.unique(captions, return_inverse=True, return_counts=True)
    share = 1 / np.sqrt(counts[which.reshape(-1)])
    return np.asarray(share / share.sum())


def _edge(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Places whose six neighbours are not all as full or empty as they are."""
    filled = np.pad(labels.reshape((SIDE,) * 3) > 0, 1)
    inner = filled[1:-1, 1:-1, 1:-1]
    differs = np.zeros_like(inner)
    for axis in range(3):
        for step in (-1, 1):
            differs |= np.roll(filled, step, axis)[1:-1, 1:-1, 1:-1] != inner
    return np.flatnonzero(differs)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Examples of one step.

    Attributes:
        which: int64 [b], numbers of shapes.
        words: int64 [b, n].
        turns: int64 [b].
        places: int64 [b, p].
        labels: int64 [b, p].
    """

    which: torch.Tensor
    words: torch.Tensor
    turns: torch.Tensor
    places: torch.Tensor
    labels: torch.Tensor

    def to(self, device: Any) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, name).to(device) for name in ("which", "words", "turns", "places", "labels")))


def batch_of(lessons: Lessons, random: np.random.Generator, *, size: int, points: int, turned: float) -> Batch:
    """Draw a batch: half of the places near the surfaces, half anywhere.

    Args:
        lessons: the shapes.
        random: of this step.
        size: shapes.
        points: places looked at in each.
        turned: share of the shapes that is shown turned by one to three quarters about y.
    """
    which = random.choice(len(lessons.captions), size, p=lessons.share)
    turns = np.where(random.random(size) < turned, random.integers(1, 4, size), 0)
    places = random.integers(0, SIDE**3, (size, points))
    for row, number in enumerate(which):
        edge = lessons.edges[number]
        places[row, : points // 2] = edge[random.integers(0, len(edge), points // 2)]
    labels = lessons.labels[which[:, None], places]
    words = np.zeros((size, LONGEST), np.int64)
    for row, number in enumerate(which):
        known = lessons.vocabulary.numbers(split(lessons.captions[number]))
        kept = [word for word in known if random.random() >= FORGET] or known
        words[row, : len(kept)] = kept
    arrays = (which, words, turns, _turned(places, turns), labels)
    return Batch(*(torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64)) for array in arrays))


def _turned(places: NDArray[np.int64], turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where `places` [b, p] are after `turns` [b] quarter turns about y: (x, z) goes to (z, 31 − x) each time."""
    x, y, z = places // SIDE**2, places // SIDE % SIDE, places % SIDE
    for quarter in range(1, 4):
        again = (turns >= quarter)[:, None]
        x, z = np.where(again, z, x), np.where(again, SIDE - 1 - x, z)
    return np.asarray(x * SIDE**2 + y * SIDE + z)


def loss_of(net: VoxelNet, batch: Batch, noise: torch.Generator, weight: float) -> tuple[torch.Tensor, ...]:
    """The loss and its three parts: occupancy (nats per place), colour (nats per full place), latents (nats).

    Args:
        net: the network.
        batch: on the network's device.
        noise: of this step, on the CPU.
        weight: of the latents' divergence from a standard normal distribution, as the β of a β-VAE.
    """
    means, logs = net.means(batch.which), net.spreads(batch.which).clamp(-8, 2)
    aside = torch.randn(means.shape, generator=noise).to(means.device)
    logits = net(batch.words, means + (0.5 * logs).exp() * aside, batch.turns, batch.places)
    filled = batch.labels > 0
    occupancy = functional.binary_cross_entropy_with_logits(logits[..., 0], filled.float())
    color = functional.cross_entropy(logits[..., 1:][filled], batch.labels[filled] - 1)
    divergence = 0.5 * (means**2 + logs.exp() - 1 - logs).sum(dim=1).mean()
    return occupancy + COLOR_SHARE * color + weight * divergence, occupancy, color, divergence

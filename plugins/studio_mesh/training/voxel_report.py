"""How good a voxel model is: nearness to shapes it never saw, closed surfaces, and how much it copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio.sdk.training.captions import caption_shares
from studio_mesh.training.voxel_lessons import Lessons
from studio_mesh.training.voxel_shapes import read_voxels
from studio_mesh.voxel_model import SIDE, Solid, VoxelModel
from studio_mesh.voxel_surface import FILLED, block_surface, firmed, is_closed, smooth_surface
from studio_mesh.voxel_words import likeness, split

COMPARED = 48
"""Most captions of a kind that are compared."""

COPIED = 0.95
"""Overlap from which on a made object counts as a copy of a training shape."""

PICTURES = 12
"""Made objects that the report shows beside their nearest training shape."""

ALIKE = 16
"""Most shapes of equally near captions that one shape is compared with."""

CHAMFER = "How far the surfaces lie apart on average, as a share of the grid's side; 0 is the same."

DRAWS = 3
"""Seeds per caption; figures are means over them."""


def overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Intersection over union of each row of `first` [n, side³] with each of `second` [m, side³]: [n, m]."""
    a, b = first.astype(np.float32), second.astype(np.float32)
    both = (a @ b.T).astype(np.float64)
    either = a.sum(axis=1)[:, None].astype(np.float64) + b.sum(axis=1)[None] - both
    return np.asarray(both / np.maximum(either, 1))


@dataclass
class Judge:
    """What a model is compared with.

    Attributes:
        lessons: what it learned from.
        held_out: items it must never learn from.
        ctx: asked again and again whether the run was cancelled: comparing takes seconds.
    """

    lessons: Lessons
    held_out: Sequence[sdk.DatasetItem]
    ctx: sdk.Context
    _read: tuple[list[str], NDArray[np.bool_]] | None = field(default=None, init=False)

    def kept(self) -> tuple[list[str], NDArray[np.bool_]]:
        """Captions and shapes [n, side³] of the held-out items that have a known word; read once."""
        if self._read is None:
            captions, rows = [], []
            for item in self.held_out:
                if not self.lessons.vocabulary.read(item.caption).known:
                    continue
                try:
                    rows.append(read_voxels(item).filled.ravel())
                except sdk.UserError:
                    continue  # was said when the dataset was made; a shape that is gone cannot be compared
                captions.append(item.caption)
            self._read = captions, np.array(rows, bool).reshape(len(rows), SIDE**3)
        return self._read

    def shown(self, count: int) -> list[str]:
        """Captions to show samples of: common ones that share no word as far as possible."""
        chosen: list[str] = []
        used: set[str] = set()
        common = Counter(self.lessons.captions)
        for caption in sorted(common, key=lambda caption: (-common[caption], caption)):
            words = set(split(caption))
            if not words & used:
                chosen.append(caption)
                used |= words
            if len(chosen) == count:
                break
        return chosen

    def known(self) -> tuple[list[str], NDArray[np.bool_]]:
        """Captions and shapes of at most `COMPARED` training items, spread evenly."""
        count = len(self.lessons.captions)
        picked = np.unique(np.linspace(0, count - 1, min(count, COMPARED)).round().astype(int))
        return [self.lessons.captions[number] for number in picked], self.lessons.labels[picked] > 0

    def scores(self, model: VoxelModel) -> dict[str, float]:
        """Mean overlap with known and with held-out shapes, for the curves."""
        result = {"known overlap": self._mean_overlap(model, *self.known())}
        captions, shapes = self.kept()
        if captions:
            result["held out overlap"] = self._mean_overlap(model, captions, shapes)
        return result

    def solids(self, model: VoxelModel, captions: Sequence[str], seed: int, variation: float) -> list[Solid]:
        """What a model makes of captions."""
        made = []
        for number, caption in enumerate(captions):
            self.ctx.check()
            random = np.random.default_rng([seed, number])
            made.append(model.make(model.vocabulary.read(caption).known, variation, random))
        return made

    def drawn(self, model: VoxelModel, captions: Sequence[str], seed: int) -> NDArray[np.bool_]:
        """The shapes [n, side³] of what it makes, nothing left to chance but the seed."""
        return _filled(self.solids(model, captions, seed, 0.0))

    def _mean_overlap(self, model: VoxelModel, captions: Sequence[str], shapes: NDArray[np.bool_]) -> float:
        return float(np.diagonal(overlap(self.drawn(model, captions, 0), shapes)).mean())


def _filled(solids: Sequence[Solid]) -> NDArray[np.bool_]:
    return np.array([solid.occupancy for solid in solids]).reshape(len(solids), -1) >= FILLED


def chamfer(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Chamfer distance of two shapes [side³], as a share of the grid's side (Fan et al. 2017, section 4.2, unsquared).

    The mean way from each outer voxel of one to the nearest outer voxel of the other, both directions averaged; the
    grid's diagonal where one of them is empty.
    """
    from scipy.spatial import cKDTree

    one, other = _outer(first), _outer(second)
    if not len(one) or not len(other):
        return float(np.sqrt(3))
    there, back = cKDTree(other).query(one)[0], cKDTree(one).query(other)[0]
    return float((there.mean() + back.mean()) / 2 / SIDE)


def _outer(shape: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Places [n, 3] of the voxels that have an empty neighbour."""
    import scipy.ndimage

    filled = shape.reshape((SIDE,) * 3)
    return np.argwhere(filled & ~scipy.ndimage.binary_erosion(filled))


def nearest_captions(lessons: Lessons, captions: Sequence[str], *, other: bool) -> list[NDArray[np.int64]]:
    """For each of `captions` the numbers [n] of training shapes whose captions are most like it, at most `ALIKE`.

    Where more are equally like it, as in a dataset that calls everything the same, they are spread over all of them.

    Args:
        lessons: the training shapes.
        captions: what they are to be like.
        other: only captions that are not the very same count.
    """
    known = [split(caption) for caption in lessons.captions]
    result = []
    for caption in captions:
        fit = np.array(likeness(split(caption), known))
        if other:
            fit[[number for number, words in enumerate(known) if set(words) == set(split(caption))]] = -1
        best = np.flatnonzero(fit >= fit.max() - 1e-9)
        spread = np.linspace(0, len(best) - 1, min(len(best), ALIKE)).round().astype(int)
        result.append(best[spread])
    return result


def evaluate(model: VoxelModel, judge: Judge, folder: Path) -> sdk.Evaluation:
    """Figures, pictures and plain sentences; pictures go to `folder`."""
    measures = [*_held_out(model, judge), *_known(model, judge)]
    neighbours, copying = _neighbours(model, judge, folder)
    words = {word for caption in judge.lessons.captions for word in split(caption)}
    total = len(judge.lessons.captions)
    return sdk.Evaluation(
        measures=(*measures, *copying),
        samples=tuple(neighbour.sample for neighbour in neighbours),
        neighbours=neighbours,
        distributions=caption_shares(judge.lessons.captions),
        strengths=("Things that occur in several captions, and what their words have in common.",),
        limits=(
            f"It knows {len(words)} words and {total} shapes, nothing else; other words are left out.",
            "Thin parts (legs, wires, railings) may break or vanish at 32 voxels a side.",
            "Words that occur only once bring back nearly the shape they came from, whatever the seed.",
        ),
        intended_use="Sketching simple objects for games, toys and prints from the words of its captions.",
    )


def _held_out(model: VoxelModel, judge: Judge) -> list[sdk.Measure]:
    captions, shapes = judge.kept()
    if not captions:
        return []
    near = nearest_captions(judge.lessons, captions, other=True)
    value, baseline, far, far_baseline = _compared(model, captions, shapes, judge, near)
    beside = "shape with the nearest caption"
    return [
        sdk.Measure(
            "overlap with held-out shapes", value, baseline, beside, "higher",
            f"Intersection over union with {len(captions)} shapes whose captions were never seen; 1 is the same.",
        ),
        sdk.Measure("Chamfer distance to held-out shapes", far, far_baseline, beside, "lower", CHAMFER),
    ]  # fmt: skip


def _known(model: VoxelModel, judge: Judge) -> list[sdk.Measure]:
    captions, shapes = judge.known()
    near = nearest_captions(judge.lessons, captions, other=False)
    value, baseline, far, far_baseline = _compared(model, captions, shapes, judge, near)
    beside = "training shape with the same caption"
    return [
        sdk.Measure(
            "overlap with known shapes", value, baseline, beside, "higher",
            "The same for captions it learned from; several shapes may have one caption.",
        ),
        sdk.Measure("Chamfer distance to known shapes", far, far_baseline, beside, "lower", CHAMFER),
    ]  # fmt: skip


def _compared(
    model: VoxelModel,
    captions: Sequence[str],
    shapes: NDArray[np.bool_],
    judge: Judge,
    near: Sequence[NDArray[np.int64]],
) -> tuple[float, float, float, float]:
    """Mean overlap of `shapes` with made ones and with the lessons `near` them, then mean Chamfer distance to both."""
    draws = [judge.drawn(model, captions, seed) for seed in range(DRAWS)]
    value = np.mean([np.diagonal(overlap(drawn, shapes)).mean() for drawn in draws])
    far, beside, beside_far = [], [], []
    for place, (shape, numbers) in enumerate(zip(shapes, near, strict=True)):
        judge.ctx.check()
        far += [chamfer(drawn[place], shape) for drawn in draws]
        some = judge.lessons.labels[numbers] > 0
        beside.append(overlap(shape[None], some).mean())
        beside_far.append(np.mean([chamfer(one, shape) for one in some]))
    return float(value), float(np.mean(beside)), float(np.mean(far)), float(np.mean(beside_far))


def _neighbours(
    model: VoxelModel, judge: Judge, folder: Path
) -> tuple[tuple[sdk.Neighbour, ...], tuple[sdk.Measure, ...]]:
    """Made objects beside the nearest training shapes, and how many are copies."""
    captions = judge.known()[0]
    solids = judge.solids(model, captions, 1, 0.5)
    made = _filled(solids)
    near = overlap(made, judge.lessons.labels > 0)
    nearest, value = near.argmax(axis=1), near.max(axis=1)
    kept = judge.kept()[1]
    real = overlap(kept, judge.lessons.labels > 0).max(axis=1) if len(kept) else np.zeros(0)
    neighbours = []
    for number in np.unique(np.linspace(0, len(made) - 1, min(PICTURES, len(made))).round().astype(int)):
        judge.ctx.check()
        shape = judge.lessons.labels[nearest[number]]
        solid = solids[number]
        first = _picture(folder / f"made-{number}.png", solid.occupancy, solid.colors)
        colors = judge.lessons.palette[np.maximum(shape, 1) - 1].astype(np.float64).reshape(SIDE, SIDE, SIDE, 3) / 255
        second = _picture(folder / f"training-{number}.png", (shape > 0).reshape((SIDE,) * 3) * 1.0, colors)
        if first and second:
            copied = bool(value[number] >= COPIED)
            neighbours.append(sdk.Neighbour(first, second, float(1 - value[number]), copied))
    copies = sdk.Measure(
        "share of copies", float((value >= COPIED).mean()),
        float((real >= COPIED).mean()) if len(real) else None, "real shapes kept out" if len(real) else "", "lower",
        f"Made objects that overlap a training shape by {COPIED:.0%} or more. Words that occur once make copies.",
    )  # fmt: skip
    closeness = sdk.Measure(
        "overlap with the nearest training shape", float(value.mean()), float(real.mean()) if len(real) else None,
        "real shapes kept out" if len(real) else "", "near", "1 would be a copy of it.",
    )  # fmt: skip
    closed = sdk.Measure(
        "watertight objects", float(np.mean([_watertight(solid, judge.ctx) for solid in solids])), None, "", "higher",
        "Share of made objects whose blocks and whose smooth skin are closed, edge by edge; a slicer needs that.",
    )  # fmt: skip
    return tuple(neighbours), (copies, closeness, closed)


def _watertight(solid: Solid, ctx: sdk.Context) -> bool:
    """Whether both surfaces that the generator offers for printing are closed."""
    ctx.check()
    firm = firmed(solid.occupancy)
    surfaces = (block_surface(firm, solid.colors), smooth_surface(firm, solid.colors))
    return all(surface is not None and is_closed(surface) for surface in surfaces)


def _picture(path: Path, occupancy: NDArray[Any], colors: NDArray[np.float64]) -> str:
    """Draw into a file; its name, or nothing when there is nothing to draw."""
    import PIL.Image

    from studio_mesh.preview import render

    surface = block_surface(occupancy, colors)
    if surface is None:
        return ""
    PIL.Image.fromarray(render(surface, 160).pixels).save(path, optimize=True)
    return path.name

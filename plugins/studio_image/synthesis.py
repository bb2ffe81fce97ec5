"""Pictures made of an example's patches, from coarse to fine.

Texture: Kwatra et al. 2005, "Texture optimization for example-based synthesis" (alternate between finding each patch's
nearest neighbour in the example and letting the patches vote), over several sizes as in Granot et al. 2022, "Drop the
GAN: in defense of patches nearest neighbors". Style: the same with the content picture mixed in between, after its
colours were carried over, as in Elad and Milanfar 2017, "Style transfer via texture synthesis". Colours: Pitié et al.
2007, "Automated colour grading using colour distribution transfer" (sliced optimal transport).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio_image.canvas import Array
from studio_image.palettes import from_oklab, oklab, to_linear, to_srgb
from studio_image.patches import PATCH, Matches, Source, features

COARSEST = 24
"""Shorter side of the example at the first size, pixels."""

PREVIEW = 384
"""Longer side of a preview, pixels, about."""


@dataclass(frozen=True)
class Job:
    """How a run is watched and how long it may take.

    Attributes:
        rng: random streams by keys.
        check: a cancel point.
        report: told the share 0…1 done and the picture so far (uint8, made only when asked for).
        rounds: multiplies the number of search rounds.
    """

    rng: Callable[..., np.random.Generator]
    check: Callable[[], None]
    report: Callable[[float, Callable[[], NDArray[np.uint8]]], None]
    rounds: float = 1.0


def to_lab(pixels: NDArray[np.uint8]) -> Array:
    """SRGB bytes to Oklab."""
    return oklab(to_linear(pixels.astype(np.float32) / np.float32(255)))


def to_bytes(lab: Array) -> NDArray[np.uint8]:
    """Oklab to sRGB bytes."""
    return np.round(to_srgb(from_oklab(lab)) * 255).astype(np.uint8)


def scaled(lab: Array, height: int, width: int) -> Array:
    """A picture at another size, [height, width, 3], antialiased."""
    if lab.shape[:2] == (height, width):
        return lab
    planes = [Image.fromarray(np.ascontiguousarray(lab[..., k])) for k in range(3)]
    return np.stack([np.asarray(plane.resize((width, height), Image.Resampling.LANCZOS)) for plane in planes], axis=2)


def sizes(shorter: int, coarsest: int) -> list[float]:
    """Scales from the first (shorter side about `coarsest` pixels) to 1, each about 1.6 times the one before."""
    steps = max(0, round(np.log(max(shorter, 1) / coarsest) / np.log(1.6)))
    return [(coarsest / shorter) ** (1 - step / steps) for step in range(steps)] + [1.0] if steps else [1.0]


def texture(example: Array, height: int, width: int, job: Job) -> Array:
    """More of the same: Oklab [height, width, 3] that wraps, out of the example's patches."""
    scales = sizes(min(example.shape[:2]), COARSEST)
    shapes = [(max(PATCH, round(height * scale)), max(PATCH, round(width * scale))) for scale in scales]
    counts = _rounds(len(scales), job)
    work = _Work(job, sum(rows * columns * rounds for (rows, columns), rounds in zip(shapes, counts, strict=True)))
    source = _source(example, scales[0])
    matches = Matches.random(source, *shapes[0], PATCH + 2, job.rng("blocks"))
    for level, (scale, shape, rounds) in enumerate(zip(scales, shapes, counts, strict=True)):
        if level > 0:
            before, source = source, _source(example, scale)
            matches = matches.enlarged(source, *shape, before)
        picture = matches.vote(source, 1.6, job.check)
        for turn in range(rounds):
            wanted = features(picture, source.basis, job.check)
            matches.improve(source, wanted, job.rng("tries", level, turn), job.check, penalty=0.25)
            last = turn == rounds - 1 and level == len(scales) - 1
            picture = matches.vote(source, 0.85 if last else 1.6, job.check)
            work.done(shape[0] * shape[1], picture)
    return picture


def style(content: Array, example: Array, likeness: float, brush: float, job: Job) -> Array:
    """The content painted with the example's patches: Oklab, the content's shape.

    Args:
        content: Oklab picture.
        example: Oklab picture whose manner is taken.
        likeness: 0 loose … 1 close to the content.
        brush: 0 fine … 1 broad: how coarse the sizes are that the painting starts from.
        job: how it is watched.
    """
    edge = 2 * PATCH
    matched = recolour(content, example, job.rng("colours"))
    aim = np.pad(matched, ((edge, edge), (edge, edge), (0, 0)), mode="symmetric")
    height, width = aim.shape[:2]
    scales = sizes(min(height, width, *example.shape[:2]), round(150 - 115 * brush))
    shapes = [(max(PATCH, round(height * scale)), max(PATCH, round(width * scale))) for scale in scales]
    counts = _rounds(len(scales), job)
    work = _Work(job, sum(rows * columns * rounds for (rows, columns), rounds in zip(shapes, counts, strict=True)))
    picture = aim
    for level, (scale, shape, rounds) in enumerate(zip(scales, shapes, counts, strict=True)):
        source, goal = _source(example, scale), scaled(aim, *shape)
        share = np.float32((0.15 + 0.6 * likeness) * (1 - 0.55 * level / max(1, len(scales) - 1)))
        picture = scaled(picture, *shape) * (1 - share) + goal * share
        matches = Matches.random(source, *shape, PATCH, job.rng("blocks", level))
        for turn in range(rounds):
            wanted = features(picture, source.basis, job.check)
            for again in range(2 if turn == 0 else 1):
                matches.improve(source, wanted, job.rng("tries", level, turn, again), job.check, penalty=0.02)
            last = turn == rounds - 1
            painted = matches.vote(source, 1.0 if last and level == len(scales) - 1 else 1.8, job.check)
            picture = painted if last else painted * (1 - share) + goal * share
            work.done(shape[0] * shape[1], picture[_inner(edge, scale, shape)])
    return picture[edge:-edge, edge:-edge]


def recolour(content: Array, example: Array, rng: np.random.Generator) -> Array:
    """The content with the example's distribution of colours: along random directions in turn, each share of pixels is
    given the example's value for that share. Lightness leads, and in the end keeps its order: what was lighter stays
    lighter.
    """
    leading = np.array([1.5, 1, 1], np.float32)
    flat, palette = content.reshape(-1, 3) * leading, example.reshape(-1, 3) * leading
    light = _matched(flat[:, 0], palette[:, 0])
    flat[:, 0] = light
    for _ in range(14):
        turned = np.linalg.qr(rng.standard_normal((3, 3)))[0].astype(np.float32)
        mine: Array = (flat @ turned).astype(np.float32)
        theirs: Array = (palette @ turned).astype(np.float32)
        for axis in range(3):
            mine[:, axis] += np.float32(0.7) * (_matched(mine[:, axis], theirs[:, axis]) - mine[:, axis])
        flat = mine @ turned.T
    flat[:, 0] = light
    for axis in (1, 2):
        flat[:, axis] = _matched(flat[:, axis], palette[:, axis])
    recoloured: Array = (flat / leading).reshape(content.shape).astype(np.float32)
    return recoloured


def _matched(values: Array, wanted: Array) -> Array:
    """`values` moved, order kept, so that they are spread like `wanted`."""
    shares = np.linspace(0, 1, 129)
    have = np.quantile(values, shares) + np.arange(129) * 1e-9
    moved: Array = np.interp(values, have, np.quantile(wanted, shares)).astype(np.float32)
    return moved


def _inner(edge: int, scale: float, shape: tuple[int, int]) -> tuple[slice, slice]:
    """What remains of a picture of `shape` without the scaled margin."""
    margin = min(round(edge * scale), (min(shape) - 1) // 2)
    return slice(margin, shape[0] - margin), slice(margin, shape[1] - margin)


def _small(picture: Array) -> Array:
    """Every so many pixels of a picture: enough for a preview."""
    step = max(1, max(picture.shape[:2]) // PREVIEW)
    return picture[::step, ::step]


def _source(example: Array, scale: float) -> Source:
    """The example at a scale."""
    height, width = example.shape[:2]
    return Source.of(scaled(example, max(PATCH, round(height * scale)), max(PATCH, round(width * scale))))


def _rounds(levels: int, job: Job) -> list[int]:
    """Search rounds per size: many where they are cheap and decide the layout, few at the end."""
    return [max(1, round(job.rounds * (3 + 15 * (1 - level / max(1, levels - 1)) ** 1.5))) for level in range(levels)]


class _Work:
    """Tells the job how far it is, by pixels searched."""

    def __init__(self, job: Job, whole: float) -> None:
        self._job, self._whole, self._finished = job, whole, 0.0

    def done(self, pixels: int, picture: Array) -> None:
        """One round over so many pixels is done and gave `picture`."""
        self._finished += pixels
        self._job.report(min(1.0, self._finished / self._whole), lambda: to_bytes(_small(picture)))

"""How good a set of made pictures is, beside real ones: precision, recall, kernel distance, and copies."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from studio_image.training.dataset import scaled

NEIGHBOURS = 3
"""The k of the manifold estimate (Kynkäänniemi et al. 2019 use 3)."""

COPY_QUANTILE = 0.05
"""A made picture is a copy when it is closer to a training picture than this share of pictures never seen."""

AT_ONCE = 500
"""Training pictures that are held against others at once: all of them in floating point would take gigabytes."""

MOST_HELD_OUT = 1000
"""Pictures never seen that tell what counts as a copy; each is held against all training pictures."""

STAND_INS = 200
"""Most training pictures that stand in for pictures never seen where none were held out."""


def precision_and_recall(made: torch.Tensor, real: torch.Tensor) -> tuple[float, float]:
    """Shares of `made` that lie among `real`, and of `real` that lie among `made` (Kynkäänniemi et al. 2019).

    Args:
        made: features [n, d].
        real: features [m, d]; n = m for figures that can be compared.
    """
    return _covered(made, real), _covered(real, made)


def kernel_distance(made: torch.Tensor, real: torch.Tensor) -> float:
    """The unbiased squared maximum mean discrepancy with the kernel (x·y/d + 1)³ (Bińkowski et al. 2018), times 1,000.

    Features are brought to deviation 1, all by one factor, so that the figure does not hang on their scale.
    """
    mean = real.mean(0)
    deviation = (real - mean).square().mean().sqrt().clamp_min(1e-6)
    x, y = ((made - mean) / deviation).double(), ((real - mean) / deviation).double()
    size = x.shape[1]

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a @ b.T / size + 1) ** 3

    def within(a: torch.Tensor) -> torch.Tensor:
        own = kernel(a, a)
        return (own.sum() - own.diagonal().sum()) / (len(a) * (len(a) - 1))

    return 1000 * float(within(x) + within(y) - 2 * kernel(x, y).mean())


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The training pictures most like some others.

    Attributes:
        places: which training picture, int64 [n].
        distances: root mean square difference of the pictures' values, 0 … 1, [n].
    """

    places: torch.Tensor
    distances: torch.Tensor


def nearest(
    pictures: torch.Tensor, training: torch.Tensor, *, mirrored: bool, but: torch.Tensor | None = None
) -> Nearest:
    """The nearest among all training pictures, pixel for pixel.

    Args:
        pictures: [n, channels, s, s] within −1 … 1.
        training: uint8 [m, channels, s, s].
        mirrored: whether mirrored training pictures count as well.
        but: for each picture the training picture that does not count, int64 [n]; None where all do.
    """
    flat = pictures.flatten(1)
    best = torch.full((len(flat),), torch.inf)
    places = torch.zeros(len(flat), dtype=torch.int64)
    for first in range(0, len(training), AT_ONCE):
        part = scaled(training[first : first + AT_ONCE])
        ways = [part, part.flip(3)] if mirrored else [part]
        gaps = torch.stack([torch.cdist(flat, way.flatten(1)) for way in ways]).amin(0)
        if but is not None:
            own = (but >= first) & (but < first + len(part))
            gaps[own, but[own] - first] = torch.inf
        found = gaps.min(1)
        nearer = found.values < best
        best = torch.where(nearer, found.values, best)
        places = torch.where(nearer, found.indices + first, places)
    return Nearest(places, best / (2 * flat.shape[1] ** 0.5))


def copy_limit(held_out: torch.Tensor, training: torch.Tensor, *, mirrored: bool) -> float:
    """The distance below which a picture counts as a copy: few pictures never seen come so near (`COPY_QUANTILE`).

    Where too few were held out, training pictures are held against the others.

    Args:
        held_out: uint8 [n, channels, s, s].
        training: uint8 [m, channels, s, s].
        mirrored: whether mirrored training pictures count as well.
    """
    if len(held_out) >= 1 / COPY_QUANTILE:
        few = torch.linspace(0, len(held_out) - 1, min(len(held_out), MOST_HELD_OUT)).long()
        found = nearest(scaled(held_out[few]), training, mirrored=mirrored)
    else:
        chosen = torch.linspace(0, len(training) - 1, min(len(training), STAND_INS)).long()
        found = nearest(scaled(training[chosen]), training, mirrored=mirrored, but=chosen)
    return float(found.distances.quantile(COPY_QUANTILE))


def _covered(points: torch.Tensor, others: torch.Tensor) -> float:
    """Share of points [n, d] within the distance of some other [m, d] to its k-th neighbour."""
    k = min(NEIGHBOURS, len(others) - 1)
    radii = torch.cdist(others, others).kthvalue(k + 1, dim=1).values
    return float((torch.cdist(points, others) <= radii).any(1).float().mean())

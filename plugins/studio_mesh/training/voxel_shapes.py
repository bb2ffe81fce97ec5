"""3D files as grids of coloured voxels: ``.vox`` as they are, ``.glb`` by sampling their surface."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_mesh.training.vox import read_vox

SIDE = 32
MARGIN = 1
"""Voxels left empty around the longest side of a model."""

POINTS = 60_000
"""Points sampled on a surface: about twenty on each voxel of the outside of a full cube."""

_GREY = 180


@dataclass(frozen=True, slots=True, eq=False)
class Voxels:
    """A shape on the grid.

    Attributes:
        filled: bool [32, 32, 32] by x, y, z; y is up.
        colors: uint8 [32, 32, 32, 3], sRGB; meaningless where nothing is.
    """

    filled: NDArray[np.bool_]
    colors: NDArray[np.uint8]


def read_voxels(item: sdk.DatasetItem) -> Voxels:
    """A file of a dataset on the grid.

    Raises:
        UserError: it is neither ``.vox`` nor a mesh that can be read, or it is empty.
    """
    try:
        if item.path.suffix.lower() == ".vox":
            labels, palette = read_vox(item.path)
            voxels = _fitted(labels, palette)
        else:
            voxels = _sampled(item.path)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise sdk.UserError(f"“{item.path.name}” can't be read ({error}).") from error
    if not voxels.filled.any():
        raise sdk.UserError(f"“{item.path.name}” is empty.")
    return voxels


def _fitted(labels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> Voxels:
    """A grid of any size on ours: copied where it has our size, otherwise its content scaled to fit."""
    if labels.shape == (SIDE, SIDE, SIDE):
        return Voxels(labels > 0, palette[labels])
    places = np.argwhere(labels)
    if not len(places):
        return Voxels(np.zeros((SIDE,) * 3, bool), np.zeros((SIDE, SIDE, SIDE, 3), np.uint8))
    low, size = places.min(axis=0), np.ptp(places, axis=0) + 1
    scale = (SIDE - 2 * MARGIN) / size.max()
    ours = np.maximum(1, np.round(size * scale)).astype(int)
    start = _corner(ours)
    grid = np.zeros((SIDE,) * 3, np.uint8)
    # each of our voxels asks which of theirs lies at its middle, so that enlarging leaves no holes
    asked = [low[axis] + ((np.arange(ours[axis]) + 0.5) * size[axis] / ours[axis]).astype(int) for axis in range(3)]
    box = tuple(slice(start[axis], start[axis] + ours[axis]) for axis in range(3))
    grid[box] = labels[np.ix_(*asked)]
    return Voxels(grid > 0, palette[grid])


def _corner(size: NDArray[Any]) -> NDArray[np.int64]:
    """Where a box of `size` voxels begins: in the middle of the floor."""
    middle = (SIDE - size) // 2
    return np.array([middle[0], MARGIN, middle[2]], dtype=np.int64)


def _sampled(path: Path) -> Voxels:
    """A mesh on the grid: voxels that hold a point of its surface, and everything they enclose."""
    import scipy.ndimage

    points, colors = _surface(path)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / max(float((high - low).max()), 1e-12)
    size = np.maximum(1, np.ceil((high - low) * scale - 1e-6)).astype(int)
    places = np.minimum(((points - low) * scale).astype(int), size - 1) + _corner(size)
    flat = np.ravel_multi_index(tuple(places.T), (SIDE,) * 3)
    filled = np.zeros(SIDE**3, bool)
    filled[flat] = True
    voted = _vote(flat, colors)
    shell = filled.reshape((SIDE,) * 3)
    solid = np.asarray(scipy.ndimage.binary_fill_holes(shell), dtype=bool)
    nearest = scipy.ndimage.distance_transform_edt(~shell, return_distances=False, return_indices=True)
    return Voxels(solid, voted.reshape(SIDE, SIDE, SIDE, 3)[tuple(nearest)])


def _vote(flat: NDArray[np.int64], colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The most frequent colour of the points in each voxel, [side³, 3]."""
    codes = colors.astype(np.int64) @ np.array([65536, 256, 1])
    pairs, counts = np.unique(np.stack([flat, codes], axis=1), axis=0, return_counts=True)
    order = np.argsort(counts, kind="stable")
    winner = np.zeros(SIDE**3, np.int64)
    winner[pairs[order, 0]] = pairs[order, 1]
    return np.stack([winner >> 16, winner >> 8 & 255, winner & 255], axis=1).astype(np.uint8)


def _surface(path: Path) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Points spread over the surface of a file [n, 3], and their colours [n, 3]; no chance is involved."""
    import trimesh

    scene = trimesh.load_scene(path, process=False)
    parts = [part for part in scene.dump() if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    if not parts:
        raise ValueError("it has no surface")
    corners = np.concatenate([np.asarray(part.vertices)[part.faces] for part in parts])
    colors = np.concatenate([_colors_of(part, linear=path.suffix.lower() == ".glb")[part.faces] for part in parts])
    if not np.isfinite(corners).all():
        raise ValueError("some of its points are not at any place")
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    if not area.sum() > 0:
        raise ValueError("its surface has no area")
    index = np.arange(POINTS)
    face = np.minimum(np.searchsorted(np.cumsum(area), (index + 0.5) / POINTS * area.sum()), len(area) - 1)
    u, v = (index * 0.7548776662466927) % 1, (index * 0.5698402909980532) % 1  # Roberts 2018
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], axis=1)[:, :, None]
    return (corners[face] * weights).sum(axis=1), colors[face, weights[:, :, 0].argmax(axis=1)]


def _colors_of(part: Any, *, linear: bool) -> NDArray[np.uint8]:
    """Colours of a part's vertices [n, 3], sRGB: its own, its texture's, or its material's.

    Args:
        part: a ``trimesh.Trimesh``.
        linear: whether colours of vertices and materials are linear light, as in glTF; those of textures never are.
    """
    visual = part.visual
    textured = getattr(getattr(visual, "material", None), "baseColorTexture", None) is not None
    try:
        painted = visual.to_color() if visual.kind == "texture" else visual
        colors = np.asarray(painted.vertex_colors, dtype=np.uint8)
    except (AttributeError, ValueError, IndexError, TypeError):
        colors = np.zeros((0, 4), np.uint8)
    if len(colors) != len(part.vertices):
        return np.full((len(part.vertices), 3), _GREY, np.uint8)
    return colors[:, :3] if textured or not linear else _SRGB[colors[:, :3]]


_LINEAR = np.arange(256) / 255
_SRGB = np.round(255 * np.where(_LINEAR <= 0.0031308, 12.92 * _LINEAR, 1.055 * _LINEAR ** (1 / 2.4) - 0.055)).astype(
    np.uint8
)
"""From linear bytes to sRGB bytes (IEC 61966-2-1)."""


def few_colors(colors: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """A palette [≤ most, 3] for `colors` [n, 3]: k-means, begun with the most frequent colours (Lloyd 1982)."""
    distinct, counts = np.unique(colors, axis=0, return_counts=True)
    if len(distinct) <= most:
        return distinct
    points = distinct.astype(np.float64)
    centres = points[np.argsort(-counts, kind="stable")[:most]]
    for _ in range(12):
        nearest = nearest_color(points, centres)
        sums = np.stack([np.bincount(nearest, counts * points[:, axis], most) for axis in range(3)], axis=1)
        share = np.bincount(nearest, counts, most)[:, None]
        centres = np.where(share > 0, sums / np.maximum(share, 1), centres)
    return np.round(centres).astype(np.uint8)


def nearest_color(colors: NDArray[Any], palette: NDArray[Any]) -> NDArray[np.int64]:
    """Index into `palette` [k, 3] for each of `colors` [n, 3]."""
    distinct, which = np.unique(colors, axis=0, return_inverse=True)
    distance = ((distinct[:, None].astype(np.float64) - palette[None].astype(np.float64)) ** 2).sum(axis=2)
    return np.asarray(distance.argmin(axis=1)[which.reshape(-1)], dtype=np.int64)

"""Voxels as meshes: blocks with flat faces or one smooth skin, both closed; or blocks of as few faces as can be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_mesh.geometry import Floats, Surface, to_mesh

FILLED = 0.5
"""From this certainty on a voxel is there."""

CRUMB = 0.04
"""Loose parts smaller than this share of the largest are dust and left out."""

_CORNERS = np.array([
    # of a face across x, y, z: the two other axes in right-handed order, counter-clockwise seen from the positive side
    [[0, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1]],
    [[0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 0, 0]],
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]],
])  # fmt: skip


def blocks(
    occupancy: NDArray[Any], colors: Floats, *, size: float = 0.2, title: str = "", meta: dict[str, Any] | None = None
) -> sdk.Mesh | None:
    """The voxels themselves as a mesh; None when nothing is there.

    Args:
        occupancy: [x, y, z], 0 … 1.
        colors: [x, y, z, 3], sRGB within [0, 1].
        size: longest side, metres.
        title: of the mesh.
        meta: of the mesh.
    """
    surface = block_surface(occupancy, colors)
    return None if surface is None else _stood(surface, size, title, meta)


def merged(
    occupancy: NDArray[Any], colors: Floats, *, size: float = 0.2, title: str = "", meta: dict[str, Any] | None = None
) -> sdk.Mesh | None:
    """The blocks with few faces, and not watertight; parameters and result as those of `blocks`."""
    surface = greedy_surface(occupancy, colors)
    return None if surface is None else _stood(surface, size, title, meta, watertight=False)


def smooth(
    occupancy: NDArray[Any], colors: Floats, *, size: float = 0.2, title: str = "", meta: dict[str, Any] | None = None
) -> sdk.Mesh | None:
    """A skin where the certainty crosses one half; parameters and result as those of `blocks`."""
    surface = smooth_surface(occupancy, colors)
    return None if surface is None else _stood(surface, size, title, meta)


def block_surface(occupancy: NDArray[Any], colors: Floats) -> Surface | None:
    """One square, two triangles, for every side of a voxel that nothing covers.

    Squares are not joined into larger ones: their corners would then lie on other squares' edges, and the surface
    would no longer be closed for a slicer.
    """
    return _squares(occupancy, colors, joined=False)


def greedy_surface(occupancy: NDArray[Any], colors: Floats) -> Surface | None:
    """The same surface with neighbouring squares of one plane and colour joined into rectangles (Lysenko 2012, "Meshing
    in a Minecraft Game"): a few faces instead of thousands. Corners lie on others' edges, so it is not watertight.
    """
    return _squares(occupancy, colors, joined=True)


def is_closed(surface: Surface) -> bool:
    """Whether every edge joins two triangles, once in each direction, corners at one place counting as one."""
    _, places = np.unique(surface.vertices.round(6) + 0.0, axis=0, return_inverse=True)  # −0 becomes 0
    corners = places.reshape(-1)[surface.faces]
    starts, ends = corners.ravel(), np.roll(corners, -1, axis=1).ravel()
    whole = starts != ends
    forward, backward = (a[whole] * (places.max() + 1) + b[whole] for a, b in ((starts, ends), (ends, starts)))
    return len(np.unique(forward)) == len(forward) and np.array_equal(np.sort(forward), np.sort(backward))


def _squares(occupancy: NDArray[Any], colors: Floats, *, joined: bool) -> Surface | None:
    filled = unpinched(without_crumbs(occupancy >= FILLED))
    if not filled.any():
        return None
    padded = np.pad(filled, 1)
    places, normals, tints = [], [], []
    for axis in range(3):
        for side in (-1, 1):
            beyond = np.roll(padded, -side, axis)[1:-1, 1:-1, 1:-1]
            at = np.argwhere(filled & ~beyond)
            tint = _colors_at(colors, occupancy >= FILLED, at)
            extent = np.ones_like(at)
            if joined:
                at, extent, tint = _rectangles(at, tint, axis)
            corners = _CORNERS[axis] if side > 0 else _CORNERS[axis][::-1]
            offset = np.eye(3)[axis] * (side > 0)
            places.append(at[:, None] + corners[None] * extent[:, None] + offset)
            normals.append(np.broadcast_to(np.eye(3)[axis] * side, (len(at), 4, 3)))
            tints.append(tint[:, None].repeat(4, axis=1))
    squares = sum(len(part) for part in places)
    first = np.arange(squares)[:, None] * 4
    faces = np.concatenate([first + np.array(corners) for corners in ((0, 1, 2), (0, 2, 3))])
    flat = [np.concatenate(parts).reshape(-1, 3).astype(np.float64) for parts in (places, tints, normals)]
    return Surface(flat[0], faces, flat[1], flat[2])


def _rectangles(at: NDArray[np.int64], tints: Floats, axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Squares at `at` [n, 3] with colours [n, 3], across `axis`, as rectangles: first voxels, extents, colours."""
    first, second = (other for other in range(3) if other != axis)
    palette, kinds = np.unique(tints, axis=0, return_inverse=True)
    found, extents, chosen = [], [], []
    for plane in np.unique(at[:, axis]):
        here = at[:, axis] == plane
        grid = np.full(at.max(axis=0)[[first, second]] + 1, -1)
        grid[at[here, first], at[here, second]] = kinds.reshape(-1)[here]
        for row, column in np.argwhere(grid >= 0):
            kind = grid[row, column]
            if kind < 0:
                continue  # taken by a rectangle that began earlier
            wide = _run(grid[row, column:] == kind)
            tall = _run((grid[row:, column : column + wide] == kind).all(axis=1))
            grid[row : row + tall, column : column + wide] = -1
            place, extent = np.full(3, plane), np.ones(3, np.int64)
            place[[first, second]], extent[[first, second]] = (row, column), (tall, wide)
            found.append(place)
            extents.append(extent)
            chosen.append(kind)
    return np.array(found).reshape(-1, 3), np.array(extents).reshape(-1, 3), palette[chosen]


def _run(same: NDArray[np.bool_]) -> int:
    """How many of `same` [n] are true before the first that is not."""
    return len(same) if same.all() else int(same.argmin())


def smooth_surface(occupancy: NDArray[Any], colors: Floats) -> Surface | None:
    """Marching cubes (Lewiner et al. 2003) on the slightly blurred certainty, with the colour of the nearest voxel."""
    import scipy.ndimage
    from skimage.measure import marching_cubes

    filled = without_crumbs(occupancy >= FILLED)
    if not filled.any():
        return None
    # what was dust is taken out of the certainty as well; a little blur rounds the steps without eating thin legs
    near = scipy.ndimage.binary_dilation(filled, iterations=1)
    field = np.pad(np.where(near, np.clip(occupancy, 0.02, 0.98), 0.0), 2)
    field = np.maximum(scipy.ndimage.gaussian_filter(field, 0.75), 0.62 * np.pad(filled, 2))
    field = scipy.ndimage.gaussian_filter(field, 0.4)
    vertices, faces, _, _ = marching_cubes(field.astype(np.float64), 0.45, allow_degenerate=False)
    vertices = vertices.astype(np.float64) - 2 + 0.5
    at = np.clip(np.floor(vertices), 0, np.array(filled.shape) - 1).astype(int)
    # scikit-image's triangles run clockwise seen from the empty side
    return Surface(vertices, faces[:, ::-1].astype(np.int64), _colors_at(colors, filled, at))


def firmed(occupancy: NDArray[Any]) -> NDArray[Any]:
    """Certainty raised where hardly anything is sure: thin leaves are spread over so many places that none reaches one
    half, while all together they tell how much is there. Then as many places are filled as were expected.
    """
    expected = float(occupancy.sum())
    if float((occupancy >= FILLED).sum()) >= expected / 2 or expected < 1:
        return occupancy
    level = float(np.sort(occupancy.ravel())[-int(expected)])
    if level >= FILLED:
        return occupancy
    return np.where(
        occupancy < level, FILLED * occupancy / level, FILLED + (1 - FILLED) * (occupancy - level) / (1 - level)
    )


def without_crumbs(filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`filled` without loose parts that are tiny beside the largest."""
    import scipy.ndimage

    parts, count = scipy.ndimage.label(filled, np.ones((3, 3, 3)))
    if count < 2:
        return filled
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= CRUMB * sizes.max())[parts] & filled)


def unpinched(filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`filled` and what it takes that no two voxels meet in an edge alone, where four squares would share it."""
    filled = filled.copy()
    changed = True
    while changed:
        changed = False
        for first, second in ((0, 1), (0, 2), (1, 2)):
            view = np.moveaxis(filled, (first, second), (0, 1))
            a, b, c, d = view[:-1, :-1], view[1:, :-1], view[:-1, 1:], view[1:, 1:]
            falling, rising = a & d & ~b & ~c, b & c & ~a & ~d
            changed |= bool(falling.any() or rising.any())
            b |= falling
            a |= rising
    return filled


def _colors_at(colors: Floats, known: NDArray[np.bool_], places: NDArray[Any]) -> Floats:
    """The colour [n, 3] of the voxel nearest to each of `places` [n, 3] that is there."""
    import scipy.ndimage

    nearest = scipy.ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    x, y, z = places.T
    return np.asarray(colors[tuple(nearest[:, x, y, z])], dtype=np.float64)


def _stood(
    surface: Surface, size: float, title: str, meta: dict[str, Any] | None, *, watertight: bool = True
) -> sdk.Mesh:
    """The surface in metres, standing on the ground above the origin."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    middle = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    scaled = Surface(
        (surface.vertices - middle) * (size / (high - low).max()), surface.faces, surface.colors, surface.normals
    )
    return to_mesh(scaled, title=title, watertight=watertight, meta=meta)

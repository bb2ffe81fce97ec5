"""MagicaVoxel files (``.vox``, version 150), written from meshes that are made of voxels.

After the format's description at https://github.com/ephtracy/voxel-model. Files have z up; meshes have y up.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LARGEST = 256
"""Most voxels along a side."""

COLORS = 255
"""Most colours of a file."""

FINER = 16
"""How much smaller a voxel may be than the smallest step of the surface, where squares were joined to rectangles."""

NEAR = 0.01
"""How far a corner may lie from the grid, voxels."""

CELLS = 20_000_000
"""Most squares that are looked at; surfaces of voxels have far fewer."""

_GREY = 200
_SAMPLE = (0.3819660, 0.2763932)
"""Where in a square it is asked whether a triangle covers it: on no line between corners of a grid this small."""


def write(mesh: sdk.Mesh, path: Path, options: Mapping[str, Any]) -> None:
    """Write the voxels that a mesh is the surface of, each with the colour of its outermost side.

    Args:
        mesh: closed as a solid, all its triangles along the planes of one grid; joined squares are fine.
        path: where.
        options: ``stem``, the name of the file that it is to become.

    Raises:
        UserError: the mesh is no surface of voxels, or of more than a file can hold.
    """
    labels, palette = voxels_of(mesh, f"{options.get('stem', path.stem)}.vox")
    write_grid(path, labels, palette)


def fits(mesh: sdk.Mesh) -> bool:
    """Whether a mesh can be written, because it is the surface of voxels; takes as long as writing it."""
    try:
        voxels_of(mesh, "")
    except sdk.UserError:
        return False
    return True


def write_grid(path: Path, labels: Array, palette: Array) -> None:
    """Write a grid.

    Args:
        path: the file.
        labels: uint8 [x, y, z], each side ≤ 256; 0 for empty, else 1 + an index into `palette`.
        palette: sRGB bytes [n, 3], n ≤ 255.
    """
    import numpy as np

    size = (labels.shape[0], labels.shape[2], labels.shape[1])
    x, y, z = np.nonzero(labels)
    entries = np.stack([x, labels.shape[2] - 1 - z, y, labels[x, y, z]], axis=1).astype(np.uint8)
    colors = np.zeros((256, 4), np.uint8)
    colors[: len(palette), :3] = palette
    colors[: len(palette), 3] = 255
    chunks = (
        _chunk(b"SIZE", struct.pack("<3i", *size))
        + _chunk(b"XYZI", struct.pack("<i", len(entries)) + entries.tobytes())
        + _chunk(b"RGBA", colors.tobytes())
    )
    path.write_bytes(b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(chunks)) + chunks)


def voxels_of(mesh: sdk.Mesh, name: str) -> tuple[Array, Array]:
    """Labels uint8 [x, y, z] (0 for empty) and palette [n, 3] of the voxels whose surface a mesh is.

    Args:
        mesh: see `write`.
        name: of the file, for what is said.

    Raises:
        UserError: as `write`.
    """
    import numpy as np

    corners = _on_grid(mesh, name)
    sizes = corners.max(axis=(0, 1))
    if sizes.max() > LARGEST:
        raise _refused(name, f"a voxel file has at most {LARGEST} voxels on a side")
    across = (np.ptp(corners, axis=1) == 0).argmax(axis=1)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = np.sign(np.take_along_axis(normals, across[:, None], axis=1)[:, 0])
    kinds, palette = _colors(mesh)
    steps, squares = np.zeros(sizes + 1, np.int32), 0
    painted = np.zeros(sizes + 1, np.uint8)
    for axis in range(3):
        here = np.flatnonzero(across == axis)
        which, cells = _covered(corners[here], axis, name)
        side = outward[here][which]
        squares += len(cells)
        if axis == 0:
            np.add.at(steps, tuple(cells.T), -side.astype(np.int32))
        inside = cells.copy()
        inside[:, axis] -= side > 0
        painted[tuple(inside.T)] = 1 + kinds[here][which]
    filled = np.cumsum(steps, axis=0) > 0
    # half a square may be missing where nothing was asked for it: then there is less surface than squares, or more
    whole = round(float(np.linalg.norm(normals, axis=1).sum()) / 2, 3) == squares
    if not whole or steps.sum(axis=0).any() or not filled.any():
        raise _refused(name, "a voxel file holds solids, and this surface has holes")
    labels = np.where(filled, painted, 0)
    # what lies inside has no colour of its own and takes that of the voxel before it; the first of a row has one
    latest = np.maximum.accumulate(np.where(labels > 0, np.arange(len(labels))[:, None, None], 0), axis=0)
    labels = np.where(filled, np.take_along_axis(labels, latest, axis=0), 0)
    return labels[:-1, :-1, :-1].astype(np.uint8), palette


def _on_grid(mesh: sdk.Mesh, name: str) -> Array:
    """The corners of all triangles, int64 [m, 3, 3], in voxels from the grid's lowest corner."""
    import numpy as np

    if not len(mesh.faces):
        raise _refused(name, "a voxel file holds voxels, and this model is not made of them")
    points = mesh.vertices.astype(np.float64)
    points = points - points.min(axis=0)
    reach = float(points.max())
    gaps = [np.diff(np.unique(points[:, axis].round(9))) for axis in range(3)]
    steps = [float(gap[gap > reach * 1e-5].min(initial=reach)) for gap in gaps]
    for parts in range(1, FINER + 1):
        cells = points * (parts / min(steps)) if reach else points
        grid = cells.round()
        if np.abs(cells - grid).max() < NEAR:
            corners: Array = grid.astype(np.int64)[mesh.faces.astype(np.int64)]
            flat = (np.ptp(corners, axis=1) == 0).sum(axis=1)
            if (flat == 1).all():
                return corners
            break
    raise _refused(name, "a voxel file holds voxels, and this model is not made of them")


def _covered(corners: Array, axis: int, name: str) -> tuple[Array, Array]:
    """The squares that triangles across `axis` cover: which triangle [n], and each square's lowest corner [n, 3]."""
    import numpy as np

    plane = np.delete(corners, axis, axis=2)
    low, high = plane.min(axis=1), plane.max(axis=1)
    size = high - low
    counts = size.prod(axis=1)
    if counts.sum() > CELLS:
        raise _refused(name, "its surface is too large for a voxel file")
    which = np.repeat(np.arange(len(plane)), counts)
    step = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    square = low[which] + np.stack([step // size[which, 1], step % size[which, 1]], axis=1)
    point, triangle = square + np.array(_SAMPLE), plane[which]
    sides = []
    for corner in range(3):
        start, end = triangle[:, corner], triangle[:, (corner + 1) % 3]
        way, aside = end - start, point - start
        sides.append(way[:, 0] * aside[:, 1] - way[:, 1] * aside[:, 0] > 0)
    inside = (sides[0] == sides[1]) & (sides[1] == sides[2])
    return which[inside], np.insert(square, axis, corners[which, 0, axis], axis=1)[inside]


def _colors(mesh: sdk.Mesh) -> tuple[Array, Array]:
    """The colour of each triangle as an index into a palette, and the palette uint8 [n ≤ 255, 3]."""
    import numpy as np

    if mesh.colors is None:
        return np.zeros(len(mesh.faces), np.uint8), np.full((1, 3), _GREY, np.uint8)
    shades = mesh.colors[mesh.faces[:, 0].astype(np.int64)][:, :3]
    for dropped in range(8):
        coarse = shades >> dropped << dropped
        palette, kinds = np.unique(coarse, axis=0, return_inverse=True)
        if len(palette) <= COLORS:
            break
    return kinds.reshape(-1).astype(np.uint8), palette


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<2i", len(content), 0) + content


def _refused(name: str, why: str) -> sdk.UserError:
    return sdk.UserError(
        f"“{name}” can't be written: {why}.",
        hint="Voxel objects with the surface “Blocks” fit; save others as .glb.",
    )

"""Building blocks of every form: surfaces, lofts, tubes, normals, joins, and the way out to `sdk.Mesh`.

Everything here is right-handed, y up, with counter-clockwise front faces, in metres and float64 until the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Triangles under construction.

    Attributes:
        vertices: float64 [n, 3], metres.
        faces: int64 [m, 3], indices into `vertices`.
        colors: float64 [n, 3], sRGB within [0, 1].
        normals: float64 [n, 3], unit length; None until they are needed (then smooth ones are made).
    """

    vertices: Floats
    faces: Ints
    colors: Floats
    normals: Floats | None = None

    def shaded(self) -> Surface:
        """This surface with normals: its own, or smooth ones."""
        if self.normals is not None:
            return self
        return replace(self, normals=smooth_normals(self.vertices, self.faces))

    def moved(self, offset: Sequence[float] | Floats) -> Surface:
        """This surface shifted by `offset` [3], metres."""
        return replace(self, vertices=self.vertices + np.asarray(offset))


def join(surfaces: Sequence[Surface]) -> Surface:
    """One surface holding all of `surfaces`, each with its normals."""
    parts = [surface.shaded() for surface in surfaces]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Surface(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.colors for part in parts]),
        np.concatenate([part.normals for part in parts if part.normals is not None]),
    )


def normalize(vectors: Floats) -> Floats:
    """`vectors` [..., 3] at unit length; zero vectors become +y."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0])
    return np.where(lengths > 1e-30, vectors / np.maximum(lengths, 1e-30), up)


def smooth_normals(vertices: Floats, faces: Ints) -> Floats:
    """Unit vertex normals [n, 3]: the sum of the area-weighted normals of the faces around each vertex."""
    corners = vertices[faces]
    weighted = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sums = np.zeros_like(vertices)
    for axis in range(3):
        for corner in range(3):
            sums[:, axis] += np.bincount(faces[:, corner], weighted[:, axis], len(vertices))
    return normalize(sums)


def flat_shaded(surface: Surface) -> Surface:
    """`surface` with every face's vertices split off and its colour averaged, for crisp facets."""
    corners = surface.vertices[surface.faces]
    facing = normalize(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    colors = surface.colors[surface.faces].mean(axis=1)
    count = len(surface.faces)
    faces = np.arange(count * 3, dtype=np.int64).reshape(count, 3)
    return Surface(corners.reshape(-1, 3), faces, np.repeat(colors, 3, axis=0), np.repeat(facing, 3, axis=0))


def loft(rings: Floats, colors: Floats, *, closed: bool = False) -> Surface:
    """Skin a row of rings into a closed surface.

    Args:
        rings: [rows, around, 3]; each ring runs right-handed about the direction of travel.
        colors: [rows, around, 3], or anything that broadcasts to it.
        closed: whether the last ring joins the first (a torus); otherwise both ends are closed by fans.
    """
    rows, around = rings.shape[:2]
    colors = np.broadcast_to(colors, rings.shape)
    faces = grid_faces(rows, around, wrap_rows=closed)
    vertices, tints = rings.reshape(-1, 3), colors.reshape(-1, 3)
    if closed:
        return Surface(vertices, faces, tints)
    here = np.arange(around, dtype=np.int64)
    after = np.roll(here, -1)
    first, last = rows * around, rows * around + 1
    start = np.stack([np.full(around, first), after, here], axis=1)
    end = np.stack([np.full(around, last), here + (rows - 1) * around, after + (rows - 1) * around], axis=1)
    return Surface(
        np.concatenate([vertices, rings[[0, -1]].mean(axis=1)]),
        np.concatenate([faces, start, end]),
        np.concatenate([tints, colors[[0, -1]].mean(axis=1)]),
    )


def grid_faces(rows: int, around: int, *, wrap_rows: bool = False, wrap_around: bool = True) -> Ints:
    """Faces [m, 3] of a grid of `rows` × `around` vertices stored row by row."""
    row = np.arange(rows if wrap_rows else rows - 1, dtype=np.int64)[:, None]
    column = np.arange(around if wrap_around else around - 1, dtype=np.int64)[None, :]
    next_row, next_column = (row + 1) % rows, (column + 1) % around
    a, b = row * around + column, row * around + next_column
    c, d = next_row * around + next_column, next_row * around + column
    return np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)])


def transport_frames(points: Floats, tangents: Floats) -> tuple[Floats, Floats]:
    """Rotation-minimising frames along curves, by double reflection (Wang, Jüttler, Zheng, Liu 2008, table I).

    Args:
        points: [curves, n, 3].
        tangents: [curves, n, 3], unit length.

    Returns:
        Two unit normals [curves, n, 3] each, so that (first, second, tangent) is right-handed.
    """
    axis = np.eye(3)[np.abs(tangents[:, 0]).argmin(axis=1)]
    first = np.empty_like(points)
    first[:, 0] = normalize(np.cross(tangents[:, 0], axis))
    for i in range(points.shape[1] - 1):
        step = points[:, i + 1] - points[:, i]
        reach = np.maximum((step * step).sum(axis=1, keepdims=True), 1e-30)
        carried = first[:, i] - 2 * (step * first[:, i]).sum(axis=1, keepdims=True) / reach * step
        tilted = tangents[:, i] - 2 * (step * tangents[:, i]).sum(axis=1, keepdims=True) / reach * step
        turn = tangents[:, i + 1] - tilted
        size = np.maximum((turn * turn).sum(axis=1, keepdims=True), 1e-30)
        carried = carried - 2 * (turn * carried).sum(axis=1, keepdims=True) / size * turn
        ahead = tangents[:, i + 1]
        first[:, i + 1] = normalize(carried - (carried * ahead).sum(axis=1, keepdims=True) * ahead)
    return first, np.cross(tangents, first)


def tubes(points: Floats, radii: Floats, colors: Floats, sides: int) -> Surface:
    """Closed round tubes along open curves, all with the same number of points.

    Args:
        points: [curves, n, 3], n ≥ 2, no two neighbours equal.
        radii: [curves, n], metres.
        colors: [curves, n, 3].
        sides: corners of the cross-section, ≥ 3.
    """
    curves = len(points)
    tangents = normalize(np.gradient(points, axis=1))
    first, second = transport_frames(points, tangents)
    angle = np.arange(sides) * (2 * np.pi / sides)
    spokes = first[:, :, None] * np.cos(angle)[:, None] + second[:, :, None] * np.sin(angle)[:, None]
    rings = points[:, :, None] + spokes * radii[:, :, None, None]
    single = loft(rings[0], colors[0][:, None])
    each = len(single.vertices)
    ends = points[:, [0, -1]]
    vertices = np.concatenate([rings.reshape(curves, -1, 3), ends], axis=1)
    skin = np.broadcast_to(colors[:, :, None], rings.shape).reshape(curves, -1, 3)
    tints = np.concatenate([skin, colors[:, [0, -1]]], axis=1)
    faces = single.faces[None] + (np.arange(curves, dtype=np.int64) * each)[:, None, None]
    return Surface(vertices.reshape(-1, 3), faces.reshape(-1, 3), tints.reshape(-1, 3))


def instances(template: Surface, axes: Floats, places: Floats, colors: Floats) -> Surface:
    """Copies of a small surface.

    Args:
        template: its colours are multiplied into `colors`.
        axes: [copies, 3, 3]; rows are where the template's x, y and z axes go, scale included, right-handed.
        places: [copies, 3].
        colors: [copies, 3].
    """
    copies, each = len(places), len(template.vertices)
    vertices = np.einsum("vk,ckx->cvx", template.vertices, axes) + places[:, None]
    tints = np.clip(template.colors[None] * colors[:, None], 0, 1)
    faces = template.faces[None] + (np.arange(copies, dtype=np.int64) * each)[:, None, None]
    return Surface(vertices.reshape(-1, 3), faces.reshape(-1, 3), tints.reshape(-1, 3))


def icosphere(level: int) -> tuple[Floats, Ints]:
    """Unit sphere: an icosahedron whose faces are split in four `level` times; vertices [n, 3] and faces [m, 3]."""
    golden = (1 + 5**0.5) / 2
    corners = [(-1, golden, 0), (1, golden, 0), (-1, -golden, 0), (1, -golden, 0)]
    vertices = normalize(np.array([np.roll(corner, shift) for shift in range(3) for corner in corners], dtype=float))
    near = np.linalg.norm(vertices[:, None] - vertices[None], axis=2) < 1.1
    triples = [
        (a, b, c) for a in range(12) for b in range(a + 1, 12) for c in range(b + 1, 12)
        if near[a, b] and near[b, c] and near[a, c]
    ]  # fmt: skip
    faces = np.array(triples, dtype=np.int64)
    inward = np.einsum("fx,fx->f", np.cross(vertices[faces[:, 0]], vertices[faces[:, 1]]), vertices[faces[:, 2]]) < 0
    faces[inward] = faces[inward][:, ::-1]
    for _ in range(level):
        vertices, faces = _split_in_four(vertices, faces)
    return vertices, faces


def _split_in_four(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    unique, which = np.unique(edges, axis=0, return_inverse=True)
    middle = which.reshape(-1, 3) + len(vertices)
    a, b, c = faces.T
    ab, bc, ca = middle.T
    split = [[a, ab, ca], [b, bc, ab], [c, ca, bc], [ab, bc, ca]]
    faces = np.concatenate([np.stack(corner, axis=1) for corner in split])
    return np.concatenate([vertices, normalize(vertices[unique].mean(axis=1))]), faces


def to_mesh(surface: Surface, *, title: str, watertight: bool, meta: dict[str, Any] | None = None) -> sdk.Mesh:
    """The finished artifact: float32 vertices and unit normals, uint32 faces, opaque uint8 sRGB colours."""
    shaded = surface.shaded()
    if shaded.normals is None:
        raise ValueError("a shaded surface has normals")
    rgb = np.round(np.clip(shaded.colors, 0, 1) * 255).astype(np.uint8)
    return sdk.Mesh(
        vertices=shaded.vertices.astype(np.float32),
        faces=shaded.faces.astype(np.uint32),
        normals=normalize(shaded.normals).astype(np.float32),
        colors=np.concatenate([rgb, np.full((len(rgb), 1), 255, np.uint8)], axis=1),
        watertight=watertight,
        title=title,
        meta={**(meta or {}), "triangles": len(shaded.faces), "unit": "metre"},
    )

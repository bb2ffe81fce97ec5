"""The solid behind a relief: a rectangular, round or curved plate with a given thickness at every grid point."""

from __future__ import annotations

import numpy as np

from studio_mesh.geometry import Floats, Ints, Surface, grid_faces, join, smooth_normals


def disc_map(rows: int, columns: int) -> tuple[Floats, Floats]:
    """Where the points of a square grid go on the unit disc: x right and y up, each [rows, columns].

    The concentric map of Shirley & Chiu 1997, which keeps areas alike and turns square rings into circles.
    """
    a, b = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(1, -1, rows))
    wide = np.abs(a) > np.abs(b)
    safe_a, safe_b = np.where(wide, a, 1.0), np.where(wide | (b == 0), 1.0, b)
    angle = np.where(wide, np.pi / 4 * b / safe_a, np.pi / 2 - np.pi / 4 * a / safe_b)
    radius = np.where(wide, a, b)
    return radius * np.cos(angle), radius * np.sin(angle)


def plate(thickness: Floats, colors: Floats, size: tuple[float, float], *, round_plate: bool, curve: float) -> Surface:
    """A closed plate standing upright on y = 0, its picture towards +z.

    Args:
        thickness: [rows, columns], metres, > 0; row 0 at the top.
        colors: [rows, columns, 3].
        size: width and height, metres.
        round_plate: whether the grid covers a disc by `disc_map`.
        curve: angle that the width bends round a cylinder, radians; 0 is flat. The width is measured along the back.
    """
    rows, columns = thickness.shape
    if round_plate:
        x, y = disc_map(rows, columns)
        x, y = x * size[0] / 2, (y + 1) * size[1] / 2
    else:
        x, y = np.meshgrid(np.linspace(-0.5, 0.5, columns) * size[0], np.linspace(1, 0, rows) * size[1])
    front, back = _bend(x, y, thickness, size[0], curve), _bend(x, y, np.zeros_like(x), size[0], curve)
    faces = grid_faces(rows, columns, wrap_around=False)[:, ::-1]
    top = Surface(front.reshape(-1, 3), faces, colors.reshape(-1, 3), smooth_normals(front.reshape(-1, 3), faces))
    edges = [_edges(grid) for grid in (front, back, colors)]
    rims = [tuple(np.concatenate(list(sides)) for sides in edges)] if round_plate else list(zip(*edges, strict=True))
    walls = [_wall(ahead, behind, tint) for ahead, behind, tint in rims]
    return join([top, *walls, _back(back, colors)])


def _bend(x: Floats, y: Floats, z: Floats, width: float, curve: float) -> Floats:
    if curve < 1e-3:
        return np.stack([x, y, z], axis=-1)
    radius = width / curve
    angle = x / radius
    return np.stack([(radius + z) * np.sin(angle), y, (radius + z) * np.cos(angle) - radius], axis=-1)


def _edges(grid: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The four edges of a grid, counter-clockwise seen from the front, each with both its corners."""
    return grid[-1], grid[::-1, -1], grid[0, ::-1], grid[:, 0]


def _wall(ahead: Floats, behind: Floats, colors: Floats) -> Surface:
    """The side of the plate along one edge, or along all of a round one (where corners repeat and are dropped)."""
    closed = bool(np.array_equal(ahead[0], ahead[-1]))
    if closed:
        step = np.abs(np.diff(behind, axis=0, append=behind[:1])).max(axis=1) > 0
        ahead, behind, colors = ahead[step], behind[step], colors[step]
    faces = grid_faces(2, len(ahead), wrap_around=closed)
    shade = np.concatenate([colors * 0.8, colors])
    return Surface(np.concatenate([behind, ahead]), faces, shade)


def _back(back: Floats, colors: Floats) -> Surface:
    """The back: vertical strips over the points of the rim only; the outer two fan over its sides."""
    rows, columns = back.shape[:2]
    index: Ints = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    low, high = index[-1], index[0]
    left, right = index[:, 0], index[:, -1]
    first, last = low[1], low[-2]
    middle = [
        np.stack([low[1:-2], low[2:-1], high[2:-1]], axis=1),
        np.stack([low[1:-2], high[2:-1], high[1:-2]], axis=1),
    ]
    fans = [
        np.stack([left[1:], np.full(rows - 1, first), left[:-1]], axis=1),
        np.array([[high[0], first, high[1]]]),
        np.stack([np.full(rows - 1, last), right[1:], right[:-1]], axis=1),
        np.array([[last, high[-1], high[-2]]]),
    ]
    faces = np.concatenate([*middle, *fans])[:, ::-1]
    used, packed = np.unique(faces, return_inverse=True)
    tint = np.broadcast_to(colors.reshape(-1, 3).mean(axis=0) * 0.8, (len(used), 3))
    return Surface(back.reshape(-1, 3)[used], packed.reshape(-1, 3), tint)

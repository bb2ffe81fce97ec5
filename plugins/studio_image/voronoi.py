"""Cells around scattered points on the torus: Worley 1996, "A cellular texture basis function"; distances to the
borders between cells after Quilez 2012, "Voronoi edges" (two passes, exact widths).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio_image.canvas import Array, Canvas

STRIPE = 32
"""Rows worked on at a time; small enough for the cache."""
NEAR = (-2, -1, 0, 1, 2)
AROUND = tuple((down, across) for down in NEAR for across in NEAR if abs(down * across) < 4)
"""Lattice neighbours in which the nearest points are sure to lie."""


@dataclass(frozen=True)
class Cells:
    """For every pixel, in units of a lattice cell; arrays are [height, width].

    Attributes:
        centre: distance to the nearest point.
        border: distance to the nearest border between cells.
        owner: number of the cell.
        down, across: way from the cell's point to the pixel.
        count: how many cells there are.
    """

    centre: Array
    border: Array
    owner: NDArray[np.int32]
    down: Array
    across: Array
    count: int

    def each(self, rng: np.random.Generator) -> Array:
        """A random number 0…1 per cell, the same over the whole cell."""
        values: Array = rng.random(self.count)[self.owner].astype("float32")
        return values


def cells(
    canvas: Canvas, key: str, across: float, *, jitter: float = 0.9, at: tuple[Array, Array] | None = None
) -> Cells:
    """Voronoi cells, `across` of them along the shorter side.

    Args:
        canvas: what is drawn on.
        key: name of the random stream.
        across: cells along the shorter side.
        jitter: 0 a square grid … 1 quite irregular.
        at: bent torus coordinates (v, u) instead of the pixel grid.
    """
    rows, columns = canvas.lattice(across)
    rng = canvas.rng(key)
    place = (0.5 + jitter * (rng.random((2, rows * columns)) - 0.5)).astype(np.float32)
    v, u = at or canvas.coordinates()
    shape = (canvas.height, canvas.width)
    found = [np.empty(shape, np.float32) for _ in range(4)]
    owner = np.empty(shape, np.int32)
    for top in range(0, canvas.height, STRIPE):
        part = slice(top, top + STRIPE)
        y, x = np.broadcast_arrays(v[part] * np.float32(rows), (u if at is None else u[part]) * np.float32(columns))
        results = _stripe(y, x, place, rows, columns)
        for whole, piece in zip(found, results[:4], strict=True):
            whole[part] = piece
        owner[part] = results[4]
        canvas.step(-1, "")
    return Cells(found[0], found[1], owner, found[2], found[3], rows * columns)


def _stripe(
    y: Array, x: Array, place: Array, rows: int, columns: int
) -> tuple[Array, Array, Array, Array, NDArray[np.int32]]:
    """Distance to the point and the border, way from the point, and owner, for pixels at `y`, `x` in cells."""
    iy, ix = np.floor(y).astype(np.int32), np.floor(x).astype(np.int32)
    fy, fx = y - iy, x - ix
    best = np.full(y.shape, np.float32(1e9))
    near_y, near_x, owner = np.zeros_like(fy), np.zeros_like(fx), np.zeros(y.shape, np.int32)
    ways: list[tuple[Array, Array]] = []
    for down, across in AROUND:
        number = (iy + down) % rows * columns + (ix + across) % columns
        way_y = place[0].take(number) + np.float32(down) - fy
        way_x = place[1].take(number) + np.float32(across) - fx
        ways.append((way_y, way_x))
        square = way_y * way_y + way_x * way_x
        closer = square < best
        np.copyto(best, square, where=closer)
        np.copyto(near_y, way_y, where=closer)
        np.copyto(near_x, way_x, where=closer)
        np.copyto(owner, number, where=closer)
    border = np.full(y.shape, np.float32(1e9))
    for way_y, way_x in ways:
        apart_y, apart_x = way_y - near_y, way_x - near_x
        length = np.sqrt(apart_y * apart_y + apart_x * apart_x)
        middle = ((way_y + near_y) * apart_y + (way_x + near_x) * apart_x) * np.float32(0.5)
        distance = np.where(length > 1e-4, middle / np.maximum(length, np.float32(1e-4)), np.float32(1e9))
        np.minimum(border, distance, out=border)
    return np.sqrt(best), border, -near_y, -near_x, owner

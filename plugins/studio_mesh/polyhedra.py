"""Convex solids cut from a block by planes, keeping shared corners shared so that they stay closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from studio_mesh.geometry import Floats, Surface

_NEAR = 1e-5


@dataclass
class Polyhedron:
    """A convex solid.

    Attributes:
        points: corners, [3] each; some may no longer be used.
        faces: corner indices, counter-clockwise seen from outside.
    """

    points: list[Floats]
    faces: list[list[int]]
    _cuts: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def box(cls, half: float) -> Polyhedron:
        """A cube about the origin with edges of twice `half`."""
        points = [np.array([x, y, z]) * half for z in (-1.0, 1.0) for y in (-1.0, 1.0) for x in (-1.0, 1.0)]
        faces = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
        return cls(points, faces)

    def cut(self, normal: Floats, distance: float, *, keep_both: bool = False) -> None:
        """Cut along the plane normal · x = distance.

        Args:
            normal: unit vector [3].
            distance: from the origin.
            keep_both: only split the faces along the plane; otherwise what lies beyond it is taken away.
        """
        # corners are moved off the plane's immediate neighbourhood by treating them as lying on it
        side = np.array(self.points) @ normal - distance
        side[np.abs(side) < _NEAR] = 0.0
        if not keep_both and not (side[self._used()] > 0).any():
            return
        self._cuts.clear()
        kept: list[list[int]] = []
        for face in self.faces:
            below, above = self._split(face, side)
            kept += [part for part in ((below, above) if keep_both else (below,)) if len(part) >= 3]
        if not keep_both:
            lid = self._lid(kept, normal, distance)
            if len(lid) >= 3:
                kept.append(lid)
        self.faces = kept

    def _used(self) -> list[int]:
        return sorted({corner for face in self.faces for corner in face})

    def _split(self, face: list[int], side: Floats) -> tuple[list[int], list[int]]:
        """The parts of `face` below and above the plane; a part that only touches it is empty."""
        below: list[int] = []
        above: list[int] = []
        for here, ahead in zip(face, face[1:] + face[:1], strict=True):
            if side[here] <= 0:
                below.append(here)
            if side[here] >= 0:
                above.append(here)
            if side[here] * side[ahead] < 0:
                corner = self._between(here, ahead, side)
                below.append(corner)
                above.append(corner)
        has_below = any(side[corner] < 0 for corner in face)
        has_above = any(side[corner] > 0 for corner in face)
        if not has_below and not has_above:
            return (below, [])
        return (below if has_below else [], above if has_above else [])

    def _between(self, first: int, second: int, side: Floats) -> int:
        key = (min(first, second), max(first, second))
        if key not in self._cuts:
            share = side[key[0]] / (side[key[0]] - side[key[1]])
            self.points.append(self.points[key[0]] * (1 - share) + self.points[key[1]] * share)
            self._cuts[key] = len(self.points) - 1
        return self._cuts[key]

    def _lid(self, kept: list[list[int]], normal: Floats, distance: float) -> list[int]:
        """The new face: every kept corner on the plane, in order about its middle."""
        if any(all(abs(self.points[corner] @ normal - distance) < _NEAR for corner in face) for face in kept):
            return []
        corners = sorted({
            corner for face in kept for corner in face if abs(self.points[corner] @ normal - distance) < _NEAR
        })  # fmt: skip
        if len(corners) < 3:
            return []
        middle = np.mean([self.points[corner] for corner in corners], axis=0)
        along = np.cross(normal, np.eye(3)[int(np.abs(normal).argmin())])
        along /= np.linalg.norm(along)
        across = np.cross(normal, along)
        angles = [
            float(np.arctan2((self.points[c] - middle) @ across, (self.points[c] - middle) @ along)) for c in corners
        ]
        return [corner for _, corner in sorted(zip(angles, corners, strict=True))]

    def surface(self, paint: Callable[[Floats, Floats], Floats]) -> Surface:
        """Triangles with flat normals; `paint(points [n, 3], normals [n, 3])` returns colours [n, 3].

        Each face is a fan about its first corner; corners of a face are its own, so that edges stay crisp.
        """
        vertices, normals, faces = [], [], []
        count = 0
        for face in self.faces:
            places = np.array([self.points[corner] for corner in face])
            area = np.cross(places - places[0], np.roll(places, -1, axis=0) - places[0]).sum(axis=0)
            vertices.append(places)
            normals.append(np.tile(area / np.linalg.norm(area), (len(face), 1)))
            faces += [[count, count + i, count + i + 1] for i in range(1, len(face) - 1)]
            count += len(face)
        points, facing = np.concatenate(vertices), np.concatenate(normals)
        return Surface(points, np.array(faces, dtype=np.int64), paint(points, facing), facing)

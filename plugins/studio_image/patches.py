"""Nearest patches between two pictures, and the picture that overlapping patches vote for.

Search: Barnes et al. 2009, "PatchMatch": good matches are handed to neighbours and improved by random tries; here all
pixels move at once, over neighbours at several distances. Patches are compared by their leading principal components
(Lefebvre and Hoppe 2006, "Appearance-space texture synthesis").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import ndimage

from studio_image.canvas import Array

PATCH = 7
"""Side of a patch, pixels."""
COMPONENTS = 18
"""Numbers that stand for a patch."""
ROWS = 64
"""Rows worked on between two cancel points."""

Places = NDArray[np.int32]


@dataclass(frozen=True)
class Source:
    """An example at one size.

    Attributes:
        picture: [height, width, 3].
        basis: [PATCH² · 3, COMPONENTS].
        features: [rows · columns, COMPONENTS] of every patch that lies inside.
        rows, columns: how many places a patch has.
    """

    picture: Array
    basis: Array
    features: Array
    rows: int
    columns: int

    @classmethod
    def of(cls, picture: Array) -> Source:
        """Learn the principal components of a picture's patches; it must be at least PATCH pixels on each side."""
        windows = sliding_window_view(picture, (PATCH, PATCH), axis=(0, 1))
        rows, columns = windows.shape[:2]
        flat = windows.reshape(rows * columns, -1)
        some = flat[:: max(1, len(flat) // 4000)].astype(np.float64)
        _values, vectors = np.linalg.eigh(some.T @ some)
        basis = np.ascontiguousarray(vectors[:, ::-1][:, :COMPONENTS]).astype(np.float32)
        return cls(picture, basis, np.ascontiguousarray(flat @ basis), rows, columns)


def features(picture: Array, basis: Array, check: Callable[[], None]) -> Array:
    """Features [height · width, COMPONENTS] of the patch whose upper left corner each pixel is; the picture wraps."""
    height, width = picture.shape[:2]
    wide = np.pad(picture, ((0, PATCH - 1), (0, PATCH - 1), (0, 0)), mode="wrap")
    windows = sliding_window_view(wide, (PATCH, PATCH), axis=(0, 1))
    found = np.empty((height * width, basis.shape[1]), np.float32)
    for top in range(0, height, ROWS):
        part = windows[top : top + ROWS]
        found[top * width : (top + len(part)) * width] = part.reshape(-1, basis.shape[0]) @ basis
        check()
    return found


class Matches:
    """For every pixel of a wrapping picture, the place in the source whose patch is most like the one there.

    Attributes:
        down, across: upper left corner of the matching patch, int32 [height, width].
    """

    def __init__(self, down: Places, across: Places) -> None:
        self.down, self.across = down, across

    @classmethod
    def random(cls, source: Source, height: int, width: int, block: int, rng: np.random.Generator) -> Matches:
        """Square blocks cut from the source at random."""
        rows, columns = -(-height // block), -(-width // block)
        y, x = np.mgrid[0:height, 0:width]
        down = rng.integers(0, source.rows, (rows, columns))[y // block, x // block] + y % block
        across = rng.integers(0, source.columns, (rows, columns))[y // block, x // block] + x % block
        return cls((down % source.rows).astype(np.int32), (across % source.columns).astype(np.int32))

    def enlarged(self, source: Source, height: int, width: int, before: Source) -> Matches:
        """The same matches for a larger picture and source; `before` is the source they were made for."""
        shape = self.down.shape
        y, x = np.arange(height) * shape[0] / height, np.arange(width) * shape[1] / width
        iy, ix = y.astype(np.int32), x.astype(np.int32)
        zoom_y = (source.rows + PATCH - 1) / (before.rows + PATCH - 1)
        zoom_x = (source.columns + PATCH - 1) / (before.columns + PATCH - 1)
        down = (self.down[np.ix_(iy, ix)] + (y - iy)[:, None]) * zoom_y
        across = (self.across[np.ix_(iy, ix)] + (x - ix)[None, :]) * zoom_x
        return Matches(
            np.clip(np.rint(down), 0, source.rows - 1).astype(np.int32),
            np.clip(np.rint(across), 0, source.columns - 1).astype(np.int32),
        )

    def improve(
        self, source: Source, wanted: Array, rng: np.random.Generator, check: Callable[[], None],
        penalty: float = 0.0, tries: int = 5,
    ) -> None:  # fmt: skip
        """One round of handing on and of random tries.

        Args:
            source: where patches come from.
            wanted: features [height · width, COMPONENTS] of the picture.
            rng: for the tries.
            check: called between steps.
            penalty: how much a patch costs that is already used more than its share (Kaspar et al. 2015,
                "Self tuning texture optimization", section 4.2), relative to the mean distance.
            tries: random tries, each within half the reach of the one before.
        """
        worn = self._worn(source, penalty, wanted) if penalty > 0 else None
        cost = self._cost(source, wanted, self.down, self.across, worn)
        for jump in (4, 1, 2, 1):
            for axis, way in ((0, 1), (1, 1), (0, -1), (1, -1)):
                shift = jump * way
                down, across = np.roll(self.down, shift, axis), np.roll(self.across, shift, axis)
                moved = (down + shift, across) if axis == 0 else (down, across + shift)
                self._take(source, wanted, cost, moved, worn)
                check()
        reach = max(source.rows, source.columns)
        for _ in range(tries):
            step = rng.integers(-reach, reach + 1, (2, *self.down.shape), dtype=np.int32)
            self._take(source, wanted, cost, (self.down + step[0], self.across + step[1]), worn)
            reach = max(1, reach // 3)
            check()

    def _take(
        self, source: Source, wanted: Array, cost: Array, place: tuple[Places, Places], worn: Array | None
    ) -> None:
        """Move to `place` wherever that is better."""
        down = np.clip(place[0], 0, source.rows - 1)
        across = np.clip(place[1], 0, source.columns - 1)
        there = self._cost(source, wanted, down, across, worn)
        better = there < cost
        np.copyto(self.down, down, where=better)
        np.copyto(self.across, across, where=better)
        np.copyto(cost, there, where=better)

    @staticmethod
    def _cost(source: Source, wanted: Array, down: Places, across: Places, worn: Array | None) -> Array:
        """Squared distance of features, [height, width]."""
        place = (down * np.int32(source.columns) + across).ravel()
        apart = source.features.take(place, axis=0)
        apart -= wanted
        cost: Array = np.einsum("ij,ij->i", apart, apart)
        if worn is not None:
            cost += worn.take(place)
        return cost.reshape(down.shape)

    def _worn(self, source: Source, penalty: float, wanted: Array) -> Array:
        """What each patch of the source costs extra for being used too often."""
        place = (self.down * np.int32(source.columns) + self.across).ravel()
        used = np.bincount(place, minlength=source.rows * source.columns).astype(np.float32)
        used *= np.float32(used.size / place.size)
        near = ndimage.uniform_filter(used.reshape(source.rows, source.columns), PATCH, mode="nearest")
        usual = float(self._cost(source, wanted, self.down, self.across, None).mean())
        worn: Array = (np.maximum(near - 1, 0) * np.float32(penalty * usual)).ravel()
        return worn

    def vote(self, source: Source, width: float, check: Callable[[], None]) -> Array:
        """The picture the matched patches agree on, [height, width, 3]: each pixel the mean of what the patches over
        it say, the middle of a patch counting most (a Gaussian of `width` pixels).
        """
        flat = source.picture.reshape(-1, 3)
        columns = np.int32(source.picture.shape[1])
        corner = self.down * columns + self.across
        total = np.zeros((*self.down.shape, 3), np.float32)
        weights = 0.0
        middle = PATCH // 2
        for down in range(PATCH):
            for across in range(PATCH):
                weight = float(np.exp(-((down - middle) ** 2 + (across - middle) ** 2) / (2 * width**2)))
                if weight < 0.02:
                    continue
                said = flat.take(corner + np.int32(down * columns + across), axis=0)
                total += np.roll(said, (down, across), (0, 1)) * np.float32(weight)
                weights += weight
            check()
        total /= np.float32(weights)
        return total

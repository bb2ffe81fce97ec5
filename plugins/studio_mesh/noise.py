"""Gradient noise on points in space, and the fractal sums made from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio_mesh.geometry import Floats, normalize


class Noise:
    """Gradient noise (Perlin 2002, quintic fade) with a permutation and gradients of its own.

    Args:
        rng: the random stream that fixes it.
        check: called before every octave; may raise to stop.
    """

    def __init__(self, rng: np.random.Generator, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._order = np.tile(rng.permutation(256), 2)
        self._gradients = np.asfortranarray(normalize(rng.normal(size=(256, 3))))

    def at(self, points: Floats) -> Floats:
        """Noise about within [−1, 1] at `points` [n, 3]; features are about one unit wide."""
        cell = np.floor(points).astype(np.int64)
        inside = np.ascontiguousarray((points - cell).T)
        fade = inside**3 * (inside * (inside * 6 - 15) + 10)
        near, far = cell.T & 255, (cell.T + 1) & 255
        order, (gx, gy, gz) = self._order, self._gradients.T
        total = np.zeros(len(points))
        for i in (0, 1):
            along_x = order[far[0] if i else near[0]]
            weight_x = fade[0] if i else 1 - fade[0]
            for j in (0, 1):
                along_y = order[along_x + (far[1] if j else near[1])]
                weight_y = weight_x * (fade[1] if j else 1 - fade[1])
                for k in (0, 1):
                    slot = order[along_y + (far[2] if k else near[2])]
                    weight = weight_y * (fade[2] if k else 1 - fade[2])
                    reach = gx[slot] * (inside[0] - i) + gy[slot] * (inside[1] - j) + gz[slot] * (inside[2] - k)
                    total += weight * reach
        return total * 1.7

    def fbm(self, points: Floats, octaves: int, gain: float = 0.5) -> Floats:
        """Fractional Brownian motion: a sum of octaves about within [−1, 1] (Musgrave in Ebert et al. 2003, ch. 14)."""
        total, weight, reach = np.zeros(len(points)), 1.0, 0.0
        for octave in range(octaves):
            self._check()
            total += weight * self.at(points * 2.03**octave + 17.3 * octave)
            reach += weight
            weight *= gain
        return total / reach

    def ridged(self, points: Floats, octaves: int, gain: float = 0.5) -> Floats:
        """Ridged multifractal within [0, 1]: sharp crests whose detail grows with height (Musgrave, ibid.)."""
        total, weight, reach = np.zeros(len(points)), 1.0, 0.0
        above = np.ones(len(points))
        for octave in range(octaves):
            self._check()
            crest = np.clip(1 - np.abs(self.at(points * 2.03**octave + 31.7 * octave)), 0, 1) ** 2
            total += weight * crest * above
            reach += weight
            above = np.clip(crest * 1.6, 0, 1)
            weight *= gain
        return total / reach


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """0 below `low`, 1 above `high`, smooth between."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)

"""Weather for height fields: water droplets that carve and deposit, and slopes that slide to their talus angle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio_mesh.geometry import Floats, Ints

_INERTIA, _CAPACITY, _LEAST_SLOPE = 0.08, 0.35, 0.01
_DISSOLVE, _SETTLE, _EVAPORATE, _GRAVITY = 0.3, 0.12, 0.016, 1.2
_STEPS = 56


def hydraulic(
    height: Floats, rng: np.random.Generator, *, droplets: int, batch: int, each_batch: Callable[[int, int], None]
) -> tuple[Floats, Floats]:
    """Erode by droplets that roll downhill, pick up sediment where they run fast and drop it where they slow down.

    The droplet model of Beyer 2015, "Implementation of a method for hydraulic erosion", §3, with many droplets moving
    at once; each batch sees the land the batch before left.

    Args:
        height: [n, n], in cells, so that a slope of 1 is 45°. Left as it is.
        rng: where droplets fall.
        droplets: how many in all.
        batch: how many at once.
        each_batch: called with (batches done, batches in all); may raise to stop.

    Returns:
        The eroded height and how often water passed each cell, both [n, n].
    """
    land, passed = height.copy(), np.zeros_like(height)
    batches = max(1, round(droplets / batch))
    for done in range(batches):
        each_batch(done, batches)
        _rain(land, passed, rng, batch)
    return land, passed


def _rain(land: Floats, passed: Floats, rng: np.random.Generator, count: int) -> None:
    """Let `count` droplets fall at once; changes `land` and `passed` in place."""
    side = land.shape[0]
    place = rng.uniform(1, side - 2.001, (count, 2))
    heading = np.zeros((count, 2))
    speed, water, load = np.ones(count), np.ones(count), np.zeros(count)
    for _ in range(_STEPS):
        cell, weights = _corners(place, side)
        here, slope = _sample(land, cell, weights, place)
        heading = heading * _INERTIA - slope * (1 - _INERTIA)
        length = np.hypot(heading[:, 0], heading[:, 1])
        heading /= np.maximum(length, 1e-9)[:, None]
        place = place + heading
        alive = (length > 1e-7) & (place > 1).all(axis=1) & (place < side - 2.001).all(axis=1)
        ahead_cell, ahead_weights = _corners(np.clip(place, 1, side - 2.001), side)
        fall = here - (land.ravel()[ahead_cell] * ahead_weights).sum(axis=1)
        capacity = np.maximum(fall, _LEAST_SLOPE) * speed * water * _CAPACITY
        filling = np.where(fall < 0, np.minimum(-fall, load), np.maximum(load - capacity, 0) * _SETTLE)
        taking = np.where(fall > 0, np.minimum(np.maximum(capacity - load, 0) * _DISSOLVE, fall * 0.3), 0.0)
        # droplets that share a cell share its change, so that a crowd cannot dig a well in one step
        crowd = np.bincount(cell[:, 0], minlength=side * side)[cell[:, 0]]
        change = np.where(alive, (filling - taking) / np.maximum(crowd, 1) ** 0.8, np.minimum(load, 0.05))
        land += np.bincount(cell.ravel(), (weights * change[:, None]).ravel(), side * side).reshape(side, side)
        passed += np.bincount(cell[:, 0], water, side * side).reshape(side, side)
        load = load - change
        speed = np.sqrt(np.clip(speed**2 * 0.9 + fall * _GRAVITY, 0.02, 9.0))
        water = water * (1 - _EVAPORATE)
        place, heading, speed, water, load = (array[alive] for array in (place, heading, speed, water, load))
        if not len(place):
            return


def _corners(place: Floats, side: int) -> tuple[Ints, Floats]:
    """Flat indices [k, 4] and bilinear weights [k, 4] of the four cells around each place."""
    corner = place.astype(np.int64)
    u, v = (place - corner).T
    first = corner[:, 0] * side + corner[:, 1]
    cell = np.stack([first, first + 1, first + side, first + side + 1], axis=1)
    return cell, np.stack([(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v], axis=1)


def _sample(land: Floats, cell: Ints, weights: Floats, place: Floats) -> tuple[Floats, Floats]:
    """Height [k] and gradient [k, 2] at each place."""
    a, b, c, d = land.ravel()[cell].T
    u, v = (place % 1).T
    slope = np.stack([(c - a) * (1 - v) + (d - b) * v, (b - a) * (1 - u) + (d - c) * u], axis=1)
    return (land.ravel()[cell] * weights).sum(axis=1), slope


def thermal(height: Floats, *, talus: float, rounds: int) -> Floats:
    """Let slopes steeper than `talus` (rise per cell) slide, `rounds` times (Musgrave, Kolb, Mace 1989, §4.2)."""
    land = height.copy()
    for _ in range(rounds):
        for axis in (0, 1):
            step = np.diff(land, axis=axis)
            slide = np.sign(step) * np.maximum(np.abs(step) - talus, 0) * 0.24
            pad_before = np.zeros_like(land)
            pad_after = np.zeros_like(land)
            if axis == 0:
                pad_before[:-1], pad_after[1:] = slide, slide
            else:
                pad_before[:, :-1], pad_after[:, 1:] = slide, slide
            land += pad_before - pad_after
    return land

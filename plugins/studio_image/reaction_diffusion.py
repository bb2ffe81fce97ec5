"""Two substances that react and spread: Gray and Scott 1984; the patterns' map: Pearson 1993, "Complex patterns in a
simple system".

The pattern has a wavelength of some ten grid points whatever the picture's size, so it grows on a small torus and is
read through an interpolating cubic B-spline afterwards, smooth at any size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from studio_image.canvas import Array, Canvas, Field, Look
from studio_image.noise import draw, fbm

if TYPE_CHECKING:
    from collections.abc import Callable

PATTERNS: dict[str, tuple[str, float, float, int]] = {
    "coral": ("Coral", 0.0545, 0.0620, 4600),
    "colonies": ("Coral colonies", 0.0545, 0.0620, 4000),
    "maze": ("Maze", 0.0290, 0.0570, 4000),
    "spots": ("Spots", 0.0300, 0.0620, 4800),
    "cells": ("Dividing cells", 0.0367, 0.0649, 5200),
    "worms": ("Worms", 0.0580, 0.0650, 5200),
    "holes": ("Holes", 0.0390, 0.0582, 4400),
}
"""Label, feed rate, kill rate and steps by name."""

FEED_SPREAD, KILL_SPREAD = 0.16, 0.08
"""Diffusion of the two substances per step, in grid points squared."""
WAVELENGTH = 10.5
"""Grid points from one stripe to the next, about."""
LIMIT = 420
"""Longest side of the grid: beyond it the wait is too long, and the pattern merely gets coarser."""


def reaction(look: Look, canvas: Canvas) -> Field:
    """A Gray–Scott pattern: tone from the second substance and from how long ago it arrived."""
    rows, columns = _grid(look, canvas)
    small = Canvas(columns, rows, canvas.rng, canvas.step, canvas.show)
    substance, arrival = _grow(look, small, lambda state: _field(look, canvas, *state))
    smooth = [ndimage.spline_filter(part, 3, output=np.float32, mode="grid-wrap") for part in (substance, arrival)]
    return _field(look, canvas, *smooth)


def _grid(look: Look, canvas: Canvas) -> tuple[int, int]:
    """Rows and columns of the simulation's grid."""
    longer = max(canvas.width, canvas.height) / canvas.shorter
    side = min(look.cells(22) * WAVELENGTH, LIMIT / longer, 260)
    return max(8, round(side * canvas.height / canvas.shorter)), max(8, round(side * canvas.width / canvas.shorter))


def _field(look: Look, canvas: Canvas, substance: Array, arrival: Array) -> Field:
    """The state on the grid as a field of the canvas's size."""
    tone = draw(substance, canvas.width, canvas.height)
    low, high = float(substance.min()), float(substance.max())
    tone = np.clip((tone - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
    relief = tone * tone * (3 - 2 * tone)
    age = draw(arrival, canvas.width, canvas.height)
    hue = tone * np.float32(0.78) + age * np.float32(0.22 + 0.3 * look.variety) * tone
    if look.detail > 0.3:
        skin = fbm(canvas, "skin", look.cells(60), detail=look.detail, gain=0.6)
        relief = relief + skin * np.float32(0.02 * look.detail) * (0.4 + tone)
        hue = hue + skin * np.float32(0.03 * look.detail)
    hue = np.clip(hue / np.float32(0.92 + 0.3 * look.variety), 0, 1)
    return Field(hue.astype(np.float32), relief.astype(np.float32), fixed=True, roughness=0.55)


def _grow(look: Look, small: Canvas, field: Callable[[tuple[Array, Array]], Field]) -> tuple[Array, Array]:
    """Run the reaction; the second substance and its arrival time (0 early … 1 late), [rows, columns] each."""
    _, feed, kill, steps = PATTERNS[look.pattern]
    shape = (small.height, small.width)
    drift = fbm(small, "drift", 2, count=2) if look.variety > 0 else np.zeros(shape, np.float32)
    kills = np.clip(kill + drift * np.float32(0.0006 * look.variety), kill - 0.0001, kill + 0.0005).astype(np.float32)
    first, second = _seeded(small, look.pattern)
    arrival = np.full(shape, np.float32(1))
    every = 40
    for step in range(0, steps, every):
        for _ in range(every):
            _react(first, second, np.float32(feed), kills)
        share = step / steps
        newly = (second > 0.2) & (arrival >= 1)
        arrival[newly] = share
        if step % (every * 10) == 0:
            small.show(share, "Growing", lambda: field((second, arrival)))
        else:
            small.step(share, "Growing")
    settled = arrival[arrival < 1]
    late = float(np.quantile(settled, 0.98)) if settled.size else 1.0
    return second, np.clip(arrival / max(late, 1e-3), 0, 1).astype(np.float32)


def _seeded(small: Canvas, pattern: str) -> tuple[Array, Array]:
    """The start: all of the first substance, and drops of the second where noise peaks."""
    rng = small.rng("drops")
    drops = fbm(small, "places", max(4.0, small.shorter / 14), count=1)
    share = 1.9 if pattern == "colonies" else 1.3
    second = np.where(drops > share, 0.35, 0).astype(np.float32)
    second += rng.random(second.shape, dtype=np.float32) * np.float32(0.03)
    first = (1 - second * 1.4).astype(np.float32)
    return first, second


def _react(first: Array, second: Array, feed: np.float32, kill: Array) -> None:
    """One explicit Euler step of unit length, in place."""
    spread_first, spread_second = _laplacian(first), _laplacian(second)
    turned = second * second
    turned *= first
    spread_first *= 2 * KILL_SPREAD
    spread_first -= turned
    spread_first += feed * (1 - first)
    first += spread_first
    spread_second *= KILL_SPREAD
    spread_second += turned
    spread_second -= (feed + kill) * second
    second += spread_second


def _laplacian(field: Array) -> Array:
    """Nine-point Laplacian on the torus (nearly the same in all directions)."""
    wide = np.empty((field.shape[0] + 2, field.shape[1]), np.float32)
    wide[1:-1] = field
    wide[0], wide[-1] = field[-1], field[0]
    column = wide[:-2] + wide[2:]
    beside = column + np.float32(4) * field
    result = np.float32(4) * column
    result -= np.float32(20) * field
    result[:, 1:-1] += beside[:, :-2]
    result[:, 1:-1] += beside[:, 2:]
    result[:, 0] += beside[:, -1] + beside[:, 1 % field.shape[1]]
    result[:, -1] += beside[:, -2 % field.shape[1]] + beside[:, 0]
    result *= np.float32(1 / 6)
    return result

"""Periodic noise: random lattices under cubic B-splines, summed over octaves.

A lattice of normal deviates, made band-limited by taking away its own local mean, is read through a uniform cubic
B-spline (smooth to the second derivative, so relief shading shows no creases). On the pixel grid that is two small
matrix products; at bent coordinates it is ``scipy.ndimage.map_coordinates`` on the wrapped lattice.

Sources: Cook and DeRose 2005, "Wavelet noise" (band limits); Musgrave 1994, "Texturing & Modeling", ch. 16 (fBm, ridged
multifractal); Quilez 2002, "Domain warping".
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from studio_image.canvas import Array, Canvas

FINEST = 2.0
"""Pixels per lattice cell below which an octave is left out: it could not be drawn."""


def lattice(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A band-limited random lattice [rows, columns] whose spline has unit variance."""
    raw = rng.standard_normal((rows, columns), dtype=np.float32)
    if rows > 3 and columns > 3:
        raw -= ndimage.uniform_filter(raw, 3, mode="wrap") * np.float32(0.9)
    # a cubic B-spline averages: mean square weight 151/315 along each axis (nearly, for the band-limited lattice)
    spread = float(raw.std()) or 1.0
    return (raw / np.float32(spread * 0.43)).astype(np.float32)


def _weights(pixels: int, cells: int) -> Array:
    """Matrix [pixels, cells] of periodic cubic B-spline weights at the pixel centres."""
    place = (np.arange(pixels) + 0.5) * cells / pixels
    base = np.floor(place).astype(int)
    t = place - base
    parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    matrix = np.zeros((pixels, cells), np.float32)
    for shift, part in enumerate(parts):
        np.add.at(matrix, (np.arange(pixels), (base + shift - 1) % cells), part / 6)
    return matrix


def draw(knots: Array, width: int, height: int) -> Array:
    """The B-spline with coefficients `knots` on the pixel grid, [height, width]."""
    rows, columns = knots.shape
    across: Array = knots @ _weights(width, columns).T
    drawn: Array = _weights(height, rows) @ across
    return drawn


def read(knots: Array, v: Array, u: Array) -> Array:
    """The B-spline with coefficients `knots` at torus coordinates `v`, `u` (same shape as each other)."""
    rows, columns = knots.shape
    # scipy needs room for a cubic's four knots
    tiles = (-(-4 // rows), -(-4 // columns))
    wide = np.tile(knots, tiles) if max(tiles) > 1 else knots
    found: Array = ndimage.map_coordinates(
        wide, [v * rows, u * columns], output=np.float32, order=3, mode="grid-wrap", prefilter=False
    )
    return found


def octaves(canvas: Canvas, cells: float, detail: float) -> int:
    """How many octaves from `cells` across the shorter side up to the pixels; `detail` 1 takes them all."""
    count, finest = 1, canvas.shorter / FINEST * min(1.0, 0.04 * 25.0**detail)
    while count < 12 and cells * 2**count <= finest:
        count += 1
    return count


def fbm(
    canvas: Canvas,
    key: str,
    cells: float,
    *,
    detail: float = 0.5,
    gain: float = 0.5,
    at: tuple[Array, Array] | None = None,
    count: int | None = None,
) -> Array:
    """Fractional Brownian motion, about unit variance: octaves of noise, each at twice the frequency and `gain` times
    the amplitude of the one before; at coordinates `at` (v, u) or on the pixel grid.
    """
    total = np.zeros((canvas.height, canvas.width), np.float32)
    amplitude, power = 1.0, 0.0
    for octave in range(count or octaves(canvas, cells, detail)):
        knots = lattice(canvas.rng(key, octave), *canvas.lattice(cells * 2**octave))
        layer = draw(knots, canvas.width, canvas.height) if at is None else read(knots, *at)
        total += layer * np.float32(amplitude)
        power += amplitude**2
        amplitude *= gain
        canvas.step(-1, "")
    total /= np.float32(power**0.5)
    return total


def ridged(
    canvas: Canvas, key: str, cells: float, *, detail: float = 0.5, at: tuple[Array, Array] | None = None
) -> Array:
    """Ridged multifractal, 0 … about 1: sharp crests, each octave strong only where the one before was high."""
    total = np.zeros((canvas.height, canvas.width), np.float32)
    weight = np.ones_like(total)
    amplitude, reach = 1.0, 0.0
    for octave in range(octaves(canvas, cells, detail)):
        knots = lattice(canvas.rng(key, octave), *canvas.lattice(cells * 2**octave))
        layer = draw(knots, canvas.width, canvas.height) if at is None else read(knots, *at)
        np.abs(layer, out=layer)
        layer *= np.float32(-0.62)
        layer += np.float32(1)
        np.clip(layer, 0, 1, out=layer)
        layer *= layer
        layer *= weight
        total += layer * np.float32(amplitude)
        np.clip(layer * np.float32(1.6) + np.float32(0.22), 0, 1, out=weight)
        reach += amplitude
        amplitude *= 0.5
        canvas.step(-1, "")
    total /= np.float32(reach * 0.7)
    return total


def bend(canvas: Canvas, key: str, cells: float, amount: float, count: int = 2) -> tuple[Array, Array]:
    """Torus coordinates (v, u), each [height, width], pushed about by noise with `cells` across the shorter side.

    Args:
        canvas: what is drawn on.
        key: name of the random stream.
        cells: swirls across the shorter side.
        amount: typical push in units of one swirl.
        count: octaves of the push.
    """
    v, u = canvas.coordinates()
    push = amount / cells
    dv = fbm(canvas, f"{key} v", cells, count=count, gain=0.4) * np.float32(push * canvas.shorter / canvas.height)
    du = fbm(canvas, f"{key} u", cells, count=count, gain=0.4) * np.float32(push * canvas.shorter / canvas.width)
    dv += v
    du += u
    return dv, du

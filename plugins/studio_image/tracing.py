"""A small picture as an SVG drawing: the contours of its layers as smooth curves, each filled with an even gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.measure import approximate_polygon, find_contours

from studio_image.canvas import Array
from studio_image.enlarging import Layers, leads, presence, taken_apart

FINE = 4
"""Places per pixel at which contours are looked for."""

TOLERANCE = 0.12
"""How far a curve may leave its contour, pixels of the small picture."""

SMALLEST = 1.2
"""Area below which a patch is left out, pixels of the small picture."""

SEAM = 0.35
"""Width of the line that joins neighbouring layers, pixels of the small picture."""

EVEN = 0.04
"""Change of colour across a layer, 0 … 1, below which it gets one colour."""


def traced(pixels: NDArray[np.uint8], scale: int = 8) -> str:
    """The SVG source for a picture uint8 [h, w, 3 or 4], shown at `scale` times its size.

    What is half see-through becomes all or nothing by layer, and a layer's shading becomes one straight gradient.
    """
    layers = taken_apart(pixels)
    # every layer ends at the outline by itself: not all programs that read SVG know clipping paths
    outline = (presence(layers.alpha, FINE) - 0.5) * 2
    fields = np.minimum(leads(layers.shares, FINE), outline)
    gradients, shapes = [], []
    for number in np.argsort([-float((field > 0).sum()) for field in fields], kind="stable").tolist():
        path = _path(fields[number])
        inside = (layers.shares[number] > 0.5) & (layers.alpha > 0.5)
        if path and inside.any():
            gradients.append(_gradient(layers, number, inside))
            opacity = float(layers.alpha[inside].mean())
            faint = f' opacity="{opacity:.2f}"' if opacity < 0.9 else ""
            shapes.append(f'<path d="{path}" fill="url(#c{number})" stroke="url(#c{number})"{faint}/>')
    height, width = layers.alpha.shape
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale}" height="{height * scale}" '
        f'viewBox="0 0 {width} {height}">\n<defs>{"".join(gradients)}</defs>\n'
        f'<g fill-rule="evenodd" stroke-width="{SEAM}" stroke-linejoin="round">\n'
        + "\n".join(shapes)
        + "\n</g>\n</svg>\n"
    )


def _path(field: Array) -> str:
    """Closed curves around where `field` [h·FINE, w·FINE] is above 0, as an SVG path."""
    padded = np.pad(field, 1, constant_values=-1)
    parts = []
    for contour in find_contours(padded, 0.0):
        points = (contour - 0.5) / FINE
        if _area(points) >= SMALLEST:
            parts.append(_curve(approximate_polygon(points, TOLERANCE)[:-1, ::-1]))
    return "".join(part for part in parts if part)


def _area(points: Array) -> float:
    """Area within a closed polygon [n, 2] (the shoelace formula)."""
    y, x = points.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _curve(points: Array) -> str:
    """A closed Catmull–Rom spline through points [n, 2] (x, y) as cubic Bézier curves; corners stay corners."""
    if len(points) < 3:
        return ""
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    ahead, behind = after - points, points - before
    near = np.minimum(np.linalg.norm(ahead, axis=1), np.linalg.norm(behind, axis=1))[:, None]
    way = after - before
    way = way / np.linalg.norm(way, axis=1, keepdims=True).clip(1e-9)
    cosine = (ahead * behind).sum(1) / (np.linalg.norm(ahead, axis=1) * np.linalg.norm(behind, axis=1)).clip(1e-9)
    tangent = way * near * (cosine > 0.3)[:, None]
    first, second = points + tangent / 3, after - np.roll(tangent, -1, 0) / 3
    steps = [f"C{_pair(one)} {_pair(two)} {_pair(end)}" for one, two, end in zip(first, second, after, strict=True)]
    return f"M{_pair(points[0])}" + "".join(steps) + "Z"


def _pair(point: Array) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"


def _gradient(layers: Layers, number: int, inside: NDArray[np.bool_]) -> str:
    """A layer's colours as the linear gradient that fits them best (least squares along the steepest way)."""
    rows, columns = np.nonzero(inside)
    colours = layers.straight[inside]
    places = np.stack([columns + 0.5, rows + 0.5], 1)
    middle = places.mean(0)
    slope, *_ = np.linalg.lstsq(np.hstack([places - middle, np.ones((len(places), 1))]), colours, rcond=None)
    way = np.linalg.svd(slope[:2])[0][:, 0]
    along = (places - middle) @ way
    ends = np.array([along.min(), along.max()])
    change, mean = way @ slope[:2], slope[2]
    stops = [np.clip(mean + end * change, 0, 1) for end in ends]
    if float(np.abs(stops[1] - stops[0]).max()) < EVEN:
        stops = [colours.mean(0)] * 2
    (x1, y1), (x2, y2) = (middle + end * way for end in ends)
    shades = "".join(f'<stop offset="{place}" stop-color="{_hex(stop)}"/>' for place, stop in enumerate(stops))
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<linearGradient id="c{number}" gradientUnits="userSpaceOnUse" {where}>{shades}</linearGradient>'


def _hex(colour: Array) -> str:
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in colour)

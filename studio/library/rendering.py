"""A small software renderer for thumbnails of meshes: orthographic, depth-buffered, smoothly lit, with vertex colours.

Triangles are cut into pixel rows and rows into pixels, all at once as arrays; a z-buffer (Catmull 1974) keeps the
nearest triangle of each pixel, and only those pixels are lit (deferred shading, Saito and Takahashi 1990). The artist
waits for it, so it must be quick: fine meshes are thinned first, and of closed ones only the front is drawn.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio import sdk

if TYPE_CHECKING:
    import PIL.Image
    from numpy.typing import NDArray

    Array = NDArray[Any]

GROUND_TOP, GROUND_BOTTOM = (58, 62, 70), (26, 28, 33)
CLAY = (214, 207, 196, 255)
TURN, TILT = -0.6, 0.42
"""The camera stands to the right of the front (radians about y) and above (radians about x)."""
FACE_LIMIT = 30_000
"""Of larger meshes, points that fall into the same few pixels are made one before drawing."""
CELL = 3.0
"""Side of those few pixels."""
CREASE = 0.75
"""Cosine of the angle between a triangle and its point's mean normal beyond which the edge is drawn sharp (41°)."""
GAMMA_STEPS = 16383
FRAGMENT_LIMIT = 12_000_000
STEP = 4.0
"""Pixels of depth between neighbours that make an edge."""
_KEY, _FILL = (-0.45, 0.65, 0.62), (0.75, 0.1, 0.45)
_KEY_LIGHT, _FILL_LIGHT, _SKY, _EARTH, _RIM = 0.78, 0.16, 0.34, 0.12, 0.22


@dataclass(frozen=True, slots=True)
class _Hits:
    """The nearest triangle at each covered pixel.

    Attributes:
        pixels: positions in the flat picture.
        faces: which triangle.
        weights: barycentric coordinates [n, 3].
        depths: how near, in pixels.
    """

    pixels: Array
    faces: Array
    weights: Array
    depths: Array


def mesh(model: sdk.Mesh, side: int) -> PIL.Image.Image:
    """Render a mesh, RGB, `side` pixels wide and high."""
    import numpy as np
    import PIL.Image

    points, turn = _placed(model.vertices, side)
    faces = model.faces.astype(np.int32)
    if len(faces) > FACE_LIMIT:
        faces = _clustered(points, faces)
    normals = None if model.normals is None else model.normals.astype(np.float32) @ turn.T
    corners = points[faces]
    away = _turned_away(corners)
    if _is_closed(faces, len(points)):
        faces, corners, away = faces[~away], corners[~away], away[~away]
    hits = _visible(corners, side)
    seen = faces[hits.faces]
    normal = _mixed(hits.weights, _corner_normals(points, faces)[hits.faces] if normals is None else normals[seen])
    normal[away[hits.faces]] *= -1  # the inside of an open surface: light that side
    picture = _ground(side).copy().reshape(-1, 3)
    picture[hits.pixels] = _encoded(_lit(normal, _mixed(hits.weights, _linear_colors(model)[seen])))
    depth = np.full(side * side, -np.inf, dtype=np.float32)
    depth[hits.pixels] = hits.depths
    return PIL.Image.fromarray(_smoothed(picture.reshape(side, side, 3), depth.reshape(side, side)))


def _mixed(weights: Array, values: Array) -> Array:
    """What lies between the corners of triangles: `weights` [n, 3], `values` [n, 3, 3] at the corners."""
    import numpy as np

    return np.asarray(np.einsum("nc,ncv->nv", weights, values))


def _smoothed(picture: Array, depth: Array) -> Array:
    """Softer steps where one surface ends before another: there, half of each pixel is its neighbours' mean."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        down = np.abs(depth[1:] - depth[:-1]) > STEP
        across = np.abs(depth[:, 1:] - depth[:, :-1]) > STEP
    edge = np.zeros(depth.shape, dtype=bool)
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[[0, -1]] = edge[:, [0, -1]] = False
    row, column = np.nonzero(edge)
    beside = sum(picture[row + y, column + x].astype(np.uint16) for y, x in ((0, 1), (0, -1), (1, 0), (-1, 0)))
    picture[row, column] = (picture[row, column].astype(np.uint16) * 4 + beside) // 8
    return picture


def _placed(vertices: Array, side: int) -> tuple[Array, Array]:
    """Points turned towards the camera and scaled into the picture (x right, y up, z to the camera), and the turn."""
    import numpy as np

    cos_a, sin_a, cos_b, sin_b = np.cos(TURN), np.sin(TURN), np.cos(TILT), np.sin(TILT)
    about_y = np.array([[cos_a, 0, sin_a], [0, 1, 0], [-sin_a, 0, cos_a]])
    about_x = np.array([[1, 0, 0], [0, cos_b, -sin_b], [0, sin_b, cos_b]])
    turn = about_x @ about_y
    # Around the origin and of size one, 32 bits are exact enough, whatever the unit and place of the model.
    low, high = _bounds(vertices)
    size = max(float((high - low).max()), 1e-12)
    near = vertices.astype(np.float32) - ((low + high) / 2).astype(np.float32)
    points = near @ (turn.T / size).astype(np.float32)
    low, high = _bounds(points)
    points -= ((low + high) / 2).astype(np.float32)
    points *= side * 0.84 / max(float((high - low)[:2].max()), 1e-12)
    points[:, :2] += side / 2
    return points, turn.astype(np.float32)


def _bounds(points: Array) -> tuple[Array, Array]:
    """Least and greatest coordinates, in 64 bits; a column at a time, which is five times quicker than by rows."""
    import numpy as np

    columns = [points[:, axis] for axis in range(3)]
    low, high = [column.min() for column in columns], [column.max() for column in columns]
    return np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)


def _visible(corners: Array, side: int) -> _Hits:
    """The nearest triangle at every pixel centre. `corners` is [m, 3, 3] in pixels; y counts from the bottom."""
    import numpy as np

    face, row, left, right = _spans(corners, side)
    widths = np.maximum(right - left + 1, 0)
    kept = int(np.searchsorted(np.cumsum(widths), FRAGMENT_LIMIT, side="right"))
    face, row, left, widths = face[:kept], row[:kept], left[:kept], widths[:kept]
    gradient = _gradients(corners)[face]
    start = gradient[:, 0] * _centre(left) + gradient[:, 1] * _centre(row) + gradient[:, 2]
    span = np.repeat(np.arange(kept, dtype=np.int32), widths)
    step = np.arange(len(span), dtype=np.int32) - (np.cumsum(widths) - widths).astype(np.int32)[span]
    depth = start[span] + gradient[:, 0][span] * step.astype(np.float32)
    pixel = ((side - 1 - row) * side + left)[span] + step
    nearest = np.full(side * side, -np.inf, dtype=np.float32)
    np.maximum.at(nearest, pixel, depth)
    first = np.flatnonzero(depth == nearest[pixel])
    pixel, faces = pixel[first], face[span[first]]
    x, y = _centre(pixel % side), _centre(side - 1 - pixel // side)
    return _Hits(pixel, faces, _barycentric(corners[faces], x, y), depth[first])


def _centre(place: Array) -> Array:
    """Where the centres of pixels are, in 32 bits."""
    import numpy as np

    return np.asarray(place.astype(np.float32) + np.float32(0.5))


def _spans(corners: Array, side: int) -> tuple[Array, Array, Array, Array]:
    """Rows of triangles: which triangle, which row, first and last pixel whose centre is inside."""
    import numpy as np

    one, two, three = corners[:, :, 1].T
    low = np.clip(np.ceil(np.minimum(np.minimum(one, two), three) - 0.5), 0, side).astype(np.int32)
    high = np.clip(np.floor(np.maximum(np.maximum(one, two), three) - 0.5), -1, side - 1).astype(np.int32)
    heights = np.maximum(high - low + 1, 0)
    face = np.repeat(np.arange(len(corners), dtype=np.int32), heights)
    row = np.arange(len(face), dtype=np.int32) - (np.cumsum(heights) - heights - low).astype(np.int32)[face]
    middle = _centre(row)
    left = np.full(len(face), np.inf, dtype=np.float32)
    right = np.full(len(face), -np.inf, dtype=np.float32)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        (x0, y0), (x1, y1) = corners[:, a, :2].T, corners[:, b, :2].T
        rise = y1 - y0
        level = np.abs(rise) <= 1e-6
        slope = (x1 - x0) / np.where(level, np.float32(1), rise)
        bottom, top = np.where(level, np.float32(np.inf), np.minimum(y0, y1)), np.maximum(y0, y1)
        x = (x0 - y0 * slope)[face] + middle * slope[face]
        crosses = (bottom[face] <= middle) & (middle <= top[face])
        np.minimum(left, x, out=left, where=crosses)
        np.maximum(right, x, out=right, where=crosses)
    crossed = np.flatnonzero(left <= right)
    first = np.clip(np.ceil(left[crossed] - 0.5), 0, side).astype(np.int32)
    last = np.clip(np.floor(right[crossed] - 0.5), -1, side - 1).astype(np.int32)
    return face[crossed], row[crossed], first, last


def _gradients(corners: Array) -> Array:
    """Each triangle's depth as ``a·x + b·y + c``: [m, 3]. Triangles seen edge-on lie flat at their nearest corner."""
    import numpy as np

    (ux, uy, uz), (vx, vy, vz) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    down = ux * vy - uy * vx
    flat = np.abs(down) < 1e-6
    down = np.where(flat, np.float32(1), down)
    a = np.where(flat, np.float32(0), (uz * vy - uy * vz) / down)
    b = np.where(flat, np.float32(0), (ux * vz - uz * vx) / down)
    x, y, z = corners[:, 0].T
    c = np.where(flat, corners[:, :, 2].max(axis=1), z - a * x - b * y)
    return np.stack([a, b, c], axis=1)


def _barycentric(corners: Array, x: Array, y: Array) -> Array:
    import numpy as np

    (ax, ay), (bx, by), (cx, cy) = (corners[:, place, :2].T for place in range(3))
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    safe = np.where(np.abs(area) < 1e-12, 1.0, area)
    second = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / safe
    third = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / safe
    weights = np.clip(np.stack([1 - second - third, second, third], axis=1), 0.0, 1.0)
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))


def _turned_away(corners: Array) -> Array:
    """Which triangles [n, 3, 3] show their back."""
    import numpy as np

    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0)


def _clustered(points: Array, faces: Array) -> Array:
    """Triangles between one point of each cell of `CELL` pixels (vertex clustering, Rossignac and Borrel 1993)."""
    import numpy as np

    low, above = _bounds(points)
    cells = ((points - low.astype(np.float32)) / np.float32(CELL)).astype(np.int32)
    wide, high, deep = (int(size / CELL) + 2 for size in above - low)
    cell = (cells[:, 0] * high + cells[:, 1]) * deep + cells[:, 2]
    chosen = np.empty(wide * high * deep, dtype=np.int32)  # only the cells that hold a point are written and read
    chosen[cell] = np.arange(len(points), dtype=np.int32)
    merged = chosen[cell][faces]
    a, b, c = merged.T
    return np.asarray(merged[(a != b) & (b != c) & (c != a)])


def _is_closed(faces: Array, points: int) -> bool:
    """Whether every edge is passed once in each direction, so that no inside can be seen.

    A fingerprint of all edges from a to b, less that of all from b to a: zero where they are the same, and where they
    are not, with a chance of about 2⁻⁶⁴ (Schwartz 1980, on random evaluation of polynomials).
    """
    import numpy as np

    rng = np.random.default_rng(points)
    first, second = rng.integers(0, 2**64, (2, points), dtype=np.uint64)
    one, other = first[faces], second[faces]
    following = [1, 2, 0]
    return bool((one * other[:, following] - one[:, following] * other).sum() == 0)


def _corner_normals(points: Array, faces: Array) -> Array:
    """Normals at the corners of triangles [m, 3, 3]: their points' mean, or the triangle's own at a sharp edge."""
    import numpy as np

    corners = points[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])  # length is area
    columns = [np.bincount(faces.ravel(), np.repeat(flat[:, axis], 3), minlength=len(points)) for axis in range(3)]
    smooth = _unit(np.stack(columns, axis=1))[faces]
    own = np.broadcast_to(_unit(flat)[:, None], smooth.shape)
    sharp = (smooth * own).sum(axis=2) < CREASE
    return np.where(sharp[:, :, None], own, smooth)


def _unit(vectors: Array) -> Array:
    import numpy as np

    lengths = np.sqrt(np.einsum("nv,nv->n", vectors, vectors))
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12))[:, None])


def _linear_colors(model: sdk.Mesh) -> Array:
    """The colour of each point in linear light [n, 3]: its own, else its texture's, else clay."""
    import numpy as np

    from studio.library.formats import meshes

    colors = model.colors
    if colors is None and model.texture is not None and model.uv is not None and model.texture.pixels.ndim == 3:
        texture = model.texture.pixels
        height, width = texture.shape[:2]
        uv = model.uv - np.floor(model.uv)
        across = np.clip((uv[:, 0] * width).astype(np.int64), 0, width - 1)
        down = np.clip(((1 - uv[:, 1]) * height).astype(np.int64), 0, height - 1)
        colors = np.full((len(uv), 4), 255, dtype=np.uint8)
        colors[:, :3] = texture[down, across, :3]
    if colors is None:
        clay = meshes.to_linear(np.array([CLAY], dtype=np.uint8))[:, :3].astype(np.float32)
        return np.broadcast_to(clay, (len(model.vertices), 3))
    return np.asarray(meshes.to_linear(colors)[:, :3].astype(np.float32))


def _lit(normals: Array, colors: Array) -> Array:
    """Light in linear units: a key light, a fill light, sky from above, and a rim where the surface turns away."""
    import numpy as np

    key, fill = np.array(_KEY) / np.linalg.norm(_KEY), np.array(_FILL) / np.linalg.norm(_FILL)
    half = key + np.array([0.0, 0.0, 1.0])
    unit = _unit(normals)
    towards = unit @ np.stack([key, fill, half / np.linalg.norm(half)], axis=1).astype(np.float32)
    towards_key, towards_fill, towards_half = np.maximum(towards, 0).T
    up = unit[:, 1] * 0.5 + 0.5
    light = _EARTH + (_SKY - _EARTH) * up + _KEY_LIGHT * towards_key + _FILL_LIGHT * towards_fill
    shine = towards_half**2
    for _ in range(4):
        shine *= shine  # to the 32nd power
    away = 1 - np.clip(unit[:, 2], 0, 1)
    rim = _RIM * away * away * away * up
    return np.asarray(colors * light[:, None] + (0.10 * shine + 0.35 * rim)[:, None])


def _encoded(linear: Array) -> Array:
    """Linear light as sRGB bytes, through a table: fine enough for eight bits, and ten times quicker than powers."""
    import numpy as np

    return np.asarray(_gamma()[np.clip(linear * np.float32(GAMMA_STEPS), 0, GAMMA_STEPS).astype(np.uint16)])


@functools.cache
def _gamma() -> Array:
    import numpy as np

    linear = (np.arange(GAMMA_STEPS + 1) + 0.5) / GAMMA_STEPS
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(np.clip(encoded, 0, 1) * 255).astype(np.uint8))


@functools.lru_cache(maxsize=2)
def _ground(side: int) -> Array:
    """The background, sRGB [side, side, 3]: lighter above."""
    import numpy as np

    from studio.library.formats import meshes

    ends = np.array([[*GROUND_TOP, 255], [*GROUND_BOTTOM, 255]], dtype=np.uint8)
    top, bottom = meshes.to_linear(ends)[:, :3]
    mix = np.linspace(0, 1, side)[:, None, None]
    return np.repeat(_encoded((top * (1 - mix) + bottom * mix).astype(np.float32)), side, axis=1)

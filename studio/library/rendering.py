"""A small software renderer for thumbnails of meshes: orthographic, depth-buffered, smoothly lit, with vertex colours.

Triangles are cut into pixel rows and rows into pixels, all at once as arrays; a z-buffer (Catmull 1974) keeps the
nearest triangle of each pixel, and only those pixels are lit (deferred shading, Saito and Takahashi 1990).
"""

from __future__ import annotations

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
FACE_LIMIT = 150_000
"""Of larger meshes, points that fall into the same pixel are made one before drawing."""
CREASE = 0.75
"""Cosine of the angle between a triangle and its point's mean normal beyond which the edge is drawn sharp (41°)."""
FRAGMENT_LIMIT = 12_000_000
_KEY, _FILL = (-0.45, 0.65, 0.62), (0.75, 0.1, 0.45)
_KEY_LIGHT, _FILL_LIGHT, _SKY, _EARTH, _RIM = 0.78, 0.16, 0.34, 0.12, 0.22


@dataclass(frozen=True, slots=True)
class _Hits:
    """The nearest triangle at each covered pixel.

    Attributes:
        pixels: positions in the flat picture.
        faces: which triangle.
        weights: barycentric coordinates [n, 3].
    """

    pixels: Array
    faces: Array
    weights: Array


def mesh(model: sdk.Mesh, side: int) -> PIL.Image.Image:
    """Render a mesh, RGB, `side` pixels wide and high."""
    import numpy as np
    import PIL.Image

    big = side * 3 // 2  # drawn larger and reduced: smooth edges
    faces = model.faces.astype(np.int64)
    points, turn = _placed(model.vertices.astype(np.float64), big)
    if len(faces) > FACE_LIMIT:
        faces = _clustered(points, faces)
    corners = points[faces]
    hits = _visible(corners, big)
    normals = _corner_normals(points, faces) if model.normals is None else (model.normals @ turn.T)[faces]
    colors = _linear_colors(model)[faces]
    picture = _ground(big).reshape(-1, 3)
    weights = hits.weights[:, :, None]
    normal = (normals[hits.faces] * weights).sum(axis=1)
    normal[_turned_away(corners[hits.faces])] *= -1  # the inside of an open surface: light that side
    picture[hits.pixels] = _lit(normal, (colors[hits.faces] * weights).sum(axis=1))
    encoded = np.where(picture <= 0.0031308, picture * 12.92, 1.055 * np.power(picture, 1 / 2.4) - 0.055)
    pixels = np.rint(np.clip(encoded, 0, 1) * 255).astype(np.uint8).reshape(big, big, 3)
    return PIL.Image.fromarray(pixels).resize((side, side), PIL.Image.Resampling.BOX)


def _placed(vertices: Array, side: int) -> tuple[Array, Array]:
    """Points turned towards the camera and scaled into the picture (x right, y up, z to the camera), and the turn."""
    import numpy as np

    cos_a, sin_a, cos_b, sin_b = np.cos(TURN), np.sin(TURN), np.cos(TILT), np.sin(TILT)
    about_y = np.array([[cos_a, 0, sin_a], [0, 1, 0], [-sin_a, 0, cos_a]])
    about_x = np.array([[1, 0, 0], [0, cos_b, -sin_b], [0, sin_b, cos_b]])
    turn = about_x @ about_y
    points = vertices @ turn.T
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side * 0.84 / max(float((high - low)[:2].max()), 1e-12)
    points = (points - (low + high) / 2) * scale
    points[:, :2] += side / 2
    return points, turn


def _visible(corners: Array, side: int) -> _Hits:
    """The nearest triangle at every pixel centre. `corners` is [m, 3, 3] in pixels; y counts from the bottom."""
    import numpy as np

    face, row, left, right = _spans(corners, side)
    widths = np.maximum(right - left + 1, 0)
    total = np.cumsum(widths)
    kept = int(np.searchsorted(total, FRAGMENT_LIMIT, side="right"))
    face, row, left, widths = face[:kept], row[:kept], left[:kept], widths[:kept]
    span = np.repeat(np.arange(kept), widths)
    x = np.arange(len(span)) - np.repeat(np.cumsum(widths) - widths, widths) + left[span]
    gradient = _gradients(corners)
    plane = gradient[face[span]]
    y = row[span]
    depth = (plane[:, 0] * (x + 0.5) + plane[:, 1] * (y + 0.5) + plane[:, 2]).astype(np.float32)
    pixel = (side - 1 - y) * side + x
    nearest = np.full(side * side, -np.inf, dtype=np.float32)
    np.maximum.at(nearest, pixel, depth)
    first = np.flatnonzero(depth == nearest[pixel])
    pixel, faces, x, y = pixel[first], face[span[first]], x[first] + 0.5, y[first] + 0.5
    return _Hits(pixel, faces, _barycentric(corners[faces], x, y))


def _spans(corners: Array, side: int) -> tuple[Array, Array, Array, Array]:
    """Rows of triangles: which triangle, which row, first and last pixel whose centre is inside."""
    import numpy as np

    low = np.clip(np.ceil(corners[:, :, 1].min(axis=1) - 0.5), 0, side).astype(np.int64)
    high = np.clip(np.floor(corners[:, :, 1].max(axis=1) - 0.5), -1, side - 1).astype(np.int64)
    heights = np.maximum(high - low + 1, 0)
    face = np.repeat(np.arange(len(corners)), heights)
    row = np.arange(len(face)) - np.repeat(np.cumsum(heights) - heights, heights) + low[face]
    middle = row + 0.5
    left, right = np.full(len(face), np.inf), np.full(len(face), -np.inf)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        (x0, y0), (x1, y1) = corners[:, a, :2].T, corners[:, b, :2].T
        rise = y1 - y0
        slope = np.divide(x1 - x0, rise, out=np.zeros_like(rise), where=np.abs(rise) > 1e-12)
        crosses = (np.minimum(y0, y1)[face] <= middle) & (middle <= np.maximum(y0, y1)[face])
        crosses &= (np.abs(rise) > 1e-12)[face]
        x = (x0 - y0 * slope)[face] + middle * slope[face]
        left = np.where(crosses, np.minimum(left, x), left)
        right = np.where(crosses, np.maximum(right, x), right)
    crossed = np.isfinite(left)
    first = np.clip(np.ceil(left[crossed] - 0.5), 0, side).astype(np.int64)
    last = np.clip(np.floor(right[crossed] - 0.5), -1, side - 1).astype(np.int64)
    return face[crossed], row[crossed], first, last


def _gradients(corners: Array) -> Array:
    """Each triangle's depth as ``a·x + b·y + c``: [m, 3]. Triangles seen edge-on lie flat at their nearest corner."""
    import numpy as np

    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(u, v)
    flat = np.abs(normal[:, 2]) < 1e-9
    down = np.where(flat, 1.0, normal[:, 2])
    a = np.where(flat, 0.0, -normal[:, 0] / down)
    b = np.where(flat, 0.0, -normal[:, 1] / down)
    origin = corners[:, 0]
    c = np.where(flat, corners[:, :, 2].max(axis=1), origin[:, 2] - a * origin[:, 0] - b * origin[:, 1])
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
    """Triangles between the first points of each pixel-sized cell (vertex clustering, Rossignac and Borrel 1993)."""
    import numpy as np

    cells = np.floor(points - points.min(axis=0)).astype(np.int64)
    _cell, first, inverse = np.unique(
        (cells[:, 0] << 42) + (cells[:, 1] << 21) + cells[:, 2], return_index=True, return_inverse=True
    )
    merged = first[inverse.ravel()][faces]
    a, b, c = merged.T
    return np.asarray(merged[(a != b) & (b != c) & (c != a)])


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

    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


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
        return np.broadcast_to(meshes.to_linear(np.array([CLAY], dtype=np.uint8))[:, :3], (len(model.vertices), 3))
    return meshes.to_linear(colors)[:, :3]


def _lit(normals: Array, colors: Array) -> Array:
    """Light in linear units: a key light, a fill light, sky from above, and a rim where the surface turns away."""
    import numpy as np

    unit = _unit(normals)
    key, fill = np.array(_KEY) / np.linalg.norm(_KEY), np.array(_FILL) / np.linalg.norm(_FILL)
    sky = _EARTH + (_SKY - _EARTH) * (unit[:, 1] * 0.5 + 0.5)
    light = sky + _KEY_LIGHT * np.maximum(unit @ key, 0) + _FILL_LIGHT * np.maximum(unit @ fill, 0)
    half = key + np.array([0.0, 0.0, 1.0])
    shine = 0.10 * np.maximum(unit @ (half / np.linalg.norm(half)), 0) ** 32
    rim = _RIM * (1 - np.clip(unit[:, 2], 0, 1)) ** 3 * (unit[:, 1] * 0.5 + 0.5)
    return np.asarray(colors * light[:, None] + (shine + 0.35 * rim)[:, None])


def _ground(side: int) -> Array:
    """The background in linear light [side, side, 3]: lighter above."""
    import numpy as np

    from studio.library.formats import meshes

    ends = np.array([[*GROUND_TOP, 255], [*GROUND_BOTTOM, 255]], dtype=np.uint8)
    top, bottom = meshes.to_linear(ends)[:, :3]
    mix = np.linspace(0, 1, side)[:, None, None]
    return np.repeat(top * (1 - mix) + bottom * mix, side, axis=1)

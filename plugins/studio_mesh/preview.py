"""A small shaded picture of a mesh: points scattered over its triangles, the nearest one wins each pixel."""

from __future__ import annotations

import numpy as np

import studio.sdk as sdk
from studio_mesh.geometry import Floats, Surface, normalize

_BACKGROUND = np.array([0.16, 0.17, 0.19])
_KEY = normalize(np.array([-0.45, 0.75, 0.6]))
_FILL = normalize(np.array([0.8, 0.2, 0.3]))


def render(
    surface: Surface, size: int = 160, *, turn: float = 0.6, tilt: float = 0.35, points: int = 90_000
) -> sdk.Image:
    """Draw `surface` in a square of `size` pixels, seen from above at `tilt` and from the side at `turn` radians.

    The points follow an additive-recurrence sequence (Roberts 2018), so the picture needs no random numbers.
    """
    shaded = surface.shaded()
    if shaded.normals is None or not len(shaded.faces):
        return sdk.Image(pixels=np.full((size, size, 3), 40, np.uint8))
    place, normal, color = _scatter(shaded, shaded.normals, points)
    view = _camera(turn, tilt)
    low, high = place.min(axis=0), place.max(axis=0)
    seen = (place - (low + high) / 2) @ view.T
    facing = normal @ view.T
    reach = max(float(np.abs(seen[:, :2]).max()), 1e-9)
    pixel = np.clip(((seen[:, :2] * [1, -1] / reach * 0.92 + 1) / 2 * size).astype(int), 0, size - 1)
    slot = pixel[:, 1] * size + pixel[:, 0]
    order = np.argsort(seen[:, 2], kind="stable")
    nearest = np.full(size * size, -1)
    nearest[slot[order]] = order
    picture = np.tile(_BACKGROUND, (size * size, 1))
    drawn = nearest >= 0
    light = _light(facing[nearest[drawn]])
    picture[drawn] = color[nearest[drawn]] * light[:, None]
    return sdk.Image(pixels=(np.clip(picture, 0, 1) * 255).astype(np.uint8).reshape(size, size, 3))


def _scatter(surface: Surface, normals: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    corners = surface.vertices[surface.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    ends = np.cumsum(area)
    index = np.arange(count)
    face = np.minimum(np.searchsorted(ends, (index + 0.5) / count * ends[-1]), len(area) - 1)
    u, v = (index * 0.7548776662466927) % 1, (index * 0.5698402909980532) % 1
    outside = u + v > 1
    u, v = np.where(outside, 1 - u, u), np.where(outside, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], axis=1)[:, :, None]
    chosen = surface.faces[face]
    spread = [(values[chosen] * weights).sum(axis=1) for values in (surface.vertices, normals, surface.colors)]
    return spread[0], normalize(spread[1]), spread[2]


def _camera(turn: float, tilt: float) -> Floats:
    right = np.array([np.cos(turn), 0, -np.sin(turn)])
    toward = np.array([np.sin(turn) * np.cos(tilt), np.sin(tilt), np.cos(turn) * np.cos(tilt)])
    return np.stack([right, np.cross(toward, right), toward])


def _light(facing: Floats) -> Floats:
    key = np.clip(facing @ _KEY, 0, 1)
    fill = np.clip(facing @ _FILL, 0, 1)
    shine = np.clip(facing @ normalize(_KEY + np.array([0.0, 0.0, 1.0])), 0, 1) ** 40
    light: Floats = 0.3 + 0.12 * facing[:, 1] + 0.72 * key + 0.16 * fill + 0.18 * shine
    return light

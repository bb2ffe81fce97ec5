"""Leaves, petals, blossoms and the pots and mounds that plants stand in: small closed solids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio_mesh.geometry import Floats, Surface, instances, join, loft, normalize
from studio_mesh.noise import Noise
from studio_mesh.palettes import mix, ramp, rgb, stops


def blade(
    outline: Sequence[tuple[float, float]], *, stations: int, fold: float, curl: float, thick: float = 0.03
) -> Surface:
    """A leaf or petal of length 1 along y, facing +z: closed, with a midrib.

    Args:
        outline: (place along the length, half width) pairs from base to tip, without the two end points.
        stations: cross-sections to resample the outline to.
        fold: how far the edges rise over the midrib, share of the half width.
        curl: how far the tip bends back, share of the length.
        thick: thickness at the midrib, share of the half width.
    """
    along = np.array([0.0, *(place for place, _ in outline), 1.0])
    wide = np.array([0.0, *(width for _, width in outline), 0.0])
    place = np.linspace(0, 1, stations + 2)[1:-1] if stations > 1 else np.array([along[1 + int(np.argmax(wide[1:-1]))]])
    half = np.maximum(np.interp(place, along, wide), 0.02)
    drop = -curl * place**2
    zero = np.zeros_like(half)
    rings = np.stack([
        np.stack([-half, place, drop + half * fold], axis=1),
        np.stack([zero, place, drop - half * thick * 2], axis=1),
        np.stack([half, place, drop + half * fold], axis=1),
        np.stack([zero, place, drop + half * thick * 2], axis=1),
    ], axis=1)  # fmt: skip
    # rings run right-handed about +y, so that faces look outwards
    rings = rings[:, [0, 3, 2, 1]]
    solid = loft(rings, np.ones(3))
    vertices = solid.vertices.copy()
    vertices[-2], vertices[-1] = (0.0, 0.0, 0.0), (0.0, 1.0, -curl)
    shade = 0.82 + 0.18 * np.clip(vertices[:, 1:2], 0, 1)
    return _two_faced(Surface(vertices, solid.faces, np.repeat(shade, 3, axis=1)), rings=len(place))


def _two_faced(solid: Surface, rings: int) -> Surface:
    """A blade whose upper and lower side have their own corners along the edge, so that each side catches its light."""
    # columns 0 … 3 of a ring: left edge, midrib above, right edge, midrib below
    column = np.append(np.tile(np.arange(4), rings), (0, 0))
    below = (column[solid.faces] == 3).any(axis=1)
    corners = np.where(below[:, None], solid.faces + len(solid.vertices), solid.faces)
    used, faces = np.unique(corners, return_inverse=True)
    source = used % len(solid.vertices)
    return Surface(solid.vertices[source], faces.reshape(-1, 3).astype(np.int64), solid.colors[source])


def blossom(petals: int, petal: Surface, *, open_angle: float, heart: tuple[float, float, float]) -> Surface:
    """A flower looking along +y: `petals` copies of `petal` round a heart; `open_angle` from the axis, radians."""
    turn = np.arange(petals) * (2 * np.pi / petals)
    out = np.stack(
        [np.cos(turn) * np.sin(open_angle), np.full(petals, np.cos(open_angle)), -np.sin(turn) * np.sin(open_angle)], 1
    )
    side = np.stack([-np.sin(turn), np.zeros(petals), -np.cos(turn)], axis=1)
    axes = np.stack([side, out, np.cross(side, out)], axis=1)
    ring = instances(petal, axes, np.zeros((petals, 3)), np.ones((petals, 3)))
    angle = np.arange(6) * (np.pi / 3)
    disc = np.stack([0.14 * np.cos(angle), np.full(6, 0.05), -0.14 * np.sin(angle)], axis=1)
    middle = loft(disc[None], np.array(heart))
    vertices = middle.vertices.copy()
    vertices[-2, 1], vertices[-1, 1] = -0.08, 0.14
    return join([ring, Surface(vertices, middle.faces, middle.colors)])


def scatter(
    template: Surface,
    places: Floats,
    headings: Floats,
    sizes: Floats,
    colors: Floats,
    rng: np.random.Generator,
    *,
    level: float = 1.0,
) -> Surface:
    """Copies of a blade along `headings` [n, 3], their faces turned to the sky as far as `level` (0 random, 1 all)."""
    wild = normalize(rng.normal(size=places.shape))
    sky = normalize(np.array([0.0, 1.0, 0.0]) * level + wild * (1.05 - level))
    ahead = normalize(headings)
    side = normalize(np.cross(ahead, sky))
    axes = np.stack([side, ahead, np.cross(side, ahead)], axis=1) * sizes[:, None, None]
    return instances(template, axes, places, colors)


def mound(rng: np.random.Generator, radius: float, detail: int, *, grass: bool = True) -> Surface:
    """A low round hill of earth or grass with a flat underside at y = 0; its top lies at 0.22 × `radius`."""
    around, rows = (24, 40, 64, 88, 120)[detail - 1], (6, 9, 14, 20, 26)[detail - 1]
    noise = Noise(rng)
    angle = np.arange(around) * (2 * np.pi / around)
    share = np.linspace(1, 0.06, rows)
    wobble = 1 + 0.1 * noise.at(np.stack([np.cos(angle) * 1.3, np.zeros(around), np.sin(angle) * 1.3], axis=1))
    reach = radius * share[:, None] * wobble[None]
    height = radius * (0.05 + 0.17 * (1 - share**2))
    top = np.stack([reach * np.cos(angle), np.repeat(height[:, None], around, 1), -reach * np.sin(angle)], axis=-1)
    bumps = noise.fbm(top.reshape(-1, 3) / radius * 5, 4).reshape(top.shape[:2])
    top[..., 1] += radius * 0.035 * bumps * (share < 0.99)[:, None]
    foot = top[:1] * [0.97, 0, 0.97]
    rings = np.concatenate([foot, top])
    tone = np.concatenate([np.zeros((1, around)), np.clip(0.55 + 0.6 * bumps, 0, 1)])
    soil, green = stops(("#3d2a1d", "#5c422d", "#7d5f41")), stops(("#3f4f22", "#66792f", "#92a046"))
    color = ramp(green if grass else soil, tone)
    edge = np.concatenate([[0.0], np.clip((1 - share) / 0.12, 0, 1)])[:, None]
    return loft(rings, mix(ramp(soil, tone), color, np.broadcast_to(edge, tone.shape)))


def pot(rng: np.random.Generator, radius: float, detail: int) -> tuple[Surface, float]:
    """A clay pot filled with earth, standing on y = 0, and the height of the earth."""
    around = (24, 36, 56, 80, 112)[detail - 1]
    height = radius * rng.uniform(1.2, 1.6)
    r, h = radius, height
    slim = rng.uniform(0.66, 0.82)
    path = np.array([
        [0.3 * slim, 0.0], [0.9 * slim, 0.0], [0.98 * slim, 0.02], [slim, 0.06], [0.5 + slim / 2, 0.42], [0.96, 0.76],
        [0.965, 0.775], [1.04, 0.785], [1.07, 0.81], [1.08, 0.96], [1.06, 0.99], [1.02, 1.0], [0.97, 0.99],
        [0.945, 0.96], [0.93, 0.9], [0.8, 0.91], [0.55, 0.93], [0.25, 0.945], [0.08, 0.95],
    ]) * [r, h]  # fmt: skip
    angle = np.arange(around) * (2 * np.pi / around)
    level = np.repeat(path[:, 1:], around, axis=1)
    rings = np.stack([path[:, :1] * np.cos(angle), level, -path[:, :1] * np.sin(angle)], axis=-1)
    earth = np.arange(len(path)) >= 15
    noise = Noise(rng)
    bump = noise.fbm(rings.reshape(-1, 3) / r * 6, 3).reshape(level.shape)
    rings[earth, :, 1] += 0.03 * r * bump[earth]
    clays = (("#8a4a2e", "#b5673f", "#d08a5e"), ("#3f5a5c", "#6d8f8a", "#a9c2b6"), ("#8d8578", "#c4bcae", "#ebe6da"))
    clay = ramp(stops(clays[int(rng.integers(3))]), np.clip(0.5 + 0.4 * bump, 0, 1))
    soil = ramp(stops(("#2e2018", "#4a3526", "#6b5038")), np.clip(0.5 + 0.8 * bump, 0, 1))
    return loft(rings, np.where(earth[:, None, None], soil, clay)), 0.93 * h


def seed_head(radius: float, colors: tuple[str, str], count: int) -> Surface:
    """The disc of a daisy looking along +y: florets in Vogel's spiral (Vogel 1979; ABOP §4.1), each a small bump."""
    index = np.arange(count)
    away = radius * np.sqrt((index + 0.5) / count)
    turn = index * 2.399963
    share = away / radius
    places = np.stack([away * np.cos(turn), 0.35 * radius * (1 - share**2), away * np.sin(turn)], axis=1)
    bump = blade([(0.5, 0.32)], stations=1, fold=0.0, curl=0.0, thick=0.4)
    wide = radius * 1.9 / count**0.5
    axes = np.tile(np.diag([wide, wide * 0.9, wide]), (count, 1, 1))
    tint = mix(np.tile(rgb(colors[0]), (count, 1)), rgb(colors[1]), share)
    florets = instances(bump, axes, places, tint)
    angle = np.arange(24) * (np.pi / 12)
    ring = np.stack([np.cos(angle), np.zeros(24), -np.sin(angle)], axis=1) * radius
    back = loft(ring[None], rgb(colors[1]) * 0.6)
    vertices = back.vertices.copy()
    vertices[-2, 1], vertices[-1, 1] = -0.5 * radius, 0.36 * radius
    return join([Surface(vertices, back.faces, back.colors), florets])

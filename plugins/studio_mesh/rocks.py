"""Boulders, pebbles, asteroids and faceted stones: chipped by planes, weathered by noise, hit by craters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio_mesh.geometry import Floats, Surface, icosphere, normalize, smooth_normals
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import choose, mix, ramp, rgb
from studio_mesh.polyhedra import Polyhedron

KINDS = ("boulder", "pebble", "asteroid", "faceted")
_SIZE = 0.12

_COLORS = (
    ("#3b3936", "#5d5a55", "#847f77", "#aaa49a", "#cfcac0"),
    ("#40302a", "#6e5143", "#96745f", "#bc9c83", "#dcc6b0"),
    ("#2d3136", "#4a5058", "#6e757d", "#979da2", "#c3c7c8"),
    ("#4a4235", "#766a54", "#a09374", "#c6bb9b", "#e4dcc6"),
)


def rock(
    rng: np.random.Generator, *, kind: str, roughness: float, palette: str, detail: int, check: Callable[[], None]
) -> Surface:
    """A closed stone about `_SIZE` metres long, lying on y = 0.

    Args:
        rng: fixes shape and colours.
        kind: one of `KINDS`, or ``"surprise"``.
        roughness: 0 (worn smooth) to 1 (freshly broken).
        palette: a name in `palettes.NAMED`, or ``"natural"``.
        detail: 1…5, about 1 300 to 330 000 triangles (faceted stones: at most 500).
        check: called between steps; may raise to stop.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    noise = Noise(rng, check)
    if chosen == "faceted":
        return _cut_stone(rng, noise, roughness, choose(palette, _COLORS, rng), detail, check)
    sphere, faces = icosphere((3, 4, 6, 6, 7)[detail - 1])
    check()
    radius, hollow = _radius(chosen, sphere, noise, rng, roughness, check)
    check()
    stretch = np.array([1.0, rng.uniform(0.55, 0.8), rng.uniform(0.7, 0.95)])
    if chosen == "asteroid":
        stretch = np.array([1.0, rng.uniform(0.75, 0.95), rng.uniform(0.65, 0.9)])
    vertices = sphere * radius[:, None] * stretch
    vertices *= _SIZE / float(np.ptp(vertices, axis=0).max())
    vertices[:, 1] -= vertices[:, 1].min()
    check()
    return Surface(
        vertices,
        faces,
        _paint(chosen, sphere, vertices, faces, hollow, noise, choose(palette, _COLORS, rng), rng, check),
    )


def _cut_stone(
    rng: np.random.Generator, noise: Noise, roughness: float, colors: Floats, detail: int, check: Callable[[], None]
) -> Surface:
    """A block struck off by planes, as a lapidary would: a few broad faces, then small ones."""
    solid = Polyhedron.box(1.6)
    stretch = np.array([1.0, rng.uniform(0.6, 0.8), rng.uniform(0.7, 0.95)])
    for index in range((16, 26, 40, 60, 90)[detail - 1]):
        if index % 8 == 0:
            check()
        normal = normalize(rng.normal(size=3))
        # the radius of an ellipsoid in this direction; later blows only take off corners
        reach = float(np.linalg.norm(normal * stretch))
        depth = rng.uniform(0.72, 0.9) if index < 9 else rng.uniform(0.93, 1.06)
        solid.cut(normal, reach * (1 - (1 - depth) * (0.4 + 1.2 * roughness)))
    stone = solid.surface(lambda points, normals: _facet_tones(points, normals, noise, colors))
    vertices = stone.vertices * (_SIZE / float(np.ptp(stone.vertices, axis=0).max()))
    return Surface(vertices - [0, vertices[:, 1].min(), 0], stone.faces, stone.colors, stone.normals)


def _facet_tones(points: Floats, normals: Floats, noise: Noise, colors: Floats) -> Floats:
    """One tone for each facet, lighter towards the sky, with a soft drift across the stone."""
    facet = noise.at(normals * 2.7 + 5)
    tone = 0.48 + 0.45 * facet + 0.16 * normals[:, 1] + 0.18 * noise.at(points * 1.1)
    return ramp(colors, np.clip(tone, 0, 1))


def _radius(
    kind: str,
    sphere: Floats,
    noise: Noise,
    rng: np.random.Generator,
    roughness: float,
    check: Callable[[], None],
) -> tuple[Floats, Floats]:
    """Distance from the middle in every direction, and how deep each point lies in a hollow (0 … 1)."""
    lump = 1 + 0.2 * noise.fbm(sphere * 1.1 + 3, 3)
    hollow = np.zeros(len(sphere))
    check()
    if kind == "pebble":
        return lump + 0.012 * roughness * noise.fbm(sphere * 6, 4), hollow
    if kind == "asteroid":
        radius = lump + (0.02 + 0.07 * roughness) * noise.fbm(sphere * 3.2, 6, 0.52)
        check()
        dents, hollow = _craters(sphere, rng, int(rng.integers(40, 70)), check)
        return radius + dents, hollow
    chips = normalize(rng.normal(size=(int(rng.integers(11, 20)), 3)))
    depth = rng.uniform(0.66, 0.98, len(chips))
    toward = sphere @ chips.T
    reach = np.where(toward > 0.05, depth / np.maximum(toward, 0.05), 9.0)
    sharp = 14 + 30 * roughness
    # a smooth minimum of the body and every chip plane
    chipped = -np.log(np.exp(-sharp * np.minimum(reach, 3.0)).sum(axis=1) + np.exp(-sharp * lump)) / sharp
    check()
    crack = 1 - smoothstep(0.0, 0.1, np.abs(noise.fbm(sphere * 2.3 + 20, 4)))
    grain = noise.fbm(sphere * 4.5, 6, 0.55)
    check()
    cut = crack * smoothstep(-0.1, 0.5, noise.at(sphere * 1.7 + 40))
    return chipped + roughness * (0.09 * grain - 0.05 * cut), cut


def _craters(sphere: Floats, rng: np.random.Generator, count: int, check: Callable[[], None]) -> tuple[Floats, Floats]:
    """Bowls with raised rims; sizes follow a power law, as on small bodies."""
    middle = normalize(rng.normal(size=(count, 3)))
    size = np.minimum(0.075 * rng.pareto(1.7, count) + 0.05, 0.5)
    change = np.zeros(len(sphere))
    hollow = np.zeros(len(sphere))
    for place, wide in zip(middle, size, strict=True):
        check()
        away = np.arccos(np.clip(sphere @ place, -1, 1)) / wide
        bowl = np.where(away < 1, away**2 - 1, 0.0)
        rim = np.exp(-(((away - 1) / 0.22) ** 2))
        change += wide * (0.42 * bowl + 0.12 * rim)
        hollow = np.maximum(hollow, np.clip(-bowl, 0, 1))
    return change, hollow


def _paint(
    kind: str,
    sphere: Floats,
    vertices: Floats,
    faces: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    hollow: Floats,
    noise: Noise,
    colors: Floats,
    rng: np.random.Generator,
    check: Callable[[], None],
) -> Floats:
    """Mineral tones, dark in hollows, veins in pebbles, lichen and moss on what faces the sky."""
    grain = noise.fbm(sphere * 3.1 + 9, 5, 0.6)
    check()
    fine = noise.at(sphere * 42)
    tone = 0.5 + 0.5 * grain + 0.07 * fine - 0.3 * hollow
    if kind == "pebble":
        layer = np.sin((sphere @ normalize(rng.normal(size=3)) * 5 + 1.4 * grain) * np.pi)
        tone = tone + 0.22 * layer
    color = ramp(colors, np.clip(tone, 0, 1))
    check()
    if kind == "pebble":
        vein = 1 - smoothstep(0.0, 0.035, np.abs(noise.fbm(sphere * 1.2 + 60, 3) + 0.08))
        return mix(color, rgb("#f3efe6"), 0.85 * vein)
    if kind == "boulder" and rng.random() < 0.6:
        up = smooth_normals(vertices, faces)[:, 1]
        moss = smoothstep(0.25, 0.75, up + 0.55 * noise.fbm(sphere * 5 + 80, 4))
        green = ramp(
            np.stack([rgb("#3c4a1f"), rgb("#76863a"), rgb("#a9b45a")]), np.clip(0.5 + 0.6 * grain + 0.2 * fine, 0, 1)
        )
        return mix(color, green, 0.85 * moss)
    return color

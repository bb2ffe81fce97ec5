"""Clusters of crystals on a matrix of rock: faceted convex solids whose faces follow each mineral's habit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio_mesh.geometry import Floats, Surface, flat_shaded, icosphere, join, normalize
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import choose, mix, ramp, rgb
from studio_mesh.polyhedra import Polyhedron

KINDS = ("quartz", "amethyst", "tourmaline", "beryl", "fluorite", "pyrite", "garnet", "selenite")


@dataclass(frozen=True, slots=True)
class Mineral:
    """How a mineral grows.

    Attributes:
        habit: which planes bound a crystal; a key of `_HABITS`.
        colors: natural palettes, from the root to the tip.
        slim: width over length, least and most.
        count: crystals in a cluster, least and most.
        spread: how far crystals lean from upright, radians.
        rock: colours of the matrix, dark to light.
    """

    habit: str
    colors: tuple[tuple[str, ...], ...]
    slim: tuple[float, float]
    count: tuple[int, int]
    spread: float
    rock: tuple[str, ...]


_GREY = ("#4a4744", "#6f6a64", "#938c83", "#b8b0a5")
_RUST = ("#3d2f28", "#6a4a38", "#93694c", "#b99674")
_DARK = ("#26272b", "#3d3f44", "#585a5f", "#7d7f82")

_MINERALS = {
    "quartz": Mineral("prism", (
        ("#b9b4ac", "#d5d6d4", "#e6eceb", "#f3f8f8"), ("#8e7b6a", "#b8a28c", "#dac9b6", "#f0e6da"),
        ("#d8a7a0", "#e8c3bd", "#f3dcd8", "#fbf0ee"),
    ), (0.2, 0.34), (9, 18), 0.75, _GREY),
    "amethyst": Mineral("prism", (
        ("#d9cfe0", "#a98cc4", "#7a4fa3", "#4b2478"), ("#c9bcd8", "#9370bd", "#6a3aa0", "#3a1768"),
    ), (0.38, 0.6), (22, 38), 0.95, _RUST),
    "tourmaline": Mineral("trigonal", (
        ("#1f5b3c", "#3f9a66", "#d98aa8", "#e85f92"), ("#14323b", "#1f6b74", "#4bb0a3", "#b6e3c7"),
        ("#d65a8c", "#e58aab", "#9ccf9a", "#3f9a5c"),
    ), (0.13, 0.22), (6, 13), 0.5, _GREY),
    "beryl": Mineral("flat", (
        ("#7fb8c9", "#9ed0da", "#bfe4e8", "#dff4f3"), ("#0e6b45", "#1f9a62", "#4fc48a", "#a6e8c3"),
        ("#d8b46a", "#ecd08e", "#f6e3b4", "#fdf5dc"),
    ), (0.24, 0.38), (6, 12), 0.55, _DARK),
    "fluorite": Mineral("octahedron", (
        ("#3b6f8f", "#57a3a0", "#86c9a8", "#cfe9c4"), ("#3f2f6d", "#6a55a8", "#8fa0d0", "#c6e0e6"),
    ), (0.8, 1.0), (7, 14), 1.2, _GREY),
    "pyrite": Mineral("cube", (
        ("#8a6a2c", "#b8923f", "#d9b860", "#f0dc9a"), ("#7a6636", "#a89150", "#cdb878", "#ece0b4"),
    ), (0.85, 1.0), (7, 14), 1.4, _DARK),
    "garnet": Mineral("dodecahedron", (
        ("#3a0b14", "#6d1220", "#a3202c", "#d4503f"), ("#4a1f0b", "#8a3d12", "#c9691f", "#f0a04a"),
    ), (0.9, 1.0), (9, 18), 1.3, _DARK),
    "selenite": Mineral("blade", (
        ("#e0d3bd", "#ece3d2", "#f5f0e6", "#fdfbf6"), ("#c98f52", "#dfb27c", "#efd3ab", "#fbeeda"),
    ), (0.1, 0.17), (10, 20), 0.85, _RUST),
}  # fmt: skip


def crystals(
    rng: np.random.Generator,
    *,
    kind: str,
    amount: float,
    palette: str,
    detail: int,
    on_crystal: Callable[[int, int], None],
) -> Surface:
    """A cluster of crystals on rock standing on y = 0, about 0.12 m wide.

    Args:
        rng: fixes every crystal.
        kind: one of `KINDS`, or ``"surprise"``.
        amount: how many crystals, as a multiple of what is usual for the mineral.
        palette: a name in `palettes.NAMED`, or ``"natural"``.
        detail: 1…5: finer rock and colour zones, about 2 000 to 60 000 triangles.
        on_crystal: called with (crystals done, in all); may raise to stop.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    mineral = _MINERALS[chosen]
    colors = choose(palette, mineral.colors, rng)
    noise = Noise(rng)
    count = max(1, round(int(rng.integers(mineral.count[0], mineral.count[1] + 1)) * amount))
    ground = np.array([0.055, 0.02, 0.055]) * rng.uniform(0.85, 1.15, 3)
    parts = [_matrix(noise, ground, mineral.rock, detail)]
    for done, (place, axis, length) in enumerate(_seats(rng, mineral, count, ground)):
        on_crystal(done, count)
        slim = rng.uniform(*mineral.slim)
        bands = (2, 4, 7, 10, 14)[detail - 1]
        solid = _grow(mineral.habit, rng, length, length * slim / 2, bands)
        tint = float(rng.uniform(-0.1, 0.1))
        frame = _stand(axis, rng.uniform(0, 2 * np.pi))
        shape = solid.surface(_painter(colors, noise, length, tint))
        parts.append(Surface(shape.vertices @ frame + place, shape.faces, shape.colors, _facing(shape) @ frame))
    whole = join(parts)
    return whole.moved([0, -whole.vertices[:, 1].min(), 0])


def _facing(surface: Surface) -> Floats:
    normals = surface.shaded().normals
    return np.zeros((0, 3)) if normals is None else normals


def _seats(
    rng: np.random.Generator, mineral: Mineral, count: int, ground: Floats
) -> list[tuple[Floats, Floats, float]]:
    """Root, direction and length of every crystal: the tallest near the middle, the rest leaning outwards."""
    seats = []
    squat = mineral.slim[0] > 0.7
    for index in range(count):
        share = (index + 0.5) / count
        angle = index * 2.399963 + rng.normal(0, 0.25)
        away = share**0.5 * 0.82
        lean = mineral.spread * away * rng.uniform(0.55, 1.15)
        axis = np.array([np.sin(lean) * np.cos(angle), np.cos(lean), np.sin(lean) * np.sin(angle)])
        level = ground[1] * (1 - away**2) ** 0.5
        root = np.array([np.cos(angle) * away * ground[0], level, np.sin(angle) * away * ground[2]])
        if squat:
            length = 0.042 * (1 - 0.55 * share) * rng.uniform(0.7, 1.25)
            seats.append((root + axis * length * 0.12, axis, length))
        else:
            length = (
                (0.115 * (1 - 0.72 * share**0.8)) * rng.uniform(0.72, 1.18) * (0.62 if mineral.slim[0] > 0.35 else 1)
            )
            seats.append((root - axis * 0.012, axis, length))
    return seats


def _stand(axis: Floats, turn: float) -> Floats:
    """Rows: where a crystal's own x, y (its length) and z go."""
    side = normalize(np.cross(axis, np.array([np.cos(turn), 0.1, np.sin(turn)])))
    return np.stack([side, axis, np.cross(side, axis)])


def _matrix(noise: Noise, ground: Floats, rock: tuple[str, ...], detail: int) -> Surface:
    """The rock the crystals grow from: a lumpy flattened ball, faceted like broken stone."""
    sphere, faces = icosphere((3, 4, 4, 5, 5)[detail - 1])
    lump = 1 + 0.16 * noise.fbm(sphere * 1.7, 4) + 0.05 * np.abs(noise.at(sphere * 6))
    vertices = sphere * lump[:, None] * ground
    vertices[:, 1] = np.where(vertices[:, 1] < 0, vertices[:, 1] * 0.6, vertices[:, 1])
    tone = 0.5 + 0.55 * noise.fbm(sphere * 4.1 + 7, 4)
    color = ramp(np.stack([rgb(code) for code in rock]), np.clip(tone, 0, 1))
    return flat_shaded(Surface(vertices, faces, color))


def _painter(colors: Floats, noise: Noise, length: float, tint: float) -> Callable[[Floats, Floats], Floats]:
    """Colour zones from root to tip, cloudy below, with each facet a shade of its own."""

    def paint(points: Floats, normals: Floats) -> Floats:
        share = np.clip(points[:, 1] / length, 0, 1)
        cloud = 0.12 * noise.at(points / length * 5 + tint * 40)
        facet = 0.05 * np.sin(normals @ np.array([7.1, 3.3, 5.7]))
        color = ramp(colors, np.clip(share + tint + cloud, 0, 1))
        color = np.clip(color * (1 + facet + tint * 0.5)[:, None], 0, 1)
        return mix(color, np.ones(3), 0.1 * smoothstep(0.86, 1.0, share))

    return paint


def _grow(habit: str, rng: np.random.Generator, length: float, radius: float, bands: int) -> Polyhedron:
    """One crystal along +y, from y = 0 (or about the origin where squat), bounded by its habit's planes."""
    solid = Polyhedron.box(length * 1.2)
    for normal, distance in _HABITS[habit](rng, length, radius):
        solid.cut(normal / np.linalg.norm(normal), distance)
    for band in range(1, bands):
        height = length * (band / bands) if habit in _TALL else length * (band / bands - 0.5)
        solid.cut(np.array([0.0, 1.0, 0.0]), height, keep_both=True)
    return solid


Planes = list[tuple[Floats, float]]


def _around(count: int, offset: float = 0.0) -> Floats:
    angle = np.arange(count) * (2 * np.pi / count) + offset
    return np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], axis=1)


def _root() -> tuple[Floats, float]:
    return np.array([0.0, -1.0, 0.0]), 0.0


def _prism(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Quartz: a six-sided prism under alternating large and small rhombohedral faces."""
    planes = [_root(), *((side, radius * rng.uniform(0.8, 1.15)) for side in _around(6))]
    for index, side in enumerate(_around(6)):
        steep = normalize(side * np.cos(np.radians(38.2)) + np.array([0.0, np.sin(np.radians(38.2)), 0.0]))
        major = rng.uniform(0.86, 0.97) if index % 2 else rng.uniform(0.93, 1.06)
        planes.append((steep, float(steep[1]) * length * major))
    return planes


def _trigonal(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Tourmaline: a rounded triangular prism with striations, under a low three-sided cap."""
    planes = [_root()]
    for side in _around(18, rng.uniform(0, 1)):
        bulge = 1 + 0.16 * np.cos(3 * np.arctan2(side[2], side[0]))
        planes.append((side, radius * bulge * rng.uniform(0.965, 1.0)))
    for side in _around(3, 0.3):
        low = normalize(side * 0.42 + np.array([0.0, 0.9, 0.0]))
        planes.append((low, float(low[1]) * length * rng.uniform(0.93, 1.0)))
    return planes


def _flat(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Beryl: a hexagonal prism with a flat end and narrow bevels."""
    planes = [_root(), (np.array([0.0, 1.0, 0.0]), length * 0.94)]
    for side in _around(6):
        reach = radius * rng.uniform(0.9, 1.1)
        bevel = normalize(side * 0.75 + np.array([0.0, 0.66, 0.0]))
        planes += [(side, reach), (bevel, float(bevel @ (side * reach * 0.8 + [0, length * 0.94, 0])))]
    return planes


def _octahedron(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Fluorite: octahedra with small cube faces at the corners."""
    signs = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    planes = [(normalize(np.array(sign, float)), radius * 0.8 * rng.uniform(0.95, 1.05)) for sign in signs]
    return planes + [(sign * axis, min(radius, length) * 1.16) for axis in np.eye(3) for sign in (-1.0, 1.0)]


def _cube(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Pyrite: cubes with the faintest bevels."""
    planes = [(sign * axis, radius * rng.uniform(0.85, 1.0)) for axis in np.eye(3) for sign in (-1.0, 1.0)]
    edges = [(1, 1, 0), (1, 0, 1), (0, 1, 1), (1, -1, 0), (1, 0, -1), (0, 1, -1)]
    reach = min(radius, length) * 1.27
    return planes + [(sign * normalize(np.array(edge, float)), reach) for edge in edges for sign in (-1.0, 1.0)]


def _dodecahedron(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Garnet: rhombic dodecahedra, some with trapezohedral bevels."""
    edges = [(1, 1, 0), (1, 0, 1), (0, 1, 1), (1, -1, 0), (1, 0, -1), (0, 1, -1)]
    reach = min(radius, length) * 0.9
    planes = [
        (sign * normalize(np.array(edge, float)), reach * rng.uniform(0.96, 1.04))
        for edge in edges
        for sign in (-1.0, 1.0)
    ]
    bevels = [(2, 1, 1), (1, 2, 1), (1, 1, 2)]
    signs = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    grown = reach * rng.uniform(1.03, 1.2)
    return planes + [(normalize(np.array(bevel) * np.array(sign, float)), grown) for bevel in bevels for sign in signs]


def _blade(rng: np.random.Generator, length: float, radius: float) -> Planes:
    """Selenite: thin blades with slanting swallow-tail ends."""
    thin = radius * rng.uniform(0.35, 0.5)
    planes = [_root(), *((side, reach) for side, reach in zip(_around(4), (radius, thin, radius, thin), strict=True))]
    for side in _around(4, np.pi / 4):
        bevel = normalize(side * [1.0, 0.0, 2.6])
        planes.append((bevel, thin * 1.25))
    for lean in (0.9, -0.55):
        slant = normalize(np.array([lean, 1.0, 0.12]))
        planes.append((slant, float(slant[1]) * length * rng.uniform(0.9, 1.0)))
    return planes


_HABITS: dict[str, Callable[[np.random.Generator, float, float], Planes]] = {
    "prism": _prism,
    "trigonal": _trigonal,
    "flat": _flat,
    "octahedron": _octahedron,
    "cube": _cube,
    "dodecahedron": _dodecahedron,
    "blade": _blade,
}
_TALL = frozenset({"prism", "trigonal", "flat", "blade"})

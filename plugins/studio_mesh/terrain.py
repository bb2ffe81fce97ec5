"""Eroded landscapes as a solid slab: fractal land, running water and sliding scree, a skirt of strata, a flat base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from studio_mesh import erosion
from studio_mesh.geometry import Floats, Surface, grid_faces, join, smooth_normals
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import NAMED, mix, ramp, rgb, stops

KINDS = ("alps", "island", "canyon", "volcano", "dunes", "hills")
SIDE = 0.24
"""Edge of the slab, metres."""
_BASE = 0.022
_SIDES = (64, 128, 208, 288, 384)


@dataclass(frozen=True, slots=True)
class Climate:
    """How a kind of land looks.

    Attributes:
        relief: highest point above the lowest, share of the slab's edge.
        rain: droplets per cell at full erosion.
        talus: steepest slope that holds, rise over run.
        sea: level of the water as a share of the relief; below 0 there is none.
        ground: colours from low to high.
        rock: colour of steep faces.
        wet: colour where much water passed.
        snow: share of the relief above which snow lies; above 1 there is none.
    """

    relief: float
    rain: float
    talus: float
    sea: float
    ground: tuple[str, ...]
    rock: str
    wet: str
    snow: float


_CLIMATES = {
    "alps": Climate(0.36, 2.4, 1.35, -1, ("#4d5f34", "#5f6f3c", "#7c7a55", "#8d867a", "#a29c94"), "#6b645d",
        "#39502f", 0.5),
    "island": Climate(
        0.3, 2.2, 1.0, 0.16, ("#dcc894", "#7f9a4b", "#4f7a3a", "#4b6b3c", "#7d7a60"), "#7a6a58", "#2f5a33", 2
    ),
    "canyon": Climate(
        0.3, 1.3, 2.4, -1, ("#8a4a2c", "#b5653a", "#cf8a52", "#dba76c", "#c98f5c"), "#9c4f30", "#7d6a3f", 2
    ),
    "volcano": Climate(
        0.36, 2.4, 1.0, 0.1, ("#cdb98a", "#6f8a49", "#55753f", "#49603a", "#4a443f", "#413a37", "#3a3431"),
            "#413a36", "#37522f", 2
    ),
    "dunes": Climate(0.14, 0.0, 0.62, -1, ("#b98a55", "#cfa267", "#dfb87c", "#ebcd97", "#f4dfb4"), "#b98752",
        "#a87c4c", 2),
    "hills": Climate(0.2, 1.8, 0.8, 0.12, ("#7d8f45", "#6f9144", "#5a8340", "#6f8a4e", "#9a9a66"), "#857a60",
        "#3f6b38", 2),
}  # fmt: skip

_STRATA = ("#7d6551", "#a3845f", "#c9a877", "#e0c799", "#b58f67", "#8b6f59", "#d2b083")


def terrain(
    rng: np.random.Generator,
    *,
    kind: str,
    erosion_strength: float,
    palette: str,
    detail: int,
    on_batch: Callable[[int, int, Callable[[], Surface]], None],
    check: Callable[[], None],
) -> Surface:
    """A square slab of land, `SIDE` metres wide, standing on y = 0.

    Args:
        rng: fixes the land.
        kind: one of `KINDS`, or ``"surprise"``.
        erosion_strength: 0 (fresh from the noise) to 1 (old).
        palette: a name in `palettes.NAMED` for a map-like colouring by height, or ``"natural"``.
        detail: 1…5, about 9 000 to 310 000 triangles.
        on_batch: called with (done, total, picture of the land so far) while water runs; may raise to stop.
        check: called between steps; may raise to stop.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    climate = _CLIMATES[chosen]
    side = _SIDES[detail - 1]
    noise = Noise(rng, check)
    rough = _SHAPES[chosen](noise, _grid(side), rng)
    check()
    land = (rough - rough.min()) / max(float(np.ptp(rough)), 1e-9) * climate.relief * (side - 1)

    def step(done: int, total: int) -> None:
        on_batch(done, total, lambda: _solid(land, np.zeros_like(land), climate, palette, noise, lambda: None))

    land = erosion.thermal(land, talus=climate.talus * 1.3, rounds=12)
    drops = int(climate.rain * erosion_strength * side * side)
    flow = np.zeros_like(land)
    if drops:
        land, flow = erosion.hydraulic(land, rng, droplets=drops, batch=max(512, side * side // 12), each_batch=step)
    land = erosion.thermal(land, talus=climate.talus, rounds=int(4 + 20 * erosion_strength))
    check()
    return _solid(land, flow, climate, palette, noise, check)


def _grid(side: int) -> Floats:
    """Points [side², 3] on the unit square, rows along z."""
    line = np.linspace(0, 1, side)
    z, x = np.meshgrid(line, line, indexing="ij")
    return np.stack([x.ravel(), np.zeros(side * side), z.ravel()], axis=1)


def _warped(noise: Noise, at: Floats, amount: float, frequency: float = 2.0) -> Floats:
    """`at` pushed about by noise (domain warping, Quilez 2002)."""
    shift = np.stack([noise.fbm(at * frequency + offset, 3) for offset in (3.1, 7.7, 11.3)], axis=1)
    return at + amount * shift


def _alps(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    place = _warped(noise, at, 0.13) * rng.uniform(1.7, 2.6)
    ridge = noise.ridged(place, 7, 0.5)
    return _square(0.7 * ridge + 0.3 * noise.fbm(place * 0.6 + 5, 4), at)


def _island(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    place = _warped(noise, at, 0.22, 1.6)
    middle = np.array([0.5, 0.0, 0.5]) + np.append(rng.uniform(-0.06, 0.06, 2), 0)[[0, 2, 1]]
    away = np.linalg.norm((place - middle) * [1, 0, 1], axis=1)
    mound = 1 - smoothstep(0.1, 0.5, away)
    land = mound * (0.55 + 0.7 * noise.ridged(place * 3.1, 6, 0.48)) + 0.1 * noise.fbm(at * 5, 4)
    edge = np.minimum(np.minimum(at[:, 0], 1 - at[:, 0]), np.minimum(at[:, 2], 1 - at[:, 2]))
    return _square(np.maximum(land * smoothstep(0.0, 0.12, edge), -0.02), at)


def _canyon(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    place = _warped(noise, at, 0.2, 1.7)
    base = 0.5 + 0.5 * noise.fbm(place * 2.2, 6, 0.5)
    heading = rng.uniform(0, np.pi)
    across = (place[:, 0] - 0.5) * np.cos(heading) + (place[:, 2] - 0.5) * np.sin(heading)
    gorge = smoothstep(0.015, 0.3, np.abs(across + 0.13 * noise.at(at * 2.1 + 4)))
    level = (0.3 * base + 0.75 * gorge * (0.55 + 0.6 * base)) * 6.5
    step = np.floor(level) + smoothstep(0.62, 0.98, level % 1)
    return _square(0.86 * step + 0.14 * level + 0.09 * noise.fbm(at * 14, 4), at)


def _volcano(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    place = _warped(noise, at, 0.05, 3.0)
    away = np.linalg.norm((place - [0.5, 0, 0.5]) * [1, 0, 1], axis=1)
    crater = rng.uniform(0.055, 0.085)
    cone = np.exp(-np.maximum(away - crater, 0) / 0.17)
    bowl = (1 - smoothstep(0.0, crater, away)) * rng.uniform(0.22, 0.34)
    direction = np.arctan2(place[:, 2] - 0.5, place[:, 0] - 0.5)
    ribs = noise.ridged(np.stack([np.cos(direction) * 2.4, away * 2, np.sin(direction) * 2.4], axis=1), 5)
    return _square(cone * (0.9 + 0.22 * (ribs - 0.5)) - bowl + 0.05 * noise.fbm(at * 6, 5), at)


def _dunes(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    heading = rng.uniform(-0.5, 0.5)
    place = _warped(noise, at, 0.12, 1.5)
    along = place[:, 0] * np.cos(heading) + place[:, 2] * np.sin(heading)
    phase = (along * rng.uniform(4.5, 6.5) + 0.75 * noise.fbm(at * 2.2 + 8, 2)) % 1
    crest = np.where(phase < 0.72, smoothstep(0.0, 0.78, phase), 1 - smoothstep(0.68, 1.0, phase))
    ripple = 0.012 * np.sin((along * 90 + 2.5 * noise.at(at * 6)) * 2 * np.pi / 1.6)
    return _square(crest * (0.55 + 0.6 * noise.fbm(at * 1.8 + 2, 3)) + ripple + 0.35 * noise.at(at * 1.3), at)


def _hills(noise: Noise, at: Floats, rng: np.random.Generator) -> Floats:
    place = _warped(noise, at, 0.1) * rng.uniform(2.2, 3.4)
    return _square(noise.fbm(place, 6, 0.42) + 0.25 * noise.ridged(place * 0.8 + 3, 4), at)


def _square(height: Floats, at: Floats) -> Floats:
    side = round(len(at) ** 0.5)
    return height.reshape(side, side)


_SHAPES: dict[str, Callable[[Noise, Floats, np.random.Generator], Floats]] = {
    "alps": _alps,
    "island": _island,
    "canyon": _canyon,
    "volcano": _volcano,
    "dunes": _dunes,
    "hills": _hills,
}


def _solid(
    land: Floats, flow: Floats, climate: Climate, palette: str, noise: Noise, check: Callable[[], None]
) -> Surface:
    """The closed slab: land on top, strata round the sides, a flat base."""
    side = land.shape[0]
    sea = climate.sea * climate.relief * (side - 1)
    scale = SIDE / (side - 1)
    line = (np.arange(side) - (side - 1) / 2) * scale
    shown = np.maximum(land, sea) if climate.sea > 0 else land
    z, x = np.meshgrid(line, line, indexing="ij")
    top = np.stack([x, _BASE + (shown - shown.min()) * scale, z], axis=-1)
    colors = _paint(land, flow, climate, palette, noise)
    check()
    faces = grid_faces(side, side, wrap_around=False)[:, ::-1]
    normals = smooth_normals(top.reshape(-1, 3), faces)
    roof = Surface(top.reshape(-1, 3), faces, colors.reshape(-1, 3), normals)
    check()
    return join([roof, *_skirts(top, colors, noise, climate.sea > 0), _underside(top)])


def _paint(land: Floats, flow: Floats, climate: Climate, palette: str, noise: Noise) -> Floats:
    """Colours [n, n, 3] by height, slope, running water, snow and sea."""
    side = land.shape[0]
    relief = climate.relief * (side - 1)
    sea = max(climate.sea, 0.0) * relief
    low = sea if climate.sea > 0 else float(land.min())
    level = np.clip((land - low) / max(float(land.max()) - low, 1e-9), 0, 1)
    speckle = noise.fbm(_grid(side) * 26, 3).reshape(side, side)
    tone = np.clip(level + 0.07 * speckle, 0, 1)
    if palette != "natural":
        color = ramp(stops(NAMED[palette]), tone)
        return _flood(color, land, sea, relief, ramp(stops(NAMED[palette]), np.zeros(1))[0]) if sea else color
    color = ramp(stops(climate.ground), tone)
    slope = np.hypot(*np.gradient(land))
    steep = smoothstep(0.62 * climate.talus, 0.98 * climate.talus, slope + 0.1 * speckle)
    color = mix(color, rgb(climate.rock) * (1 + 0.18 * speckle[..., None]), steep * 0.85)
    water = smoothstep(0.55, 1.0, np.log1p(flow) / max(float(np.log1p(flow).max()), 1e-9))
    color = mix(color, rgb(climate.wet), water * 0.65 * (1 - steep))
    if climate.snow < 1:
        # snow lies by the lie of the land, not by every gully: judge the slope a few cells wide
        broad = np.hypot(*np.gradient(gaussian_filter(land, side / 90)))
        cover = smoothstep(climate.snow - 0.12, climate.snow + 0.08, level + 0.1 * speckle)
        color = mix(color, rgb("#f4f7fa"), cover * (1 - 0.9 * smoothstep(0.95, 1.3, broad + 0.2 * speckle)))
    return _flood(color, land, sea, relief, rgb("#12466b")) if sea else color


def _flood(color: Floats, land: Floats, sea: float, relief: float, deep: Floats) -> Floats:
    """Paint what lies below `sea`, paler where shallow, with a bright line along the shore."""
    depth = (sea - land) / max(relief, 1e-9)
    shallow = mix(deep, rgb("#7fd0c8"), 0.75)
    water = mix(np.broadcast_to(shallow, color.shape), deep, np.clip(depth / 0.14, 0, 1) ** 0.6)
    water = mix(water, rgb("#eef7f2"), 0.6 * (1 - smoothstep(0.004, 0.012, depth)))
    return np.where((depth > 0)[..., None], water, color)


def _skirts(top: Floats, colors: Floats, noise: Noise, sea: bool) -> list[Surface]:
    """Four walls from the edge of the land down to y = 0, painted in layers of earth."""
    edges = [top[-1], top[::-1, -1], top[0, ::-1], top[:, 0]]
    skins = [colors[-1], colors[::-1, -1], colors[0, ::-1], colors[:, 0]]
    rows = 22
    share = np.linspace(0, 1, rows)[:, None]
    walls = []
    for edge, skin in zip(edges, skins, strict=True):
        places = np.repeat(edge[None], rows, axis=0)
        places[:, :, 1] = edge[:, 1] * share
        depth = places[:, :, 1] / SIDE
        wave = noise.fbm(places.reshape(-1, 3) / SIDE * [2, 0.6, 2], 3).reshape(depth.shape)
        layer = (depth * 2.6 + 0.09 * wave) % 1
        tint = ramp(stops((*_STRATA, _STRATA[0])), np.floor(layer * 21) / 21)
        near_top = smoothstep(0.93 if sea else 0.96, 1.0, np.broadcast_to(share, depth.shape))
        tint = mix(tint, np.broadcast_to(skin[None], tint.shape), near_top)
        faces = grid_faces(rows, len(edge), wrap_around=False)
        walls.append(Surface(places.reshape(-1, 3), faces, tint.reshape(-1, 3)))
    return walls


def _underside(top: Floats) -> Surface:
    """The flat base: a fan from its centre over the points the walls end in."""
    rim = np.concatenate([top[-1, :-1], top[:0:-1, -1], top[0, :0:-1], top[:-1, 0]]) * [1, 0, 1]
    count = len(rim)
    here = np.arange(count, dtype=np.int64)
    faces = np.stack([np.full(count, count), (here + 1) % count, here], axis=1)
    vertices = np.concatenate([rim, np.zeros((1, 3))])
    return Surface(vertices, faces, np.broadcast_to(rgb(_STRATA[0]), vertices.shape))

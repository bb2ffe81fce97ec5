"""Sea shells: a growing ring swept along a logarithmic helico-spiral (Raup 1966), with ribs, nodules and colour bands.

The skin runs from the apex along the outside to the lip and back down inside, so a shell has a wall and is closed.
Whorls of a tightly coiled shell lie partly inside one another, as they do in nature; slicers join them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio_mesh.geometry import Floats, Surface, loft
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import choose, mix, ramp

KINDS = ("nautilus", "ammonite", "turret", "moon_snail", "conch", "top_shell")
_SIZE = 0.1


@dataclass(frozen=True, slots=True)
class Growth:
    """Raup's parameters and the ornament, each with how much it varies between individuals.

    Attributes:
        expansion: W, growth of the whorl per turn.
        offset: distance of the ring's centre from the axis, in ring radii.
        climb: T, height of the ring's centre over its distance from the axis.
        tall: height over width of the ring.
        turns: whorls.
        ribs: axial ribs per turn; 0 for none.
        rib_depth: height of ribs, share of the ring radius.
        cords: spiral cords around the ring.
        cord_depth: their height.
        spines: how far a row of nodules on the shoulder stands out.
        pattern: a name in `_PATTERNS`.
        upright: whether it stands with the apex up rather than on its side.
    """

    expansion: float
    offset: float
    climb: float
    tall: float
    turns: float
    ribs: int
    rib_depth: float
    cords: int
    cord_depth: float
    spines: float
    pattern: str
    upright: bool = True


_GROWTH = {
    "nautilus": Growth(3.1, 0.98, 0.0, 0.88, 3.0, 0, 0.0, 0, 0.0, 0.0, "flames", upright=False),
    "ammonite": Growth(2.0, 1.9, 0.0, 0.9, 5.0, 26, 0.09, 0, 0.0, 0.0, "plain", upright=False),
    "turret": Growth(1.32, 1.1, 4.6, 1.1, 11.0, 0, 0.0, 4, 0.05, 0.0, "bands"),
    "moon_snail": Growth(1.95, 1.0, 1.3, 1.1, 5.0, 0, 0.0, 0, 0.0, 0.0, "clouds"),
    "conch": Growth(1.62, 0.9, 3.0, 1.7, 7.5, 9, 0.06, 9, 0.025, 0.35, "stripes"),
    "top_shell": Growth(1.5, 1.05, 1.7, 0.8, 7.0, 18, 0.05, 5, 0.04, 0.08, "spots"),
}

_COLORS = (
    ("#5a2f1d", "#a4603a", "#d9a273", "#f1dcc0", "#fdf6ea"),
    ("#3f2a35", "#7c4f5e", "#c08d8c", "#ecd2c3", "#fdf3ec"),
    ("#2b3a44", "#5b7480", "#9db0ae", "#dcdccb", "#faf6ea"),
    ("#6b3410", "#b8702a", "#e0ab5e", "#f3dba9", "#fff6e0"),
    ("#4b1f2d", "#96405a", "#d98795", "#f4cfc9", "#fff2ee"),
)


def shell(rng: np.random.Generator, *, kind: str, palette: str, detail: int, check: Callable[[], None]) -> Surface:
    """A closed shell about `_SIZE` metres across, standing on y = 0.

    Args:
        rng: fixes growth, ornament and colours.
        kind: one of `KINDS`, or ``"surprise"``.
        palette: a name in `palettes.NAMED`, or ``"natural"``.
        detail: 1…5, about 9 000 to 370 000 triangles.
        check: called between steps; may raise to stop.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    growth = _GROWTH[chosen]
    around = (28, 48, 80, 120, 160)[detail - 1]
    per_turn = (28, 48, 84, 110, 150)[detail - 1]
    turns = growth.turns * rng.uniform(0.92, 1.08)
    outside = min(int(per_turn * turns), (140, 330, 640, 800, 1000)[detail - 1])
    inside = max(10, int(outside * 0.11))
    end = turns * 2 * np.pi
    out = np.linspace(0.0, 1.0, outside) ** 0.8 * end
    back = end - np.linspace(0.004, 0.75 * np.pi, inside)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    expansion = growth.expansion * rng.uniform(0.96, 1.04)
    outer = _whorl(out, angle, growth, expansion, end, _ornament(rng, out, angle, growth, end))
    check()
    inner = _whorl(back, angle, growth, expansion, end, np.full((inside, around), -0.1))
    middle = (outer[-1] + inner[0]) / 2
    lip = middle + 0.5 * (outer[-1] - middle) + 0.02 * (outer[-1] - outer[-2]) / max(1e-9, end / outside)
    rings = np.concatenate([outer, lip[None], inner])
    skin = choose(palette, _COLORS, rng)
    colors = _paint(rng, out, angle, growth, skin, inside + 1, check)
    check()
    if not growth.upright:  # coil in the upright plane, mouth forward
        rings = rings[..., [0, 2, 1]] * [1, 1, -1]
    rings = rings * (_SIZE / float(np.ptp(rings.reshape(-1, 3), axis=0).max()))
    rings[..., 1] -= rings[..., 1].min()
    return loft(rings, colors)


def _whorl(theta: Floats, angle: Floats, growth: Growth, expansion: float, facing: float, ornament: Floats) -> Floats:
    """Rings [len(theta), len(angle), 3] about the y axis, apex up; the ring at angle `facing` opens
    towards +z; `ornament` widens the ring, in ring radii.
    """
    size = expansion ** (theta / (2 * np.pi))
    across = growth.offset + (1 + ornament) * np.cos(angle)[None]
    up = -growth.climb * growth.offset + growth.tall * (1 + ornament) * np.sin(angle)[None]
    if growth.spines:  # a pointed lower end, like the canal of a conch
        up = up - 0.55 * np.clip(-np.sin(angle), 0, 1)[None] ** 3 * growth.tall
    heading = (theta - facing)[:, None]
    x, z = across * np.cos(heading), across * np.sin(heading)
    return size[:, None, None] * np.stack([x, up, z], axis=-1)


def _ornament(rng: np.random.Generator, theta: Floats, angle: Floats, growth: Growth, end: float) -> Floats:
    """Height of ribs, cords and nodules over the smooth ring, [len(theta), len(angle)]."""
    outer_half = smoothstep(-0.7, 0.2, np.cos(angle))[None]
    grown = smoothstep(0.1 * end, 0.35 * end, theta)[:, None]
    relief = np.zeros((len(theta), len(angle)))
    if growth.ribs:
        slant = theta[:, None] + 0.25 * np.sin(angle)[None]
        wave = np.cos(slant * round(growth.ribs * rng.uniform(0.85, 1.15)))
        relief = relief + growth.rib_depth * np.clip(wave + 0.3, 0, None) * outer_half
    if growth.cords:
        relief = relief + growth.cord_depth * np.cos(angle * growth.cords * 2)[None] * outer_half
    if growth.spines:
        shoulder = np.exp(-(((angle - 0.9) / 0.28) ** 2))[None]
        knob = np.clip(np.cos(theta[:, None] * growth.ribs), 0, 1) ** 3
        relief = relief + growth.spines * rng.uniform(0.6, 1.2) * shoulder * knob
    lines = 0.006 * np.sin(theta * 61 + 1.3 * np.sin(theta * 7))[:, None]
    return relief * grown + lines * outer_half


def _paint(
    rng: np.random.Generator,
    theta: Floats,
    angle: Floats,
    growth: Growth,
    skin: Floats,
    inner_rows: int,
    check: Callable[[], None],
) -> Floats:
    """Colours [rows, around, 3]: the pattern outside, mother-of-pearl inside."""
    noise = Noise(rng, check)
    turn, ring = np.broadcast_arrays(theta[:, None], angle[None])
    place = np.stack([turn * 1.6, np.cos(ring) * 1.5, np.sin(ring) * 1.5], axis=-1).reshape(-1, 3)
    wobble = noise.fbm(place, 3).reshape(turn.shape)
    check()
    mark = _pattern(growth.pattern, turn, ring, wobble, rng)
    growth_lines = 0.05 * np.sin(turn * 61 + 1.3 * np.sin(turn * 7))
    base = 0.86 + 0.12 * wobble + growth_lines
    color = ramp(skin, np.clip(base - mark * (0.62 + 0.15 * wobble), 0, 1))
    check()
    young = smoothstep(0.0, 0.3, theta / theta[-1])[:, None]
    color = mix(ramp(skin, np.full(turn.shape, 0.45)), color, np.broadcast_to(young, turn.shape))
    pearl = mix(skin[-1], np.array([0.99, 0.86, 0.8]), 0.55)
    inside = np.tile(pearl, (inner_rows, len(angle), 1)) * np.linspace(1, 0.7, inner_rows)[:, None, None]
    return np.concatenate([color, inside])


def _pattern(name: str, turn: Floats, ring: Floats, wobble: Floats, rng: np.random.Generator) -> Floats:
    """Where pigment lies, 0 … 1."""
    if name == "flames":
        stripe = np.sin(turn * rng.uniform(11, 15) + 3.2 * wobble + 1.2 * np.cos(ring))
        top = smoothstep(-0.35, 0.5, np.cos(ring) + 0.5 * wobble)
        fade = 1 - smoothstep(0.84, 0.95, turn / turn.max())
        return smoothstep(0.1, 0.5, stripe) * top * fade
    if name == "bands":
        return smoothstep(0.2, 0.7, np.sin(ring * 4 + 0.4 * wobble)) * 0.8
    if name == "clouds":
        return smoothstep(0.0, 0.5, wobble + 0.3 * np.sin(ring * 3)) * 0.6
    if name == "stripes":
        return smoothstep(0.2, 0.8, np.sin(turn * 9 + 4.5 * wobble + 2 * np.sin(ring * 2))) * 0.75
    if name == "spots":
        return smoothstep(0.35, 0.6, np.sin(turn * 17 + wobble) * np.sin(ring * 7 + 2 * wobble))
    return 0.35 + 0.5 * wobble

"""Vases, bowls, bottles and cups: a superformula cross-section along a turned profile, with wall, rim and foot.

Cross-sections: Gielis 2003, "A generic geometric transformation that unifies a wide range of natural and abstract
shapes", eq. 4. Each vessel is a single closed skin that runs from the foot up the outside, over the rim and down
inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from studio_mesh.geometry import Floats, Surface, loft
from studio_mesh.noise import Noise, smoothstep
from studio_mesh.palettes import choose, mix, ramp

KINDS = ("vase", "bowl", "bottle", "cup", "jar")

_PROFILES: dict[str, tuple[tuple[float, float, tuple[tuple[float, float, float], ...]], ...]] = {
    # height in metres, foot radius ÷ height, then (height share, radius ÷ height, how far it may vary)
    "vase": (
        (0.26, 0.17, ((0.25, 0.27, 0.05), (0.55, 0.31, 0.05), (0.82, 0.14, 0.03), (1.0, 0.21, 0.05))),
        (0.28, 0.13, ((0.3, 0.17, 0.03), (0.68, 0.26, 0.04), (0.88, 0.15, 0.03), (1.0, 0.17, 0.04))),
        (0.30, 0.15, ((0.3, 0.15, 0.03), (0.6, 0.17, 0.03), (0.85, 0.2, 0.04), (1.0, 0.25, 0.05))),
        (0.24, 0.16, ((0.2, 0.3, 0.04), (0.45, 0.36, 0.05), (0.72, 0.2, 0.03), (1.0, 0.13, 0.03))),
    ),
    "bowl": (
        (0.10, 0.38, ((0.3, 0.72, 0.1), (0.65, 0.98, 0.1), (1.0, 1.1, 0.15))),
        (0.085, 0.42, ((0.35, 1.0, 0.1), (0.7, 1.4, 0.12), (1.0, 1.65, 0.15))),
        (0.12, 0.34, ((0.35, 0.72, 0.06), (0.7, 0.82, 0.06), (1.0, 0.72, 0.08))),
    ),
    "bottle": (
        (0.30, 0.16, ((0.2, 0.19, 0.03), (0.45, 0.2, 0.03), (0.66, 0.075, 0.015), (0.9, 0.062, 0.01), (1.0, 0.08,
            0.01))),
        (0.27, 0.15, ((0.25, 0.25, 0.03), (0.48, 0.2, 0.03), (0.62, 0.07, 0.012), (0.88, 0.056, 0.01), (1.0, 0.09,
            0.02))),
        (0.26, 0.13, ((0.2, 0.16, 0.02), (0.5, 0.22, 0.03), (0.72, 0.11, 0.02), (0.86, 0.07, 0.01), (1.0, 0.085,
            0.015))),
    ),
    "cup": (
        (0.10, 0.32, ((0.3, 0.4, 0.04), (0.65, 0.43, 0.04), (1.0, 0.46, 0.05))),
        (0.085, 0.3, ((0.25, 0.48, 0.05), (0.6, 0.55, 0.05), (1.0, 0.56, 0.06))),
    ),
    "jar": (
        (0.2, 0.26, ((0.25, 0.4, 0.05), (0.6, 0.46, 0.05), (0.86, 0.32, 0.04), (0.93, 0.26, 0.03), (1.0, 0.28, 0.03))),
        (0.22, 0.22, ((0.3, 0.33, 0.04), (0.65, 0.42, 0.05), (0.88, 0.25, 0.03), (0.94, 0.22, 0.02), (1.0, 0.26,
            0.03))),
    ),
}  # fmt: skip

_GLAZES = (
    ("#5b3a26", "#35524f", "#6d9a8d", "#b9d0bd", "#eee6cf"),  # celadon over iron clay
    ("#6b4630", "#16283f", "#2f5a86", "#7fa6c0", "#e9e2d0"),  # cobalt
    ("#7b4b30", "#3d2015", "#8c4a25", "#c98f4f", "#f0dcb4"),  # tenmoku to amber
    ("#584036", "#5d2430", "#a2454d", "#d99a86", "#f4e2d0"),  # copper red
    ("#6a5138", "#39452c", "#76834a", "#b9b67c", "#efe8cd"),  # ash and moss
    ("#8a6a52", "#9b8f86", "#cfc6ba", "#e8e1d5", "#fbf7ee"),  # white slip
    ("#40332e", "#1d1f24", "#41464d", "#83868a", "#d9d3c6"),  # satin black
    ("#9a5b3c", "#2b6a6c", "#57a8a0", "#a9d6c4", "#f3ead2"),  # turquoise
)


@dataclass(frozen=True, slots=True)
class Section:
    """A superformula cross-section that comes and goes with height.

    Attributes:
        lobes: rotational symmetry m.
        exponents: n1, n2, n3.
        depth: how far the lobes stand out, share of the radius.
        twist: turns from foot to rim, radians.
        start, end: shares of the height between which the lobes are at full depth.
        ribs: amplitude of the horizontal throwing rings, share of the radius.
        rib_count: throwing rings from foot to rim.
    """

    lobes: int
    exponents: tuple[float, float, float]
    depth: float
    twist: float
    start: float
    end: float
    ribs: float
    rib_count: float


def superformula(angle: Floats, lobes: float, exponents: tuple[float, float, float]) -> Floats:
    """Gielis' radius at `angle`, scaled to a greatest value of 1."""
    n1, n2, n3 = exponents
    part = np.abs(np.cos(lobes * angle / 4)) ** n2 + np.abs(np.sin(lobes * angle / 4)) ** n3
    radius: Floats = part ** (-1 / n1)
    scaled: Floats = radius / radius.max()
    return scaled


def vessel(
    rng: np.random.Generator,
    *,
    kind: str,
    lobes: int,
    twist: float,
    wall: float,
    palette: str,
    detail: int,
    check: Callable[[], None],
) -> Surface:
    """A closed vessel standing on y = 0.

    Args:
        rng: fixes shape and glaze.
        kind: one of `KINDS`, or ``"surprise"``.
        lobes: symmetry of the cross-section; 0 draws one.
        twist: turn from foot to rim in degrees, added to none.
        wall: wall thickness in metres.
        palette: a name in `palettes.NAMED`, or ``"natural"``.
        detail: 1…5, about 6 000 to 400 000 triangles.
        check: called between steps; may raise to stop.
    """
    drawn = KINDS[int(rng.choice(5, p=[0.42, 0.2, 0.16, 0.1, 0.12]))]
    shapes = _PROFILES[drawn if kind == "surprise" else kind]
    height, foot, controls = shapes[int(rng.integers(len(shapes)))]
    wall = min(wall, 0.12 * height)
    section = _draw_section(rng, lobes, twist)
    around = (48, 96, 192, 256, 320)[detail - 1]
    drawn_radii = [radius + vary * rng.uniform(-1, 1) for _, radius, vary in controls]
    outline = PchipInterpolator([0.0, *(share for share, _, _ in controls)], np.array([foot, *drawn_radii]) * height)
    path, inside = _profile(outline, height, foot * height, wall, (40, 80, 160, 220, 280)[detail - 1])
    rings, lift = _rings(path, inside, height, wall, section, around)
    check()
    colors = _glaze(rng, rings, lift, inside, height, palette, check)
    check()
    return loft(rings, colors)


_PETALS = (((-1.4, 1.2, 1.2), 0.75), ((0.9, 0.9, 1.7), 0.5))
"""Exponents and depth of petals that were asked for: round ones with grooves between them, and alternating ones."""


def _draw_section(rng: np.random.Generator, lobes: int, twist: float) -> Section:
    styles: tuple[tuple[tuple[int, ...], tuple[float, float, float], float], ...] = (
        ((5, 6, 7, 8), (-1.6, 1.4, 1.4), 0.5),  # soft petals
        ((8, 10, 12, 16), (1.0, 1.2, 1.2), 0.2),  # flutes
        ((5, 6, 8), (12.0, 14.0, 14.0), 0.75),  # rounded polygon
        ((3, 4, 5), (2.2, 3.2, 3.2), 0.55),  # gourd
        ((20, 24, 30), (1.2, 1.0, 1.0), 0.05),  # fine ribs
        ((6, 8), (0.9, 0.9, 1.7), 0.3),  # alternating petals
    )
    style = int(rng.integers(len(styles)))
    symmetry, exponents, depth = styles[style]
    if lobes:  # petals that were asked for should be seen, up to the rim
        exponents, depth = _PETALS[style % len(_PETALS)]
    drawn = int(rng.choice(symmetry))
    spread = np.exp(rng.normal(0, 0.12, 3))
    turn = float(rng.choice([0.0, 0.0, 0.35, -0.35, 0.8, -0.8])) * rng.uniform(0.6, 1.2)
    kept = bool(rng.random() < 0.45) or lobes > 0
    count = lobes or drawn
    return Section(
        lobes=count,
        exponents=(exponents[0] * spread[0], exponents[1] * spread[1], exponents[2] * spread[2]),
        depth=depth * rng.uniform(0.75, 1.25) * min(1.0, 10 / count) ** 0.5,
        twist=turn + np.radians(twist),
        start=float(rng.uniform(0.05, 0.25)),
        end=1.05 if kept else float(rng.uniform(0.6, 0.9)),
        ribs=float(rng.choice([0.0, 0.0, 0.0, 0.006, 0.012])),
        rib_count=float(rng.uniform(14, 40)),
    )


def _profile(
    outline: PchipInterpolator, height: float, foot: float, wall: float, rows: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """The turned outline as (radius, y) rows from under the foot to the inside floor, and which rows lie inside."""
    share = np.linspace(0, 1, rows)
    # the foot: a short collar below the body, with softened edges and a hollow underneath
    collar = height * 0.03
    body = np.stack([outline(share), collar + share * (height - collar)], axis=1)
    under = np.array([
        [0.2, 0.5], [0.45, 0.5], [0.68, 0.48], [0.8, 0.38], [0.85, 0.2], [0.865, 0.06], [0.885, 0.0],
        [0.95, 0.0], [0.985, 0.08], [1.0, 0.25], [1.0, 0.6],
    ]) * [foot, collar]  # fmt: skip
    ground = collar + wall
    down = share[::-1][1:]
    level = collar + down * (height - collar)
    kept = level > ground + 0.004 * height
    down, level = down[kept], level[kept]
    hollow = np.maximum(outline(down) - wall, 0.45 * outline(down))
    # a round fillet where the inner wall meets the floor
    rise = np.clip((level - ground) / (0.22 * hollow + 0.02 * height), 0, 1)
    hollow = hollow * (0.72 + 0.28 * np.sqrt(1 - (1 - rise) ** 2))
    inner = np.stack([hollow, level], axis=1)
    arc = np.linspace(0, np.pi, 10)[1:-1]
    middle, reach = (body[-1, 0] + inner[0, 0]) / 2, (body[-1, 0] - inner[0, 0]) / 2
    rim = np.stack([middle + reach * np.cos(arc), height + reach * np.sin(arc)], axis=1)
    toward = np.linspace(0.95, 0.08, max(6, rows // 14))
    floor = np.stack([inner[-1, 0] * toward, np.full_like(toward, ground)], axis=1)
    path = np.concatenate([under, body, rim, inner, floor])
    return path, np.arange(len(path)) >= len(under) + len(body) + len(arc) // 2


def _rings(
    path: Floats, inside: NDArray[np.bool_], height: float, wall: float, section: Section, around: int
) -> tuple[Floats, Floats]:
    """Rings [rows, around, 3] along the outline, and how far each point stands out from the mean, [rows, around]."""
    share = np.clip(path[:, 1] / height, 0, 1)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    shape = superformula(angle, section.lobes, section.exponents)
    shape = shape / shape.mean() - 1
    envelope = smoothstep(section.start * 0.3, section.start + 0.1, share)
    if section.end < 1:
        envelope = envelope * (1 - smoothstep(section.end - 0.25, section.end + 0.08, share))
    relief = section.depth * envelope[:, None] * shape
    # inside, the lobes are half as deep, and kept clear of the outer wall
    relief = np.where(inside[:, None], relief.min(axis=1, keepdims=True) * 0.5 + relief * 0.5, relief)
    rings_of_throwing = section.ribs * np.sin(share * section.rib_count * 2 * np.pi) * envelope
    relief = relief + np.where(inside, -np.abs(rings_of_throwing), rings_of_throwing)[:, None]
    radius = path[:, :1] * (1 + relief)
    turned = angle[None] + section.twist * smoothstep(0.02, 1.0, share)[:, None]
    rings = np.stack([radius * np.cos(turned), np.broadcast_to(path[:, 1:], radius.shape), -radius * np.sin(turned)], 2)
    rings[inside, :, 1] = np.minimum(rings[inside, :, 1], height + wall)
    return rings, relief


def _glaze(
    rng: np.random.Generator,
    points: Floats,
    lift: Floats,
    inside: NDArray[np.bool_],
    height: float,
    palette: str,
    check: Callable[[], None],
) -> Floats:
    """Glaze colours [rows, around, 3]: bare clay at the foot, a wavy glaze line, light where edges stand out."""
    clay, *glaze = choose(palette, _GLAZES, rng)
    colors = np.stack(glaze)
    flat = points.reshape(-1, 3) / height
    noise = Noise(rng, check)
    drift = noise.fbm(flat * 2.2, 4).reshape(lift.shape)
    check()
    share = flat[:, 1].reshape(lift.shape)
    order = rng.uniform(-1, 1)
    tone = 0.42 + 0.3 * order * (share - 0.5) + 0.22 * drift
    breaking = np.clip(lift / max(float(np.abs(lift).max()), 1e-9), -1, 1)
    rim = smoothstep(0.955, 1.0, share)
    tone = tone + 0.24 * breaking + 0.35 * rim
    if rng.random() < 0.5:  # a second glaze, poured from above
        line = rng.uniform(0.35, 0.7) + 0.09 * noise.at(flat * [2.5, 0.4, 2.5] + 9).reshape(lift.shape)
        poured = smoothstep(-0.012, 0.012, share - line)
        tone = tone + np.where(order > 0, 0.3, -0.3) * poured
    tone = np.where(inside[:, None], 0.78 + 0.12 * drift + 0.12 * rim, tone)
    check()
    color = ramp(colors, np.clip(tone, 0, 1))
    check()
    speckle = smoothstep(0.5, 0.62, noise.at(flat * 46).reshape(lift.shape)) * rng.choice([0.0, 0.55, 0.75])
    color = mix(color, clay * 0.55, speckle)
    check()
    edge = 0.05 + 0.025 * noise.at(flat * [5, 1, 5] + 3).reshape(lift.shape)
    bare = np.where(inside[:, None], 0.0, 1 - smoothstep(-0.006, 0.006, share - edge))
    return mix(color, clay * (1 + 0.12 * drift[..., None]), bare)

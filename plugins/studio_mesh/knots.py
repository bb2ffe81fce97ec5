"""Knots and links as closed tubes: torus knots, Turk's heads, Lissajous and granny knots, plain or laid like rope."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from studio_mesh.geometry import Floats, Surface, join, loft, normalize, transport_frames
from studio_mesh.noise import smoothstep
from studio_mesh.palettes import choose, mix, ramp

KINDS = ("torus", "turks_head", "figure_eight", "lissajous", "granny")
SECTIONS = ("round", "square", "ribbon", "fluted")
_SIZE = 0.13
_MOST_TRIANGLES = 380_000

_COLORS = (
    ("#3a1f0c", "#8a5a1e", "#d8a441", "#f3d98b", "#fff4cf"),  # gold
    ("#1e1030", "#5b2a86", "#c2408f", "#f58a5c", "#ffe0a3"),  # dusk
    ("#0d2b2e", "#12636b", "#33a3a0", "#a3dcc4", "#f3f7df"),  # lagoon
    ("#2b1410", "#7c2f1d", "#c9603a", "#eba77a", "#fbe6cf"),  # copper
    ("#12182b", "#2f4a86", "#6f8fd0", "#c0cdf0", "#fbf4f6"),  # steel
    ("#10261a", "#2c6b42", "#7bb04f", "#d7dc73", "#fff7c4"),  # leaf
)


def knot(
    rng: np.random.Generator,
    *,
    kind: str,
    around: int,
    through: int,
    section: str,
    strands: int,
    thickness: float,
    palette: str,
    detail: int,
    check: Callable[[], None],
) -> Surface:
    """A closed knotted tube standing on y = 0, `_SIZE` metres across, that never runs into itself.

    Args:
        rng: fixes proportions and colours.
        kind: one of `KINDS`, or ``"surprise"``.
        around: turns about the axis (torus knots); not coprime with `through` gives a link of several rings.
        through: turns through the hole (torus knots), bights (Turk's heads).
        section: one of `SECTIONS`, or ``"surprise"``; ropes are always round.
        strands: 1 for a plain tube, more for a laid rope.
        thickness: 0 … 1, share of the greatest thickness at which the tube would touch itself.
        palette: a name in `palettes.NAMED`, or ``"natural"``.
        detail: 1…5, about 6 000 to 370 000 triangles.
        check: called between steps; may raise to stop.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    if kind == "surprise":
        around, through = ((2, 3), (2, 5), (3, 4), (3, 5), (2, 7), (3, 7), (4, 7), (5, 3))[int(rng.integers(8))]
    if section == "surprise":
        section = SECTIONS[int(rng.integers(len(SECTIONS)))]
    sides = (12, 20, 36, 48, 60)[detail - 1] if strands == 1 else (10, 10, 18, 24, 30)[detail - 1]
    budget = min((260, 700, 1400, 2000, 3000)[detail - 1], _MOST_TRIANGLES // (2 * sides * strands))
    curves = _sized(_curves(chosen, around, through, rng, max(96, budget // _rings_in(chosen, around, through))))
    colors = choose(palette, _COLORS, rng)
    radius = _thickest(curves) * thickness
    whole = join(_dressed(curves, radius, section, strands, colors, sides, rng, check))
    check()
    return whole.moved([0, -whole.vertices[:, 1].min(), 0])


def _sized(curves: list[Floats]) -> list[Floats]:
    """`curves` scaled to `_SIZE` across."""
    scale = _SIZE / max(float(np.ptp(np.concatenate(curves)[:, :2], axis=0).max()), 1e-9)
    return [curve * scale for curve in curves]


def _thickest(curves: list[Floats]) -> float:
    """Greatest tube radius: less than half the way to the next pass and than the tightest bend, so that nothing runs
    into itself.
    """
    return min(_room(curves) * 0.49, _tightest_bend(curves) * 0.8, _SIZE * 0.11)


def _dressed(
    curves: list[Floats],
    radius: float,
    section: str,
    strands: int,
    colors: Floats,
    sides: int,
    rng: np.random.Generator,
    check: Callable[[], None],
) -> list[Surface]:
    """Tubes or ropes along `curves`."""
    parts: list[Surface] = []
    for index, curve in enumerate(curves):
        shift = index / len(curves)
        check()
        if strands == 1:
            parts.append(_tube(curve, radius, section, colors, shift, sides, rng).shaded())
        else:
            parts += _rope(curve, radius, strands, colors, shift, sides, rng, check)
    return parts


def _rings_in(kind: str, around: int, through: int) -> int:
    return gcd(around, through) if kind == "torus" else gcd(3, through) if kind == "turks_head" else 1


def _curves(kind: str, around: int, through: int, rng: np.random.Generator, count: int) -> list[Floats]:
    """The closed centre lines, each [count, 3], axis along z."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    if kind == "torus":
        rings = gcd(around, through)
        tilt, deep = rng.uniform(0.36, 0.46), rng.uniform(0.38, 0.5)
        return [
            _torus(t * (around // rings), t * (through // rings) + 2 * np.pi * k / around, tilt, deep)
            for k in range(rings)
        ]
    if kind in ("turks_head", "figure_eight"):
        bights = 2 if kind == "figure_eight" else through
        rings = gcd(3, bights)
        swing, lift = rng.uniform(0.4, 0.48), rng.uniform(0.2, 0.26)
        return [
            _turks_head(t * (3 // rings), t * (bights // rings) + 2 * np.pi * k / 3, swing, lift) for k in range(rings)
        ]
    if kind == "lissajous":
        shape = np.stack([np.cos(3 * t + 1.0), np.cos(2 * t + 0.25), np.cos(5 * t)], axis=1)
        return [_eased(shape * [1, 1, rng.uniform(0.7, 0.9)], count)]
    x = -22 * np.cos(t) - 128 * np.sin(t) - 44 * np.cos(3 * t) - 78 * np.sin(3 * t)
    y = -10 * np.cos(2 * t) - 27 * np.sin(2 * t) + 38 * np.cos(4 * t) + 46 * np.sin(4 * t)
    z = 70 * np.cos(3 * t) - 40 * np.sin(3 * t)
    return [_eased(np.stack([x, y * 1.1, z * rng.uniform(0.85, 1.1)], axis=1), count)]


def _eased(curve: Floats, count: int) -> Floats:
    """A closed curve [count, 3] loosened so that a thick tube fits: its passes repel each other and bends open up.

    A few steps of the repulsive-curve idea (O'Hara 1991; Yu, Schumacher, Crane 2021), each far shorter than the way
    to the nearest other pass, so that the knot stays the same knot.
    """
    line = _even(curve, _EASED_POINTS)
    index = np.arange(_EASED_POINTS)
    gap = np.abs(index[:, None] - index[None])
    gap = np.minimum(gap, _EASED_POINTS - gap)
    for _ in range(60):
        step = float(np.linalg.norm(line[1] - line[0]))
        apart = line[:, None] - line[None]
        distance = np.linalg.norm(apart, axis=2) + np.eye(_EASED_POINTS)
        far = (gap * step > 2.2 * distance) & (gap > 3)
        pull = np.where(far, (10 * step / distance) ** 4, 0.0)
        force = (pull[:, :, None] * apart / distance[:, :, None]).sum(axis=1)
        nearest = np.where(far, distance, np.inf).min()
        strength = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-12)
        pushed = line + force / strength * np.minimum(0.3 * strength, 1.0) * 0.15 * nearest
        smooth = pushed
        for _ in range(6):
            smooth = 0.5 * smooth + 0.25 * (np.roll(smooth, 1, axis=0) + np.roll(smooth, -1, axis=0))
        # two passes that come towards each other this way still can't meet
        shift = smooth - pushed
        line = pushed + shift * np.minimum(1.0, 0.25 * nearest / np.maximum(np.linalg.norm(shift, axis=1), 1e-12).max())
        line = _even(line, _EASED_POINTS)
    return _even(line, count)


_EASED_POINTS = 180


def _even(curve: Floats, count: int) -> Floats:
    """`count` points at equal distances along the closed curve through `curve` [n, 3]."""
    looped = np.concatenate([curve, curve[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(looped, axis=0), axis=1))])
    placed: Floats = CubicSpline(way, looped, bc_type="periodic")(np.arange(count) * (way[-1] / count))
    return placed


def _tightest_bend(curves: list[Floats]) -> float:
    """Smallest radius of curvature: of the circle through three neighbouring points."""
    radii = []
    for curve in curves:
        before, after = np.roll(curve, 1, axis=0) - curve, np.roll(curve, -1, axis=0) - curve
        chord = np.linalg.norm(after - before, axis=1)
        sides = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        area = np.linalg.norm(np.cross(before, after), axis=1)
        radii.append(float((sides * chord / np.maximum(2 * area, 1e-12)).min()))
    return min(radii)


def _torus(long_way: Floats, short_way: Floats, wide: float, deep: float) -> Floats:
    reach = 1 + wide * np.cos(short_way)
    return np.stack([reach * np.cos(long_way), reach * np.sin(long_way), deep * np.sin(short_way)], axis=1)


def _turks_head(angle: Floats, wave: Floats, swing: float, lift: float) -> Floats:
    reach = 1 + swing * np.cos(wave)
    return np.stack([reach * np.cos(angle), reach * np.sin(angle), lift * np.sin(2 * wave)], axis=1)


def _room(curves: list[Floats]) -> float:
    """Smallest distance between parts of the centre lines that do not follow each other."""
    sampled = [curve[:: max(1, len(curve) // 360)] for curve in curves]
    places = np.concatenate(sampled)
    owner = np.concatenate([np.full(len(curve), i) for i, curve in enumerate(sampled)])
    along = np.concatenate([np.arange(len(curve)) / len(curve) for curve in sampled])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    gap = np.abs(along[:, None] - along[None])
    gap = np.minimum(gap, 1 - gap)
    # neighbours along a smooth line are nearer than any crossing: look only where the way round is much longer
    lengths = np.array([np.linalg.norm(np.diff(curve, axis=0, append=curve[:1]), axis=1).sum() for curve in sampled])
    way = gap * lengths[owner][:, None]
    other = owner[:, None] != owner[None]
    return float(apart[other | (way > 2.2 * apart)].min())


def _closed_frames(curve: Floats) -> tuple[Floats, Floats]:
    """Frames [n, 3] along a closed curve, with the leftover turn spread evenly so that the last meets the first."""
    tangent = normalize(np.roll(curve, -1, axis=0) - np.roll(curve, 1, axis=0))
    looped = np.concatenate([curve, curve[:1]])[None]
    first, second = transport_frames(looped, np.concatenate([tangent, tangent[:1]])[None])
    start, end, across = first[0, 0], first[0, -1], second[0, 0]
    left = np.arctan2(end @ across, end @ start)
    turn = -left * np.arange(len(curve)) / len(curve)
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]
    return first[0, :-1] * cosine + second[0, :-1] * sine, second[0, :-1] * cosine - first[0, :-1] * sine


def _tube(
    curve: Floats, radius: float, section: str, colors: Floats, shift: float, sides: int, rng: np.random.Generator
) -> Surface:
    angle = np.arange(sides) * (2 * np.pi / sides)
    outline = _outline(section, angle)
    turns = 0 if section == "round" else int(rng.integers(1, 6))
    count = len(curve)
    share = np.arange(count) / count
    turned = angle[None] + turns * 2 * np.pi * share[:, None]
    first, second = _closed_frames(curve)
    spokes = (
        first[:, None] * (outline * np.cos(turned))[..., None] + second[:, None] * (outline * np.sin(turned))[..., None]
    )
    rings = curve[:, None] + radius * spokes
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (share * int(rng.integers(1, 4)) + shift))
    tone = 0.25 + 0.5 * wave[:, None] + 0.3 * (outline - outline.mean())[None] / max(float(np.ptp(outline)), 0.3)
    return loft(rings, ramp(colors, np.clip(tone, 0, 1)), closed=True)


def _outline(section: str, angle: NDArray[np.floating[Any]]) -> Floats:
    """Radius of the cross-section by angle, about 1 at most."""
    cosine, sine = np.abs(np.cos(angle)), np.abs(np.sin(angle))
    radius: Floats = np.ones_like(cosine)
    if section == "square":
        radius = (cosine**6 + sine**6) ** (-1 / 6) / 2**0.5 * 1.12
    elif section == "ribbon":
        radius = (cosine**3 + (sine / 0.36) ** 3) ** (-1 / 3)
    elif section == "fluted":
        radius = 0.88 + 0.12 * np.cos(6 * angle)
    return radius


def _rope(
    curve: Floats,
    radius: float,
    strands: int,
    colors: Floats,
    shift: float,
    sides: int,
    rng: np.random.Generator,
    check: Callable[[], None],
) -> list[Surface]:
    """`strands` round strands laid about the centre line, just touching each other."""
    first, second = _closed_frames(curve)
    length = float(np.linalg.norm(np.diff(curve, axis=0, append=curve[:1]), axis=1).sum())
    thin = radius * np.sin(np.pi / strands) / (1 + np.sin(np.pi / strands))
    turns = max(2, round(length / (radius * 2 * np.pi) * 0.55))
    share = np.arange(len(curve)) / len(curve)
    angle = np.arange(sides) * (2 * np.pi / sides)
    reverse = int(rng.choice([-1, 1]))
    parts = []
    for strand in range(strands):
        turn = reverse * turns * 2 * np.pi * share + 2 * np.pi * strand / strands
        aside = first * np.cos(turn)[:, None] + second * np.sin(turn)[:, None]
        line = curve + (radius - thin) * aside
        one, two = _closed_frames(line)
        rings = line[:, None] + thin * (
            one[:, None] * np.cos(angle)[None, :, None] + two[:, None] * np.sin(angle)[None, :, None]
        )
        tone = np.full(rings.shape[:2], 0.3 + 0.55 * ((strand / strands + shift) % 1))
        away = np.linalg.norm(rings - curve[:, None], axis=2) / radius
        color = mix(ramp(colors, tone) * 0.45, ramp(colors, tone), smoothstep(0.2, 0.85, away))
        parts.append(loft(rings, color, closed=True).shaded())
        check()
    return parts

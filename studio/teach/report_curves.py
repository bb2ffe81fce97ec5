"""Curves as inline SVG: one picture for all curves whose names end alike, such as ``loss`` and ``held-out loss``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from studio.teach.report_words import ENGLISH, Words

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 12, 30
MOST_POINTS = 400
"""Points of a curve that are drawn; more are averaged."""

LOGARITHMIC_FROM = 50.0
"""Ratio of the largest to the smallest value from which the axis is logarithmic."""

MOST_CURVES = 24
Points = Sequence[Sequence[float]]


def curves_of(curves: Mapping[str, Points], words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Heading and SVG of each picture; a curve that stands alone is its picture's heading."""
    groups: dict[str, dict[str, Points]] = {}
    for name, points in list(curves.items())[:MOST_CURVES]:
        ending = name.split()
        groups.setdefault(ending[-1] if ending else name, {})[name] = points
    return [
        (words.phrase(ending if len(group) > 1 else next(iter(group))), _picture(group, words))
        for ending, group in groups.items()
    ]


def _picture(group: Mapping[str, Points], words: Words) -> str:
    thinned = {name: thin(points) for name, points in group.items()}
    values = [value for points in thinned.values() for _, value in points]
    last = max((step for points in thinned.values() for step, _ in points), default=1.0)
    low, high = min(values, default=0.0), max(values, default=1.0)
    logarithmic = low > 0 and high / low > LOGARITHMIC_FROM
    shape = math.log10 if logarithmic else float
    bottom, top = shape(low), shape(high)
    scale = max(1.0, abs(bottom), abs(top))
    if top - bottom < 1e-12 * scale:
        bottom, top = bottom - scale / 2, top + scale / 2

    def place(step: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / max(last, 1.0)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (top - shape(value)) / (top - bottom)
        return f"{x:.1f},{y:.1f}"

    lines = [
        f'<polyline class="c{index % 6}" points="{" ".join(place(*point) for point in points)}"/>'
        for index, points in enumerate(thinned.values())
    ]
    labels = "".join(
        f'<li class="k{index % 6}">{escape(words.phrase(name))}: {_short(points[-1][1])}</li>'
        for index, (name, points) in enumerate(thinned.items())
        if points
    )
    told = "{names} over {steps} steps, from {low} to {high}"
    if logarithmic:
        told = "{names} over {steps} steps, from {low} to {high} (logarithmic)"
    steps, names = f"{last:,.0f}", ", ".join(map(words.phrase, group))
    said = escape(words.say(told, names=names, steps=steps, low=_short(low), high=_short(high)))
    end = escape(words.say("{steps} steps", steps=steps))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"/>'
        + _ticks(bottom, top, logarithmic=logarithmic)
        + "".join(lines)
        + f'<text x="{LEFT}" y="{HEIGHT - 8}">0</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{end}</text></svg>'
        f'<ul class="legend">{labels}</ul>'
    )


def _ticks(bottom: float, top: float, *, logarithmic: bool) -> str:
    parts = []
    for place in range(5):
        value = top - (top - bottom) * place / 4
        y = TOP + (HEIGHT - TOP - BOTTOM) * place / 4
        text = _short(10 ** min(value, 308.0) if logarithmic else value)
        parts.append(
            f'<line class="tick" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    return "".join(parts)


def thin(points: Points) -> list[tuple[float, float]]:
    """At most `MOST_POINTS` points; neighbours are averaged, so that noise does not turn into an envelope."""
    size = max(1, -(-len(points) // MOST_POINTS))
    chunks = [points[start : start + size] for start in range(0, len(points), size)]
    return [
        (float(chunk[-1][0]), sum(float(point[1]) for point in chunk) / len(chunk)) for chunk in chunks if len(chunk)
    ]


def _short(value: float) -> str:
    return f"{value:.3g}"

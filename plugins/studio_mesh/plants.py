"""Plants grown by L-systems: which species there are, and how wood, leaves, flowers and ground come together.

Every branch, leaf and petal is a small closed solid; they overlap where they meet, as glued parts do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio_mesh import foliage
from studio_mesh.geometry import Floats, Surface, join
from studio_mesh.growth import Organ, Species
from studio_mesh.lsystem import Drawing, derive, draw, wood
from studio_mesh.noise import Noise
from studio_mesh.palettes import NAMED, ramp, stops
from studio_mesh.species import SPECIES

KINDS = tuple(SPECIES)
_LIMIT = 90_000
_BUDGET = (24_000, 70_000, 118_000, 200_000, 290_000)
"""Most triangles of one kind of organ, by detail."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What growing reports to.

    Attributes:
        stage: called with a few words and, where there is one, the surface so far; may raise to stop.
        check: called often; may raise to stop.
    """

    stage: Callable[[str, Callable[[], Surface] | None], None]
    check: Callable[[], None]


def plant(rng: np.random.Generator, *, kind: str, leafiness: float, palette: str, detail: int, watch: Watch) -> Surface:
    """A plant on a mound or in a pot that stands on y = 0; trees are about 0.3 m tall.

    Args:
        rng: fixes the plant.
        kind: one of `KINDS`, or ``"surprise"``.
        leafiness: 0 (bare) to 1 (full).
        palette: a name in `palettes.NAMED` for leaves or petals, or ``"natural"``.
        detail: 1…5: rounder branches and finer leaves, about 10 000 to 400 000 triangles.
        watch: told of every stage.
    """
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind == "surprise" else kind
    plan = SPECIES[chosen]
    watch.stage("Growing", None)
    grown = plan.grow(rng)
    word = derive(grown.axiom, grown.productions, rng, limit=_LIMIT, each_step=lambda _: watch.check())
    drawing = draw(word, pull=grown.pull, floor=-0.045 if plan.potted else 0.0, check=watch.check)
    watch.stage("Giving the branches their bark", None)
    noise = Noise(rng, watch.check)
    parts = [wood(drawing, _bark(plan, noise), (5, 6, 9, 12, 16)[detail - 1])] if drawing.branches else []
    watch.stage("Unfolding the leaves", (lambda: join(parts)) if parts else None)
    parts += _organs(plan, drawing, rng, leafiness, palette, detail)
    ground, level = _ground(plan, rng, detail)
    whole = join([ground, *(part.moved([0, level, 0]) for part in parts)])
    watch.stage("Setting it in the ground", lambda: whole)
    return whole.moved([0, -whole.vertices[:, 1].min(), 0])


def _bark(plan: Species, noise: Noise) -> Callable[[Floats, Floats], Floats]:
    colors = stops(plan.bark)

    def paint(points: Floats, radii: Floats) -> Floats:
        young = 1 - np.clip(radii / plan.thick, 0, 1) ** 0.5
        grain = noise.fbm(points * [60, 18, 60], 3)
        return ramp(colors, np.clip(0.12 + 0.75 * young + 0.3 * grain, 0, 1))

    return paint


def _organs(
    plan: Species, drawing: Drawing, rng: np.random.Generator, leafiness: float, palette: str, detail: int
) -> list[Surface]:
    parts = []
    recolored = [letter for letter in plan.organs if plan.organs[letter].flower] or list(plan.organs)
    for letter, organ in plan.organs.items():
        places, headings, sizes = drawing.placed(letter)
        kept = rng.random(len(places)) < (1.0 if organ.always else leafiness)
        if not kept.any():
            continue
        places, headings, sizes = places[kept], headings[kept], sizes[kept]
        own = stops(organ.colors[int(rng.integers(len(organ.colors)))])
        colors = stops(NAMED[palette])[1:] if palette != "natural" and letter in recolored else own
        low, high = places[:, 1].min(), places[:, 1].max()
        light = (places[:, 1] - low) / max(float(high - low), 1e-9)
        tone = 0.2 + 0.4 * light + rng.normal(0, 0.17, len(places))
        tint = ramp(colors, np.clip(tone, 0, 1))
        template = _fitting(organ, detail, len(places))
        fit = max(1, _BUDGET[detail - 1] // len(template.faces))
        if len(places) > fit:  # thin out evenly, and let what stays grow to cover as much
            chosen = np.linspace(0, len(places) - 1, fit).astype(int)
            sizes = sizes * min(1.5, (len(places) / fit) ** 0.5)
            places, headings, sizes, tint = places[chosen], headings[chosen], sizes[chosen], tint[chosen]
        parts.append(foliage.scatter(template, places, headings, sizes, tint, rng, level=organ.level))
    return parts


def _fitting(organ: Organ, detail: int, count: int) -> Surface:
    """The finest template of `organ` of which `count` copies stay within the budget, else the plainest."""
    for stations in range((1, 2, 2, 3, 5)[detail - 1], 1, -1):
        template = organ.template(stations)
        if len(template.faces) * count <= _BUDGET[detail - 1]:
            return template
    return organ.template(1)


def _ground(plan: Species, rng: np.random.Generator, detail: int) -> tuple[Surface, float]:
    """What the plant stands in, and how high its root comes."""
    if plan.potted:
        return foliage.pot(rng, plan.ground, detail)
    return foliage.mound(rng, plan.ground, detail), plan.ground * 0.2

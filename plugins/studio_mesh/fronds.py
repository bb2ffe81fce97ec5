"""Plants with feathered leaves: the palm and the fern."""

from __future__ import annotations

import numpy as np

from studio_mesh import foliage
from studio_mesh.geometry import Surface
from studio_mesh.growth import GOLDEN, Grammar, Organ, Rng, Species
from studio_mesh.lsystem import Module, Production, m


def _frond(pairs: int, length: float, leaf: float, *, split: bool) -> tuple[Production, Production]:
    """Productions of a feather: rachis R(step), and side branches P(length) that carry leaflets where `split`."""

    def rachis(rng: Rng, values: tuple[float, ...]) -> list[Module]:
        step = int(values[0])
        share = step / pairs
        if step == pairs:
            return [m("L", leaf * 0.6)]
        size = np.sin(np.pi * min(1.0, 0.12 + 0.88 * share) ** 0.8) ** 0.8
        out = [m("!", 0.0013 * (1 - 0.8 * share)), m("&", rng.normal(0, 0.8)), m("F", length / pairs)]
        for side in (-1, 1):
            out += [m("["), m("+", side * (78 - 35 * share)), m("P", size * leaf * (7 if split else 1.0)), m("]")]
        return [*out, m("R", step + 1)]

    def pinna(_rng: Rng, values: tuple[float, ...]) -> list[Module]:
        reach = values[0]
        if not split:
            return [m("L", reach)]
        count = max(2, round(reach / (leaf * 0.55)))
        out: list[Module] = []
        for index in range(count):
            share = index / count
            out += [m("!", 0.0006 * (1 - 0.6 * share)), m("F", reach / count)]
            for side in (-58, 58):
                out += [m("["), m("+", side), m("L", leaf * (1.15 - 0.8 * share)), m("]")]
        return [*out, m("L", leaf * 0.5)]

    return rachis, pinna


def _fern(rng: Rng) -> Grammar:
    fronds = int(rng.integers(10, 15))
    rachis, pinna = _frond(17, rng.uniform(0.15, 0.18), 0.0085, split=True)
    axiom: list[Module] = []
    for index in range(fronds):
        lean = 18 + 42 * index / fronds + rng.normal(0, 5)
        axiom += [m("["), m("/", index * GOLDEN + rng.normal(0, 8)), m("&", lean), m("!", 0.0016), m("F", 0.012),
            m("F", 0.012),
                  m("R", 0), m("]")]  # fmt: skip
    return Grammar(axiom, {"R": rachis, "P": pinna}, -rng.uniform(2.1, 3.2))


def _palm(rng: Rng) -> Grammar:
    rachis, leaflet = _frond(26, rng.uniform(0.12, 0.15), 0.042, split=False)
    lean = rng.uniform(4, 16)
    axiom = [m("!", 0.014), m("F", 0.008), m("/", rng.uniform(0, 360)), m("&", lean)]
    pieces = 26
    for piece in range(pieces):
        ring = 1.0 if piece % 2 else 0.86
        axiom += [m("!", (0.0105 - 0.004 * piece / pieces) * ring), m("&", -lean / pieces * 1.3), m("F", 0.22 / pieces)]
    fronds = int(rng.integers(15, 21))
    for index in range(fronds):
        angle = 22 + 78 * (index / fronds) ** 0.8 + rng.normal(0, 4)
        axiom += [m("["), m("/", index * GOLDEN), m("&", angle), m("!", 0.0022), m("F", 0.01), m("R", 0), m("]")]
    for index in range(5):
        axiom += [m("["), m("/", index * 72 + 20), m("&", 115), m("!", 0.001), m("F", 0.006), m("B", 0.011), m("]")]
    return Grammar(axiom, {"R": rachis, "P": leaflet}, -rng.uniform(2.2, 3.3))


def _palm_leaflet(stations: int) -> Surface:
    return foliage.blade([(0.25, 0.07), (0.6, 0.055)], stations=stations, fold=0.4, curl=0.25, thick=0.06)


def _fern_leaflet(stations: int) -> Surface:
    return foliage.blade([(0.25, 0.33), (0.6, 0.3)], stations=min(stations, 3), fold=0.1, curl=0.1, thick=0.05)


def _nut(_stations: int) -> Surface:
    return foliage.blade([(0.5, 0.42)], stations=7, fold=0.0, curl=0.0, thick=0.5)


FRONDS: dict[str, Species] = {
    "palm": Species(
        _palm, ("#6b5337", "#9a7c54", "#8f9a4a", "#6f8f3a"), 0.011,
        {"L": Organ(_palm_leaflet, (("#23501f", "#3f7a2c", "#73a23a", "#b3c45a"),), 0.5),
         "B": Organ(_nut, (("#4a2c16", "#6b4423", "#8f6236", "#a67c46"),), 0.0, always=True)}, 0.075,
    ),
    "fern": Species(
        _fern, ("#5a4a26", "#6b7a2f", "#7d9a3c", "#93ad4c"), 0.002,
        {"L": Organ(_fern_leaflet, (("#1f4a22", "#357332", "#5f9a40", "#9cc25a"),), 0.85)}, 0.042, potted=True,
    ),
}  # fmt: skip

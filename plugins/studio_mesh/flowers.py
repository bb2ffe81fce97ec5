"""Potted plants: daisy, tulip and a succulent."""

from __future__ import annotations

import numpy as np

from studio_mesh import foliage
from studio_mesh.geometry import Surface, join
from studio_mesh.growth import GOLDEN, GREENS, Grammar, Organ, Rng, Species
from studio_mesh.lsystem import Module, m


def _daisy(rng: Rng) -> Grammar:
    stems = int(rng.integers(5, 10))
    axiom: list[Module] = []
    for index in range(stems):
        length, pieces = rng.uniform(0.09, 0.17), 7
        axiom += [m("["), m("/", index * GOLDEN + rng.normal(0, 15)), m("&", rng.uniform(3, 26)), m("!", 0.0017)]
        for piece in range(pieces):
            axiom += [m("+", rng.normal(0, 4)), m("&", rng.normal(-1.5, 4)), m("F", length / pieces)]
            if 1 <= piece <= 4:
                axiom += [m("["), m("/", piece * GOLDEN), m("&", 55), m("L", rng.uniform(0.022, 0.034)), m("]")]
        axiom += [m("!", 0.0013), m("&", rng.uniform(6, 26)), m("F", 0.006), m("K", rng.uniform(0.022, 0.031)), m("]")]
    for index in range(18):
        axiom += [
            m("["),
            m("/", index * GOLDEN),
            m("&", rng.uniform(50, 82)),
            m("L", rng.uniform(0.034, 0.052)),
            m("]"),
        ]
    return Grammar(axiom, {}, 0.6)


def _tulip(rng: Rng) -> Grammar:
    axiom: list[Module] = []
    for index in range(int(rng.integers(4, 8))):
        length, pieces = rng.uniform(0.11, 0.17), 6
        axiom += [m("["), m("/", index * GOLDEN), m("&", rng.uniform(3, 17)), m("!", 0.0022)]
        for _ in range(pieces):
            axiom += [m("&", rng.normal(0, 3)), m("+", rng.normal(0, 3)), m("F", length / pieces)]
        axiom += [m("K", rng.uniform(0.036, 0.046)), m("]")]
        for side in range(3):
            axiom += [m("["), m("/", index * GOLDEN + side * 115 + 40), m("&", rng.uniform(9, 32)),
                      m("L", rng.uniform(0.085, 0.125)), m("]")]  # fmt: skip
    return Grammar(axiom, {}, 0.4)


def _succulent(rng: Rng) -> Grammar:
    """A rosette: leaves in phyllotactic order, opening from the middle (ABOP §4.2)."""
    axiom: list[Module] = []
    count = int(rng.integers(46, 70))
    wide = rng.uniform(0.04, 0.052)
    for index in range(count):
        share = index / count
        axiom += [
            m("["),
            m("/", index * GOLDEN),
            m("&", 8 + 74 * share**0.75),
            m("L", wide * (0.35 + 0.75 * share**0.6)),
            m("]"),
        ]
    return Grammar(axiom, {}, 0.0)


def _strap(stations: int) -> Surface:
    return foliage.blade(
        [(0.15, 0.09), (0.45, 0.12), (0.75, 0.09)], stations=stations + 5, fold=0.5, curl=0.28, thick=0.05
    )


def _fat_leaf(stations: int) -> Surface:
    return foliage.blade(
        [(0.15, 0.16), (0.55, 0.3), (0.8, 0.26), (0.93, 0.12)],
        stations=stations * 3 + 3,
        fold=0.35,
        curl=-0.22,
        thick=0.16,
    )


def _tulip_head(stations: int) -> Surface:
    petal = foliage.blade(
        [(0.2, 0.28), (0.45, 0.36), (0.75, 0.26)], stations=stations + 5, fold=0.5, curl=0.34, thick=0.05
    )
    return join([foliage.blossom(3, petal, open_angle=0.62, heart=(0.3, 0.3, 0.1)),
                 _turned(foliage.blossom(3, petal, open_angle=0.55, heart=(0.3, 0.3, 0.1)))])  # fmt: skip


def _turned(surface: Surface) -> Surface:
    """Half a petal further round and a little smaller, so that no corner falls on one of the outer petals."""
    turn = np.array([[0.5, 0, 0.75**0.5], [0, 1, 0], [-(0.75**0.5), 0, 0.5]])
    return Surface(surface.vertices @ turn * 0.95, surface.faces, surface.colors * 0.93)


def _daisy_head(stations: int) -> Surface:
    petal = foliage.blade([(0.2, 0.07), (0.6, 0.115), (0.88, 0.09)], stations=stations + 2, fold=0.15, curl=0.12)
    rays = foliage.blossom(19, petal, open_angle=1.38, heart=(1.0, 0.8, 0.1))
    return join([rays, foliage.seed_head(0.3, ("#c98a10", "#ffcf2e"), 30 * (stations + 1))])


FLOWERS: dict[str, Species] = {
    "daisy": Species(
        _daisy, ("#3f5f26", "#557a30", "#6f933c", "#86a84a"), 0.002,
        {"L": Organ(_strap, GREENS, 0.8),
         "K": Organ(_daisy_head, (("#f4f1ea", "#fdfbf5", "#ffffff", "#ffffff"), ("#e8c8dc", "#f3dde8", "#fbeef3",
             "#ffffff"),
                                  ("#f2c21c", "#f9d648", "#ffe680", "#fff0b0")), 0.9, flower=True, always=True)},
        0.042, potted=True,
    ),
    "tulip": Species(
        _tulip, ("#4a7040", "#5f8a4c", "#78a05a", "#90b56c"), 0.002,
        {"L": Organ(_strap, (("#2f5a3a", "#4a7a4c", "#6f9a62", "#9abd82"),), 0.3),
         "K": Organ(_tulip_head, (("#9c1c2c", "#cc2f3a", "#e8594a", "#f7936a"), ("#6b2a7a", "#9a4aa3", "#c987c4",
             "#ecc6e0"),
                                  ("#e08a1c", "#f2b02e", "#fad25a", "#fff0a8"), ("#d87a92", "#eba9b5", "#f8d5d8",
                                      "#fff4f2")), 0.9, flower=True, always=True)},
        0.042, potted=True,
    ),
    "succulent": Species(
        _succulent, ("#5a6b4a", "#6f8560", "#86a078", "#a3b892"), 0.003,
        {"L": Organ(_fat_leaf, (("#3f6b62", "#6f9a8c", "#a8c4b0", "#e0b8b4"), ("#3c5a3a", "#6b8a56", "#a3b57c",
            "#d98c8a"),
                                ("#54486b", "#8374a0", "#b3a3c4", "#e6d0dc")), 1.0, always=True)}, 0.04, potted=True,
    ),
}  # fmt: skip

"""The species: productions, angles and colours of every plant that `plants` can grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from studio_mesh import foliage
from studio_mesh.geometry import Surface, join
from studio_mesh.lsystem import Module, Production, m

Rng = np.random.Generator
_GOLDEN = 137.508


@dataclass(frozen=True, slots=True)
class Grammar:
    """An L-system ready to derive: axiom, productions, and the tropism its turtle feels."""

    axiom: list[Module]
    productions: Mapping[str, Production]
    pull: float = 0.0


@dataclass(frozen=True, slots=True)
class Organ:
    """A leaf or flower.

    Attributes:
        template: makes one of size 1, given the number of cross-sections.
        colors: natural palettes.
        level: how far faces turn to the sky, 0 … 1.
        flower: whether the artist's palette colours this rather than the leaves.
        always: whether it stays when the plant is bare.
    """

    template: Callable[[int], Surface]
    colors: tuple[tuple[str, ...], ...]
    level: float = 0.75
    flower: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Species:
    """A kind of plant.

    Attributes:
        grow: draws an individual.
        bark: colours from thick old wood to young shoots.
        thick: radius at which bark looks old, metres.
        organs: by letter.
        ground: radius of mound or pot, metres.
        potted: whether it stands in a pot.
    """

    grow: Callable[[Rng], Grammar]
    bark: tuple[str, ...]
    thick: float
    organs: Mapping[str, Organ]
    ground: float
    potted: bool = False


@dataclass(frozen=True, slots=True)
class Crown:
    """How a broad-leaved tree branches (sympodial, after ABOP §2.1 and Honda 1971).

    Attributes:
        depth: generations of branches.
        trunk: length of the first shoot, metres.
        radius: of the trunk, metres.
        shorten: length of a shoot over its mother's, for the leader and for side shoots.
        spread: branching angle, degrees, least and most.
        sides: side shoots per fork, least and most.
        wiggle: random bends, degrees.
        leaf: leaf size, metres.
        leaves: leaves per piece of young shoot.
        letter: organ on the shoots.
        pull: tropism.
    """

    depth: int
    trunk: float
    radius: float
    shorten: tuple[float, float]
    spread: tuple[float, float]
    sides: tuple[int, int]
    wiggle: float
    leaf: float
    leaves: int
    letter: str = "L"
    pull: float = 0.0


def _broadleaf(crown: Crown) -> Callable[[Rng], Grammar]:
    def shoot(rng: Rng, values: tuple[float, ...]) -> list[Module]:
        left, length, radius = int(values[0]), values[1], values[2]
        out: list[Module] = []
        pieces = 4 if left >= crown.depth - 1 else 3
        taper = 0.74 if left else 0.35
        for piece in range(pieces):
            bend = crown.wiggle * (0.6 if left == crown.depth else 1.0)
            out += [m("!", radius * taper ** ((piece + 1) / pieces)), m("+", rng.normal(0, bend)), m("&",
                rng.normal(0, bend)),
                    m("F", length / pieces)]  # fmt: skip
            if left <= 1:
                out += _leaves(rng, crown, crown.leaves)
        if left == 0:
            return out + _leaves(rng, crown, crown.leaves + 2)
        # the first fork is a full one, so that no crown is lopsided
        count = int(rng.integers(crown.sides[0], crown.sides[1] + 1)) if left < crown.depth else crown.sides[1] + 1
        offset = rng.uniform(0, 360)
        tip = radius * taper
        # da Vinci's rule: the branches' cross-sections add up to the stem's
        thin = tip * (0.62 if count > 1 else 0.7)
        for index in range(count):
            out += [m("["), m("/", offset + 360 * index / count + rng.normal(0, 18)), m("&",
                rng.uniform(*crown.spread)),
                    m("S", left - 1, length * crown.shorten[1] * rng.uniform(0.85, 1.15), thin), m("]")]  # fmt: skip
        out += [m("/", rng.uniform(0, 360)), m("&", rng.uniform(0.2, 0.55) * crown.spread[0])]
        return [*out, m("S", left - 1, length * crown.shorten[0] * rng.uniform(0.9, 1.1), tip * 0.86)]

    def grow(rng: Rng) -> Grammar:
        radius = crown.radius * rng.uniform(0.9, 1.15)
        flare = [m("!", radius * 1.5), m("F", crown.trunk * 0.06), m("!", radius * 1.12), m("F", crown.trunk * 0.12)]
        start = m("S", crown.depth, crown.trunk * rng.uniform(0.85, 1.1), radius)
        return Grammar([*flare, start], {"S": shoot}, crown.pull)

    return grow


def _leaves(rng: Rng, crown: Crown, count: int) -> list[Module]:
    out: list[Module] = []
    for _ in range(count):
        out += [m("["), m("/", rng.uniform(0, 360)), m("&", rng.uniform(35, 80)),
                m(crown.letter, crown.leaf * rng.uniform(0.7, 1.2)), m("]")]  # fmt: skip
    return out


def _conifer(rng: Rng) -> Grammar:
    """A monopodial tree: a straight leader with whorls of drooping, needled branches (ABOP §2.1, fig. 2.6)."""
    whorls = int(rng.integers(17, 21))
    longest = rng.uniform(0.085, 0.11)

    def leader(rng: Rng, values: tuple[float, ...]) -> list[Module]:
        left = int(values[0])
        share = left / whorls
        out = [m("!", 0.0012 + 0.0062 * share), m("F", 0.0172), m("/", 40)]
        if left == 0:
            return [*out, *_needles(rng, 10, 0.012)]
        count = int(rng.integers(5, 8))
        reach = longest * (share**0.85) * (1.0 if left < whorls else 0.55)
        for index in range(count):
            angle = 96 - 42 * (1 - share) + rng.normal(0, 5)
            out += [m("["), m("/", 360 * index / count + rng.normal(0, 9)), m("&", angle),
                    m("B", reach * rng.uniform(0.85, 1.1), 0.0006 + 0.0016 * share), m("]")]  # fmt: skip
        return [*out, m("/", 27), m("A", left - 1)]

    def branch(rng: Rng, values: tuple[float, ...]) -> list[Module]:
        length, radius = values
        pieces = max(2, min(6, round(length / 0.016)))
        out: list[Module] = []
        for piece in range(pieces):
            share = (piece + 1) / pieces
            out += [
                m("!", radius * (1 - 0.75 * share)),
                m("+", rng.normal(0, 4)),
                m("F", length / pieces),
                *_needles(rng, 5, 0.0125),
            ]
            twig = length * 0.42 * (1 - 0.75 * share) + 0.004
            for side in (-52, 52):
                out += [m("["), m("+", side + rng.normal(0, 6)), m("C", twig, radius * 0.5), m("]")]
        return out + _needles(rng, 6, 0.011)

    def twig(rng: Rng, values: tuple[float, ...]) -> list[Module]:
        length, radius = values
        out: list[Module] = []
        for _ in range(2):
            out += [m("!", radius * 0.6), m("F", length / 2), *_needles(rng, 6, 0.012)]
        return out

    base = [m("!", 0.0095), m("F", 0.012), m("!", 0.0078), m("F", 0.03)]
    return Grammar([*base, m("A", whorls)], {"A": leader, "B": branch, "C": twig}, 0.5)


def _needles(rng: Rng, count: int, size: float) -> list[Module]:
    out: list[Module] = []
    for _ in range(count):
        out += [
            m("["),
            m("/", rng.uniform(0, 360)),
            m("&", rng.uniform(25, 60)),
            m("N", size * rng.uniform(0.8, 1.2)),
            m("]"),
        ]
    return out


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
        axiom += [m("["), m("/", index * _GOLDEN + rng.normal(0, 8)), m("&", lean), m("!", 0.0016), m("F", 0.012),
            m("F", 0.012),
                  m("R", 0), m("]")]  # fmt: skip
    return Grammar(axiom, {"R": rachis, "P": pinna}, -rng.uniform(1.7, 2.6))


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
        axiom += [m("["), m("/", index * _GOLDEN), m("&", angle), m("!", 0.0022), m("F", 0.01), m("R", 0), m("]")]
    for index in range(5):
        axiom += [m("["), m("/", index * 72 + 20), m("&", 115), m("!", 0.001), m("F", 0.006), m("B", 0.011), m("]")]
    return Grammar(axiom, {"R": rachis, "P": leaflet}, -rng.uniform(1.6, 2.4))


def _daisy(rng: Rng) -> Grammar:
    stems = int(rng.integers(5, 10))
    axiom: list[Module] = []
    for index in range(stems):
        length, pieces = rng.uniform(0.09, 0.17), 7
        axiom += [m("["), m("/", index * _GOLDEN + rng.normal(0, 15)), m("&", rng.uniform(3, 26)), m("!", 0.0017)]
        for piece in range(pieces):
            axiom += [m("+", rng.normal(0, 4)), m("&", rng.normal(-1.5, 4)), m("F", length / pieces)]
            if 1 <= piece <= 4:
                axiom += [m("["), m("/", piece * _GOLDEN), m("&", 55), m("L", rng.uniform(0.022, 0.034)), m("]")]
        axiom += [m("!", 0.0013), m("&", rng.uniform(6, 26)), m("F", 0.006), m("K", rng.uniform(0.022, 0.031)), m("]")]
    for index in range(18):
        axiom += [
            m("["),
            m("/", index * _GOLDEN),
            m("&", rng.uniform(50, 82)),
            m("L", rng.uniform(0.034, 0.052)),
            m("]"),
        ]
    return Grammar(axiom, {}, 0.6)


def _tulip(rng: Rng) -> Grammar:
    axiom: list[Module] = []
    for index in range(int(rng.integers(4, 8))):
        length, pieces = rng.uniform(0.11, 0.17), 6
        axiom += [m("["), m("/", index * _GOLDEN), m("&", rng.uniform(3, 17)), m("!", 0.0022)]
        for _ in range(pieces):
            axiom += [m("&", rng.normal(0, 3)), m("+", rng.normal(0, 3)), m("F", length / pieces)]
        axiom += [m("K", rng.uniform(0.036, 0.046)), m("]")]
        for side in range(3):
            axiom += [m("["), m("/", index * _GOLDEN + side * 115 + 40), m("&", rng.uniform(9, 32)),
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
            m("/", index * _GOLDEN),
            m("&", 8 + 74 * share**0.75),
            m("L", wide * (0.35 + 0.75 * share**0.6)),
            m("]"),
        ]
    return Grammar(axiom, {}, 0.0)


def _leaf(stations: int) -> Surface:
    return foliage.blade([(0.2, 0.17), (0.45, 0.3), (0.7, 0.22)], stations=stations, fold=0.25, curl=0.15)


def _slim_leaf(stations: int) -> Surface:
    return foliage.blade([(0.3, 0.085), (0.6, 0.07)], stations=stations, fold=0.2, curl=0.12, thick=0.06)


def _strap(stations: int) -> Surface:
    return foliage.blade(
        [(0.15, 0.09), (0.45, 0.12), (0.75, 0.09)], stations=stations + 5, fold=0.5, curl=0.28, thick=0.05
    )


def _palm_leaflet(stations: int) -> Surface:
    return foliage.blade([(0.25, 0.07), (0.6, 0.055)], stations=stations, fold=0.4, curl=0.25, thick=0.06)


def _fern_leaflet(stations: int) -> Surface:
    return foliage.blade([(0.25, 0.33), (0.6, 0.3)], stations=min(stations, 3), fold=0.1, curl=0.1, thick=0.05)


def _needle(_stations: int) -> Surface:
    return foliage.blade([(0.4, 0.075)], stations=1, fold=0.0, curl=0.0, thick=0.45)


def _fat_leaf(stations: int) -> Surface:
    return foliage.blade(
        [(0.15, 0.16), (0.55, 0.3), (0.8, 0.26), (0.93, 0.12)],
        stations=stations * 3 + 3,
        fold=0.35,
        curl=-0.22,
        thick=0.16,
    )


def _nut(_stations: int) -> Surface:
    return foliage.blade([(0.5, 0.42)], stations=7, fold=0.0, curl=0.0, thick=0.5)


def _cherry_blossom(stations: int) -> Surface:
    petal = foliage.blade([(0.35, 0.24), (0.75, 0.34)], stations=stations, fold=0.2, curl=-0.15)
    return foliage.blossom(5, petal, open_angle=1.15, heart=(0.9, 0.55, 0.5))


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


_GREENS = (
    ("#24421d", "#3c6b2a", "#69953a", "#a9bf57"),
    ("#2d4a22", "#51792c", "#86a33b", "#c2c862"),
)
_AUTUMN = ("#6b2413", "#b0431a", "#dd7f22", "#f0b84a")
_BARK = ("#4a3a2e", "#6b5543", "#8a7258", "#7c7f4a")

_OAK = Crown(6, 0.085, 0.0125, (0.82, 0.78), (28, 52), (1, 2), 7, 0.019, 3, pull=0.25)
_CHERRY = Crown(6, 0.06, 0.0105, (0.84, 0.84), (30, 56), (1, 2), 9, 0.0125, 2, letter="K", pull=0.1)
_BIRCH = Crown(6, 0.115, 0.0072, (0.85, 0.62), (22, 44), (1, 2), 5, 0.0145, 4, pull=-0.1)
_WILLOW = Crown(6, 0.12, 0.0125, (0.84, 0.8), (24, 48), (1, 2), 6, 0.024, 3, pull=-2.6)

SPECIES: dict[str, Species] = {
    "oak": Species(_broadleaf(_OAK), _BARK, 0.01, {"L": Organ(_leaf, (*_GREENS, _AUTUMN), 0.6)}, 0.085),
    "cherry": Species(
        _broadleaf(_CHERRY), ("#3a2a2a", "#5c4440", "#7d6158", "#94776a"), 0.01,
        {"K": Organ(_cherry_blossom, (("#e58aa8", "#f3b6c8", "#fbdce4", "#fff5f6"), ("#f0c4cc", "#f8dfe2", "#fdf1f0",
            "#ffffff")), 0.35, flower=True)},
        0.085,
    ),
    "birch": Species(
        _broadleaf(_BIRCH), ("#e9e4da", "#d8d0c2", "#9a8a78", "#6b5a48"), 0.008,
        {"L": Organ(_leaf, (("#4a6b22", "#7c9a33", "#b5c04a", "#e0d76a"), ("#a87a16", "#d4a722", "#ecc93f",
            "#f7e27a")), 0.5)}, 0.075,
    ),
    "willow": Species(
        _broadleaf(_WILLOW), _BARK, 0.01,
        {"L": Organ(_slim_leaf, (("#4d6b2a", "#7a953d", "#a8b95c", "#d3d98a"),), 0.2)}, 0.09,
    ),
    "pine": Species(
        _conifer, ("#3f2d22", "#5e4433", "#7d5d43", "#8a7a4c"), 0.008,
        {"N": Organ(_needle, (("#16321f", "#25502f", "#3f7442", "#76a35c"), ("#1c3a38", "#2f5c55", "#4f8576",
            "#8fb59c")), 0.3)}, 0.08,
    ),
    "palm": Species(
        _palm, ("#6b5337", "#9a7c54", "#8f9a4a", "#6f8f3a"), 0.011,
        {"L": Organ(_palm_leaflet, (("#23501f", "#3f7a2c", "#73a23a", "#b3c45a"),), 0.5),
         "B": Organ(_nut, (("#4a2c16", "#6b4423", "#8f6236", "#a67c46"),), 0.0, always=True)}, 0.075,
    ),
    "fern": Species(
        _fern, ("#5a4a26", "#6b7a2f", "#7d9a3c", "#93ad4c"), 0.002,
        {"L": Organ(_fern_leaflet, (("#1f4a22", "#357332", "#5f9a40", "#9cc25a"),), 0.85)}, 0.042, potted=True,
    ),
    "daisy": Species(
        _daisy, ("#3f5f26", "#557a30", "#6f933c", "#86a84a"), 0.002,
        {"L": Organ(_strap, _GREENS, 0.8),
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
"""Every species by the name it has in records: never rename one."""

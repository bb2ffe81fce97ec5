"""Trees: broad-leaved crowns that fork, and the pine with its straight leader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio_mesh import foliage
from studio_mesh.geometry import Surface
from studio_mesh.growth import GREENS, Grammar, Organ, Rng, Species
from studio_mesh.lsystem import Module, m


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
        # great boughs leave the trunk at a steep angle, twigs at a wide one
        steep = 0.6 if left == crown.depth else 1.0
        tip = radius * taper
        # da Vinci's rule: the branches' cross-sections add up to the stem's
        thin = tip * (0.62 if count > 1 else 0.7)
        for index in range(count):
            out += [m("["), m("/", offset + 360 * index / count + rng.normal(0, 18)), m("&",
                steep * rng.uniform(*crown.spread)),
                    m("S", left - 1, length * crown.shorten[1] * rng.uniform(0.85, 1.15), thin), m("]")]  # fmt: skip
        out += [m("/", rng.uniform(0, 360)), m("&", rng.uniform(0.2, 0.55) * crown.spread[0])]
        return [*out, m("S", left - 1, length * crown.shorten[0] * rng.uniform(0.9, 1.1), tip * 0.86)]

    def grow(rng: Rng) -> Grammar:
        radius = crown.radius * rng.uniform(0.9, 1.15)
        flare = [m("!", radius * 1.5), m("F", crown.trunk * 0.06), m("!", radius * 1.12), m("F", crown.trunk * 0.42)]
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

    base = [m("!", 0.0095), m("F", 0.012), m("!", 0.0078), m("F", 0.03)]
    return Grammar([*base, m("A", whorls)], {"A": leader, "B": _pine_branch, "C": _pine_twig}, 0.5)


def _pine_branch(rng: Rng, values: tuple[float, ...]) -> list[Module]:
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


def _pine_twig(rng: Rng, values: tuple[float, ...]) -> list[Module]:
    length, radius = values
    out: list[Module] = []
    for _ in range(2):
        out += [m("!", radius * 0.6), m("F", length / 2), *_needles(rng, 6, 0.012)]
    return out


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


def _leaf(stations: int) -> Surface:
    return foliage.blade([(0.2, 0.17), (0.45, 0.3), (0.7, 0.22)], stations=stations, fold=0.25, curl=0.15)


def _slim_leaf(stations: int) -> Surface:
    return foliage.blade([(0.3, 0.085), (0.6, 0.07)], stations=stations, fold=0.2, curl=0.12, thick=0.06)


def _needle(_stations: int) -> Surface:
    return foliage.blade([(0.4, 0.1)], stations=1, fold=0.0, curl=0.0, thick=0.45)


def _cherry_blossom(stations: int) -> Surface:
    petal = foliage.blade([(0.35, 0.24), (0.75, 0.34)], stations=stations, fold=0.2, curl=-0.15)
    return foliage.blossom(5, petal, open_angle=1.15, heart=(0.9, 0.55, 0.5))


_AUTUMN = ("#6b2413", "#b0431a", "#dd7f22", "#f0b84a")
_BARK = ("#4a3a2e", "#6b5543", "#8a7258", "#7c7f4a")

_OAK = Crown(6, 0.085, 0.0125, (0.82, 0.78), (28, 52), (1, 2), 7, 0.019, 3, pull=1.6)
_CHERRY = Crown(6, 0.06, 0.0105, (0.84, 0.84), (30, 56), (1, 2), 9, 0.0125, 2, letter="K", pull=1.7)
_BIRCH = Crown(6, 0.115, 0.0072, (0.85, 0.62), (22, 44), (1, 2), 5, 0.0145, 4, pull=0.8)
_WILLOW = Crown(6, 0.12, 0.0125, (0.84, 0.8), (24, 48), (1, 2), 6, 0.024, 3, pull=-3.2)

TREES: dict[str, Species] = {
    "oak": Species(_broadleaf(_OAK), _BARK, 0.01, {"L": Organ(_leaf, (*GREENS, _AUTUMN), 0.6)}, 0.085),
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
}  # fmt: skip

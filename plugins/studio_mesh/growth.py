"""What a species of plant is made of: a grammar to grow by, organs to put on it, bark and ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from studio_mesh.geometry import Surface
from studio_mesh.lsystem import Module, Production

Rng: TypeAlias = np.random.Generator
GOLDEN = 137.508
"""The golden angle of phyllotaxis, degrees."""

GREENS = (
    ("#24421d", "#3c6b2a", "#69953a", "#a9bf57"),
    ("#2d4a22", "#51792c", "#86a33b", "#c2c862"),
)


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

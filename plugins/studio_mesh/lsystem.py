"""Parametric, stochastic, bracketed L-systems and the turtle that draws them.

Prusinkiewicz & Lindenmayer 1990, "The Algorithmic Beauty of Plants" (ABOP): parametric productions §1.10, bracketed
strings §1.6.1, the turtle in space §1.5, tropism §2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, sin, sqrt

import numpy as np

from studio_mesh.geometry import Floats, Surface, join, tubes

Module = tuple[str, tuple[float, ...]]
"""A letter and its parameters."""

Production = Callable[[np.random.Generator, tuple[float, ...]], list[Module]]
"""What a module turns into, given random numbers and its parameters."""

Vector = tuple[float, float, float]


def m(letter: str, *values: float) -> Module:
    """The module `letter(values…)`."""
    return letter, values


def derive(
    axiom: Sequence[Module],
    productions: Mapping[str, Production],
    rng: np.random.Generator,
    *,
    limit: int,
    each_step: Callable[[int], None] = lambda _: None,
) -> list[Module]:
    """Rewrite all modules at once until no production applies, or the next step would exceed `limit` modules.

    `each_step` is called with the number of modules before every step and may raise to stop.
    """
    word = list(axiom)
    while any(letter in productions for letter, _ in word):
        each_step(len(word))
        successor: list[Module] = []
        for letter, values in word:
            successor += productions[letter](rng, values) if letter in productions else [(letter, values)]
        if len(successor) > limit:
            break
        word = successor
    return word


@dataclass(slots=True)
class Turtle:
    """Position, heading H, left L, up U, branch radius and branching order."""

    place: Vector = (0.0, 0.0, 0.0)
    heading: Vector = (0.0, 1.0, 0.0)
    left: Vector = (-1.0, 0.0, 0.0)
    up: Vector = (0.0, 0.0, 1.0)
    radius: float = 0.01
    order: int = 0


@dataclass(slots=True)
class Drawing:
    """What the turtle drew.

    Attributes:
        branches: points [n, 3] and radii [n] of every branch, with its order (0 for the trunk).
        organs: place, heading and size of every leaf or flower by letter.
    """

    branches: list[tuple[list[Vector], list[float], int]] = field(default_factory=list)
    organs: dict[str, list[tuple[Vector, Vector, float]]] = field(default_factory=dict)

    def placed(self, letter: str) -> tuple[Floats, Floats, Floats]:
        """Places [n, 3], headings [n, 3] and sizes [n] of the organs drawn by `letter`."""
        found = self.organs.get(letter, [])
        places = np.array([place for place, _, _ in found], dtype=float).reshape(-1, 3)
        headings = np.array([heading for _, heading, _ in found], dtype=float).reshape(-1, 3)
        return places, headings, np.array([size for _, _, size in found], dtype=float)


ORGANS = frozenset("LKNB")
"""Letters that stand for organs: leaf, flower, needle, bud."""


def draw(
    word: Sequence[Module], *, pull: float = 0.0, floor: float = -1.0, check: Callable[[], None] = lambda: None
) -> Drawing:
    """Let the turtle read `word`.

    ``F(length)`` draws, ``!(radius)`` sets the radius, ``+(a) &(a) /(a)`` turn left, pitch down and roll (degrees),
    ``[ ]`` branch, an organ letter places an organ of a size.

    Args:
        word: the modules.
        pull: tropism: how strongly branches bend up (positive) or down (negative), ABOP §2.1; weaker where thick.
        floor: the ground, y in metres: nothing grows below it.
        check: called now and then; may raise to stop.
    """
    turtle, stack, drawing = Turtle(), [], Drawing()
    branch: tuple[list[Vector], list[float], int] = ([], [], 0)
    open_branches = []
    for index, (letter, values) in enumerate(word):
        if index % 2048 == 0:
            check()
        if letter == "F":
            _grow(turtle, branch, values[0], pull, floor)
        elif letter == "!":
            turtle.radius = values[0]
        elif letter == "[":
            stack.append(Turtle(turtle.place, turtle.heading, turtle.left, turtle.up, turtle.radius, turtle.order))
            open_branches.append(branch)
            turtle.order += 1
            branch = ([], [], turtle.order)
        elif letter == "]":
            _keep(drawing, branch)
            turtle, branch = stack.pop(), open_branches.pop()
        elif letter in ORGANS and turtle.place[1] > floor + 0.006:
            drawing.organs.setdefault(letter, []).append((turtle.place, turtle.heading, values[0]))
        elif letter in _TURNS:
            _TURNS[letter](turtle, values[0] * 0.017453292519943295)
    _keep(drawing, branch)
    return drawing


def _grow(
    turtle: Turtle, branch: tuple[list[Vector], list[float], int], length: float, pull: float, floor: float
) -> None:
    """Draw forwards, but record nothing below the floor."""
    if not branch[0] and turtle.place[1] >= floor:
        branch[0].append(turtle.place)
        branch[1].append(turtle.radius)
    _forward(turtle, length, pull)
    if turtle.place[1] >= floor:
        branch[0].append(turtle.place)
        branch[1].append(turtle.radius)


def _keep(drawing: Drawing, branch: tuple[list[Vector], list[float], int]) -> None:
    if len(branch[0]) > 1:
        drawing.branches.append(branch)


def _forward(turtle: Turtle, length: float, pull: float) -> None:
    x, y, z = turtle.place
    hx, hy, hz = turtle.heading
    turtle.place = (x + hx * length, y + hy * length, z + hz * length)
    if pull:
        # torque towards ±y, in proportion to the sine of the angle between heading and the vertical
        level = sqrt(hx * hx + hz * hz)
        bend = pull * level * length / (0.2 + 40 * turtle.radius + (150 * turtle.radius) ** 2)
        if level > 1e-6:
            axis = (-hz / level, 0.0, hx / level)
            turtle.heading = _rotate(turtle.heading, axis, bend)
            turtle.left = _rotate(turtle.left, axis, bend)
            turtle.up = _rotate(turtle.up, axis, bend)


def _rotate(v: Vector, axis: Vector, angle: float) -> Vector:
    """Rodrigues' rotation of `v` about the unit `axis`."""
    c, s = cos(angle), sin(angle)
    ax, ay, az = axis
    along = (ax * v[0] + ay * v[1] + az * v[2]) * (1 - c)
    return (
        v[0] * c + (ay * v[2] - az * v[1]) * s + ax * along,
        v[1] * c + (az * v[0] - ax * v[2]) * s + ay * along,
        v[2] * c + (ax * v[1] - ay * v[0]) * s + az * along,
    )


def _mix(first: Vector, second: Vector, angle: float) -> tuple[Vector, Vector]:
    """Turn `first` towards `second` by `angle`; both stay at right angles."""
    c, s = cos(angle), sin(angle)
    ahead = (first[0] * c + second[0] * s, first[1] * c + second[1] * s, first[2] * c + second[2] * s)
    aside = (second[0] * c - first[0] * s, second[1] * c - first[1] * s, second[2] * c - first[2] * s)
    return ahead, aside


def _yaw(turtle: Turtle, angle: float) -> None:
    turtle.heading, turtle.left = _mix(turtle.heading, turtle.left, angle)


def _pitch(turtle: Turtle, angle: float) -> None:
    turtle.heading, turtle.up = _mix(turtle.heading, turtle.up, -angle)


def _roll(turtle: Turtle, angle: float) -> None:
    turtle.left, turtle.up = _mix(turtle.left, turtle.up, angle)


_TURNS: dict[str, Callable[[Turtle, float], None]] = {"+": _yaw, "&": _pitch, "/": _roll}


def wood(drawing: Drawing, paint: Callable[[Floats, Floats], Floats], sides: int) -> Surface:
    """All branches as closed tapered tubes.

    Args:
        drawing: what the turtle drew.
        paint: colours [n, 3] for points [n, 3] and radii [n].
        sides: corners of the trunk's cross-section; thin branches have fewer.
    """
    groups: dict[tuple[int, int], list[tuple[list[Vector], list[float]]]] = {}
    for points, radii, order in drawing.branches:
        groups.setdefault((len(points), max(4, sides - 2 * order)), []).append((points, radii))
    parts = []
    for (count, corners), members in sorted(groups.items()):
        paths: Floats = np.array([places for places, _ in members], dtype=float)
        widths: Floats = np.array([thick for _, thick in members], dtype=float)
        colors = paint(paths.reshape(-1, 3), widths.ravel()).reshape(len(members), count, 3)
        parts.append(tubes(paths, widths, colors, corners))
    return join(parts)

"""What to try when a job did not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.sdk import Field, Json, ParameterError

GROWS_WITH = (
    "batch", "context", "resolution", "longer_side", "size", "detail", "length", "bars", "quarters", "candidates",
    "count", "width",
)  # fmt: skip
"""Names of whole numbers that memory grows with; those that change least of what comes out are halved first."""

SAVES = ("checkpointing",)
"""Names of switches that need less memory when they are on, and change nothing but the time."""

SIDES = 0.7
"""What remains of each side of a picture: about half its pixels."""


def remedy(fields: tuple[Field, ...], values: Mapping[str, Json]) -> dict[str, Json]:
    """One value that needs about half the memory, by its field's name; empty where there is none to make smaller.

    A switch comes first, see `SAVES`. Then a size: both its sides, by `SIDES`. Then whole numbers by `GROWS_WITH`.
    """
    mattering = [known for known in fields if known.applies(values)]
    for known in mattering:
        if known.kind == "toggle" and known.name in SAVES and values.get(known.name) is False:
            return {known.name: True}
    sizes = [known for known in mattering if known.kind == "size"]
    numbers = [known for known in mattering if known.kind == "integer" and known.name in GROWS_WITH]
    for known in (*sizes, *sorted(numbers, key=lambda known: GROWS_WITH.index(known.name))):
        value = values.get(known.name)
        if isinstance(value, (list, tuple)):
            smaller: Json = [_stepped(known, side * SIDES) for side in value]
        elif isinstance(value, int) and value > 1:
            smaller = _stepped(known, value / 2)
        else:
            continue
        if _amount(smaller) < _amount(value):
            return {known.name: smaller}
    return {}


def checked(fields: tuple[Field, ...], proposed: Any) -> dict[str, Json]:
    """What a generator proposes by itself, as far as it fits: empty unless every value is one its field takes."""
    known = {one.name: one for one in fields}
    try:
        return {name: known[name].check(value) for name, value in dict(proposed).items()}
    except (KeyError, TypeError, ValueError, ParameterError):
        return {}


def hint(fields: tuple[Field, ...], proposed: Mapping[str, Json]) -> str:
    """A remedy as a sentence, for the card and the command line."""
    for known in fields:
        if known.name in proposed:
            value = proposed[known.name]
            if known.kind == "size":
                return f"Try {value[0]}×{value[1]}, or close other programs."
            if value is True:
                return f"Switch on “{known.label or known.name}”, or close other programs."
            return f"Try “{known.label or known.name}” at {value}, or close other programs."
    return "Close other programs, or choose smaller values."


def _stepped(known: Field, value: float) -> int:
    """The next smaller whole number in the field's steps, not below its least."""
    step = int(known.step or 1)
    return max(int(known.min or 1), int(value) // step * step or int(value))


def _amount(value: Json) -> int:
    return int(value[0]) * int(value[1]) if isinstance(value, (list, tuple)) else int(value)

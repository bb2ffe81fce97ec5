"""Reading JSON that anyone may have written: each value is checked, and the complaint names its key."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from studio.sdk import Json

_HEX = frozenset("0123456789abcdef")
DEPTH_LIMIT = 60


class RecordError(ValueError):
    """A record can't be used; the message is a sentence that says why."""


class Reader:
    """Reads checked values out of one JSON object. A missing key reads as the empty value of its type.

    Attributes:
        where: what the object is, for messages.
    """

    def __init__(self, plain: Json, where: str) -> None:
        if not isinstance(plain, Mapping):
            raise RecordError(f"The {where} is not a JSON object.")
        self._plain = plain
        self.where = where

    def _wrong(self, name: str, wanted: str) -> RecordError:
        return RecordError(f"“{name}” in the {self.where} must be {wanted}.")

    def text(self, name: str, limit: int = 1000) -> str:
        """A text of at most `limit` characters."""
        return self.plain_text(self._plain.get(name, ""), name, limit)

    def plain_text(self, value: Any, name: str, limit: int) -> str:
        """`value` if it is a text that can be written as UTF-8."""
        if not isinstance(value, str) or len(value) > limit or not _is_encodable(value):
            raise self._wrong(name, f"a text of at most {limit:,} characters")
        return value

    def sha256(self, name: str) -> str:
        """64 hex digits, or empty."""
        value = self.text(name, 64)
        if value and (len(value) != 64 or not _HEX.issuperset(value)):
            raise self._wrong(name, "a SHA-256 hash")
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._plain.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(name, f"a whole number from {low} to {high}")
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number from `low` to `high`."""
        value = self._plain.get(name, 0.0)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(name, "a number")
        return float(value)

    def toggle(self, name: str) -> bool:
        """True or false."""
        value = self._plain.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def sequence(self, name: str, limit: int) -> list[Json]:
        """A list of at most `limit` entries."""
        value = self._plain.get(name, [])
        if not isinstance(value, list) or len(value) > limit:
            raise self._wrong(name, f"a list of at most {limit:,} entries")
        return value

    def mapping(self, name: str) -> dict[str, Json]:
        """An object of JSON values that can be written again."""
        value = self._plain.get(name, {})
        if not isinstance(value, Mapping):
            raise self._wrong(name, "an object")
        return _checked_object(dict(value), f"“{name}” in the {self.where}")

    def rest(self, known: frozenset[str]) -> dict[str, Json]:
        """Keys that are not in `known`, with their values."""
        unknown = {name: value for name, value in self._plain.items() if name not in known}
        return _checked_object(unknown, f"The {self.where}")


def plain_json(value: Any) -> Json:
    """`value` turned into JSON that can be written and read back: what has no form in JSON becomes its text."""
    if value is None or isinstance(value, (bool, int)):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(key).encode("utf-8", "replace").decode("utf-8"): plain_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain_json(entry) for entry in value]
    item = getattr(value, "item", None)  # numpy scalars
    if callable(item) and getattr(value, "size", 0) == 1:
        return plain_json(item())
    tolist = getattr(value, "tolist", None)
    return plain_json(tolist()) if callable(tolist) else str(value)


def _checked_object(value: dict[str, Json], where: str) -> dict[str, Json]:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"{where} holds something that is not plain JSON.") from error
    if _depth(value) > DEPTH_LIMIT:
        raise RecordError(f"{where} is nested too deeply.")
    return value


def _depth(value: Json) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        entry, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > DEPTH_LIMIT:
            return depth
        children = entry.values() if isinstance(entry, Mapping) else entry if isinstance(entry, list) else ()
        waiting.extend((child, depth + 1) for child in children)
    return deepest


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

"""Reading a ``report.json`` back. It may come with somebody else's model: nothing in it is trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

from studio.sdk.errors import UserError

REPORT = "report.json"

FORMAT = 1
"""Version of ``report.json``."""

REPORT_BYTES = 64 * 2**20
"""Longest report that is read."""

LAST_SECOND = 32_503_680_000
"""The end of the year 2999; later dates are none."""

_Read = TypeVar("_Read")


def read_report(folder: Path) -> dict[str, Any]:
    """The report kept in a model's folder, of the shape that `studio.teach.report.report_of` gives it.

    Raises:
        UserError: there is none, or it is damaged.
    """
    path = folder / REPORT
    try:
        with path.open("rb") as stream:
            raw = stream.read(REPORT_BYTES + 1)
    except OSError as error:
        raise UserError(f"This model has no report ({path.name} is not there).") from error
    try:
        if len(raw) > REPORT_BYTES:
            raise ValueError(f"it is longer than {REPORT_BYTES:,} bytes")
        return _report(json.loads(raw.decode("utf-8")))
    except (ValueError, OverflowError, RecursionError) as error:
        raise UserError(f"{path} is no report of the studio ({error}).") from error


def _report(plain: Any) -> dict[str, Any]:
    """Raises `ValueError` saying what is wrong."""
    report = _object(plain)
    if report.get("format") != FORMAT:
        raise ValueError(f"its format is {str(report.get('format'))[:20]}, not {FORMAT}")
    return {
        **report,
        **{name: _text(report.get(name)) for name in ("title", "family", "recipe", "intended_use", "studio")},
        **{name: _list(report.get(name), _text) for name in ("summary", "samples", "strengths", "limits")},
        **{name: _object(report.get(name) or {}) for name in ("dataset", "values")},
        **{name: _within(report.get(name) or 0, LAST_SECOND) for name in ("began", "ended")},
        "version": report.get("version"),
        "seed": report.get("seed"),
        "steps": int(_number(report.get("steps") or 0)),
        "measures": _list(report.get("measures"), _measure),
        "neighbours": _list(report.get("neighbours"), _neighbour),
        "distributions": _named(report.get("distributions"), lambda shares: _named(shares, _number)),
        "curves": _named(report.get("curves"), lambda points: _list(points, _point)),
    }


def _measure(plain: Any) -> dict[str, Any]:
    measure = _object(plain)
    baseline = measure.get("baseline")
    return {
        **{name: _text(measure.get(name)) for name in ("name", "baseline_name", "better", "meaning")},
        "value": _number(measure.get("value")),
        "baseline": None if baseline is None else _number(baseline),
    }


def _neighbour(plain: Any) -> dict[str, Any]:
    neighbour = _object(plain)
    return {
        **{name: _text(neighbour.get(name)) for name in ("sample", "training")},
        "distance": _number(neighbour.get("distance")),
        "copied": bool(neighbour.get("copied")),
    }


def _point(plain: Any) -> list[float]:
    step, value = _list(plain, _number)
    return [step, value]


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise _wrong(plain, "an object")
    return plain


def _list(plain: Any, read: Callable[[Any], _Read]) -> list[_Read]:
    if not isinstance(plain, list | NoneType):
        raise _wrong(plain, "a list")
    return [read(one) for one in plain or ()]


def _named(plain: Any, read: Callable[[Any], _Read]) -> Mapping[str, _Read]:
    return {name: read(value) for name, value in _object({} if plain is None else plain).items()}


def _text(plain: Any) -> str:
    if not isinstance(plain, str | NoneType):
        raise _wrong(plain, "a text")
    return plain or ""


def _number(plain: Any) -> float:
    if isinstance(plain, bool) or not isinstance(plain, int | float) or not math.isfinite(plain):
        raise _wrong(plain, "a number")
    return float(plain)


def _within(plain: Any, most: float) -> float:
    return min(max(0.0, _number(plain)), most)


def _wrong(plain: Any, wanted: str) -> ValueError:
    return ValueError(f"{str(plain)[:40]!r} stands where {wanted} should")

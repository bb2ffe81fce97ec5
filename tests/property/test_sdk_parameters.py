"""Whatever fields an author invents and whatever values arrive: checks are total, canonical and survive JSON."""

import json
import math
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import studio.sdk as sdk
from studio.sdk.parameters import INPUT_KINDS

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)
TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def common(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "name": draw(NAMES),
        "label": draw(TEXT),
        "help": draw(TEXT),
        "group": draw(st.sampled_from(["", "Shape"])),
        "advanced": draw(st.booleans()),
        "unit": draw(st.sampled_from(["", "px", "bpm"])),
        "aliases": tuple(draw(st.lists(NAMES, max_size=2))),
        "when": draw(st.none() | st.dictionaries(NAMES, st.booleans() | TEXT, max_size=2)),
    }


@st.composite
def fields(draw: st.DrawFn) -> sdk.Field:
    """A field of any kind with a default that fits."""
    kind = draw(st.sampled_from(["integer", "number", "choice", "size", "color", "toggle", "text", "prompt", "secret",
                                 "file", "folder", "seed", *sorted(INPUT_KINDS)]))  # fmt: skip
    own: dict[str, Any] = {}
    if kind in ("integer", "number"):
        bounds = sorted(draw(st.lists(st.integers(-1000, 1000), min_size=2, max_size=2)))
        own = {"min": bounds[0], "max": bounds[1], "default": bounds[0]}
    elif kind == "seed":
        own = {"min": 0, "max": sdk.SEED_LIMIT - 1, "default": 0}
    elif kind == "size":
        own = {"min": 16, "max": 4096, "step": 8, "default": [64, 64]}
    elif kind == "choice":
        values = draw(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True))
        own = {"options": tuple(sdk.Option(value, value) for value in values), "default": values[0]}
    elif kind == "color":
        own = {"default": "#0a0b0c"}
    elif kind == "toggle":
        own = {"default": draw(st.booleans())}
    elif kind not in INPUT_KINDS:
        own = {"default": ""}
    return sdk.Field(kind, **own, **draw(common()))


def outcome(check: Callable[[], Any]) -> tuple[Any, sdk.ParameterError | None]:
    """What a check returns, or what it refuses with; anything else it raises fails the test."""
    try:
        return check(), None
    except sdk.ParameterError as error:
        return None, error


@given(fields())
def test_a_field_survives_json(field: sdk.Field) -> None:
    assert sdk.Field.from_json(json.loads(json.dumps(field.to_json()))).to_json() == field.to_json()


@given(fields(), JSON)
def test_any_value_is_taken_in_canonical_form_or_refused_at_the_field(field: sdk.Field, value: Any) -> None:
    checked, error = outcome(lambda: field.check(value))
    if error is not None:
        assert (error.param, bool(error.message)) == (field.name, True)
        return
    assert field.check(checked) == checked
    assert field.check(json.loads(json.dumps(checked, allow_nan=False))) == checked


@given(fields(), st.text(max_size=30))
def test_any_typed_text_is_taken_or_refused_at_the_field(field: sdk.Field, typed: str) -> None:
    checked, error = outcome(lambda: field.from_text(typed))
    if error is not None:
        assert error.param == field.name
        return
    assert field.check(checked) == checked


@given(st.integers(-(10**18), 10**18))
def test_whole_numbers_typed_come_back(number: int) -> None:
    assert sdk.Field("integer", name="n").from_text(str(number)) == number


@given(FINITE)
def test_real_numbers_typed_come_back(number: float) -> None:
    assert sdk.Field("number", name="x").from_text(repr(number)) == number


@given(st.integers(16, 4096), st.integers(16, 4096), st.sampled_from(["x", "×", "*", ",", " "]))
def test_sizes_typed_come_back(width: int, height: int, sign: str) -> None:
    assert sdk.Field("size", name="size", min=16, max=4096).from_text(f"{width}{sign}{height}") == [width, height]


@settings(max_examples=50)
@given(st.lists(fields(), max_size=6, unique_by=lambda field: field.name), st.dictionaries(NAMES, JSON, max_size=4))
def test_checked_values_are_complete_and_stay_as_they_are(known: list[sdk.Field], values: dict[str, Any]) -> None:
    checked, error = outcome(lambda: sdk.check_values(known, values))
    if error is not None:
        assert error.param in {*values, *(field.name for field in known)}
        return
    assert list(checked) == [field.name for field in known]
    assert sdk.check_values(known, checked) == checked


@given(st.floats())
def test_numbers_in_checked_values_are_finite(number: float) -> None:
    field = sdk.Field("number", name="x")
    if math.isfinite(number):
        assert field.check(number) == number
    else:
        with pytest.raises(sdk.ParameterError):
            field.check(number)


@given(TEXT)
def test_no_secret_is_ever_in_a_repr(hidden: str) -> None:
    class Login(sdk.Params):
        key: str = sdk.secret()

    shown = repr(Login(key=hidden))
    assert shown.replace("Login", "", 1) == repr(Login(key="")).replace("Login", "", 1)


@settings(max_examples=50)
@given(st.lists(st.tuples(fields(), JSON), min_size=1, max_size=4, unique_by=lambda pair: pair[0].name))
def test_params_are_equal_exactly_when_their_values_are(pairs: list[tuple[sdk.Field, Any]]) -> None:
    form = type("Form", (sdk.Params,), {field.name: field for field, _ in pairs})
    values = {field.name: repr(value) for field, value in pairs}
    first, second = form(**values), form(**values)
    assert first == second
    assert hash(first) == hash(second)
    name = pairs[0][0].name
    assert first != form(**{**values, name: values[name] + "!"})

"""Parameters: what fits, what is refused and with which sentence, and what the value object promises."""

from typing import Any

import pytest

import studio.sdk as sdk
from studio.sdk.testing.running import params_of


class Paint(sdk.Params):
    words: str = sdk.prompt("a fox")
    mode: str = sdk.choice("fill", ["fill", ("inpaint", "Paint inside")])
    strength: float = sdk.number(0.5, min=0.0, max=1.0, when={"mode": "inpaint"}, aliases=("denoise", "denoising"))
    steps: int = sdk.integer(20, min=1, max=100, unit="steps")
    size: tuple[int, int] = sdk.size(512, 256, min=64, max=1024)
    tint: str = sdk.color("#FFAA00")
    flip: bool = sdk.toggle()
    key: str = sdk.secret()
    font: str = sdk.file(suffixes=(".sf2", ".sfz"))
    init: sdk.Image | None = sdk.image(required=True, when={"mode": "inpaint"})


def field(name: str) -> sdk.Field:
    return next(known for known in Paint.fields if known.name == name)


def paint(**values: Any) -> Paint:
    return Paint(**values)


def test_fields_keep_their_order_and_get_readable_labels() -> None:
    assert [known.name for known in Paint.fields] == [
        "words", "mode", "strength", "steps", "size", "tint", "flip", "key", "font", "init"
    ]  # fmt: skip
    assert field("words").label == "Words"
    assert [option.label for option in field("mode").options] == ["Fill", "Paint inside"]


def test_a_subclass_inherits_fields_and_may_redefine_one() -> None:
    class More(Paint):
        steps: int = sdk.integer(4, min=1, max=8)
        extra: int = sdk.integer(1)

    names = [known.name for known in More.fields]
    assert names.count("steps") == 1
    assert names[0] == "words"
    assert More.fields[names.index("steps")].default == 4
    assert paint().steps == 20


def test_defaults_fill_what_is_not_given() -> None:
    checked = sdk.check_values(Paint.fields, {"steps": 3})
    assert (checked["steps"], checked["words"], checked["size"], checked["init"]) == (3, "a fox", [512, 256], None)


def test_a_former_name_still_works() -> None:
    assert sdk.check_values(Paint.fields, {"denoising": 0.25})["strength"] == 0.25


def test_the_present_name_wins_over_a_former_one() -> None:
    assert sdk.check_values(Paint.fields, {"denoise": 0.1, "strength": 0.9})["strength"] == 0.9


@pytest.mark.parametrize("digits", [20, 400, 5000])
def test_a_number_beyond_all_bounds_is_refused_with_a_sentence(digits: int) -> None:
    with pytest.raises(sdk.ParameterError, match=rf"1e\+{digits} is outside"):
        field("steps").check(10**digits)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("steps", 0, "Steps must be between 1 and 100 steps; 0 is outside."),
        ("steps", 2.5, "Steps must be a whole number from 1 to 100 steps."),
        ("steps", True, "Steps must be a whole number from 1 to 100 steps."),
        ("steps", "20", "Steps must be a whole number from 1 to 100 steps."),
        ("steps", None, "Steps must be a whole number from 1 to 100 steps."),
        ("strength", float("nan"), "Strength must be a finite number from 0 to 1."),
        ("strength", 10**400, "Strength must be a finite number from 0 to 1."),
        ("strength", [0.5], "Strength must be a number from 0 to 1."),
        ("mode", "fly", "Mode has no option “fly”."),
        ("mode", 3, "Mode must be one of its options."),
        ("size", [64], "Size must be a width and a height, e.g. 512x512."),
        ("size", [64, 4096], "Size must be between 64 and 1024; 4096 is outside."),
        ("tint", "orange", "Tint must be a colour such as #3fa7d6."),
        ("flip", 1, "Flip must be on or off."),
        ("font", "piano.wav", "Font must be a file ending in .sf2, .sfz."),
        ("font", "a\0.sf2", "Font must be a path."),
        ("words", 7, "Words must be text."),
        ("words", "\ud800", "Words holds characters that are no valid text."),
        ("words", "x" * 100_001, "Words is too long: 100,001 characters, at most 100,000 are taken."),
        ("init", 5, "Init must be an item of the library or a file."),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_field(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(sdk.ParameterError) as raised:
        sdk.check_values(Paint.fields, {name: value})
    assert (raised.value.param, raised.value.message) == (name, sentence)


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(sdk.ParameterError) as raised:
        sdk.check_values(Paint.fields, {"stepz": 3})
    assert raised.value.param == "stepz"
    assert "steps" in (raised.value.hint or "")


def test_a_required_input_is_asked_for_only_when_it_matters() -> None:
    assert sdk.check_values(Paint.fields, {"mode": "fill"})["init"] is None
    with pytest.raises(sdk.ParameterError) as raised:
        sdk.check_values(Paint.fields, {"mode": "inpaint"})
    assert raised.value.param == "init"
    assert sdk.check_values(Paint.fields, {"mode": "inpaint", "init": "item:1"})["init"] == "item:1"


def test_when_accepts_a_list_of_values() -> None:
    known = sdk.Field("integer", name="n", when={"mode": ["a", "b"], "on": True})
    assert known.applies({"mode": "b", "on": True})
    assert not known.applies({"mode": "c", "on": True})
    assert not known.applies({"mode": "a"})


def test_colours_are_kept_in_lower_case() -> None:
    assert sdk.check_values(Paint.fields, {"tint": "#ABCDEF"})["tint"] == "#abcdef"


def test_whole_floats_count_as_whole_numbers() -> None:
    steps = sdk.check_values(Paint.fields, {"steps": 8.0})["steps"]
    assert (steps, type(steps)) == (8, int)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("steps", "12", 12),
        ("strength", "0.25", 0.25),
        ("size", "128x256", [128, 256]),
        ("size", " 128 × 256 ", [128, 256]),
        ("flip", "Yes", True),
        ("flip", "off", False),
        ("mode", "inpaint", "inpaint"),
        ("words", "", ""),
    ],
)
def test_values_can_be_typed(name: str, typed: str, value: Any) -> None:
    assert field(name).from_text(typed) == value


@pytest.mark.parametrize(
    ("name", "typed"), [("steps", "many"), ("steps", "1e3"), ("size", "big"), ("flip", "maybe"), ("strength", "nan")]
)
def test_typed_nonsense_is_refused_at_its_field(name: str, typed: str) -> None:
    with pytest.raises(sdk.ParameterError) as raised:
        field(name).from_text(typed)
    assert raised.value.param == name


def test_params_are_immutable_values() -> None:
    params = paint(steps=3)
    assert params == paint(steps=3)
    assert hash(params) == hash(paint(steps=3))
    assert params != paint(steps=4)
    assert params.size == (512, 256)
    with pytest.raises(AttributeError, match="immutable"):
        params.steps = 4  # type: ignore[misc]
    with pytest.raises(TypeError, match="no field 'nope'"):
        paint(nope=1)


def test_a_secret_is_never_shown() -> None:
    assert "hunter2" not in repr(paint(key="hunter2"))
    assert "hunter2" not in str(paint(key="hunter2"))


def test_params_of_asks_for_inputs_as_the_host_does() -> None:
    class Relief(sdk.Generator):
        """Raises a picture."""

        id, title, makes = "test.relief", "Relief", (sdk.Text,)

        class Params(sdk.Params):
            picture: sdk.Image | None = sdk.image(required=True)

        def generate(self, params: Any, ctx: sdk.Context) -> Any:
            yield sdk.Text(text="made")

    with pytest.raises(sdk.ParameterError) as raised:
        params_of(Relief, {})
    assert raised.value.param == "picture"

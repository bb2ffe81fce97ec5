"""Typed parameters as data: one description that the form, the command line and the worker all read.

A generator declares a `Params` class whose attributes are made by the field functions below::

    class Params(sdk.Params):
        size: tuple[int, int] = sdk.size(512, 512)
        octaves: int = sdk.integer(4, min=1, max=8, group="Shape")

The class turns into an immutable value object; `Params.fields` lists its `Field` descriptions, which travel as JSON.
A field's name is its identity for ever: rename through ``aliases``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar, cast, dataclass_transform

from studio.sdk.errors import ParameterError

if TYPE_CHECKING:
    from studio.sdk.artifacts import Audio, Image, Mesh, Score, Text, Video
    from studio.sdk.datasets import Dataset

Value = TypeVar("Value")
Json = Any
"""A value that `json.dumps` accepts: None, bool, int, float, str, list or dict with string keys."""

INPUT_KINDS = frozenset({"image", "mask", "audio", "score", "mesh", "video", "text_in"})
"""Field kinds whose value is a reference to an item or a file, and an artifact inside ``generate``."""

SEED_LIMIT = 2**32
"""Seeds are whole numbers from 0 up to, not including, this: what every library's generators accept."""


class Option(NamedTuple):
    """One entry of a choice: the stored `value` and the `label` people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, described as data.

    Attributes:
        kind: the field function's name, e.g. ``"integer"``; decides the editor and the checks.
        name: the attribute name, filled in by `Params`.
        default: JSON value used when nothing is given; None for inputs.
        label: short text beside the editor; made from the name when empty.
        help: one or two sentences for a tooltip.
        group: heading the field stands under, empty for the main part.
        advanced: hidden until *Advanced* is opened.
        unit: text behind the number, e.g. ``"bpm"``.
        when: other fields' values that must hold for this one to matter, e.g. ``{"mode": "inpaint"}``.
            A list of values means any of them.
        aliases: former names.
        min, max, step: bounds of numbers; for sizes, of each side in pixels.
        options: the entries of a choice.
        source: who answers the options live: ``"models:FAMILY"`` for a choice (models of that family, see
            `Trainer.teaches`), ``"datasets:KIND"`` for a dataset.
        suffixes: endings a file may have, with dot, e.g. ``(".sf2",)``.
        max_length: most characters of a text.
        required: whether an input must be given, or something be chosen where a choice begins empty.
    """

    kind: str
    name: str = ""
    default: Json = None
    label: str = ""
    help: str = ""
    group: str = ""
    advanced: bool = False
    unit: str = ""
    when: Mapping[str, Json] | None = None
    aliases: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    step: float | None = None
    options: tuple[Option, ...] = ()
    source: str = ""
    suffixes: tuple[str, ...] = ()
    max_length: int = 100_000
    required: bool = False

    @property
    def is_input(self) -> bool:
        """Whether the value refers to an item or file rather than being the value itself."""
        return self.kind in INPUT_KINDS

    def check(self, value: Json) -> Json:
        """Return `value` in its canonical JSON form, or raise `ParameterError` with a sentence for the artist."""
        return _CHECKS[self.kind](self, value)

    def from_text(self, text: str) -> Json:
        """Read a value typed on a command line (``"512x512"``, ``"yes"``, ``"0.5"``) and check it."""
        read = _FROM_TEXT.get(self.kind)
        return self.check(read(self, text) if read else text)

    def applies(self, values: Mapping[str, Json]) -> bool:
        """Whether this field matters, given the other fields' values (see `when`)."""
        for name, wanted in (self.when or {}).items():
            allowed = wanted if isinstance(wanted, (list, tuple)) else (wanted,)
            if values.get(name) not in allowed:
                return False
        return True

    def error(self, problem: str, hint: str | None = None) -> ParameterError:
        """A `ParameterError` at this field; whose sentence continues the label: ``"must be a whole number."``."""
        return ParameterError(f"{self.label or self.name} {problem}", param=self.name, hint=hint)

    def to_json(self) -> dict[str, Json]:
        """Everything that differs from a plain field of this kind, as JSON."""
        plain: dict[str, Json] = {}
        for slot in fields(self):
            value = getattr(self, slot.name)
            if slot.default is not MISSING and value == slot.default:
                continue
            plain[slot.name] = value
        if self.options:
            plain["options"] = [[option.value, option.label] for option in self.options]
        if self.when:
            plain["when"] = dict(self.when)
        for name in ("aliases", "suffixes"):
            if name in plain:
                plain[name] = list(plain[name])
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Json]) -> Field:
        """The inverse of `to_json`. Raises `TypeError`, `ValueError` or `KeyError` on anything else."""
        values = dict(plain)
        if "options" in values:
            values["options"] = tuple(Option(str(value), str(label)) for value, label in values["options"])
        for name in ("aliases", "suffixes"):
            if name in values:
                values[name] = tuple(map(str, values[name]))
        field = cls(**values)
        if field.kind not in _CHECKS:
            raise ValueError(f"unknown field kind {field.kind!r}")
        return field


# ---- the field functions -------------------------------------------------------------------------------------
# Each returns a `Field` while claiming the type of the value it stands for, as `dataclasses.field` does.


def prompt(default: str = "", **common: Any) -> str:
    """A large text box, the main thing a person writes. `common` takes label, help, group, advanced, when, aliases."""
    return _field("prompt", default, common)


def text(default: str = "", *, max_length: int = 100_000, **common: Any) -> str:
    """One or more lines of text."""
    return _field("text", default, common, max_length=max_length)


def integer(
    default: int, *, min: int | None = None, max: int | None = None, step: int | None = None, **common: Any
) -> int:
    """A whole number within [min, max]."""
    return _field("integer", default, common, min=min, max=max, step=step)


def number(
    default: float, *, min: float | None = None, max: float | None = None, step: float | None = None, **common: Any
) -> float:
    """A finite real number within [min, max]; `step` is the editor's increment, not a constraint."""
    return _field("number", default, common, min=min, max=max, step=step)


def toggle(default: bool = False, **common: Any) -> bool:
    """On or off."""
    return _field("toggle", default, common)


def choice(
    default: str,
    options: Sequence[str | tuple[str, str]] = (),
    *,
    source: str = "",
    **common: Any,
) -> str:
    """One of `options` (values, or value–label pairs), or of what the host answers for `source`."""
    entries = tuple(
        Option(entry, _label(entry)) if isinstance(entry, str) else Option(entry[0], entry[1]) for entry in options
    )
    return _field("choice", default, common, options=entries, source=source)


def seed(default: int = 0, **common: Any) -> int:
    """A seed besides the request's own (which is ``ctx.seed``), from 0 to 2³²−1."""
    return _field("seed", default, common, min=0, max=SEED_LIMIT - 1)


def size(width: int, height: int, *, min: int = 16, max: int = 4096, step: int = 8, **common: Any) -> tuple[int, int]:
    """Width and height in pixels, each within [min, max]."""
    return _field("size", (width, height), common, min=min, max=max, step=step)


def color(default: str = "#ffffff", **common: Any) -> str:
    """A colour as ``#rrggbb``, sRGB."""
    return _field("color", default, common)


def file(*, suffixes: Sequence[str] = (), required: bool = False, **common: Any) -> str:
    """The path of a file of the artist's, empty for none."""
    return _field("file", "", common, suffixes=tuple(suffixes), required=required)


def folder(*, required: bool = False, **common: Any) -> str:
    """The path of a folder of the artist's, empty for none."""
    return _field("folder", "", common, required=required)


def dataset(kind: str, **common: Any) -> Dataset:
    """A prepared dataset of one of `datasets.DATASET_KINDS`: its name in a request, a `Dataset` inside ``train``."""
    return cast("Dataset", _field("dataset", "", common, source=f"datasets:{kind}", required=True))


def secret(**common: Any) -> str:
    """A password or key: never kept in records, history or logs."""
    return _field("secret", "", common)


def image(*, required: bool = False, **common: Any) -> Image | None:
    """A picture the generator starts from."""
    return _field("image", None, common, required=required)


def mask(*, required: bool = False, **common: Any) -> Image | None:
    """A grey picture: white where the generator should work, black where it should keep what is there."""
    return _field("mask", None, common, required=required)


def audio(*, required: bool = False, **common: Any) -> Audio | None:
    """A recording the generator starts from."""
    return _field("audio", None, common, required=required)


def score(*, required: bool = False, **common: Any) -> Score | None:
    """Notes (a MIDI file or a score from the library) the generator starts from."""
    return _field("score", None, common, required=required)


def mesh(*, required: bool = False, **common: Any) -> Mesh | None:
    """A 3D model the generator starts from."""
    return _field("mesh", None, common, required=required)


def video(*, required: bool = False, **common: Any) -> Video | None:
    """A video the generator starts from."""
    return _field("video", None, common, required=required)


def text_in(*, required: bool = False, **common: Any) -> Text | None:
    """A text document the generator starts from."""
    return _field("text_in", None, common, required=required)


def _field(kind: str, default: Value, common: Mapping[str, Any], **own: Any) -> Value:
    values = {**common, **own}
    if "aliases" in values:
        values["aliases"] = tuple(values["aliases"])
    plain = list(default) if isinstance(default, tuple) else default
    return cast("Value", Field(kind=kind, default=plain, **values))


def _label(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


# ---- Params --------------------------------------------------------------------------------------------------


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(
        prompt, text, integer, number, toggle, choice, seed, size, color, file, folder, dataset, secret,
        image, mask, audio, score, mesh, video, text_in,
    ),
)  # fmt: skip
class Params:
    """Base class of a generator's parameters: an immutable value object with one attribute per field.

    Attributes:
        fields: the descriptions, in order of declaration, base classes first.
    """

    fields: ClassVar[tuple[Field, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        for name in own:
            delattr(cls, name)
        named = [replace(field, name=name, label=field.label or _label(name)) for name, field in own.items()]
        inherited = [field for field in cls.fields if field.name not in own]
        cls.fields = (*inherited, *named)

    def __init__(self, **values: Any) -> None:
        for field in self.fields:
            default = tuple(field.default) if field.kind == "size" else field.default
            object.__setattr__(self, field.name, values.pop(field.name, default))
        if values:
            raise TypeError(f"{type(self).__qualname__} has no field {next(iter(values))!r}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__qualname__} is immutable")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), repr(vars(self))))

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{field.name}={'…' if field.kind == 'secret' else repr(getattr(self, field.name))}"
            for field in self.fields
        )
        return f"{type(self).__qualname__}({shown})"


def check_values(known: Iterable[Field], values: Mapping[str, Json]) -> dict[str, Json]:
    """Return a canonical value for every field in `known`: given, found under an alias, or the default.

    Raises:
        ParameterError: a name no field has, or the first value that does not fit, with `param` set.
    """
    left = dict(values)
    checked: dict[str, Json] = {}
    known = tuple(known)
    for field in known:
        given = [left.pop(name) for name in (field.name, *field.aliases) if name in left]
        checked[field.name] = field.check(given[0]) if given else field.default
    if left:
        name = next(iter(left))
        names = ", ".join(field.name for field in known) or "none"
        raise ParameterError(f"There is no parameter called “{name}”.", param=name, hint=f"Known parameters: {names}.")
    for field in known:
        if field.required and field.applies(checked) and not checked[field.name]:
            raise field.error("is missing.", hint="Choose one first.")
    return checked


# ---- checks by kind ------------------------------------------------------------------------------------------


def _check_text(field: Field, value: Json) -> Json:
    if not isinstance(value, str):
        raise field.error("must be text.")
    if len(value) > field.max_length:
        raise field.error(f"is too long: {len(value):,} characters, at most {field.max_length:,} are taken.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise field.error("holds characters that are no valid text.") from None
    return value


def _check_integer(field: Field, value: Json) -> Json:
    whole = isinstance(value, float) and value.is_integer()
    if isinstance(value, bool) or not (isinstance(value, int) or whole):
        raise field.error(f"must be a whole number{_range(field)}.")
    return _in_range(field, int(value))


def _check_number(field: Field, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise field.error(f"must be a number{_range(field)}.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise field.error(f"must be a finite number{_range(field)}.")
    return _in_range(field, number)


def _check_toggle(field: Field, value: Json) -> Json:
    if not isinstance(value, bool):
        raise field.error("must be on or off.")
    return value


def _check_choice(field: Field, value: Json) -> Json:
    if not isinstance(value, str):
        raise field.error("must be one of its options.")
    values = [option.value for option in field.options]
    if values and not field.source and value not in values:
        raise field.error(f"has no option “{value}”.", hint=f"Choose one of: {', '.join(values)}.")
    return value


def _check_size(field: Field, value: Json) -> Json:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise field.error("must be a width and a height, e.g. 512x512.")
    return [_check_integer(field, side) for side in value]


def _check_color(field: Field, value: Json) -> Json:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise field.error("must be a colour such as #3fa7d6.")
    return value.lower()


def _check_file(field: Field, value: Json) -> Json:
    path: str = _check_path(field, value)
    if path and field.suffixes and not path.lower().endswith(field.suffixes):
        raise field.error(f"must be a file ending in {', '.join(field.suffixes)}.")
    return path


def _check_path(field: Field, value: Json) -> Json:
    if not isinstance(value, str) or "\0" in value:
        raise field.error("must be a path.")
    return value


def _check_dataset(field: Field, value: Json) -> Json:
    if not isinstance(value, str) or any(letter in value for letter in "\0/\\"):
        raise field.error("must be the name of a prepared dataset.")
    return value


def _check_reference(field: Field, value: Json) -> Json:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or "\0" in value:
        raise field.error("must be an item of the library or a file.")
    return value


def _in_range(field: Field, value: float) -> float:
    too_low = field.min is not None and value < field.min
    too_high = field.max is not None and value > field.max
    if too_low or too_high:
        raise field.error(f"must be{_range(field, 'between')}; {_told(value)} is outside.")
    return value


def _told(value: float) -> str:
    try:
        return f"{value:g}"
    except OverflowError:  # a whole number beyond what a floating-point one can be
        from decimal import Decimal

        return f"{Decimal(value).normalize():.6g}"


def _range(field: Field, word: str = "from") -> str:
    unit = f" {field.unit}" if field.unit else ""
    if field.min is not None and field.max is not None:
        joint = "and" if word == "between" else "to"
        return f" {word} {field.min:g} {joint} {field.max:g}{unit}"
    if field.min is not None:
        return f" at least {field.min:g}{unit}"
    if field.max is not None:
        return f" at most {field.max:g}{unit}"
    return ""


_CHECKS: dict[str, Callable[[Field, Json], Json]] = {
    "prompt": _check_text,
    "text": _check_text,
    "secret": _check_text,
    "integer": _check_integer,
    "seed": _check_integer,
    "number": _check_number,
    "toggle": _check_toggle,
    "choice": _check_choice,
    "size": _check_size,
    "color": _check_color,
    "file": _check_file,
    "folder": _check_path,
    "dataset": _check_dataset,
    **dict.fromkeys(INPUT_KINDS, _check_reference),
}


def _integer_from_text(field: Field, text: str) -> Json:
    try:
        return int(text)
    except ValueError:
        raise field.error(f"must be a whole number{_range(field)}.") from None


def _number_from_text(field: Field, text: str) -> Json:
    try:
        return float(text)
    except ValueError:
        raise field.error(f"must be a number{_range(field)}.") from None


def _toggle_from_text(field: Field, text: str) -> Json:
    words = {"yes": True, "on": True, "true": True, "1": True, "no": False, "off": False, "false": False, "0": False}
    if text.lower() not in words:
        raise field.error("must be yes or no.")
    return words[text.lower()]


def _size_from_text(field: Field, text: str) -> Json:
    match = re.fullmatch(r"\s*(\d{1,9})\s*[x×*, ]\s*(\d{1,9})\s*", text)
    if not match:
        raise field.error("must be a width and a height, e.g. 512x512.")
    return [int(match[1]), int(match[2])]


_FROM_TEXT: dict[str, Callable[[Field, str], Json]] = {
    "integer": _integer_from_text,
    "seed": _integer_from_text,
    "number": _number_from_text,
    "toggle": _toggle_from_text,
    "size": _size_from_text,
}

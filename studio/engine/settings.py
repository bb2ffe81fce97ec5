"""The artist's settings: one declared table that builds the settings page, the file and its documentation.

No Qt here: the command line and the engine read the same table. A value that is not in the table does not exist;
a setting is only in the table when something really follows it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from studio.disk.durable import write_json

Value = bool | int | float | str
Listener = Callable[[str, Value], None]


class SettingsError(ValueError):
    """A setting was given a value it does not take; the message is a sentence for the artist."""


class Setting(NamedTuple):
    """One row of the table.

    Attributes:
        key: its name in the file, for ever.
        kind: ``"choice"``, ``"toggle"``, ``"integer"``, ``"number"`` or ``"folder"``.
        default: the value when the file says nothing.
        title: what people read.
        help: one or two sentences: what it changes.
        group: heading on the settings page.
        choices: value–label pairs of a choice.
        min, max, step: bounds of numbers.
        unit: text behind the number.
        zero: what 0 means, for numbers that have such a meaning.
        restart: whether it takes effect at the next start only.
    """

    key: str
    kind: str
    default: Value
    title: str
    help: str
    group: str
    choices: tuple[tuple[str, str], ...] = ()
    min: float = 0
    max: float = 0
    step: float = 1
    unit: str = ""
    zero: str = ""
    restart: bool = False

    def check(self, value: object) -> Value:
        """Return `value` as this setting keeps it. Raises `SettingsError` on anything it does not take."""
        return _CHECKS[self.kind](self, value)

    def wrong(self, wanted: str) -> SettingsError:
        """The error for a value that does not fit."""
        return SettingsError(f"“{self.title}” must be {wanted}.")


TABLE: tuple[Setting, ...] = (
    Setting(
        key="language",
        kind="choice",
        default="system",
        title="Language",
        help="The language of the window. Changes at once.",
        group="Appearance",
        choices=(("system", "Same as the system"), ("en", "English"), ("zh_CN", "简体中文")),
    ),
    Setting(
        key="theme",
        kind="choice",
        default="system",
        title="Theme",
        help="Dark keeps attention on the picture; light suits a bright room.",
        group="Appearance",
        choices=(("system", "Same as the system"), ("dark", "Dark"), ("light", "Light")),
    ),
    Setting(
        key="text_size",
        kind="choice",
        default="normal",
        title="Text size",
        help="How large the text of the window is.",
        group="Appearance",
        choices=(("normal", "Normal"), ("large", "Large"), ("largest", "Largest")),
    ),
    Setting(
        key="live_preview",
        kind="toggle",
        default=True,
        title="Live preview",
        help="Show a result while it grows. Switch it off on a slow machine.",
        group="Appearance",
    ),
    Setting(
        key="notify",
        kind="toggle",
        default=True,
        title="Tell me when a long job ends",
        help="A message from the system when a job of half a minute or more ends while you are in another window.",
        group="Appearance",
    ),
    Setting(
        key="library_folder",
        kind="folder",
        default="",
        title="Library folder",
        help="Where every result is kept, as plain files. The old folder stays as it is.",
        group="Library",
        restart=True,
    ),
    Setting(
        key="device",
        kind="choice",
        default="auto",
        title="Compute on",
        help="Automatic takes a graphics card when there is one that works, otherwise the processor.",
        group="Computing",
        choices=(
            ("auto", "Automatic"),
            ("cpu", "Processor (CPU)"),
            ("cuda", "NVIDIA or AMD graphics card (CUDA/ROCm)"),
            ("mps", "Apple graphics (Metal)"),
        ),
    ),
    Setting(
        key="memory_budget_gb",
        kind="number",
        default=0.0,
        title="Memory for loaded models",
        help="How much memory loaded models may keep between jobs. Less leaves more for other programs.",
        group="Computing",
        max=1024,
        step=0.5,
        unit="GB",
        zero="Automatic",
    ),
    Setting(
        key="idle_minutes",
        kind="integer",
        default=10,
        title="Give memory back after",
        help="When nothing has run for this long, the worker ends and all its memory is free again.",
        group="Computing",
        max=1440,
        unit="minutes",
        zero="Never",
    ),
    Setting(
        key="network",
        kind="toggle",
        default=False,
        title="Allow the network",
        help="Off: no generator can open a connection to anywhere, and attempts are listed under the shield at the "
        "bottom of the window.",
        group="Privacy",
    ),
)
"""Every setting there is."""

BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in TABLE}


class Settings:
    """The values in force, and the file they live in.

    Attributes:
        path: the file.
        problems: sentences about what was wrong with the file when it was read; empty when all was well.
    """

    def __init__(self, path: Path, values: Mapping[str, Value] | None = None, problems: tuple[str, ...] = ()) -> None:
        self.path = path
        self.problems = problems
        self._values: dict[str, Value] = {setting.key: setting.default for setting in TABLE} | dict(values or {})
        self._listeners: list[Listener] = []

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read `path`. A file that cannot be read is kept aside under another name and the defaults are used.

        Never raises for what the file holds; `problems` says what was wrong and where.
        """
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            return cls(path, problems=(f"The settings in {path} cannot be read: {error.strerror}. Defaults are used.",))
        except UnicodeDecodeError:
            return cls(path, problems=(_keep_aside(path, "it is not UTF-8 text"),))
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            return cls(path, problems=(_keep_aside(path, _where(error)),))
        if not isinstance(plain, dict):
            return cls(path, problems=(_keep_aside(path, "it does not hold settings"),))
        return cls._from_plain(path, plain)

    @classmethod
    def _from_plain(cls, path: Path, plain: Mapping[str, object]) -> Settings:
        values: dict[str, Value] = {}
        problems: list[str] = []
        for key, value in plain.items():
            if key not in BY_KEY:
                continue  # written by a newer version: not ours to judge
            try:
                values[key] = BY_KEY[key].check(value)
            except SettingsError as error:
                problems.append(f"In {path}, “{key}”: {error} The default is used.")
        return cls(path, values, tuple(problems))

    def __getitem__(self, key: str) -> Any:
        """The value of `key`. Raises `KeyError` for a key that is not in the table."""
        return self._values[key]

    def set(self, key: str, value: object) -> None:
        """Change `key`, write the file durably and tell the listeners.

        Raises:
            SettingsError: the value does not fit, or there is no such setting.
            OSError: the file cannot be written; nothing has changed then.
        """
        if key not in BY_KEY:
            raise SettingsError(f"There is no setting called “{key}”.")
        checked = BY_KEY[key].check(value)
        if checked == self._values[key]:
            return
        self._write(key, checked)
        self._values = {**self._values, key: checked}
        for listener in tuple(self._listeners):
            listener(key, checked)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(key, value)` after every change; returns a function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _write(self, key: str, value: Value) -> None:
        """Change one key of the file as it is now: another studio, or a newer one, may have written the others."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            plain = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            plain = None
        kept = dict(plain) if isinstance(plain, dict) else {}
        kept.pop(key, None)
        if value != BY_KEY[key].default:
            kept[key] = value
        write_json(self.path, kept)


DOCUMENTED = "**{title}** (`{key}`, default {default}): {help}"
"""A setting's line in the documentation."""


def documented(page: str, text: Callable[[str], str] = str) -> str:
    """A help page with the table where it asks for it; `text` as for `documentation`."""
    return page.replace("<!-- settings -->", documentation(text))


def documentation(text: Callable[[str], str] = str) -> str:
    """The table as Markdown, for the help pages; `text` translates the table's texts."""
    lines: list[str] = []
    group = ""
    for setting in TABLE:
        if setting.group != group:
            group = setting.group
            lines += ["", f"### {text(group)}", ""]
        told = {"title": text(setting.title), "key": setting.key, "help": text(setting.help)}
        lines.append("- " + text(DOCUMENTED).format(default=_told(setting, text), **told))
    return "\n".join(lines).strip() + "\n"


def _told(setting: Setting, text: Callable[[str], str]) -> str:
    if setting.kind == "toggle":
        return text("on" if setting.default else "off")
    if setting.kind == "choice":
        return text(dict(setting.choices)[str(setting.default)]).lower()
    if setting.zero and setting.default == 0:
        return text(setting.zero).lower()
    if setting.default == "":
        return text("the usual place")
    return f"{setting.default} {text(setting.unit)}".strip()


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno} is not valid JSON"
    return "it is not valid JSON"


def _keep_aside(path: Path, problem: str) -> str:
    """Rename a broken file so that nothing in it is lost, and say so."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        return f"The settings file {path} cannot be used: {problem}. Defaults are used ({error.strerror})."
    return f"The settings file {path} could not be used: {problem}. It is kept as {aside.name}; defaults are used."


def _check_choice(setting: Setting, value: object) -> Value:
    values = [known for known, _ in setting.choices]
    if not isinstance(value, str) or value not in values:
        raise setting.wrong(f"one of {', '.join(values)}")
    return value


def _check_toggle(setting: Setting, value: object) -> Value:
    if not isinstance(value, bool):
        raise setting.wrong("true or false")
    return value


def _check_integer(setting: Setting, value: object) -> Value:
    number = _check_number(setting, value)
    if not float(number).is_integer():
        raise setting.wrong(f"a whole number from {setting.min:g} to {setting.max:g}")
    return int(number)


def _check_number(setting: Setting, value: object) -> Value:
    wanted = f"a number from {setting.min:g} to {setting.max:g}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise setting.wrong(wanted)
    if (isinstance(value, float) and not math.isfinite(value)) or not setting.min <= value <= setting.max:
        raise setting.wrong(wanted)
    return float(value)


def _check_folder(setting: Setting, value: object) -> Value:
    if not isinstance(value, str) or "\0" in value:
        raise setting.wrong("a folder's path")
    if value and not Path(value).is_absolute():
        raise setting.wrong("an absolute path of a folder")
    return value


_CHECKS: Mapping[str, Callable[[Setting, object], Value]] = {
    "choice": _check_choice,
    "toggle": _check_toggle,
    "integer": _check_integer,
    "number": _check_number,
    "folder": _check_folder,
}

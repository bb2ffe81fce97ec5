"""What the commands share: parsers, places, output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from studio.disk.home import Home

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, NoReturn

    from studio.engine.settings import Settings
    from studio.library.library import Library


damage_told: list[str] = []
"""What `warn_of_damage` has said during this command."""


ahead: dict[str, str] = {}
"""The options that stood ahead of the command, and what was given for them; those after it outrank them."""


class _Narrow(argparse.HelpFormatter):
    """Help of a fixed width: asking the terminal for its own would import half the standard library at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, as a `UserError`; its sub-commands' parsers do, too."""

    def error(self, message: str) -> NoReturn:
        from studio.cli.wrong_words import sentence
        from studio.sdk import UserError

        raise UserError(sentence(self.prog, message), hint=f"See: {self.prog} --help")


def parser(command: str, description: str) -> argparse.ArgumentParser:
    """A parser for ``studio COMMAND`` with the options every command takes."""
    made = _Parser(prog=f"studio {command}", description=description, formatter_class=_Narrow)
    add_common(made)
    return made


def add_common(made: argparse.ArgumentParser) -> None:
    """Add ``--json`` and ``--library``; also used for the parsers of sub-commands."""
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON to stdout")
    made.add_argument("--library", metavar="PATH", default=argparse.SUPPRESS, help="the library folder to use")


def wants_json(arguments: argparse.Namespace) -> bool:
    """Whether ``--json`` was given, after the command or ahead of it."""
    return getattr(arguments, "json", "--json" in ahead)


def load_settings(home: Home) -> Settings:
    """The settings in force; `find_home` has said what is wrong with their file."""
    from studio.engine.settings import Settings

    return Settings.load(home.settings_file)


def find_home(arguments: argparse.Namespace) -> Home:
    """The studio's places: ``--library`` first, then the setting, then the usual place.

    What is wrong with the settings file is said on stderr, here once for every command.
    """
    asked = getattr(arguments, "library", ahead.get("--library"))
    home = Home.find(library=None if asked is None else place(asked, "--library"))
    if not home.settings_file.exists():
        return home
    settings = load_settings(home)
    for problem in settings.problems:
        warn_of_damage(problem)
    chosen = str(settings["library_folder"])
    return Home(state=home.state, library=Path(chosen)) if chosen and asked is None else home


def expanded(path: str) -> Path:
    """A path as it was typed, with ``~`` for the person's folder; ``~nobody`` stays as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - `Path.expanduser` raises where there is no such user


def place(path: str, option: str) -> Path:
    """A place as it was typed; an empty one would be the folder the terminal happens to be in. Raises `UserError`."""
    if not path.strip():
        from studio.sdk import UserError

        raise UserError(f"{option} needs a path.")
    return expanded(path)


def split(entry: str, option: str) -> tuple[str, str]:
    """Name and value of ``NAME=VALUE``. Raises `UserError`."""
    name, equals, text = entry.partition("=")
    if not equals or not name:
        from studio.sdk import UserError

        raise UserError(f"{option} takes NAME=VALUE, not “{entry}”.")
    return name, text


def open_library(home: Home) -> Library:
    """The library, to be used in a ``with``. Raises `UserError` when it cannot be opened."""
    from studio.library.index import IndexUnavailable
    from studio.library.library import Library
    from studio.sdk import UserError

    try:
        library = Library(home.library)
    except UserError as error:
        if isinstance(error, IndexUnavailable) or str(home.library) != load_settings(home)["library_folder"]:
            raise
        raise UserError(error.message, hint=_OF_THE_SETTING) from error.__cause__
    if library.damaged_index is not None:
        warn_of_damage(
            f"The library's index was damaged and has been built anew; the damaged one is {library.damaged_index}."
        )
    return library


_OF_THE_SETTING = (
    "This is the setting “library_folder”; choose another: studio settings library_folder PATH (“” for the usual one)."
)


def open_library_if_possible(home: Home) -> AbstractContextManager[Library | None]:
    """The library; None where the database library is missing: results are then kept as files all the same."""
    from contextlib import nullcontext

    from studio.library.index import IndexUnavailable

    try:
        return open_library(home)
    except IndexUnavailable as error:
        warn(f"{error.message} {error.hint or ''}")
        return nullcontext()


def print_json(value: Any) -> None:
    """One JSON value on stdout; what could steer a terminal, or cannot be encoded, is written as JSON's escapes."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, ensure_ascii=plain, indent=1)
    sys.stdout.write("".join(letter if _is_harmless(letter) else json.dumps(letter)[1:-1] for letter in text) + "\n")


def told(message: str, param: str | None, hint: str | None) -> str:
    """What went wrong and what to do about it, after the name of the parameter unless the sentence names it itself."""
    named = not param or message.startswith((f"{param}: ", f"The {param} ")) or f"“{param}”" in message
    return f"{'' if named else f'{param}: '}{message} {hint or ''}".rstrip()


def counted(number: int, noun: str) -> str:
    """A number and what is counted: ``1 file``, ``1,000 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def warn(sentence: str) -> None:
    """A sentence for the person at the terminal, on stderr."""
    sys.stderr.write(f"{printable(sentence)}\n")


def warn_of_damage(sentence: str) -> None:
    """A sentence about a file of the studio's own that is damaged: the command goes on, its exit code will tell."""
    damage_told.append(sentence)
    warn(sentence)


def print_lines(lines: Iterable[str]) -> None:
    """Plain lines on stdout; control characters of outside text are made visible instead of obeyed."""
    for line in lines:
        sys.stdout.write(printable(line) + "\n")


def printable(text: str) -> str:
    """`text` without characters that could steer a terminal or hide their order."""
    return "".join(letter if letter == "\t" or (letter != "\n" and _is_harmless(letter)) else "�" for letter in text)


def _is_harmless(letter: str) -> bool:
    return letter == "\n" or (letter.isprintable() and letter not in _BIDI)


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned columns; wide (CJK) characters count twice."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)

"""Finds the command's module, runs it, and turns every error into a sentence and an exit code."""

from __future__ import annotations

import importlib
import io
import os
import sys
from pathlib import Path

from studio.cli import common, exits

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.sdk import UserError

COMMANDS: dict[str, tuple[str, str]] = {
    "generate": ("studio.cli.generate", "make something: studio generate ID [--set name=value …]"),
    "generators": ("studio.cli.generators", "list what can be made, and each generator's parameters"),
    "library": ("studio.cli.library", "list, search, rate, tag, export, verify what was made"),
    "queue": ("studio.cli.queue", "see and steer the jobs that wait or were interrupted"),
    "teach": ("studio.cli.teach", "train models on your own material: studio teach ACTION"),
    "plugins": ("studio.cli.plugins", "list plugins and their state; switch them on and off"),
    "plugin": ("studio.cli.plugin", "check NAME: run the twenty conformance checks"),
    "settings": ("studio.cli.settings", "list, read and change settings"),
    "doctor": ("studio.cli.doctor", "devices, versions, free memory, missing parts"),
    "help": ("studio.cli.help", "read the guides: studio help TOPIC"),
    "version": ("studio.cli.version", "print the version"),
}
"""Every command: the module that runs it, and one line of help. Only the chosen module is imported."""


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code (see `studio.cli.exits`). Raises `KeyboardInterrupt` on Ctrl-C."""
    _mend_streams()
    common.damage_told.clear()
    common.ahead.clear()
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe (head, less) left; Python would complain once more while closing stdout.
        _let_go_of_stdout()
        return exits.OK
    except Exception as error:  # noqa: BLE001 - nothing but sentences reaches the artist
        return _failed(error, argv)
    return exits.FOUND_WRONG if code == exits.OK and common.damage_told else code


def _run(argv: Sequence[str]) -> int:
    name, *rest = _after_options(argv)
    if name in ("-h", "--help"):
        sys.stdout.write(usage())
        return exits.OK
    if name == "--version":
        name = "version"
    if name not in COMMANDS:
        return _unknown(name)
    return int(importlib.import_module(COMMANDS[name][0]).run(rest))


def _after_options(argv: Sequence[str]) -> Sequence[str]:
    """The command and its words; options of all commands may stand ahead of it. Raises `UserError`."""
    words = list(argv)
    while words and words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"):
        option, equals, path = words.pop(0).partition("=")
        if option == "--library":
            if not equals and words and not words[0].startswith("-"):
                path = words.pop(0)
            common.place(path, option)
            common.ahead[option] = path
        elif option == "--json" and not equals:
            common.ahead[option] = ""
        else:
            from studio.sdk import UserError

            raise UserError(f"There is no option “{option}” ahead of a command.", hint="See: studio --help")
    if not words:
        from studio.sdk import UserError

        raise UserError(f"Name a command after “{argv[-1]}”.", hint="See: studio --help")
    return words


def _mend_streams() -> None:
    """Streams that were closed swallow what is said; ones that know few letters say the others as escapes."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - the same
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _give_up_broken_stdout() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_stdout()


def _let_go_of_stdout() -> None:
    """Nothing more can be written: what is left over goes nowhere, instead of failing once more at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def usage() -> str:
    """The text of ``studio --help``."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return (
        "usage: studio [--library PATH] [COMMAND …]\n\nWithout a command the window opens. Commands:\n"
        + "\n".join(lines)
        + "\n\nEvery command takes --help, --json and --library PATH; STUDIO_HOME chooses where the studio keeps"
        " everything.\nExit codes: 0 done, 1 failed, 2 wrong input, 3 something found wrong, 4 not possible here,"
        " 130 cancelled.\n"
    )


def _unknown(name: str) -> int:
    import difflib

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean “{close[0]}”?" if close else " See: studio --help"
    common.warn(f"There is no command “{name}”.{hint}")
    return exits.WRONG_INPUT


def _failed(error: Exception, argv: Sequence[str]) -> int:
    from studio.sdk import UserError

    if isinstance(error, UserError):
        common.warn(common.told(error.message, error.param, error.hint))
        return _code_of(error)
    if isinstance(error, UnicodeEncodeError) and (garbled := next((word for word in argv if not _is_text(word)), "")):
        common.warn(f"“{garbled}” holds bytes that are no text (UTF-8).")
        return exits.WRONG_INPUT
    if isinstance(error, OSError):
        _give_up_broken_stdout()
        place = f" ({error.filename})" if error.filename else ""
        common.warn(f"{error.strerror or error}{place}.")
        return exits.FAILED
    common.warn(f"Something went wrong inside the studio ({type(error).__name__}). {_kept(error)}")
    return exits.FAILED


def _code_of(error: UserError) -> int:
    """Most are about what was typed; some about this machine, its disk or a file of the studio's own."""
    import errno

    from studio.engine.discovery.answers import SwitchesDamaged
    from studio.library.database import IndexUnavailable, IndexUnusable

    if isinstance(error, IndexUnavailable):
        return exits.NOT_HERE
    of_the_disk = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
    if isinstance(error.__cause__, OSError) and error.__cause__.errno in of_the_disk:
        return exits.FAILED
    return exits.FAILED if isinstance(error, (SwitchesDamaged, IndexUnusable)) else exits.WRONG_INPUT


def _is_text(word: str) -> bool:
    """Whether a word from the command line was text; other bytes arrive as lone surrogates."""
    return not any("\udc80" <= letter <= "\udcff" for letter in word)


def _kept(error: Exception) -> str:
    import traceback

    from studio.disk.home import Home
    from studio.engine.reports import keep_report

    try:
        return f"A report is in {keep_report(Home.find().logs, ''.join(traceback.format_exception(error)))}"
    except OSError:
        return f"No report could be kept: {error}"

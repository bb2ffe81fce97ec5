"""Finds the command's module, runs it, and turns every error into a sentence and an exit code."""

from __future__ import annotations

import importlib
import sys

from studio.cli import exits

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: dict[str, tuple[str, str]] = {
    "generate": ("studio.cli.generate", "make something: studio generate ID [--set name=value …]"),
    "generators": ("studio.cli.generators", "list what can be made, and each generator's parameters"),
    "library": ("studio.cli.library", "list, search, rate, tag, export, verify what was made"),
    "queue": ("studio.cli.queue", "see and steer the jobs that wait or were interrupted"),
    "plugins": ("studio.cli.plugins", "list plugins and their state; switch them on and off"),
    "plugin": ("studio.cli.plugin", "check NAME: run the twenty conformance checks"),
    "settings": ("studio.cli.settings", "list, read and change settings"),
    "doctor": ("studio.cli.doctor", "devices, versions, free memory, missing parts"),
    "help": ("studio.cli.help", "read the guides: studio help TOPIC"),
    "version": ("studio.cli.version", "print the version"),
}
"""Every command: the module that runs it, and one line of help. Only the chosen module is imported."""


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code (see `studio.cli.exits`)."""
    name, *rest = argv
    if name in ("-h", "--help"):
        sys.stdout.write(usage())
        return exits.OK
    if name == "--version":
        name = "version"
    if name not in COMMANDS:
        return _unknown(name)
    module = importlib.import_module(COMMANDS[name][0])
    try:
        return int(module.run(rest))
    except KeyboardInterrupt:
        sys.stderr.write("Cancelled.\n")
        return exits.CANCELLED
    except BrokenPipeError:
        # The reader of a pipe (head, less) left; Python would complain once more while closing stdout.
        sys.stdout = None
        return exits.OK
    except Exception as error:  # noqa: BLE001 - nothing but sentences reaches the artist
        return _failed(error)


def usage() -> str:
    """The text of ``studio --help``."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return (
        "usage: studio [COMMAND …]\n\nWithout a command the window opens. Commands:\n"
        + "\n".join(lines)
        + "\n\nEvery command takes --help, --json and --library PATH; STUDIO_HOME chooses where the studio keeps"
        " everything.\nExit codes: 0 done, 1 failed, 2 wrong input, 3 something found wrong, 4 not possible here,"
        " 130 cancelled.\n"
    )


def _unknown(name: str) -> int:
    import difflib

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean “{close[0]}”?" if close else " See: studio --help"
    sys.stderr.write(f"There is no command “{name}”.{hint}\n")
    return exits.WRONG_INPUT


def _failed(error: Exception) -> int:
    from studio.sdk import UserError

    if isinstance(error, UserError):
        where = f"{error.param}: " if error.param and error.param not in error.message else ""
        sys.stderr.write(f"{where}{error.message}{' ' + error.hint if error.hint else ''}\n")
        return exits.WRONG_INPUT
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        sys.stderr.write(f"{error.strerror or error}{place}.\n")
        return exits.FAILED
    import traceback

    from studio.disk.home import Home
    from studio.engine.reports import keep_report

    path = keep_report(Home.find().logs, "".join(traceback.format_exception(error)))
    sys.stderr.write(f"Something went wrong inside the studio ({type(error).__name__}). A report is in {path}\n")
    return exits.FAILED

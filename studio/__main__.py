"""The command ``studio``: opens the window, or runs one command when one is named."""

from __future__ import annotations

import gc
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Choose a face and run it; returns the exit code.

    Without a command (or with options of the window, ``--library PATH`` and ``--exit-after-first-paint``) the window
    opens. Either face is imported only when it is the one asked for: the command line works without Qt, and answers in
    milliseconds.
    """
    arguments = sys.argv[1:] if argv is None else argv
    options = window_options(arguments)
    if options is None:
        return _command(arguments)
    from studio.shell.prelude import skip_search  # before PySide6, which searches the source of all imported after it

    problem = why_no_window(dict(os.environ), sys.platform)
    if problem:
        sys.stderr.write(f"{problem}\nThe command line works without it; see: studio --help\n")
        return 4
    gc.disable()  # until the first paint: nearly all that is made until then stays, and looking through it costs 60 ms
    skip_search()
    from studio.shell.app import main as open_window

    return open_window(options)


def window_options(arguments: list[str]) -> list[str] | None:
    """The arguments as the window takes them; None where they name a command, or are wrong: a command says how."""
    options = []
    words = iter(arguments)
    for word in words:
        name, equals, path = word.partition("=")
        if name == "--library":
            path = path if equals else next(words, "")
            if not path.strip() or (path.startswith("-") and not equals):
                return None
            options += [name, os.path.expanduser(path)]  # noqa: PTH111 - pathlib is imported later, by the face
        elif word == "--exit-after-first-paint":
            options.append(word)
        else:
            return None
    return options


def _command(arguments: list[str]) -> int:
    """Run one command; once it is over, however it ended, Ctrl-C changes nothing any more."""
    try:
        from studio.cli.main import main as run_command

        code = run_command(arguments)
    except KeyboardInterrupt:  # perhaps while it was still being imported
        _leave_calmly()
        if sys.stderr is not None:
            sys.stderr.write("Cancelled.\n")
        return 130
    _leave_calmly()
    return code


def _leave_calmly() -> None:
    while True:
        try:
            from studio.cli import interrupts

            interrupts.ignore()
        except KeyboardInterrupt:
            continue
        return


def why_no_window(environ: dict[str, str], platform: str) -> str:
    """One sentence why the window cannot open here; empty when it can."""
    if not _has_qt():
        return "The window needs PySide6, which is not installed here."
    headless = environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal", "vnc"}
    has_display = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    if platform.startswith("linux") and not has_display and not headless:
        return "There is no display here for the window to open on."
    return ""


def _has_qt() -> bool:
    """Whether PySide6 is installed and can be loaded; importing its top package loads no part of Qt."""
    from importlib.util import find_spec

    if find_spec("PySide6") is None:
        return False
    from studio.shell.postponed import import_pyside

    try:
        import_pyside()
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())

"""Ctrl-C, once a command has decided to leave."""

from __future__ import annotations


def ignore() -> None:
    """From here on Ctrl-C changes nothing: the process ends soon, with the exit code it has chosen.

    Python gives the signal back its usual meaning, death, before it has ended itself; only one that is ignored stays
    so to the end. And when Ctrl-C came while source text was being executed (every `dataclass` does so as it is made),
    Python remembers that and kills itself at the end even though the exception was handled; executing another text,
    an empty one, makes it forget (``unhandled_keyboard_interrupt`` in CPython's ``pythonrun.c`` and ``main.c``).
    """
    while True:
        try:
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:
            continue
        break
    exec("")  # noqa: S102 - nothing is in it

"""Ctrl-C, once a command has decided to leave."""

from __future__ import annotations


def ignore() -> None:
    """From here on Ctrl-C changes nothing: the process ends soon, with the exit code it has chosen.

    Python gives the signal back its usual meaning, death, before it has ended itself; only one that is ignored stays
    so to the end.
    """
    while True:
        try:
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:
            continue
        return

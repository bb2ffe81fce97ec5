"""Ctrl+C in a terminal and the end of a desktop session close the window properly, like its own button."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


def quit_on_signals(owner: QObject, leave: Callable[[], object]) -> None:
    """Call `leave` on the GUI thread when SIGINT or SIGTERM arrives; nothing where there are no such signals.

    Python runs its own handlers only between bytecodes, and an idle window runs none: so the signal writes into a pipe
    that Qt watches.
    """
    if os.name == "nt":
        return
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    notifier = QSocketNotifier(reading, QSocketNotifier.Type.Read, owner)

    def arrived() -> None:
        os.read(reading, 64)
        leave()

    notifier.activated.connect(arrived)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)

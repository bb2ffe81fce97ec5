"""Imports what the first result will need before it is there, so that no turn of the window's loop does all of it.

Our own modules are imported on a thread. Parts of Qt are not: importing one loads a shared library with the
interpreter's lock held, and where the window's thread is loading a QML plugin at that moment (the linker's lock held,
wanting the interpreter for PySide's QML types) both wait for each other for ever: seen, with a debugger. So these are
imported one per turn of the loop.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer

FIRST = (
    "studio.shell.create.queue_view",
    "studio.shell.create.filmstrip",
    "studio.shell.viewers.making",
    "studio.shell.viewers.text",
    "studio.shell.viewers.image",
    "studio.shell.viewers.music",
    "studio.shell.viewers.mesh",
)
"""Wanted in almost every session."""

BY_KIND = {
    "audio": ("PySide6.QtNetwork", "PySide6.QtMultimedia", "studio.shell.viewers.player"),
    "score": ("PySide6.QtNetwork", "PySide6.QtMultimedia", "studio.shell.viewers.player"),
    "mesh": (
        "PySide6.QtNetwork",
        "PySide6.QtQml",
        "PySide6.QtQuick",
        "PySide6.QtOpenGL",
        "PySide6.QtQuick3D",
        "studio.shell.viewers.scene",
        "studio.shell.viewers.scene_view",
    ),
    "video": ("PySide6.QtNetwork", "PySide6.QtMultimedia", "studio.shell.viewers.player", "studio.shell.viewers.video"),
}
"""Large parts of Qt, wanted only by those who make such things."""

BREATH = 0.02
"""Seconds between two imports."""


def import_first() -> None:
    """Import `FIRST`. Runs on a thread, before there is an engine: nothing can show QML yet."""
    for name in FIRST:
        importlib.import_module(name)
        time.sleep(BREATH)


class PartsOfQt(QObject):
    """Imports what results of certain kinds take, one module per turn of the window's loop."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._due: list[str] = []
        self._known: set[str] = set()
        self._timer = QTimer(self, interval=round(1000 * BREATH))
        self._timer.timeout.connect(self._next)

    def import_for(self, kinds: Iterable[str]) -> None:
        """Import what showing results of these kinds takes, soon."""
        names = [name for kind in kinds for name in BY_KIND.get(kind, ()) if name not in self._known]
        self._known.update(names)
        self._due += dict.fromkeys(names)
        if self._due:
            self._timer.start()

    def _next(self) -> None:
        if self._due:
            importlib.import_module(self._due.pop(0))
        else:
            self._timer.stop()

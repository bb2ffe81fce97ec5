"""Imports what the first result will need before it is there, so that no turn of the window's loop does all of it.

Our own modules are imported on a thread. Parts of Qt are not: importing one loads a shared library with the
interpreter's lock held, and where the window's thread is loading a QML plugin at that moment (the linker's lock held,
wanting the interpreter for PySide's QML types) both wait for each other for ever: seen, with a debugger. So these are
imported one per turn of the loop, after a thread has loaded their libraries without the interpreter's lock, where the
system allows it: loading one takes up to 45 ms, importing one that is loaded a few.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
from collections.abc import Iterable
from importlib.util import find_spec

from PySide6.QtCore import QObject, QTimer, Signal

from studio.shell.logs import warn

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


def load_libraries(modules: Iterable[str]) -> int:
    """Load the shared libraries of these modules, and those they need, without the interpreter's lock.

    Nothing of Python runs in it, so that whoever waits for the linker's lock with the interpreter's goes on. Where it
    cannot be done, importing the modules does all of it. Returns how many were loaded.
    """
    if os.name != "posix":
        return 0
    import ctypes

    load = ctypes.CDLL(None).dlopen  # called through ctypes it releases the lock; `ctypes.CDLL(path)` would hold it
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    files = [found.origin for name in modules if (found := find_spec(name)) is not None and found.origin]
    return sum(bool(load(os.fsencode(file), os.RTLD_NOW)) for file in files)


class PartsOfQt(QObject):
    """Imports what results of certain kinds take, one module per turn of the window's loop.

    Signals:
        imported(str): a kind whose viewer can be made now without importing anything large.
    """

    imported = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._due: list[str] = []
        self._known: set[str] = set()
        self._loading: threading.Thread | None = None
        self._timer = QTimer(self, interval=round(1000 * BREATH))
        self._timer.timeout.connect(self._next)

    def import_for(self, kinds: Iterable[str]) -> None:
        """Import what showing results of these kinds takes, soon."""
        self._due += [kind for kind in dict.fromkeys(kinds) if kind not in self._known]
        self._known.update(self._due)
        if self._due:
            self._timer.start()

    def _next(self) -> None:
        """One step for the kind that waits longest: load, import one module, or tell that it is done."""
        lacking = [name for name in BY_KIND.get(self._due[0], ()) if name not in sys.modules]
        if not lacking:
            self.imported.emit(self._finished())
        elif self._loading is None:
            parts = [name for name in lacking if name.startswith("PySide6.")]
            self._loading = threading.Thread(target=load_libraries, args=(parts,), name="studio libraries", daemon=True)
            self._loading.start()
        elif not self._loading.is_alive():
            self._import(lacking[0])

    def _import(self, module: str) -> None:
        try:
            importlib.import_module(module)
        except ImportError as error:  # some systems bring Qt's parts in packages of their own; the viewer tells so
            warn("%s could not be imported: %r", module, error)
            self._finished()

    def _finished(self) -> str:
        """Go on to the next kind; returns the one that was due."""
        self._loading = None
        kind = self._due.pop(0)
        if not self._due:
            self._timer.stop()
        return kind

"""Imports what the first result will need, on a thread, so that the window's own thread never waits for an import."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable

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
    "audio": ("PySide6.QtMultimedia", "studio.shell.viewers.player"),
    "score": ("PySide6.QtMultimedia", "studio.shell.viewers.player"),
    "mesh": ("PySide6.QtQuick", "PySide6.QtQuickWidgets", "studio.shell.viewers.scene"),
    "video": ("PySide6.QtMultimedia", "studio.shell.viewers.player", "studio.shell.viewers.video"),
}
"""Large parts of Qt, wanted only by those who make such things."""

BREATH = 0.02
"""Seconds between two imports, in which the window's thread has the interpreter for itself."""


def import_first() -> None:
    """Import `FIRST`. Runs on a thread."""
    _import(FIRST)


def import_for(kinds: Iterable[str]) -> None:
    """Import what showing results of these kinds takes. Runs on a thread."""
    for kind in kinds:
        _import(BY_KIND.get(kind, ()))


def _import(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)
        time.sleep(BREATH)

"""Spares the start a search that PySide makes in the source of every module imported after it.

PySide looks there for its own name, to know which modules may want its ``__feature__`` switches; finding, reading and
splitting some sixty files costs as much as drawing the first page. None of ours wants them, and nothing imported before
PySide can. What is noted here is what PySide would note; where its table is missing or kept elsewhere, it searches.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

TABLE = "pyside_feature_dict"
NO_SWITCHES = 0
"""PySide's note for a module that uses it without switches."""
NOT_OURS = -1
"""Its note for a module that does not use it."""


def skip_search() -> bool:
    """Note in PySide's table what is imported already, and the window's modules. Returns whether there is a table."""
    importlib.import_module("PySide6.QtCore")  # with it comes the table
    table = getattr(sys.modules.get("shibokensupport.feature"), TABLE, None)
    if not isinstance(table, dict):
        return False
    for name in list(sys.modules):
        table.setdefault(name, NO_SWITCHES if name.startswith("PySide6") else NOT_OURS)
    for name in _modules(str(Path(__file__).parent), "studio.shell"):
        table[name] = NO_SWITCHES
    return True


def _modules(folder: str, package: str) -> list[str]:
    """The modules of a package and of those in it, from the file names; none where they are not in a folder."""
    found = [package]
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found.append(f"{package}.{entry.name[:-3]}")
            elif "." not in entry.name and not entry.name.startswith("__"):
                found += _modules(entry.path, f"{package}.{entry.name}")
    return found

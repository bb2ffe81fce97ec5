"""Temporary files of the inspecting process: how their folders are called, and what killed windows left of them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

ROOT_PREFIX = "studio-look-"
"""Begins the name of a window's folder; the number of the window's process follows."""


def remove_leftovers() -> None:
    """Remove the folders of windows that do not run any more."""
    from studio.engine.scratch import process_runs

    for folder in Path(tempfile.gettempdir()).glob(f"{ROOT_PREFIX}*-*"):
        owner = folder.name.removeprefix(ROOT_PREFIX).partition("-")[0]
        if owner.isdecimal() and not process_runs(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)

"""Temporary files of running jobs: a folder per session, removed with it, or by the next studio after a crash."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from studio.disk.home import Home


def scratch_folder(home: Home) -> Path:
    """Where workers put temporary files, one folder per session."""
    return home.state / "scratch"


def remove_scratch(home: Home, keep: Callable[[str], bool]) -> None:
    """Remove the temporary files of every session but those to `keep`."""
    for folder in scratch_folder(home).glob("*"):
        if not keep(folder.name):
            shutil.rmtree(folder, ignore_errors=True)

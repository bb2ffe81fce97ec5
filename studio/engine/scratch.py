"""Temporary files of running jobs, a folder per session, and what killed studios left half written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.disk.durable import remove_unfinished

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


def remove_half_written(home: Home) -> None:
    """Remove files that a killed studio was writing into the state folder: settings, caches, journals."""
    for folder in (home.state, home.queue, *home.queue.glob("*.commands")):
        remove_unfinished(folder, process_runs)


def process_runs(pid: int) -> bool:
    """Whether there is a process of this id."""
    import psutil

    return bool(psutil.pid_exists(pid))

"""Files that survive a crash: write a temporary file, flush it to the disk, rename it into place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_bytes(path: Path, data: bytes) -> None:
    """Replace `path` by `data` so that after any crash it holds either the old or the new content, whole.

    Raises:
        OSError: the disk is full, or the folder cannot be written; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_unfinished(folder: Path, is_alive: Callable[[int], bool]) -> None:
    """Remove what `write_bytes` was writing into `folder` when its process was killed.

    Args:
        folder: looked at itself, not the folders in it.
        is_alive: whether a process of that id runs; asked only where an unfinished file lies.
    """
    for path in folder.glob(".*.tmp"):
        writer = re.search(r"\.(\d+)-[0-9a-f]{8}\.tmp$", path.name)
        if writer and not is_alive(int(writer[1])):
            path.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as readable UTF-8 JSON, as `write_bytes` does."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    write_bytes(path, text.encode("utf-8") + b"\n")


def sync_file(path: Path) -> None:
    """Flush a finished file to the disk. Opened for writing, without which Windows flushes nothing."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename in it survives a power cut. Windows does this by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

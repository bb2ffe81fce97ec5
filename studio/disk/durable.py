"""Files that survive a crash: write a temporary file, flush it to the disk, rename it into place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_bytes(path: Path, data: bytes) -> None:
    """Replace `path` by `data` so that after any crash it holds either the old or the new content, whole.

    Raises:
        OSError: as `replacing` says.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    with _moved(temporary, path), temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place beside `path`, with its ending, to write what replaces it when the ``with`` is left without an error.

    Raises:
        OSError: the disk is full, or the folder cannot be written; it names `path`, which is as it was.
    """
    with _moved(path.with_name(f".{os.urandom(4).hex()}.tmp{path.suffix}"), path) as temporary:
        yield temporary
        sync_file(temporary)


@contextmanager
def _moved(temporary: Path, path: Path) -> Iterator[Path]:
    try:
        yield temporary
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None and _is_about(temporary, error):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    sync_folder(path.parent)


def _is_about(temporary: Path, error: OSError) -> bool:
    """A failed write names no file; a copy names both, and who reads the error knows nothing of the temporary one."""
    named = {str(name) for name in (error.filename, error.filename2) if name is not None}
    return not named or str(temporary) in named


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

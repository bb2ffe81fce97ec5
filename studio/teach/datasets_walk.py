"""Every file of a folder the artist names, without leaving it and without following links."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_JUNK = frozenset(("thumbs.db", "desktop.ini", "__macosx", "__pycache__"))
"""What systems leave in folders; nobody means it. Names that begin with a dot are passed over as well."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or something that can't be used as one.

    Attributes:
        path: absolute.
        name: relative to the walked folder, with ``/``.
        bytes: its size.
        problem: why it cannot be used, as the end of a sentence; empty for an ordinary file.
    """

    path: Path
    name: str
    bytes: int = 0
    problem: str = ""


def walk(
    folder: Path, skip: frozenset[Path] = frozenset(), check: Callable[[], None] = lambda: None
) -> Iterator[Found]:
    """What lies in `folder` and below, in the order of the names.

    Args:
        folder: absolute, its links resolved.
        skip: folders not to look into, e.g. where datasets are kept.
        check: called for each folder; may raise to stop.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        check()
        try:
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(here, _name(here, folder), problem=f"the folder can't be read ({error.strerror})")
            continue
        inner = []
        for entry in listed:
            if entry.name.startswith(".") or entry.name.lower() in _JUNK:
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                inner.append(path)
            else:
                yield _file(entry, path, _name(path, folder))
        waiting.extend(path for path in reversed(inner) if path not in skip)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _file(entry: os.DirEntry[str], path: Path, name: str) -> Found:
    printable = name.encode("utf-8", "replace").decode()
    if printable != name:
        return Found(path, printable, problem="its name is not valid text")
    if entry.is_symlink():
        return Found(path, name, problem="it is a link; links are not followed, put the file itself here")
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Found(path, name, problem=f"it can't be read ({error.strerror})")
    if not stat.S_ISREG(status.st_mode):
        return Found(path, name, problem="it is a device or a pipe, no file")
    return Found(path, name, status.st_size)

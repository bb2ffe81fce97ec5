"""What discovery found last time, on disk, and whether it still holds: decided by file times alone.

This is the warm path of every start: the standard library's smallest modules only, no SDK, no `importlib.metadata`.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from pathlib import Path

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from typing import Any

CHECKOUT = Path(__file__).resolve().parents[3]
"""The folder that holds the `studio` package: a checkout's root, or ``site-packages``."""

FORMAT = 2
MOST_ROOTS = 64
"""At most this many folders of the search path are remembered; those in use always are."""

_HEAD = b'{"format": %d, "crc32": %d, "body": '
_CONTRACT = (
    "sdk/parameters.py",
    "sdk/generator.py",
    "sdk/artifacts.py",
    "sdk/describing.py",
    "engine/discovery/examine.py",
)
"""Files of the studio that decide what a descriptor looks like, relative to the `studio` package."""


class DescriptorCache:
    """The cache file, read once and written when something changed.

    Attributes:
        roots: by folder of the search path: its modification time and the metadata folders in it that announce plugins.
        sources: by location of a source: what was read of it, its rows and descriptors by entry point.
        changed: whether it differs from the file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        body = _read_body(file)
        if body.get("made_by") != _made_by():
            body = {}
        self.roots: dict[str, dict[str, Any]] = body.get("roots", {})
        self.sources: dict[str, dict[str, Any]] = body.get("sources", {})
        self.changed = not body

    def announced(self, path: list[str]) -> tuple[list[str], bool]:
        """Metadata folders on `path` that announce plugins, in order, and whether any folder of `path` changed."""
        found, changed = [], False
        for root in path:
            try:
                modified = Path(root).stat().st_mtime_ns
            except OSError:
                continue
            known = self.roots.get(root)
            if known is None or known["modified"] != modified:
                known = self._look(root, modified)
                changed = True
            found += [f"{root}/{name}" for name in known["found"]]
        return found, changed

    def fresh(self, location: str) -> dict[str, Any] | None:
        """What is known of a source, when none of the files it depends on changed."""
        known = self.sources.get(location)
        return known if known is not None and all(map(_unchanged, known["watch"])) else None

    def save(self, path: list[str]) -> None:
        """Write the file, forgetting folders that have not been on the search path for long.

        A state folder that cannot be written costs only the speed of the next start.
        """
        from studio.disk.durable import write_bytes

        in_use = {root: self.roots[root] for root in path if root in self.roots}
        others = {root: known for root, known in self.roots.items() if root not in in_use}
        self.roots = {**dict(list(others.items())[-MOST_ROOTS:]), **in_use}
        places = {f"{root}/{name}" for root, known in self.roots.items() for name in known["found"]}
        self.sources = {
            location: known
            for location, known in self.sources.items()
            if location in places or location.endswith(".toml")
        }
        plain = {"made_by": _made_by(), "roots": self.roots, "sources": self.sources}
        body = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(self._file, _HEAD % (FORMAT, zlib.crc32(body)) + body + b"}\n")
        except OSError:
            return
        self.changed = False

    def _look(self, root: str, modified: int) -> dict[str, Any]:
        from studio.engine.discovery.sources import announcing

        try:
            found = announcing(root)
        except OSError:  # a zip archive, or a folder that may not be read
            found = []
        known = {"modified": modified, "found": found}
        self.roots[root] = known
        self.changed = True
        return known


def _read_body(file: Path) -> dict[str, Any]:
    """The cache's content; empty when there is none, or when its checksum says that it is damaged."""
    try:
        data = file.read_bytes()
    except OSError:
        return {}
    mark = data.find(b'"body": ') + len(b'"body": ')
    body = data[mark:-2]
    if data[:mark] != _HEAD % (FORMAT, zlib.crc32(body)):
        return {}
    plain = json.loads(body)
    return plain if isinstance(plain, dict) else {}


def _made_by() -> list[Any]:
    """What must be the same for the cache to hold: the interpreter, and the studio's own describing code."""
    package = Path(__file__).parents[2]
    return [sys.version, sys.prefix, *(_stamp(f"{package}/{part}") for part in _CONTRACT)]


def _unchanged(seen: list[Any]) -> bool:
    path, modified, size = seen
    return _stamp(path) == [modified, size]


def _stamp(path: str) -> list[int]:
    try:
        seen = os.stat(path)  # noqa: PTH116 - a Path for each of 250 files would cost every start as much again
    except OSError:
        return [0, 0]
    return [seen.st_mtime_ns, seen.st_size]

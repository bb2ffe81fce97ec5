"""Which installed distributions announce plugins, read from their metadata as data: nothing is imported here.

A *source* is one distribution: a ``.dist-info`` (or ``.egg-info``) folder on the search path, or, in a checkout that is
not installed, the project file itself.
"""

from __future__ import annotations

import configparser
import email.parser
import hashlib
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TypeAlias

import studio

GROUP = "studio.plugins"
STUDIO = "atelier-studio"
Seen: TypeAlias = tuple[str, tuple[tuple[str, int, int], ...]]
MOST_FILES = 2000
"""At most this many source files of a distribution are watched for changes."""


@dataclass(frozen=True)
class Source:
    """One distribution that announces plugins.

    Attributes:
        location: its metadata folder or project file.
        distribution, version: as ``pip`` knows it.
        entries: entry points of our group, name and target.
        problem: why its metadata cannot be used, a sentence; empty when it can.
        incompatible: the studio versions it asks for, when this one is not among them.
        content: hash of the metadata (and of source files' sizes and times, where those may be edited in place).
        watch: files that tell when to look again: path, modification time in nanoseconds, size in bytes.
    """

    location: str
    distribution: str
    version: str
    entries: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    incompatible: str = ""
    content: str = ""
    watch: tuple[tuple[str, int, int], ...] = ()

    @property
    def first_party(self) -> bool:
        """Whether these plugins came with the studio."""
        return self.distribution == STUDIO


def announcing(root: str) -> list[str]:
    """Names of the metadata folders in `root` whose entry points mention our group, sorted."""
    found = []
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")):
                announced = _read(Path(entry.path, "entry_points.txt"))
                if GROUP.encode() in announced:
                    found.append(entry.name)
    return sorted(found)


def read_source(location: str, path: list[str]) -> Source:
    """Read a metadata folder or a project file; see `read_installed` and `read_checkout`."""
    place = Path(location)
    return read_checkout(place) if place.suffix == ".toml" else read_installed(place, path)


def read_installed(folder: Path, path: list[str]) -> Source:
    """Read a metadata folder. Whatever is in it, this returns: damage becomes the source's `problem`.

    Args:
        folder: the ``.dist-info`` folder.
        path: where modules are searched.
    """
    name, _, version = folder.name.rpartition(".")[0].partition("-")
    pieces = [_read(folder / part) for part in ("entry_points.txt", "METADATA", "PKG-INFO", "RECORD")]
    watched = [folder / part for part in ("entry_points.txt", "METADATA", "RECORD")]
    try:
        entries = _entries(pieces[0].decode("utf-8"))
        header = email.parser.Parser().parsestr((pieces[1] or pieces[2]).decode("utf-8"), headersonly=True)
        problem = "" if header["Name"] else "Its package metadata is missing or damaged. Install it again."
    except (UnicodeDecodeError, configparser.Error) as error:
        problem = f"Its package metadata is damaged ({type(error).__name__}). Install it again."
        return Source(
            str(folder), normal(name), version, ((normal(name), ""),), problem, "", *_seen(pieces, watched, [])
        )
    distribution = normal(header["Name"] or name)
    asked = "" if distribution == STUDIO else _asked(header.get_all("Requires-Dist") or [])
    sources = list(_editable_files(entries, folder.parent, pieces[3].decode("utf-8", "replace"), path))
    problem = problem or _entry_problem(entries)
    return Source(
        str(folder), distribution, str(header["Version"] or version), entries, problem, asked,
        *_seen(pieces, watched, sources),
    )  # fmt: skip


def read_checkout(project: Path) -> Source:
    """The studio's own plugins, announced by the project file of a checkout that is not installed."""
    text = project.read_bytes()
    try:
        table = tomllib.loads(text.decode("utf-8"))["project"]["entry-points"][GROUP]
        entries = tuple((str(name), str(target)) for name, target in table.items())
        problem = _entry_problem(entries)
    except (ValueError, KeyError, AttributeError, TypeError):
        entries, problem = (("plugins", ""),), f"The project file {project} cannot be read."
    plugins = str(project.parent / "plugins")
    sources = [file for top in _tops(entries) for file in _module_files(top, [plugins])]
    seen = _seen([text], [project], sources)
    return Source(str(project), STUDIO, studio.__version__, entries, problem, "", *seen)


def normal(name: str) -> str:
    """A distribution's name in the form PyPA's "name normalization" gives it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def module_exists(name: str, path: list[str]) -> bool:
    """Whether a top-level module could be imported from `path`; nothing is imported."""
    top = name.partition(".")[0]
    return PathFinder.find_spec(top, path) is not None


def _entries(text: str) -> tuple[tuple[str, str], ...]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive here
    parser.read_string(text)
    return tuple(parser.items(GROUP)) if parser.has_section(GROUP) else ()


def _entry_problem(entries: tuple[tuple[str, str], ...]) -> str:
    for name, target in entries:
        if not re.fullmatch(
            r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?", target.partition("[")[0].strip()
        ):
            return f"Its entry point “{name}” is not of the form module:Class, but “{target[:80]}”."
    return ""


def _asked(requirements: list[str]) -> str:
    """The studio versions a plugin asks for when this one is not among them, else nothing."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requirements:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue
        if normal(wanted.name) != STUDIO or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        if not wanted.specifier.contains(studio.__version__, prereleases=True):
            return str(wanted.specifier)
    return ""


def _editable_files(entries: tuple[tuple[str, str], ...], root: Path, record: str, path: list[str]) -> Iterator[Path]:
    """Source files of modules that RECORD does not list: those of an editable install, which change in place."""
    recorded = {line.split(",", 1)[0].split("/", 1)[0] for line in record.splitlines()}
    for top in _tops(entries):
        if top not in recorded and f"{top}.py" not in recorded:
            yield from _module_files(top, [str(root), *path])


def _tops(entries: tuple[tuple[str, str], ...]) -> list[str]:
    return sorted({target.partition(":")[0].strip().partition(".")[0] for _, target in entries if target})


def _module_files(top: str, path: list[str]) -> list[Path]:
    found = PathFinder.find_spec(top, path)
    if found is None:
        return []
    if not found.submodule_search_locations:
        return [Path(found.origin)] if found.origin else []
    folders = [Path(folder) for folder in found.submodule_search_locations]
    return sorted(file for folder in folders for file in folder.rglob("*.py"))[:MOST_FILES]


def _seen(pieces: list[bytes], watched: list[Path], sources: list[Path]) -> Seen:
    """`Source.content` and `Source.watch` for what was read."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(hashlib.sha256(piece).digest())
    stamps = [_stamp(file) for file in sources]
    digest.update(repr(stamps).encode())
    return digest.hexdigest(), (*(_stamp(file) for file in watched), *stamps)


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (str(file), 0, 0)
    return (str(file), stat.st_mtime_ns, stat.st_size)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""

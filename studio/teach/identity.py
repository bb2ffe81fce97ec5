"""What determines a run besides values, seed and dataset: what lies in the models and folders that the values name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.teach.runs import Run, run_key

if TYPE_CHECKING:
    from studio.sdk.parameters import Field

PROBE = 64 * 2**10
"""Bytes that are read at the beginning, the middle and the end of a file: weights may have many gigabytes."""

MOST_FILES = 20_000
"""Files of a folder that count; whoever names a whole disk need not wait until it is read."""

ABOUT = frozenset(("card.json", "report.json", "report.html", "README.md"))
"""What tells of a model and is written anew when the same model is trained again."""


def content_digest(path: Path) -> str:
    """A hash of a file, or of all files below a folder: names, sizes, and of long files three parts of the content.

    Raises:
        OSError: there is nothing, or it cannot be read.
    """
    hashed = hashlib.sha256()
    for file in islice(_files(path), MOST_FILES) if path.is_dir() else [path]:
        size = file.stat().st_size
        name = file.relative_to(path).as_posix() if file != path else ""
        hashed.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        with file.open("rb") as stream:
            for place in sorted({0, max(0, size // 2 - PROBE // 2), max(0, size - PROBE)}):
                stream.seek(place)
                hashed.update(stream.read(PROBE))
    return hashed.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder that decide something, in the same order every time."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name not in ABOUT and Path(place, name).is_file())


def given_digests(fields: Iterable[Field], values: Mapping[str, Any], model: Callable[[str], Path]) -> dict[str, str]:
    """Hashes of the models, files and folders that a request names, by parameter; what is not there has the hash "".

    Args:
        fields: the trainer's parameters.
        values: the request's.
        model: gives the folder of a model's reference; may raise `UserError`.
    """
    given = {}
    for known in fields:
        value = values.get(known.name)
        if not isinstance(value, str) or not value or not known.applies(values):
            continue
        if known.kind in ("file", "folder"):
            given[known.name] = _digest(Path(value))
        elif known.kind == "choice" and known.source.startswith("models:"):
            given[known.name] = _digest(model(value))
    return given


def other_code(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """A sentence where other code trains now than trained before; empty where both are the same or one is not known.

    Args:
        before: facts of the earlier training, see `Run.facts`.
        now: of the one to come: studio, distribution, distribution_version.
    """
    pairs = [("the studio", before.get("studio"), now.get("studio"))]
    if before.get("distribution") == now.get("distribution"):
        versions = (before.get("distribution_version"), now.get("distribution_version"))
        pairs.append((str(now.get("distribution")), *versions))
    for what, was, is_now in pairs:
        if was and is_now and was != is_now:
            return f"Version {was} of {what} trained this before; now it is {is_now}, and the outcome may differ."
    return ""


def run_name(
    runs: Path, trainer: str, version: int, values: Mapping[str, Any], seed: int, digest: str, given: Mapping[str, str]
) -> str:
    """The name of the run that all this determines; arguments as of `run_key` and `given_digests`.

    A run that stopped before the content of models and folders counted goes on under the name it has.
    """
    plain = run_key(trainer, version, values, seed, digest)
    if not given:
        return plain
    older = Run(runs / plain)
    if older.facts and "given" not in older.facts and not older.finished:
        return plain
    contents = [f"{name}={content}" for name, content in sorted(given.items())]
    return run_key(trainer, version, values, seed, "+".join([digest, *contents]))


def _digest(path: Path) -> str:
    try:
        return content_digest(path)
    except OSError:
        return ""  # the trainer itself says what it cannot read

"""What a result on the stage was made from, and what was made with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.shell.create.shots import Shot
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.library.items import Item
    from studio.shell.viewers.base import Sibling

_TOGETHER = frozenset({"audio", "score"})
"""The kinds that are shown together when the same job made both."""


def picture_before(workshop: Workshop, shot: Shot) -> Path | None:
    """The picture a picture was made from, for *before* and *after*; None where there was none, or it is gone.

    Where a generator takes several, it is the one that must be given: the others only guide it.
    """
    if shot.kind != "image":
        return None
    job = next((known for known in workshop.bridge.jobs() if known.id == shot.job_id), None)
    item = workshop.item(shot.item)
    origin = item.origin if item is not None else None
    generator = job.request.generator if job is not None else origin.generator if origin is not None else ""
    values = job.request.values if job is not None else origin.values if origin is not None else {}
    spec = workshop.specs.get(generator)
    fields = spec.fields if spec is not None else ()
    pictures = [known for known in fields if known.kind == "image" and known.applies(values)]
    for known in sorted(pictures, key=lambda known: not known.required):
        scheme, _, name = str(values.get(known.name) or "").partition(":")
        parent = workshop.item(name) if scheme == "item" else None
        path = workshop.item_file(parent) if parent is not None else Path(name) if scheme == "file" else None
        if path is not None and path.is_file():
            return path
    return None


def made_with(workshop: Workshop, shot: Shot, known: Iterable[Shot]) -> list[Sibling]:
    """The other results of the job that a result comes from, where they are shown with it.

    A job that went on after an interruption shares its origin with its first attempt, whose results may be those of an
    earlier session: the job lists them, `known` need not. Once it is cleared, the library finds those saved about then.
    """
    if shot.kind not in _TOGETHER:
        return []
    mine = workshop.item(shot.item)
    origin = _origin(mine, shot)
    found: dict[str, Sibling] = {}
    for other in known:
        if other.kind in _TOGETHER and other != shot:
            item = workshop.item(other.item)
            if _origin(item, other) == origin:
                found[other.item] = (other.kind, other.path, item)
    listed = [item for job in workshop.bridge.jobs() if job.origin == origin for item in map(workshop.item, job.items)]
    for item in (*listed, *(workshop.siblings(mine) if mine is not None else ())):
        if item is not None and not item.is_trashed and item.kind in _TOGETHER and item.id != shot.item:
            found[item.id] = (item.kind, workshop.item_file(item), item)
    return list(found.values())


def _origin(item: Item | None, shot: Shot) -> str:
    """The job a result comes from: as its record says, which names the first attempt."""
    return item.origin.job if item is not None and item.origin is not None and item.origin.job else shot.job_id

"""What a result on the stage was made from."""

from __future__ import annotations

from pathlib import Path

from studio.shell.create.shots import Shot
from studio.shell.workshop import Workshop


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

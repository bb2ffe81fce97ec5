"""Finished artifacts go to the disk here: into the library, or into the folder a request named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from studio.library import formats
from studio.library.items import Item, Origin, Parent
from studio.library.store import Store
from studio.sdk import Artifact, GeneratorSpec, UserError

LEAVING_SECONDS = 2.0
"""How long a worker that is told to end waits for the thumbnail it is at."""


class NotSaved(Exception):
    """A result is there and could not be written: nothing the artist chose is wrong.

    Attributes:
        message: what happened, in plain words.
        hint: what to do next, or empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Keeper:
    """Saves what generators make. One per worker; the store opens with the first result that is kept."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._store: Store | None = None
        self._artist = ThreadPoolExecutor(1, thread_name_prefix="thumbnail")
        self._drawing: Future[None] | None = None

    def keep(self, artifact: Artifact, order: Mapping[str, Any], *, index: int, seconds: float) -> dict[str, Any]:
        """Save one artifact durably.

        Args:
            artifact: the result.
            order: the body of the job's ``run`` frame.
            index: which of the job's results it is.
            seconds: how long it took so far.

        Returns:
            The body of a ``saved`` frame: ``item`` (id, or path when not kept), ``kind``, ``path``, ``record``.

        Raises:
            NotSaved: the disk is full, or the folder cannot be written.
        """
        try:
            if not order["keep"]:
                path = self._write_loose(artifact, order, index)
                return {"item": str(path), "kind": artifact.kind, "path": str(path), "record": None}
            if self._store is None:
                self._store = Store(self._library)
            item = self._store.save(artifact, _origin(order, index=index, seconds=seconds), thumbnail=False)
        except UserError as error:
            raise NotSaved(error.message, error.hint or "") from error
        path = self._store.path(item)
        return {"item": item.id, "kind": item.kind, "path": str(path), "record": item.to_json()}

    def draw(self, artifact: Artifact, saved: Mapping[str, Any], then: Callable[[str], None]) -> None:
        """Make the thumbnail of what `keep` announced, beside the next work, then tell `then` the item's id.

        One at a time: results that are made quicker than they can be drawn wait here instead of piling up in memory.
        """
        if saved["record"] is None:
            return
        self.settle()
        self._drawing = self._artist.submit(self._draw, artifact, saved["record"], then)

    def settle(self, seconds: float | None = None) -> None:
        """Wait until the thumbnail that is being made is there, `seconds` at most."""
        if self._drawing is not None:
            wait([self._drawing], seconds)

    def _draw(self, artifact: Artifact, record: Mapping[str, Any], then: Callable[[str], None]) -> None:
        item = Item.from_json(record)
        if self._store is not None and self._store.draw(item, artifact) is not None:
            then(item.id)

    def _write_loose(self, artifact: Artifact, order: Mapping[str, Any], index: int) -> Path:
        folder = Path(order["folder"])
        stem = str(order["spec"]["id"]).rpartition(".")[2]
        path = folder / f"{stem}-{order['seed']}-{order['job'][-6:]}-{index + 1}{formats.stored_suffix(artifact)}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            formats.write(artifact, path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise NotSaved(f"The result could not be saved in “{folder}”: {reason}.") from error
        return path


def _origin(order: Mapping[str, Any], *, index: int, seconds: float) -> Origin:
    spec = GeneratorSpec.from_json(order["spec"])
    secret = {known.name for known in spec.fields if known.kind == "secret"}
    return Origin(
        job=order["origin"],
        index=index,
        generator=spec.id,
        generator_version=spec.version,
        generator_title=spec.title,
        distribution=spec.distribution,
        distribution_version=spec.distribution_version,
        seed=order["seed"],
        values={name: value for name, value in order["values"].items() if name not in secret},
        parents=tuple(_parent(entry, order) for entry in order["parents"]),
        studio_version=order["studio"],
        seconds=seconds,
    )


def _parent(entry: Mapping[str, Any], order: Mapping[str, Any]) -> Parent:
    if "item" in entry:
        return Parent(item=entry["item"], param=entry["field"])
    with Path(order["inputs"][entry["field"]]).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Parent(sha256=digest, name=entry["file"], param=entry["field"])

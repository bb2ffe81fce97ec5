"""The library as the engine, the command line and the window use it: the files and their index together."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from studio.library import checkup, formats, sharing
from studio.library.index import Index, Row
from studio.library.items import Item, Origin, Parent
from studio.library.keeper import Keeper
from studio.library.store import Store, hash_file
from studio.library.views import Key, Page, View
from studio.sdk import Artifact, UserError

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is (0 when unknown)."""
Result = TypeVar("Result")

_NEIGHBOURS = 12
"""How many items before and behind an item are asked for the job they come from."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened in the library.

    Attributes:
        kind: ``"added"``, ``"changed"``, ``"removed"`` or ``"rebuilt"`` (look at everything again).
        ids: the items concerned; empty when rebuilt.
    """

    kind: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """What an item was made from and what was made from it, through all generations.

    Attributes:
        items: every item found, by id.
        edges: pairs (parent id, child id).
        outside: parents that are not in the library, with the id of their child.
    """

    items: dict[str, Item]
    edges: list[tuple[str, str]]
    outside: list[tuple[Parent, str]] = field(default_factory=list)


class Library:
    """One library folder, opened. Threads may share it; several processes may have it open at once.

    Opening finishes what crashed processes left, and builds the index anew when it is missing or damaged.

    Args:
        folder: the library's folder; made when missing.
        progress: told when opening has to build the index.

    Raises:
        IndexUnavailable: apsw is not installed; `Store` alone still saves and reads.
        UserError: the folder can't be used.
    """

    def __init__(self, folder: Path, progress: Progress | None = None) -> None:
        self.store = Store(folder)
        self._subscribers: list[Callable[[Change], None]] = []
        self._lock = threading.RLock()
        self._settler: ThreadPoolExecutor | None = None
        self._generation = 0
        try:
            str(self.folder).encode("utf-8")
            self.folder.mkdir(parents=True, exist_ok=True)
            self._keeper = Keeper(self.store, self._renewed)
            recovered = self.store.recover()
        except OSError as error:
            reason = "it is no folder" if isinstance(error, FileExistsError) else error.strerror or error
            raise UserError(f"The library can't be opened at “{self.folder}”: {reason}.") from error
        except UnicodeEncodeError as error:
            shown = str(self.folder).encode("utf-8", "replace").decode("utf-8")
            raise UserError(f"The library can't be opened at “{shown}”: the name is no text (UTF-8).") from error
        self._healed(lambda: self._keeper.build_if_missing(progress))
        self._take(recovered)
        self._generation = self._healed(lambda: self.index.generation())

    @property
    def folder(self) -> Path:
        """The library's folder."""
        return self.store.folder

    @property
    def index(self) -> Index:
        """The index of this library."""
        return self._keeper.index

    @property
    def index_file(self) -> Path:
        """The database; deleting it (with the library closed) loses nothing."""
        return self._keeper.path

    @property
    def damaged_index(self) -> Path | None:
        """Where a damaged index was moved before another was built from the files; None while there was none."""
        return self._keeper.aside

    def close(self) -> None:
        """Close the index and give up the staging session."""
        with self._lock:
            settler, self._settler = self._settler, None
        if settler is not None:
            settler.shutdown()
        self.index.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _healed(self, ask: Callable[[], Result]) -> Result:
        """The answer of the index; when it turns out damaged, it is set aside, rebuilt and asked again."""
        return self._keeper.healed(ask)

    def mend(self) -> None:
        """Set a damaged index aside and build a new one; for who asked a `View` and was told `IndexDamaged`."""
        self._keeper.mend()

    # -- adding and changing ------------------------------------------------------------------------------------

    def add(self, item: Item | str) -> Item:
        """Take an item that `Store.save` wrote, in this process or another, into the index.

        Args:
            item: the item, or its id.

        Raises:
            UserError: there is no such item.
        """
        item = self.store.read(item) if isinstance(item, str) else item
        self._healed(functools.partial(self._put, item))
        with self._lock:
            if self._settler is None:
                self._settler = ThreadPoolExecutor(1, thread_name_prefix="settle")
            self._settler.submit(self._settle, item.id)
        self._tell(Change("added", (item.id,)))
        return item

    def _settle(self, item_id: str) -> None:
        """Forget the note of an item's saving. Nobody waits for it: until it is gone it only is taken in once more."""
        try:
            self.store.settle_saved(item_id)
        except OSError:
            log.warning("The note of item %s stays until the next start", item_id, exc_info=True)

    def save(self, artifact: Artifact, origin: Origin | None = None) -> Item:
        """Save an artifact and take it into the index. Raises `UserError` as `Store.save` does."""
        return self.add(self.store.save(artifact, origin))

    def import_file(self, path: Path, kind: str | None = None) -> Item:
        """Copy a file from outside into the library. Raises `UserError` when it can't be read."""
        artifact = formats.read(path, kind)
        parent = Parent(sha256=hash_file(path), name=path.name)
        return self.save(replace(artifact, title=artifact.title or path.stem), Origin(parents=(parent,)))

    def recover(self) -> list[Item]:
        """Take in what crashed workers of this or other processes had saved but not announced."""
        items = self.store.recover()
        self._take(items)
        if items:
            self._tell(Change("added", tuple(item.id for item in items)))
        return items

    def _take(self, items: Iterable[Item]) -> None:
        for item in items:
            self._healed(functools.partial(self._put, item))
            self.store.settle(item.id)

    def _put(self, item: Item) -> None:
        self._keeper.follow()
        self.index.put(item)

    def _remove(self, item_id: str) -> None:
        self._keeper.follow()
        self.index.remove(item_id)

    def _record(self, item_id: str) -> Item | None:
        return self.index.get(item_id)

    def update(self, item_id: str, **changes: Any) -> Item:
        """Change ``rating``, ``favourite``, ``tags`` or ``title``; see `Store.update`."""
        return self._change(lambda item: self.store.update(item, **changes), item_id)

    def rate(self, item_id: str, rating: int) -> Item:
        """Rate an item 0 (no rating) to 5. Raises `UserError` for other numbers."""
        if rating not in range(6):
            raise UserError("A rating is a whole number from 0 to 5.")
        return self.update(item_id, rating=rating)

    def tag(self, item_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Item:
        """Add and remove tags."""
        gone = set(remove)
        kept = [tag for tag in self.get(item_id).tags if tag not in gone]
        return self.update(item_id, tags=[*kept, *add])

    def favourite(self, item_id: str, *, on: bool = True) -> Item:
        """Mark an item as a favourite, or unmark it."""
        return self.update(item_id, favourite=on)

    def rename(self, item_id: str, title: str) -> Item:
        """Give an item a new title; its file is renamed."""
        if not title.strip():
            raise UserError("A title needs at least one character.")
        return self.update(item_id, title=title)

    def trash(self, item_id: str) -> Item:
        """Put an item into the trash."""
        return self._change(self.store.trash, item_id)

    def restore(self, item_id: str) -> Item:
        """Take an item out of the trash."""
        return self._change(self.store.restore, item_id)

    def _change(self, change: Callable[[Item], Item], item_id: str) -> Item:
        item = change(self.get(item_id))
        self._take([item])
        self._tell(Change("changed", (item.id,)))
        return item

    def delete(self, item_id: str) -> None:
        """Delete an item for good."""
        self.store.delete(self.get(item_id))
        self._healed(functools.partial(self._remove, item_id))
        self.store.settle(item_id)
        self._tell(Change("removed", (item_id,)))

    def empty_trash(self) -> int:
        """Delete everything in the trash for good. Returns how many items."""
        count = 0
        while rows := self.view("is:trashed").rows(0, 500):
            for row in rows:
                self.delete(row.id)
                count += 1
        return count

    def export(self, item_id: str, target: Path, *, strip: bool = False, **options: Any) -> Path:
        """Write an item's file elsewhere; see `sharing.export`."""
        return sharing.export(self.store, self.get(item_id), target, strip=strip, **options)

    # -- looking ------------------------------------------------------------------------------------------------

    def get(self, item_id: str) -> Item:
        """The record of an item. Raises `UserError` when there is none."""
        found = self._healed(lambda: self.index.get(item_id))
        if found is None:
            raise UserError(f"There is no item “{item_id[:60]}” in this library.")
        return found

    def resolve(self, text: str) -> Item:
        """The item someone means: by its id, the beginning or end of its id (4 characters or more), or its path.

        Raises:
            UserError: none or several fit.
        """
        found = self._healed(lambda: self.index.get(text))
        if found is not None:
            return found
        ids = self._healed(lambda: self.index.find(text.lower())) if len(text) >= 4 else []
        if len(ids) > 1:
            raise UserError(f"Several items' ids begin or end with “{text[:40]}”; give more of it.")
        if ids:
            return self.get(ids[0])
        path = Path(text)
        for place in (path, self.folder / path):
            if place.is_file() and place.resolve().is_relative_to(self.folder.resolve()):
                return self.store.read(place.resolve().relative_to(self.folder.resolve()))
        raise UserError(f"There is no item “{text[:60]}” in this library.")

    def view(self, text: str = "", sort: str = "newest", *, typing: bool = False) -> View:
        """What a query finds, for a grid. Raises `QueryError`."""
        return View(self.index, text, sort, typing=typing)

    def page(self, text: str = "", after: Key | None = None, limit: int = 100, sort: str = "newest") -> Page:
        """What a query finds, a page at a time. Raises `QueryError`."""
        return self._healed(lambda: self.view(text, sort).page(after, limit))

    def search(self, text: str = "", limit: int = 100, sort: str = "newest") -> list[Item]:
        """The first items a query finds, with their whole records. Raises `QueryError`."""
        return self.items(self.page(text, None, limit, sort).rows)

    def items(self, rows: Iterable[Row]) -> list[Item]:
        """The whole records of rows."""
        positions = [row.position for row in rows]
        return self._healed(lambda: self.index.at(positions))

    def load(self, item_id: str) -> Artifact:
        """Read an item's artifact. Raises `UserError`."""
        return self.store.load(self.get(item_id))

    def thumbnail(self, item_id: str) -> Path | None:
        """An item's thumbnail, made again when missing; None where that can't be."""
        path = self.store.thumbnail_path(item_id)
        return path if path.exists() else self.store.thumbnail(self.get(item_id))

    def parents(self, item_id: str) -> list[Item]:
        """The items of this library an item was made from; `Item.parents` also names those from outside."""
        ids = [parent.item for parent in self.get(item_id).parents if parent.item]
        found = [self._healed(functools.partial(self._record, each)) for each in ids]
        return [item for item in found if item is not None]

    def siblings(self, item_id: str) -> list[Item]:
        """The other results of the same job, in the trash as the item is, or as little.

        They are looked for around the item: what one job makes is saved one after the other.
        """
        item = self.get(item_id)
        if item.origin is None or not item.origin.job:
            return []
        near = self._healed(lambda: self.index.around(item_id, _NEIGHBOURS))
        return [
            other
            for other in near
            if other.origin and other.origin.job == item.origin.job and other.is_trashed == item.is_trashed
        ]

    def children(self, item_id: str) -> list[Item]:
        """The items made from an item, oldest first."""
        return [self.get(child) for child in self._healed(lambda: self.index.children(item_id))]

    def lineage(self, item_id: str, limit: int = 500) -> Lineage:
        """Ancestors and descendants of an item; stops after `limit` items."""
        found = Lineage({item_id: self.get(item_id)}, [])
        for upwards in (True, False):
            waiting = [found.items[item_id]]
            while waiting and len(found.items) < limit:
                item = waiting.pop(0)
                for other in self.parents(item.id) if upwards else self.children(item.id):
                    edge = (other.id, item.id) if upwards else (item.id, other.id)
                    if edge not in found.edges:
                        found.edges.append(edge)
                    if other.id not in found.items:
                        found.items[other.id] = other
                        waiting.append(other)
        for item in found.items.values():
            found.outside.extend((parent, item.id) for parent in item.parents if parent.item not in found.items)
        return found

    def stats(self) -> dict[str, Any]:
        """Counts by kind, the trash's count, and the index's size in bytes."""
        counts = self._healed(lambda: self.index.counts())
        live = {kind: count for (kind, trashed), count in counts.items() if not trashed}
        return {
            "items": sum(live.values()),
            "kinds": live,
            "trashed": sum(count for (_kind, trashed), count in counts.items() if trashed),
            "index_bytes": self.index_file.stat().st_size,
            "folder": str(self.folder),
        }

    # -- care ---------------------------------------------------------------------------------------------------

    def rebuild(self, progress: Progress | None = None) -> checkup.Rebuilt:
        """Build the index anew from the files: ratings, tags and lineage come back. See `checkup.rebuild`."""
        report = self._healed(lambda: self._keeper.rebuild(progress))
        self._tell(Change("rebuilt"))
        return report

    def verify(self, progress: Progress | None = None) -> checkup.Verified:
        """Compare every file with its record; see `checkup.verify`."""
        return checkup.verify(self.store, self.index, progress)

    # -- telling ------------------------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Be told of changes, on the thread that makes them. Returns a function that ends it."""
        with self._lock:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    def poll(self) -> bool:
        """Whether another process changed the library since the last call; subscribers are told too.

        Costs microseconds, so that a window can ask every second.
        """
        era = self.index.era
        self._healed(self._keeper.follow)
        generation = self._healed(lambda: self.index.generation())
        if era != self.index.era:
            return True  # subscribers were told by `_renewed`
        changed = generation != self._generation
        self._generation = generation
        if changed:
            self._tell(Change("rebuilt"))
        return changed

    def _renewed(self) -> None:
        """The index is another file now, which counts its changes anew."""
        self._generation = self.index.generation()
        self._tell(Change("rebuilt"))

    def _tell(self, change: Change) -> None:
        with self._lock:
            subscribers = list(self._subscribers)
        for callback in subscribers:
            callback(change)

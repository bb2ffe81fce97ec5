"""The files of a library: saving without ever losing anything, reading, rating, renaming, trash. Needs no database."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from studio.disk import durable
from studio.library import formats, names, staging
from studio.library.checking import plain_json
from studio.library.items import (
    RECORD_LIMIT,
    Item,
    Origin,
    RecordError,
    check_id,
    months_of_id,
    new_id,
    now,
    parse_record,
    to_ms,
)
from studio.library.words import searchable, title_of
from studio.sdk import Artifact, UserError

TRASH = ".trash"
THUMBNAILS = ".thumbnails"
_TAILS = (4, 8, 26)
"""How many characters of the id end a file name; more only where the shorter name is taken."""


class Store:
    """A library's folder. Several processes and threads may use it at once.

    Attributes:
        folder: the library's folder, absolute; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).absolute()
        self._staging = staging.Staging(self.folder)
        self._lock = threading.RLock()
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """While inside, no other thread or process moves files of this library, its index included. Reentrant."""
        with self._lock, self._staging.exclusive():
            yield

    # -- saving -------------------------------------------------------------------------------------------------

    def save(
        self, artifact: Artifact, origin: Origin | None, *, created: str | None = None, thumbnail: bool = True
    ) -> Item:
        """Keep an artifact: file, record and thumbnail. When this returns, no crash or power cut can lose it.

        Args:
            artifact: what to keep.
            origin: how it was made; without secrets.
            created: when, as `items.now` writes it; now when None.
            thumbnail: whether to make the thumbnail too; otherwise call `draw` afterwards.

        Raises:
            UserError: the disk is full or the library's folder can't be written.
        """
        with self._lock:
            drawn = self._thumbnailer().submit(_drawn, artifact) if thumbnail else None
        item = _described(artifact, origin, created or now())
        try:
            with self._lock:
                return self._publish(self._stage(artifact, item, drawn))
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(
                f"The result could not be saved in “{self.folder}”: {reason}.",
                hint="Free some space, or choose another place for the library.",
            ) from error

    def _stage(self, artifact: Artifact, item: Item, thumbnail: Future[bytes] | None) -> Path:
        """Write everything into a staging folder and commit it. Returns the ready folder."""
        suffix = formats.stored_suffix(artifact)
        folder = self._staging.begin(item.id)
        try:
            data = folder / f"{staging.DATA}{suffix}"
            formats.encode(artifact, data, item.to_embed())
            kept = item.with_(file=self._free_name(item, suffix), sha256=hash_file(data), bytes=data.stat().st_size)
            if thumbnail is not None and (drawn := thumbnail.result()):
                (folder / staging.THUMBNAIL).write_bytes(drawn)
            (folder / staging.RECORD).write_bytes(_record_bytes(kept))
            return self._staging.commit(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _thumbnailer(self) -> ThreadPoolExecutor:
        """Thumbnails are made while the artifact is described and encoded: Pillow and NumPy let other threads run."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="thumbnail")
        return self._pool

    def _free_name(self, item: Item, suffix: str) -> str:
        month = names.folder(item.created)
        for length in _TAILS:
            stem = names.stem(item.created, item.title, item.id[-length:])
            base = self.folder / month / stem
            if not base.with_name(f"{stem}{suffix}").exists() and not base.with_name(f"{stem}.json").exists():
                break
        return f"{month}/{stem}{suffix}"

    def _publish(self, ready: Path) -> Item:
        """Move a committed result to its place; may be repeated after a crash in the middle."""
        item = _read_record(ready / staging.RECORD)
        with self._staging.exclusive():
            data = ready / f"{staging.DATA}{PurePosixPath(item.file).suffix}"
            if data.exists() and self.path(item).exists():
                item = item.with_(file=self._free_name(item, data.suffix))  # another process took the name meanwhile
                self._write_record(ready / staging.RECORD, item)
            place = self.path(item)
            owner = _id_in(record_path(place))
            if not data.exists() and (not place.exists() or owner not in ("", item.id)):
                return self._healed(item.id)  # it was published, then renamed, put into the trash or deleted
            place.parent.mkdir(parents=True, exist_ok=True)
            if data.exists():
                data.rename(place)
            thumbnail = ready / staging.THUMBNAIL
            if thumbnail.exists():
                target = self.thumbnail_path(item.id)
                target.parent.mkdir(parents=True, exist_ok=True)
                thumbnail.replace(target)
            if owner == item.id:
                return self._at(record_path(place))  # rated or tagged since
            self._write_record(record_path(place), item, sync=False)  # the ready folder holds a flushed copy
        return item

    def _write_record(self, path: Path, item: Item, *, sync: bool = True) -> None:
        temporary = self._staging.temporary()
        if sync:
            _write_synced(temporary, _record_bytes(item))
        else:
            temporary.write_bytes(_record_bytes(item))
        temporary.replace(path)
        if sync:
            durable.sync_folder(path.parent)

    def recover(self) -> list[Item]:
        """Finish what crashed processes left and delete what they had only begun.

        Returns the items an index has to take (again); call `settle` for each once it has.
        """
        items = {}
        with self._lock:
            for note in self._staging.adopt():
                item = self._recovered(note)
                if item is None:
                    staging.remove_note(note)
                else:
                    items[item.id] = item
        return list(items.values())

    def _recovered(self, note: Path) -> Item | None:
        try:
            if note.suffix == ".ready":
                return self._publish(note)
            return self._healed(check_id(note.stem))
        except (RecordError, UserError, FileNotFoundError):
            return None

    def settle(self, item_id: str) -> None:
        """The index has this item as it is now: flush its record to the disk and forget every note of it."""
        if self.settle_saved(item_id):
            for other in self._staging.waiting():
                if other.name == f"{item_id}.changed":
                    staging.remove_note(other)

    def settle_saved(self, item_id: str) -> bool:
        """The index has this item as it was saved: flush its record and forget the note of its saving, no other.

        May go on beside changes of the item. Returns False when the item is nowhere, and its notes are kept.
        """
        note = self._staging.find_note(check_id(item_id))
        if note is None:
            return True
        try:
            record = record_path(self.path(_read_record(note / staging.RECORD)))
            durable.sync_file(record)
            durable.sync_folder(record.parent)
        except (RecordError, FileNotFoundError):
            if not self._records_of(item_id):
                return False
            # else it was renamed or put into the trash meanwhile, which flushed it
        staging.remove_note(note)
        return True

    # -- reading ------------------------------------------------------------------------------------------------

    def path(self, item: Item) -> Path:
        """Where an item's file is."""
        return self.folder / item.file

    def thumbnail_path(self, item_id: str) -> Path:
        """Where an item's thumbnail (WebP) is or belongs."""
        return self.folder / THUMBNAILS / item_id[-2:] / f"{item_id}.webp"

    def read(self, which: str | Path) -> Item:
        """The record of an item, from its file.

        Args:
            which: an id, or the path of the item's file or record.

        Raises:
            UserError: there is no such item.
            RecordError: its record is damaged.
        """
        if isinstance(which, Path) or not _is_id(which):
            path = self.folder / which
            return self._at(path if path.suffix == ".json" and not record_path(path).exists() else record_path(path))
        found = self._records_of(which)
        if not found:
            raise UserError(f"There is no item “{which}” in this library.")
        return self._at(found[0])

    def _at(self, record: Path) -> Item:
        """The record at a path; where it lies, not what it says, tells where its file is."""
        try:
            item = _read_record(record)
        except FileNotFoundError as error:
            raise UserError(f"There is no item at “{record}”.") from error
        folder = record.parent.relative_to(self.folder).as_posix()
        return item.with_(file=f"{folder}/{PurePosixPath(item.file).name}")

    def _records_of(self, item_id: str) -> list[Path]:
        """Every record with this id; more than one only in the middle of a move."""
        patterns = [f"{month}/*_{item_id[-length:]}.json" for month in months_of_id(item_id) for length in _TAILS]
        patterns.append(f"{TRASH}/{item_id}/*.json")
        found = self._with_id(patterns, item_id)
        return found or self._with_id([f"*/*_{item_id[-length:]}.json" for length in _TAILS], item_id)

    def _with_id(self, patterns: Iterable[str], item_id: str) -> list[Path]:
        return [
            path for pattern in patterns for path in sorted(self.folder.glob(pattern)) if _is_record_of(path, item_id)
        ]

    def load(self, item: Item) -> Artifact:
        """Read an item's artifact. Raises `UserError` when its file is missing or damaged."""
        return replace(formats.read(self.path(item), item.kind), title=item.title, meta=item.meta)

    def records(self) -> Iterator[Path]:
        """Every record file of the library, trash included, oldest month first."""
        if not self.folder.is_dir():
            return
        months = sorted(entry for entry in self.folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        trash = self.folder / TRASH
        trashed = sorted(entry for entry in trash.iterdir() if entry.is_dir()) if trash.is_dir() else []
        for folder in [*months, *trashed]:
            yield from sorted(entry for entry in folder.iterdir() if entry.suffix == ".json")

    # -- changing -----------------------------------------------------------------------------------------------

    def update(self, item: str | Item, **changes: Any) -> Item:
        """Change ``rating``, ``favourite``, ``tags``, ``title`` (which renames the file) or ``text``.

        Returns the new record.

        Raises:
            UserError: there is no such item.
            TypeError, ValueError: a value does not fit.
        """
        unknown = changes.keys() - {"rating", "favourite", "tags", "title", "text"}
        if unknown:
            raise TypeError(f"an item's {', '.join(sorted(unknown))} can't be changed")
        if "tags" in changes:
            changes["tags"] = _clean_tags(changes["tags"])
        if "title" in changes:
            changes["title"] = names.title_from(str(changes["title"]), limit=200)
        return self._changed(item, lambda old: self._renamed(old, old.with_(**changes)))

    def _renamed(self, old: Item, new: Item) -> Item:
        Item.from_json(new.to_json())  # the same checks that reading makes
        if new.title == old.title or old.is_trashed:
            return new
        return new.with_(file=self._free_name(new, PurePosixPath(old.file).suffix))

    def trash(self, item: str | Item) -> Item:
        """Put an item into the trash, where `restore` finds it."""

        def change(old: Item) -> Item:
            if old.is_trashed:
                return old
            return old.with_(trashed=now(), home=old.file, file=f"{TRASH}/{old.id}/{PurePosixPath(old.file).name}")

        return self._changed(item, change)

    def restore(self, item: str | Item) -> Item:
        """Take an item out of the trash, back to where it was."""

        def change(old: Item) -> Item:
            if not old.is_trashed:
                return old
            home = old.home
            if not home or (self.folder / home).exists() or record_path(self.folder / home).exists():
                home = self._free_name(old, PurePosixPath(old.file).suffix)
            return old.with_(trashed="", home="", file=home)

        return self._changed(item, change)

    def _changed(self, item: str | Item, change: Callable[[Item], Item]) -> Item:
        """Apply `change` to the record as it is on the disk now, and move the file where the new record says."""
        item_id = item if isinstance(item, str) else item.id
        with self._lock, self._staging.exclusive():
            old = self._fresh(item)
            new = change(old)
            if new == old:
                return old
            self._staging.note(item_id, record_path(self.path(new)))
            place = self.path(new)
            place.parent.mkdir(parents=True, exist_ok=True)
            self._write_record(record_path(place), new)
            if new.file != old.file:
                if self.path(old).exists():
                    self.path(old).rename(place)
                record_path(self.path(old)).unlink(missing_ok=True)
                durable.sync_folder(place.parent)
                _remove_if_empty(self.path(old).parent, self.folder)
            return new

    def _fresh(self, item: str | Item) -> Item:
        if isinstance(item, Item):
            record = record_path(self.path(item))
            if _is_record_of(record, item.id):
                return self._at(record)
            item = item.id
        return self.read(item)

    def _healed(self, item_id: str) -> Item:
        """An item after a crash: in the middle of a move two records exist, and the one beside the file is right."""
        with self._staging.exclusive():
            found = self._records_of(item_id)
            beside = [record for record in found if self.path(self._at(record)).exists()]
            for record in found:
                if beside and record not in beside:
                    record.unlink()
                    _remove_if_empty(record.parent, self.folder)
            return self.read(item_id)

    def delete(self, item: str | Item) -> None:
        """Delete an item for good: file, record and thumbnail."""
        with self._lock, self._staging.exclusive():
            old = self._fresh(item)
            self._staging.note(old.id, record_path(self.path(old)))
            self.path(old).unlink(missing_ok=True)
            record_path(self.path(old)).unlink(missing_ok=True)
            self.thumbnail_path(old.id).unlink(missing_ok=True)
            _remove_if_empty(self.path(old).parent, self.folder)

    # -- thumbnails ---------------------------------------------------------------------------------------------

    def thumbnail(self, item: Item) -> Path | None:
        """The item's thumbnail, made again from its file when missing; None where that can't be."""
        path = self.thumbnail_path(item.id)
        if path.exists():
            return path
        try:
            artifact = self.load(item)
        except UserError:
            return None
        return self.draw(item, artifact)

    def draw(self, item: Item, artifact: Artifact) -> Path | None:
        """Make an item's thumbnail from what it holds; None where that can't be, or the item is gone meanwhile."""
        drawn = _drawn(artifact)
        if not drawn:
            return None
        path = self.thumbnail_path(item.id)
        with self.exclusive():
            if not record_path(self.path(item)).exists() and not self._records_of(item.id):
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._staging.temporary()
            temporary.write_bytes(drawn)
            temporary.replace(path)
        return path

    def close(self) -> None:
        """Give up the session. What it saved stays; calling `save` again opens a new one."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
                self._pool = None
            self._staging.close()


def record_path(path: Path) -> Path:
    """Where the record of a file is: the same name, ending in ``.json``."""
    return path.with_suffix(".json")


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _described(artifact: Artifact, origin: Origin | None, created: str) -> Item:
    """The record of a new item, checked; its file is not known yet."""
    if origin is not None:
        origin = Origin.from_json(plain_json(origin.to_json()))
    item = Item(
        id=new_id(to_ms(created)),
        kind=artifact.kind,
        title=title_of(artifact, origin),
        created=created,
        file="",
        facts=formats.facts(artifact),
        origin=origin,
        meta=plain_json(artifact.meta),
        text=searchable(artifact, origin),
    )
    return Item.from_json(item.to_json())


def _drawn(artifact: Artifact) -> bytes:
    """An artifact's thumbnail; nothing where none can be made, which must not cost the result."""
    from studio.library import thumbnails
    from studio.library.formats.limits import DECODER_ERRORS

    try:
        return thumbnails.make(artifact)
    except DECODER_ERRORS:
        return b""


def _record_bytes(item: Item) -> bytes:
    return json.dumps(item.to_json(), ensure_ascii=False, indent=1, allow_nan=False).encode("utf-8") + b"\n"


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _read_record(path: Path) -> Item:
    with path.open("rb") as stream:
        return parse_record(stream.read(RECORD_LIMIT + 1))


def _is_record_of(path: Path, item_id: str) -> bool:
    return _id_in(path) == item_id


def _id_in(record: Path) -> str:
    """Whose record it is; empty when there is none or it can't be read."""
    try:
        return _read_record(record).id
    except (OSError, RecordError):
        return ""


def _is_id(text: str) -> bool:
    try:
        return bool(check_id(text))
    except RecordError:
        return False


def _clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without surrounding space, without commas, each once."""
    cleaned = (" ".join(str(tag).replace(",", " ").split())[:200] for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _remove_if_empty(folder: Path, library: Path) -> None:
    if folder != library and not any(folder.iterdir()):
        folder.rmdir()

"""Care of a library: building the index from the files, and comparing every file with its record."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from studio.disk import durable
from studio.library import formats, names
from studio.library.index import Index, Known
from studio.library.items import Item, RecordError, new_id, parse_record
from studio.library.store import TRASH, Store, hash_file, record_path
from studio.sdk import UserError

Progress = Callable[[int, int], None]

DAMAGED = ".damaged"
"""Appended to the name of a record that can't be read, when another takes its place."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild found.

    Attributes:
        items: how many items the index holds now.
        restored: files whose record was missing, damaged or another's, and which have one of their own again.
        orphans: files without any record; they stay where they are.
        damaged: records that can't be read and what only they held is lost, or that can't be written, with the reason.
        missing: records whose file is gone.
    """

    items: int = 0
    restored: list[Path] = field(default_factory=list)
    orphans: list[Path] = field(default_factory=list)
    damaged: list[tuple[Path, str]] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)


@dataclass(slots=True)
class Verified:
    """What a verification found.

    Attributes:
        checked: how many items were looked at.
        changed: files whose content is not what was saved.
        missing: files that are gone.
        damaged: records and files that can't be read, with the reason.
        doubled: pairs of records with the same id; `rebuild` gives the copy one of its own.
        unindexed: items the index does not hold as their record says; `rebuild` puts this right.
        gone: ids in the index without a record on the disk; `rebuild` puts this right.
        index: complaints of the database's own check.
    """

    checked: int = 0
    changed: list[Path] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    damaged: list[tuple[Path, str]] = field(default_factory=list)
    doubled: list[tuple[Path, Path]] = field(default_factory=list)
    unindexed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Whether nothing was found wrong."""
        found = (self.changed, self.missing, self.damaged, self.doubled, self.unindexed, self.gone, self.index)
        return not any(found)


def rebuild(store: Store, index: Index, progress: Progress | None = None) -> Rebuilt:
    """Fill the index from the files.

    A record beside its file counts. Where it is missing or damaged, what the index knew counts, then the record inside
    the file (ratings and tags are not there), and is written beside it again; a damaged one is kept. A file that was
    copied, with its record or without, becomes an item of its own.
    """
    report = Rebuilt()
    with index.as_it_was() as known:
        report.items = index.put_all(_Search(store, known, report, progress).items())
    report.damaged.sort()
    return report


@dataclass(frozen=True, slots=True)
class _Group:
    """The entries of one folder that share a stem."""

    record: Path | None
    files: list[Path]


class _Search:
    """One walk through the files of a library.

    What says most of itself comes first, so that a copy is never taken for the original: records in their own places,
    records elsewhere, files that the index knew, files with a record inside.
    """

    def __init__(self, store: Store, known: Known, report: Rebuilt, progress: Progress | None) -> None:
        self._store = store
        self._known = known
        self._report = report
        self._progress = progress
        self._ids: set[str] = set()
        self._places: set[str] = set()
        self._done = 0

    def items(self) -> Iterator[Item]:
        """Every item there is, each id and each file once."""
        elsewhere: list[tuple[Item, _Group]] = []
        bare: list[_Group] = []
        for group in _groups(self._store):
            self._done += 1
            if self._progress is not None and not self._done % 200:
                self._progress(self._done, 0)
            item = self._recorded(group.record)
            if item is None:
                bare.append(group)
            elif self._at_home(item, group):
                yield self._taken(item)
            else:
                elsewhere.append((item, group))
        yield from self._elsewhere(elsewhere)
        yield from self._without_record(bare)

    def _elsewhere(self, found: Sequence[tuple[Item, _Group]]) -> Iterator[Item]:
        alone = []
        for item, group in found:
            own = next((file for file in group.files if file.suffix == PurePosixPath(item.file).suffix), None)
            if own is not None:
                yield self._renamed(item, own, group)
            elif group.record is not None:
                alone.append((item, group.record))
        for item, record in alone:
            if (kept := self._alone(item, record)) is not None:
                yield kept

    def _without_record(self, groups: Sequence[_Group]) -> Iterator[Item]:
        unknown = []
        for group in groups:
            if (item := self._from_index(group)) is None:
                unknown.append(group)
            else:
                yield self._written(item, group)
        # a copy's name is the longer one, whatever the language: “x (copy).png”, “Kopie von x.png”
        for group in sorted(unknown, key=lambda group: len(group.files[0].name) if group.files else 0):
            if (item := self._unknown(group)) is not None:
                yield item

    def _recorded(self, record: Path | None) -> Item | None:
        try:
            return None if record is None else self._store.read(record)
        except (RecordError, UserError, OSError):
            return None

    def _at_home(self, item: Item, group: _Group) -> bool:
        path = self._store.path(item)
        home = path.parent.name in (names.folder(item.created), item.id)
        return home and item.id not in self._ids and path in group.files

    def _renamed(self, item: Item, own: Path, group: _Group) -> Item:
        """The item of a record that was renamed, moved or copied together with its file."""
        place = own.relative_to(self._store.folder).as_posix()
        if place == item.file and item.id not in self._ids:
            return self._taken(item)
        return self._written(item.with_(file=place), group)

    def _alone(self, item: Item, record: Path) -> Item | None:
        """The item of a record that has no file beside it; None where another record has its id or its file."""
        if item.id in self._ids or item.file in self._places:
            self._report.missing.append(record)
            return None
        if not self._store.path(item).exists():
            self._report.missing.append(self._store.path(item))
        return self._taken(item)

    def _from_index(self, group: _Group) -> Item | None:
        """What the index knew about a file, if it still is the same file."""
        for file in group.files:
            place = file.relative_to(self._store.folder).as_posix()
            item = None if place in self._places else self._known(place)
            with contextlib.suppress(OSError):  # it can't be read: nothing says that it is the same
                if item is not None and item.bytes == file.stat().st_size and item.sha256 == hash_file(file):
                    return item
        return None

    def _unknown(self, group: _Group) -> Item | None:
        """The item of a file that neither a record beside it nor the index tells of."""
        files = [file for file in group.files if file.relative_to(self._store.folder).as_posix() not in self._places]
        if not group.files and group.record is not None:
            self._report.damaged.append((group.record, "it can't be read, and its file is gone"))
        if not files:
            return None
        item = _from_inside(self._store, files)
        kept = _kept_aside(group.record)
        if kept is not None:
            self._report.damaged.append((kept, "this record can't be read; ratings, tags and titles in it are lost"))
        if item is None:
            self._report.orphans.extend(files)
            return None
        return self._written(item, _Group(None, files))

    def _written(self, item: Item, group: _Group) -> Item:
        """The item, noted beside its file; a copy gets an id of its own. A record that can't be read is kept."""
        path = self._store.path(item)
        if item.id in self._ids:
            item = item.with_(id=new_id(item.created_ms))
        try:
            if self._recorded(group.record) is None:
                _kept_aside(group.record)
            durable.write_json(record_path(path), item.to_json())
            self._report.restored.append(path)
        except OSError as error:  # a folder that takes nothing costs nobody the rest of the library
            self._report.damaged.append((record_path(path), f"it can't be written: {error.strerror or error}"))
        return self._taken(item)

    def _taken(self, item: Item) -> Item:
        self._ids.add(item.id)
        self._places.add(item.file)
        return item


def _groups(store: Store) -> Iterator[_Group]:
    for folder in _folders(store):
        by_stem: dict[str, list[Path]] = {}
        for entry in sorted(entry for entry in folder.iterdir() if entry.is_file() and not _passed_over(entry.name)):
            by_stem.setdefault(entry.stem, []).append(entry)
        for entries in by_stem.values():
            record = next((entry for entry in entries if entry.suffix == ".json"), None)
            yield _Group(record, [entry for entry in entries if entry != record])


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.endswith(DAMAGED)


def _folders(store: Store) -> list[Path]:
    if not store.folder.is_dir():
        return []
    months = sorted(entry for entry in store.folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    trash = store.folder / TRASH
    return months + (sorted(entry for entry in trash.iterdir() if entry.is_dir()) if trash.is_dir() else [])


def _kept_aside(record: Path | None) -> Path | None:
    """A record that can't be read, under another name, so that a new one can take its place; or where it must stay."""
    if record is None:
        return None
    try:
        return record.rename(record.with_name(record.name + DAMAGED))
    except OSError:
        return record


def _from_inside(store: Store, files: list[Path]) -> Item | None:
    """What the record inside a file says."""
    for file in files:
        try:
            text = formats.embedded_record(file)
            if text is not None:
                place = file.relative_to(store.folder).as_posix()
                return parse_record(text).with_(file=place, sha256=hash_file(file), bytes=file.stat().st_size)
        except (UserError, RecordError, OSError):
            continue
    return None


def verify(store: Store, index: Index, progress: Progress | None = None) -> Verified:
    """Read every file of the library and compare it with its record, and the index with both."""
    report = Verified(index=index.check())
    total = sum(index.counts().values())
    seen: dict[str, Path] = {}
    for record in store.records():
        try:
            item = store.read(record)
        except (RecordError, UserError, OSError) as error:
            report.damaged.append((record, _reason(error)))
            continue
        report.checked += 1
        if item.id in seen:
            report.doubled.append((seen[item.id], record))
            continue
        seen[item.id] = record
        _compare(store.path(item), item, report)
        if index.get(item.id) != item:
            report.unindexed.append(item.id)
        if progress is not None:
            progress(report.checked, total)
    report.gone = [item_id for item_id in index.ids() if item_id not in seen]
    return report


def _compare(path: Path, item: Item, report: Verified) -> None:
    try:
        if not path.is_file():
            report.missing.append(path)
        elif item.sha256 and (path.stat().st_size != item.bytes or hash_file(path) != item.sha256):
            report.changed.append(path)
    except OSError as error:
        report.damaged.append((path, _reason(error)))


def _reason(error: Exception) -> str:
    return f"it can't be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)

"""Care of a library: building the index from the files, and comparing every file with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from studio.disk import durable
from studio.library import formats
from studio.library.index import Index, Known
from studio.library.items import Item, RecordError, parse_record
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
        restored: files whose record was missing or damaged and came back from the old index or from inside the file.
        orphans: files without any record; they stay where they are.
        damaged: records that can't be read and what only they held is lost, with the reason.
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
        damaged: records that can't be read, with the reason.
        unindexed: items the index does not hold as their record says; `rebuild` puts this right.
        gone: ids in the index without a record on the disk; `rebuild` puts this right.
        index: complaints of the database's own check.
    """

    checked: int = 0
    changed: list[Path] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    damaged: list[tuple[Path, str]] = field(default_factory=list)
    unindexed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Whether nothing was found wrong."""
        return not (self.changed or self.missing or self.damaged or self.unindexed or self.gone or self.index)


def rebuild(store: Store, index: Index, progress: Progress | None = None) -> Rebuilt:
    """Fill the index from the files.

    A record beside its file counts. Where it is missing or damaged, what the index knew counts, then the record inside
    the file (ratings and tags are not there), and is written beside it again; a damaged one is kept.
    """
    report = Rebuilt()
    with index.as_it_was() as known:
        report.items = index.put_all(_found(store, known, report, progress))
    return report


def _found(store: Store, known: Known, report: Rebuilt, progress: Progress | None) -> Iterator[Item]:
    done = 0
    for folder in _folders(store):
        entries = sorted(entry for entry in folder.iterdir() if entry.is_file() and not _passed_over(entry.name))
        by_stem: dict[str, list[Path]] = {}
        for entry in entries:
            by_stem.setdefault(entry.stem, []).append(entry)
        for group in by_stem.values():
            record = next((entry for entry in group if entry.suffix == ".json"), None)
            files = [entry for entry in group if entry != record]
            item = _from_record(store, record, files, report) if record else None
            if item is None and files:
                item = _from_elsewhere(store, known, record, files, report)
            elif item is None and record is not None:
                report.damaged.append((record, "it can't be read, and its file is gone"))
            if item is not None:
                yield item
            done += 1
            if progress is not None and not done % 200:
                progress(done, 0)


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.endswith(DAMAGED)


def _folders(store: Store) -> list[Path]:
    if not store.folder.is_dir():
        return []
    months = sorted(entry for entry in store.folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    trash = store.folder / TRASH
    return months + (sorted(entry for entry in trash.iterdir() if entry.is_dir()) if trash.is_dir() else [])


def _from_record(store: Store, record: Path, files: list[Path], report: Rebuilt) -> Item | None:
    try:
        item = store.read(record)
    except (RecordError, UserError, OSError):
        return None
    if store.path(item).exists():
        return item
    renamed = [file for file in files if file.suffix == PurePosixPath(item.file).suffix]
    if renamed:
        return item.with_(file=renamed[0].relative_to(store.folder).as_posix())
    report.missing.append(store.path(item))
    return item


def _from_elsewhere(store: Store, known: Known, record: Path | None, files: list[Path], report: Rebuilt) -> Item | None:
    """The item of a file that has no readable record beside it; that record is kept under another name."""
    item = _from_index(store, known, files)
    kept = None
    if record is not None:
        kept = record.with_name(record.name + DAMAGED)
        record.rename(kept)
    if item is None:
        item = _from_inside(store, files)
        if kept is not None:
            report.damaged.append((kept, "this record can't be read; ratings, tags and titles in it are lost"))
    if item is None:
        report.orphans.extend(files)
        return None
    path = store.path(item)
    durable.write_json(record_path(path), item.to_json())
    report.restored.append(path)
    return item


def _from_index(store: Store, known: Known, files: list[Path]) -> Item | None:
    """What the index knew about a file, if it still is the same file."""
    for file in files:
        item = known(file.relative_to(store.folder).as_posix())
        if item is not None and item.bytes == file.stat().st_size and item.sha256 == hash_file(file):
            return item
    return None


def _from_inside(store: Store, files: list[Path]) -> Item | None:
    """What the record inside a file says."""
    for file in files:
        try:
            text = formats.embedded_record(file)
            if text is None:
                continue
            inside = parse_record(text)
        except (UserError, RecordError):
            continue
        place = file.relative_to(store.folder).as_posix()
        return inside.with_(file=place, sha256=hash_file(file), bytes=file.stat().st_size)
    return None


def verify(store: Store, index: Index, progress: Progress | None = None) -> Verified:
    """Read every file of the library and compare it with its record, and the index with both."""
    report = Verified(index=index.check())
    total = sum(index.counts().values())
    seen = set()
    for record in store.records():
        try:
            item = store.read(record)
        except (RecordError, UserError) as error:
            report.damaged.append((record, str(error)))
            continue
        seen.add(item.id)
        report.checked += 1
        path = store.path(item)
        if not path.is_file():
            report.missing.append(path)
        elif item.sha256 and (path.stat().st_size != item.bytes or hash_file(path) != item.sha256):
            report.changed.append(path)
        if index.get(item.id) != item:
            report.unindexed.append(item.id)
        if progress is not None:
            progress(report.checked, total)
    report.gone = [item_id for item_id in index.ids() if item_id not in seen]
    return report

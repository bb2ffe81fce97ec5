"""What can be done with selected items: changes are made off the GUI thread, moves can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.shell.i18n import count, tr, tr_error, tr_message
from studio.shell.library.rows import LibraryRows
from studio.shell.library.source import Query, Source
from studio.shell.viewers.background import Background

_CHUNK = 2000
_MOST_UNDONE = 100
_PORTION = 200


Change = Callable[[Sequence[str]], object]
"""Changes the items with these ids; runs on a background thread."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A change to many items, done in portions."""

    change: Change
    ids: list[str]
    sentence: str
    undo: bool


class LibraryActions(QObject):
    """Changes to a library's items.

    Signals:
        changed: items changed; carries their ids.
        told: a sentence about what was done, and whether it can be undone.
        failed: a sentence about what could not be done.
    """

    changed = Signal(list)
    told = Signal(str, bool)
    failed = Signal(str)

    def __init__(self, source: Source, rows: LibraryRows, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._source = source
        self._rows = rows
        self._background = background
        self._undo: list[tuple[str, Change, list[str]]] = []

    @property
    def can_undo(self) -> bool:
        """Whether something can be taken back."""
        return bool(self._undo)

    def with_ids(self, runs: Sequence[range], then: Callable[[list[str]], object]) -> None:
        """Call `then` with the ids of these rows, at once if they are known, else when they have been fetched."""
        known = self._rows.ids(runs)
        if known is not None:
            then(known)
            return
        work = partial(_fetch_ids, self._source, self._rows.query, tuple(runs))
        self._background.run(work, then, self._fail, self)

    def rate(self, ids: Sequence[str], rating: int) -> None:
        """Give stars; the grid shows them at once."""
        self._rows.replace(ids, lambda row: replace(row, rating=rating))
        self._do(partial(self._source.rate, rating=rating), ids)

    def favourite(self, ids: Sequence[str], *, marked: bool) -> None:
        """Mark or unmark; the grid shows it at once."""
        self._rows.replace(ids, lambda row: replace(row, favourite=marked))
        self._do(partial(self._source.favourite, marked=marked), ids)

    def tag(self, ids: Sequence[str], tag: str, *, present: bool) -> None:
        """Add a tag or take it away."""
        self._do(partial(self._source.tag, tag=tag, present=present), ids)

    def rename(self, item_id: str, title: str) -> None:
        """Give a title; the grid shows it at once."""
        self._rows.replace([item_id], lambda row: replace(row, title=title))
        self._do(lambda each: self._source.rename(each[0], title), [item_id])

    def trash(self, ids: Sequence[str]) -> None:
        """Move to the trash; can be undone."""
        if not ids:
            return
        sentence = count("{count} item moved to the trash.", "{count} items moved to the trash.", len(ids))
        back = count("{count} item brought back.", "{count} items brought back.", len(ids))
        self._remember(back, self._source.restore, ids)
        self._do(self._source.trash, ids, sentence, undo=True)

    def restore(self, ids: Sequence[str]) -> None:
        """Bring back from the trash; can be undone."""
        if not ids:
            return
        sentence = count("{count} item brought back.", "{count} items brought back.", len(ids))
        again = count("{count} item moved to the trash.", "{count} items moved to the trash.", len(ids))
        self._remember(again, self._source.trash, ids)
        self._do(self._source.restore, ids, sentence, undo=True)

    def empty_trash(self) -> None:
        """Delete what lies in the trash for good; moves there can no longer be undone."""
        self._undo.clear()
        self._background.run(self._source.empty_trash, self._emptied, self._fail, self)

    def _emptied(self, number: int) -> None:
        one, many = "{count} item deleted for good.", "{count} items deleted for good."
        self._end([], count(one, many, number), undo=False)

    def undo(self) -> None:
        """Take the last move to or from the trash back."""
        if self._undo:
            sentence, change, ids = self._undo.pop()
            self._do(change, ids, sentence)

    def export(self, ids: Sequence[str], folder: Path, *, share: bool = False) -> None:
        """Copy files into a folder, with `share` without anything private inside."""
        work = partial(self._source.export, ids, folder, share=share)
        self._background.run(work, partial(self._exported, folder), self._fail, self)

    def export_as(self, item_id: str, target: Path) -> None:
        """Write an item to a file, in the format its ending chooses."""
        work = partial(self._source.export_as, item_id, target)
        self._background.run(work, lambda path: self._exported(path.parent, [path]), self._fail, self)

    def take_in(self, files: Sequence[Path]) -> None:
        """Import files."""
        self._background.run(partial(self._source.take_in, files), self._taken_in, self._fail, self)

    def _exported(self, folder: Path, copies: Sequence[Path]) -> None:
        one, many = "{count} file written to {folder}.", "{count} files written to {folder}."
        self.told.emit(count(one, many, len(copies), folder=str(folder)), False)

    def _taken_in(self, answer: tuple[int, Sequence[str]]) -> None:
        taken, problems = answer
        told = [count("{count} file added to the library.", "{count} files added to the library.", taken)]
        if problems:
            one = "{count} could not be added: {reason}"
            many = "{count} could not be added, the first for this: {reason}"
            told.append(count(one, many, len(problems), reason=tr_message(problems[0])))
        self.told.emit(" ".join(told), False)
        self._rows.refresh()

    def _remember(self, sentence: str, change: Change, ids: Sequence[str]) -> None:
        self._undo.append((sentence, change, list(ids)))
        del self._undo[:-_MOST_UNDONE]

    def _do(self, change: Change, ids: Sequence[str], sentence: str = "", *, undo: bool = False) -> None:
        """Change items, many of them in portions, between which other work gets its turn and progress is told."""
        self._do_rest(_Work(change, list(ids), sentence, undo), 0)

    def _do_rest(self, work: _Work, done: int) -> None:
        if done and done < len(work.ids):
            told = tr("{done} of {count} …", done=f"{done:,}", count=f"{len(work.ids):,}")
            self.told.emit(told, False)
        if done >= len(work.ids):
            self._end(work.ids, work.sentence, undo=work.undo)
            return
        portion = work.ids[done : done + _PORTION]
        then = partial(self._portion_done, work, done + len(portion))
        self._background.run(partial(work.change, portion), then, self._fail, self)

    def _portion_done(self, work: _Work, done: int, _answer: Any) -> None:
        self._do_rest(work, done)

    def _end(self, ids: list[str], sentence: str, *, undo: bool) -> None:
        if sentence:
            self.told.emit(sentence, undo)
        self._rows.refresh()
        self.changed.emit(ids)

    def _fail(self, error: Exception) -> None:
        reason = tr_error(error) or type(error).__name__
        self.failed.emit(tr("That did not work: {reason}", reason=reason))
        self._rows.refresh()


def _fetch_ids(source: Source, query: Query, runs: Iterable[range]) -> list[str]:
    """The ids of many rows, in portions."""
    found: list[str] = []
    for run in runs:
        for first in range(run.start, run.stop, _CHUNK):
            found.extend(row.id for row in source.rows(query, first, min(run.stop, first + _CHUNK)))
    return found

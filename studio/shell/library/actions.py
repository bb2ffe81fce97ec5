"""What can be done with selected items: changes are made off the GUI thread, moves can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.shell.i18n import count, tr, tr_message
from studio.shell.library.rows import LibraryRows
from studio.shell.library.source import Query, Source
from studio.shell.viewers.background import Background

_CHUNK = 2000
_MOST_UNDONE = 100


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
        self._undo: list[tuple[str, Callable[[], object]]] = []

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
        self._do(partial(self._source.rate, ids, rating), ids)

    def favourite(self, ids: Sequence[str], *, marked: bool) -> None:
        """Mark or unmark; the grid shows it at once."""
        self._rows.replace(ids, lambda row: replace(row, favourite=marked))
        self._do(partial(self._source.favourite, ids, marked=marked), ids)

    def tag(self, ids: Sequence[str], tag: str, *, present: bool) -> None:
        """Add a tag or take it away."""
        self._do(partial(self._source.tag, ids, tag, present=present), ids)

    def rename(self, item_id: str, title: str) -> None:
        """Give a title; the grid shows it at once."""
        self._rows.replace([item_id], lambda row: replace(row, title=title))
        self._do(partial(self._source.rename, item_id, title), [item_id])

    def trash(self, ids: Sequence[str]) -> None:
        """Move to the trash; can be undone."""
        if not ids:
            return
        sentence = count("{count} item moved to the trash.", "{count} items moved to the trash.", len(ids))
        back = count("{count} item brought back.", "{count} items brought back.", len(ids))
        self._remember(back, partial(self._source.restore, ids))
        self._do(partial(self._source.trash, ids), ids, sentence, undo=True)

    def restore(self, ids: Sequence[str]) -> None:
        """Bring back from the trash; can be undone."""
        if not ids:
            return
        sentence = count("{count} item brought back.", "{count} items brought back.", len(ids))
        again = count("{count} item moved to the trash.", "{count} items moved to the trash.", len(ids))
        self._remember(again, partial(self._source.trash, ids))
        self._do(partial(self._source.restore, ids), ids, sentence, undo=True)

    def empty_trash(self) -> None:
        """Delete what lies in the trash for good; moves there can no longer be undone."""
        self._undo.clear()
        self._background.run(self._source.empty_trash, self._emptied, self._fail, self)

    def _emptied(self, number: int) -> None:
        one, many = "{count} item deleted for good.", "{count} items deleted for good."
        self._done([], count(one, many, number), False, None)

    def undo(self) -> None:
        """Take the last move to or from the trash back."""
        if self._undo:
            sentence, work = self._undo.pop()
            self._do(work, [], sentence)

    def export(self, ids: Sequence[str], folder: Path, *, share: bool = False) -> None:
        """Copy files into a folder, with `share` without anything private inside."""
        work = partial(self._source.export, ids, folder, share=share)
        self._background.run(work, partial(self._exported, folder), self._fail, self)

    def take_in(self, files: Sequence[Path]) -> None:
        """Import files."""
        self._background.run(partial(self._source.take_in, files), self._taken_in, self._fail, self)

    def _exported(self, folder: Path, copies: Sequence[Path]) -> None:
        one, many = "{count} file written to {folder}.", "{count} files written to {folder}."
        self.told.emit(count(one, many, len(copies), folder=str(folder)), False)

    def _taken_in(self, taken: int) -> None:
        self.told.emit(count("{count} file added to the library.", "{count} files added to the library.", taken), False)
        self._rows.refresh()

    def _remember(self, sentence: str, work: Callable[[], object]) -> None:
        self._undo.append((sentence, work))
        del self._undo[:-_MOST_UNDONE]

    def _do(self, work: Callable[[], object], ids: Sequence[str], sentence: str = "", *, undo: bool = False) -> None:
        self._background.run(work, partial(self._done, list(ids), sentence, undo), self._fail, self)

    def _done(self, ids: list[str], sentence: str, undo: bool, _answer: Any) -> None:
        if sentence:
            self.told.emit(sentence, undo)
        self._rows.refresh()
        self.changed.emit(ids)

    def _fail(self, error: Exception) -> None:
        reason = tr_message(str(error)) or type(error).__name__
        self.failed.emit(tr("That did not work: {reason}", reason=reason))
        self._rows.refresh()


def _fetch_ids(source: Source, query: Query, runs: Iterable[range]) -> list[str]:
    """The ids of many rows, in portions."""
    found: list[str] = []
    for run in runs:
        for first in range(run.start, run.stop, _CHUNK):
            found.extend(row.id for row in source.rows(query, first, min(run.stop, first + _CHUNK)))
    return found

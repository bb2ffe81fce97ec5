"""Keeps a library's index usable: opens it, sets a damaged one aside, builds a missing one, follows a replaced one."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from studio.library import checkup
from studio.library.index import Index, IndexDamaged
from studio.library.store import Store
from studio.sdk import UserError

INDEX = "index.db"
_ASIDE = "index-damaged-"
_ASIDE_KEPT = 2
_ATTEMPTS = 3
Result = TypeVar("Result")


class Keeper:
    """The one owner of a library's `Index`. Threads may share it; other processes keep the same file.

    Args:
        store: the library's files, which the index is built from.
        rebuilt: called after an index was built or another one opened in the middle of work.

    Attributes:
        path: the database file.
        index: the open index; stays the same object however often its file is replaced.
        aside: where the last damaged index was moved, None while there was none.

    Raises:
        IndexUnavailable: apsw is not installed.
        UserError: the database file can't be used.
    """

    def __init__(self, store: Store, rebuilt: Callable[[], None]) -> None:
        self._store = store
        self._rebuilt = rebuilt
        self._lock = threading.RLock()
        self.path = store.folder / INDEX
        self._index: Index | None = None
        self.aside: Path | None = None
        with store.exclusive():
            try:
                self._index = Index(self.path)
            except IndexDamaged:
                self._set_aside()
                self._index = Index(self.path)

    @property
    def index(self) -> Index:
        """The open index."""
        if self._index is None:
            raise RuntimeError("the index is not open yet")
        return self._index

    def rebuild(self, progress: checkup.Progress | None = None) -> checkup.Rebuilt:
        """Build the index anew from the files; see `checkup.rebuild`."""
        self.follow()
        report = checkup.rebuild(self._store, self.index, progress)
        self.index.compact()
        return report

    def build_if_missing(self, progress: checkup.Progress | None = None) -> bool:
        """Fill an index that never was filled; whoever comes first does it. Returns whether it was this call."""
        return not self.index.is_built and self._build(progress)

    def _build(self, progress: checkup.Progress | None) -> bool:
        with self.index.writing():
            if self.index.is_built:
                return False  # another process built it while this one waited
            checkup.rebuild(self._store, self.index, progress)
        self.index.compact()
        return True

    def healed(self, ask: Callable[[], Result]) -> Result:
        """The answer of the index; when it turns out damaged, it is set aside, rebuilt and asked again.

        Args:
            ask: may be called more than once.
        """
        for _attempt in range(_ATTEMPTS):
            with self._lock:  # a thread that mends the index holds it
                era = self.index.era
            try:
                answer = ask()
            except IndexDamaged:
                with self._lock:
                    if era == self.index.era:  # else another thread has mended it meanwhile
                        self.mend()
            else:
                if era == self.index.era:
                    return answer
                # it came from a file that was just replaced, or from the new one before it was filled
        return ask()

    def mend(self) -> None:
        """Set a damaged index aside and build a new one, unless another process did already."""
        with self._lock:
            with self._store.exclusive():
                if self.index.is_current():
                    self._set_aside()
                self._reopen()
            self.build_if_missing()
        self._rebuilt()

    def follow(self) -> bool:
        """Open the index anew when another process has replaced its file; before writes, and as often as one likes.

        Costs microseconds. Returns whether it was replaced.
        """
        if self.index.is_current():
            return False
        with self._lock:
            if not self.index.is_current():
                with self._store.exclusive():
                    self._reopen()
                self.build_if_missing()
        self._rebuilt()
        return True

    def _reopen(self) -> None:
        try:
            self.index.reopen()
        except IndexDamaged:
            self._set_aside()
            self.index.reopen()

    def _set_aside(self) -> None:
        """Move a damaged index out of the way, for whoever wants to know what happened; all but the newest two go."""
        if self._index is not None:
            self._index.release()
        name = f"{_ASIDE}{datetime.datetime.now():%Y%m%d-%H%M%S-%f}"
        try:
            for suffix in ("", "-wal", "-shm"):
                path = self.path.with_name(INDEX + suffix)
                if path.exists():
                    path.rename(path.with_name(f"{name}.db{suffix}"))
            self.aside = self.path.with_name(f"{name}.db")
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(
                f"The library's index “{self.path}” is damaged and can't be moved aside: {reason}.",
                hint="Close other programs that use this library, then try again. No result is lost.",
            ) from error
        aside = sorted(path for path in self.path.parent.glob(f"{_ASIDE}*.db") if path.is_file())
        for old in aside[:-_ASIDE_KEPT]:
            for suffix in ("", "-wal", "-shm"):
                old.with_name(old.name + suffix).unlink(missing_ok=True)

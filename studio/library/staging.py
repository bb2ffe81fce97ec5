"""Where results are written before they are part of the library, so that a crash at any moment leaves none half done.

Each process that writes has a *session*: a folder ``.staging/SESSION`` held by a file lock, which the system frees when
the process dies however it dies. A result is written into ``ID.tmp``, flushed, and the folder renamed to ``ID.ready``:
from that rename on it will not be lost. Then its files move to their place. The ready folder, holding a copy of the
record, stays as a note to whoever keeps the index, and is removed once the index has the item. A note ``ID.changed``
does the same for changes of existing items.

`recover` takes over the notes of sessions whose lock is free and deletes their unfinished folders; sessions of living
processes are left alone.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from studio.disk import durable

if TYPE_CHECKING:
    from filelock import BaseFileLock

FOLDER = ".staging"
RECORD = "record.json"
DATA = "data"
THUMBNAIL = "thumbnail"
_LOCK = "lock"


class Staging:
    """One process's way of writing into a library.

    Args:
        library: the library's folder.
    """

    def __init__(self, library: Path) -> None:
        self._folder = library / FOLDER
        self._session: Path | None = None
        self._session_lock: BaseFileLock | None = None
        self._library_lock: BaseFileLock | None = None
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """While inside, no other thread or process moves files of this library. Reentrant."""
        from filelock import FileLock

        if self._library_lock is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._library_lock = FileLock(self._folder / _LOCK, thread_local=False, is_singleton=False)
        with self._library_lock.acquire(poll_interval=0.005):
            yield

    def session(self) -> Path:
        """This process's folder, made and locked the first time."""
        from filelock import FileLock

        if self._session is None:
            with self.exclusive():
                folder = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}"
                folder.mkdir()
                lock = FileLock(folder / _LOCK, thread_local=False, is_singleton=False)
                lock.acquire()
            self._session, self._session_lock = folder, lock
        return self._session

    def begin(self, item_id: str) -> Path:
        """An empty folder to write a result's files into."""
        folder = self.session() / f"{item_id}.tmp"
        folder.mkdir()
        return folder

    def commit(self, folder: Path) -> Path:
        """Flush `folder` with its files and rename it to ``.ready``: from here on the result will not be lost."""
        self._flush([*folder.iterdir()], folder)
        ready = folder.with_suffix(".ready")
        folder.rename(ready)
        durable.sync_folder(ready.parent)
        return ready

    def _flush(self, files: list[Path], folder: Path) -> None:
        """Flush files and their folder's names at once: file systems with a journal then commit once, not thrice."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(3, thread_name_prefix="flush")
        flushing = [self._pool.submit(durable.sync_file, file) for file in files if file.name != THUMBNAIL]
        flushing.append(self._pool.submit(durable.sync_folder, folder))
        for each in flushing:
            each.result()

    def note(self, item_id: str, record: Path) -> Path:
        """Leave a note that an item is being changed; `record` is where its record is or will be."""
        note = self.session() / f"{item_id}.changed"
        note.write_text(str(record), encoding="utf-8")
        return note

    def temporary(self) -> Path:
        """A path for a file that will be renamed into place; swept up after a crash."""
        return self.session() / f"{secrets.token_hex(8)}.tmp"

    def waiting(self) -> list[Path]:
        """Notes (``.ready``, ``.changed``) of this session the index has not taken yet."""
        if self._session is None:
            return []
        return sorted(entry for entry in self._session.iterdir() if entry.suffix in (".ready", ".changed"))

    def find_note(self, item_id: str) -> Path | None:
        """The ``.ready`` folder of an item in any session, or None."""
        return next(self._folder.glob(f"*/{item_id}.ready"), None)

    def adopt(self) -> list[Path]:
        """Take over what dead sessions left: their notes move into this session, their unfinished work is deleted.

        Returns this session's notes.
        """
        if not self._folder.is_dir():
            return []
        with self.exclusive():
            for session in sorted(self._folder.iterdir()):
                if session.is_dir() and session != self._session:
                    self._adopt(session)
        return self.waiting()

    def _adopt(self, session: Path) -> None:
        from filelock import FileLock, Timeout

        lock = FileLock(session / _LOCK, is_singleton=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return  # its process lives
        try:
            for entry in sorted(session.iterdir()):
                if entry.suffix in (".ready", ".changed"):
                    target = self.session() / entry.name
                    if not target.exists():
                        entry.rename(target)
        finally:
            lock.release()
        shutil.rmtree(session)

    def close(self) -> None:
        """Free the session; its folder goes unless it holds notes, which the next start takes over."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        if self._session is None or self._session_lock is None:
            return
        with self.exclusive():
            self._session_lock.release()
            if not self.waiting():
                shutil.rmtree(self._session, ignore_errors=True)
        self._session = self._session_lock = None


def remove_note(note: Path) -> None:
    """Delete a note (a file or a ready folder) whose item the index has."""
    if note.is_dir():
        shutil.rmtree(note, ignore_errors=True)
    else:
        note.unlink(missing_ok=True)

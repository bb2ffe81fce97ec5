"""One SQLite file through apsw, shared by threads: a connection for each, and its errors in words a library uses."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk import UserError

if TYPE_CHECKING:
    import apsw

BUSY_MS = 15_000
"""How long one connection waits for another's lock."""

_ROOM = 2**18
"""Bytes without which a database can't even be opened: the file that its readers share has 32 KiB."""

_SETTINGS = (
    "PRAGMA cache_size = -16384",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
)


class IndexClosedError(RuntimeError):
    """What was asked for came after the index was closed."""


class IndexDamaged(Exception):
    """The index is not a whole database of ours; the library moves it aside and builds a new one from the files."""


class IndexUnavailable(UserError):
    """The database library is not installed, so there is no index."""


class IndexUnusable(UserError):
    """The system refuses the index: the disk is full, or the file can't be written or read."""


class _Own(threading.local):
    """What a thread has to itself: its connection, and since which reopening."""

    era = -1
    connection: apsw.Connection | None = None


class Database:
    """A database file that threads and processes may share; each thread reads on a connection of its own.

    Args:
        path: the database file.
        statements: what its schema must hold, each as SQLite keeps it.

    Attributes:
        path: as given.

    Raises:
        IndexUnavailable: apsw is not installed.
    """

    def __init__(self, path: Path, statements: tuple[str, ...]) -> None:
        try:
            import apsw
        except ImportError as error:
            raise IndexUnavailable(
                "The library's search needs the Python package “apsw”, which is not installed.",
                hint="Install it with: pip install apsw. Saving results works without it.",
            ) from error
        self.path = path
        self._apsw = apsw
        self._statements = frozenset(statements)
        self._own = _Own()
        self._all: list[tuple[threading.Thread, apsw.Connection]] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        self._closed = False
        self._era = 0
        self._identity: tuple[int, int] | None = None

    # -- connections --------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> apsw.Connection:
        """This thread's connection."""
        own = self._own
        if own.era == self._era and own.connection is not None:
            return own.connection
        return self._connect()

    def _connect(self) -> apsw.Connection:
        own = self._own
        with self._guard:
            if self._closed:
                raise IndexClosedError("the index is closed")
            if own.connection is not None:
                own.connection.close()  # of an earlier file
            self._close_those_of_ended_threads()
            connection = self._apsw.Connection(str(self.path))
            self._all.append((threading.current_thread(), connection))
            own.connection, own.era = connection, self._era
        connection.set_busy_timeout(BUSY_MS)
        for setting in _SETTINGS:
            connection.execute(setting)
        return connection

    def _remember_file(self) -> None:
        """From now on `is_current` tells whether the path still leads to the file that is open now."""
        self._identity = _identity(self.path)

    def is_current(self) -> bool:
        """Whether `path` still is the file that was opened; another process may have set it aside. Microseconds."""
        return _identity(self.path) == self._identity

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            self._closed = True
            self._release()

    @property
    def era(self) -> int:
        """How often the file was given up."""
        return self._era

    def release(self) -> None:
        """Give up the file; every thread opens what is at `path` then when it next asks."""
        with self._writing, self._guard:
            self._release()

    def _close_those_of_ended_threads(self) -> None:
        """Each worker process has a thread that saves what it makes, and goes with it."""
        for thread, connection in self._all:
            if not thread.is_alive():
                connection.close()
        self._all = [(thread, connection) for thread, connection in self._all if thread.is_alive()]

    def _release(self) -> None:
        busy = []
        self._era += 1
        for thread, connection in self._all:
            try:
                connection.close()
            except self._apsw.ThreadingViolationError:
                # its thread is in the middle of a query, and closes it when it next asks
                busy.append((thread, connection))
        self._all = busy

    # -- asking -------------------------------------------------------------------------------------------------

    def all(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query. Raises `IndexDamaged`."""
        era = self._era
        try:
            return self._connection.execute(sql, values).fetchall()
        except (self._apsw.ConnectionClosedError, self._apsw.CursorClosedError):
            if era == self._era:
                raise
            return self.all(sql, values)  # another thread reopened the file just now
        except self._apsw.Error as error:
            self._raise_as_said(error)
            raise

    def number(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        """The single number a query gives; 0 for NULL or no row. Raises `IndexDamaged`."""
        found = self.all(sql, values)
        return int(found[0][0] or 0) if found else 0

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, or part of the one this thread is in; waits for other threads and processes that write."""
        with self._writing, self._checked():
            if self._connection.in_transaction:
                yield
                return
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    # -- errors -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        """Turns the database's complaints about its own file into `IndexDamaged`, others into a `UserError`."""
        try:
            yield
        except self._apsw.Error as error:
            self._raise_as_said(error)
            raise

    def _raise_as_said(self, error: apsw.Error) -> None:
        """Raise what an error of the database means; return where it is a mistake of ours."""
        apsw = self._apsw
        if isinstance(error, (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)):
            raise IndexDamaged(str(error)) from error
        if isinstance(error, (apsw.SQLError, apsw.SchemaChangeError, apsw.MismatchError)) and not self._has_schema():
            raise IndexDamaged(f"its tables are not those of a library: {error}") from error
        unusable = (apsw.CantOpenError, apsw.IOError, apsw.FullError, apsw.ReadOnlyError, apsw.PermissionsError)
        if isinstance(error, unusable):
            reason = _full(self.path.parent) or str(error)
            raise IndexUnusable(f"The library's index “{self.path}” can't be used: {reason}.") from error
        if isinstance(error, (apsw.BusyError, apsw.LockedError)):
            raise UserError("The library is busy in another program; try again in a moment.") from error

    def _has_schema(self) -> bool:
        """Whether the tables, indexes and triggers are ours, to the letter."""
        try:
            return self._statements <= {row[0] for row in self._connection.execute("SELECT sql FROM sqlite_master")}
        except self._apsw.Error:
            return False


def _full(folder: Path) -> str:
    """What the system says of a full disk, where SQLite only tells that something went wrong; empty with room left."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return os.strerror(errno.ENOSPC) if free < _ROOM else ""


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at a path: its device and number; None when there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino

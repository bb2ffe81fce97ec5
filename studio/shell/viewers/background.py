"""Work off the GUI thread: plain functions run on a few threads, their results come back on the GUI thread.

Every decode, query and file read of the viewers and of the library page goes through here, so that the window's event
loop only ever paints and answers. Threads start on demand and stay until the pool is closed: the library's index keeps
a connection for each thread that asks.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

Done = Callable[[Any], object]
Failed = Callable[[Exception], object]

_THREADS = 2
_OWED_SECONDS = 60.0
"""How long closing waits for work that outlasts the window."""

_SLICE_SECONDS = 0.004
"""Results are handed over for at most this long at a time; the event loop runs in between."""


class Task:
    """One piece of work; `cancel` makes sure that its callbacks are never called."""

    __slots__ = ("cancelled", "done", "failed", "outlasts", "owner", "result", "work")

    def __init__(
        self, work: Callable[[], Any], done: Done, failed: Failed | None, owner: QObject | None, *, outlasts: bool
    ) -> None:
        self.work: Callable[[], Any] | None = work
        self.done = done
        self.failed = failed
        self.owner = owner
        self.outlasts = outlasts
        self.cancelled = False
        self.result: Any = None

    def cancel(self) -> None:
        """Forget the work; if it has started, its result is dropped."""
        self.cancelled = True

    @property
    def wanted(self) -> bool:
        """Whether someone still waits for the result."""
        return not self.cancelled and (self.owner is None or shiboken6.isValid(self.owner))


class Background(QObject):
    """A few threads for short work.

    Signals:
        arrived: internal; wakes the GUI thread when results wait.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None, threads: int = _THREADS) -> None:
        super().__init__(parent)
        self._limit = threads
        self._waiting: deque[Task] = deque()
        self._finished: deque[Task] = deque()
        self._ready = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._owed = 0
        self._closed = False
        self._announced = False
        self.arrived.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    @classmethod
    def shared(cls) -> Background:
        """The application's own instance, made at first use and closed when the application quits."""
        app = QCoreApplication.instance()
        if app is None:
            raise RuntimeError("There is no application yet.")
        found = app.findChild(cls)
        if isinstance(found, cls):
            return found
        made = cls(app)
        app.aboutToQuit.connect(made.close)
        return made

    def run(
        self,
        work: Callable[[], Any],
        done: Done,
        failed: Failed | None = None,
        owner: QObject | None = None,
        *,
        outlasts: bool = False,
    ) -> Task:
        """Call `work` on a thread, then `done` with its result, or `failed` with what it raised, on the GUI thread.

        Neither is called once `owner` has been deleted, the task was cancelled or the pool closed. Work that raises
        without a `failed` callback raises on the GUI thread, where the window's error handling sees it. Work that
        `outlasts` the window, as saving does, is done even while the pool is closed.
        """
        task = Task(work, done, failed, owner, outlasts=outlasts)
        with self._ready:
            if self._closed:
                task.cancel()
                return task
            self._waiting.append(task)
            self._owed += outlasts
            if self._idle == 0 and len(self._threads) < self._limit:
                thread = threading.Thread(target=self._serve, name="studio-background", daemon=True)
                self._threads.add(thread)
                thread.start()
            else:
                self._ready.notify()
        return task

    @property
    def busy(self) -> bool:
        """Whether work or undelivered results are left."""
        with self._ready:
            return bool(self._waiting or self._finished) or self._idle < len(self._threads)

    def close(self, wait: float = 5.0) -> None:
        """Drop what waits, let what runs finish (at most `wait` seconds; longer for what outlasts), end the threads."""
        with self._ready:
            self._closed = True
            self._waiting = deque(task for task in self._waiting if task.outlasts)
            wait = max(wait, _OWED_SECONDS) if self._owed else wait
            self._ready.notify_all()
            threads = tuple(self._threads)
        until = time.monotonic() + wait
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._finished.clear()

    def _serve(self) -> None:
        """A thread's life: take work until the pool is closed."""
        while (task := self._take()) is not None:
            if task.work is not None and task.wanted:
                try:
                    task.result = task.work()
                except Exception as error:  # noqa: BLE001 - whatever work raises belongs to whoever asked for it
                    task.result = _Raised(error)
                task.work = None  # who keeps the task, to cancel it, must keep neither what it read nor what it made
                self._finish(task)
            with self._ready:
                self._owed -= task.outlasts
            # Keep no reference while waiting: results may be large pictures.
            del task

    def _take(self) -> Task | None:
        with self._ready:
            while not self._waiting:
                if self._closed:
                    return None
                self._idle += 1
                self._ready.wait()
                self._idle -= 1
            return self._waiting.popleft()

    def _finish(self, task: Task) -> None:
        with self._ready:
            if self._closed:
                return
            self._finished.append(task)
            if self._announced:
                return
            self._announced = True
        self.arrived.emit()

    def _hand_over(self) -> None:
        """Deliver results for one slice of time, then let the event loop breathe."""
        with self._ready:
            self._announced = False
        until = time.monotonic() + _SLICE_SECONDS
        while self._finished and not self._closed:
            task = self._finished.popleft()
            if task.wanted:
                _deliver(task)
            if time.monotonic() > until and self._finished:
                self.arrived.emit()
                return


class _Raised:
    """What a piece of work raised instead of returning."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


def _deliver(task: Task) -> None:
    result, task.result = task.result, None
    if not isinstance(result, _Raised):
        task.done(result)
    elif task.failed is not None:
        task.failed(result.error)
    else:
        raise result.error

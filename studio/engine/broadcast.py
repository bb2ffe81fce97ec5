"""Events to many subscribers, in order, on one thread, so that nobody is called while a lock is held."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from studio.engine.events import Event

log = logging.getLogger(__name__)


BACKLOG = 500
"""Undelivered events from which on those who show a growing result wait."""

BLOB_BACKLOG = 16
"""The same for pictures and sound, which are large."""

PATIENCE = 5.0
"""Seconds such a one waits at most: a subscriber that is stuck must not hold up the worker's end."""


class Broadcast:
    """Delivers events. `send` never blocks and never calls anyone itself."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event | threading.Event | None] = queue.SimpleQueue()
        self._subscribers: tuple[Callable[[Event], None], ...] = ()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._deliver, name="engine events", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Deliver `event` soon, after all sent before it."""
        self._events.put(event)

    def send_when_due(self, event: Event, *, large: bool) -> None:
        """As `send`, after waiting while many are undelivered: what a plugin prints may come faster than it is read.

        Not while holding a lock that a subscriber takes.
        """
        limit = time.monotonic() + PATIENCE
        while self._events.qsize() > (BLOB_BACKLOG if large else BACKLOG) and time.monotonic() < limit:
            time.sleep(0.005)
        self._events.put(event)

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Add a subscriber; returns how to remove it."""
        with self._lock:
            self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(other for other in self._subscribers if other is not callback)

        return unsubscribe

    def flush(self, timeout: float) -> bool:
        """Wait until all that was sent is delivered; False after `timeout` seconds. Not for subscribers."""
        delivered = threading.Event()
        self._events.put(delivered)
        return delivered.wait(timeout)

    def close(self) -> None:
        """Deliver what was sent, then end."""
        self._events.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _deliver(self) -> None:
        while (event := self._events.get()) is not None:
            if isinstance(event, threading.Event):
                event.set()
                continue
            for subscriber in self._subscribers:
                try:
                    subscriber(event)
                except Exception:
                    # One subscriber's fault must not keep the others from hearing.
                    log.exception("A subscriber failed on %s", type(event).__name__)

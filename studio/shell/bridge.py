"""The one crossing between the engine's threads and the window's: events in, typed signals on the GUI thread out."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from typing import Protocol

    from studio.engine.events import Event, PreviewReceived
    from studio.engine.jobs import Job
    from studio.engine.requests import GenerationRequest

    class EngineLike(Protocol):
        """What the window needs of an engine; the real one and the tests' scriptable fake both are one."""

        @property
        def paused(self) -> bool:
            """Whether waiting jobs stay waiting."""

        def submit(self, request: GenerationRequest, priority: int = 0) -> Job:
            """Queue a request."""

        def cancel(self, job_id: str) -> None:
            """End a job."""

        def retry(self, job_id: str) -> Job:
            """Queue an ended job again."""

        def pause(self) -> None:
            """Start no more jobs."""

        def resume(self) -> None:
            """Start jobs again."""

        def reorder(self, job_id: str, before: str | None) -> None:
            """Move a waiting job before another, or to the end."""

        def clear(self, job_ids: Iterable[str] | None = None) -> None:
            """Forget ended jobs, all or some."""

        def job(self, job_id: str) -> Job | None:
            """The snapshot of one job, None where it is not listed any more."""

        def jobs(self) -> list[Job]:
            """Snapshots: the queue in order, then the ended ones."""

        def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
            """Hear every event until the returned function is called."""

        def close(self) -> None:
            """End workers and threads."""


FRAME_MS = 16
"""Progress and previews reach the widgets at most once in this time: a frame of a 60 Hz screen."""

TURN = 0.004
"""Seconds of telling after which the window's loop turns before the rest is told: a result that is saved, shown, listed
and counted in one turn would hold up what the artist does meanwhile."""


class EngineBridge(QObject):
    """Re-emits what an engine tells, at most once a frame, on the thread this object lives in.

    Signals:
        attached: an engine is there now; `jobs()` answers from here on.
        job_changed(Job), job_removed(str): as the events of the same names; only the newest snapshot of a frame.
        job_restarted(str): what was streamed of this job's unfinished results will come again.
        queue_changed(tuple, bool): order of waiting jobs, and whether the queue is paused.
        preview_received(str, QImage): job id and picture; only the newest of a frame.
        text_received(str, str): job id and all text of this frame.
        audio_received(AudioReceived), item_saved(ItemSaved), worker_changed(WorkerChanged),
        network_refused(NetworkRefused): as the events.
        log_received(str, str): job id and what its generator remarks; not what its process printed.
        item_drawn(str): the id of an item whose thumbnail is there now.
        lesson_received(object): TrainingBegan, MetricReceived, SampleSaved, CheckpointSaved or ModelTrained.
    """

    attached = Signal()
    job_changed = Signal(object)
    job_removed = Signal(str)
    job_restarted = Signal(str)
    queue_changed = Signal(tuple, bool)
    preview_received = Signal(str, QImage)
    text_received = Signal(str, str)
    audio_received = Signal(object)
    item_saved = Signal(object)
    item_drawn = Signal(str)
    log_received = Signal(str, str)
    worker_changed = Signal(object)
    network_refused = Signal(object)
    lesson_received = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine: EngineLike | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str | int], Event] = {}
        self._serial = 0
        self._asleep = True
        self._flushed = 0.0
        self._due: deque[Event] = deque()
        self._timer = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._timer.timeout.connect(self._flush)
        self._rest = QTimer(self, singleShot=True, interval=1)  # 0 would be due in this very turn
        self._rest.timeout.connect(self._tell)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    @property
    def engine(self) -> EngineLike:
        """The engine. Raises `RuntimeError` before `attach`."""
        if self._engine is None:
            raise RuntimeError("The engine has not started yet.")
        return self._engine

    @property
    def is_attached(self) -> bool:
        """Whether an engine is there."""
        return self._engine is not None

    def attach(self, engine: EngineLike) -> None:
        """Listen to `engine` from now on and own it: `close` closes it."""
        self._engine = engine
        self._unsubscribe = engine.subscribe(self._receive)
        self.attached.emit()

    def jobs(self) -> list[Job]:
        """Snapshots of all jobs: the queue in order, then the finished ones."""
        return self._engine.jobs() if self._engine else []

    def close(self) -> None:
        """Stop listening, then close the engine."""
        self._unsubscribe()
        self._timer.stop()
        self._rest.stop()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    # ---- engine threads --------------------------------------------------------------------------------------

    def _receive(self, event: Event) -> None:
        with self._lock:
            self._keep(event)
            wake, self._asleep = self._asleep, False
        if wake:
            self._woken.emit()

    def _keep(self, event: Event) -> None:
        """Put `event` at the end of what waits; a newer snapshot takes the place of an older one."""
        from studio.engine.events import JobChanged, JobRestarted, PreviewReceived, TextReceived, WorkerChanged

        key: tuple[str, str | int]
        if isinstance(event, JobChanged):
            key = ("job", event.job.id)
        elif isinstance(event, PreviewReceived):
            key = ("preview", event.job_id)
        elif isinstance(event, TextReceived):
            key = ("text", event.job_id)
            if isinstance(earlier := self._pending.get(key), TextReceived):
                event = TextReceived(event.job_id, earlier.text + event.text)
        elif isinstance(event, WorkerChanged):
            key = ("worker", event.device)
        else:
            if isinstance(event, JobRestarted):
                self._pending.pop(("text", event.job_id), None)
            self._serial += 1
            key = ("event", self._serial)
        self._pending.pop(key, None)
        self._pending[key] = event

    # ---- the window's thread ---------------------------------------------------------------------------------

    def _wake(self) -> None:
        rest = FRAME_MS - int((time.monotonic() - self._flushed) * 1000)
        if rest <= 0:
            self._flush()
        else:
            self._timer.start(rest)

    def _flush(self) -> None:
        with self._lock:
            self._due.extend(self._pending.values())
            self._pending = {}
            self._asleep = True
        self._flushed = time.monotonic()
        self._tell()

    def _tell(self) -> None:
        """Tell what is due, in order and for `TURN` at most; the rest follows in the next turn."""
        end = time.monotonic() + TURN
        try:
            while self._due and time.monotonic() < end:
                event = self._due.popleft()
                _emitters()[type(event)](self, event)
        finally:
            if self._due:
                self._rest.start()


def picture(event: PreviewReceived) -> QImage:
    """The preview as an image that owns its pixels.

    They come to be 32 bits wide: Qt makes others smaller eight times as slowly, with Python's lock held.
    """
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    stride = event.width * event.channels
    told = QImage(event.pixels, event.width, event.height, stride, formats[event.channels])
    return told.convertToFormat(QImage.Format.Format_ARGB32 if event.channels == 4 else QImage.Format.Format_RGB32)


@cache
def _emitters() -> dict[type, Callable[[EngineBridge, Any], None]]:
    """How each event is told. The events come with the engine, after the first paint."""
    from studio.engine import events

    return {
        events.JobChanged: lambda bridge, event: bridge.job_changed.emit(event.job),
        events.JobRemoved: lambda bridge, event: bridge.job_removed.emit(event.job_id),
        events.JobRestarted: lambda bridge, event: bridge.job_restarted.emit(event.job_id),
        events.QueueChanged: lambda bridge, event: bridge.queue_changed.emit(event.order, event.paused),
        events.PreviewReceived: lambda bridge, event: bridge.preview_received.emit(event.job_id, picture(event)),
        events.TextReceived: lambda bridge, event: bridge.text_received.emit(event.job_id, event.text),
        events.AudioReceived: lambda bridge, event: bridge.audio_received.emit(event),
        events.ItemSaved: lambda bridge, event: bridge.item_saved.emit(event),
        events.ItemDrawn: lambda bridge, event: bridge.item_drawn.emit(event.item),
        events.LogReceived: lambda bridge, event: event.printed or bridge.log_received.emit(event.job_id, event.line),
        events.WorkerChanged: lambda bridge, event: bridge.worker_changed.emit(event),
        events.NetworkRefused: lambda bridge, event: bridge.network_refused.emit(event),
        **dict.fromkeys(
            (
                events.TrainingBegan,
                events.MetricReceived,
                events.SampleSaved,
                events.CheckpointSaved,
                events.ModelTrained,
            ),
            lambda bridge, event: bridge.lesson_received.emit(event),
        ),
    }

"""One supervisor per device: it takes jobs from the engine and sees each to its end, whatever its worker does."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from studio.engine.events import (
    AudioReceived,
    Event,
    ItemDrawn,
    LogReceived,
    NetworkRefused,
    PreviewReceived,
    TextReceived,
    WorkerChanged,
)
from studio.engine.jobs import Failure, Job
from studio.engine.lessons import LESSONS, lesson_of
from studio.engine.protocol import Frame, ProtocolError
from studio.engine.states import JobState
from studio.engine.worker_process import WorkerProcess, WorkerSetup

CANCEL_GRACE = 2.0
"""Seconds a cancelled generator has to reach a cancel point before its process is killed."""

START_LIMIT = 60.0
"""Seconds a worker process has to say that it is ready."""

PREVIEW_LIMIT = 4096
"""Longest side of a preview that is shown, in pixels."""

TEXT_LIMIT = 10_000
"""Most characters of a message or log line that are passed on."""

DEVICES_LIMIT = 64

log = logging.getLogger(__name__)


class Desk(Protocol):
    """What a supervisor asks of the engine. Called on supervisor threads."""

    def take(self, wanted: Callable[[], bool], *, idles: bool) -> Job | None:
        """Wait for the next job, in PREPARING.

        None when `wanted()`, when closing, or when a worker that `idles` has done so for as long as the settings allow.
        """

    def is_cancelling(self, job_id: str) -> bool:
        """Whether the artist cancelled a job that has not ended yet."""

    def order(self, job: Job) -> Mapping[str, Any]:
        """The body of the job's ``run`` frame. Raises `UserError` when an input is gone."""

    def setup(self, device: str) -> WorkerSetup:
        """What the worker of a device is told at its start."""

    def found_devices(self, names: Sequence[str]) -> None:
        """A worker told which accelerators this machine has."""

    def began(self, job_id: str) -> None:
        """The generator started."""

    def progressed(self, job_id: str, done: float, total: float, message: str) -> None:
        """It reported progress."""

    def saved(self, job_id: str, body: Mapping[str, Any]) -> None:
        """A result is on the disk."""

    def ended(self, job_id: str, state: JobState, failure: Failure | None) -> None:
        """The job is over."""

    def publish(self, event: Event) -> None:
        """Tell the subscribers."""

    def report(self, text: str) -> None:
        """Keep a crash report in the log folder."""

    @property
    def closing(self) -> bool:
        """Whether the engine shuts down."""


@dataclass(slots=True)
class _Outcome:
    state: JobState
    failure: Failure | None = None


class Supervisor:
    """Owns one device's worker process and the thread that drives it.

    Attributes:
        device: ``"auto"`` for what the settings name, or one of this machine's further devices.
        worker_state: as in `WorkerChanged`.
    """

    def __init__(self, device: str, desk: Desk) -> None:
        self.device = device
        self.worker_state = "stopped"
        self._desk = desk
        self._worker: WorkerProcess | None = None
        self._ready = False
        self._job_id = ""
        self._last_job_id = ""
        self._cancelled_at = 0.0
        self._outcome: _Outcome | None = None
        self._teaches = False
        self._warm: tuple[str, ...] = ()
        self._memory = (0, 0, 0)
        self._stale = False
        self._changed = threading.Condition()
        self._handlers: Mapping[str, Callable[[Frame], None]] = {
            "ready": self._heard_ready,
            "started": self._heard_started,
            "progress": self._heard_progress,
            "saved": self._heard_saved,
            "ended": self._heard_ended,
            "memory": self._heard_memory,
            "devices": self._heard_devices,
            **dict.fromkeys(("preview", "audio", "text", "log", "drawn", "refused"), self._heard_view),
            **dict.fromkeys(LESSONS, self._heard_lesson),
        }
        self._thread = threading.Thread(target=self._serve, name=f"supervisor {device}", daemon=True)

    def start(self) -> None:
        """Start the thread; a worker process only starts with the first job."""
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end after the desk closed. False when it did not."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def cancel(self, job_id: str) -> bool:
        """Cancel the job if it is this device's. The worker is told at once; the thread sees to the rest."""
        with self._changed:
            if self._job_id != job_id:
                return False
            if not self._cancelled_at:
                self._cancelled_at = time.monotonic()
            if self._worker is not None:
                self._worker.send("cancel", job=job_id)
            self._changed.notify_all()
        return True

    def warm_up(self, modules: Sequence[str]) -> None:
        """Have the worker import modules while nothing else runs; the caller wakes `Desk.take`."""
        with self._changed:
            self._warm = tuple(modules)

    def tell(self, type: str, /, **body: Any) -> None:
        """Send a frame to the worker if there is one."""
        with self._changed:
            if self._worker is not None:
                self._worker.send(type, **body)

    def restart_when_idle(self) -> None:
        """Use a new worker for the next job, because what a worker is told at its start has changed."""
        self._stale = True

    def wake(self) -> None:
        """Let the thread look at the desk again."""
        with self._changed:
            self._changed.notify_all()

    # ---- the thread ------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._desk.closing:
            job = self._desk.take(lambda: bool(self._warm), idles=self._worker is not None)
            if job is not None:
                self._see_through(job)
            elif self._warm:
                self._warm_worker()
            elif not self._desk.closing:
                self._stop_worker()
        self._stop_worker()

    def _warm_worker(self) -> None:
        modules, self._warm = self._warm, ()
        try:
            if self._ensure_worker():
                self.tell("warm", modules=list(modules))
        except OSError:
            log.exception("No worker could be started ahead of time")  # the next job tries again and tells

    def _see_through(self, job: Job) -> None:
        from studio.sdk import UserError

        with self._changed:
            self._job_id = self._last_job_id = job.id
            self._outcome = None
        if self._desk.is_cancelling(job.id):
            self.cancel(job.id)  # asked for in the moment between the queue and here
        try:
            outcome = self._run(self._desk.order(job))
        except UserError as error:
            failure = Failure(error.message, error.hint or "", error.param, reason="user")
            outcome = _Outcome(JobState.FAILED, failure)
        except Exception as error:
            # A file that may not be looked at, no process to be had …: this job's trouble, not the queue's end.
            log.exception("Job %s could not be handed to a worker", job.id)
            outcome = _Outcome(JobState.FAILED, _not_started(error))
        with self._changed:
            self._job_id, self._cancelled_at = "", 0.0
        self._desk.ended(job.id, outcome.state, outcome.failure)

    def _run(self, order: Mapping[str, Any]) -> _Outcome:
        self._teaches = bool(order["spec"].get("teaches"))
        if self._cancelled_at:
            return _Outcome(JobState.CANCELLED)
        if self._stale:
            self._stale = False
            self._stop_worker()
        if not self._ensure_worker():
            with self._changed:
                return self._outcome or _Outcome(JobState.CANCELLED)
        self._announce("busy")
        with self._changed:
            if self._cancelled_at or self._worker is None:
                return self._outcome or _Outcome(JobState.CANCELLED)
            self._worker.send("run", **order)
        outcome = self._wait_for_end()
        if self._worker is not None:
            self._announce("ready")
        return outcome

    def _wait_for_end(self) -> _Outcome:
        with self._changed:
            while self._outcome is None:
                left = self._patience()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            outcome = self._outcome
        if outcome is not None:
            return outcome
        # It neither stopped nor answered: only the end of its process stops it for certain.
        self._kill_worker()
        if self._desk.closing:
            return _Outcome(JobState.INTERRUPTED, self._interrupted_by_closing())
        self._ensure_worker(wait=False)
        return _Outcome(JobState.CANCELLED)

    def _interrupted_by_closing(self) -> Failure:
        hint = _RETRY_GOES_ON if self._teaches else _RETRY
        return Failure("The studio was closed while this was being made.", hint, reason="worker")

    def _patience(self) -> float | None:
        if self._desk.closing and not self._cancelled_at:
            return 0.0
        if self._cancelled_at:
            return self._cancelled_at + CANCEL_GRACE - time.monotonic()
        return None

    # ---- the worker ------------------------------------------------------------------------------------------

    def _ensure_worker(self, *, wait: bool = True) -> bool:
        """Start a worker if there is none and wait until it is ready. False when it did not come up."""
        if self._worker is None:
            self._announce("starting")
            with self._changed:
                self._ready = False
                self._worker = self._new_worker()
        limit = time.monotonic() + START_LIMIT
        with self._changed:
            while wait and not self._ready and self._worker is not None:
                left = limit - time.monotonic()
                if self._cancelled_at or self._desk.closing or left <= 0:
                    break
                self._changed.wait(min(left, 0.5))
            else:
                return self._worker is not None
            if self._cancelled_at:
                return False
            failure = self._interrupted_by_closing() if self._desk.closing else _NEVER_READY
            self._outcome = _Outcome(JobState.INTERRUPTED, failure)
        if failure is _NEVER_READY:
            self._kill_worker()  # the next job gets a new one
        return False

    def _new_worker(self) -> WorkerProcess:
        return WorkerProcess(
            self._desk.setup(self.device), on_frame=self._heard, on_line=self._printed, on_exit=self._exited
        )

    def _stop_worker(self) -> None:
        worker = self._let_go()
        if worker is not None:
            worker.send("shutdown")
            if not worker.join(CANCEL_GRACE):
                worker.kill()
                worker.join(CANCEL_GRACE)

    def _kill_worker(self) -> None:
        worker = self._let_go()
        if worker is not None:
            worker.kill()
            worker.join(CANCEL_GRACE)

    def _let_go(self) -> WorkerProcess | None:
        """Forget the worker before it is ended, so that its end is not taken for a crash."""
        worker = self._worker
        if worker is not None:
            self._forget_worker(worker, "stopped")
        return worker

    def _forget_worker(self, worker: WorkerProcess, state: str) -> bool:
        with self._changed:
            if self._worker is not worker:
                return False
            self._worker, self._ready, self._memory = None, False, (0, 0, 0)
        self._announce(state)
        return True

    def _announce(self, state: str) -> None:
        self.worker_state = state
        rss, loaded, peak = self._memory
        self._desk.publish(WorkerChanged(self.device, state, rss_bytes=rss, loaded_bytes=loaded, peak_bytes=peak))

    # ---- called on the worker's threads ----------------------------------------------------------------------

    def _exited(self, worker: WorkerProcess, how: str) -> None:
        if not self._forget_worker(worker, "crashed"):
            return
        printed = "\n".join(worker.lines)
        with self._changed:
            job_id = self._job_id
            if self._outcome is None and job_id:
                failure = Failure(
                    f"The process that made this ended unexpectedly. {how}",
                    f"Your other work is not affected. {_RETRY_GOES_ON if self._teaches else _RETRY}",
                    reason="worker",
                    details=printed,
                )
                state = JobState.CANCELLED if self._cancelled_at else JobState.INTERRUPTED
                self._outcome = _Outcome(state, None if self._cancelled_at else failure)
            self._changed.notify_all()
        self._desk.report(f"The worker for {self.device} ended while job {job_id or '(none)'} ran. {how}\n\n{printed}")

    def _printed(self, line: str) -> None:
        # What is printed at a job's end is read after it: the lines come by another pipe than the frames.
        self._desk.publish(LogReceived(self._last_job_id, line, printed=True))

    def _heard(self, frame: Frame) -> None:
        """Follow a frame. Raises `ProtocolError` on one that no worker of ours sends: plugins can reach the line."""
        handler = self._handlers.get(frame.type)
        if handler is None:
            return
        try:
            handler(frame)
        except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            raise ProtocolError(f"a {frame.type} frame that does not fit: {error!r}") from error

    def _heard_ready(self, frame: Frame) -> None:
        del frame
        with self._changed:
            self._ready = True
            self._changed.notify_all()
        self._announce("ready")

    def _heard_started(self, frame: Frame) -> None:
        if frame.body["job"] == self._job_id:
            self._desk.began(self._job_id)

    def _heard_progress(self, frame: Frame) -> None:
        body = frame.body
        done, total = float(body["done"]), float(body["total"])
        if not (math.isfinite(done) and math.isfinite(total)):
            raise ValueError("progress must be finite")
        self._desk.progressed(str(body["job"]), done, total, str(body["message"])[:TEXT_LIMIT])

    def _heard_saved(self, frame: Frame) -> None:
        self._desk.saved(str(frame.body["job"]), frame.body)

    def _heard_ended(self, frame: Frame) -> None:
        outcome = _outcome_of(frame.body)
        with self._changed:
            self._stale = self._stale or frame.body.get("spoiled") is True
            if frame.body["job"] == self._job_id and self._outcome is None:
                self._outcome = outcome
                self._changed.notify_all()

    def _heard_memory(self, frame: Frame) -> None:
        body = frame.body
        self._memory = (int(body["rss"]), int(body["loaded"]), int(body["peak"]))
        self._announce(self.worker_state)

    def _heard_devices(self, frame: Frame) -> None:
        names = [str(name) for name in frame.body["names"]]
        if len(names) > DEVICES_LIMIT or not all(re.fullmatch(r"[a-z]+(:\d+)?", name) for name in names):
            raise ValueError("no such devices")
        self._desk.found_devices(names)

    def _heard_view(self, frame: Frame) -> None:
        self._desk.publish(_view_of(frame))

    def _heard_lesson(self, frame: Frame) -> None:
        self._desk.publish(lesson_of(frame))


def _outcome_of(body: Mapping[str, Any]) -> _Outcome:
    """How a job ended. Raises `ValueError` or `TypeError` on what is no end of a job."""
    state = JobState(body["state"])
    if state not in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
        raise ValueError(f"a worker cannot end a job as {state}")
    told = body.get("failure")
    failure = Failure(**told) if told else None
    texts = (
        () if failure is None else (failure.message, failure.hint, failure.param or "", failure.reason, failure.details)
    )
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a failure is told in texts")
    if failure is not None and not isinstance(failure.remedy, dict):
        raise TypeError("a remedy is told by field")
    if state is JobState.FAILED and failure is None:
        raise ValueError("a failure without a reason")
    return _Outcome(state, failure if state is JobState.FAILED else None)


def _view_of(frame: Frame) -> Event:
    """The event for what a job shows. Raises `ValueError` and the like when sizes and bytes do not belong together."""
    body, job_id = frame.body, str(frame.body["job"])
    if frame.type == "preview":
        width, height, channels = int(body["width"]), int(body["height"]), int(body["channels"])
        sides = 0 < width <= PREVIEW_LIMIT and 0 < height <= PREVIEW_LIMIT
        if not sides or channels not in (1, 3, 4) or len(frame.blobs[0]) != width * height * channels:
            raise ValueError("the picture's size and its pixels differ")
        return PreviewReceived(job_id, width, height, channels, frame.blobs[0])
    if frame.type == "audio":
        rate, channels = int(body["rate"]), int(body["channels"])
        if not (0 < rate <= 1_000_000 and 0 < channels <= 64) or len(frame.blobs[0]) % (4 * channels):
            raise ValueError("the sound's channels and its samples differ")
        return AudioReceived(job_id, rate, channels, frame.blobs[0])
    if frame.type == "text":
        return TextReceived(job_id, str(body["text"]))
    if frame.type == "log":
        return LogReceived(job_id, str(body["line"])[:TEXT_LIMIT])
    if frame.type == "drawn":
        return ItemDrawn(job_id, str(body["item"]))
    return NetworkRefused(job_id, str(body["address"])[:TEXT_LIMIT])


def _not_started(error: Exception) -> Failure:
    said = f"{error.strerror or error} ({error.filename})" if isinstance(error, OSError) and error.filename else error
    return Failure(f"It could not be started: {said}.", "Retry makes it again with the same seed.", reason="worker")


_RETRY = "Retry makes it again with the same seed."
_RETRY_GOES_ON = "Retry goes on from the last checkpoint."

_NEVER_READY = Failure("The worker process did not start.", "Retry, or restart the studio.", reason="worker")

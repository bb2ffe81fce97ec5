"""A scriptable engine: the tests' stand-in at the one boundary between the window and the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from studio.engine.events import Event, ItemSaved, JobChanged, JobRemoved, PreviewReceived, QueueChanged, TextReceived
from studio.engine.jobs import Failure, Job
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState
from studio.sdk import UserError


class FakeEngine:
    """Keeps jobs in memory; a test moves them on with `begin`, `progress`, `save`, `end` and `fail`.

    Attributes:
        refuse: raised by the next `submit`, when set.
        reorders: what `reorder` was asked.
        closed: whether it was closed.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._order: list[str] = []
        self._submitted = 0
        self._subscribers: list[Callable[[Event], None]] = []
        self._paused = False
        self.refuse: UserError | None = None
        self.reorders: list[tuple[str, str | None]] = []
        self.closed = False
        self.registry: Any = None

    # ---- what the window calls -------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        return self._paused

    def submit(self, request: GenerationRequest, priority: int = 0) -> Job:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self._submitted += 1
        job = Job(id=f"job{self._submitted:03d}", request=request, priority=priority, created=time.time())
        self._jobs[job.id] = job
        self._order.append(job.id)
        self._tell(JobChanged(job))
        self._tell_order()
        return job

    def cancel(self, job_id: str) -> None:
        if not self._jobs[job_id].state.is_final:
            self._end(job_id, JobState.CANCELLED)

    def retry(self, job_id: str) -> Job:
        old = self._jobs.get(job_id)
        if old is None or not old.state.is_final:
            raise UserError("Only a job that has ended can be retried.")
        self.clear([job_id])
        return self.submit(old.request)

    def pause(self) -> None:
        self._paused = True
        self._tell_order()

    def resume(self) -> None:
        self._paused = False
        self._tell_order()

    def reorder(self, job_id: str, before: str | None) -> None:
        self.reorders.append((job_id, before))
        self._order.remove(job_id)
        self._order.insert(self._order.index(before) if before else len(self._order), job_id)
        self._tell_order()

    def clear(self, job_ids: Iterable[str] | None = None) -> None:
        chosen = set(self._jobs if job_ids is None else job_ids)
        for job in [job for job in self._jobs.values() if job.state.is_final and job.id in chosen]:
            del self._jobs[job.id]
            self._tell(JobRemoved(job.id))

    def job(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def jobs(self) -> list[Job]:
        waiting = [self._jobs[name] for name in self._order if name in self._jobs]
        return [*waiting, *(job for job in self._jobs.values() if job.id not in self._order)]

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def warm_up(self) -> None:
        """Nothing to warm."""

    def replace_registry(self, registry: Any) -> None:
        self.registry = registry

    def close(self) -> None:
        self.closed = True

    # ---- what a test does ------------------------------------------------------------------------------------

    def add_ended(self, request: GenerationRequest, state: JobState) -> Job:
        """A job of an earlier session."""
        job = Job(id=f"old{len(self._jobs) + 1:03d}", request=request, state=state, created=1.0, ended=2.0)
        self._jobs[job.id] = job
        return job

    def begin(self, job_id: str, started: float | None = None) -> None:
        self._order.remove(job_id)
        self._change(job_id, state=JobState.PREPARING)
        self._change(job_id, state=JobState.RUNNING, started=started or time.time())
        self._tell_order()

    def progress(self, job_id: str, done: float, total: float, message: str = "") -> None:
        self._jobs[job_id] = self._jobs[job_id].progressed(done, total, message, time.time())
        self._tell(JobChanged(self._jobs[job_id]))

    def preview(self, job_id: str, width: int = 4, height: int = 4) -> None:
        self._tell(PreviewReceived(job_id, width, height, 3, bytes([200, 30, 30]) * (width * height)))

    def write(self, job_id: str, text: str) -> None:
        self._tell(TextReceived(job_id, text))

    def save(self, job_id: str, kind: str, path: str) -> None:
        self._change(job_id, items=(path,))
        self._tell(ItemSaved(job_id, path, kind, path))

    def end(self, job_id: str) -> None:
        self._end(job_id, JobState.SUCCEEDED)

    def fail(self, job_id: str, failure: Failure, state: JobState = JobState.FAILED) -> None:
        self._change(job_id, failure=failure)
        self._end(job_id, state)

    def send(self, event: Event) -> None:
        self._tell(event)

    def _end(self, job_id: str, state: JobState) -> None:
        if job_id in self._order:
            self._order.remove(job_id)
        self._change(job_id, state=state, ended=time.time())
        self._tell_order()

    def _change(self, job_id: str, **changes: Any) -> None:
        self._jobs[job_id] = replace(self._jobs[job_id], **changes)
        self._tell(JobChanged(self._jobs[job_id]))

    def _tell(self, event: Event) -> None:
        for callback in tuple(self._subscribers):
            callback(event)

    def _tell_order(self) -> None:
        self._tell(QueueChanged(tuple(self._order), self._paused))

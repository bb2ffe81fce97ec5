"""A job: one request on its way through the queue, with the states it may pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState

_NEXT: dict[JobState, set[JobState]] = {
    JobState.QUEUED: {JobState.PREPARING, JobState.CANCELLED, JobState.FAILED},
    JobState.PREPARING: {JobState.RUNNING, JobState.CANCELLED, JobState.FAILED, JobState.INTERRUPTED},
    JobState.RUNNING: {JobState.SUCCEEDED, JobState.CANCELLED, JobState.FAILED, JobState.INTERRUPTED},
    JobState.SUCCEEDED: set(),
    JobState.FAILED: set(),
    JobState.CANCELLED: set(),
    JobState.INTERRUPTED: set(),
}


class IllegalTransition(Exception):
    """A job was asked to go where its state does not lead."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job did not succeed, for the artist.

    Attributes:
        message: one or two plain sentences.
        hint: what to do next, possibly empty.
        param: the parameter it belongs to, or None.
        reason: ``"user"`` (fix a value), ``"memory"``, ``"saving"`` (the disk refused a result), ``"bug"`` (the
            plugin's), ``"worker"`` (its process died).
        details: traceback or crash report, shown folded.
        remedy: values with which it may work, by field; made by the worker, so to be checked before it is used.
    """

    message: str
    hint: str = ""
    param: str | None = None
    reason: str = "bug"
    details: str = ""
    remedy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A snapshot of one request in the queue; replaced, never changed.

    Attributes:
        id: unique, sortable by creation.
        request: what is to be made.
        state: where it is.
        priority: higher runs first; equal ones in queue order.
        created, started, ended: seconds since the epoch; 0 when not yet.
        done, total, message: latest progress; total 0 when unknown.
        first_at, first_done: when this start first told of progress, and how much was done: a training may go on
            from far along. 0 before that.
        items: ids of library items (or paths, when not kept) made so far.
        failure: why it did not succeed.
        attempt: 1, and one more for each retry.
        begun_as: id of the first attempt, where this one goes on after the results it had; its results say that they
            come from that one.
    """

    id: str
    request: GenerationRequest
    state: JobState = JobState.QUEUED
    priority: int = 0
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    done: float = 0.0
    total: float = 0.0
    first_at: float = 0.0
    first_done: float = 0.0
    message: str = ""
    items: tuple[str, ...] = field(default=())
    failure: Failure | None = None
    attempt: int = 1
    begun_as: str = ""

    @property
    def origin(self) -> str:
        """The job that its results say they come from: what was made together stays together."""
        return self.begun_as or self.id

    def progressed(self, done: float, total: float, message: str, now: float) -> Job:
        """This job with newer progress, told at `now`; less done than at first means that it began once more."""
        fresh = not self.first_at or done < self.first_done
        first_at, first_done = (now, done) if fresh else (self.first_at, self.first_done)
        return replace(self, done=done, total=total, message=message, first_at=first_at, first_done=first_done)

    def moved(self, state: JobState, **changes: Any) -> Job:
        """This job in another state. Raises `IllegalTransition` where no way leads there."""
        if state not in _NEXT[self.state]:
            raise IllegalTransition(f"job {self.id}: {self.state} → {state}")
        return replace(self, state=state, **changes)

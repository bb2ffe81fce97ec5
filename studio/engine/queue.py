"""The queue: which jobs wait, in which order, and what became of the others. Plain data, no threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from studio.engine.jobs import IllegalTransition, Job
from studio.engine.states import JobState


class JobQueue:
    """All jobs of a session: those waiting in order, and those under way or ended.

    Higher priority goes first; within a priority, the order is the artist's. Not thread-safe: the engine guards it.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._waiting: list[str] = []
        self._ended: dict[str, None] = {}

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._jobs

    def __getitem__(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def get(self, job_id: str) -> Job | None:
        """The job's snapshot, or None."""
        return self._jobs.get(job_id)

    @property
    def order(self) -> tuple[str, ...]:
        """Ids of the waiting jobs, next first."""
        return tuple(self._waiting)

    def jobs(self) -> list[Job]:
        """Snapshots: under way first, then waiting in order, then ended with the latest first."""
        waiting = [self._jobs[job_id] for job_id in self._waiting]
        others = [job for job in self._jobs.values() if job.state is not JobState.QUEUED]
        active = [job for job in others if not job.state.is_final]
        ended = sorted((job for job in others if job.state.is_final), key=lambda job: job.ended, reverse=True)
        return [*active, *waiting, *ended]

    def add(self, job: Job) -> None:
        """Add a job; a queued one is placed after those of the same or a higher priority."""
        self._jobs[job.id] = job
        if job.state.is_final:
            self._ended[job.id] = None
        if job.state is JobState.QUEUED:
            before = (place for place, other in enumerate(self._waiting) if self._jobs[other].priority < job.priority)
            self._waiting.insert(next(before, len(self._waiting)), job.id)

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next waiting job that `fits`, moved to PREPARING; None when there is none."""
        for job_id in self._waiting:
            if fits(self._jobs[job_id]):
                return self.move(job_id, JobState.PREPARING)
        return None

    def move(self, job_id: str, state: JobState, **changes: Any) -> Job:
        """Move a job to another state. Raises `IllegalTransition`."""
        job = self._jobs[job_id].moved(state, **changes)
        if job_id in self._waiting:
            self._waiting.remove(job_id)
        self._jobs[job_id] = job
        if state.is_final:
            self._ended[job_id] = None
        return job

    def surplus(self, limit: int) -> list[str]:
        """The ids of those that ended first, where more than `limit` have; takes as long with many jobs as with few."""
        return list(islice(self._ended, max(0, len(self._ended) - limit)))

    def update(self, job: Job) -> None:
        """Replace the snapshot of a job whose state is the same. Raises `IllegalTransition` otherwise."""
        if self._jobs[job.id].state is not job.state:
            raise IllegalTransition(f"job {job.id} changed its state without moving")
        self._jobs[job.id] = job

    def reorder(self, job_id: str, before: str | None) -> bool:
        """Put a waiting job before another, or last; it takes its neighbour's priority. False if it waits not."""
        if job_id not in self._waiting or job_id == before:
            return False
        self._waiting.remove(job_id)
        place = self._waiting.index(before) if before in self._waiting else len(self._waiting)
        neighbour = before if before in self._waiting else (self._waiting[-1] if self._waiting else None)
        self._waiting.insert(place, job_id)
        if neighbour is not None:
            self._jobs[job_id] = replace(self._jobs[job_id], priority=self._jobs[neighbour].priority)
        return True

    def remove(self, job_ids: Iterable[str]) -> list[str]:
        """Forget those of `job_ids` that have ended; returns them."""
        gone = [job_id for job_id in job_ids if job_id in self._jobs and self._jobs[job_id].state.is_final]
        for job_id in gone:
            del self._jobs[job_id]
            del self._ended[job_id]
        return gone

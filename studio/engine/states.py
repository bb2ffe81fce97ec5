"""The states a job passes through, apart from the job: the window opens without what jobs and requests are made of."""

from __future__ import annotations

import enum


class JobState(enum.StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    PREPARING = "preparing"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended (it can still be retried, as a new job)."""
        return self in _FINAL


_FINAL = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}

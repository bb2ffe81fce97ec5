"""How far a job is, in words: state, steps, time left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from studio.engine.states import JobState
from studio.sdk.generator import GeneratorSpec
from studio.shell.i18n import count, tr, tr_said

if TYPE_CHECKING:
    from studio.engine.jobs import Job

STATES = {
    JobState.QUEUED: "Waiting",
    JobState.PREPARING: "Getting ready",
    JobState.RUNNING: "Working",
    JobState.SUCCEEDED: "Done",
    JobState.FAILED: "Did not work",
    JobState.CANCELLED: "Cancelled",
    JobState.INTERRUPTED: "Interrupted",
}
RETRIABLE = {JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}
"""States from which a job can be run again."""

SURE_AFTER = 1.5
"""Seconds of work before a time left is told; earlier it would jump about."""


def has_failed(job: Job) -> bool:
    """Whether there is a reason to tell for a job's end: its generator failed, its worker died or the studio ended."""
    return job.state.is_final and job.failure is not None


def fraction(job: Job) -> float | None:
    """Which part is done, 0 … 1; None when the generator has not said."""
    return min(1.0, job.done / job.total) if job.total > 0 else None


def seconds_left(job: Job, now: float | None = None) -> float | None:
    """An estimate from the pace since this start first told of progress; None while it would be a guess."""
    elapsed = (time.time() if now is None else now) - job.first_at
    gained, left = job.done - job.first_done, job.total - job.done
    if job.state != JobState.RUNNING or not job.first_at or elapsed < SURE_AFTER or gained < 0.02 * (gained + left):
        return None
    return elapsed * max(0.0, left) / gained if gained > 0 else None


def told_seconds(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        whole = max(1, round(seconds))
        return count("{count} second", "{count} seconds", whole)
    if seconds < 5400:
        return count("{count} minute", "{count} minutes", round(seconds / 60))
    return tr("{hours} h {minutes} min", hours=int(seconds // 3600), minutes=int(seconds % 3600 // 60))


def told(job: Job, spec: GeneratorSpec | None = None) -> str:
    """One line about where a job is; what its generator says is translated with the plugin's own texts."""
    if job.state == JobState.RUNNING:
        said = tr_said(spec, job.message) if job.message else tr("Working")
        left = seconds_left(job)
        # the time first: where there is little room, the end is cut
        return said if left is None else f"{tr('{time} left', time=told_seconds(left))} · {said}"
    if job.failure is not None and has_failed(job):
        return tr_said(spec, job.failure.message)
    if job.state == JobState.SUCCEEDED and job.ended > job.started > 0:
        return tr("Done in {time}", time=told_seconds(job.ended - job.started))
    return tr(STATES[job.state])

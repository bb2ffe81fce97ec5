"""Watching jobs from a terminal: one progress bar on stderr, Ctrl-C cancels in order."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from studio.engine.events import Event, ItemSaved, JobChanged
from studio.engine.jobs import Job, JobState

if TYPE_CHECKING:
    from studio.engine.engine import Engine


class Watcher:
    """Subscribes to an engine while jobs run.

    Attributes:
        saved: every result, in order.
    """

    def __init__(self, engine: Engine, *, quiet: bool) -> None:
        self.saved: list[ItemSaved] = []
        self._engine = engine
        self._jobs: dict[str, Job] = {}
        self._shows = not quiet and sys.stderr.isatty()
        self._bar: Any = None
        self._bar_job = ""

    def __enter__(self) -> Self:
        self._unsubscribe = self._engine.subscribe(self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # The events of jobs that ended may still be on their way.
        self._engine.flush_events()
        self._unsubscribe()
        self._close_bar()

    def wait(self, job_ids: Sequence[str]) -> bool:
        """Wait for jobs to end. Ctrl-C cancels them and waits for that; True when it did."""
        try:
            self._engine.wait(job_ids)
        except KeyboardInterrupt:
            for job_id in reversed(job_ids):
                self._engine.cancel(job_id)
            self._engine.wait(job_ids)
            return True
        return any(self._ended(job_id).state is JobState.CANCELLED for job_id in job_ids)

    def failures(self, jobs: Sequence[Job]) -> list[dict[str, Any]]:
        """What went wrong with each of `jobs` that failed or was interrupted."""
        from dataclasses import asdict

        ended = [self._ended(job.id) for job in jobs]
        return [{"job": job.id, **asdict(job.failure)} for job in ended if job.failure is not None]

    def _ended(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def _hear(self, event: Event) -> None:
        if isinstance(event, ItemSaved):
            self.saved.append(event)
        elif isinstance(event, JobChanged):
            self._jobs[event.job.id] = event.job
            if self._shows:
                self._show(event.job)

    def _show(self, job: Job) -> None:
        if job.state.is_final:
            if job.id == self._bar_job:
                self._close_bar()
            return
        if not job.total:
            return
        from tqdm import tqdm

        if job.id != self._bar_job:
            self._close_bar()
            self._bar_job = job.id
            self._bar = tqdm(total=job.total, leave=False, file=sys.stderr, dynamic_ncols=True, bar_format=_FORMAT)
        self._bar.total = job.total
        self._bar.n = job.done
        self._bar.set_description_str(job.message or job.request.generator, refresh=False)
        self._bar.refresh()

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._bar_job = None, ""


_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"

"""Watching jobs from a terminal: results are told as they come, one progress bar and generators' remarks are on stderr,
and Ctrl-C cancels in order.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from studio.cli import common, interrupts
from studio.engine.events import Event, ItemSaved, JobChanged, LogReceived
from studio.engine.jobs import Job
from studio.engine.states import JobState

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.requests import GenerationRequest

CANCEL_PATIENCE = 10.0
"""Seconds for cancelled jobs to end; an engine that works needs two and a little."""

REMARK_LETTERS = 500
"""Longest remark that is told; a plugin may say anything."""


def path_of(saved: ItemSaved) -> list[str]:
    """What is said of a result that is kept in the library and nowhere else."""
    return [saved.path]


class Watcher:
    """Subscribes to an engine while jobs run.

    Args:
        engine: what runs the jobs.
        quiet: no progress and no remarks.
        deliver: called with each result as soon as it is saved, on the engine's thread; returns lines to `tell`.

    Attributes:
        saved: every result, in order.
    """

    def __init__(
        self, engine: Engine, *, quiet: bool, deliver: Callable[[ItemSaved], Iterable[str]] | None = None
    ) -> None:
        self.saved: list[ItemSaved] = []
        self._deliver = deliver
        self._trouble: Exception | None = None
        self._engine = engine
        self._jobs: dict[str, Job] = {}
        self._submitted: list[Job] = []
        self._tells = not quiet
        self._shows = not quiet and sys.stderr.isatty()
        self._bar: Any = None
        self._bar_job = ""

    def __enter__(self) -> Self:
        self._unsubscribe = self._engine.subscribe(self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave once all is heard. Raises what kept a result from being delivered or told."""
        self._hear_the_rest()
        self._unsubscribe()
        self._close_bar()
        if self._trouble is not None and error is None:
            raise self._trouble

    def _hear_the_rest(self) -> None:
        """The events of jobs that ended may still be on their way, and a result may take long to deliver."""
        while not self._engine.flush_events():
            pass

    def make(self, requests: Sequence[GenerationRequest]) -> tuple[list[Job], bool]:
        """Submit requests and `wait` for the jobs; Ctrl-C while submitting cancels what is submitted by then."""
        try:
            for request in requests:
                self._submitted.append(self._engine.submit(request))
        except KeyboardInterrupt:
            self._cancel([job.id for job in self._submitted])
            return self._submitted, True
        return self._submitted, self.wait([job.id for job in self._submitted])

    def wait(self, job_ids: Sequence[str]) -> bool:
        """Wait for jobs to end. Ctrl-C cancels them and waits for that; True when it did, or somebody else."""
        try:
            self._engine.wait(job_ids)
        except KeyboardInterrupt:
            self._cancel(job_ids)
            return True
        self._hear_the_rest()
        return any(job.state is JobState.CANCELLED for job in map(self._jobs.get, job_ids) if job is not None)

    def tell(self, lines: Iterable[str]) -> None:
        """Lines on stdout, at once. When stdout fails, no more is told, the jobs go on, and `__exit__` raises that."""
        lines = list(lines)
        if not lines or self._trouble is not None:
            return
        try:
            with self._above_the_bar():
                common.print_lines(lines)
                sys.stdout.flush()
        except OSError as error:
            self._trouble = error

    def failures(self, jobs: Sequence[Job]) -> list[dict[str, Any]]:
        """What went wrong with each of `jobs` that failed or was interrupted."""
        from dataclasses import asdict

        ended = [self._jobs.get(job.id, job) for job in jobs]
        return [{"job": job.id, **asdict(job.failure)} for job in ended if job.failure is not None]

    def _cancel(self, job_ids: Sequence[str]) -> None:
        interrupts.ignore()  # another would leave jobs uncancelled; this ends within seconds whatever the jobs do
        for job_id in reversed(job_ids):
            self._engine.cancel(job_id)
        with contextlib.suppress(TimeoutError):  # closing the engine ends what still runs
            self._engine.wait(job_ids, CANCEL_PATIENCE)
        self._hear_the_rest()

    def _hear(self, event: Event) -> None:
        if isinstance(event, ItemSaved):
            self.saved.append(event)
            self._hand_over(event)
        elif isinstance(event, JobChanged):
            self._jobs[event.job.id] = event.job
            if self._shows:
                self._show(event.job)
        elif isinstance(event, LogReceived) and self._tells and event.job_id and not event.printed:
            self._remark(event.line)

    def _hand_over(self, saved: ItemSaved) -> None:
        try:
            self.tell(self._deliver(saved) if self._deliver is not None else ())
        except Exception as error:  # noqa: BLE001 - nobody would learn of it on the engine's thread; `__exit__` raises it
            self._trouble = self._trouble or error

    def _remark(self, line: str) -> None:
        """Tell what a generator remarks."""
        with self._above_the_bar():
            common.warn(" ".join(line.split())[:REMARK_LETTERS])

    @contextlib.contextmanager
    def _above_the_bar(self) -> Iterator[None]:
        """For something that is written while there may be a bar."""
        if self._bar is not None:
            self._bar.clear()
        yield
        if self._bar is not None:
            self._bar.refresh()

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
            self._bar = tqdm(
                total=job.total, leave=False, file=sys.stderr, dynamic_ncols=True, bar_format=_FORMAT, initial=job.done
            )
        self._bar.total = job.total
        self._bar.n = job.done
        self._bar.set_description_str(common.printable(self._said(job))[:60], refresh=False)
        self._bar.refresh()

    def _said(self, job: Job) -> str:
        """What stands before the bar."""
        return job.message or job.request.generator

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._bar_job = None, ""


_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"

"""The engine: takes requests, keeps the queue and its journal, drives the workers, tells subscribers.

Composition: `Engine` owns the `JobQueue`, the `Journal` and one `Supervisor` per device. Its lock guards the queue; no
subscriber is ever called while it is held.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import studio
from studio.engine.broadcast import Broadcast
from studio.engine.choices import check_sources
from studio.engine.events import (
    AudioReceived,
    Event,
    ItemSaved,
    JobChanged,
    JobRemoved,
    JobRestarted,
    LogReceived,
    PreviewReceived,
    QueueChanged,
    WorkerChanged,
)
from studio.engine.inputs import resolve_inputs
from studio.engine.job_logs import JobLogs
from studio.engine.jobs import Failure, Job
from studio.engine.journal import Journal, is_live
from studio.engine.mailbox import Mailbox
from studio.engine.protocol import remove_abandoned_blocks
from studio.engine.queue import JobQueue
from studio.engine.requests import GenerationRequest
from studio.engine.scratch import remove_half_written, remove_scratch, scratch_folder
from studio.engine.states import JobState
from studio.engine.supervisor import Supervisor
from studio.engine.worker_process import WorkerSetup
from studio.sdk import UserError

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.engine.discovery.registry import Registry
    from studio.engine.settings import Settings
    from studio.library.library import Library

ENDED_LIMIT = 500
"""Ended jobs kept in the list; older ones leave it (their results stay in the library)."""

CHECKPOINT_SECONDS = 30.0
"""Longest time between two checkpoints of a training: half of the minute that a kill may cost at most."""

WORKER_SHARE_OF_MEMORY = 0.5
"""Part of main memory that loaded models may take when the artist set no budget."""

log = logging.getLogger(__name__)


class Engine:
    """Runs generation requests. All methods may be called from any thread.

    Attributes:
        session: name of this engine's journal.
        notices: sentences for the artist about what was found at the start, e.g. damaged journals.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        library: Library | None,
        settings: Settings,
        *,
        adopt: bool = True,
        hold: bool = False,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        """Start the engine; nothing runs in another process until the first job or warm-up.

        Args:
            home: the studio's places.
            registry: what discovery found.
            library: where results are indexed; None where no index is wanted, results are then only written.
            settings: device, memory budget, network and idle time are read from it, live.
            adopt: whether to take over the jobs of sessions that ended; if one was paused that has
                jobs waiting, this one is.
            hold: whether jobs wait until `release` names them.
            checkpoint_seconds: longest time between two checkpoints of a training.
        """
        self._home = home
        self._registry = registry
        self._library = library
        self._settings = settings
        self._checkpoint_seconds = checkpoint_seconds
        self._changed = threading.Condition(threading.RLock())
        self._queue = JobQueue()
        self._paused = False
        self._holds = hold
        self._released: set[str] = set()
        self._secrets: dict[str, frozenset[str]] = {}
        self._cancelling: set[str] = set()
        self._closing = threading.Event()
        self._broadcast = Broadcast()
        self._logs = JobLogs(home.job_logs)
        self._journal = Journal(home.queue)
        self.session = self._journal.session
        self._scratch = scratch_folder(home) / self.session
        self._supervisors = {"auto": Supervisor("auto", self)}
        if adopt:
            for job in self._journal.adopt():
                self._queue.add(job)
            self._paused = self._journal.paused
            self._journal.write_order(self._queue.order, paused=self._paused)
        self.notices = self._journal.damage
        remove_scratch(home, keep=self._scratch_is_in_use)
        remove_half_written(home)
        remove_abandoned_blocks()
        self._unlisten = settings.listen(self._setting_changed)
        self._mailbox = Mailbox(self._journal.commands, self._orders())
        self._supervisors["auto"].start()

    # ---- for the faces ---------------------------------------------------------------------------------------

    def submit(self, request: GenerationRequest, priority: int = 0) -> Job:
        """Queue a request; once this returns it survives a crash.

        Raises:
            UserError: no such generator, it cannot run here, or the studio is closing.
            OSError: the journal cannot be written.
        """
        job = Job(id=_new_id(), request=request, priority=priority, created=time.time())
        with self._changed:
            self._enter(job)
        self._broadcast.send(JobChanged(job))
        self._publish_order()
        return job

    def cancel(self, job_id: str) -> None:
        """Cancel a job: a waiting one at once, a running one at its next cancel point or by ending its process.

        Ended and unknown jobs are left alone.
        """
        with self._changed:
            if job_id not in self._queue or self._queue[job_id].state.is_final:
                return
            if self._queue[job_id].state is JobState.QUEUED:
                self._end(job_id, JobState.CANCELLED, None)
                return
            self._cancelling.add(job_id)
            job = replace(self._queue[job_id], message="Cancelling…")
            self._queue.update(job)
        self._broadcast.send(JobChanged(job))
        for supervisor in self._supervisors.values():
            if supervisor.cancel(job_id):
                return

    def retry(self, job_id: str) -> Job:
        """Queue an ended job's request again, same seed, in a new job; the old one leaves the list.

        What did not come to its end goes on after the results it had, where they are still in the library.

        Raises:
            UserError: the job has not ended or is unknown, or its generator is gone.
        """
        with self._changed:
            if job_id not in self._queue or not self._queue[job_id].state.is_final:
                raise UserError("Only a job that has ended can be retried.")
            old = self._queue[job_id]
            made = self._made_by(old)
            job = Job(
                id=_new_id(), request=old.request, priority=old.priority, created=time.time(), attempt=old.attempt + 1,
                items=made, begun_as=old.origin if made else "",
            )  # fmt: skip
            self._enter(job)
            self._forget([job_id])
        self._broadcast.send(JobChanged(job))
        self._publish_order()
        return job

    def _made_by(self, job: Job) -> tuple[str, ...]:
        """The results that a job need not make again; none where one of them is gone, or where it had made all."""
        if job.state is JobState.SUCCEEDED or self._library is None or not job.request.keep:
            return ()
        found = [self._library.index.get(item) for item in job.items]
        return job.items if all(item is not None and not item.trashed for item in found) else ()

    def pause(self) -> None:
        """Let waiting jobs wait; what runs goes on."""
        self._set_paused(paused=True)

    def resume(self) -> None:
        """Go on with the waiting jobs."""
        self._set_paused(paused=False)

    @property
    def paused(self) -> bool:
        """Whether waiting jobs stay waiting."""
        return self._paused

    def release(self, job_ids: Iterable[str]) -> None:
        """Let these jobs run even where the engine holds them or the queue is paused."""
        with self._changed:
            self._released.update(job_ids)
            self._changed.notify_all()

    def reorder(self, job_id: str, before: str | None) -> None:
        """Put a waiting job before another one, or last for None. A job that no longer waits is left alone."""
        with self._changed:
            if not self._queue.reorder(job_id, before):
                return
            job = self._queue[job_id]
            self._note(job)
            self._journal.write_order(self._queue.order, paused=self._paused)
        self._broadcast.send(JobChanged(job))
        self._publish_order()

    def clear(self, job_ids: Iterable[str] | None = None) -> None:
        """Remove ended jobs from the list, all or some. Their results stay in the library."""
        with self._changed:
            chosen = [job.id for job in self._queue.jobs()] if job_ids is None else list(job_ids)
            self._forget(chosen)

    def jobs(self) -> list[Job]:
        """Snapshots of all jobs: under way, waiting in order, ended."""
        with self._changed:
            return self._queue.jobs()

    def job(self, job_id: str) -> Job | None:
        """The snapshot of one job, or None."""
        with self._changed:
            return self._queue.get(job_id)

    def wait(self, job_ids: Iterable[str], timeout: float | None = None) -> list[Job]:
        """Wait until all of these jobs have ended or left the list, or the engine closes; returns their snapshots.

        Raises `TimeoutError` after `timeout` seconds.
        """
        wanted = list(job_ids)
        with self._changed:
            done = self._changed.wait_for(lambda: self._have_ended(wanted), timeout)
            if not done:
                raise TimeoutError("the jobs have not ended in time")
            return [self._queue[job_id] for job_id in wanted if job_id in self._queue]

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with every event from now on, on one engine thread, in order. Returns how to stop it."""
        return self._broadcast.subscribe(callback)

    def flush_events(self, timeout: float = 5.0) -> bool:
        """Wait until every event sent so far was delivered; False after `timeout` seconds."""
        return self._broadcast.flush(timeout)

    def warm_up(self, modules: Iterable[str] | None = None) -> None:
        """Start the worker and have it import `modules`; by default all that ready generators need, torch first."""
        chosen = self._usual_modules() if modules is None else tuple(modules)
        for supervisor in self._supervisors.values():
            supervisor.warm_up(chosen)
        with self._changed:
            self._changed.notify_all()

    def worker_states(self) -> Mapping[str, str]:
        """State of each device's worker."""
        return {supervisor.device: supervisor.worker_state for supervisor in self._supervisors.values()}

    def add_device(self, name: str) -> None:
        """Let jobs run on another device too, e.g. ``"cuda:1"``; a known one is left alone."""
        with self._changed:
            if self.closing or name in self._supervisors:
                return
            supervisor = Supervisor(name, self)
            self._supervisors = {**self._supervisors, name: supervisor}
            supervisor.start()

    def replace_registry(self, registry: Registry) -> None:
        """Offer what a new discovery found; jobs under way are not touched."""
        with self._changed:
            self._registry = registry

    def close(self) -> None:
        """Stop: what runs becomes INTERRUPTED and can be retried, workers end, the journal closes."""
        with self._changed:
            if self.closing:
                return
            self._closing.set()
            self._changed.notify_all()
        self._unlisten()
        for supervisor in self._supervisors.values():
            supervisor.wake()
        for supervisor in self._supervisors.values():
            supervisor.join(10.0)
        self._mailbox.close()
        self._broadcast.close()
        self._logs.close()
        with self._changed:
            self._journal.close()
            self._changed.notify_all()
        remove_scratch(self._home, keep=lambda session: is_live(self._home.queue, session))

    # ---- for the supervisors (see `supervisor.Desk`) -----------------------------------------------------------

    @property
    def closing(self) -> bool:
        """Whether the engine shuts down."""
        return self._closing.is_set()

    def take(self, wanted: Callable[[], bool], *, idles: bool) -> Job | None:
        """Wait for the next job; None when `wanted()`, when closing, or when a worker that `idles` did so for long."""
        begun = time.monotonic()
        with self._changed:
            while not self.closing:
                job = self._queue.take(self._may_begin)
                if job is not None:
                    self._note(job)
                    break
                patience = self.idle_seconds() if idles else None
                left = None if patience is None else begun + patience - time.monotonic()
                if wanted() or (left is not None and left <= 0):
                    return None
                self._changed.wait(left)
            else:
                return None
        self._broadcast.send(JobChanged(job))
        self._publish_order()
        return job

    def is_cancelling(self, job_id: str) -> bool:
        """Whether the artist cancelled a job that has not ended yet."""
        with self._changed:
            return job_id in self._cancelling

    def order(self, job: Job) -> Mapping[str, Any]:
        """All that the worker needs to know of a job.

        Raises `UserError` when a value does not fit, or an input, dataset or model is gone.
        """
        request = job.request
        spec = self._registry.spec(request.generator)
        if request.version == spec.version:  # else the generator translates them first, which only the worker can do
            request = replace(request, values=spec.check(request.values))
        inputs, parents = resolve_inputs(spec, request, self._library)
        datasets = check_sources(self._home, spec, request.values)
        return {
            "job": job.id,
            "origin": job.origin,
            "made": len(job.items),
            "spec": spec.to_json(),
            "version": request.version,
            "values": dict(request.values),
            "seed": request.seed,
            "keep": request.keep,
            "folder": request.folder or str(self._scratch / "results"),
            "inputs": inputs,
            "parents": parents,
            "datasets": {name: str(folder) for name, folder in datasets.items()},
            "teach": {
                "runs": str(self._home.runs),
                "models": str(self._home.models),
                "checkpoint_seconds": self._checkpoint_seconds,
                "until": request.until,
            },
            "studio": studio.__version__,
        }

    def setup(self, device: str) -> WorkerSetup:
        """What the worker of a device is told at its start, by the settings in force."""
        return WorkerSetup(
            device=str(self._settings["device"]) if device == "auto" else device,
            budget=self._budget(),
            online=bool(self._settings["network"]),
            library=self._home.library,
            scratch=self._scratch,
            models=self._home.models,
        )

    def found_devices(self, names: Sequence[str]) -> None:
        """A worker for each further GPU. The first one is what ``"auto"`` stands for."""
        if self._settings["device"] in ("auto", "cuda"):
            for name in names[1:]:
                self.add_device(name)

    def idle_seconds(self) -> float | None:
        """After how long an idle worker gives its memory back."""
        minutes = float(self._settings["idle_minutes"])
        return minutes * 60 if minutes else None

    def began(self, job_id: str) -> None:
        """The generator started."""
        with self._changed:
            if self._queue[job_id].state is not JobState.PREPARING:
                self._broadcast.send(JobRestarted(job_id))  # a second attempt after memory ran out
                return
            job = self._queue.move(job_id, JobState.RUNNING, started=time.time())
            self._note(job)
        self._broadcast.send(JobChanged(job))

    def progressed(self, job_id: str, done: float, total: float, message: str) -> None:
        """It reported progress."""
        with self._changed:
            if job_id not in self._queue or self._queue[job_id].state.is_final:
                return
            job = self._queue[job_id].progressed(done, total, message, time.time())
            self._queue.update(job)
        self._broadcast.send(JobChanged(job))

    def saved(self, job_id: str, body: Mapping[str, Any]) -> None:
        """A result is on the disk: index it, then announce it. Raises `ValueError` or the like on no such message."""
        event = ItemSaved(job_id, str(body["item"]), str(body["kind"]), str(body["path"]))
        if self._library is not None and body.get("record") is not None:
            from studio.library.items import Item

            item = Item.from_json(body["record"])
            try:
                self._library.add(item)
            except Exception:
                # The file is there and says all of itself: the index takes it in when the library is next opened.
                log.exception("The result %s could not be taken into the index", event.path)
        with self._changed:
            if job_id in self._queue and not self._queue[job_id].state.is_final:
                job = replace(self._queue[job_id], items=(*self._queue[job_id].items, event.item))
                self._queue.update(job)
                self._note(job)
        self._broadcast.send(event)

    def ended(self, job_id: str, state: JobState, failure: Failure | None) -> None:
        """The job is over."""
        with self._changed:
            if state is JobState.SUCCEEDED and self._queue[job_id].state is JobState.PREPARING:
                state, failure = JobState.FAILED, Failure("The worker ended the job before it began it.")
            if state is JobState.INTERRUPTED and self._queue[job_id].state is JobState.QUEUED:
                return
            self._end(job_id, state, failure)

    def publish(self, event: Event) -> None:
        """Tell the subscribers; waits while they have much to hear, unless it is news of a worker."""
        if isinstance(event, LogReceived):
            self._keep(event)
        if isinstance(event, WorkerChanged):
            self._broadcast.send(event)
        else:
            self._broadcast.send_when_due(event, large=isinstance(event, PreviewReceived | AudioReceived))

    def report(self, text: str) -> None:
        """Keep a crash report in the log folder, the last twenty of them."""
        from studio.engine.reports import keep_report

        try:
            keep_report(self._home.logs, text)
        except OSError:
            log.exception("A report could not be kept:\n%s", text)

    def _keep(self, event: LogReceived) -> None:
        """Write a line into its job's log. A worker may name any job: only those of this engine have one."""
        with self._changed:
            job = self._queue.get(event.job_id)
            names = self._secrets.get(event.job_id, frozenset())
        if job is not None:
            secrets = [str(job.request.values.get(name) or "") for name in names]
            self._logs.add(job.id, event.line, [secret for secret in secrets if secret])

    # ---- inside ----------------------------------------------------------------------------------------------

    def _may_begin(self, job: Job) -> bool:
        if job.request.generator not in self._registry.descriptors:
            return False
        return not (self._paused or self._holds) or job.id in self._released

    def _enter(self, job: Job) -> None:
        """Take a new job into journal and queue. Raises as `submit`."""
        if self.closing:
            raise UserError("The studio is closing.")
        spec = self._registry.spec(job.request.generator)
        secret = frozenset(known.name for known in spec.fields if known.kind == "secret")
        if secret:
            self._secrets[job.id] = secret
        self._note(job, durable=True)
        self._queue.add(job)
        self._changed.notify_all()

    def _note(self, job: Job, *, durable: bool = False) -> None:
        """Write a job down, without its passwords and keys."""
        secret = self._secrets.get(job.id)
        if secret:
            values = {name: "" if name in secret else value for name, value in job.request.values.items()}
            job = replace(job, request=replace(job.request, values=values))
        self._journal.write(job, durable=durable)

    def _end(self, job_id: str, state: JobState, failure: Failure | None) -> None:
        job = self._queue.move(job_id, state, failure=failure, ended=time.time(), message="")
        self._cancelling.discard(job_id)
        self._note(job)
        self._forget(self._queue.surplus(ENDED_LIMIT))
        self._changed.notify_all()
        self._broadcast.send(JobChanged(job))
        self._publish_order()

    def _forget(self, job_ids: Iterable[str]) -> None:
        gone = self._queue.remove(job_ids)
        self._journal.forget(gone)
        for job_id in gone:
            self._secrets.pop(job_id, None)
            self._broadcast.send(JobRemoved(job_id))

    def _have_ended(self, job_ids: Sequence[str]) -> bool:
        known = (self._queue.get(job_id) for job_id in job_ids)
        return self._journal.is_closed or all(job is None or job.state.is_final for job in known)

    def _set_paused(self, *, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._journal.write_order(self._queue.order, paused=paused)
            self._changed.notify_all()
        self._publish_order()

    def _publish_order(self) -> None:
        with self._changed:
            event = QueueChanged(self._queue.order, self._paused)
        self._broadcast.send(event)

    def _budget(self) -> int:
        chosen = float(self._settings["memory_budget_gb"])
        if chosen:
            return int(chosen * 2**30)
        import psutil

        return int(psutil.virtual_memory().total * WORKER_SHARE_OF_MEMORY)

    def _usual_modules(self) -> tuple[str, ...]:
        needed = {module for spec in self._registry.specs.values() for module in spec.needs.modules}
        return tuple(sorted(needed, key=lambda module: (module != "torch", module)))

    def _setting_changed(self, key: str, value: object) -> None:
        if key == "network":
            for supervisor in self._supervisors.values():
                supervisor.tell("online", online=bool(value))
        elif key in ("device", "memory_budget_gb"):
            for supervisor in self._supervisors.values():
                supervisor.restart_when_idle()
        elif key == "idle_minutes":
            with self._changed:
                self._changed.notify_all()  # to a worker that is idle already it applies, too

    def _orders(self) -> Mapping[str, Callable[[str], object]]:
        """What other processes may ask of this engine, by name; each takes a job id, which may be empty."""
        return {
            "pause": lambda _: self.pause(),
            "resume": lambda _: self.resume(),
            "release": lambda job_id: self.release([job_id]),
            "cancel": self.cancel,
            "retry": self.retry,
            "clear": lambda job_id: self.clear([job_id] if job_id else None),
        }

    def _scratch_is_in_use(self, session: str) -> bool:
        return session == self.session or is_live(self._home.queue, session)


def _new_id() -> str:
    return f"{time.time_ns():016x}-{uuid.uuid4().hex[:6]}"

"""``studio queue``: jobs of running studios, and jobs left by ones that ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import common, exits
from studio.engine import journal
from studio.engine.events import Event, JobChanged
from studio.engine.jobs import Job, JobState
from studio.sdk import UserError

if TYPE_CHECKING:
    import argparse

    from studio.disk.home import Home
    from studio.engine.discovery.registry import Registry
    from studio.engine.engine import Engine

COMMAND_PATIENCE = 3.0
"""Seconds to wait for a running studio to carry an order out."""


def run(argv: Sequence[str]) -> int:
    """See and steer the queue."""
    made = common.parser(
        "queue",
        "See and steer jobs. A running studio takes the orders; otherwise “resume” and “retry” run the jobs here.",
    )
    made.add_argument(
        "action", nargs="?", choices=["list", "pause", "resume", "cancel", "retry", "clear"], default="list"
    )
    made.add_argument(
        "jobs", nargs="*", metavar="JOB", help="job ids, or the beginnings of them; default: all that fit"
    )
    arguments = made.parse_args(argv)
    home = common.find_home(arguments)
    sessions = journal.sessions(home.queue)
    for session in sessions:
        for sentence in session.damage:
            common.warn(sentence)
    if arguments.action == "list":
        return _list(sessions, arguments)
    live = [session for session in sessions if session.live]
    if live:
        return _order(home.queue, live, arguments)
    return _act_alone(home, sessions, arguments)


def _list(sessions: Sequence[journal.Session], arguments: argparse.Namespace) -> int:
    rows = [(session, job) for session in sessions for job in session.jobs]
    if common.wants_json(arguments):
        common.print_json([{**journal.job_to_json(job), "session": session.id, "live": session.live,
                            "paused": session.paused} for session, job in rows])  # fmt: skip
        return exits.OK
    cells = [[job.id, _state(session, job), job.request.generator, _since(job), _why(job)] for session, job in rows]
    common.print_lines(common.table(cells) if cells else [])
    if not cells:
        common.warn("No jobs are waiting.")
    return exits.OK


def _state(session: journal.Session, job: Job) -> str:
    if not session.live and job.state in (JobState.RUNNING, JobState.PREPARING):
        return "interrupted"
    if job.state is JobState.QUEUED and (session.paused or not session.live):
        return "waiting (paused)" if session.paused else "waiting (no studio runs)"
    return str(job.state)


def _since(job: Job) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))


def _why(job: Job) -> str:
    return job.failure.message if job.failure else ""


def _chosen(jobs: Sequence[Job], wanted: Sequence[str], states: set[JobState]) -> list[Job]:
    """The jobs that fit. Raises `UserError` when a named one does not exist."""
    for name in wanted:
        if not any(job.id.startswith(name) or job.id.endswith(name) for job in jobs):
            raise UserError(f"There is no job “{name}”.", hint="See: studio queue list")
    fitting = [job for job in jobs if job.state in states]
    if not wanted:
        return fitting
    return [job for job in fitting if any(job.id.startswith(name) or job.id.endswith(name) for name in wanted)]


_STATES: dict[str, set[JobState]] = {
    "cancel": {JobState.QUEUED, JobState.PREPARING, JobState.RUNNING},
    "retry": {JobState.FAILED, JobState.INTERRUPTED},
    "clear": {JobState.FAILED, JobState.INTERRUPTED},
}


def _order(folder: Path, live: Sequence[journal.Session], arguments: argparse.Namespace) -> int:
    """Leave orders for running studios, and wait until they were taken."""
    everything = [job for session in live for job in session.jobs]
    action = arguments.action
    chosen = _chosen(everything, arguments.jobs, _STATES[action]) if action in _STATES else []
    for session in live:
        if action in ("pause", "resume", "clear"):
            journal.send_command(folder, session.id, {"order": action})
        for job in chosen if action in ("cancel", "retry") else ():
            if job in session.jobs:
                journal.send_command(folder, session.id, {"order": action, "job": job.id})
    limit = time.monotonic() + COMMAND_PATIENCE
    while any(_unread(folder, session) for session in live):
        if time.monotonic() > limit:
            common.warn("The running studio has not taken the order yet; it will when it is less busy.")
            return exits.FAILED
        time.sleep(0.05)
    return _report(action, [job.id for job in chosen], arguments)


def _unread(folder: Path, session: journal.Session) -> bool:
    return any((folder / f"{session.id}.commands").glob("*.json"))


def _act_alone(home: Home, sessions: Sequence[journal.Session], arguments: argparse.Namespace) -> int:
    """No studio runs: adopt the jobs that were left, and do with them what was asked."""
    from studio.engine.discovery.registry import Registry

    everything = [job for session in sessions for job in session.jobs]
    registry = Registry.discover(home)
    with common.open_library_if_possible(home) as library:
        from studio.engine.engine import Engine

        engine = Engine(home, registry, library, common.load_settings(home), adopt=True, paused=True)
        try:
            for sentence in engine.notices:
                common.warn(sentence)
            return _carry_out(engine, registry, everything, arguments)
        finally:
            engine.close()


def _carry_out(engine: Engine, registry: Registry, left: Sequence[Job], arguments: argparse.Namespace) -> int:
    action = arguments.action
    _chosen(left, arguments.jobs, set(JobState))
    jobs = engine.jobs()
    if action == "pause":
        return _report(action, [], arguments)  # starting paused, closing again: the jobs wait
    if action == "cancel":
        chosen = _chosen(jobs, arguments.jobs, _STATES[action])
        for job in chosen:
            engine.cancel(job.id)
        return _report(action, [job.id for job in chosen], arguments)
    if action == "clear":
        chosen = _chosen(jobs, arguments.jobs, _STATES[action])
        engine.clear([job.id for job in chosen])
        return _report(action, [job.id for job in chosen], arguments)
    states = _STATES[action] if action == "retry" else {JobState.QUEUED}
    chosen = _chosen(jobs, arguments.jobs, states)
    able = [job for job in chosen if _can_be_made(job, registry)]
    ids = [engine.retry(job.id).id if action == "retry" else job.id for job in able]
    code = _run_here(engine, ids, arguments)
    return exits.FAILED if code == exits.OK and len(able) < len(chosen) else code


def _can_be_made(job: Job, registry: Registry) -> bool:
    """Whether its generator is there; says so when it is not. The job waits on."""
    try:
        registry.spec(job.request.generator)
    except UserError as error:
        common.warn(f"{job.id}: {error.message} {error.hint or ''}".strip())
        return False
    return True


def _run_here(engine: Engine, job_ids: Sequence[str], arguments: argparse.Namespace) -> int:
    """Run these jobs in this process, with progress, until they have ended; others wait on."""
    from studio.cli.watching import Watcher

    others = [job.id for job in engine.jobs() if job.state is JobState.QUEUED and job.id not in job_ids]
    for job_id in job_ids if others else ():
        engine.reorder(job_id, before=others[0])
    unsubscribe = engine.subscribe(_pausing_after(engine, set(job_ids)))
    with Watcher(engine, quiet=common.wants_json(arguments)) as watcher:
        if job_ids:
            engine.resume()
        cancelled = watcher.wait(job_ids)
    unsubscribe()
    ended = [job for job in engine.jobs() if job.id in job_ids]
    if common.wants_json(arguments):
        common.print_json({"jobs": [journal.job_to_json(job) for job in ended]})
    else:
        common.print_lines(str(saved.path) for saved in watcher.saved)
    for job in ended:
        if job.failure:
            common.warn(f"{job.id}: {job.failure.message} {job.failure.hint}")
    if cancelled:
        return exits.CANCELLED
    return exits.FAILED if any(job.failure for job in ended) else exits.OK


def _pausing_after(engine: Engine, waiting: set[str]) -> Callable[[Event], None]:
    """A subscriber that pauses the queue once none of `waiting` waits any more, so that no other job is begun."""

    def hear(event: Event) -> None:
        if isinstance(event, JobChanged) and event.job.id in waiting and event.job.state is not JobState.QUEUED:
            waiting.discard(event.job.id)
            if not waiting:
                engine.pause()

    return hear


def _report(action: str, job_ids: Sequence[str], arguments: argparse.Namespace) -> int:
    if common.wants_json(arguments):
        common.print_json({"action": action, "jobs": list(job_ids)})
    else:
        common.print_lines(job_ids)
    return exits.OK

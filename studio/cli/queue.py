"""``studio queue``: jobs of running studios, and jobs left by ones that ended."""

from __future__ import annotations

import time
from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import common, exits
from studio.engine import journal
from studio.engine.jobs import Job
from studio.engine.states import JobState
from studio.sdk import UserError

if TYPE_CHECKING:
    import argparse

    from studio.disk.home import Home
    from studio.engine.discovery.registry import Registry
    from studio.engine.engine import Engine

COMMAND_PATIENCE = 3.0
"""Seconds to wait for a running studio to carry an order out."""


_WAITING = {JobState.QUEUED}
_UNDER_WAY = {JobState.QUEUED, JobState.PREPARING, JobState.RUNNING}
_STOPPED = {JobState.FAILED, JobState.INTERRUPTED}

_FITTING: dict[str, tuple[set[JobState], str]] = {
    "pause": (_WAITING, "is not waiting"),
    "resume": (_WAITING, "is not waiting"),
    "cancel": (_UNDER_WAY, "has ended already"),
    "retry": (_STOPPED, "has not ended yet"),
    "clear": (_STOPPED, "has not ended yet"),
}
"""For each action, the states of the jobs it is for, and what is said of another job."""


def run(argv: Sequence[str]) -> int:
    """See and steer the queue; exit code 3 when nothing worse happened than that a journal is damaged."""
    made = common.parser(
        "queue",
        "See and steer jobs. A running studio takes the orders for its own; jobs that an ended one left are steered"
        " here, and “resume” and “retry” run them here.",
    )
    made.add_argument("action", nargs="?", choices=["list", "log", *_FITTING], default="list")
    made.add_argument(
        "jobs", nargs="*", metavar="JOB", help="job ids, or the beginnings of them; default: all that fit"
    )
    arguments = made.parse_args(argv)
    home = common.find_home(arguments)
    if arguments.action == "log":
        return _log(home, arguments)
    sessions = journal.sessions(home.queue)
    for session in sessions:
        for sentence in session.damage:
            common.warn_of_damage(sentence)
    if arguments.action == "list":
        return _list(sessions, arguments)
    return _steer(home, sessions, arguments)


def _list(sessions: Sequence[journal.Session], arguments: argparse.Namespace) -> int:
    named = {job.id for name in arguments.jobs for job in _named([job for one in sessions for job in one.jobs], name)}
    rows = [(one, job) for one in sessions for job in one.jobs if job.id in named or not arguments.jobs]
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
    if job.state is JobState.QUEUED and (session.paused or not session.live):
        return "waiting (paused)" if session.paused else "waiting (no studio runs)"
    return str(job.state)


def _since(job: Job) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))


def _why(job: Job) -> str:
    return job.failure.message if job.failure else ""


def _steer(home: Home, sessions: Sequence[journal.Session], arguments: argparse.Namespace) -> int:
    """Leave orders for running studios, and do here what was asked for jobs that others left."""
    action = arguments.action
    if action == "pause" and arguments.jobs:
        raise UserError("The whole queue is paused, not single jobs: name none.", hint="See: studio queue cancel JOB")
    chosen = _chosen([job for session in sessions for job in session.jobs], action, arguments.jobs)
    live = [session for session in sessions if session.live]
    orders = [(session.id, order) for session in live for order in _orders(session, chosen, arguments)]
    left = [job.id for session in sessions if not session.live for job in session.jobs if job.id in chosen]
    if action == "pause" and live:
        left = []  # nothing begins them
    if not orders and not left:
        common.warn(f"There is nothing to {action}.")
    code = _order(home.queue, orders)
    if left and action in ("resume", "retry"):
        if ordered := [job_id for job_id in chosen if job_id not in left]:
            common.warn(f"The running studio sees to {', '.join(ordered)}.")
        return max(code, _act_here(home, left, arguments))
    if left:
        code = max(code, _act_here(home, left, arguments))
    told = [] if action in ("pause", "resume") else list(chosen)
    if common.wants_json(arguments):
        common.print_json({"action": action, "jobs": told})
    else:
        common.print_lines(told)
    return code


def _chosen(jobs: Sequence[Job], action: str, names: Sequence[str]) -> dict[str, Job]:
    """The jobs that fit, by id. Raises `UserError` when a named one does not exist or is in another state."""
    states, otherwise = _FITTING[action]
    chosen = {job.id: job for job in jobs if job.state in states and not names}
    for name in names:
        named = _named(jobs, name)
        fitting = {job.id: job for job in named if job.state in states}
        if not fitting:
            raise UserError(f"There is nothing to {action}: job {named[0].id} {otherwise}.")
        chosen |= fitting
    return chosen


def _named(jobs: Sequence[Job], name: str) -> list[Job]:
    """The jobs whose ids begin or end with `name`. Raises `UserError` when there is none."""
    named = [job for job in jobs if job.id.startswith(name) or job.id.endswith(name)]
    if not named:
        raise UserError(f"There is no job “{name}”.", hint="See: studio queue list")
    return named


def _log(home: Home, arguments: argparse.Namespace) -> int:
    """What the named jobs said, or else the last one that said anything."""
    from studio.engine.job_logs import logs, read_log

    known = logs(home.job_logs)
    chosen = [] if arguments.jobs else known[-1:]
    for name in arguments.jobs:
        named = [path for path in known if path.stem.startswith(name) or path.stem.endswith(name)]
        if not named:
            raise UserError(f"No job “{name}” has said anything that is still known.")
        chosen += [path for path in named if path not in chosen]
    said = {path.stem: read_log(path) for path in chosen}
    if common.wants_json(arguments):
        common.print_json(said)
        return exits.OK
    for job_id, lines in said.items():
        if len(said) > 1:
            common.print_lines([f"{job_id}:"])
        common.print_lines(lines)
    if not said:
        common.warn("No job has said anything.")
    return exits.OK


def _orders(session: journal.Session, chosen: Container[str], arguments: argparse.Namespace) -> list[dict[str, str]]:
    """What a running studio is asked: one order for each of its jobs, or one for its whole queue."""
    action = arguments.action
    own = [job.id for job in session.jobs if job.id in chosen]
    if action == "resume" and arguments.jobs:
        return [{"order": "release", "job": job_id} for job_id in own]
    if action in ("cancel", "retry") or (action == "clear" and arguments.jobs):
        return [{"order": action, "job": job_id} for job_id in own]
    return [{"order": action}] if own or not arguments.jobs else []


def _order(folder: Path, orders: Sequence[tuple[str, dict[str, str]]]) -> int:
    """Leave orders for running studios, and wait until they were taken."""
    for session, order in orders:
        journal.send_command(folder, session, order)
    limit = time.monotonic() + COMMAND_PATIENCE
    while any(_unread(folder, session) for session in {session for session, _ in orders}):
        if time.monotonic() > limit:
            common.warn("The running studio has not taken the order yet; it will when it is less busy.")
            return exits.FAILED
        time.sleep(0.05)
    return exits.OK


def _unread(folder: Path, session: str) -> bool:
    return any((folder / f"{session}.commands").glob("*.json"))


def _act_here(home: Home, left: Sequence[str], arguments: argparse.Namespace) -> int:
    """Adopt the jobs of studios that ended, and do with those in `left` what was asked; the others wait on."""
    from studio.engine.discovery.registry import Registry

    registry = Registry.discover(home)
    with common.open_library_if_possible(home) as library:
        from studio.engine.engine import Engine

        engine = Engine(home, registry, library, common.load_settings(home), hold=True)
        try:
            jobs = [job for job in map(engine.job, left) if job is not None]
            return _carry_out(engine, registry, jobs, arguments)
        finally:
            engine.close()


def _carry_out(engine: Engine, registry: Registry, jobs: Sequence[Job], arguments: argparse.Namespace) -> int:
    action = arguments.action
    if action == "pause":
        engine.pause()
    elif action == "cancel":
        for job in jobs:
            engine.cancel(job.id)
    elif action == "clear":
        engine.clear([job.id for job in jobs])
    else:
        if action == "resume" and not arguments.jobs:
            engine.resume()
        able = [job for job in jobs if _can_be_made(job, registry)]
        ids = [engine.retry(job.id).id if action == "retry" else job.id for job in able]
        code = _run_here(engine, ids, arguments)
        return exits.FAILED if code == exits.OK and len(able) < len(jobs) else code
    return exits.OK


def _can_be_made(job: Job, registry: Registry) -> bool:
    """Whether its generator is there; says so when it is not. The job waits on."""
    try:
        registry.spec(job.request.generator)
    except UserError as error:
        common.warn(f"{job.id}: {error.message} {error.hint or ''}".strip())
        return False
    return True


def _run_here(engine: Engine, job_ids: Sequence[str], arguments: argparse.Namespace) -> int:
    """Run these jobs in this process, with progress, until they have ended."""
    from studio.cli.watching import Watcher, path_of

    quiet = common.wants_json(arguments)
    with Watcher(engine, quiet=quiet, deliver=None if quiet else path_of) as watcher:
        engine.release(job_ids)
        cancelled = watcher.wait(job_ids)
    ended = [job for job in engine.jobs() if job.id in job_ids]
    if quiet:
        common.print_json({"jobs": [journal.job_to_json(job) for job in ended]})
    for job in ended:
        if job.failure:
            common.warn(f"{job.id}: {job.failure.message} {job.failure.hint}")
    if cancelled:
        return exits.CANCELLED
    return exits.FAILED if any(job.failure for job in ended) else exits.OK

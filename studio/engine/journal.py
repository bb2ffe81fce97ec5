"""The journal: waiting and interrupted jobs survive a crash of the studio.

Each running studio writes a file of its own in the queue folder, one JSON line per change, and holds a lock as long as
it lives. A file whose lock is free was left by a studio that ended; the next one adopts what it holds. So a window and
a command line can run at once, and neither disturbs the other's jobs.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from studio.disk.durable import sync_folder, write_bytes
from studio.engine.jobs import Failure, Job, JobState
from studio.engine.requests import GenerationRequest

COMPACT_LINES = 4000
"""Lines after which a journal is rewritten with what is still worth keeping."""

_KEPT = {JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.FAILED, JobState.INTERRUPTED}


def job_to_json(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    plain = {name: getattr(job, name) for name in _PLAIN}
    plain |= {
        "state": str(job.state),
        "request": job.request.to_json(),
        "items": list(job.items),
        "failure": None if job.failure is None else asdict(job.failure),
    }
    return plain


def job_from_json(plain: Mapping[str, Any]) -> Job:
    """The inverse of `job_to_json`. Raises `TypeError`, `ValueError` or `KeyError` on anything else."""
    failure = plain.get("failure")
    return Job(
        id=str(plain["id"]),
        request=GenerationRequest.from_json(plain["request"]),
        state=JobState(plain["state"]),
        priority=int(plain.get("priority", 0)),
        attempt=int(plain.get("attempt", 1)),
        items=tuple(str(item) for item in plain.get("items", ())),
        failure=None if failure is None else Failure(**failure),
        message=str(plain.get("message", "")),
        **{name: float(plain.get(name, 0)) for name in ("created", "started", "ended", "done", "total")},
    )


_PLAIN = ("id", "priority", "created", "started", "ended", "done", "total", "message", "attempt")


@dataclass(frozen=True, slots=True)
class Session:
    """What a journal file holds.

    Attributes:
        id: the session's name.
        path: its file.
        live: whether the studio that writes it still runs.
        jobs: its jobs, waiting ones in order.
        paused: whether its queue was paused.
        damage: one sentence per line that could not be read.
    """

    id: str
    path: Path
    live: bool
    jobs: tuple[Job, ...]
    paused: bool = False
    damage: tuple[str, ...] = ()


class Journal:
    """The journal of this session: appended to by the engine, one line per change.

    Attributes:
        session: this session's name.
        damage: sentences about journals of ended sessions that could not be read in full.
    """

    def __init__(self, folder: Path) -> None:
        import filelock

        folder.mkdir(parents=True, exist_ok=True)
        self.session = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
        self.damage: tuple[str, ...] = ()
        self._folder = folder
        self._path = folder / f"{self.session}.jsonl"
        self._lock = filelock.FileLock(folder / f"{self.session}.lock")
        self._lock.acquire()
        self._live: dict[str, Job] = {}
        self._order: tuple[str, ...] = ()
        self._paused = False
        self._lines = 0
        self._stream = self._path.open("ab")
        sync_folder(folder)

    @property
    def commands(self) -> Path:
        """The folder where another process may leave orders for this session."""
        return self._folder / f"{self.session}.commands"

    def write(self, job: Job, *, durable: bool = False) -> None:
        """Note a job's snapshot; `durable` waits until it would survive a power cut."""
        if job.state in _KEPT:
            self._live[job.id] = job
        else:
            self._live.pop(job.id, None)
        self._append({"job": job_to_json(job)}, durable=durable)

    def write_order(self, order: Sequence[str], *, paused: bool) -> None:
        """Note the order of the waiting jobs and whether the queue is paused."""
        self._order, self._paused = tuple(order), paused
        self._append({"order": list(order), "paused": paused})

    def forget(self, job_ids: Iterable[str]) -> None:
        """Note that ended jobs were cleared."""
        gone = list(job_ids)
        for job_id in gone:
            self._live.pop(job_id, None)
        if gone:
            self._append({"forget": gone})

    def adopt(self) -> list[Job]:
        """Take over the jobs of sessions that ended: waiting ones as they are, running ones as INTERRUPTED.

        They are written here before the old files go: a crash in between at worst lists a job twice, never not at all.
        """
        import filelock

        adopted: list[Job] = []
        damage: list[str] = []
        for path in sorted(self._folder.glob("*.jsonl")):
            lock = filelock.FileLock(path.with_suffix(".lock"))
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                continue
            # Held while reading and removing, so that two studios starting at once do not adopt the same jobs.
            try:
                if path.exists():
                    session = _read_session(path, live=False)
                    adopted += self._take_over(session)
                    damage += session.damage
                    _remove(session)
            finally:
                lock.release()
        self.damage = tuple(damage)
        return adopted

    def _take_over(self, session: Session) -> list[Job]:
        jobs = [_interrupted(job) for job in session.jobs if job.id not in self._live]
        for job in jobs:
            self.write(job, durable=job is jobs[-1])
        return jobs

    def close(self) -> None:
        """End the session. What still waits stays in the file for the next one; an empty file goes."""
        if self._stream.closed:
            return
        self._stream.close()
        if not self._live:
            self._path.unlink(missing_ok=True)
        self._lock.release()
        _remove_lock(self._folder, self.session)

    def _append(self, plain: Mapping[str, Any], *, durable: bool = False) -> None:
        self._stream.write(json.dumps(plain, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        self._stream.flush()
        if durable:
            os.fsync(self._stream.fileno())
        self._lines += 1
        if self._lines > COMPACT_LINES:
            self._compact()

    def _compact(self) -> None:
        lines: list[Mapping[str, Any]] = [{"job": job_to_json(job)} for job in self._live.values()]
        lines.append({"order": list(self._order), "paused": self._paused})
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self._stream.close()
        write_bytes(self._path, text.encode())
        self._stream = self._path.open("ab")
        self._lines = len(lines) - COMPACT_LINES if len(lines) > COMPACT_LINES // 2 else len(lines)


def sessions(folder: Path) -> list[Session]:
    """Every session with a journal in `folder`, oldest first. Damaged lines are told of, never fatal."""
    if not folder.is_dir():
        return []
    return [_read_session(path, live=is_live(folder, path.stem)) for path in sorted(folder.glob("*.jsonl"))]


def is_live(folder: Path, session: str) -> bool:
    """Whether the studio of that session still runs (holds its lock)."""
    import filelock

    path = folder / f"{session}.lock"
    if not path.exists():
        return False
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return True
    lock.release()
    return False


def send_command(folder: Path, session: str, command: Mapping[str, Any]) -> None:
    """Leave an order for a live session; its engine carries it out within half a second."""
    box = folder / f"{session}.commands"
    box.mkdir(exist_ok=True)
    write_bytes(box / f"{time.time_ns()}-{uuid.uuid4().hex[:8]}.json", json.dumps(command).encode())


def take_commands(box: Path) -> Iterator[dict[str, Any]]:
    """The orders left in a folder, oldest first, each removed as it is taken; what is no order is dropped."""
    if not box.is_dir():
        return
    for path in sorted(box.glob("*.json")):
        try:
            command = json.loads(path.read_bytes())
        except ValueError:
            command = None
        path.unlink(missing_ok=True)
        if isinstance(command, dict):
            yield command


def _read_session(path: Path, *, live: bool) -> Session:
    jobs: dict[str, Job] = {}
    order: Sequence[str] = ()
    paused = False
    damage: list[str] = []
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            plain = json.loads(line.decode("utf-8"))
            if "job" in plain:
                job = job_from_json(plain["job"])
                jobs[job.id] = job
            elif "order" in plain:
                order, paused = [str(entry) for entry in plain["order"]], bool(plain["paused"])
            else:
                for job_id in plain["forget"]:
                    jobs.pop(job_id, None)
        except Exception as error:  # noqa: BLE001 - hostile bytes may fail in any way; the sentence names the place
            # The last line may be cut off by the crash itself: nothing announced is in it.
            if number < len(lines):
                damage.append(f"{path.name}, line {number}, cannot be read ({type(error).__name__}) and was skipped.")
    kept = [job for job in jobs.values() if job.state in _KEPT]
    places = {job_id: place for place, job_id in enumerate(order)}
    kept.sort(key=lambda job: (places.get(job.id, len(places)), job.id))
    return Session(id=path.stem, path=path, live=live, jobs=tuple(kept), paused=paused, damage=tuple(damage))


def _interrupted(job: Job) -> Job:
    if job.state not in (JobState.PREPARING, JobState.RUNNING):
        return job
    failure = Failure("The studio ended while this was being made.", "Retry makes it again with the same seed.",
                      reason="worker")  # fmt: skip
    return replace(job.moved(JobState.INTERRUPTED, failure=failure), ended=time.time())


def _remove(session: Session) -> None:
    if session.damage:
        session.path.replace(session.path.with_suffix(".damaged"))
    session.path.unlink(missing_ok=True)
    box = session.path.with_suffix(".commands")
    for _ in take_commands(box):
        continue
    if box.is_dir():
        box.rmdir()
    _remove_lock(session.path.parent, session.id)


def _remove_lock(folder: Path, session: str) -> None:
    (folder / f"{session}.lock").unlink(missing_ok=True)

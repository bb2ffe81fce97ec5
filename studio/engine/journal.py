"""The journal: waiting and interrupted jobs survive a crash of the studio.

Each running studio writes a file of its own in the queue folder, one JSON line per change, and holds a lock as long as
it lives. A file whose lock is free was left by a studio that ended; the next one adopts what it holds. So a window and
a command line can run at once, and neither disturbs the other's jobs.
"""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from studio.disk.durable import sync_folder, write_bytes
from studio.engine.jobs import Failure, Job
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState

COMPACT_LINES = 4000
"""Lines after which a journal is rewritten with what is still worth keeping."""

_OPENINGS = (b'{"job": {"', b'{"order": [', b'{"forget": [')
LATEST = 1e11
"""Seconds since the epoch that no clock of ours shows."""

log = logging.getLogger(__name__)

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
    if failure is not None:
        failure = {"remedy": {}, **failure}
        texts = [text for name, text in failure.items() if name not in {"param", "remedy"}]
        if not all(isinstance(text, str) for text in texts) or not isinstance(failure["remedy"], dict):
            raise TypeError("a failure is told in texts, and a remedy by field")
    numbers = {name: float(plain.get(name, 0)) for name in ("created", "started", "ended", "done", "total")}
    if not all(math.isfinite(number) for number in numbers.values()):
        raise ValueError("a number is not finite")
    if not all(0 <= numbers[name] < LATEST for name in ("created", "started", "ended")):
        raise ValueError("a time is out of range")
    return Job(
        id=str(plain["id"]),
        request=GenerationRequest.from_json(plain["request"]),
        state=JobState(plain["state"]),
        priority=int(plain.get("priority", 0)),
        attempt=int(plain.get("attempt", 1)),
        items=tuple(str(item) for item in plain.get("items", ())),
        failure=None if failure is None else Failure(**failure),
        message=str(plain.get("message", "")),
        begun_as=str(plain.get("begun_as", "")),
        **numbers,
    )


_PLAIN = ("id", "priority", "created", "started", "ended", "done", "total", "message", "attempt", "begun_as")


@dataclass(frozen=True, slots=True)
class Session:
    """What a journal file holds.

    Attributes:
        id: the session's name.
        path: its file.
        live: whether the studio that writes it still runs.
        jobs: its jobs, waiting ones in order; of an ended session, as another would take them over.
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
        paused: whether the queue is paused, as noted last or as an adopted session left it.
        is_closed: whether the session ended; nothing more is written then.
    """

    def __init__(self, folder: Path) -> None:
        import filelock

        folder.mkdir(parents=True, exist_ok=True)
        self.session = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
        self.damage: tuple[str, ...] = ()
        self.paused = False
        self._folder = folder
        self._path = folder / f"{self.session}.jsonl"
        self._lock = filelock.FileLock(folder / f"{self.session}.lock")
        self._lock.acquire()
        self._live: dict[str, Job] = {}
        self._order: tuple[str, ...] = ()
        self._lines = 0
        self._whole = True
        self._stream = self._path.open("ab", buffering=0)
        self.is_closed = False
        sync_folder(folder)

    @property
    def commands(self) -> Path:
        """The folder where another process may leave orders for this session."""
        return self._folder / f"{self.session}.commands"

    def write(self, job: Job, *, durable: bool = False) -> None:
        """Note a job's snapshot; `durable` waits until it would survive a power cut.

        Raises:
            OSError: a durable note could not be written. Others are made up for by the next that can.
        """
        before = self._live.get(job.id)
        if job.state in _KEPT:
            self._live[job.id] = job
        else:
            self._live.pop(job.id, None)
        try:
            self._append({"job": job_to_json(job)}, durable=durable)
        except BaseException:
            self._live.pop(job.id, None)
            if before is not None:
                self._live[job.id] = before
            raise

    def write_order(self, order: Sequence[str], *, paused: bool) -> None:
        """Note the order of the waiting jobs and whether the queue is paused."""
        self._order, self.paused = tuple(order), paused
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
            except OSError as error:
                damage.append(_unreadable(path, error))
                continue
            # Held while reading and removing, so that two studios starting at once do not adopt the same jobs.
            try:
                if path.exists():
                    session = _read_session(path, live=False)
                    adopted += self._take_over(session)
                    damage += session.damage
                    _remove(session)
            except OSError as error:
                damage.append(_unreadable(path, error))
            finally:
                lock.release()
        self.damage = tuple(damage)
        return adopted

    def _take_over(self, session: Session) -> list[Job]:
        jobs = [job for job in session.jobs if job.id not in self._live]
        if session.paused and any(job.state is JobState.QUEUED for job in jobs):
            self.write_order(self._order, paused=True)
        for job in jobs:
            self.write(job, durable=job is jobs[-1])
        return jobs

    def close(self) -> None:
        """End the session. What still waits stays in the file for the next one; an empty file goes."""
        if self.is_closed:
            return
        if not self._whole:
            self._note_again()
        self.is_closed = True
        self._stream.close()
        shutil.rmtree(self.commands, ignore_errors=True)
        if not any(job.request.outlives_session for job in self._live.values()):
            # The lock's file goes while it is held. Where jobs are left it stays, for whoever adopts them: removing it
            # would let two studios hold two locks of the same name.
            self._path.unlink(missing_ok=True)
            _remove_lock(self._folder, self.session)
        self._lock.release()

    def _append(self, plain: Mapping[str, Any], *, durable: bool = False) -> None:
        if self.is_closed:
            return
        line = json.dumps(plain, allow_nan=False).encode("ascii") + b"\n"
        if not self._whole:
            self._note_again(must=durable)
            return
        self._whole = False  # until all of the line is there
        try:
            while line:
                line = line[self._stream.write(line) :]
            if durable:
                os.fsync(self._stream.fileno())
        except OSError:
            if durable:
                raise
            log.warning("The queue's journal cannot be written", exc_info=True)
            return
        self._whole = True
        self._lines += 1
        if self._lines > COMPACT_LINES:
            self._note_again()

    def _note_again(self, *, must: bool = False) -> None:
        """Write the journal anew: after a line was cut off, or when it is long. Raises `OSError` only if it `must`."""
        try:
            self._compact()
            self._whole = True
        except OSError:
            if must:
                raise
            log.warning("The queue's journal cannot be written", exc_info=True)

    def _compact(self) -> None:
        lines: list[Mapping[str, Any]] = [{"job": job_to_json(job)} for job in self._live.values()]
        lines.append({"order": list(self._order), "paused": self.paused})
        text = "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)
        self._stream.close()  # Windows replaces no file that is open
        try:
            write_bytes(self._path, text.encode("ascii"))
        finally:
            self._stream = self._path.open("ab", buffering=0)
        self._lines = len(lines) - COMPACT_LINES if len(lines) > COMPACT_LINES // 2 else len(lines)


def sessions(folder: Path) -> list[Session]:
    """Every session with a journal in `folder`, oldest first. Damaged lines are told of, never fatal."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [Session(id=folder.name, path=folder, live=False, jobs=(), damage=(f"{folder} is no folder.",))]
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            found.append(_read_session(path, live=is_live(folder, path.stem)))
        except FileNotFoundError:
            continue  # its studio has just ended with nothing left
        except OSError as error:
            found.append(Session(id=path.stem, path=path, live=False, jobs=(), damage=(_unreadable(path, error),)))
    return found


def is_live(folder: Path, session: str) -> bool:
    """Whether the studio of that session still runs (holds its lock)."""
    import filelock

    path = folder / f"{session}.lock"
    if not path.exists():
        return False
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except OSError:  # held (`filelock.Timeout` is one), or somebody else's
        return True
    lock.release()
    return False


def send_command(folder: Path, session: str, command: Mapping[str, Any]) -> None:
    """Leave an order for a live session; its engine carries it out within half a second."""
    box = folder / f"{session}.commands"
    box.mkdir(exist_ok=True)
    write_bytes(box / f"{time.time_ns()}-{uuid.uuid4().hex[:8]}.json", json.dumps(command).encode())


def take_commands(box: Path) -> Iterator[dict[str, Any]]:
    """The orders left in a folder, oldest first; what is no order is dropped.

    Each is removed when the next one is asked for: who waits for its going finds it carried out.
    """
    for path in sorted(box.glob("*.json")):
        try:
            command = json.loads(path.read_bytes()) if path.is_file() else None
        except (OSError, ValueError, RecursionError):
            command = None
        if isinstance(command, dict):
            yield command
        _remove_order(path)


def _remove_order(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path.name} cannot be read ({error.strerror or error}) and was left alone."


def _read_session(path: Path, *, live: bool) -> Session:
    jobs: dict[str, Job] = {}
    order: Sequence[str] = ()
    paused = False
    damage: list[str] = []
    if not path.is_file() and path.exists():
        raise OSError(f"{path.name} is no file")
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            plain = json.loads(line.decode("utf-8"))
            if "job" in plain:
                job = job_from_json(plain["job"])
                json.dumps(job_to_json(job), allow_nan=False)  # what cannot be written again must not be adopted
                jobs[job.id] = job
            elif "order" in plain:
                order, paused = [str(entry) for entry in plain["order"]], bool(plain["paused"])
            else:
                for job_id in plain["forget"]:
                    jobs.pop(job_id, None)
        except Exception as error:  # noqa: BLE001 - hostile bytes may fail in any way; the sentence names the place
            # The last line may be cut off by the crash itself: nothing announced is in it.
            if number < len(lines) or not _is_cut_off(line):
                why = "it is not valid JSON" if isinstance(error, ValueError) else "it is no note of a queue"
                damage.append(f"{path.name}, line {number}, cannot be read ({why}) and was skipped.")
    kept = [job for job in jobs.values() if job.state in _KEPT]
    if not live:
        kept = [_interrupted(job) for job in kept if job.request.outlives_session]
    places = {job_id: place for place, job_id in enumerate(order)}
    kept.sort(key=lambda job: (places.get(job.id, len(places)), job.id))
    return Session(id=path.stem, path=path, live=live, jobs=tuple(kept), paused=paused, damage=tuple(damage))


def _is_cut_off(line: bytes) -> bool:
    """Whether this may be the beginning of a line that a journal is written in."""
    return any(line.startswith(opening) or opening.startswith(line) for opening in _OPENINGS)


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
    shutil.rmtree(session.path.with_suffix(".commands"), ignore_errors=True)
    _remove_lock(session.path.parent, session.id)


def _remove_lock(folder: Path, session: str) -> None:
    try:
        (folder / f"{session}.lock").unlink(missing_ok=True)
    except PermissionError:
        return  # Windows removes no file that is open; there the lock's release does

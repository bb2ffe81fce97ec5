"""What generators and their libraries say, kept per job in a bounded file: ``logs/jobs/JOB.log``.

The lines come from plugins: whatever could steer a terminal is left out, and no job can fill the disk.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

JOBS_KEPT = 100
"""How many jobs' logs are kept, the latest ones."""

LOG_BYTES = 256 * 1024
"""Largest log; of a longer one the second half is kept."""

_OPEN_AT_ONCE = 4
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_LEFT_OUT = b"[earlier lines are left out]\n"

log = logging.getLogger(__name__)


class JobLogs:
    """Writes the logs of one engine's jobs. Threads may share it.

    Args:
        folder: where the logs lie, one file per job; made with the first line.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._streams: OrderedDict[str, BinaryIO] = OrderedDict()
        self._broken: set[str] = set()

    def add(self, job_id: str, text: str, secrets: Collection[str] = ()) -> None:
        """Append what a job said, without `secrets`. A disk that takes nothing costs the job's log, nothing else."""
        if not _ID.fullmatch(job_id):
            return
        for secret in secrets:
            text = text.replace(secret, "…")
        lines = "".join(f"{_plain(line)}\n" for line in text.splitlines())
        with self._lock:
            if job_id in self._broken:
                return
            try:
                self._write(job_id, lines.encode("utf-8"))
            except OSError:
                self._broken.add(job_id)
                log.warning("The log of job %s cannot be written", job_id, exc_info=True)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            while self._streams:
                self._streams.popitem()[1].close()

    def _write(self, job_id: str, lines: bytes) -> None:
        stream = self._streams.get(job_id) or self._open(job_id)
        self._streams.move_to_end(job_id)
        stream.write(lines)
        if stream.tell() > LOG_BYTES:
            self._streams.pop(job_id).close()
            path = self._path(job_id)
            _, _, kept = path.read_bytes()[-LOG_BYTES // 2 :].partition(b"\n")
            path.write_bytes(_LEFT_OUT + kept)

    def _open(self, job_id: str) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(job_id)
        if not path.exists():
            for old in logs(self._folder)[: -JOBS_KEPT + 1]:
                with contextlib.suppress(OSError):  # another studio has it open, or has just removed it
                    old.unlink()
        if len(self._streams) >= _OPEN_AT_ONCE:
            self._streams.popitem(last=False)[1].close()
        # unbuffered: another process may read it while the job runs
        stream = path.open("ab", buffering=0)
        self._streams[job_id] = stream
        return stream

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.log"


def logs(folder: Path) -> list[Path]:
    """The logs in a folder, oldest job first: a job's id begins with its time."""
    return sorted(folder.glob("*.log"))


def read_log(path: Path) -> list[str]:
    """The lines of a job's log. Raises `OSError`."""
    return path.read_text("utf-8", "replace").splitlines()


def _plain(line: str) -> str:
    return "".join(letter for letter in _ESCAPES.sub("", line) if letter == "\t" or letter.isprintable())

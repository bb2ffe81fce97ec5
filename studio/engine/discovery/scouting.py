"""Sending scouts out: one child process per distribution, a time limit per entry point, and a row whatever happens."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import IO, Any, Self

from studio.engine.discovery.cache import CHECKOUT
from studio.engine.discovery.plugins import PluginState
from studio.engine.discovery.report import Report

LIMIT = 10.0
"""Seconds an entry point may take to load before it counts as hanging."""

LONGEST_LINE = 16 * 2**20
"""Bytes of a report that are read at most."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}

PRINTS = "It prints something when it is loaded, which does no harm."

_WINDOWS_CRASHES = {0xC0000005: "segmentation fault", 0xC0000409: "abort", 0xC00000FD: "stack overflow"}
_SIGNALS = {"SIGSEGV": "segmentation fault", "SIGABRT": "abort", "SIGBUS": "bus error", "SIGFPE": "arithmetic error"}


@dataclass(frozen=True)
class Errand:
    """One distribution to be scouted.

    Attributes:
        distribution, version: whose it is.
        entries: names and targets of the entry points to load.
        path: the search path of modules.
        limit: seconds for each entry point.
    """

    distribution: str
    version: str
    entries: Sequence[tuple[str, str]]
    path: Sequence[str]
    limit: float = LIMIT


def scout_all(
    errands: Sequence[Errand], tell: Callable[[str], None] | None = None, at_once: int | None = None
) -> list[list[Report]]:
    """Run all errands, some at a time, and return their reports in order.

    Args:
        errands: the distributions.
        tell: called with a distribution's name when its scout sets out, on a thread of the pool.
        at_once: how many processes run together; by default one per core, at least two so that a hanging one does not
            hold up the rest.
    """

    def run(errand: Errand) -> list[Report]:
        if tell is not None:
            tell(errand.distribution)
        return scout(errand)

    with ThreadPoolExecutor(at_once or max(2, min(8, os.cpu_count() or 2))) as pool:
        return list(pool.map(run, errands))


def scout(errand: Errand) -> list[Report]:
    """Load an errand's entry points; after one that kills or hangs its process, a fresh one goes on with the next."""
    reports: list[Report] = []
    left = list(errand.entries)
    while left:
        first = len(reports)
        with _Child(errand, left) as child:
            for entry, _ in left.copy():
                report = child.next_report(entry)
                reports.append(report)
                left.pop(0)
                if child.over:
                    break
        for report in reports[first:]:
            if report.state == PluginState.READY and not report.reason and child.printed:
                report.reason, report.details = PRINTS, child.printed
    return reports


class _Child:
    """A running scout process and the two threads that read from it.

    Attributes:
        over: whether it ended or was ended before its last report.
        printed: the last of what its plugins printed; all of it once it has ended.
    """

    def __init__(self, errand: Errand, entries: Sequence[tuple[str, str]]) -> None:
        self.over = False
        self._limit = errand.limit
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._printed: deque[str] = deque(maxlen=200)
        request = {
            "path": list(errand.path),
            "distribution": errand.distribution,
            "version": errand.version,
            "entries": [list(entry) for entry in entries],
        }
        search = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "faulthandler", "-m", "studio.engine.discovery.scout", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **OFFLINE, "PYTHONPATH": search, "PYTHONUTF8": "1"},
            start_new_session=os.name == "posix",
        )
        self._readers = [
            threading.Thread(target=self._read_messages, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_prints, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def next_report(self, entry: str) -> Report:
        """The report on `entry`, the next one due; made here when the process hangs or dies instead of answering."""
        try:
            message = self._messages.get(timeout=self._limit)
            if message is not None and message.get("event") == "started":
                message = self._messages.get(timeout=self._limit)
        except queue.Empty:
            self.over = True
            self._end()
            reason = f"It did not load within {self._limit:g} seconds. It was stopped; everything else works."
            return Report(entry, PluginState.HANGS, reason, self._output())
        if message is None or message.get("entry") != entry:
            self.over = True
            return self._death(entry)
        known = {slot.name for slot in fields(Report)}
        return Report(**{name: value for name, value in message.items() if name in known})

    def _death(self, entry: str) -> Report:
        code = self._process.wait()
        if code < 0:
            name = signal.Signals(-code).name
            how = _SIGNALS.get(name, name)
        else:
            how = _WINDOWS_CRASHES.get(code, f"exit code {code}")
        reason = f"It crashed the process that tried to load it ({how}). It was put aside; everything else works."
        return Report(entry, PluginState.CRASHED, reason, self._output())

    @property
    def printed(self) -> str:
        return "".join(self._printed)[-20_000:]

    def _output(self) -> str:
        for reader in self._readers:
            reader.join(timeout=1.0)
        return self.printed

    def _end(self) -> None:
        """End the process and whatever it started."""
        if os.name == "posix":
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.poll()
        else:
            self._process.kill()
        self._process.wait()

    def _read_messages(self, stream: IO[bytes]) -> None:
        while line := stream.readline(LONGEST_LINE):
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                self._messages.put(message)
        self._messages.put(None)

    def _read_prints(self, stream: IO[bytes]) -> None:
        while line := stream.readline(2000):
            self._printed.append(line.decode("utf-8", "replace"))

"""The real window while its worker is killed, crashes and hangs, again and again.

    xvfb-run -a python tests/faults/window_under_fire.py --times 50

In each round a job is begun, then its worker is killed, or the generator segfaults, or it hangs and is cancelled; a
good job must succeed afterwards. All the while a timer beats in the window's event loop; its longest pause is printed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]

from helpers.studios import registry_of, request  # noqa: E402
from PySide6.QtCore import Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from studio.engine.states import JobState  # noqa: E402
from studio.shell.app import Studio, places  # noqa: E402


class Pulse:
    """Beats every five milliseconds and remembers the pauses in between."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.pauses.append(now - self._last)
        self._last = now


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="studio-fire-") as name:
        folder = Path(name)
        os.environ["STUDIO_HOME"] = str(folder)
        return run(folder, times)


def run(folder: Path, times: int) -> int:
    """Open the window and put it under fire; 0 when everything went as it should."""
    app = QApplication(["studio"])
    studio = Studio(app, *places([]))
    studio.open()
    wait(lambda: studio.bridge.is_attached and studio.workshop.registry is not None, "the engine")
    engine: Any = studio.bridge.engine
    QTest.qWait(3000)
    engine.replace_registry(registry_of(studio.workshop.home))
    pulse = Pulse()
    wrong = 0
    for how, expected in (("killed", "interrupted"), ("segfaults", "interrupted"), ("hangs", "cancelled")):
        begun, first = time.monotonic(), len(pulse.pauses)
        for _ in range(times):
            wrong += not round_of(engine, folder, how, expected)
        pauses = sorted(pulse.pauses[first:])
        worst, p99 = 1000 * pauses[-1], 1000 * pauses[int(len(pauses) * 0.99)]
        told = f"{times} × {how}: {wrong} wrong so far, {time.monotonic() - begun:.0f} s"
        print(f"{told}; the loop's pauses: p99 {p99:.0f} ms, longest {worst:.0f} ms", flush=True)
    studio.window.close()
    studio.close()
    return 1 if wrong else 0


def round_of(engine: Any, folder: Path, how: str, expected: str) -> bool:
    """One bad job and one good job; whether both ended as they should."""
    trouble = {"killed": "sleeps", "segfaults": "segfaults", "hangs": "loops"}[how]
    bad = engine.submit(request("test.trouble", folder / "out", how=trouble))
    good = engine.submit(request("test.words", folder / "out"))
    if how != "segfaults":
        wait(lambda: engine.job(bad.id).state is JobState.RUNNING, "the bad job to run")
    if how == "killed":
        os.kill(worker_of_this_process(), signal.SIGKILL)
    elif how == "hangs":
        engine.cancel(bad.id)
    wait(lambda: engine.job(good.id).state.is_final, "the good job")
    ended = (str(engine.job(bad.id).state), str(engine.job(good.id).state))
    engine.clear()
    return ended == (expected, "succeeded")


def worker_of_this_process() -> int:
    """The process id of the worker."""
    import psutil

    children = psutil.Process().children()
    return int(next(child.pid for child in children if "studio.engine.worker.main" in child.cmdline()))


def wait(done: Callable[[], bool], what: str) -> None:
    """Let the window live until `done`."""
    limit = time.monotonic() + 60
    while not done():
        if time.monotonic() > limit:
            raise TimeoutError(f"waited too long for {what}")
        QTest.qWait(10)


if __name__ == "__main__":
    sys.exit(main())

"""A clock that stands still while the machine is busy with others, so that a crowded machine fails no plugin.

Linux tells how long a thread stood in line for a processor (``/proc/…/schedstat``, second number, nanoseconds; see
Documentation/scheduler/sched-stats.rst in the kernel's sources). Where it does not, this is the ordinary clock.
"""

from __future__ import annotations

import time
from pathlib import Path


def fair_time() -> float:
    """Seconds, from an arbitrary start, without those this thread stood in line for a processor."""
    return time.monotonic() - queued("thread-self")


def queued(process: str | int) -> float:
    """Seconds a process's main thread (or ``"thread-self"``) stood in line so far; 0 where that is not told."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0

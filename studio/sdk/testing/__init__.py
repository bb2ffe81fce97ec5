"""For plugin authors: run a generator in a test, and the twenty conformance checks."""

from studio.sdk.testing.conformance import (
    CHECKS,
    CheckResult,
    Plugin,
    WorkerRun,
    WorkerRunner,
    check_distribution,
    check_plugin,
)
from studio.sdk.testing.running import RecordingContext, run, stream

__all__ = [
    "CHECKS",
    "CheckResult",
    "Plugin",
    "RecordingContext",
    "WorkerRun",
    "WorkerRunner",
    "check_distribution",
    "check_plugin",
    "run",
    "stream",
]

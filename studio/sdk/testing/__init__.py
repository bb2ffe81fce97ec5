"""For plugin authors: run a generator in a test, and the twenty conformance checks."""

from studio.sdk.testing.running import RecordingContext, run

__all__ = ["RecordingContext", "run"]

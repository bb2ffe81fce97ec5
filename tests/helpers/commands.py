"""Running the command line as a person does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON value."""
        return json.loads(self.out)


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a studio whose everything lives in `home`."""
    return {**os.environ, "STUDIO_HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **(extra or {})}


@contextmanager
def started(home: Path, *words: str, extra: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """``studio WORDS`` while a test goes on; killed at its end, also when the test fails."""
    command = [sys.executable, "-m", "studio", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(home, extra), stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def studio(home: Path, *words: str, extra: Mapping[str, str] | None = None, timeout: float = 110) -> Answer:
    """Run ``studio WORDS`` and wait for it."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", *words],
        env=environment(home, extra),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    return Answer(done.returncode, done.stdout, done.stderr)

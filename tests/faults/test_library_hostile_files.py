"""Files made to break readers: every one is read, or refused with one clear sentence, quickly and in little memory.

Each format's files are read in a process of its own, so that a crash is seen as one. The number of files per format is
60 here; ``STUDIO_HOSTILE_FILES=500`` gives the long run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.library_hostile import FORMATS

COUNT = int(os.environ.get("STUDIO_HOSTILE_FILES", "60"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_hostile_files_are_read_or_refused_with_one_sentence(suffix: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-m", "helpers.library_hostile", suffix, str(COUNT), str(tmp_path)]
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        timeout=60 + COUNT,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    report = json.loads(done.stdout.decode().splitlines()[-1])
    assert report["files"] >= COUNT
    assert report["problems"] == []
    assert report["refused"] > 0, "the mutations should have hurt something"
    assert report["slowest_seconds"] < 20
    assert report["peak_mb"] < 3000

"""Kill −9 at any moment of saving, renaming and trashing loses no announced result and leaves nothing half done.

24 kills here; ``STUDIO_KILLS=1000`` gives the long run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.library.library import Library
from studio.library.store import hash_file

KILLS = int(os.environ.get("STUDIO_KILLS", "24"))

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal of POSIX systems")


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-W", "ignore", "-m", "helpers.library_saver", str(folder), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[1])


def announced_before_kills(folder: Path, kills: int, seed: int) -> list[str]:
    """The ids that savers announced, each of which was killed at a random moment."""
    said, _ = start(folder, str(kills), str(seed)).communicate()
    return said.split()


def strays(folder: Path) -> list[Path]:
    """Files that should not be there once a library was opened and closed."""
    staging = [path for path in (folder / ".staging").rglob("*") if path.name != "lock"]
    temporary = [path for path in folder.rglob("*.tmp*") if ".staging" not in path.parts]
    return staging + temporary


def test_no_announced_result_is_lost_and_nothing_stays_half_done(tmp_path: Path) -> None:
    announced: list[str] = []
    rounds = 4
    for number in range(rounds):
        announced += announced_before_kills(tmp_path, KILLS // rounds, number)
        with Library(tmp_path) as library:
            for item_id in announced:
                item = library.get(item_id)
                path = library.store.path(item)
                assert hash_file(path) == item.sha256, f"{path} is not what was saved"
                assert library.store.read(item_id) == item
                assert path.with_suffix(".json").exists()
            assert library.index.check() == []
            assert library.verify().fine
        assert strays(tmp_path) == []
    assert announced, "the savers never got to announce anything"
    records = list(tmp_path.glob("20*/*.json")) + list(tmp_path.glob(".trash/*/*.json"))
    files = [path for path in [*tmp_path.glob("20*/*"), *tmp_path.glob(".trash/*/*")] if path.suffix != ".json"]
    assert len(records) == len(files), "every file has one record and every record one file"


def test_a_living_process_is_not_disturbed_when_another_opens_the_library(tmp_path: Path) -> None:
    saver = start(tmp_path)
    assert saver.stdout is not None
    assert saver.stdout.readline() == "ready\n"
    said = []
    for _ in range(6):
        with Library(tmp_path):
            said.append(saver.stdout.readline().strip())
    assert saver.poll() is None
    saver.kill()
    said += [line for line in saver.stdout.read().splitlines() if len(line) == 26]
    saver.wait()
    saver.stdout.close()
    with Library(tmp_path) as library:
        assert {library.get(item_id).id for item_id in said} == set(said)

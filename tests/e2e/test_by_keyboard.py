"""What the studio is for, by keys alone: in Chinese, in the light theme, at 1024×700; all is there after a kill."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import environment

TOUR = Path(__file__).with_name("by_keyboard.py")

pytestmark = pytest.mark.skipif(
    sys.platform == "linux" and shutil.which("Xvfb") is None, reason="needs a screen: install xvfb"
)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_four_media_a_relief_and_a_kill_by_keys_alone(tmp_path: Path, screen: dict[str, str]) -> None:
    made = read(tmp_path, screen, "make", until="hanging")[0]
    items = {name: set(ids) for name, ids in made["items"].items()}
    assert made["parents"] == list(made["items"]["image"])
    (found,) = read(tmp_path, screen, "find", until="found")
    assert set().union(*items.values()) <= set(found["items"])
    kinds = Counter(found["items"].values())
    assert kinds["mesh"] == 2
    assert {"text", "image", "audio", "score"} <= set(kinds)
    assert found["states"].count("interrupted") == 1, "the job whose worker was killed"


def read(home: Path, screen: dict[str, str], part: str, until: str) -> list[dict[str, Any]]:
    """What a part tells up to a step; then the window is killed, as kill -9 does."""
    told: list[dict[str, Any]] = []
    log = home / f"{part}.txt"
    with log.open("w") as errors, subprocess.Popen(
        [sys.executable, str(TOUR), str(home), str(home / "pictures"), part],
        env=environment(home, screen), stdout=subprocess.PIPE, stderr=errors, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            told.append(json.loads(line))
            if told[-1]["step"] == until:
                break
        process.kill()
    assert [step["step"] for step in told][-1:] == [until], log.read_text()[-3000:]
    return told

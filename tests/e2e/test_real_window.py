"""The real window on a virtual screen, with the real engine, worker and library: from first click to after a kill."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import environment

from studio.library import formats
from studio.sdk import Score

TOUR = Path(__file__).with_name("tour.py")

pytestmark = pytest.mark.skipif(
    sys.platform == "linux" and shutil.which("Xvfb") is None, reason="needs a screen: install xvfb"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio of its own."""
    return tmp_path_factory.mktemp("window")


def tour(home: Path, screen: dict[str, str], part: str) -> subprocess.Popen[str]:
    """Start one part of the tour."""
    return subprocess.Popen(
        [sys.executable, str(TOUR), str(home), str(home / "pictures"), part],
        env=environment(home, screen), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def steps_of(process: subprocess.Popen[str], timeout: float) -> list[dict[str, Any]]:
    """All steps, when the part has ended well."""
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, err[-3000:]
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_four_media_a_relief_a_kill_and_everything_is_still_there(home: Path, screen: dict[str, str]) -> None:
    steps = steps_of(tour(home, screen, "make"), 200)
    made = {step["generator"]: step["items"] for step in steps if step["step"] == "made"}
    assert set(made) == {
        "studio.text.storyteller", "studio.image.texture", "studio.music.composer", "studio.mesh.forms",
    }  # fmt: skip
    sent = steps[-1]
    assert sent["parents"] == [sent["texture"]]

    killed = tour(home, screen, "hang")
    assert killed.stdout is not None
    assert json.loads(killed.stdout.readline())["step"] == "hanging"
    killed.kill()
    killed.communicate()

    (looked,) = steps_of(tour(home, screen, "look"), 200)
    expected = {item for items in made.values() for item in items} | {sent["relief"]}
    assert expected <= set(looked["items"])
    assert "interrupted" in looked["jobs"].values()
    assert {"text", "image", "audio", "score", "mesh"} <= set(looked["items"].values())
    pictures = sorted(path.name for path in (home / "pictures").glob("*.png"))
    assert len([name for name in pictures if "-dark-" in name or "-light-" in name]) == 5 * 2 * 2 * 3


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_melody_drawn_by_hand_becomes_a_chorale_that_keeps_it(tmp_path: Path, screen: dict[str, str]) -> None:
    (drawn,) = steps_of(tour(tmp_path, screen, "draw"), 180)
    assert drawn["kinds"] == ["audio", "score"]
    score = formats.read(Path(drawn["score"]), "score")
    assert isinstance(score, Score)
    assert len(score.tracks) == 4
    assert [note.pitch for note in score.tracks[0].notes] == drawn["pitches"]

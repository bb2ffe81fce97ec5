"""The real 3D view on a virtual screen: what is drawn follows keys, mouse and wheel, in the window and full screen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.commands import environment

from studio import sdk
from studio.library import formats

TURNING = Path(__file__).with_name("turning.py")

pytestmark = pytest.mark.skipif(
    sys.platform == "linux" and shutil.which("Xvfb") is None, reason="needs a screen: install xvfb"
)


def box(path: Path, *colours: tuple[int, int, int]) -> Path:
    """A cube of edge 1 with the four sides around y in `colours`, in turn, wound as seen from outside."""
    corners = [(-1, 1), (1, 1), (1, -1), (-1, -1)]
    vertices: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []
    painted: list[tuple[int, int, int, int]] = []
    for side in range(4):
        (x, z), (other_x, other_z) = corners[side], corners[(side + 1) % 4]
        start = len(vertices)
        vertices += [(x, -1, z), (other_x, -1, other_z), (other_x, 1, other_z), (x, 1, z)]
        faces += [(start, start + 1, start + 2), (start, start + 2, start + 3)]
        painted += [(*colours[side % len(colours)], 255)] * 4
    for y, order in ((1, (0, 1, 2, 3)), (-1, (3, 2, 1, 0))):
        start = len(vertices)
        vertices += [(corners[place][0], y, corners[place][1]) for place in order]
        faces += [(start, start + 1, start + 2), (start, start + 2, start + 3)]
        painted += [(90, 90, 90, 255)] * 4
    mesh = sdk.Mesh(np.array(vertices, np.float32), np.array(faces, np.uint32), colors=np.array(painted, np.uint8))
    formats.write(mesh, path)
    return path


@pytest.mark.timeout(120)
def test_a_model_follows_key_mouse_and_wheel_and_stays_as_it_is_in_full_screen(
    tmp_path: Path, screen: dict[str, str]
) -> None:
    first = box(tmp_path / "first.glb", (255, 0, 0), (0, 255, 0))
    second = box(tmp_path / "second.glb", (0, 0, 255))
    done = subprocess.run(
        [sys.executable, str(TURNING), str(first), str(second)],
        env=environment(tmp_path, screen), capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    colours = told["colours"]
    assert min(colours["shown"]["red"], colours["shown"]["green"]) > 100, "two sides are seen"
    assert told["angles"] == [30, 18, -6, -6]
    shares = [colours[name]["red"] - colours[name]["green"] for name in ("shown", "by key", "by mouse")]
    assert len(set(shares)) == 3, "each turn shows other shares of the sides"
    assert sum(colours["nearer"].values()) > 1.3 * sum(colours["by mouse"].values())
    assert told["sizes"]["full screen"][0] > told["sizes"]["shown"][0]
    assert sum(colours["full screen"].values()) > sum(colours["nearer"].values())
    assert colours["another"]["blue"] > 100
    assert colours["another"]["red"] == colours["another"]["green"] == 0
    assert colours["upright"]["blue"] > 100
    assert told["at the edges"]["upright"]["blue"] == 0, "a pane taller than wide shows the whole model"
    assert 0 < colours["wireframe"]["blue"] < colours["upright"]["blue"] / 2, "only edges are left"
    assert colours["solid again"]["blue"] == colours["upright"]["blue"]
    lights = [told["brightness"][name] for name in ("upright", "second light", "third light")]
    assert len(set(lights)) == 3, "each light shows it otherwise"
    assert told["brightness"]["first light again"] == lights[0]
    assert not told["whole window in graphics"]

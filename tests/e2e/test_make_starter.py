"""The one command that makes a starter, from open data to the model card, on a small set of drawn shapes."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
STARTERS = ROOT / "resources" / "starters"

REDUCED = {"steps": 200, "width": 8, "latent": 16, "batch": 16, "mirror": "false"}
"""The recipe's parameters that make it small enough for every test run."""

LOSS_BELOW = 0.25
"""Mean error of reconstructions at the end (root mean square, share of the range); it begins near 0.45."""

COLOURS = {"red": (220, 40, 40), "green": (40, 190, 60), "blue": (50, 90, 230), "yellow": (230, 210, 40)}
SHAPES = ("square", "disc", "bar")


def shape_picture(shape: str, colour: tuple[int, int, int], shift: int) -> bytes:
    """A PNG of one shape on nothing, 32 × 32."""
    rows, columns = np.mgrid[0:32, 0:32]
    inside = {
        "square": (abs(rows - 16) < 9) & (abs(columns - 16 - shift) < 9),
        "disc": (rows - 16) ** 2 + (columns - 16 - shift) ** 2 < 90,
        "bar": (abs(rows - 16) < 4) & (abs(columns - 16 - shift) < 13),
    }[shape]
    pixels = np.zeros((32, 32, 4), np.uint8)
    pixels[inside] = (*colour, 255)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def open_data(tmp_path: Path) -> Path:
    """A data folder as the recipe expects it: a zip of pictures and their captions."""
    folder = tmp_path / "data" / "image-emoji-64"
    folder.mkdir(parents=True)
    lines = []
    with zipfile.ZipFile(folder / "emoji64.zip", "w") as archive:
        for shift in range(-3, 4):
            for shape in SHAPES:
                for name, colour in COLOURS.items():
                    file = f"sprite/{shape}-{name}-{shift}.png"
                    archive.writestr(file, shape_picture(shape, colour, shift))
                    lines.append({"file": file, "style": "drawn", "label": shape, "subgroup": "face-drawn",
                                  "emoji": f"{shape}{shift + 3}"})  # fmt: skip
        archive.writestr("captions.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    return folder.parent


def test_one_command_makes_a_starter_with_its_card_and_goes_on_where_it_stopped(
    open_data: Path, tmp_path: Path
) -> None:
    out, work = tmp_path / "vae-faces", tmp_path / "work"
    command = [sys.executable, str(ROOT / "packaging" / "make_starter.py"), "vae-faces", "--data", str(open_data),
               "--out", str(out), "--work", str(work), "--threads", "1"]  # fmt: skip
    for name, value in REDUCED.items():
        command += ["--set", f"{name}={value}"]
    made = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert made.returncode == 0, made.stderr
    points = [json.loads(line) for line in (work / "run" / "metrics.jsonl").read_text("utf-8").splitlines()]
    losses = [point["value"] for point in points if point["name"] == "reconstruction error"]
    assert fmean(losses[-len(losses) // 10 :]) < LOSS_BELOW < losses[0]
    assert {"config.json", "card.json", "report.html", "report.json", "README.md"} <= {f.name for f in out.iterdir()}
    readme = (out / "README.md").read_text("utf-8")
    assert "Noto Emoji" in readme, "who made what it learned from"

    # Judged again, the weights and what was written by hand stay, and the old judgement goes.
    report = json.loads((out / "report.json").read_text("utf-8"))
    (out / "README.md").write_text(readme.replace("## Measured", "## Looked at\n\nBy us.\n\n## Measured"), "utf-8")
    stale = {**report, "measures": report["measures"][:1], "samples": ["sample-9999.png"]}
    (out / "report.json").write_text(json.dumps(stale), "utf-8")
    (out / "sample-9999.png").write_bytes(b"old")
    weights = (out / "model.safetensors").read_bytes()
    judge = [sys.executable, str(ROOT / "packaging" / "judge_starter.py"), "vae-faces", "--data", str(open_data),
             "--starter", str(out), "--work", str(tmp_path / "again"), "--threads", "1"]  # fmt: skip
    judged = subprocess.run(judge, capture_output=True, text=True, timeout=600, check=False)
    assert judged.returncode == 0, judged.stderr
    again = json.loads((out / "report.json").read_text("utf-8"))
    found, before = ({one["name"]: one["value"] for one in told["measures"]} for told in (again, report))
    assert found == pytest.approx(before, rel=0.01), "the weights had been rounded meanwhile, nothing else"
    assert again["curves"] == report["curves"]
    assert not (out / "sample-9999.png").exists()
    assert all((out / name).exists() for name in again["samples"])
    assert (out / "model.safetensors").read_bytes() == weights
    judged_card = (out / "README.md").read_text("utf-8")
    assert "## Looked at\n\nBy us." in judged_card
    assert "While it learned" in (out / "report.html").read_text("utf-8")
    assert "Noto Emoji" in judged_card


def test_a_recipe_in_stages_goes_on_from_stage_to_stage(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_starter", ROOT / "packaging" / "make_starter.py")
    assert spec is not None
    assert spec.loader is not None
    make_starter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_starter)
    recipe, out = {"values": {"width": 8}, "stages": (90, 60)}, tmp_path / "out"
    first, last = make_starter.runs_of(recipe, {}, tmp_path, out)
    assert first == (tmp_path / "run-1", tmp_path / "model-1", {"width": 8, "steps": 90})
    assert last == (tmp_path / "run", out, {"width": 8, "steps": 60, "start_from": f"folder:{tmp_path / 'model-1'}"})
    assert list(make_starter.runs_of(recipe, {"steps": "5"}, tmp_path, out)) == [
        (tmp_path / "run", out, {"width": 8, "steps": "5"})
    ]
    shipped = {name: json.loads((STARTERS / name / "card.json").read_text("utf-8")) for name in ("sprites", "stickers")}
    for name, card in shipped.items():
        *_, (_, _, values) = make_starter.runs_of(make_starter.load(name).RECIPE, {}, tmp_path, out)
        assert values.items() - {("start_from", values["start_from"])} <= card["values"].items()

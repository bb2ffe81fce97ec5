"""What becomes of a trainer's lessons in the worker: scores get a picture, for reports that cannot show notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.engine.worker.lessons import LessonKeeper
from studio.library import formats
from studio.sdk import Evaluation, Neighbour, Note, Sample, Score, Track, TrainedModel
from studio.teach.report_page import picture_of
from studio.teach.runs import Run

FACTS: dict[str, Any] = {"title": "Tunes", "family": "music.score", "recipe": "r", "values": {}, "seed": 1}


def tune(pitch: int) -> Score:
    return Score((Track("voice", tuple(Note(float(place), 1.0, pitch + place) for place in range(8))),))


@pytest.fixture
def keeper(tmp_path: Path) -> LessonKeeper:
    run = Run.begin(tmp_path / "run", {"created": 0.0})
    return LessonKeeper(run, tmp_path / "tunes", "own:tunes", FACTS, lambda *_, **__: None)


def test_a_report_on_music_shows_piano_rolls_of_samples_of_what_they_are_like_and_of_progress(
    keeper: LessonKeeper, tmp_path: Path
) -> None:
    keeper.keep(Sample(10, tune(50)))
    folder = tmp_path / "made"
    folder.mkdir()
    for number, name in enumerate(("sample-1", "sample-2", "nearest-1")):
        formats.write(tune(60 + number), folder / f"{name}.mid")
    (folder / "sample-3.mid").write_bytes(b"MThd, but nothing follows")
    formats.write(tune(40), folder / "not-shown.mid")
    samples = tuple(f"sample-{number}.mid" for number in (1, 2, 3))
    evaluation = Evaluation(samples=samples, neighbours=(Neighbour("sample-1.mid", "nearest-1.mid", 0.5),))
    keeper.keep(TrainedModel(folder, evaluation))
    page = (keeper.model / "report.html").read_text("utf-8")
    assert page.count("data:image/png") == 5, (
        "two samples, the first again beside its nearest, and a moment of progress"
    )
    assert page.count("sample-3.mid") == 1
    assert not picture_of(keeper.model / "not-shown.mid").exists()
    assert [step for step, _ in keeper.run.samples()] == [10], "a picture is no sample"
    assert json.loads((keeper.model / "report.json").read_text("utf-8"))["samples"] == list(samples)


def test_a_picture_that_leads_elsewhere_is_not_followed(keeper: LessonKeeper, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "private.png")
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "sample-1.mid").write_bytes(b"no music")
    picture_of(folder / "sample-1.mid").symlink_to(tmp_path / "private.png")
    keeper.keep(TrainedModel(folder, Evaluation(samples=("sample-1.mid",))))
    assert "data:image" not in (keeper.model / "report.html").read_text("utf-8")

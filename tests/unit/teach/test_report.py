"""The report on a model: self-contained, harmless whatever it is given, and honest about copies."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from PIL import Image

from studio import sdk
from studio.sdk import Checkpoint, Dataset, Evaluation, Measure, Metric, Neighbour
from studio.teach.report import dataset_facts, summary_of, tidied, write_report
from studio.teach.report_curves import MOST_POINTS, curves_of, thin
from studio.teach.runs import Run

EVIL = '<script>alert(1)</script>" onload="x" ![a](http://e.il/x.png) | `\\'


class Tags(HTMLParser):
    """Collects what a page contains."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def run_in(folder: Path) -> Run:
    run = Run.begin(folder, {"trainer": "x"})
    for step in range(10, 2001, 10):
        run.add_metric(Metric("loss", step, 3 * math.exp(-step / 400)))
        run.add_metric(Metric("held-out loss", step, 0.4 + 3 * math.exp(-step / 300)))
        run.add_metric(Metric(EVIL, step, 0.5))
    for step in range(100, 2001, 100):
        Image.fromarray(np.full((8, 8, 3), step % 255, np.uint8)).save(run.sample_path(step, ".png"))
    (run.folder / "c").mkdir()
    run.add_checkpoint(Checkpoint(2000, run.folder / "c"))
    return run


def evaluation_in(folder: Path) -> Evaluation:
    folder.mkdir()
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(folder / "made.png")
    Image.fromarray(np.full((8, 8, 3), 91, np.uint8)).save(folder / "seen.png")
    (folder / "fake.png").write_bytes(b"<svg onload=alert(1)>")
    return Evaluation(
        measures=(
            Measure("bits per byte", 1.5, 2.0, "five-gram", "lower", "How surprised it is."),
            Measure("recall", np.float64(0.25), 0.5, "the data", "higher"),
            Measure(EVIL, float("nan"), meaning=EVIL),
            Measure("tempo", 120.0, 118.0, "the data", "near"),
        ),
        samples=("made.png", "fake.png", "../secret.txt", "/etc/hostname", EVIL),
        neighbours=(Neighbour("made.png", "seen.png", 0.1, copied=True), Neighbour(EVIL, EVIL, 2.0)),
        distributions={EVIL: {EVIL: 0.75, "person": np.float64(0.25)}},
        strengths=(EVIL,),
        limits=("It knows only grey.",),
        intended_use=EVIL,
    )


def test_the_report_stands_alone_and_shows_every_outside_text_as_text(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    evaluation = tidied(evaluation_in(tmp_path / "model"))
    facts = {"title": EVIL, "family": "image.gan", "recipe": "a.b", "version": 1, "seed": 3, "studio": "0.1",
             "values": {"steps": 2000, EVIL: EVIL}, "dataset": {"name": EVIL, "licence": EVIL, "files": 9}}  # fmt: skip
    write_report(tmp_path / "model", facts, evaluation, run_in(tmp_path / "run"))
    page = (tmp_path / "model" / "report.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.tags
    assert not {"link", "iframe", "object", "a", "form"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    sources = [value for name, value in tags.attributes if name in ("src", "href")]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "default-src 'none'" in page
    assert "secret" not in page.replace("secret.txt", "")
    assert tags.tags.count("svg") == 2
    assert "after 2,000 steps" in page
    report = json.loads((tmp_path / "model" / "report.json").read_text("utf-8"))
    assert report["steps"] == 2000
    assert len(report["curves"]["loss"]) == 200
    assert report["summary"][0] == "bits per byte: 1.5, beside 2 of five-gram: 25% lower, which is better."
    assert report["summary"][1].endswith("50% lower, which is worse.")
    assert report["limits"][-1].startswith("It could not be measured")
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert not re.search(r"(?<!\\)[<`]|(?<!\\)!\[", card)
    assert "1 of 2 samples looked at count as copies" in card


def test_copies_are_said(tmp_path: Path) -> None:
    neighbours = tuple(Neighbour("a", "b", 1.0, copied=index < 3) for index in range(8))
    assert summary_of(Evaluation(neighbours=neighbours)) == [
        "3 of the 8 samples shown beside their nearest training files count as copies."
    ]
    assert "None of the 2" in summary_of(Evaluation(neighbours=neighbours[6:]))[0]


def test_a_long_curve_is_averaged_and_curves_of_one_kind_stand_together() -> None:
    points = [[step, step % 2] for step in range(100_000)]
    thinned = thin(points)
    assert len(thinned) <= MOST_POINTS
    assert all(abs(value - 0.5) < 0.01 for _, value in thinned)
    pictures = curves_of({"loss": points, "held-out loss": points, "rate": [[1, 1.0]], "odd": []})
    assert [heading for heading, _ in pictures] == ["loss", "rate", "odd"]


def test_a_models_card_names_no_paths_of_the_artists(tmp_path: Path) -> None:
    card = {"title": "Faces", "licence": "my own", "folder": "/home/ada/private",
            "left_out": [{"file": "diary.png"}],
            "masked": [{"file": "a.txt", "kind": "e-mail", "count": 2}]}  # fmt: skip
    facts = dataset_facts(Dataset("faces", "image", tmp_path, (), "d", card))
    assert "ada" not in json.dumps(facts)
    assert "diary" not in json.dumps(facts)
    assert facts["masked"] == {"e-mail": 2}


def test_what_has_no_measures_still_gets_a_report(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    facts = {"title": "", "family": "a.b", "recipe": "a.b"}
    write_report(tmp_path / "model", facts, sdk.Evaluation(), Run.begin(tmp_path / "run", {}))
    assert (tmp_path / "model" / "report.html").is_file()

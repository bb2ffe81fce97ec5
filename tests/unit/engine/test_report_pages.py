"""A model's report in the language it is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from helpers.studios import home_in
from PIL import Image

from studio.disk.home import Home
from studio.engine.report_pages import PAGE_SECONDS, report_page
from studio.sdk import Evaluation, GeneratorSpec, Measure, UserError
from studio.teach.report import write_report
from studio.teach.runs import Run

RECIPE = GeneratorSpec(
    id="test.train", title="Train", makes=("image",), fields=(), teaches="image.tests",
    translations={"zh_CN": {"error": "误差"}},
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A studio with the model *greys* and the run it came of."""
    home = home_in(tmp_path)
    folder = home.models / "greys"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"family": "image.tests"}))
    run = Run.begin(home.runs / "0123456789abcdef", {"recipe": RECIPE.id})
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(run.sample_path(100, ".png"))
    facts = {"title": "Greys", "family": "image.tests", "recipe": RECIPE.id, "dataset": {"name": "greys"}}
    write_report(folder, facts, Evaluation((Measure("error", 0.5, 1.0, "the mean"),)), run)
    run.finish("own:greys")
    Run.begin(home.runs / "another", {})
    return home


def test_in_english_it_is_the_page_beside_the_model(home: Home) -> None:
    assert report_page(home, "own:greys", "en", {}) == home.models / "greys" / "report.html"
    assert not home.reports.exists()


def test_in_another_language_a_page_is_made_and_the_kept_one_stays(home: Home) -> None:
    kept = (home.models / "greys" / "report.html").read_bytes()
    page = report_page(home, "own:greys", "zh_CN", {RECIPE.id: RECIPE})
    text = page.read_text("utf-8")
    assert page.parent == home.reports
    assert "误差：0.5，the mean为 1；低了50%，更好。" in text
    assert "100 步之后" in text, "the samples of its run"
    assert (home.models / "greys" / "report.html").read_bytes() == kept
    assert "error" in report_page(home, "own:greys", "zh_CN", {}).read_text("utf-8"), "without its recipe"


def test_without_its_run_and_its_kept_page_there_is_still_a_report(home: Home) -> None:
    (home.models / "greys" / "report.html").unlink()
    (home.runs / "0123456789abcdef" / "finished.json").unlink()
    text = report_page(home, "own:greys", "en", {}).read_text("utf-8")
    assert "50% lower, which is better" in text
    assert "While it learned" not in text


def test_pages_of_long_ago_are_removed(home: Home) -> None:
    page = report_page(home, "own:greys", "zh_CN", {})
    old = page.with_name("leaves.zh_CN.html")
    old.write_text("")
    os.utime(old, (1, page.stat().st_mtime - PAGE_SECONDS - 60))
    report_page(home, "own:greys", "zh_CN", {})
    assert [entry.name for entry in home.reports.iterdir()] == [page.name]


def test_a_model_without_a_report_says_so(home: Home) -> None:
    (home.models / "greys" / "report.json").unlink()
    with pytest.raises(UserError, match="has no report"):
        report_page(home, "own:greys", "zh_CN", {})

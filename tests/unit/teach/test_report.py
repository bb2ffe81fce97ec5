"""The report on a model: self-contained, harmless whatever it is given, and honest about copies."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import sdk
from studio.sdk import Checkpoint, Dataset, Evaluation, GeneratorSpec, Measure, Metric, Neighbour, UserError
from studio.teach.report import dataset_facts, rendered, tidied, write_report
from studio.teach.report_curves import MOST_POINTS, curves_of, thin
from studio.teach.report_reading import read_report
from studio.teach.report_summary import summary_of
from studio.teach.report_words import Words
from studio.teach.runs import Run

EVIL = '<script>alert(1)</script>" onload="x" ![a](http://e.il/x.png) | `\\'

FACTS = {
    "title": EVIL, "family": "image.gan", "recipe": "a.b", "version": 1, "seed": 3, "studio": "0.1",
    "values": {"steps": 2000, "size": "32", EVIL: EVIL}, "dataset": {"name": EVIL, "licence": EVIL, "files": 9},
}  # fmt: skip
CHINESE = {
    "Train it": "训练它", "Steps": "步数", "Size": "尺寸", "32 × 32": "三十二",
    "bits per byte": "每字节比特数", "five-gram": "五元模型", "How surprised it is.": "它有多意外。",
    "It knows only {what}.": "它只认识 {what}。", "person": "人",
    "{question}\nfound: {answer}": "{question}\n找到：{answer}",
}  # fmt: skip
RECIPE = GeneratorSpec(
    id="a.b", title="Train it", makes=("image",), teaches="image.gan", translations={"zh_CN": CHINESE},
    fields=(
        sdk.Field(kind="integer", name="steps", default=1, label="Steps"),
        sdk.Field(kind="choice", name="size", default="32", label="Size", options=(sdk.Option("32", "32 × 32"),)),
    ),
)  # fmt: skip


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


def assert_harmless(page: str) -> None:
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


def test_the_report_stands_alone_and_shows_every_outside_text_as_text(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    evaluation = tidied(evaluation_in(tmp_path / "model"))
    run = run_in(tmp_path / "run")
    write_report(tmp_path / "model", FACTS, evaluation, run)
    page = (tmp_path / "model" / "report.html").read_text("utf-8")
    assert_harmless(page)
    assert_harmless(rendered(read_report(tmp_path / "model"), tmp_path / "model", run, Words.of("zh_CN", RECIPE)))
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


def test_a_report_is_made_in_another_language_from_what_was_kept(tmp_path: Path) -> None:
    evaluation = evaluation_in(tmp_path / "model")
    write_report(tmp_path / "model", FACTS, tidied(evaluation), Run.begin(tmp_path / "run", {}))
    kept = (tmp_path / "model" / "report.html").read_text("utf-8")
    report = read_report(tmp_path / "model")
    assert rendered(report, tmp_path / "model", None) == kept, "in English it is the page that was kept"
    page = rendered(report, tmp_path / "model", None, Words.of("zh_CN", RECIPE))
    assert page.startswith('<!doctype html><html lang="zh-CN">')
    assert "每字节比特数：1.5，五元模型为 2；低了25%，更好。" in page
    assert "recall：0.25，the data为 0.5" in page, "what the plugin did not translate stays as it was said"
    assert "它有多意外。" in page
    assert "它只认识 grey。" in page, "by its template"
    assert "无法测量：" in page
    assert "<td>人</td>" in page
    assert "训练它（a.b），第 1 版" in page
    assert "<td>尺寸（size）</td><td>三十二（32）</td>" in page
    assert "Strengths" not in page
    assert Words.of("zh_CN", None).phrase("It knows only grey.") == "It knows only grey."


def test_samples_stay_as_they_are_but_for_the_words_of_a_template_of_several_lines() -> None:
    words = Words.of("zh_CN", RECIPE)
    assert words.sample("It knows only love.") == "It knows only love."
    assert words.sample("Who?\nfound: a wolf") == "Who?\n找到：a wolf"


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"format": None}, {"measures": [{"name": "x", "value": "1"}]}, {"measures": [3]},
        {"measures": {"a": 1}}, {"measures": [{"name": ["x"], "value": 1}]}, {"neighbours": [{"distance": None}]},
        {"curves": {"loss": [[1]]}}, {"curves": {"loss": [1]}}, {"curves": []}, {"limits": "none"}, {"title": 3},
        {"distributions": {"a": 0.5}}, {"values": ["x"]}, {"steps": "many"}, {"steps": 10**400}, {"ended": True},
    ],
)  # fmt: skip
def test_a_damaged_report_is_refused_in_a_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "report.json").write_text(json.dumps({"format": 1, **change}))
    with pytest.raises(UserError, match="is no report of the studio"):
        read_report(tmp_path)


def test_a_report_that_is_no_json_or_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no report"):
        read_report(tmp_path)
    for text in ("", "[]", "nul", '{"format": 1, "measures": [{"value": NaN}]}', "[" * 100_000):
        (tmp_path / "report.json").write_text(text)
        with pytest.raises(UserError, match="is no report of the studio"):
            read_report(tmp_path)


def test_copies_are_said() -> None:
    neighbours = [{"copied": index < 3} for index in range(8)]
    assert summary_of([], neighbours) == [
        "3 of the 8 samples shown beside their nearest training files count as copies."
    ]
    assert "None of the 2" in summary_of([], neighbours[6:])[0]


def test_no_share_of_a_negative_figure_is_told() -> None:
    told = {
        "name": "kernel distance",
        "value": 261.0,
        "baseline": -341.0,
        "baseline_name": "one half",
        "better": "lower",
    }
    (sentence,) = summary_of([told], [])
    assert sentence == "kernel distance: 261, beside -341 of one half: far higher, which is worse."
    (sentence,) = summary_of([told | {"value": 150.0, "baseline": 100.0}], [])
    assert "50% higher" in sentence


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

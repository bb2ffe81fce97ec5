"""``studio teach`` from outside: a dataset becomes a model, in real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import ROOT, Answer, environment, studio
from helpers.installed import install
from helpers.tiny_trainer import dataset_in


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio with the tiny trainer as a plugin and the dataset *greys*."""
    home = tmp_path_factory.mktemp("studio")
    install(home / "plugins", ROOT / "tests" / "helpers" / "tiny_trainer.py")
    dataset_in(home / "datasets" / "greys")
    return home


def path(home: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(home / "plugins")])}


def teach(home: Path, *words: str) -> Answer:
    return studio(home, "teach", *words, extra=path(home))


@pytest.fixture(scope="module")
def trained(home: Path) -> dict[str, Any]:
    """A finished training."""
    answer = teach(home, "train", "test.tiny.train", "--data", "greys", "--set", "steps=20", "--json")
    assert answer.code == 0, answer.err
    return dict(answer.json)


def test_a_model_is_trained_shown_reported_and_exported(home: Path, trained: dict[str, Any], tmp_path: Path) -> None:
    name = trained["model"].removeprefix("own:")
    assert (Path(trained["path"]) / "model.safetensors").is_file()
    assert trained["model"] in teach(home, "models").out
    assert "Greys" in teach(home, "models", "show", name[:6]).out
    report = teach(home, "report", name, "--json").json
    assert report["measures"][0]["name"] == "loss"
    assert Path(report["page"]).read_text("utf-8").startswith("<!doctype html>")
    assert "beside 0.1 of the mean" in teach(home, "report", trained["model"], "--language", "en").out
    assert teach(home, "models", "export", name, str(tmp_path / "out")).code == 0
    assert (tmp_path / "out" / "card.json").is_file()
    assert teach(home, "models", "export", name, str(tmp_path / "out")).code == 2


def test_runs_are_listed_rolled_back_and_resumed(home: Path, trained: dict[str, Any]) -> None:
    (listed,) = teach(home, "runs", "--json").json
    assert (listed["run"], listed["model"], listed["checkpoints"]) == (trained["run"], trained["model"], [20])
    assert teach(home, "runs", "resume", trained["run"][:8]).code == 2
    assert "no checkpoint of step 7" in teach(home, "runs", "rollback", trained["run"], "7").err
    before = (Path(trained["path"]) / "model.safetensors").read_bytes()
    assert teach(home, "runs", "rollback", trained["run"], "20").code == 0
    again = teach(home, "runs", "resume", trained["run"], "--json")
    assert again.code == 0, again.err
    assert (again.json["run"], again.json["model"]) == (trained["run"], trained["model"])
    assert (Path(trained["path"]) / "model.safetensors").read_bytes() == before
    assert "steps" in teach(home, "runs", "show", trained["run"]).out


def test_a_checkpoint_is_kept_compared_and_made_a_model_of(home: Path, trained: dict[str, Any]) -> None:
    name, before = trained["run"], (Path(trained["path"]) / "model.safetensors").read_bytes()
    assert teach(home, "keep", name[:8], "20").out == "The checkpoint of step 20 is kept.\n"
    assert "20 (kept)" in teach(home, "runs", "show", name).out
    undone = teach(home, "keep", name, "20", "--undo", "--json").json
    assert undone == {"run": name, "checkpoints": [20], "kept": []}
    for action in ("keep", "make"):
        said = teach(home, action, name, "7")
        assert (said.code, said.out, said.err) == (2, "", "There is no checkpoint of step 7. Checkpoints: 20.\n")
    (moment, _) = teach(home, "compare", name, "20", "20", "--json").json["moments"]
    assert (moment["step"], moment["sampled"], list(moment["figures"])) == (20, 20, ["loss"])
    assert [Path(path).name for path in moment["samples"]] == ["00000020-0.png"]
    assert "step 20" in teach(home, "compare", name, "20", "20").out
    assert "Steps: 20." in teach(home, "compare", name, "20", "7").err
    made = teach(home, "make", name, "20", "--json")
    assert made.code == 0, made.err
    assert (Path(made.json["path"]) / "model.safetensors").read_bytes() == before
    assert "greys-step-20" in made.json["model"]
    assert teach(home, "make", name, "20", "--json").json == made.json, "once is enough"
    assert teach(home, "runs", "show", name, "--json").json["model"] == trained["model"]
    for words in (("runs", "remove", made.json["run"]), ("models", "remove", made.json["model"])):
        assert teach(home, *words).code == 0


def test_a_model_is_trained_again_from_its_record(home: Path, trained: dict[str, Any]) -> None:
    weights = Path(trained["path"]) / "model.safetensors"
    before, name = weights.read_bytes(), trained["model"]
    assert f"teach train --again {name}" in teach(home, "models", "show", name).out
    weights.unlink()
    facts = home / "runs" / trained["run"] / "run.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "studio": "0.0.1"}))
    again = teach(home, "train", "--again", name, "--json")
    assert again.code == 0, again.err
    assert "Version 0.0.1 of the studio trained this before" in again.err
    assert (again.json["run"], again.json["model"], again.json["seed"]) == (trained["run"], name, trained["seed"])
    assert weights.read_bytes() == before
    said = teach(home, "train", "--again", name, "--data", "greys")
    assert (said.code, "takes recipe, data, values and seed from the record" in said.err) == (2, True)
    manifest = home / "datasets" / "greys" / "dataset.json"
    kept = manifest.read_text()
    try:
        manifest.write_text(json.dumps({**json.loads(kept), "digest": "1" * 64}))
        said = teach(home, "train", "--again", trained["run"][:6])
        assert (said.code, "The dataset has changed since." in said.err) == (2, True)
        assert "cannot be trained again" in said.err
        said = teach(home, "runs", "rollback", trained["run"], "20")
        assert (said.code, "This run cannot go on" in said.err) == (2, True)
        assert teach(home, "runs", "show", trained["run"], "--json").json["model"] == name, "nothing was given up"
    finally:
        manifest.write_text(kept)
    assert weights.read_bytes() == before


def test_recipes_and_forecast(home: Path) -> None:
    assert "test.tiny.train" in teach(home, "recipes").out
    assert "test.tiny.train" not in studio(home, "generators", extra=path(home)).out
    assert "greys" in teach(home, "recipes", "test.tiny.train").out
    told = teach(home, "forecast", "test.tiny.train", "--data", "greys", "--set", "steps=1000", "--json").json
    assert (told["steps"], told["parameters"]) == (1000, 145)
    assert told["seconds"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "usage: studio teach"),
        (("paint",), "There is no “teach paint”"),
        (("train", "no.such", "--data", "greys"), "There is no recipe “no.such”"),
        (("train", "test.tiny.train"), "Name a recipe and --data"),
        (("train", "--again", "zz"), "There is no model “zz”"),
        (("train", "test.tiny.train", "--data", "no/such"), "There is no dataset and no folder"),
        (("train", "test.tiny.train", "--data", "greys", "--set", "steps=no"), "must be a whole number"),
        (("train", "test.tiny.train", "--data", "greys", "--set", "colour=1"), "has no parameter “colour”"),
        (("runs", "show", "zz"), "There is no run"),
        (("models", "show", "zz"), "There is no model"),
        (("models", "remove", "starter:storyteller"), "Only models you trained"),
        (("report", "starter:storyteller/.."), "does not name a model"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(home: Path, words: tuple[str, ...], said: str) -> None:
    answer = teach(home, *words)
    assert answer.code == 2
    assert said in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_a_report_is_told_in_the_language_asked_for_or_chosen(home: Path, tmp_path: Path) -> None:
    told = teach(home, "report", "starter:chorale", "--language", "zh_CN").out
    assert "每个记号的奈特数：0.4384，n 元模型为 0.54；低了19%，更好。" in told
    page = Path(told.splitlines()[0])
    assert page == home / "reports" / "chorale.zh_CN.html"
    assert "简而言之" in page.read_text("utf-8")
    (tmp_path / "settings.json").write_text(json.dumps({"language": "zh_CN"}))
    assert "简而言之：" in teach(tmp_path, "report", "chorale").out
    assert "In plain words:" in teach(tmp_path, "report", "chorale", "--language", "en").out
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(ROOT / "resources" / "starters" / "chorale" / "card.json", bare)
    said = teach(home, "report", f"folder:{bare}")
    assert said.code == 2
    assert "This model has no report" in said.err


def test_a_trainer_is_no_generator(home: Path) -> None:
    answer = studio(home, "generate", "test.tiny.train", extra=path(home))
    assert answer.code == 2
    assert "studio teach train test.tiny.train" in answer.err


def test_ctrl_c_keeps_the_checkpoint_and_says_how_to_go_on(home: Path) -> None:
    words = ["teach", "train", "test.tiny.train", "--data", "greys", "--set", "steps=100000", "--seed", "5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", *words],
        env=environment(home, path(home)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + 90
    while time.monotonic() < limit and not _begun(home):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert b"Stopped" in said
    assert b"Traceback" not in said


def _begun(home: Path) -> bool:
    """Whether the run with seed 5 has drawn its first point."""
    for file in (home / "runs").glob("*/run.json"):
        if json.loads(file.read_text())["seed"] == 5:
            curve = file.with_name("metrics.jsonl")
            return curve.is_file() and curve.stat().st_size > 0
    return False

"""Training runs: what a kill leaves is enough to go on, bit for bit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import helpers.tiny_trainer
import pytest
from helpers.tiny_trainer import TrainTiny, dataset_in

from studio import sdk
from studio.engine.worker.devices import CPU
from studio.engine.worker.solo import SoloContext, main
from studio.sdk import Checkpoint, Field, Metric
from studio.teach.branches import branch_name, branch_off
from studio.teach.identity import content_digest, given_digests, run_name
from studio.teach.report import dataset_facts
from studio.teach.runs import LATEST_KEPT, SPACED_KEPT, Run, run_key

ROOT = Path(__file__).resolve().parents[3]


def solo(data: Path, place: Path, *sets: str, checkpoint_seconds: float = 0.2) -> subprocess.Popen[bytes]:
    words = [word for entry in sets for word in ("--set", entry)]
    return subprocess.Popen(
        [sys.executable, "-m", "studio.engine.worker.solo", "helpers.tiny_trainer:TrainTiny", "--data", str(data),
         "--run", str(place / "run"), "--model", str(place / "model"), "--device", "cpu", "--threads", "1",
         "--checkpoint-seconds", str(checkpoint_seconds), *words],
        cwd=ROOT, env={"PATH": "", "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process: subprocess.Popen[bytes]) -> str:
    said, problem = process.communicate(timeout=100)
    assert process.returncode == 0, problem
    return said.decode()


def test_without_a_host_a_run_goes_on_with_the_same_words_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = dataset_in(tmp_path / "greys")
    values = {"data": "greys", "steps": 60, "pause": 0.0}
    facts = {"recipe": "test.tiny.train", "version": 1, "values": values, "seed": 0, "dataset": dataset_facts(data)}
    run = Run.begin(tmp_path / "run", facts)
    run.add_metric(Metric("loss", 10, 0.5))
    words = ["helpers.tiny_trainer:TrainTiny", "--data", str(tmp_path / "greys"), "--device", "cpu",
             "--run", str(run.folder), "--model", str(tmp_path / "model")]  # fmt: skip
    assert main([*words, "--set", "steps=20", "--seed", "4"]) == 2
    assert "holds a run with other values and another seed; name another folder" in capsys.readouterr().out
    (tmp_path / "greys" / "dataset.json").write_text(json.dumps(replace(data, digest="1" * 64).to_json()))
    assert main([*words, "--set", "steps=60"]) == 2
    assert "another dataset" in capsys.readouterr().out
    assert list(run.metrics()) == [Metric("loss", 10, 0.5)], "it is as it was"


def test_without_a_host_a_run_of_an_older_recipe_goes_on_with_the_defaults_of_what_came_since(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = dataset_in(tmp_path / "greys")
    facts = {"recipe": "test.tiny.train", "version": 1, "seed": 0, "dataset": dataset_facts(data)}
    run = Run.begin(tmp_path / "run", {**facts, "values": {"data": "greys", "steps": 3}})
    words = ["helpers.tiny_trainer:TrainTiny", "--data", str(tmp_path / "greys"), "--device", "cpu", "--threads", "1",
             "--run", str(run.folder), "--model", str(tmp_path / "model"), "--set", "steps=3"]  # fmt: skip
    usual = {known.name: known.default for known in TrainTiny.Params.fields}["pause"]
    assert main([*words, "--set", f"pause={usual + 0.5}"]) == 2
    assert "holds a run with other values; name another folder" in capsys.readouterr().out
    assert main(words) == 0
    assert run.finished


def test_without_a_host_passwords_are_told_neither_in_the_run_nor_in_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keyed(TrainTiny):
        class Params(TrainTiny.Params):
            """With a key."""

            key: str = sdk.secret(label="Key")

        def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
            """With a slip of the tongue."""
            ctx.log(f"Asking with {params.key}")
            yield from super().train(params, ctx)

    monkeypatch.setattr(helpers.tiny_trainer, "TrainTiny", Keyed)
    dataset_in(tmp_path / "greys")
    words = ["helpers.tiny_trainer:TrainTiny", "--data", str(tmp_path / "greys"), "--device", "cpu", "--run",
             str(tmp_path / "run"), "--model", str(tmp_path / "model"), "--set", "steps=3",
             "--set", "key=hush"]  # fmt: skip
    assert main(words) == 0
    for told in (tmp_path / "run" / "run.json", tmp_path / "model" / "card.json"):
        assert "hush" not in told.read_text("utf-8")
    assert Run(tmp_path / "run").remarks(1) == ["Asking with …"]
    assert Run(tmp_path / "run").facts["values"]["steps"] == 3


def test_without_a_host_a_run_can_end_early_and_a_model_of_ones_own_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_in(tmp_path / "greys")
    words = ["helpers.tiny_trainer:TrainTiny", "--data", str(tmp_path / "greys"), "--device", "cpu", "--run",
             str(tmp_path / "run"), "--model", str(tmp_path / "model"), "--set", "steps=60"]  # fmt: skip
    assert main([*words, "--until", "7"]) == 0
    assert Run(tmp_path / "run").steps == [7]
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "state"))
    (tmp_path / "state" / "models" / "mine").mkdir(parents=True)
    assert SoloContext(0, CPU, resume=None, checkpoint_seconds=1.0).model("own:mine").name == "mine"


def test_without_a_host_what_cannot_be_trained_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Any, params: Any, ctx: Any) -> Iterator[sdk.Lesson | sdk.Result]:
        yield from ctx.model("own:gone")

    monkeypatch.setattr(TrainTiny, "train", refuse)
    dataset_in(tmp_path / "greys")
    words = ["helpers.tiny_trainer:TrainTiny", "--data", str(tmp_path / "greys"), "--device", "cpu", "--run",
             str(tmp_path / "run"), "--model", str(tmp_path / "model")]  # fmt: skip
    assert main(words) == 2
    assert "That cannot be trained: The model “own:gone” is not there." in capsys.readouterr().out


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_very_same_weights(tmp_path: Path) -> None:
    dataset_in(tmp_path / "greys")
    finish(solo(tmp_path / "greys", tmp_path / "unbroken", "steps=60", "pause=0.02"))
    process = solo(tmp_path / "greys", tmp_path / "broken", "steps=60", "pause=0.02")
    run = Run(tmp_path / "broken" / "run")
    limit = time.monotonic() + 60
    while (not run.steps or run.steps[-1] < 12) and time.monotonic() < limit:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert not run.finished, "killed too late to prove anything"
    began_again = run.steps[-1]
    said = finish(solo(tmp_path / "greys", tmp_path / "broken", "steps=60", "pause=0.02"))
    told = [int(line.partition("step=")[2].split()[0]) for line in said.splitlines() if line.startswith("metric")]
    assert began_again >= 12
    assert min(told) > began_again, "it began anew"
    one, other = (tmp_path / way / "model" / "model.safetensors" for way in ("unbroken", "broken"))
    assert one.read_bytes() == other.read_bytes()
    curves = [list(Run(tmp_path / way / "run").metrics()) for way in ("unbroken", "broken")]
    assert [metric.step for metric in curves[1]] == list(range(10, 61, 10))
    assert curves[0][-1] == curves[1][-1]
    card = json.loads((tmp_path / "broken" / "model" / "card.json").read_text())
    assert card["family"] == "image.tiny"
    assert card["facts"] == {"pictures": 3}
    assert card["evaluation"]["measures"][0]["value"] < 0.01


def checkpoint(folder: Path, step: int) -> Checkpoint:
    place = folder / f"made-{step}"
    place.mkdir(parents=True)
    (place / "state.json").write_text(str(step))
    return Checkpoint(step, place)


def test_the_newest_checkpoints_and_a_few_spaced_ones_are_kept(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    for step in range(1, 41):
        run.add_checkpoint(checkpoint(tmp_path, step))
    steps = run.steps
    assert steps[-LATEST_KEPT:] == [39, 40]
    assert len(steps) == LATEST_KEPT + SPACED_KEPT
    assert max(later - sooner for sooner, later in zip([0, *steps], steps, strict=False)) <= 16


def test_a_checkpoint_to_be_kept_is_never_thinned_out_and_bars_the_way_back(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    for step in range(1, 41):
        run.add_checkpoint(checkpoint(tmp_path, step))
        if step in (3, 5):
            run.keep(step)
    assert run.kept == {3, 5}
    assert len(run.steps) == 2 + LATEST_KEPT + SPACED_KEPT, "beside all others"
    assert Run.begin(run.folder, {}).kept == {3, 5}, "also after a restart"
    with pytest.raises(ValueError, match="step 5 is kept; stop keeping it"):
        run.roll_back(3)
    run.keep(5, kept=False)
    run.roll_back(3)
    assert run.steps == [step for step in run.steps if step <= 3]
    assert 3 in run.steps
    for kept in (True, False):
        with pytest.raises(ValueError, match="no checkpoint of step 5"):
            run.keep(5, kept=kept)


def test_a_checkpoint_that_comes_to_be_kept_while_it_is_thinned_out_stays(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    run.add_checkpoint(checkpoint(tmp_path, 1))
    run.keep(1)  # after the worker had looked which ones are
    run._drop(1)
    assert run.steps == [1]
    run.keep(1, kept=False)
    run._drop(1)
    assert list((run.folder / "checkpoints").iterdir()) == []


def test_a_checkpoints_own_run_has_what_was_learnt_until_then_and_leaves_the_other_alone(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x", "seed": 3})
    for step in (10, 20, 30):
        run.add_metric(Metric("loss", step, 1 / step))
        path = run.sample_path(step, ".mid")
        path.write_bytes(b"x")
        path.with_name(f"picture-{path.stem}.png").write_bytes(b"x")
        run.add_checkpoint(checkpoint(tmp_path, step))
    run.keep(20)
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    place = tmp_path / branch_name("run", 20)
    place.mkdir()  # of a crash
    branch_off(run, 20, place)
    branch = Run.begin(place, {})
    assert (branch.until, branch.steps, branch.kept, branch.facts["seed"]) == (20, [20], set(), 3)
    assert [metric.step for metric in branch.metrics()] == [10, 20]
    assert [path.name for _, path in branch.samples()] == ["00000010-0.mid", "00000020-0.mid"]
    assert (place / "samples" / "picture-00000020-0.png").is_file()
    branch.roll_back(0)
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
    gone = tmp_path / branch_name("run", 15)
    with pytest.raises(ValueError, match="no checkpoint of step 15"):
        branch_off(run, 15, gone)
    assert not gone.exists()


def test_going_on_drops_what_comes_after_the_last_checkpoint(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    for step in (10, 20, 30):
        run.add_metric(Metric("loss", step, 1 / step))
        run.sample_path(step, ".png").write_bytes(b"x")
        if step < 30:
            run.add_checkpoint(checkpoint(tmp_path, step))
    with (run.folder / "metrics.jsonl").open("a") as stream:
        stream.write('{"name": "lo')
    again = Run.begin(tmp_path / "run", {"trainer": "x"})
    assert [metric.step for metric in again.metrics()] == [10, 20]
    assert [step for step, _ in again.samples()] == [10, 20]
    assert again.resume == again.checkpoint(20)
    again.roll_back(10)
    assert again.steps == [10]
    with pytest.raises(ValueError, match="no checkpoint of step 15"):
        again.roll_back(15)


def test_lines_that_are_no_points_are_left_out_of_the_curves(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    steps = ("Infinity", "NaN", '"x"', "1e400", "null")
    lines = [f'{{"name": "loss", "step": {step}, "value": 1}}\n' for step in steps]
    (run.folder / "metrics.jsonl").write_text("".join(lines) + '[]\nnull\n{"name": "loss", "step": 3, "value": 0.5}\n')
    assert list(run.metrics()) == [Metric("loss", 3, 0.5)]


def test_a_finished_run_starts_anew_when_asked_for_again(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {"trainer": "x"})
    run.add_checkpoint(checkpoint(tmp_path, 5))
    run.finish("own:x")
    assert run.finished == "own:x"
    assert Run.begin(tmp_path / "run", {"trainer": "x"}).steps == []


def test_the_same_request_finds_the_same_run() -> None:
    key = run_key("a.b", 1, {"steps": 3, "data": "greys"}, 7, "d")
    assert key == run_key("a.b", 1, {"data": "greys", "steps": 3}, 7, "d")
    assert key != run_key("a.b", 1, {"data": "greys", "steps": 3}, 8, "d")


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    import torch

    from studio.sdk import UserError
    from studio.sdk.training.states import load_checkpoint, save_checkpoint

    save_checkpoint(tmp_path / "one", 3, {"model": torch.nn.Linear(2, 2)}, {}, {})
    assert load_checkpoint(tmp_path / "one", {"model": torch.nn.Linear(2, 2)}, {}) == 3
    with pytest.raises(UserError, match="does not fit"):
        load_checkpoint(tmp_path / "one", {"model": torch.nn.Linear(2, 2, bias=False)}, {})
    with pytest.raises(UserError, match="does not fit"):
        load_checkpoint(tmp_path / "one", {"model": torch.nn.Linear(3, 2)}, {})


FIELDS = (
    Field(kind="choice", name="start_from", default="", source="models:image.gan"),
    Field(kind="folder", name="class_folder", default=""),
    Field(kind="integer", name="steps", default=1),
)


def test_what_a_model_or_folder_holds_is_part_of_the_run(tmp_path: Path) -> None:
    model, pictures = tmp_path / "model", tmp_path / "pictures"
    for folder in (model, pictures):
        folder.mkdir()
    weights = bytes(1_000_000)
    (model / "model.safetensors").write_bytes(weights)
    values = {"start_from": "own:x", "class_folder": str(pictures), "steps": 3}

    def named() -> str:
        given = given_digests(FIELDS, values, lambda ref: {"own:x": model}[ref])
        assert set(given) == {"start_from", "class_folder"}
        return run_name(tmp_path / "runs", "a.b", 1, values, 7, "d", given)

    found = [named()]
    (model / "card.json").write_text('{"ended": 1}')
    assert named() == found[0], "the same model, trained again"
    (pictures / "a.png").write_bytes(b"a")
    found.append(named())
    (model / "model.safetensors").write_bytes(weights[:-1] + b"x")
    found.append(named())
    assert len(set(found)) == 3
    assert named() == found[2]
    assert run_name(tmp_path / "runs", "a.b", 1, values, 7, "d", {}) == run_key("a.b", 1, values, 7, "d")
    assert (
        given_digests(FIELDS, {**values, "class_folder": str(tmp_path / "gone")}, lambda _: model)["class_folder"] == ""
    )
    with pytest.raises(OSError, match="gone"):
        content_digest(tmp_path / "gone")


def test_a_run_begun_before_contents_counted_goes_on_under_its_name(tmp_path: Path) -> None:
    key = run_key("a.b", 1, {}, 7, "d")
    older = Run.begin(tmp_path / key, {"recipe": "a.b"})
    assert run_name(tmp_path, "a.b", 1, {}, 7, "d", {"start_from": "1"}) == key
    older.finish("own:x")
    assert run_name(tmp_path, "a.b", 1, {}, 7, "d", {"start_from": "1"}) != key, "it is over"


def test_remarks_are_kept_as_lines_and_the_log_ends_somewhere(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {})
    assert run.remarks(5) == []
    run.add_remark("0.png was left out:\n  it is\tdamaged")
    run.add_remark("x" * 10_000)
    assert run.remarks(5) == ["0.png was left out: it is damaged", "x" * 2000]
    (run.folder / "log.txt").write_text("y" * 2**20)
    run.add_remark("one more")
    assert run.remarks(1) == ["y" * 2**20]
    assert Run.begin(run.folder, {}).remarks(1), "they stay when it goes on"

"""Training through the real engine: lessons become events, files and a model; nothing that ends a run loses it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.studios import Heard, finish, home_in
from helpers.teaching import home_with_greys, model_in, teaching, training
from helpers.tiny_trainer import TrainTiny

import studio
from studio import sdk
from studio.engine.continuing import (
    changed_code,
    request_of_checkpoint,
    request_of_repetition,
    request_of_training,
)
from studio.engine.events import CheckpointSaved, MetricReceived, ModelTrained, SampleSaved, TrainingBegan
from studio.engine.lessons import lesson_of
from studio.engine.protocol import Frame
from studio.engine.states import JobState
from studio.engine.worker.lessons import LessonKeeper
from studio.engine.worker.teaching import Training
from studio.engine.worker.teaching import _facts as teaching_facts
from studio.models.cards import read_card
from studio.models.store import ModelStore
from studio.sdk import Dataset, Field, GeneratorSpec, Metric, UserError
from studio.teach.runs import Run, run_lock

ROOT = Path(__file__).resolve().parents[3]
STEPS = 60
PAUSE = 0.02
"""Steps of the run that is broken, and seconds after each: long enough to be killed in, and to save a checkpoint."""


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[object]]:
    """Weights and curve of a run that nothing disturbed."""
    home = home_in(tmp_path_factory.mktemp("unbroken"))
    with teaching(home) as engine:
        (job,) = finish(engine, engine.submit(training(steps=STEPS, pause=PAUSE)))
        assert job.state is JobState.SUCCEEDED, job.failure
    (run,) = (entry for entry in home.runs.iterdir() if entry.is_dir())
    return model_in(home), list(Run(run).metrics())


def test_a_training_tells_of_all_it_keeps_and_its_model_is_offered(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    with teaching(home) as engine:
        heard = Heard(engine)
        (job,) = finish(engine, engine.submit(training(steps=40)))
        assert job.state is JobState.SUCCEEDED, job.failure
        engine.flush_events()
    (began,) = heard.of(TrainingBegan)
    run = Run(home.runs / began.run)
    assert began.step == 0
    assert [(event.name, event.step) for event in heard.of(MetricReceived)] == [
        ("loss", step) for step in (10, 20, 30, 40)
    ]
    assert [(event.step, event.kind) for event in heard.of(SampleSaved)] == [(20, "image"), (40, "image")]
    assert all(Path(event.path).is_file() for event in heard.of(SampleSaved))
    assert heard.of(CheckpointSaved)[-1].step == 40
    (trained,) = heard.of(ModelTrained)
    assert run.finished == trained.ref
    store = ModelStore(own=home.models)
    assert str(store.path(trained.ref)) == trained.path
    card = read_card(store.path(trained.ref))
    assert (card.family, card.recipe, card.title, card.dataset["name"]) == (
        "image.tiny",
        "test.tiny.train",
        "Greys",
        "greys",
    )
    assert [ref for ref, _ in store.family("image.tiny")] == [trained.ref]


def test_passwords_are_told_neither_in_the_run_nor_in_the_model(tmp_path: Path) -> None:
    class Keyed(TrainTiny):
        id = "test.keyed.train"

        class Params(TrainTiny.Params):
            """With a key."""

            key: str = sdk.secret(label="Key")

    order = {"values": {"steps": 3, "key": "hush"}, "seed": 1, "studio": "0.1",
             "spec": GeneratorSpec.of(Keyed).to_json()}  # fmt: skip
    data = Dataset("greys", "image", tmp_path, (), "d", {})
    facts = teaching_facts(Keyed, order, [data])
    assert facts["values"] == {"steps": 3}


def test_a_record_gives_its_request_back_as_long_as_nothing_changed(tmp_path: Path) -> None:
    home, spec = home_with_greys(tmp_path), GeneratorSpec.of(TrainTiny)
    asked = training(seed=4, steps=40)
    dataset = Dataset.read(home.datasets / "greys")
    facts = {"version": spec.version, "values": dict(asked.values), "seed": 4, "dataset": {"digest": dataset.digest}}
    assert request_of_training(home, spec, facts) == asked
    for changed, said in (
        ({"version": 9}, "another version"),
        ({"seed": None}, "Nothing is known"),
        ({"values": {"data": "greys"}}, "other parameters"),
        ({"dataset": {"digest": "1"}}, "The dataset has changed"),
        ({"dataset": None}, "The dataset has changed"),
        ({"given": {"data": "1"}}, "What “Pictures” names has changed"),
    ):
        with pytest.raises(UserError, match=said):
            request_of_training(home, spec, {**facts, **changed})
    pictures = Field(kind="folder", name="class_folder", default="", label="Pictures of the class")
    other = replace(spec, fields=(*spec.fields, pictures))
    with pytest.raises(UserError, match="does not tell where “Pictures of the class” lies"):
        request_of_training(home, other, {**facts, "values": {**asked.values, "class_folder": "cats"}})


def test_a_finished_model_is_trained_again_unless_something_of_it_is_to_be_kept(tmp_path: Path) -> None:
    home = home_with_greys(tmp_path)
    with teaching(home) as engine:
        finish(engine, engine.submit(training(steps=40)))
        first = model_in(home)
        (run,) = (Run(entry) for entry in home.runs.iterdir() if entry.is_dir())
        spec = GeneratorSpec.of(TrainTiny)
        run.keep(run.steps[0])
        with pytest.raises(UserError, match=f"of step {run.steps[0]} is kept; stop keeping it before"):
            request_of_repetition(home, spec, run.facts, run)
        run.keep(run.steps[0], kept=False)
        (run.folder / "run.json").write_text(json.dumps({**run.facts, "studio": "0.0.1"}))
        (job,) = finish(engine, engine.submit(request_of_repetition(home, spec, run.facts, run)))
    assert job.state is JobState.SUCCEEDED, job.failure
    assert model_in(home) == first
    said = (
        f"Version 0.0.1 of the studio trained this before; now it is {studio.__version__}, and the outcome may differ."
    )
    assert said in run.remarks(9)
    assert run.facts["studio"] == studio.__version__


def test_other_code_is_told_where_both_versions_are_known() -> None:
    facts = {"studio": studio.__version__, "distribution": "acme", "distribution_version": "1.0"}
    spec = replace(GeneratorSpec.of(TrainTiny), distribution="acme", distribution_version="1.0")
    for same in (facts, {}, {**facts, "distribution": "other", "distribution_version": "7"}):
        assert changed_code(spec, same) == ""
    assert changed_code(spec, {**facts, "distribution_version": "0.9"}).startswith("Version 0.9 of acme trained this")
    assert changed_code(spec, {**facts, "studio": "0.0.1"}).startswith("Version 0.0.1 of the studio trained this")


def test_a_dataset_that_is_not_there_is_said_before_anything_runs(tmp_path: Path) -> None:
    with teaching(home_in(tmp_path)) as engine:
        (job,) = finish(engine, engine.submit(training(data="blues")))
    assert job.failure is not None
    assert (job.failure.param, job.failure.reason) == ("data", "user")
    assert "no dataset “blues”" in job.failure.message
    assert not list((tmp_path / "state").glob("runs/*"))


def test_after_a_killed_worker_retry_goes_on_to_the_same_weights(
    tmp_path: Path, unbroken: tuple[bytes, list[object]]
) -> None:
    home = home_in(tmp_path)
    with teaching(home) as engine:
        heard = Heard(engine)
        job = engine.submit(training(steps=STEPS, pause=PAUSE))
        heard.wait_for(lambda event: isinstance(event, CheckpointSaved))
        worker = engine._supervisors["auto"]._worker
        assert worker is not None
        os.kill(worker.pid, signal.SIGKILL)
        (ended,) = finish(engine, job)
        assert ended.state is JobState.INTERRUPTED
        assert ended.failure is not None
        assert "goes on from the last checkpoint" in ended.failure.hint
        (again,) = finish(engine, engine.retry(job.id))
        assert again.state is JobState.SUCCEEDED, again.failure
        engine.flush_events()
        began = heard.of(TrainingBegan)
    assert len({event.run for event in began}) == 1
    assert began[1].step > 0
    assert model_in(home) == unbroken[0]
    run = Run(home.runs / began[0].run)
    assert list(run.metrics()) == unbroken[1]
    assert run.remarks(1) == [f"Going on from the checkpoint after {began[1].step} steps."]


def test_a_cancelled_training_goes_on_when_it_is_asked_for_again(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    with teaching(home) as engine:
        heard = Heard(engine)
        job = engine.submit(training(steps=60, pause=0.02))
        heard.wait_for(lambda event: isinstance(event, MetricReceived) and event.step >= 10)
        engine.cancel(job.id)
        assert finish(engine, job)[0].state is JobState.CANCELLED
        assert finish(engine, engine.submit(training(steps=60, pause=0.02)))[0].state is JobState.SUCCEEDED
        engine.flush_events()
        assert len({event.run for event in heard.of(TrainingBegan)}) == 1
    (model,) = ModelStore(own=home.models).own()
    assert read_card(home.models / model).family == "image.tiny"


def test_a_checkpoint_becomes_a_model_while_its_run_stays_as_it_is(tmp_path: Path) -> None:
    home, spec = home_in(tmp_path), GeneratorSpec.of(TrainTiny)
    store = ModelStore(own=home.models)
    with teaching(home) as engine:
        heard = Heard(engine)
        (job,) = finish(engine, engine.submit(training(steps=STEPS, pause=PAUSE)), timeout=200)
        assert job.state is JobState.SUCCEEDED, job.failure
        whole = heard.of(ModelTrained)[-1]
        run = Run(home.runs / heard.of(TrainingBegan)[-1].run)
        step = run.steps[0]
        assert 0 < step < STEPS
        before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}

        def made() -> tuple[bytes, int]:
            """The model's weights, and the step its making began at."""
            branch, request = request_of_checkpoint(home, spec, run, step)
            assert request is not None
            (ended,) = finish(engine, engine.submit(request), timeout=200)
            assert ended.state is JobState.SUCCEEDED, ended.failure
            engine.flush_events()
            trained = heard.of(ModelTrained)[-1]
            assert (branch.finished, branch.until, branch.steps) == (trained.ref, step, [step])
            return Path(trained.path, "model.safetensors").read_bytes(), heard.of(TrainingBegan)[-1].step

        first = made()
        model = heard.of(ModelTrained)[-1]
        assert first[1] == step, "it is finished only"
        assert first[0] != Path(whole.path, "model.safetensors").read_bytes()
        assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
        card = read_card(Path(model.path))
        assert (card.title, card.plain["until"]) == (f"Greys, step {step}", step)
        assert json.loads(Path(model.path, "report.json").read_text("utf-8"))["steps"] == step
        branch, nothing = request_of_checkpoint(home, spec, run, step)
        assert (branch.finished, nothing) == (model.ref, None)
        with pytest.raises(UserError, match="of one checkpoint already"):
            request_of_checkpoint(home, spec, branch, step)
        with pytest.raises(UserError, match="no checkpoint of step 7777"):
            request_of_checkpoint(home, spec, run, 7777)
        store.remove(model.ref)
        assert made() == first, "of the checkpoint its run has kept"
        shutil.rmtree(branch.folder)
        asked = replace(training(steps=STEPS, pause=PAUSE), until=step)
        (again,) = finish(engine, engine.submit(asked), timeout=200)
        assert again.state is JobState.SUCCEEDED, again.failure
        assert Path(model.path, "model.safetensors").read_bytes() == first[0], "and from the beginning"


def test_a_recipe_that_does_not_end_where_it_was_to_is_stopped(tmp_path: Path) -> None:
    run = Run.begin(tmp_path / "run", {})
    keeper = LessonKeeper(run, tmp_path / "model", "own:x", {}, lambda *_, **__: None)
    training = Training(keeper, run_lock(run.folder), ("image",), until=20)
    training.keep(Metric("loss", 20, 0.5))
    with pytest.raises(UserError, match="cannot make a model of a checkpoint"):
        training.keep(Metric("loss", 21, 0.4))


_HOST = """
import sys
from pathlib import Path
from helpers.studios import home_in
from helpers.teaching import teaching, training
from studio.engine.events import CheckpointSaved

def hear(event):
    if isinstance(event, CheckpointSaved):
        print(event.step, flush=True)

with teaching(home_in(Path(sys.argv[1]))) as engine:
    engine.subscribe(hear)
    engine.wait([engine.submit(training(steps=int(sys.argv[2]), pause=float(sys.argv[3]))).id])
"""


def test_after_a_killed_studio_the_next_one_goes_on_to_the_same_weights(
    tmp_path: Path, unbroken: tuple[bytes, list[object]]
) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    host = subprocess.Popen(
        [sys.executable, "-c", _HOST, str(tmp_path), str(STEPS), str(PAUSE)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    assert int(host.stdout.readline()) < STEPS
    host.kill()
    host.wait()
    host.stdout.close()
    home = home_in(tmp_path)
    with teaching(home) as engine:
        (left,) = engine.jobs()
        assert left.state is JobState.INTERRUPTED
        (job,) = finish(engine, engine.retry(left.id))
        assert job.state is JobState.SUCCEEDED, job.failure
    (run,) = (entry for entry in home.runs.iterdir() if entry.is_dir())
    assert model_in(home) == unbroken[0]
    assert list(Run(run).metrics()) == unbroken[1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("metric", {"name": "loss", "step": 1, "value": "inf"}),
        ("metric", {"name": "loss", "step": -1, "value": 1.0}),
        ("metric", {"name": "loss", "step": True, "value": 1.0}),
        ("metric", {"name": "loss", "step": 1, "value": None}),
        ("sample", {"step": 1, "kind": "smell", "path": "/x"}),
        ("sample", {"step": 1, "kind": "image", "path": ""}),
        ("checkpoint", {"step": 10**400}),
        ("training", {"run": "../..", "step": 0}),
        ("model", {"reference": "own:../x", "path": "/x"}),
        ("model", {"reference": "starter:x", "path": "/x"}),
        ("model", {"reference": "own:x", "path": "/x\0"}),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(kind: str, body: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        lesson_of(Frame(kind, {"job": "j", **json.loads(json.dumps(body))}))

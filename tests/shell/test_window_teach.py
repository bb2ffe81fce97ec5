"""*Teach*: data, recipe, run, over a scripted engine and runs on the disk."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import studio
from helpers.tiny_trainer import dataset_in
from helpers.windows import PAINTER, TRAINER, Stand, open_window
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QMessageBox, QTabWidget
from pytestqt.qtbot import QtBot

from studio.engine.events import TrainingBegan
from studio.engine.jobs import Failure, Job
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState
from studio.library import formats
from studio.sdk import Checkpoint, Evaluation, Field, GeneratorSpec, Measure, Metric, UserError
from studio.sdk.datasets import Dataset, DatasetItem
from studio.sdk.testing.samples import sample_input
from studio.shell.teach.comparison import ComparisonDialog
from studio.shell.teach.dataset_dialog import DatasetDialog, framed
from studio.shell.teach.dataset_table import CAPTION, FILE
from studio.shell.teach.page import TeachPage
from studio.shell.teach.sentences import SentenceList
from studio.shell.teach.snapshots import POINTS, Shown
from studio.shell.viewers.inspector import Inspector
from studio.shell.viewers.quick_look import QuickLook
from studio.teach.datasets import set_captions
from studio.teach.datasets_keeping import find
from studio.teach.report import write_report
from studio.teach.runs import Run

USER = GeneratorSpec(
    id="tests.user",
    title="Use it",
    makes=("image",),
    fields=(Field(kind="choice", name="model", default="starter:x", label="Model", source="models:image.tests"),),
)


@pytest.fixture
def stand(qapp: QApplication, tmp_path: Path) -> Any:
    with open_window(qapp, tmp_path, PAINTER, TRAINER, USER) as made:
        dataset_in(made.workshop.home.datasets / "greys")
        made.window.go_to("teach")
        yield made


def page_of(stand: Stand) -> TeachPage:
    page = stand.window.page("teach")
    assert isinstance(page, TeachPage)
    return page


def run_on_disk(stand: Stand, name: str = "abcdef0123456789", *, seed: int = 5, model: str = "") -> Run:
    facts = {
        "recipe": TRAINER.id, "family": "image.tests", "values": {"data": "greys", "steps": 100}, "seed": seed,
        "dataset": {"name": "greys", "digest": "0" * 64}, "version": TRAINER.version,
    }  # fmt: skip
    run = Run.begin(stand.workshop.home.runs / name, facts)
    for step in (10, 20, 30):
        run.add_metric(Metric("loss", step, 1 / step))
        picture = QImage(8, 8, QImage.Format.Format_RGB32)
        picture.fill(step)
        picture.save(str(run.sample_path(step, ".png")))
    folder = stand.workshop.home.state / "made"
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps({"step": 20}))
    run.add_checkpoint(Checkpoint(20, folder))
    if model:
        run.finish(model)
    return run


def test_trainers_are_offered_here_and_nowhere_else(stand: Stand) -> None:
    page = page_of(stand)
    assert [page.panel.recipes.itemData(place) for place in range(page.panel.recipes.count())] == [TRAINER.id]
    assert not stand.page.panel.open(TRAINER.id)
    assert page.panel._about.text() == "Learns to paint.\n\nIt takes a while."
    stand.language.use("zh_CN")
    assert page.panel._about.text() == "学习绘画。\n\n需要一些时间。"
    stand.language.use("en")


def test_start_queues_the_training_with_what_the_form_shows(stand: Stand) -> None:
    page = page_of(stand)
    assert page.panel.form is not None
    page.panel.form.set_values({"data": "greys", "steps": 40})
    QTest.mouseClick(page.panel.start_button, Qt.MouseButton.LeftButton)
    request = stand.engine.jobs()[0].request
    assert (request.generator, dict(request.values)) == (TRAINER.id, {"data": "greys", "steps": 40})


def test_what_the_engine_refuses_stands_at_its_field(stand: Stand) -> None:
    page = page_of(stand)
    stand.engine.refuse = UserError("There is no dataset “x”.", param="data", hint="Choose a folder.")
    assert page.panel.form is not None
    page.panel.form.set_values({"data": "greys"})
    page.panel.start()
    row = page.panel.form.row("data")
    assert row is not None
    assert row.error == "There is no dataset “x”. Choose a folder."


def test_a_prepared_dataset_is_taken_into_the_form(stand: Stand) -> None:
    page = page_of(stand)
    page.panel.data.prepared.emit("greys", "image")
    assert page.panel.form is not None
    assert page.panel.form.values()["data"] == "greys"
    page.panel.data.prepared.emit("tales", "text")
    assert page.panel.problem.text() == "No recipe here learns from files of this kind."


def test_a_recipe_chosen_after_the_folder_has_the_dataset_too(stand: Stand) -> None:
    page = page_of(stand)
    other = replace(TRAINER, id="tests.train.other", title="Train another way")
    stand.workshop.registry.specs[other.id] = other
    stand.workshop.generators_changed.emit()
    page.panel.data.prepared.emit("greys", "image")
    page.panel.recipes.setCurrentIndex(page.panel.recipes.findData(other.id))
    assert page.panel.form is not None
    assert page.panel.form.spec.id == other.id
    assert page.panel.form.values()["data"] == "greys"


def test_after_a_restart_the_recipe_is_the_same_and_the_dataset_is_the_one_last_worked_with(
    stand: Stand, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    page, datasets = page_of(stand), stand.workshop.home.datasets
    qtbot.waitUntil(lambda: page.panel.form is not None and page.panel.form.values()["data"] == "greys")
    other = replace(TRAINER, id="tests.train.other", title="Train another way")
    stand.workshop.registry.specs[other.id] = other
    stand.workshop.generators_changed.emit()
    page.panel.recipes.setCurrentIndex(page.panel.recipes.findData(other.id))
    stand.window.save_state()
    now = time.time()
    for name, age in (("older", 50), ("newer", 30), ("greys", 90)):
        if name != "greys":
            dataset_in(datasets / name)
        os.utime(datasets / name / "dataset.json", (now - age, now - age))
    for expected in ("newer", "greys"):
        with open_window(qapp, tmp_path, PAINTER, TRAINER, other) as again:
            again.window.show_place("teach")
            shown = page_of(again)
            qtbot.waitUntil(lambda: shown.panel.form is not None and shown.panel.form.values()["data"] == expected)  # noqa: B023
            assert shown.panel.form is not None
            assert shown.panel.form.spec.id == other.id
            shown.panel.form.set_values({"data": "older"})
            shown.look()
            qtbot.waitUntil(lambda: not shown._reading)  # noqa: B023
            assert shown.panel.form.values()["data"] == "older", "what the artist chose stays"
            if expected == "newer":
                run_on_disk(again)  # it learns from greys, later than the others were made


@pytest.mark.slow
def test_a_folder_becomes_a_dataset_and_what_was_left_out_is_told(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "shades"
    folder.mkdir()
    for shade in range(6):
        picture = QImage(32, 32, QImage.Format.Format_RGB32)
        picture.fill(shade * 2_500_000)
        picture.save(str(folder / f"shade {shade}.png"))
    (folder / "broken.png").write_bytes(b"")
    page = page_of(stand)
    page.panel.data.prepare(folder)
    qtbot.waitUntil(lambda: "shades" in str(page.panel.form and page.panel.form.values()["data"]), timeout=60_000)
    assert "broken.png" in page.panel.data._told.text()
    assert (stand.workshop.home.datasets / "shades" / "dataset.json").is_file()
    page.panel.data.prepare(tmp_path / "nothing here")
    qtbot.waitUntil(lambda: bool(page.panel.data._problem), timeout=60_000)
    assert "nothing here" in page.panel.data._told.text()


def test_curves_samples_and_checkpoints_of_a_run_are_shown(stand: Stand, qtbot: QtBot) -> None:
    run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    assert list(page.view.curves._curves) == ["loss"]
    assert page.view.samples.item(2).text() == "Step 30"
    assert page.view._title.whole == "Train a painter · greys"
    assert page.view._state.text() == "Stopped after step 20; it can go on from there."
    page.view._go_on.click()
    page.view._go_on.click()
    QTest.qWait(100)
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) > 0)
    assert [job.request.seed for job in stand.engine.jobs()] == [5], "a second click does nothing"


def test_many_curves_fit_a_small_screen_and_lose_no_peak(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    for number in range(12):
        run.add_metric(Metric(f"figure {number}", 10, 1.0))
    for step in range(1, 2001):
        run.add_metric(Metric("speed", step, {777: 90.0, 900: math.nan, 1501: 0.5}.get(step, 2.0)))
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: len(page.view.curves._curves) == 14)
    drawn = page.view.curves._curves["speed"]
    assert len(drawn) <= POINTS + 1
    assert [point for point in drawn if point[1] != 2.0] == [(777, 90.0), (1501, 0.5)]
    assert (drawn[0][0], drawn[-1][0]) == (1, 2000)
    assert "speed: 2 (from 0.5 to 90) after 2,000 steps" in page.view.curves.accessibleDescription()
    assert stand.window.minimumSizeHint().height() <= 700


def test_progress_of_the_run_under_way_is_shown_and_stopped(stand: Stand, qtbot: QtBot) -> None:
    run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    page.view._go_on.click()
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) == 1)
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.progress(job.id, 50, 100, "Learning")
    qtbot.waitUntil(lambda: page.view._bar.value() == 500)
    assert not page.view._stop.isHidden()
    page.view._stop.click()
    qtbot.waitUntil(lambda: stand.engine.jobs()[0].state is JobState.CANCELLED)


def failed_run(stand: Stand, qtbot: QtBot, failure: Failure) -> tuple[TeachPage, Job]:
    """A run that went on and failed, as the page shows it."""
    run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    page.view._go_on.click()
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) == 1)
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.fail(job.id, failure)
    qtbot.waitUntil(lambda: not page.view.failure.isHidden())
    return page, job


def test_a_run_that_failed_says_what_to_do_and_its_remedy_trains_again(stand: Stand, qtbot: QtBot) -> None:
    failure = Failure("Not enough memory.", "Try fewer.", reason="memory", remedy={"steps": 40}, details="Traceback …")
    page, job = failed_run(stand, qtbot, failure)
    card = page.view.failure
    assert card._message.text() == "Not enough memory."
    assert card._hint.text() == "Try fewer."
    assert page.view._state.text() == "Stopped after step 20; it can go on from there."
    assert card.remedy_button.text() == "Try “Steps” at 40"
    card.copy_button.click()
    assert "Traceback …" in QApplication.clipboard().text()
    card.remedy_button.click()
    again = stand.engine.jobs()[0]
    assert again.request.values == {**job.request.values, "steps": 40}
    assert again.request.seed == job.request.seed
    assert page.panel.form is not None
    assert page.panel.form.values()["steps"] == 40, "the form shows what is trained"


def test_a_run_that_failed_goes_on_or_is_changed(stand: Stand, qtbot: QtBot) -> None:
    page, job = failed_run(stand, qtbot, Failure("No picture.", "Add some.", reason="user", param="data"))
    card, form = page.view.failure, page.panel.form
    assert card.remedy_button.isHidden()
    assert form is not None
    form.set_values({"data": "", "steps": 7})
    card.edit_button.click()
    row = form.row("data")
    assert row is not None
    assert row.error == "No picture. Add some."
    assert form.checked() == job.request.values
    assert form.seed.value() == job.request.seed
    assert card.retry_button.isHidden(), "going on is offered once"
    page.view._go_on.click()
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) == 2)
    qtbot.waitUntil(lambda: card.isHidden())


def test_going_back_to_a_checkpoint_forgets_what_came_later(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    page.view.rolled_back.emit(20)
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) == 1)
    assert [metric.step for metric in run.metrics()] == [10, 20]
    qtbot.waitUntil(lambda: page.view.samples.count() == 2)


def choices_of(page: TeachPage) -> tuple[str, dict[str, QAction]]:
    """What the list of checkpoints calls the newest one, and what it offers to do with it."""
    menu = page.view.checkpoints.menu()
    menu.aboutToShow.emit()
    newest = menu.actions()[0]
    inner = newest.menu()
    assert isinstance(inner, QMenu)
    return newest.text(), {action.text(): action for action in inner.actions() if action.text()}


def test_a_checkpoint_is_kept_and_let_go_of_in_the_list(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    told, choices = choices_of(page)
    assert (told, choices["Keep it"].isChecked()) == ("Step 20", False)
    choices["Keep it"].trigger()
    qtbot.waitUntil(lambda: choices_of(page)[0] == "Step 20 (kept)")
    assert run.kept == {20}
    choices_of(page)[1]["Keep it"].trigger()
    qtbot.waitUntil(lambda: choices_of(page)[0] == "Step 20")
    assert run.kept == set()
    job = stand.engine.submit(GenerationRequest.of(TRAINER, run.facts["values"], 5))
    stand.engine.begin(job.id)
    stand.engine.send(TrainingBegan(job.id, run.folder.name, 20))
    qtbot.waitUntil(lambda: not choices_of(page)[1]["Go on from here"].isEnabled())
    assert choices_of(page)[1]["Make a model of it"].isEnabled(), "also while it trains"
    page._keep(7, kept=True)
    qtbot.waitUntil(lambda: page.panel.problem.text() == "There is no checkpoint of step 7.")


def test_a_model_of_a_checkpoint_is_made_by_a_run_of_its_own(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    parent = page._current()
    assert parent is not None
    choices_of(page)[1]["Make a model of it"].trigger()
    qtbot.waitUntil(lambda: page.view._title.whole == "Train a painter · greys · Step 20")
    (job,) = stand.engine.jobs()
    assert (job.request.until, job.request.seed, dict(job.request.values)) == (20, 5, dict(run.facts["values"]))
    branch = page._current()
    assert branch is not None
    assert (page._job_of(branch), page._job_of(parent)) == (job, None)
    assert page.view.checkpoints.isHidden(), "it has this one only"
    assert [metric.step for metric in run.metrics()] == [10, 20, 30]
    qtbot.waitUntil(lambda: page.runs.currentText() == f"Train a painter · greys · Step 20 · {branch.folder.name[:6]}")
    (stand.workshop.home.models / "greys-20").mkdir(parents=True)
    Run(branch.folder).finish("own:greys-20")
    stand.engine.cancel(job.id)
    page._chosen(1)
    qtbot.waitUntil(lambda: page.view._title.whole == "Train a painter · greys")
    choices_of(page)[1]["Make a model of it"].trigger()
    qtbot.waitUntil(lambda: page.view._state.text() == "Done. The model is own:greys-20.")
    assert len(stand.engine.jobs()) == 1, "it is there already"


def test_a_kept_checkpoint_is_not_lost_by_going_back(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    run = run_on_disk(stand)
    run.add_checkpoint(Checkpoint(30, shutil.copytree(run.checkpoint(20), tmp_path / "later")))
    run.keep(30)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    page.view.rolled_back.emit(20)
    said = "The checkpoint of step 30 is kept; stop keeping it before you go back further."
    qtbot.waitUntil(lambda: page.panel.problem.text() == said)
    assert (run.steps, stand.engine.jobs()) == ([20, 30], [])


def test_two_moments_are_seen_beside_each_other_with_their_figures(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    page.view.compare_button.click()
    (dialog,) = stand.window.findChildren(ComparisonDialog)
    qtbot.waitUntil(lambda: dialog.view is not None)

    def figures() -> list[str]:
        items = [dialog._figures.itemAt(place) for place in range(dialog._figures.count())]
        return [cell.text() for item in items if item is not None and isinstance(cell := item.widget(), QLabel)]

    assert dialog.view is not None
    assert [shot.path.name for shot in dialog.view.shots] == ["00000010-0.png", "00000030-0.png"]
    pictures = dialog.view.pictures
    assert pictures is not None
    qtbot.waitUntil(lambda: pictures.picture_canvas.mode == "side")
    assert dialog.sample.isHidden(), "there is one of each moment"
    assert figures() == ["Step 10", "Step 30", "Change", "loss", "0.1", "0.03333", "-0.0667"]
    dialog.first.setCurrentIndex(1)
    dialog.first.activated.emit(1)
    qtbot.waitUntil(lambda: figures()[-3:] == ["0.05", "0.03333", "-0.0167"])
    stand.language.use("zh_CN")
    assert dialog.first.currentText() == "第 20 步，检查点"
    stand.language.use("en")
    with qtbot.waitSignal(dialog.destroyed):
        dialog.accept()
    for _, path in run.samples():
        path.unlink()
    page.view.compare(20)
    (dialog,) = stand.window.findChildren(ComparisonDialog)
    qtbot.waitUntil(lambda: bool(dialog._moments))
    assert dialog.first.currentData() == 20
    assert dialog._nothing.isVisible()
    dialog.accept()


def test_the_last_checkpoint_is_held_against_the_first_moment(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    folder = stand.workshop.home.state / "made"
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps({"step": 30}))
    run.add_checkpoint(Checkpoint(30, folder))
    dialog = ComparisonDialog(run.folder, TRAINER, stand.workshop, 30)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.view is not None)
    assert (dialog.first.currentData(), dialog.second.currentData()) == (10, 30)
    stale = dialog._moments
    dialog.first.setCurrentIndex(1)
    dialog._read()
    qtbot.waitUntil(lambda: dialog._moments[0].step == 20)
    dialog._found(stale)
    assert dialog._moments[0].step == 20, "a reading that comes late is of moments chosen no more"


def test_a_comparison_fits_a_small_screen(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    for step in (10, 30):
        for number in range(40):
            run.add_metric(Metric(f"figure {number}", step, 1.0))
        formats.encode(sample_input("score"), run.sample_path(step, ".mid"), None)
    dialog = ComparisonDialog(run.folder, TRAINER, stand.workshop)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.view is not None)
    dialog.sample.setCurrentIndex(1)
    dialog._show()
    qtbot.wait(50)
    assert dialog.width() <= 1024
    assert dialog.height() <= 700
    assert dialog._listing.height() > 100
    assert dialog._listing.accessibleName() == "Figures", "it is scrolled by keys"
    Inspector.shared().close()


@pytest.mark.parametrize("way", ["other captions", "other recipe"])
def test_a_run_goes_on_with_the_same_data_and_recipe_only(stand: Stand, qtbot: QtBot, way: str) -> None:
    run = run_on_disk(stand)
    if way == "other captions":
        set_captions(find(stand.workshop.home.datasets, "greys"), {1: "another caption"})
        said = "The dataset has changed since. This run cannot go on; train anew."
    else:
        (run.folder / "run.json").write_text(json.dumps({**run.facts, "version": 99}))
        said = "Train a painter is another version now. This run cannot go on; train anew."
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    for wish in ("go on", "roll back"):
        page.panel.tell("")
        if wish == "go on":
            page.view.continued.emit()
        else:
            page.view.rolled_back.emit(20)
        qtbot.waitUntil(lambda: page.panel.problem.text() == said)
    assert stand.engine.jobs() == []
    assert [metric.step for metric in run.metrics()] == [10, 20, 30], "nothing was given up"


def test_a_run_of_other_data_shows_nothing_of_the_training_under_way(stand: Stand, qtbot: QtBot) -> None:
    old = run_on_disk(stand)
    set_captions(find(stand.workshop.home.datasets, "greys"), {1: "another caption"})
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    job = stand.engine.submit(GenerationRequest.of(TRAINER, old.facts["values"], 5))
    qtbot.waitUntil(lambda: not page._reading)
    shown = page._current()
    assert shown is not None
    assert page._job_of(shown) is None, "not while it waits"
    stand.engine.begin(job.id)
    stand.engine.send(TrainingBegan(job.id, "2" * 16, 0))
    stand.engine.progress(job.id, 50, 100, "Learning")
    qtbot.waitUntil(lambda: page._begun == {job.id: "2" * 16})
    assert page.view._stop.isHidden()
    stand.engine.send(TrainingBegan(job.id, old.folder.name, 20))
    qtbot.waitUntil(lambda: page._job_of(shown) is not None)


def test_a_finished_model_is_trained_again_as_recorded(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand, model="own:greys-1")
    digest = find(stand.workshop.home.datasets, "greys").digest
    facts = {**run.facts, "dataset": {"name": "greys", "digest": digest}, "studio": "0.0.1"}
    (run.folder / "run.json").write_text(json.dumps(facts))
    run.keep(20)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)

    def again() -> str:
        page.view.again_button.click()
        (box,) = (one for one in page.findChildren(QMessageBox) if one.isVisible())
        next(button for button in box.buttons() if button.text() == "Train again").click()
        return box.informativeText()

    assert "Version 0.0.1 of the studio trained this before" in again()
    said = (
        "The checkpoint of step 20 is kept; stop keeping it before this is trained again. Or train with another seed."
    )
    qtbot.waitUntil(lambda: page.panel.problem.text() == said)
    assert stand.engine.jobs() == []
    run.keep(20, kept=False)
    again()
    qtbot.waitUntil(lambda: len(stand.engine.jobs()) == 1)
    request = stand.engine.jobs()[0].request
    assert (request.generator, request.seed, dict(request.values)) == (TRAINER.id, 5, facts["values"])


def test_a_finished_model_is_used_in_create(stand: Stand, qtbot: QtBot) -> None:
    run_on_disk(stand, model="own:greys-1")
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.model_folder() is not None)
    assert page.view.model_folder() == stand.workshop.home.models / "greys-1"
    page.view._use.click()
    assert stand.window.place == "create"
    assert stand.form.spec.id == USER.id
    assert stand.form.values()["model"] == "own:greys-1"


def test_where_several_generators_use_a_model_the_artist_is_asked(qapp: QApplication, tmp_path: Path) -> None:
    other = replace(USER, id="tests.other", title="Use it otherwise")
    with open_window(qapp, tmp_path, PAINTER, TRAINER, USER, other) as stand:
        page = page_of(stand)
        page.view.use_wanted.emit("own:greys-1", "image.tests")
        assert [action.text() for action in page.users.actions()] == ["Use it", "Use it otherwise"]
        page.users.actions()[1].trigger()
        page.users.close()
        assert (stand.form.spec.id, stand.form.values()["model"]) == ("tests.other", "own:greys-1")


def report_of(stand: Stand, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[TeachPage, list[str]]:
    """The page with the finished model *greys-1*, whose files lie in `folder`, and what it opens."""
    run = run_on_disk(stand, model="own:greys-1")
    folder.mkdir(parents=True)
    (folder / "card.json").write_text('{"family": "image.tests"}')
    facts = {"title": "Greys", "family": "image.tests", "recipe": TRAINER.id, "dataset": {"name": "greys"}}
    write_report(folder, facts, Evaluation((Measure("shades", 0.5, 1.0, "the mean"),)), run)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    page = page_of(stand)
    page.look()
    return page, opened


def test_the_report_opens_in_the_windows_language(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    home = stand.workshop.home
    page, opened = report_of(stand, home.models / "greys-1", monkeypatch)
    qtbot.waitUntil(lambda: page.view.model_folder() is not None)
    page.view._report.click()
    qtbot.waitUntil(lambda: len(opened) == 1)
    assert Path(opened[0]) == home.models / "greys-1" / "report.html"
    stand.language.use("zh_CN")
    try:
        page.view._report.click()
        qtbot.waitUntil(lambda: len(opened) == 2)
        assert page.view.curves._names == {"loss": "错误率"}, "by the trainer's plugin"
        assert page.view._title.whole == "训练画家 · greys"
    finally:
        stand.language.use("en")
    assert Path(opened[1]).parent == home.reports
    assert "灰度：0.5，the mean为 1；低了50%，更好。" in Path(opened[1]).read_text("utf-8")


def test_a_model_without_a_report_shows_its_card_or_says_why(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stand.workshop.home.models / "greys-1"
    page, opened = report_of(stand, folder, monkeypatch)
    qtbot.waitUntil(lambda: page.view.model_folder() is not None)
    for name in ("report.html", "report.json"):
        (folder / name).unlink()
    page.view._report.click()
    qtbot.waitUntil(lambda: opened == [str(folder / "README.md")])
    (folder / "README.md").unlink()
    with qtbot.waitSignal(stand.workshop.problem) as told:
        page.view._report.click()
    assert told.args == ["The report could not be opened", "This model has no report (report.json is not there)."]


def test_the_newest_run_is_followed_until_another_is_chosen(stand: Stand, qtbot: QtBot) -> None:
    run_on_disk(stand, "1" * 16, seed=1)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.runs.count() == 1)
    time.sleep(0.02)
    run_on_disk(stand, "2" * 16, seed=2)
    page.look()
    qtbot.waitUntil(lambda: page.runs.count() == 2)
    qtbot.waitUntil(lambda: page._shown is not None and page._shown.name == "2" * 16)


def test_a_run_that_is_removed_leaves_its_place_to_the_newest(stand: Stand, qtbot: QtBot) -> None:
    first, second = run_on_disk(stand, "0" * 16), run_on_disk(stand, "1" * 16, seed=6)
    page = page_of(stand)
    page._clock.stop()
    page.look()
    qtbot.waitUntil(lambda: page.runs.count() == 2)
    page.look()
    page._chosen(1)  # while a look is under way: it is followed by another
    qtbot.waitUntil(lambda: page.view._snapshot is not None and page.view._snapshot.folder == first.folder)
    shutil.rmtree(first.folder)
    page.look()
    qtbot.waitUntil(lambda: page.view._snapshot is not None and page.view._snapshot.folder == second.folder)
    assert page.runs.currentData() == second.folder
    shutil.rmtree(second.folder)
    page.look()
    qtbot.waitUntil(lambda: page._pages.currentIndex() == 0)
    third = run_on_disk(stand, "2" * 16)
    page.look()
    qtbot.waitUntil(lambda: page.view._snapshot is not None and page.view._snapshot.folder == third.folder)


def test_hostile_runs_are_shown_literally(stand: Stand, qtbot: QtBot) -> None:
    folder = stand.workshop.home.runs / ("9" * 16)
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"recipe": "<b>x</b>", "dataset": {"name": "<img src=x>"}, "created": "soon"}')
    (folder / "metrics.jsonl").write_text('{"name": "<i>loss</i>", "step": 1, "value": 2}\n[]\nnull\n{"step": "x"}\n')
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view._title.whole == "<b>x</b> · <img src=x>")
    assert page.view._title.textFormat() == Qt.TextFormat.PlainText
    assert list(page.view.curves._curves) == ["<i>loss</i>"]


def dialog_of(stand: Stand, qtbot: QtBot) -> DatasetDialog:
    page = page_of(stand)
    assert page.panel.form is not None
    page.panel.form.set_values({"data": "greys"})
    QTest.mouseClick(page.panel.data.look_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(DatasetDialog) is not None)
    dialog = page.findChild(DatasetDialog)
    assert isinstance(dialog, DatasetDialog)
    return dialog


def test_captions_are_typed_pasted_and_kept(stand: Stand, qtbot: QtBot) -> None:
    dialog = dialog_of(stand, qtbot)
    table = dialog.table
    assert table.rowCount() == len(table.dataset.items) > 3
    table.setData(table.index(0, CAPTION), "  a   grey\nsquare ")
    dialog.view.setCurrentIndex(table.index(1, CAPTION))
    QApplication.clipboard().setText("second\nthird")
    QTest.keyClick(dialog.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [table.caption(place) for place in range(3)] == ["a grey square", "second", "third"]
    assert dialog.save_button.isEnabled()
    with qtbot.waitSignal(dialog.kept):
        QTest.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    kept = Dataset.read(stand.workshop.home.datasets / "greys")
    assert [item.caption for item in kept.items[:3]] == ["a grey square", "second", "third"]
    assert kept.digest != table.dataset.digest, "a training with other captions is another training"


def test_captions_that_cannot_be_kept_stay_in_the_table(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = dialog_of(stand, qtbot)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("studio.teach.datasets.write_json", full)
    dialog.table.setData(dialog.table.index(0, CAPTION), "grey")
    dialog.save()
    qtbot.waitUntil(lambda: dialog.problem.isVisibleTo(dialog))
    assert dialog.problem.text() == "The captions could not be kept: No space left on device"
    assert dialog.table.caption(0) == "grey"
    assert dialog.save_button.isEnabled()


def test_typed_captions_are_not_thrown_away_unasked(stand: Stand, qtbot: QtBot) -> None:
    dialog = dialog_of(stand, qtbot)
    assert dialog.focusWidget() is dialog.view, "pasted lines go there"
    dialog.table.setData(dialog.table.index(0, CAPTION), "grey")
    QTest.keyClick(dialog.search_box, Qt.Key.Key_Return)
    assert QApplication.activeModalWidget() is dialog, "Enter belongs to the search"
    for words, stays in (("Go on typing", True), ("Throw away", False)):
        QTest.keyClick(dialog.view, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(made for made in box.buttons() if made.text() == words).click()
        if stays:
            qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog)
    qtbot.waitUntil(lambda: page_of(stand).findChild(DatasetDialog) is None)


def test_nothing_is_typed_into_captions_that_are_being_kept(stand: Stand, qtbot: QtBot) -> None:
    dialog = dialog_of(stand, qtbot)
    dialog.table.setData(dialog.table.index(0, CAPTION), "grey")
    dialog.save()
    dialog.reject()
    assert dialog.isVisible()
    assert not dialog.view.isEnabled()
    with qtbot.waitSignal(dialog.destroyed):
        pass
    assert find(stand.workshop.home.datasets, "greys").items[0].caption == "grey"


def test_two_clicks_show_a_dataset_once(stand: Stand, qtbot: QtBot) -> None:
    page = page_of(stand)
    assert page.panel.form is not None
    page.panel.form.set_values({"data": "greys"})
    page.panel.look_inside()
    dialog = dialog_of(stand, qtbot)
    qtbot.wait(50)
    assert page.findChildren(DatasetDialog) == [dialog]
    dialog.reject()
    qtbot.waitUntil(lambda: page.findChild(DatasetDialog) is None)
    dialog_of(stand, qtbot).reject()


def test_what_was_left_out_of_a_large_folder_is_told_without_delay(stand: Stand, tmp_path: Path) -> None:
    stand.language.use("zh_CN")
    left_out = [{"why": f"“{number}.png” is left out: it is empty."} for number in range(20_000)]
    begun = time.process_time()
    dialog = DatasetDialog(Dataset("greys", "image", tmp_path, (), card={"left_out": left_out}), {})
    tabs = dialog.findChildren(QTabWidget)[0]
    tabs.setCurrentIndex(1)
    dialog.show()
    QApplication.processEvents()
    assert time.process_time() - begun < 0.5
    left_out_tab = tabs.widget(1)
    assert isinstance(left_out_tab, SentenceList)
    assert left_out_tab.accessibleName() == "未采用"
    shown = left_out_tab.model()
    assert shown.rowCount() == 20_000
    assert shown.data(shown.index(19_999, 0)) == "未采用“19999.png”：文件是空的。"
    dialog.close()
    stand.language.use("en")


def test_a_search_leaves_what_was_meant_and_captions_go_to_the_right_file(stand: Stand, qtbot: QtBot) -> None:
    dialog = dialog_of(stand, qtbot)
    table = dialog.table
    table.setData(table.index(2, CAPTION), "moon over water")
    dialog.search_box.setText("WATER moon")
    assert [table.place(row) for row in range(table.rowCount())] == [2]
    table.setData(table.index(0, CAPTION), "sun")
    assert table.changed == {2: "sun"}
    dialog.search_box.clear()
    dialog.only_bare.setChecked(True)
    bare = [place for place, item in enumerate(table.dataset.items) if not item.caption and place != 2]
    assert [table.place(row) for row in range(table.rowCount())] == bare


def test_parts_of_texts_and_what_is_nearly_the_same_are_told_by_name(
    stand: Stand, qtbot: QtBot, tmp_path: Path
) -> None:
    items = tuple(
        DatasetItem(tmp_path / "texts.jsonl", meta={"from": f"book.txt:passage {number}"}) for number in (1, 2)
    )
    card = {"near_duplicates": [{"file": "a.txt", "like": "b.txt"}]}
    dialog = DatasetDialog(Dataset("book", "text", tmp_path, items, card=card), {})
    qtbot.addWidget(dialog)
    assert dialog.table.data(dialog.table.index(1, FILE)) == "book.txt:passage 2"
    dialog.search_box.setText("passage 1")
    assert dialog.table.rowCount() == 1
    models = [one.model() for one in dialog.findChildren(SentenceList)]
    assert "“a.txt” and “b.txt”" in [model.data(model.index(0, 0)) for model in models]


def test_framing_is_shown_for_recipes_that_frame_only(stand: Stand, qtbot: QtBot) -> None:
    dataset = find(stand.workshop.home.datasets, "greys")
    whole, framing = DatasetDialog(dataset, {}), DatasetDialog(dataset, {"framing": "whole"})
    for dialog in (whole, framing):
        qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: not framing._examples[0].pixmap().isNull())
    assert whole._examples[0].parent() is None
    assert whole._examples[0].pixmap().isNull()


def test_what_a_recipe_does_to_the_files_while_it_learns_is_told(stand: Stand, qtbot: QtBot) -> None:
    dataset = find(stand.workshop.home.datasets, "greys")
    said = "While it learns, nothing is done to the files: they are learned as they are."
    moves = (("", "Pieces are moved."), ("mirror", "Every other one is mirrored."))
    for alters, values, told in (
        (None, {}, ""),
        ((), {}, said),
        (moves, {"mirror": True}, "While it learns: Pieces are moved. Every other one is mirrored."),
        (moves, {"mirror": False}, "While it learns: Pieces are moved."),
    ):
        dialog = DatasetDialog(dataset, values, recipe=replace(TRAINER, alters=alters))
        qtbot.addWidget(dialog)
        assert dialog.altered.text() == told
        assert dialog.altered.isHidden() == (not told)


def test_how_the_next_folder_is_prepared_can_be_said(stand: Stand, tmp_path: Path) -> None:
    step = page_of(stand).panel.data
    assert step.options.isHidden()
    assert list(step.options.words()) == []
    QTest.mouseClick(step.more_button, Qt.MouseButton.LeftButton)
    assert not step.options.isHidden()
    fields = step.options
    fields.captions.setCurrentIndex(fields.captions.findData("sidecar"))
    fields.split.setCurrentIndex(fields.split.findData("file"))
    fields.held_out.setValue(25)
    fields.masking.setChecked(False)
    fields.licence.setText("--CC BY 4.0")
    fields.consent.setText("the painter")
    stand.language.use("zh_CN")
    assert fields.captions.currentText() == "每个文件旁的文本"
    stand.language.use("en")
    (tmp_path / "sea").mkdir()
    for shade in range(4):
        picture = QImage(32, 32, QImage.Format.Format_RGB32)
        picture.fill(shade * 2_500_000)
        picture.save(str(tmp_path / "sea" / f"{shade}.png"))
    (tmp_path / "sea" / "0.txt").write_text("write to eve@example.org")
    home = stand.workshop.home
    assert studio(home.state, "teach", "data", str(tmp_path / "sea"), *fields.words()).code == 0
    made = find(home.datasets, "sea")
    assert (made.card["licence"], made.card["consent"], made.card["split_by"]) == ("--CC BY 4.0", "the painter", "file")
    assert (len(made.held_out), made.card["masking"]) == (1, False)
    assert [item.caption for item in made.items] == ["write to eve@example.org", "", "", ""]


def test_the_log_of_a_run_is_shown_on_demand(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    page.look()
    qtbot.waitUntil(lambda: page.view.samples.count() == 3)
    assert page.view.log_button.isHidden()
    run.add_remark("<b>0.png</b> was left out.")
    page.look()
    qtbot.waitUntil(lambda: not page.view.log_button.isHidden())
    assert page.view.log.isHidden()
    QTest.mouseClick(page.view.log_button, Qt.MouseButton.LeftButton)
    assert not page.view.log.isHidden()
    assert page.view.log.toPlainText() == "<b>0.png</b> was left out."
    run.add_remark("1.png was left out: cannot identify image file")
    run.add_remark("Going on from the checkpoint after 20 steps.")
    stand.language.use("zh_CN")
    page.look()
    qtbot.waitUntil(lambda: "checkpoint" not in page.view.log.toPlainText() and page.view.log.blockCount() == 3)
    assert page.view.log.toPlainText().splitlines()[1:] == [
        "1.png was left out: cannot identify image file", "从第 20 步之后的检查点继续。"
    ]  # fmt: skip
    stand.language.use("en")


def test_a_sample_looked_at_is_let_go_of(stand: Stand, qtbot: QtBot) -> None:
    run = run_on_disk(stand)
    page = page_of(stand)
    sheets = len(stand.window.findChildren(QuickLook))
    page.view._look(Shown(10, "image", run.samples()[0][1]))
    (sheet,) = [one for one in stand.window.findChildren(QuickLook) if one.isVisible()]
    with qtbot.waitSignal(sheet.destroyed):
        sheet.close()
    assert len(stand.window.findChildren(QuickLook)) == sheets


def test_samples_are_looked_at_one_after_another_in_one_sheet(stand: Stand, qtbot: QtBot) -> None:
    run_on_disk(stand)
    page = page_of(stand)
    page.look()
    strip = page.view.samples
    qtbot.waitUntil(lambda: strip.count() == 3)
    place = strip.visualItemRect(strip.item(1)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (sheet,) = [one for one in stand.window.findChildren(QuickLook) if one.isVisible()]
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(sheet, key)
        seen.append(sheet.windowTitle())
    assert seen == ["Step 30", "Step 30", "Step 20", "Step 10", "Step 10"]
    with qtbot.waitSignal(sheet.destroyed):
        sheet.close()
    page.view._look(page.view._snapshot.samples[0] if page.view._snapshot else Shown(0, "image", Path()))
    (sheet,) = [one for one in stand.window.findChildren(QuickLook) if one.isVisible()]
    with qtbot.waitSignal(sheet.destroyed):
        sheet.close()


def test_a_forecast_tells_graphics_memory_where_some_is_needed(stand: Stand) -> None:
    line = page_of(stand).panel.forecast
    for needed, told in (
        (0.0, "About 50 seconds · 1.5 GB memory"),
        (6.25, "About 50 seconds · 1.5 GB memory · 6.2 GB graphics memory"),
    ):
        line._answer = {"seconds": 50.0, "ram_gb": 1.5, "vram_gb": needed}
        line.retranslate()
        assert line.told.text() == told


def test_looking_inside_without_a_dataset_says_what_to_do(stand: Stand) -> None:
    page = page_of(stand)
    assert page.panel.form is not None
    page.panel.form.set_values({"data": ""})
    page.panel.look_inside()
    assert page.panel.problem.text() == "Choose a folder or a dataset first."


def test_pictures_are_shown_as_the_recipe_sees_them(qapp: QApplication, tmp_path: Path) -> None:
    wide = QImage(64, 32, QImage.Format.Format_RGB32)
    wide.fill(0xFF0000)
    wide.save(str(tmp_path / "wide.png"))
    plain, middle, mirrored = framed(tmp_path / "wide.png", 32, "middle", mirror=True)
    assert (plain.width(), plain.height()) == (32, 16)
    assert (middle.size(), mirrored.size()) == (QSize(32, 32), QSize(32, 32))
    _, whole = framed(tmp_path / "wide.png", 32, "whole", mirror=False)
    assert whole.pixelColor(16, 1).alpha() == 0, "the room around it"
    (tmp_path / "none.png").write_bytes(b"no picture")
    assert framed(tmp_path / "none.png", 32, "middle", mirror=True) == []

"""*Create* from form to result, over a scripted engine."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.windows import PAINTER, PLAYER, SHAPER, WRITER, FakeRegistry, Stand, open_window
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.engine.events import ItemSaved, JobRestarted, LogReceived
from studio.engine.jobs import Failure
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState
from studio.library.items import Origin
from studio.library.library import Library
from studio.sdk import Audio, Field, Note, Score, Text, Track, UserError
from studio.shell.create.origins import made_with
from studio.shell.create.panel import NARROWEST
from studio.shell.create.progress import told
from studio.shell.create.shots import Shot
from studio.shell.create.stage import player_of_scores, receivers
from studio.shell.drafts import Draft, keep_all, put_by, read_drafts
from studio.shell.viewers.background import Background
from studio.shell.viewers.text import TextViewer


@pytest.fixture
def stand(qapp: QApplication, tmp_path: Path) -> Any:
    with open_window(qapp, tmp_path) as made:
        yield made


def picture(path: Any, color: Any = "red") -> Any:
    made = QImage(8, 8, QImage.Format.Format_RGB32)
    made.fill(color)
    made.save(str(path))
    return str(path)


def test_the_first_result_is_two_clicks_away(stand: Stand, qtbot: QtBot) -> None:
    card = stand.page.stage.welcome.cards()[0]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert stand.page.panel.generate_button.hasFocus() or not stand.window.isActiveWindow()
    QTest.mouseClick(stand.page.panel.generate_button, Qt.MouseButton.LeftButton)
    job = stand.engine.jobs()[0]
    assert job.request.values["prompt"] == card.example.values["prompt"]
    assert job.request.seed == card.example.seed


def test_ctrl_enter_generates_with_what_the_form_shows(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id, {"prompt": "a boat", "steps": 3}, 99)
    stand.window.commands.all()[0].action.trigger()
    request = stand.engine.jobs()[0].request
    assert (request.generator, request.values["prompt"], request.values["steps"]) == (PAINTER.id, "a boat", 3)
    assert request.seed == 99


def test_count_makes_jobs_with_consecutive_seeds(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id, {}, 5)
    stand.page.panel.count.setValue(3)
    stand.page.generate()
    assert [job.request.seed for job in stand.engine.jobs()] == [5, 6, 7]


def test_opening_the_presets_again_leaves_no_menus(stand: Stand, qapp: QApplication) -> None:
    panel = stand.page.panel
    panel.open(PAINTER.id)
    assert panel.form is not None
    panel._presets.save(PAINTER, "mine", panel.form.checked())
    for _ in range(5):
        panel._preset_menu.aboutToShow.emit()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(panel._preset_menu.findChildren(QMenu)) == 1
    assert panel._preset_menu.actions()[0].text() == "mine"


def test_a_missing_input_is_told_at_its_field_and_nothing_is_queued(stand: Stand) -> None:
    stand.page.panel.open(SHAPER.id)
    stand.page.generate()
    assert stand.engine.jobs() == []
    assert stand.form.row("picture").error == "Picture is missing. Choose one first."


def test_what_the_engine_refuses_is_told_at_its_field(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id)
    stand.engine.refuse = UserError("Too many steps.", param="steps", hint="Try 4.")
    stand.page.generate()
    assert stand.form.row("steps").error == "Too many steps. Try 4."


def test_what_belongs_to_no_field_is_told_in_the_status_line(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id)
    stand.engine.refuse = UserError("The disk is full.")
    stand.page.generate()
    assert stand.window.status._message.text() == "The disk is full."


def test_text_streams_onto_the_stage(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(WRITER.id)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    for word in ("There ", "was ", "a ", "<b>fox</b>."):
        stand.engine.write(job.id, word)
    viewer = stand.page.stage._viewer("text")
    qtbot.waitUntil(lambda: "There was a <b>fox</b>." in viewer.findChild(type(_editor(viewer))).toPlainText())


def test_a_text_that_begins_anew_is_not_shown_twice(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(WRITER.id)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    editor = _editor(stand.page.stage._viewer("text"))
    stand.engine.write(job.id, "Once ")
    qtbot.waitUntil(lambda: editor.toPlainText() == "Once ")
    stand.engine.write(job.id, "upon ")
    stand.engine.send(JobRestarted(job.id))
    stand.engine.write(job.id, "Once upon a time")
    qtbot.waitUntil(lambda: "time" in editor.toPlainText())
    assert editor.toPlainText() == "Once upon a time"


def test_what_a_generator_remarks_stands_under_its_result(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    stand.page.panel.open(PAINTER.id)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    remarks = stand.page.stage.remarks
    stand.engine.begin(job.id)
    assert remarks.isHidden()
    for number in range(3):
        stand.engine.send(LogReceived(job.id, f"The model does not know <b>{number}</b>; left out."))
    stand.engine.send(LogReceived(job.id, "UserWarning: deprecated", printed=True))
    stand.engine.send(LogReceived("another", "Nobody looks at this job."))
    stand.engine.save(job.id, "image", picture(tmp_path / "a.png"))
    stand.engine.end(job.id)
    qtbot.waitUntil(lambda: stand.page.stage.shot is not None)
    assert remarks.line.whole == " · ".join(
        f"The model does not know <b>{number}</b>; left out." for number in range(3)
    )
    assert not remarks.isHidden()
    stand.page.stage.show_welcome()
    assert remarks.isHidden()


def _editor(viewer: Any) -> Any:
    from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

    return viewer.findChild(QPlainTextEdit) or viewer.findChild(QTextEdit)


def test_a_saved_result_takes_the_stage_and_joins_the_strip(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    stand.page.panel.open(PAINTER.id, {"prompt": "red"})
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.preview(job.id)
    stand.engine.save(job.id, "image", picture(tmp_path / "a.png"))
    stand.engine.end(job.id)
    qtbot.waitUntil(lambda: stand.page.stage.shot is not None and stand.page.stage.job.state == JobState.SUCCEEDED)
    assert stand.page.stage.shot.path.name == "a.png"
    assert [shot.title for shot in stand.page.stage.filmstrip.shots()] == ["red"]
    assert not stand.page.stage.filmstrip.isHidden()


def test_escape_cancels_the_job_on_the_stage(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.page.cancel()
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.CANCELLED)


def test_escape_leaves_alone_what_waits(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id)
    for _ in range(2):
        stand.page.generate()
    first, second = stand.engine.jobs()
    qtbot.waitUntil(lambda: stand.page.queue.model.rowCount() == 2)
    stand.page.cancel()
    assert [job.state for job in stand.engine.jobs()] == [JobState.QUEUED] * 2
    stand.engine.begin(second.id)
    qtbot.waitUntil(lambda: stand.page.queue.model.job(0).state == JobState.RUNNING)
    stand.page.cancel()
    assert [stand.engine._jobs[job.id].state for job in (first, second)] == [JobState.QUEUED, JobState.CANCELLED]


@pytest.mark.parametrize(
    ("remedy", "says"),
    [({"size": [720, 360]}, "Try 720 × 360"), ({"steps": 4}, "Try “Steps” at 4")],
)
def test_running_out_of_memory_offers_what_the_worker_proposes(
    stand: Stand, qtbot: QtBot, remedy: dict[str, Any], says: str
) -> None:
    stand.page.panel.open(PAINTER.id, {"size": [1024, 512], "steps": 8}, 3)
    stand.page.panel.count.setValue(3)
    job = stand.engine.submit(_request(PAINTER, {"size": [1024, 512], "steps": 8}, 3))
    stand.page.stage.watch(job)
    stand.engine.begin(job.id)
    stand.engine.fail(job.id, Failure("Not enough memory.", "Make it smaller.", reason="memory", remedy=remedy))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    card = stand.page.stage.failure
    assert card.remedy_button.isVisible()
    assert card.remedy_button.text() == says
    card.remedy_button.click()
    again = stand.engine.jobs()[0]
    assert again.request.values == {**job.request.values, **remedy}
    assert again.request.seed == 3
    assert stand.form.values()["steps"] == again.request.values["steps"]
    assert len(stand.engine.jobs()) == 2, "one, however many the form would make"
    assert stand.page.stage.job.id == again.id


def test_a_fault_shows_its_details_folded_and_copies_a_report_without_values(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id, {"prompt": "my secret idea"})
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.fail(job.id, Failure("It broke.", details="Traceback <i>here</i>", reason="bug"))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    card = stand.page.stage.failure
    assert card._details.isHidden()
    card._fold.setChecked(True)
    assert card._details.toPlainText() == "Traceback <i>here</i>"
    card.copy_button.click()
    report = QGuiApplication.clipboard().text()
    assert "Traceback" in report
    assert "my secret idea" not in report


def test_a_worker_that_dies_says_so_on_the_stage_and_in_the_queue(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(WRITER.id, {"prompt": "Dusk"})
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    died = Failure("The process ended unexpectedly.", "Retry it.", reason="worker", details="signal 11")
    stand.engine.fail(job.id, died, JobState.INTERRUPTED)
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.INTERRUPTED)
    card = stand.page.stage.failure
    assert card.isVisible()
    assert card._title.text() == "The worker stopped"
    assert "signal 11" in card.report()
    queue = stand.page.queue
    qtbot.waitUntil(lambda: queue._offer is not None and not queue._offer.isHidden())
    assert "1 job was interrupted before it was done" in queue._offer_text.text()
    assert "ended unexpectedly" in told(queue.model.job(0))
    card.retry_button.click()
    assert stand.engine.jobs()[0].state == JobState.QUEUED


def test_what_a_running_generator_cannot_use_stands_at_its_field(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id, {"prompt": "a grue", "steps": 3})
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.page.panel.generate_button.setFocus()
    stand.engine.fail(job.id, Failure("It knows no “grue”.", "Use another word.", param="prompt", reason="user"))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    row = stand.form.row("prompt")
    assert "grue" in row.error
    assert not row.editor.input_widget().hasFocus(), "the artist may be writing elsewhere"
    stand.page.panel.open(PAINTER.id, {"prompt": "a fox", "steps": 3})
    assert stand.form.row("prompt").error == ""
    stand.page.stage.failure.edit_button.click()
    assert "grue" in stand.form.row("prompt").error


def test_a_failure_cleared_from_the_queue_can_still_be_retried_from_its_card(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(WRITER.id, {"prompt": "Dusk"}, 4)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.fail(job.id, Failure("It did not work.", reason="user"))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    stand.engine.clear()
    qtbot.waitUntil(lambda: stand.page.queue.model.rowCount() == 0)
    stand.page.stage.failure.retry_button.click()
    again = stand.engine.jobs()[0]
    assert (again.request.values["prompt"], again.request.seed) == ("Dusk", 4)
    assert again.state == JobState.QUEUED


@pytest.mark.parametrize("remedy", [{}, {"gone": 4}, {"steps": 99}, {"size": "small"}, {"steps": None}])
def test_a_remedy_that_does_not_fit_is_not_offered(stand: Stand, qtbot: QtBot, remedy: dict[str, Any]) -> None:
    job = stand.engine.submit(_request(PAINTER))
    stand.page.stage.watch(job)
    stand.engine.fail(job.id, Failure("Not enough memory.", reason="memory", remedy=remedy))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    assert stand.page.stage.failure.remedy_button.isHidden()
    stand.page.use_remedy(job.id)
    assert len(stand.engine.jobs()) == 1


def _request(spec: Any, values: Any = None, seed: int = 1) -> Any:
    from studio.engine.requests import GenerationRequest

    return GenerationRequest.of(spec, values or {}, seed)


def made(stand: Stand, qtbot: QtBot, path: Path, values: Any = None) -> Any:
    """A job of the painter's that made a picture."""
    job = stand.engine.submit(_request(PAINTER, values or {"prompt": path.stem}))
    before = stand.page.stage.filmstrip.count()
    stand.engine.begin(job.id)
    stand.engine.save(job.id, "image", picture(path))
    stand.engine.end(job.id)
    qtbot.waitUntil(lambda: stand.page.stage.filmstrip.count() == before + 1)
    return job


def click(strip: Any, row: int) -> None:
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.visualItemRect(strip.item(row)).center())


def test_a_click_on_the_current_result_brings_it_back(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    stage = stand.page.stage
    made(stand, qtbot, tmp_path / "a.png")
    click(stage.filmstrip, 0)
    assert stage.shot.title == "a"
    job = stand.engine.submit(_request(PAINTER))
    stage.watch(job)
    assert not stage.shot
    click(stage.filmstrip, 0)
    assert stage.shot.title == "a"
    stage.watch(job)
    stand.engine.fail(job.id, Failure("It broke."))
    qtbot.waitUntil(lambda: stage.viewer is None)
    click(stage.filmstrip, 0)
    assert stage.viewer.path == tmp_path / "a.png"


def test_space_in_the_strip_looks_and_arrows_step(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    stage = stand.page.stage
    for name in "ab":
        made(stand, qtbot, tmp_path / f"{name}.png")
    click(stage.filmstrip, 1)
    QTest.keyClick(stage.filmstrip, Qt.Key.Key_Space)
    sheet = stage._sheet
    assert sheet.isVisible()
    assert sheet.viewer.path == tmp_path / "b.png"
    for wanted in "aa":
        QTest.keyClick(sheet.viewer.picture_canvas, Qt.Key.Key_Left)
        assert sheet.viewer.path == tmp_path / f"{wanted}.png"
    QTest.keyClick(sheet.viewer.picture_canvas, Qt.Key.Key_Space)
    assert not sheet.isVisible()


def test_a_quick_look_from_the_strip_has_what_belongs_to_a_score_and_its_sound(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with open_window(qapp, tmp_path, PAINTER, PLAYER) as made, Library(made.workshop.home.library) as library:
        made.workshop.set_library(library)
        stage = made.page.stage
        sound = Audio(np.zeros((480, 1), np.float32), 48_000, title="Tune")
        for artifact, job in ((TUNE, "one"), (sound, "one"), (TUNE, "two")):
            kept(made, qtbot, library, artifact, job)
        click(stage.filmstrip, 0)
        QTest.keyClick(stage.filmstrip, Qt.Key.Key_Space)
        sheet = stage._sheet
        assert [kind for kind, _, _ in sheet.viewer.siblings] == ["audio"]
        with qtbot.waitSignal(sheet.viewer.loaded, timeout=20_000):
            pass
        assert not sheet.viewer.sound_button.isVisible(), "it has a recording"
        sheet.stepped.emit(1)
        assert [kind for kind, _, _ in sheet.viewer.siblings] == ["score"]
        sheet.stepped.emit(1)
        qtbot.waitUntil(sheet.viewer.sound_button.isVisible, timeout=20_000)
        told: list[str] = []
        made.workshop.problem.connect(lambda _title, sentence: told.append(sentence))
        sheet.rated.emit(4)
        qtbot.waitUntil(lambda: told == ["“Tune”: 4 of 5 stars"])
        assert [library.get(shot.item).rating for shot in stage.filmstrip.shots()] == [0, 0, 4]
        sheet.viewer.sound_button.click()
        assert not sheet.isVisible()
        assert made.form.spec.id == PLAYER.id
        assert made.form.editor("notes").value() == stage.filmstrip.shots()[2].reference
        made.workshop.library = None


def test_a_picture_made_from_another_can_be_compared_with_it(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    stage = stand.page.stage
    for number, (values, offered) in enumerate(
        (({"init": f"file:{picture(tmp_path / 'before.png', 'blue')}"}, True), ({}, False))
    ):
        made(stand, qtbot, tmp_path / f"{number}.png", values)
        click(stage.filmstrip, number)
        assert stage.viewer._compare.isEnabled() == offered
    click(stage.filmstrip, 0)
    stage.viewer._compare.trigger()
    qtbot.waitUntil(lambda: stage.viewer.picture_canvas.before is not None)
    stand.engine.clear()


def test_an_edited_text_is_kept_when_the_next_job_takes_the_stage(stand: Stand, qtbot: QtBot) -> None:
    from studio.library.library import Library

    stage = stand.page.stage
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        item = library.save(Text("Once upon a time.", title="Tale"))
        job = stand.engine.submit(_request(WRITER))
        stage.watch(job)
        stand.engine.begin(job.id)
        stand.engine.send(ItemSaved(job.id, item.id, "text", str(library.store.path(item))))
        stand.engine.end(job.id)
        qtbot.waitUntil(lambda: stage.viewer is not None and "Once" in stage.viewer.text)
        _editor(stage.viewer).insertPlainText("Not ")
        stand.page.panel.open(WRITER.id)
        stand.page.generate()
        qtbot.waitUntil(lambda: stage.viewer.text == "")
        qtbot.waitUntil(lambda: stage.filmstrip.count() == 2, timeout=20_000)
        assert "new version" in stand.window.status._message.text()
        click(stage.filmstrip, 1)
        qtbot.waitUntil(lambda: stage.viewer.text.startswith("Not Once upon"))
        _editor(stage.viewer).insertPlainText("And ")
        stand.window.close()
        Background.shared().close()
        Background.shared().setParent(None)
        library.poll()
        assert len(library.search("kind:text")) == 3
        stand.workshop.library = None


def test_a_result_can_be_sent_to_every_generator_that_takes_its_kind(
    stand: Stand, qtbot: QtBot, tmp_path: Path
) -> None:
    assert [(generator, field) for generator, field, _ in receivers(stand.workshop.specs, "image")] == [
        (PAINTER.id, "init"),
        (SHAPER.id, "picture"),
    ]
    stand.page.send(SHAPER.id, "picture", f"file:{tmp_path / 'a.png'}")
    assert stand.form.spec.id == SHAPER.id
    assert stand.form.editor("picture").value() == f"file:{tmp_path / 'a.png'}"


def test_scores_are_played_by_what_needs_a_score_alone_and_makes_nothing_but_music() -> None:
    others = [
        replace(PLAYER, id="tests.arranger", makes=("score",)),
        replace(PLAYER, id="tests.film", makes=("audio", "video")),
        replace(PLAYER, id="tests.optional", fields=PLAYER.fields[:1]),
        replace(PLAYER, id="tests.more", fields=(*PLAYER.fields, Field(kind="file", name="voice", required=True))),
        replace(PLAYER, id="tests.remix", fields=(Field(kind="audio", name="notes", required=True),)),
    ]
    specs = {spec.id: spec for spec in (PAINTER, *others)}
    assert player_of_scores(specs) is None
    for makes in (("audio",), ("score", "audio")):
        assert player_of_scores({**specs, PLAYER.id: replace(PLAYER, makes=makes)}) == (PLAYER.id, "notes")


TUNE = Score((Track("Lead", (Note(0, 1, 60),)),), title="Tune")


def test_a_score_on_the_stage_is_one_button_away_from_sounding(stand: Stand, qtbot: QtBot) -> None:
    stage = stand.page.stage
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        item = library.save(TUNE)
        stage.show_shot(Shot("", item.id, "score", library.store.path(item), item.title))
        with qtbot.waitSignal(stage.viewer.loaded, timeout=20_000):
            pass
        assert not stage.viewer.sound_button.isVisible()
        stand.workshop.set_registry(FakeRegistry({spec.id: spec for spec in (PAINTER, PLAYER)}))
        assert stage.viewer.sound_button.isVisible()
        stage.viewer.sound_button.click()
        assert stand.form.spec.id == PLAYER.id
        assert stand.form.editor("notes").value() == f"item:{item.id}"
        assert not stand.form.editor("like").value()
        stand.page.generate()
        assert stand.engine.jobs()[0].request.values["notes"] == f"item:{item.id}"
        stand.workshop.library = None


def test_a_score_looked_at_in_the_library_goes_to_create_to_sound(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with open_window(qapp, tmp_path, PAINTER, PLAYER) as made, Library(made.workshop.home.library) as library:
        item = library.save(TUNE)
        made.workshop.set_library(library)
        made.window.show_place("library")
        page: Any = made.window.page("library")
        qtbot.waitUntil(lambda: page.rows.count == 1)
        page.grid.select_row(0)
        page.peek.open(0)
        sheet = page.peek.sheet
        qtbot.waitUntil(lambda: sheet.viewer is not None and sheet.viewer.sound_button.isVisible(), timeout=20_000)
        sheet.viewer.sound_button.click()
        assert not sheet.isVisible()
        assert made.window.place == "create"
        assert made.form.spec.id == PLAYER.id
        assert made.form.editor("notes").value() == f"item:{item.id}"
        made.workshop.library = None


def kept(stand: Stand, qtbot: QtBot, library: Library, artifact: Any, job_id: str = "") -> Any:
    """A result in the library that a job has just made."""
    strip = stand.page.stage.filmstrip
    item = library.save(artifact, origin=Origin(job=job_id))
    before = len(strip.shots())
    stand.page._item_saved(ItemSaved(job_id, item.id, item.kind, str(library.store.path(item))))
    qtbot.waitUntil(lambda: len(strip.shots()) == before + 1)
    return item


def test_what_goes_to_the_trash_leaves_strip_and_stage_and_comes_back_to_its_place(stand: Stand, qtbot: QtBot) -> None:
    stage, strip = stand.page.stage, stand.page.stage.filmstrip

    def titles() -> list[str]:
        return [shot.title for shot in strip.shots()]

    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        items = [kept(stand, qtbot, library, Text(name, title=name)) for name in ("one", "two", "three")]
        click(strip, 2)
        qtbot.waitUntil(lambda: stage.viewer is not None and stage.viewer.text == "three")
        library.trash(items[2].id)
        qtbot.waitUntil(lambda: titles() == ["one", "two"])
        qtbot.waitUntil(lambda: stage.shot.title == "two" and stage.viewer.text == "two")
        assert [shot.title for shot in strip.chosen()] == ["two"], "what is sent or reused is what shows"
        library.trash(items[0].id)
        qtbot.waitUntil(lambda: titles() == ["two"])
        assert stage.shot.title == "two"
        assert not stage.compare_button.isVisible()
        library.trash(items[1].id)
        qtbot.waitUntil(strip.isHidden)
        assert stage.shot is None
        assert stage._stack.currentWidget() is stage.welcome
        assert stage.send_button.isHidden()
        for item in items[:2]:
            library.restore(item.id)
        qtbot.waitUntil(lambda: titles() == ["one", "two"])
        assert strip.isVisible()
        click(strip, 1)
        qtbot.waitUntil(lambda: stage.viewer is not None and stage.viewer.text == "two")
        assert strip.step(-1).title == "one"
        assert strip.step(-1) is None
        stand.workshop.library = None


def test_a_result_that_was_renamed_is_found_under_its_new_name(stand: Stand, qtbot: QtBot) -> None:
    stage, strip = stand.page.stage, stand.page.stage.filmstrip
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        items = [kept(stand, qtbot, library, Text(name, title=name)) for name in ("one", "two")]
        click(strip, 1)
        qtbot.waitUntil(lambda: stage.viewer is not None and stage.viewer.text == "two")
        for item in items:
            library.rename(item.id, f"number {item.title}")
        qtbot.waitUntil(lambda: stage.shot.title == "number two")
        assert stage.viewer.path == library.store.path(library.get(items[1].id))
        click(strip, 0)
        qtbot.waitUntil(lambda: stage.viewer.text == "one")
        stand.workshop.library = None


def test_a_comparison_ends_with_one_of_its_two(stand: Stand, qtbot: QtBot) -> None:
    stage, strip = stand.page.stage, stand.page.stage.filmstrip
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        items = [kept(stand, qtbot, library, Text(name, title=name)) for name in ("one", "two", "three")]
        click(strip, 0)
        strip.item(1).setSelected(True)
        stage.compare()
        library.trash(items[2].id)
        qtbot.waitUntil(lambda: len(strip.shots()) == 2)
        assert stage._compare is not None, "the third is not compared"
        library.trash(items[1].id)
        qtbot.waitUntil(lambda: stage._compare is None)
        qtbot.waitUntil(lambda: stage.viewer is not None and stage.viewer.text == "one")
        assert stage._bar.isVisible()
        stand.workshop.library = None


def test_a_recording_made_after_an_interruption_shows_the_score_made_before_it(stand: Stand, qtbot: QtBot) -> None:
    stage = stand.page.stage
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        seconds = np.zeros((2400, 2), np.float32)
        score = library.save(TUNE, origin=Origin(job="first"))
        job = stand.engine.submit(_request(PAINTER))
        stand.engine._jobs[job.id] = replace(job, items=(score.id,), begun_as="first", attempt=2)
        sound = kept(stand, qtbot, library, Audio(seconds, 24_000), "first")
        stage.show_shot(Shot(job.id, sound.id, "audio", library.store.path(sound), sound.title))
        with qtbot.waitSignal(stage.viewer.loaded, timeout=20_000):
            pass
        assert stage.viewer.roll.isVisible()
        assert stage.viewer.roll.roll is not None
        assert stage.viewer.waveform.isVisible()
        library.trash(score.id)
        qtbot.waitUntil(lambda: not stage.viewer.roll.isVisible())
        assert stage.viewer.waveform.isVisible()
        library.restore(score.id)
        qtbot.waitUntil(stage.viewer.roll.isVisible)
        stand.workshop.library = None


def test_a_recording_of_an_earlier_session_shows_its_score(stand: Stand, qtbot: QtBot) -> None:
    stage = stand.page.stage
    with Library(stand.workshop.home.library) as library:
        stand.workshop.set_library(library)
        library.save(TUNE, origin=Origin(job="other"))
        library.save(TUNE, origin=Origin(job="cleared"))
        sound = library.save(Audio(np.zeros((2400, 2), np.float32), 24_000), origin=Origin(job="cleared"))
        library.save(TUNE, origin=Origin(job="another"))
        stage.show_shot(Shot("", sound.id, "audio", library.store.path(sound), sound.title))
        with qtbot.waitSignal(stage.viewer.loaded, timeout=20_000):
            pass
        assert stage.viewer.roll.isVisible()
        assert [kind for kind, _, _ in made_with(stand.workshop, stage.shot, ())] == ["score"]
        stand.workshop.library = None


def test_two_results_are_compared_under_a_slider_and_side_by_side(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    for number, color in enumerate(("red", "blue")):
        stand.page.panel.open(PAINTER.id, {"prompt": color})
        stand.page.generate()
        job = stand.engine.jobs()[0]
        stand.engine.begin(job.id)
        stand.engine.save(job.id, "image", picture(tmp_path / f"{number}.png", color))
        stand.engine.end(job.id)
        qtbot.waitUntil(lambda: stand.page.stage.filmstrip.count() == len(stand.engine.jobs()))
    stand.page.stage.filmstrip.selectAll()
    assert stand.page.stage.compare_button.isEnabled()
    stand.page.stage.compare_button.click()
    view = stand.page.stage._compare
    canvas = view.pictures.picture_canvas
    qtbot.waitUntil(lambda: canvas.mode == "slider" and canvas.picture is not None)
    assert canvas.before.image.pixelColor(4, 4) == QColor("red")
    assert canvas.picture.image.pixelColor(4, 4) == QColor("blue")
    view.beside_button.click()
    qtbot.waitUntil(lambda: canvas.mode == "side")
    stand.page.stage.follow(stand.page.stage.job)
    assert stand.page.stage._bar.isHidden(), "a job that goes on does not bring the stage's bar back"
    view.closed.emit()
    assert stand.page.stage._compare is None
    assert not stand.page.stage._bar.isHidden()


def test_settings_of_a_job_come_back_into_the_form(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id, {"prompt": "again", "steps": 8}, 123)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    qtbot.waitUntil(lambda: stand.page.queue.model.rowCount() == 1)
    stand.page.panel.open(WRITER.id)
    stand.page.reuse(job.id)
    assert stand.form.values()["prompt"] == "again"
    assert stand.form.values()["steps"] == 8
    assert stand.form.seed.value() == 123
    assert stand.form.seed.is_locked


def test_a_narrow_window_hides_the_queue_until_it_is_asked_for(stand: Stand, qapp: QApplication) -> None:
    stand.window.resize(1024, 700)
    qapp.processEvents()
    assert stand.page.queue.isHidden()
    stand.page.toggle_queue()
    assert not stand.page.queue.isHidden()
    stand.window.resize(1000, 700)
    qapp.processEvents()
    assert not stand.page.queue.isHidden()


def test_a_narrow_window_tells_of_interrupted_jobs_and_leads_to_their_offer(stand: Stand, qapp: QApplication) -> None:
    stand.window.resize(1024, 700)
    stand.engine.add_ended(GenerationRequest.of(PAINTER, {"prompt": "a fox"}, 1), JobState.INTERRUPTED)
    stand.page.queue.model.reload()
    qapp.processEvents()
    entry = stand.window.status._queue
    assert (stand.page.queue.isHidden(), entry.text()) == (True, "1 interrupted")
    assert entry.accessibleName() == "Queue: 1 interrupted"
    entry.click()
    assert stand.page.queue._offer.isVisible()
    stand.language.use("zh_CN")
    assert entry.text() == "1 个被中断"


def test_where_a_job_is_ends_in_dots_where_the_stage_is_narrow(stand: Stand, qtbot: QtBot) -> None:
    stage = stand.page.stage
    stand.page.panel.generate()
    (job,) = stand.engine.jobs()
    stand.engine.begin(job.id)
    said = "Folding silk along the grain, fold 3 of 4"
    stand.engine.progress(job.id, 3, 10, said)
    qtbot.waitUntil(lambda: stage._state.whole == said)
    stage.window().resize(1920, 800)
    qtbot.waitUntil(lambda: stage._state.text() == said)
    assert stage._state.toolTip() == ""
    stage._title.parentWidget().setFixedWidth(260)
    qtbot.waitUntil(lambda: stage._state.text().endswith("…"))
    assert stage._state.toolTip() == said


def test_a_form_is_never_cut_however_narrow_the_panel_is_made(stand: Stand, qtbot: QtBot) -> None:
    """PAINTER's sizes and seeds need more than the panel's least width; WRITER's form does not."""
    page, panel = stand.page, stand.page.panel

    def fits() -> bool:
        least, seen = panel.form.minimumSizeHint().width(), panel._area.viewport().width()
        return bool(least <= panel.form.width() <= seen)

    panel.open(WRITER.id)
    page._splitter.setSizes([10, 900, 280])
    qtbot.waitUntil(lambda: panel.width() == NARROWEST)
    assert fits()
    panel.open(PAINTER.id)
    qtbot.waitUntil(lambda: panel.width() > NARROWEST)
    qtbot.waitUntil(fits)
    page._splitter.setSizes([10, 900, 280])
    stand.window.repaint()
    assert fits()
    narrow = page.save_state()
    panel.form._toggle.click()
    qtbot.waitUntil(fits)
    page.restore_state(narrow)
    qtbot.waitUntil(fits)


def test_each_medium_remembers_its_generator(stand: Stand) -> None:
    stand.page.panel.open(SHAPER.id)
    stand.page.panel.chooser.choose_medium("text")
    assert stand.form.spec.id == WRITER.id
    stand.page.panel.chooser.choose_medium("mesh")
    assert stand.form.spec.id == SHAPER.id


def test_a_form_keeps_what_was_written_while_another_is_shown(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id)
    stand.form.editor("prompt").set_value("half an idea")
    stand.page.panel.open(WRITER.id)
    stand.page.panel.open(PAINTER.id)
    assert stand.form.editor("prompt").value() == "half an idea"


def test_generate_before_the_engine_is_there_is_not_lost(stand: Stand, qtbot: QtBot) -> None:
    stand.workshop.bridge.close()
    stand.page.panel.open(PAINTER.id, {"prompt": "early"})
    stand.page.generate()
    assert "as soon as" in stand.window.status._message.text()
    stand.workshop.bridge.attach(stand.engine)
    assert [job.request.values["prompt"] for job in stand.engine.jobs()] == ["early"]


def test_a_text_edited_outside_the_library_outlasts_the_window_and_the_next_library_takes_it_in(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    loose = tmp_path / "loose" / "Fox tale.txt"
    loose.parent.mkdir()
    loose.write_text("A fox.", encoding="utf-8")
    with open_window(qapp, tmp_path) as first:
        first.page.stage.add_shot(Shot("job", str(loose), "text", loose, "Fox tale"))
        first.page.stage.show_shot(first.page.stage.filmstrip.shots()[0])
        viewer = first.page.stage.viewer
        assert isinstance(viewer, TextViewer)
        qtbot.waitUntil(lambda: not viewer.page.isReadOnly())
        viewer.page.moveCursor(QTextCursor.MoveOperation.End)
        QTest.keyClicks(viewer.page, " It ran.")
    assert loose.read_text("utf-8") == "A fox.", "a file of the artist's stays as it is"
    shutil.rmtree(loose.parent)  # as temporary results are with the next start
    told: list[str] = []
    with open_window(qapp, tmp_path) as second, Library(tmp_path / "library") as library:
        second.workshop.problem.connect(lambda title, sentence: told.append(title + sentence))
        second.workshop.set_library(library)
        qtbot.waitUntil(lambda: told == ["1 text that was edited last time is in the library now."], timeout=20_000)
        (item,) = library.search("kind:text")
        assert (item.title, library.store.path(item).read_text("utf-8").rstrip()) == ("Fox tale", "A fox. It ran.")
    with open_window(qapp, tmp_path) as third, Library(tmp_path / "library") as library:
        third.workshop.set_library(library)
        qtbot.waitUntil(lambda: not Background.shared().busy)
        assert len(library.search("kind:text")) == 1, "once"


def test_what_a_library_cannot_take_in_waits_for_the_next_one(tmp_path: Path) -> None:
    file, library = tmp_path / "drafts.json", tmp_path / "library"
    put_by(file, [Draft("one.md", "", "One.")])
    put_by(file, [Draft("two.txt", "no such item", "Two.")])
    library.write_text("a file where the folder should be")
    with pytest.raises(UserError):
        keep_all(file, library)
    assert [draft.text for draft in read_drafts(file)] == ["One.", "Two."]
    library.unlink()
    assert keep_all(file, library) == 2
    assert not file.exists()
    kept = {
        path.suffix: path.read_text("utf-8").rstrip() for path in library.rglob("*") if path.suffix in {".md", ".txt"}
    }
    assert kept == {".md": "One.", ".txt": "Two."}

"""*Create* from form to result, over a scripted engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.windows import PAINTER, SHAPER, WRITER, Stand, open_window
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.engine.events import JobRestarted, LogReceived
from studio.engine.jobs import Failure, JobState
from studio.sdk import UserError
from studio.shell.create.compare import SliderView
from studio.shell.create.stage import receivers, smaller_values


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


def test_running_out_of_memory_offers_a_smaller_size_as_a_button(stand: Stand, qtbot: QtBot) -> None:
    stand.page.panel.open(PAINTER.id, {"size": [1024, 512]}, 3)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.fail(job.id, Failure("Not enough memory.", "Make it smaller.", reason="memory"))
    qtbot.waitUntil(lambda: stand.page.stage.job.state == JobState.FAILED)
    card = stand.page.stage.failure
    assert card.remedy_button.isVisible()
    assert "512 × 256" in card.remedy_button.text()
    card.remedy_button.click()
    again = stand.engine.jobs()[0]
    assert again.request.values["size"] == [512, 256]
    assert again.request.seed == 3


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


def test_a_memory_failure_without_a_size_offers_nothing_it_cannot_do(stand: Stand) -> None:
    job = stand.engine.submit(_request(WRITER))
    stand.engine.fail(job.id, Failure("Not enough memory.", reason="memory"))
    assert smaller_values(stand.workshop.specs, stand.engine._jobs[job.id]) is None


def _request(spec: Any) -> Any:
    from studio.engine.requests import GenerationRequest

    return GenerationRequest.of(spec, {}, 1)


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
    slider = view.findChild(SliderView)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.place == pytest.approx(0.52)
    view.beside_button.click()
    view.closed.emit()
    assert stand.page.stage._compare is None


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

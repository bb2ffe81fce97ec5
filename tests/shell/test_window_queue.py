"""The queue panel over a scripted engine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from helpers.fake_engine import FakeEngine
from helpers.windows import PAINTER, make_workshop
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from studio.engine.jobs import Job
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState
from studio.library.library import Library
from studio.sdk import Text
from studio.shell.create.progress import seconds_left, told, told_seconds
from studio.shell.create.queue_model import JobRole, ToldRole
from studio.shell.create.queue_panel import QueuePanel
from studio.shell.create.queue_view import action_rect


def request(prompt: str = "a fox") -> GenerationRequest:
    return GenerationRequest.of(PAINTER, {"prompt": prompt}, 1)


@pytest.fixture
def stand(qtbot: QtBot, tmp_path: Path) -> Any:
    workshop, engine = make_workshop(tmp_path)
    panel = QueuePanel(workshop, lambda job: str(job.request.values["prompt"]))
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    panel.show()
    yield panel, engine
    workshop.bridge.close()


def ids(panel: QueuePanel) -> Any:
    return [job.id for job in panel.model.all()]


def offer_button(panel: QueuePanel, text: str) -> QPushButton:
    assert panel._offer is not None
    return next(button for button in panel._offer.findChildren(QPushButton) if button.text() == text)


def test_jobs_stand_in_the_order_running_waiting_ended(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    first, second, third = (engine.submit(request(name)) for name in ("one", "two", "three"))
    engine.begin(second.id)
    engine.cancel(first.id)
    qtbot.waitUntil(lambda: ids(panel) == [second.id, third.id, first.id])


def test_progress_reaches_the_row_without_a_new_order(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    job = engine.submit(request())
    engine.begin(job.id)
    engine.progress(job.id, 3, 10, "Folding silk")
    qtbot.waitUntil(lambda: panel.model.job(0) is not None and panel.model.job(0).done == 3)
    assert "Folding silk" in told(panel.model.job(0))


def test_results_of_one_prompt_are_told_apart_by_their_seeds(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    for one in request("a fox").variations(2):
        job = engine.submit(one)
        engine.begin(job.id)
        engine.end(job.id)
    qtbot.waitUntil(lambda: [job.state for job in panel.model.all()] == [JobState.SUCCEEDED] * 2)
    rows = [panel.model.index(row) for row in range(2)]
    assert sorted(row.data(ToldRole).partition(" · ")[0] for row in rows) == ["Seed 1", "Seed 2"]
    assert all(row.data(Qt.ItemDataRole.ToolTipRole) == f"a fox · {row.data(ToldRole)}" for row in rows)


def test_a_thousand_steps_arrive_as_a_few_updates(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    job = engine.submit(request())
    engine.begin(job.id)
    qtbot.waitUntil(lambda: panel.model.job(0) is not None and panel.model.job(0).state == JobState.RUNNING)
    seen = []
    panel.model.dataChanged.connect(lambda *_: seen.append(1))
    for step in range(1000):
        engine.progress(job.id, step, 1000)
    qtbot.waitUntil(lambda: panel.model.job(0).done == 999)
    assert len(seen) <= 5


def test_pause_and_go_on(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    panel.pause_button.click()
    qtbot.waitUntil(lambda: "Paused" in panel.summary())
    assert engine.paused
    panel.pause_button.click()
    qtbot.waitUntil(lambda: not engine.paused and panel.summary() == "Queue empty")


def test_an_engine_that_starts_paused_is_shown_paused(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    later = FakeEngine()
    later.submit(request())
    later.pause()
    engine.close()
    panel._bridge.attach(later)
    qtbot.waitUntil(lambda: panel.summary() == "Paused, 1 waiting")
    panel.pause_button.click()
    assert not later.paused


def test_the_rows_button_cancels_a_running_job_and_retries_a_failed_one(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    job = engine.submit(request())
    engine.begin(job.id)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    opened: list[str] = []
    panel.job_opened.connect(opened.append)
    button = action_rect(panel.view.visualRect(panel.model.index(0))).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(button))
    qtbot.waitUntil(lambda: panel.model.job(0).state == JobState.CANCELLED)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(button))
    qtbot.waitUntil(lambda: ids(panel) == ["job002"])
    assert panel.model.job(0).request.seed == job.request.seed
    assert opened == [], "the stage stays as it is"
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, button.y()))
    assert opened == [panel.model.job(0).id]


@pytest.mark.parametrize("ended", [False, True])
def test_a_double_click_on_a_rows_button_acts_once(stand: Any, qtbot: QtBot, ended: bool) -> None:
    panel, engine = stand
    jobs = [engine.submit(request(str(number))) for number in range(2)]
    for job in jobs if ended else ():
        engine.cancel(job.id)
    state = JobState.CANCELLED if ended else JobState.QUEUED
    qtbot.waitUntil(lambda: [job.state for job in panel.model.all()] == [state] * 2)
    acted: list[str] = []
    opened: list[str] = []
    panel.view.acted.connect(acted.append)
    panel.job_opened.connect(opened.append)
    first, button = ids(panel)[0], action_rect(panel.view.visualRect(panel.model.index(0))).center()
    viewport, left = panel.view.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, left, pos=button)
    qtbot.waitUntil(lambda: ids(panel)[0] != first)  # another row is under the pointer by now
    QTest.mouseDClick(viewport, left, pos=button)  # the event that Qt sends instead of the second press
    QTest.mouseRelease(viewport, left, pos=button)
    QTest.qWait(50)
    assert (acted, opened) == ([first], [])
    QTest.mouseClick(viewport, left, pos=button)
    assert len(acted) == 2, "the next click is one again"


def test_the_keyboard_moves_cancels_and_retries(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    jobs = [engine.submit(request(str(number))) for number in range(3)]
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3)
    panel.view.setCurrentIndex(panel.model.index(2))
    QTest.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: ids(panel) == [jobs[0].id, jobs[2].id, jobs[1].id])
    assert panel.view.current == jobs[2].id
    QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: ids(panel) == [job.id for job in jobs])
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.model.job(panel.model.row_of(jobs[2].id)).state == JobState.CANCELLED)


def test_dropping_a_row_asks_the_engine_for_the_new_order(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    jobs = [engine.submit(request(str(number))) for number in range(3)]
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3)
    data = panel.model.mimeData([panel.model.index(2)])
    assert not panel.model.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, panel.model.index(-1))
    assert engine.reorders == [(jobs[2].id, jobs[0].id)]
    qtbot.waitUntil(lambda: ids(panel)[0] == jobs[2].id)
    panel.model.dropMimeData(data, Qt.DropAction.MoveAction, 3, 0, panel.model.index(-1))
    assert engine.reorders[-1] == (jobs[2].id, None)


def test_only_waiting_jobs_can_be_dragged(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    running, waiting = engine.submit(request()), engine.submit(request())
    engine.begin(running.id)
    qtbot.waitUntil(lambda: ids(panel) == [running.id, waiting.id] and panel.model.job(0).state == JobState.RUNNING)
    assert not panel.model.flags(panel.model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert panel.model.flags(panel.model.index(1)) & Qt.ItemFlag.ItemIsDragEnabled


def test_interrupted_jobs_of_an_earlier_session_are_offered_for_retry(qtbot: QtBot, tmp_path: Path) -> None:
    workshop, engine = make_workshop(tmp_path)
    for _ in range(2):
        engine.add_ended(request(), JobState.INTERRUPTED)
    panel = QueuePanel(workshop, lambda job: job.id)
    qtbot.addWidget(panel)
    panel.show()
    assert panel._offer is not None
    assert not panel._offer.isHidden()
    assert "2 jobs were interrupted" in panel._offer_text.text()
    panel.retry_interrupted()
    qtbot.waitUntil(lambda: ids(panel) == ["job001", "job002"])
    assert panel._offer.isHidden()
    workshop.bridge.close()


def test_clearing_leaves_the_offer_of_interrupted_jobs_until_it_is_declined(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    kept = engine.add_ended(request("a fox"), JobState.INTERRUPTED)
    panel.model.reload()
    assert not panel.clear_button.isEnabled(), "there is nothing but the offer"
    for name in ("a hare", "an owl"):
        engine.cancel(engine.submit(request(name)).id)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3 and panel.clear_button.isEnabled())
    panel.clear_button.click()
    qtbot.waitUntil(lambda: ids(panel) == [kept.id])
    assert not panel._offer.isHidden()
    offer_button(panel, "Leave them").click()
    qtbot.waitUntil(lambda: ids(panel) == [])
    assert panel._offer.isHidden()


def test_the_summary_tells_of_interrupted_jobs(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    engine.add_ended(request(), JobState.INTERRUPTED)
    panel.model.reload()
    assert panel.summary() == "1 interrupted"
    engine.submit(request())
    qtbot.waitUntil(lambda: panel.summary() == "0 running, 1 waiting · 1 interrupted")
    panel.pause_button.click()
    qtbot.waitUntil(lambda: panel.summary() == "Paused, 1 waiting · 1 interrupted")


@pytest.mark.parametrize("answer", ["Try again", "Leave them"])
def test_the_answer_to_the_offer_leaves_the_focus_in_the_queue(stand: Any, qtbot: QtBot, answer: str) -> None:
    panel, engine = stand
    engine.add_ended(request(), JobState.INTERRUPTED)
    panel.model.reload()
    button = offer_button(panel, answer)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel._offer.isHidden())
    if answer == "Try again":
        assert panel.focusWidget() is panel.view
        assert [index.data(JobRole).id for index in panel.view.selectedIndexes()] == ["job001"]
    else:
        assert panel.focusWidget() is panel.pause_button


def test_a_new_job_leaves_the_chosen_row_chosen(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    first, second = (engine.submit(request(name)) for name in ("one", "two"))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)
    panel.view.setCurrentIndex(panel.model.index(1))
    third = engine.submit(request("three"))
    engine.begin(third.id)
    qtbot.waitUntil(lambda: ids(panel) == [third.id, first.id, second.id])
    assert panel.view.current == second.id
    engine.cancel(first.id)
    engine.clear()
    qtbot.waitUntil(lambda: ids(panel) == [third.id, second.id])
    assert panel.view.current == second.id
    assert [index.row() for index in panel.view.selectedIndexes()] == [1]


def test_rows_of_one_generator_are_told_apart_by_their_results(stand: Any, qtbot: QtBot, tmp_path: Path) -> None:
    panel, engine = stand
    library = Library(tmp_path / "library")
    panel._item.__self__.set_library(library)
    bowl = library.save(Text("round", title="Bowl"))

    def make(prompt: str) -> None:
        job = engine.submit(request(prompt))
        engine.begin(job.id)
        engine.save(job.id, "text", bowl.id)
        qtbot.waitUntil(lambda: ids(panel)[:1] == [job.id] and panel.model.job(0).items == (bowl.id,))
        assert panel.model.index(0).data() == prompt, "it may yet make more"
        engine.end(job.id)
        qtbot.waitUntil(lambda: panel.model.job(0).state == JobState.SUCCEEDED)

    make("Forms")
    make("Bowl for soup")
    assert [panel.model.index(row).data() for row in range(2)] == ["Bowl for soup", "Forms · Bowl"]
    library.rename(bowl.id, "碗")
    panel.hide()
    panel.show()
    assert panel.model.index(1).data() == "Forms · 碗"
    library.close()


def test_clear_forgets_what_has_ended(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    job = engine.submit(request())
    engine.cancel(job.id)
    qtbot.waitUntil(lambda: panel.clear_button.isEnabled())
    panel.clear_button.click()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 0)


def test_rows_tell_screen_readers_what_they_show(stand: Any, qtbot: QtBot) -> None:
    panel, engine = stand
    engine.submit(request("a <b>fox</b>"))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    text = panel.model.data(panel.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert text == "a <b>fox</b>: Waiting"


def test_time_left_comes_from_the_pace_and_only_when_it_is_no_guess() -> None:
    begun = Job(id="a", request=request(), state=JobState.RUNNING, started=100.0)
    job = begun.progressed(0, 100, "", now=100.0).progressed(25, 100, "", now=110.0)
    assert seconds_left(job, now=110.0) == pytest.approx(30.0)
    assert seconds_left(job, now=101.0) is None
    assert seconds_left(begun, now=200.0) is None


def test_time_left_of_what_goes_on_counts_only_what_this_start_did() -> None:
    begun = Job(id="a", request=request(), state=JobState.RUNNING, started=100.0)
    job = begun.progressed(900, 1000, "", now=105.0)
    assert seconds_left(job, now=115.0) is None, "nothing was done by this start yet"
    assert seconds_left(job.progressed(910, 1000, "", now=115.0), now=115.0) == pytest.approx(90.0)
    again = job.progressed(10, 1000, "", now=120.0).progressed(110, 1000, "", now=130.0)
    assert seconds_left(again, now=130.0) == pytest.approx(89.0), "memory ran out, and it began once more"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 second"), (45, "45 seconds"), (200, "3 minutes"), (7260, "2 h 1 min")]
)
def test_durations_are_told_as_people_say_them(qapp: QApplication, seconds: Any, text: Any) -> None:
    assert told_seconds(seconds) == text


def test_the_time_left_is_told_first_as_what_is_last_may_be_cut(qapp: QApplication) -> None:
    now = time.time()
    job = Job(
        id="a", request=request(), state=JobState.RUNNING, started=now - 30, first_at=now - 30, done=50, total=100,
        message="Folding silk",
    )  # fmt: skip
    assert told(job) == "30 seconds left · Folding silk"


def test_ended_jobs_tell_how_long_they_took(qapp: QApplication) -> None:
    now = time.time()
    job = Job(id="a", request=request(), state=JobState.SUCCEEDED, started=now - 5, ended=now)
    assert told(job) == "Done in 5 seconds"

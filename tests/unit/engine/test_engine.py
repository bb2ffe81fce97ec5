"""The engine with a real worker process and test generators."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.studios import Heard, finish, request, running

from studio.cli.watching import Watcher
from studio.engine.environment import NICENESS
from studio.engine.events import (
    ItemDrawn,
    ItemSaved,
    JobChanged,
    JobRestarted,
    LogReceived,
    NetworkRefused,
    PreviewReceived,
    TextReceived,
    WorkerChanged,
)
from studio.engine.jobs import Job
from studio.engine.journal import job_from_json, job_to_json, send_command
from studio.engine.states import JobState
from studio.library.library import Library
from studio.sdk import Image, UserError


def test_a_request_becomes_a_file_and_is_announced_after_it_is_there(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        seen: list[int] = []

        def look(event: object) -> None:
            if isinstance(event, ItemSaved):
                seen.append(Path(event.path).stat().st_size)

        engine.subscribe(look)
        job = engine.submit(request("test.speckle", tmp_path / "out"))
        (done,) = finish(engine, job)
        engine.flush_events()
    assert done.state is JobState.SUCCEEDED
    assert len(done.items) == 1
    assert Path(done.items[0]).read_bytes().startswith(b"\x89PNG")
    assert seen[0] > 0
    states = [event.job.state for event in heard.of(JobChanged)]
    assert states[0] is JobState.QUEUED
    assert list(dict.fromkeys(states[1:])) == [JobState.PREPARING, JobState.RUNNING, JobState.SUCCEEDED]


def test_a_kept_result_is_announced_before_its_thumbnail_is_drawn(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library, running(tmp_path, library=library) as engine:
        heard = Heard(engine)
        engine.submit(replace(request("test.speckle", tmp_path / "out"), keep=True, folder=""))
        drawn = heard.wait_for(lambda event: isinstance(event, ItemDrawn))
        (saved,) = heard.of(ItemSaved)
        assert saved.item == drawn.item
        assert library.store.thumbnail_path(drawn.item).is_file()


def test_the_last_thumbnail_is_drawn_although_the_studio_closes(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        with running(tmp_path, library=library) as engine:
            kept = replace(request("test.speckle", tmp_path / "out", size=[2048, 2048]), keep=True, folder="")
            (done,) = finish(engine, engine.submit(kept))
        assert library.store.thumbnail_path(done.items[0]).is_file()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        jobs = [engine.submit(request("test.speckle", tmp_path / "out", seed)) for seed in (5, 6, 5)]
        first, other, again = (Path(job.items[0]).read_bytes() for job in finish(engine, *jobs))
    assert first == again
    assert first != other


def test_text_streams_and_previews_arrive_while_it_grows(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        finish(engine, engine.submit(request("test.words", tmp_path / "out", prompt="three small words")))
        finish(engine, engine.submit(request("test.speckle", tmp_path / "out", size=[600, 400], steps=2)))
        engine.flush_events()
    assert "".join(event.text for event in heard.of(TextReceived)) == "three small words "
    preview = heard.of(PreviewReceived)[0]
    assert (preview.width, preview.height, preview.channels) == (600, 400, 3)
    assert len(preview.pixels) == 600 * 400 * 3  # large enough to travel through shared memory


def test_a_finished_picture_is_shown_before_it_is_written(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        finish(engine, engine.submit(request("test.speckle", tmp_path / "out", size=[1024, 768], steps=1)))
        engine.flush_events()
    told = [event for event in heard.events if isinstance(event, (PreviewReceived, ItemSaved))]
    finished, saved = told[-2:]
    assert isinstance(finished, PreviewReceived)
    assert (finished.width, finished.height) == (1024, 768)
    assert isinstance(saved, ItemSaved)


@pytest.mark.parametrize(
    ("how", "state", "reason", "says"),
    [
        ("raises", JobState.FAILED, "bug", "ZeroDivisionError: a bug"),
        ("user_error", JobState.FAILED, "user", "Pick another word."),
        ("runs_out", JobState.FAILED, "memory", "Not enough memory"),
        ("segfaults", JobState.INTERRUPTED, "worker", "SIGSEGV"),
        ("exits", JobState.INTERRUPTED, "worker", "code 7"),
    ],
)
def test_trouble_becomes_a_plain_failure_and_the_next_job_runs(
    tmp_path: Path, how: str, state: JobState, reason: str, says: str
) -> None:
    with running(tmp_path) as engine:
        bad = engine.submit(request("test.trouble", tmp_path / "out", how=how))
        good = engine.submit(request("test.words", tmp_path / "out"))
        bad, good = finish(engine, bad, good)
    assert bad.state is state
    assert bad.failure is not None
    assert bad.failure.reason == reason
    assert says in bad.failure.message
    assert "Traceback" not in bad.failure.message + bad.failure.hint
    assert good.state is JobState.SUCCEEDED


def test_a_result_the_disk_refuses_is_neither_the_artists_fault_nor_the_generators(tmp_path: Path) -> None:
    wanted = request("test.words", tmp_path / "out")
    (tmp_path / "taken").touch()
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(replace(wanted, folder=str(tmp_path / "taken"))))
    assert job.failure is not None
    assert job.failure.reason == "saving"
    assert "taken”: File exists" in job.failure.message


def test_a_user_error_names_its_parameter(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="user_error")))
    assert job.failure is not None
    assert (job.failure.param, job.failure.hint) == ("where", "Any will do.")


def test_sys_exit_in_a_generator_is_its_bug_not_the_end_of_the_worker(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="sys_exits")))
        (next_job,) = finish(engine, engine.submit(request("test.words", tmp_path / "out")))
    assert job.failure is not None
    assert "SystemExit" in job.failure.message
    assert next_job.state is JobState.SUCCEEDED


def test_out_of_memory_evicts_and_succeeds_at_the_second_attempt(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="runs_out_once")))
    assert job.state is JobState.SUCCEEDED


def test_main_memory_that_torch_lacks_is_given_back_tried_again_and_told(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        values: dict[str, Any] = {"how": "runs_out_in_torch", "where": "block", "size": [1000, 640]}
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", **values)))
        (next_job,) = finish(engine, engine.submit(request("test.words", tmp_path / "out")))
        engine.flush_events()
    made = [event.line for event in heard.of(LogReceived) if event.line.startswith("block: ")]
    assert made == ["block: made 40000000"] * 2  # evicted in between
    assert [event.job_id for event in heard.of(JobRestarted)] == [job.id]  # once
    assert job.failure is not None
    assert job.failure.reason == "memory"
    assert job.failure.message.startswith("Not enough memory: ")
    assert job.failure.message.endswith(" GB free. Giving back the loaded models was not enough.")
    assert job.failure.hint == "Try 696×448, or close other programs."
    assert "DefaultCPUAllocator" in job.failure.details
    assert next_job.state is JobState.SUCCEEDED


def test_a_second_attempt_hands_nothing_over_twice_and_says_that_the_text_begins_anew(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        (job,) = finish(engine, engine.submit(request("test.pages", tmp_path / "out")))
        engine.flush_events()
    assert [Path(path).read_text() for path in job.items] == ["page 1", "page 2"]
    assert len(set(job.items)) == len(list((tmp_path / "out").iterdir())) == 2
    told = [event for event in heard.events if isinstance(event, (ItemSaved, JobRestarted, TextReceived))]
    assert ["|" if isinstance(event, JobRestarted) else getattr(event, "text", "saved") for event in told] == [
        "page 1 ", "is whole ", "saved", "page 2 ", "|", "page 2 ", "is whole ", "saved",
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["loops", "sleeps", "swallows", "holds_the_interpreter"])
def test_cancel_ends_what_hangs_and_the_next_job_runs(tmp_path: Path, how: str) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        bad = engine.submit(request("test.trouble", tmp_path / "out", how=how))
        good = engine.submit(request("test.words", tmp_path / "out"))
        heard.wait_for_state(bad.id, JobState.RUNNING)
        time.sleep(0.1)
        begun = time.monotonic()
        engine.cancel(bad.id)
        assert time.monotonic() - begun < 0.5  # the caller is never kept waiting
        bad, good = finish(engine, bad, good)
    assert bad.state is JobState.CANCELLED
    assert good.state is JobState.SUCCEEDED


def test_a_cooperative_generator_is_cancelled_within_its_next_step_and_keeps_its_worker(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        job = engine.submit(request("test.speckle", tmp_path / "out", steps=10_000, pause=0.01))
        heard.wait_for_state(job.id, JobState.RUNNING)
        engine.cancel(job.id)
        (job,) = finish(engine, job, timeout=1.5)  # well within the grace, so the process was not killed
        assert job.state is JobState.CANCELLED
        assert list(engine.worker_states().values()) == ["ready"]
    assert not list((tmp_path / "out").iterdir())


def test_a_waiting_job_can_be_cancelled_reordered_and_the_queue_paused(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.pause()
        first, second, third = (engine.submit(request("test.words", tmp_path / "out", seed)) for seed in (1, 2, 3))
        engine.cancel(first.id)
        engine.reorder(third.id, before=second.id)
        assert [job.id for job in engine.jobs() if job.state is JobState.QUEUED] == [third.id, second.id]
        time.sleep(0.2)
        assert engine.worker_states()["auto"] == "stopped"
        engine.resume()
        finish(engine, second, third)
        ended = {job.id: job.ended for job in engine.jobs()}
        assert ended[third.id] < ended[second.id]


def test_each_device_has_a_worker_of_its_own_and_they_run_at_the_same_time(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.found_devices(["cpu", "cpu:1"])
        heard = Heard(engine)
        jobs = [engine.submit(request("test.speckle", tmp_path / "out", steps=100_000, pause=0.01)) for _ in range(2)]
        for job in jobs:
            heard.wait_for_state(job.id, JobState.RUNNING)
        assert engine.worker_states() == {"auto": "busy", "cpu:1": "busy"}
        for job in jobs:
            engine.cancel(job.id)
        assert [job.state for job in finish(engine, *jobs)] == [JobState.CANCELLED, JobState.CANCELLED]


def test_retry_runs_the_same_request_again(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", seed=9, how="raises")))
        (again,) = finish(engine, engine.retry(job.id))
        assert (again.request, again.attempt) == (job.request, 2)
        assert engine.job(job.id) is None
        with pytest.raises(UserError):
            engine.retry("no such job")


def test_a_retry_goes_on_after_the_results_there_were_and_all_stay_together(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library, running(tmp_path, library=library) as engine:
        wanted = replace(request("test.pair", tmp_path / "out", mark=str(tmp_path / "mark")), keep=True, folder="")
        (job,) = finish(engine, engine.submit(wanted))
        assert job.state is JobState.INTERRUPTED
        (first,) = job.items
        retried = engine.retry(job.id)
        assert job_from_json(job_to_json(retried)) == retried, "survives a crash as it is"
        (again,) = finish(engine, retried)
        assert again.state is JobState.SUCCEEDED
        assert again.items[0] == first
        made = [library.get(item) for item in again.items]
        assert [library.store.path(item).read_text("utf-8") for item in made] == ["first of 1", "second of 1"]
        assert [item.origin and (item.origin.job, item.origin.index) for item in made] == [(job.id, 0), (job.id, 1)]
        assert len(library.search()) == 2


def test_a_retry_makes_everything_where_a_result_is_gone_or_all_had_been_made(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library, running(tmp_path, library=library) as engine:
        wanted = replace(request("test.pair", tmp_path / "out", mark=str(tmp_path / "mark")), keep=True, folder="")
        (job,) = finish(engine, engine.submit(wanted))
        library.trash(job.items[0])
        (again,) = finish(engine, engine.retry(job.id))
        assert len(again.items) == 2
        assert job.items[0] not in again.items
        (more,) = finish(engine, engine.retry(again.id))
        assert len(more.items) == 2
        assert not set(more.items) & set(again.items)


def test_what_a_plugin_prints_goes_to_the_jobs_log_and_stdin_is_empty(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        jobs = [engine.submit(request("test.trouble", tmp_path / "out", how=how)) for how in ("prints", "reads")]
        assert [job.state for job in finish(engine, *jobs)] == [JobState.SUCCEEDED, JobState.SUCCEEDED]
        heard.wait_for(lambda event: isinstance(event, LogReceived) and event.line.startswith("xxx"))
        events = heard.of(LogReceived)
    assert all(event.printed for event in events)
    lines = [event.line for event in events]
    for said in ("to stdout", "to stderr", "to descriptor 1", "to the old stdout"):
        assert said in lines
    assert max(map(len, lines)) <= 2000


def test_what_a_generator_remarks_is_told_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    asked = [request("test.trouble", out, how=how, where="\x1b[2Ja") for how in ("loads", "prints")]
    with running(tmp_path) as engine:
        for quiet in (True, False):
            with Watcher(engine, quiet=quiet) as watcher:
                watcher.make(asked)
            assert capsys.readouterr().err == ("" if quiet else "�[2Ja: kept 40000000\n")


def test_offline_refuses_connections_and_says_so(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        jobs = [
            engine.submit(request("test.trouble", tmp_path / "out", how="connects", where=where))
            for where in ("192.0.2.1", "example.invalid")
        ]
        ended = finish(engine, *jobs)
        engine.flush_events()
    assert all(job.failure and "offline" in job.failure.message for job in ended)
    assert [event.address for event in heard.of(NetworkRefused)] == ["192.0.2.1", "example.invalid"]


def test_scratch_folders_are_gone_after_the_run(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="writes_tmp")))
        folder = Path(heard.wait_for(lambda event: isinstance(event, LogReceived)).line)
        assert not folder.exists()
    assert not list((tmp_path / "state" / "scratch").glob("*"))


def test_loaded_objects_stay_between_jobs_and_go_when_the_budget_is_exceeded(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine._settings.set("memory_budget_gb", 0.1)
        heard = Heard(engine)
        for name in ("a", "a", "b", "c", "a"):
            finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="loads", where=name)))
        engine.flush_events()
    said = [event.line.split()[:2] for event in heard.of(LogReceived)]
    # 0.1 GB holds two blocks of 40 MB: c drives a out, and a must be made again.
    assert said == [["a:", "made"], ["a:", "kept"], ["b:", "made"], ["c:", "made"], ["a:", "made"]]


@pytest.mark.parametrize(("generator", "says"), [("test.undeclared", "declares only"), ("test.empty", "without")])
def test_a_generator_that_breaks_its_word_is_told_so(tmp_path: Path, generator: str, says: str) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request(generator, tmp_path / "out")))
    assert job.failure is not None
    assert says in job.failure.message


def test_an_input_has_its_items_or_its_files_title(tmp_path: Path) -> None:
    picture = Image(np.zeros((4, 4, 3), np.uint8), title="Red fox: a study")
    with Library(tmp_path / "library") as library, running(tmp_path, library=library) as engine:
        kept = library.save(picture)
        copied = library.export(kept.id, tmp_path).rename(tmp_path / "harbour.png")
        for reference, title in ((f"item:{kept.id}", kept.title), (f"file:{copied}", "harbour")):
            asked = replace(request("test.speckle", tmp_path / "out", picture=reference), keep=True, folder="")
            (job,) = finish(engine, engine.submit(asked))
            library.poll()
            assert library.get(job.items[0]).title == title


def test_an_input_that_is_gone_fails_at_its_field(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        gone = f"file:{tmp_path / 'gone.png'}"
        (job,) = finish(engine, engine.submit(request("test.speckle", tmp_path / "out", picture=gone)))
    assert job.failure is not None
    assert job.failure.param == "picture"
    assert "gone.png" in job.failure.message


def test_a_hostile_input_fails_at_its_field_and_the_worker_lives(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.speckle", tmp_path / "out", picture=f"file:{bad}")))
        assert engine.worker_states()["auto"] == "ready"
    assert job.failure is not None
    assert (job.failure.reason, job.failure.param) == ("user", "picture")


def test_closing_interrupts_what_runs_and_the_next_engine_offers_it_again(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        running_job = engine.submit(request("test.speckle", tmp_path / "out", steps=100_000, pause=0.01))
        waiting = engine.submit(request("test.words", tmp_path / "out"))
        heard.wait_for_state(running_job.id, JobState.RUNNING)
    with running(tmp_path, hold=True) as engine:
        states = {job.id: job.state for job in engine.jobs()}
        assert states == {running_job.id: JobState.INTERRUPTED, waiting.id: JobState.QUEUED}
        assert not threading.current_thread().daemon
        engine.clear()
        assert [job.id for job in engine.jobs()] == [waiting.id]


def test_a_paused_queue_is_still_paused_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.pause()
        job = engine.submit(request("test.words", tmp_path / "out"))
    with running(tmp_path, hold=True):
        pass  # a command that steers single jobs changes nothing about it
    with running(tmp_path) as engine:
        assert engine.paused
        time.sleep(0.2)
        assert [(known.id, known.state) for known in engine.jobs()] == [(job.id, JobState.QUEUED)]
        engine.resume()
        (done,) = finish(engine, job)
    assert done.state is JobState.SUCCEEDED
    with running(tmp_path) as engine:
        assert not engine.paused


def test_an_engine_that_holds_runs_only_what_is_released_paused_or_not(tmp_path: Path) -> None:
    with running(tmp_path, hold=True) as engine:
        first, second = (engine.submit(request("test.words", tmp_path / "out", seed)) for seed in (1, 2))
        engine.pause()
        engine.release([second.id])
        finish(engine, second)
        states = {job.id: job.state for job in engine.jobs()}
    assert states == {first.id: JobState.QUEUED, second.id: JobState.SUCCEEDED}


def test_results_of_no_place_go_with_the_session_and_its_jobs_are_not_left_to_another(tmp_path: Path) -> None:
    nowhere = replace(request("test.words", tmp_path / "out"), folder="")
    with running(tmp_path) as engine:
        (done,) = finish(engine, engine.submit(nowhere))
        made = Path(done.items[0])
        assert made.read_text() == "one two three"
        engine.pause()
        engine.submit(nowhere)
    assert not made.exists()
    assert not list((tmp_path / "state" / "queue").iterdir())


def test_an_order_to_clear_one_job_leaves_the_others(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        jobs = [engine.submit(request("test.trouble", tmp_path / "out", how="raises")) for _ in "12"]
        finish(engine, *jobs)
        send_command(tmp_path / "state" / "queue", engine.session, {"order": "clear", "job": jobs[0].id})
        finish_by = time.monotonic() + 5
        while engine.job(jobs[0].id) is not None and time.monotonic() < finish_by:
            time.sleep(0.05)
        assert [job.id for job in engine.jobs()] == [jobs[1].id]


def test_no_worker_outlives_its_engine(tmp_path: Path) -> None:
    import psutil

    with running(tmp_path) as engine:
        finish(engine, engine.submit(request("test.words", tmp_path / "out")))
        children = psutil.Process().children(recursive=True)
        assert children
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not [process for process in alive if "worker" in " ".join(process.cmdline())]


@pytest.mark.skipif(os.name != "posix", reason="priorities are asked for as POSIX has them")
def test_a_worker_gives_way_to_the_window(tmp_path: Path) -> None:
    import psutil

    with running(tmp_path) as engine:
        finish(engine, engine.submit(request("test.words", tmp_path / "out")))
        workers = [child for child in psutil.Process().children() if "studio.engine.worker.main" in child.cmdline()]
        assert [worker.nice() - psutil.Process().nice() for worker in workers] == [NICENESS]


def test_an_idle_worker_gives_its_memory_back(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.idle_seconds = lambda: 0.3  # type: ignore[method-assign]  # the setting counts in minutes
        finish(engine, engine.submit(request("test.words", tmp_path / "out")))
        heard = Heard(engine)
        heard.wait_for(lambda event: getattr(event, "state", "") == "stopped", timeout=10)


def test_a_shorter_patience_reaches_a_worker_that_is_idle_already(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        engine._settings.set("idle_minutes", 10)
        finish(engine, engine.submit(request("test.words", tmp_path / "out")))
        engine.idle_seconds = lambda: 0.1  # type: ignore[method-assign]  # the setting counts in minutes
        time.sleep(0.3)
        assert set(engine.worker_states().values()) == {"ready"}
        engine._settings.set("idle_minutes", 1)
        heard.wait_for(lambda event: isinstance(event, WorkerChanged) and event.state == "stopped", timeout=5)


@pytest.mark.parametrize(
    ("values", "param", "says"),
    [
        ({}, None, ""),
        ({"nope": 1}, "nope", "There is no parameter called “nope”."),
        ({"size": "large"}, "size", "must be a width and a height"),
        ({"steps": 0}, "steps", "must be between"),
    ],
)
def test_values_from_a_damaged_journal_are_checked_like_any_others(
    tmp_path: Path, values: dict[str, Any], param: str | None, says: str
) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(replace(request("test.speckle", tmp_path / "out"), values=values)))
    if job.failure is None:
        assert job.state is JobState.SUCCEEDED
        assert not says
    else:
        assert (job.failure.reason, job.failure.param) == ("user", param)
        assert says in job.failure.message


def test_secrets_are_in_no_journal(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        engine.pause()
        first, second = (engine.submit(request("test.speckle", tmp_path / "out", password="hunter2")) for _ in "12")
        engine.reorder(second.id, before=first.id)
        engine.resume()
        finish(engine, first, second)
        finish(engine, engine.retry(first.id))
        written = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert b"test.speckle" in written
    assert b"hunter2" not in written


def test_a_cancel_between_the_queue_and_the_supervisor_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as engine:
        take = engine.take

        def take_and_cancel(wanted: Callable[[], bool], *, idles: bool) -> Job | None:
            job = take(wanted, idles=idles)
            if job is not None and not job.request.seed:
                engine.cancel(job.id)
            return job

        monkeypatch.setattr(engine, "take", take_and_cancel)
        finish(engine, engine.submit(request("test.words", tmp_path / "out")))  # from now on through the new `take`
        (job,) = finish(engine, engine.submit(request("test.speckle", tmp_path / "out", 0, steps=1000, pause=0.01)))
    assert job.state is JobState.CANCELLED


def test_a_job_whose_input_cannot_even_be_looked_at_fails_and_the_next_one_runs(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        bad = engine.submit(request("test.speckle", tmp_path / "out", picture=f"file:/{'x' * 300}"))
        bad, good = finish(engine, bad, engine.submit(request("test.words", tmp_path / "out")))
    assert bad.failure is not None
    assert "File name too long" in bad.failure.message
    assert good.state is JobState.SUCCEEDED


def test_a_path_that_is_no_utf_8_is_taken(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.speckle", tmp_path / "out", picture="file:/\udcff.png")))
    assert job.failure is not None
    assert job.failure.param == "picture"


def test_jobs_go_on_while_the_journal_cannot_be_written_and_new_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        running_job = engine.submit(request("test.speckle", tmp_path / "out", steps=100, pause=0.01))
        heard.wait_for_state(running_job.id, JobState.RUNNING)
        with monkeypatch.context() as full:
            stream = engine._journal._stream
            engine._journal._stream = Full()  # type: ignore[assignment]  # a disk without room

            def no_room(*_: object) -> None:
                raise OSError(28, "No space left on device")

            full.setattr("studio.engine.journal.write_bytes", no_room)
            full.setattr(type(engine._journal), "_compact", no_room)
            with pytest.raises(OSError, match="No space"):
                engine.submit(request("test.words", tmp_path / "out"))
            (done,) = finish(engine, running_job)
        engine._journal._stream = stream
        assert done.state is JobState.SUCCEEDED
        assert [job.id for job in engine.jobs()] == [done.id]
        engine.pause()
        left = engine.submit(request("test.words", tmp_path / "out"))
    with running(tmp_path) as engine:
        assert engine.paused
        assert [job.id for job in engine.jobs()] == [left.id]
        assert engine.notices == ()


class Full:
    """A file on a full disk."""

    def write(self, _: bytes) -> int:
        raise OSError(28, "No space left on device")

    def fileno(self) -> int:
        raise OSError(28, "No space left on device")


def test_a_job_is_retried_once_however_often_it_is_asked_for_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="raises")))
        engine.pause()
        gate = threading.Barrier(4)
        again = []

        def ask() -> None:
            gate.wait()
            try:
                again.append(engine.retry(job.id))
            except UserError:
                return

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(again) == 1
        assert [left.id for left in engine.jobs()] == [again[0].id]


def test_one_devices_warm_up_does_not_keep_the_others_from_waiting(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        heard = Heard(engine)
        job = engine.submit(request("test.speckle", tmp_path / "out", steps=100_000, pause=0.01))
        heard.wait_for_state(job.id, JobState.RUNNING)
        engine.add_device("cpu:1")
        engine.warm_up(["json"])  # the busy one gets to it later
        heard.wait_for(lambda event: getattr(event, "device", "") == "cpu:1" and event.state == "ready")
        spent = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - spent < 0.25
        assert engine.worker_states()["cpu:1"] == "ready"
        engine.cancel(job.id)
        finish(engine, job)


def test_a_result_the_index_does_not_take_is_announced_all_the_same(tmp_path: Path) -> None:
    class Stuck:
        def add(self, _: object) -> None:
            raise RuntimeError("database or disk is full")

    with running(tmp_path, library=Stuck()) as engine:
        heard = Heard(engine)
        wanted = replace(request("test.speckle", tmp_path / "out"), keep=True, folder="")
        (job,) = finish(engine, engine.submit(wanted))
        engine.flush_events()
    assert job.state is JobState.SUCCEEDED
    assert Path(heard.of(ItemSaved)[0].path).is_file()


def test_nothing_waits_for_a_closed_engine(tmp_path: Path) -> None:
    with running(tmp_path, hold=True) as engine:
        job = engine.submit(request("test.words", tmp_path / "out"))
        waiting = threading.Thread(target=engine.wait, args=([job.id],))
        waiting.start()
    waiting.join(5)
    assert not waiting.is_alive()
    with pytest.raises(UserError, match="closing"):
        engine.submit(request("test.words", tmp_path / "out"))

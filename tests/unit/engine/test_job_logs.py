"""What jobs say is kept in bounded files that cannot steer a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.studios import finish, request, running

from studio.engine.events import LogReceived
from studio.engine.job_logs import JOBS_KEPT, LOG_BYTES, JobLogs, logs, read_log
from studio.engine.states import JobState


def test_remarks_and_prints_are_kept_with_their_job_after_it_ended(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        jobs = [
            engine.submit(request("test.trouble", tmp_path / "out", how=how, where="a")) for how in ("loads", "prints")
        ]
        loads, prints = finish(engine, *jobs)
        assert prints.state is JobState.SUCCEEDED
    folder = tmp_path / "state" / "logs" / "jobs"
    assert [path.stem for path in logs(folder)] == [loads.id, prints.id]
    assert read_log(folder / f"{loads.id}.log") == ["a: made 40000000"]
    said = read_log(folder / f"{prints.id}.log")
    assert {"to stdout", "to stderr", "to descriptor 1"} <= set(said)
    assert said[-1].startswith("xxx")


def test_a_password_that_a_generator_prints_is_not_kept(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        (job,) = finish(engine, engine.submit(request("test.speckle", tmp_path / "out", password="hunter2")))
        logs_of_engine = engine._home.job_logs
        engine.publish(LogReceived(job.id, "the key is hunter2"))
    assert read_log(logs_of_engine / f"{job.id}.log") == ["the key is …"]


def test_a_worker_cannot_write_logs_of_jobs_that_are_none(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        for job_id in ("../../outside", "", "nobody"):
            engine.publish(LogReceived(job_id, "hello"))
    made = JobLogs(tmp_path / "logs")
    made.add("../outside", "hello")
    made.add("a\x1b]0;b\x07", "hello")
    assert not list(tmp_path.rglob("*.log"))


def test_a_log_cannot_steer_a_terminal(tmp_path: Path) -> None:
    made = JobLogs(tmp_path)
    made.add("a", "\x1b[31mred\x1b[0m \x07bell \u202egnp.exe\nsecond\tline \udcff 雪\n")
    made.close()
    assert read_log(tmp_path / "a.log") == ["red bell gnp.exe", "second\tline  雪"]


def test_a_log_is_bounded_and_its_end_is_kept(tmp_path: Path) -> None:
    made = JobLogs(tmp_path)
    for number in range(6000):
        made.add("a", f"{number} {'x' * 90}")
    made.close()
    lines = read_log(tmp_path / "a.log")
    assert (tmp_path / "a.log").stat().st_size <= LOG_BYTES + 200
    assert lines[0] == "[earlier lines are left out]"
    assert [int(line.split()[0]) for line in lines[1:]] == list(range(6001 - len(lines), 6000))


def test_the_latest_jobs_logs_are_kept(tmp_path: Path) -> None:
    made = JobLogs(tmp_path)
    for number in range(JOBS_KEPT + 5):
        made.add(f"{number:04}", "hello")
    made.close()
    assert [path.stem for path in logs(tmp_path)] == [f"{number:04}" for number in range(5, JOBS_KEPT + 5)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_costs_the_log_alone(tmp_path: Path) -> None:
    (tmp_path / "a.log").symlink_to("/dev/full")
    made = JobLogs(tmp_path)
    made.add("a", "hello")
    made.add("a", "hello again")
    made.add("b", "hello")
    made.close()
    assert read_log(tmp_path / "b.log") == ["hello"]

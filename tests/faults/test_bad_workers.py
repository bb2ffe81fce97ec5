"""A worker that dies, lies, floods or stops listening costs its own job, never the studio or the jobs after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from helpers.commands import ROOT
from helpers.studios import HELPERS, Heard, finish, request, running

from studio.engine import worker_process
from studio.engine.engine import Engine
from studio.engine.events import LogReceived
from studio.engine.states import JobState


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all of them: that it goes on is what is tested."""
    with running(tmp_path_factory.mktemp("studio")) as engine:
        yield engine


def trouble(engine: Engine, tmp_path: Path, how: str, where: str = "") -> Any:
    """What became of one bad job; a good one after it must succeed."""
    bad = engine.submit(request("test.trouble", tmp_path / "out", how=how, where=where))
    good = engine.submit(request("test.words", tmp_path / "out"))
    bad, good = finish(engine, bad, good, timeout=30)
    assert good.state is JobState.SUCCEEDED
    return bad


def raw(header: str) -> str:
    """A frame as it travels, which the worker's own end would not have sent."""
    return f"!\0\0\0{chr(len(header))}{header}"


@pytest.mark.parametrize(
    "frames",
    [
        "!garbage garbage garbage garbage",
        '!\0\0\0\x02[]',
        raw('{"type":"progress","job":"J","done":NaN,"total":1,"message":""}'),
        raw('{"type":"progress","job":"J","done":1e999,"total":1,"message":""}'),
        '[["progress", {}]]',
        '[["progress", {"job": "JOB", "done": "a", "total": 1, "message": ""}]]',
        '[["ended", {"job": "JOB", "state": "queued"}]]',
        '[["ended", {"job": "JOB", "state": "failed"}]]',
        '[["ended", {"job": "JOB", "state": "failed", "failure": {"message": 5}}]]',
        '[["ended", {"job": "JOB", "state": "failed", "failure": {"nonsense": "x"}}]]',
        '[["saved", {"job": "JOB"}]]',
        '[["preview", {"job": "JOB", "width": 4000, "height": 4000, "channels": 4}, 10]]',
        '[["preview", {"job": "JOB", "width": -1, "height": -1, "channels": 1}, 1]]',
        '[["preview", {"job": "JOB", "width": 1, "height": 1, "channels": 7}, 7]]',
        '[["audio", {"job": "JOB", "rate": 48000, "channels": 2}, 5]]',
        '[["devices", {"names": ["cuda:0", "../.."]}]]',
        '[["memory", {"rss": "much"}]]',
        '[["log", {"line": "no job"}]]',
        '[["text", {"job": "JOB", "text": "x", "slots": [[99, 5]]}]]',
    ],
)  # fmt: skip
def test_frames_no_worker_of_ours_sends_end_that_worker_alone(engine: Engine, tmp_path: Path, frames: str) -> None:
    bad = trouble(engine, tmp_path, "writes_frames", frames)
    assert bad.state is JobState.INTERRUPTED
    assert "does not understand" in bad.failure.message


def test_a_frame_about_another_job_does_not_begin_or_end_it(engine: Engine, tmp_path: Path) -> None:
    engine.pause()
    other = engine.submit(request("test.words", tmp_path / "out"))
    told = {"job": other.id, "state": "cancelled"}
    frames = json.dumps([["started", told], ["ended", told], ["something new", {}]])
    first = engine.submit(request("test.trouble", tmp_path / "out", how="writes_frames", where=frames), priority=1)
    heard = Heard(engine)
    engine.resume()
    heard.wait_for_state(first.id, JobState.RUNNING)
    time.sleep(0.3)
    engine.cancel(first.id)
    first, other = finish(engine, first, other)
    assert (first.state, other.state) == (JobState.CANCELLED, JobState.SUCCEEDED)


@pytest.mark.parametrize(
    ("how", "state", "says"),
    [
        ("closes_its_line", JobState.INTERRUPTED, "closed its line"),
        ("cannot_say_why", JobState.FAILED, "(Mute)"),
        ("says_half_a_character", JobState.FAILED, "FileNotFoundError"),
        ("careless_user_error", JobState.FAILED, ""),
        ("says_much", JobState.FAILED, "ValueError: xxx"),
    ],
)
def test_every_end_is_told(engine: Engine, tmp_path: Path, how: str, state: JobState, says: str) -> None:
    bad = trouble(engine, tmp_path, how)
    assert bad.state is state
    assert says in bad.failure.message


def test_after_a_fault_on_the_gpu_the_next_job_gets_a_new_process(engine: Engine, tmp_path: Path) -> None:
    supervisor = engine._supervisors["auto"]
    finish(engine, engine.submit(request("test.words", tmp_path / "out")))
    assert supervisor._worker is not None
    before = supervisor._worker.pid
    bad = trouble(engine, tmp_path, "gpu_faults")
    assert (bad.state, bad.failure.reason) == (JobState.FAILED, "bug")
    assert supervisor._worker.pid != before


@pytest.mark.skipif(os.name != "posix", reason="processes are forked on POSIX only")
def test_a_worker_that_dies_beside_its_own_children_is_missed_and_they_end(engine: Engine, tmp_path: Path) -> None:
    bad = trouble(engine, tmp_path, "leaves_a_child")
    assert bad.state is JobState.INTERRUPTED
    assert "code 7" in bad.failure.message
    (worker,) = (child for child in psutil.Process().children() if "worker" in " ".join(child.cmdline()))
    assert worker.children() == []


def test_a_flood_of_lines_fills_no_memory_and_can_be_cancelled(engine: Engine, tmp_path: Path) -> None:
    heard_lines = [0]

    def slow(event: object) -> None:
        if isinstance(event, LogReceived):
            heard_lines[0] += 1
            time.sleep(0.001)

    stop = engine.subscribe(slow)
    before = psutil.Process().memory_info().rss
    heard = Heard(engine)
    job = engine.submit(request("test.trouble", tmp_path / "out", how="floods"))
    heard.wait_for_state(job.id, JobState.RUNNING)
    heard.stop()
    time.sleep(2.0)
    engine.cancel(job.id)
    (job,) = finish(engine, job, timeout=10)
    stop()
    assert job.state is JobState.CANCELLED
    assert heard_lines[0] > 0
    assert psutil.Process().memory_info().rss - before < 100 * 2**20


def test_the_studio_never_waits_for_a_worker_that_does_not_read(engine: Engine, tmp_path: Path) -> None:
    heard = Heard(engine)
    job = engine.submit(request("test.trouble", tmp_path / "out", how="holds_the_interpreter"))
    heard.wait_for_state(job.id, JobState.RUNNING)
    begun = time.monotonic()
    engine._supervisors["auto"].tell("online", padding="x" * 1_000_000, online=False)
    engine.cancel(job.id)
    assert time.monotonic() - begun < 1.0
    (job,) = finish(engine, job, timeout=10)
    assert job.state is JobState.CANCELLED


def test_a_worker_that_cannot_be_started_fails_its_job_and_the_next_one_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = worker_process._start

    def no_process(_scratch: Path) -> subprocess.Popen[bytes]:
        monkeypatch.setattr(worker_process, "_start", start)
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(worker_process, "_start", no_process)
    with running(tmp_path) as engine:
        jobs = [engine.submit(request("test.words", tmp_path / "out")) for _ in range(2)]
        bad, good = finish(engine, *jobs)
    assert bad.state is JobState.FAILED
    assert bad.failure is not None
    assert "Resource temporarily unavailable" in bad.failure.message
    assert good.state is JobState.SUCCEEDED


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells a process of its parent's end on Linux only")
def test_a_worker_that_hangs_ends_with_a_killed_studio(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom helpers.studios import Heard, request, running\n"
        "from studio.engine.states import JobState\n"
        "with running(Path(sys.argv[1])) as engine:\n    heard = Heard(engine)\n"
        "    job = engine.submit(request('test.trouble', Path(sys.argv[1]) / 'out', how='holds_the_interpreter'))\n"
        "    heard.wait_for_state(job.id, JobState.RUNNING)\n    time.sleep(0.3)\n"
        "    print(engine._supervisors['auto']._worker.pid, flush=True)\n    time.sleep(60)\n"
    )
    path = os.pathsep.join((HELPERS, str(ROOT)))
    host = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    assert host.stdout is not None
    pid = int(host.stdout.readline())
    host.send_signal(signal.SIGKILL)
    host.communicate()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and psutil.pid_exists(pid):
        time.sleep(0.05)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_many_dead_workers_leave_no_thread_and_no_descriptor(tmp_path: Path) -> None:
    process = psutil.Process()

    def held() -> tuple[int, int]:
        return process.num_threads(), process.num_fds() if os.name == "posix" else process.num_handles()

    with running(tmp_path) as engine:
        counts = []
        for _ in range(6):
            finish(engine, engine.submit(request("test.trouble", tmp_path / "out", how="exits")))
            time.sleep(0.2)
            counts.append(held())
    assert counts[-1][0] <= counts[1][0]
    assert counts[-1][1] <= counts[1][1]

"""Waiting and interrupted jobs survive; damage is told of, never fatal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from studio.engine import journal
from studio.engine.jobs import Failure, Job
from studio.engine.mailbox import Mailbox
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState


def job(name: str, **changes: object) -> Job:
    request = GenerationRequest(generator="test.words", version=2, values={"prompt": "雪"}, seed=7)
    return Job(id=name, request=request, created=1.5, **changes)  # type: ignore[arg-type]  # plain keyword pass-through


def test_a_job_survives_the_round_trip() -> None:
    whole = job(
        "a", state=JobState.FAILED, failure=Failure("no", "try", "prompt", "user", "tb"), items=("x",), attempt=3
    )
    assert journal.job_from_json(journal.job_to_json(whole)) == whole
    remedied = replace(whole, failure=Failure("no", reason="memory", remedy={"size": [704, 448]}))
    assert journal.job_from_json(json.loads(json.dumps(journal.job_to_json(remedied)))) == remedied


def test_a_failure_written_before_there_were_remedies_is_read() -> None:
    whole = job("a", state=JobState.FAILED, failure=Failure("no", reason="memory"))
    plain = journal.job_to_json(whole)
    del plain["failure"]["remedy"]
    assert journal.job_from_json(plain) == whole
    plain["failure"]["remedy"] = "smaller"
    with pytest.raises(TypeError):
        journal.job_from_json(plain)


def test_a_request_written_before_trainings_could_end_early_is_read() -> None:
    whole = job("a")
    plain = journal.job_to_json(whole)
    del plain["request"]["until"]
    assert journal.job_from_json(plain) == whole


def test_the_next_session_adopts_waiting_jobs_in_order_and_running_ones_as_interrupted(tmp_path: Path) -> None:
    first = journal.Journal(tmp_path)
    for name in ("a", "b", "c", "d"):
        first.write(job(name))
    first.write(job("d", state=JobState.RUNNING))
    first.write(job("c", state=JobState.CANCELLED))
    first.write_order(["b", "a"], paused=True)
    assert journal.sessions(tmp_path)[0].live
    first.close()
    second = journal.Journal(tmp_path)
    adopted = second.adopt()
    assert [(entry.id, entry.state) for entry in adopted] == [
        ("b", JobState.QUEUED),
        ("a", JobState.QUEUED),
        ("d", JobState.INTERRUPTED),
    ]
    assert second.paused
    assert [session.id for session in journal.sessions(tmp_path)] == [second.session]
    second.close()
    assert {entry.id for entry in journal.sessions(tmp_path)[0].jobs} == {"a", "b", "d"}


def test_jobs_whose_results_went_with_their_session_are_offered_to_nobody(tmp_path: Path) -> None:
    nowhere = replace(job("a").request, keep=False)
    first = journal.Journal(tmp_path)
    first.write(replace(job("a"), request=nowhere))
    first.write(replace(job("b"), request=replace(nowhere, folder=str(tmp_path))))
    assert [entry.id for entry in journal.sessions(tmp_path)[0].jobs] == ["a", "b"]
    first.close()
    assert [entry.id for entry in journal.sessions(tmp_path)[0].jobs] == ["b"]
    second = journal.Journal(tmp_path)
    assert [entry.id for entry in second.adopt()] == ["b"]
    second.close()


def test_a_session_with_nothing_left_leaves_no_file(tmp_path: Path) -> None:
    session = journal.Journal(tmp_path)
    session.write(job("a"))
    session.write(job("a", state=JobState.SUCCEEDED))
    session.close()
    assert list(tmp_path.iterdir()) == []


def test_a_live_session_is_left_alone(tmp_path: Path) -> None:
    live, other = journal.Journal(tmp_path), journal.Journal(tmp_path)
    live.write(job("a"))
    assert other.adopt() == []
    found = {session.id: session for session in journal.sessions(tmp_path)}
    assert [entry.id for entry in found[live.session].jobs] == ["a"]
    live.close()
    other.close()


def test_a_killed_session_is_adopted(tmp_path: Path) -> None:
    code = (
        "import sys, os\nfrom pathlib import Path\nfrom studio.engine.journal import Journal\n"
        "from studio.engine.jobs import Job\nfrom studio.engine.requests import GenerationRequest\n"
        "session = Journal(Path(sys.argv[1]))\n"
        "request = GenerationRequest(generator='g', version=1, values={}, seed=1)\n"
        "session.write(Job(id='a', request=request), durable=True)\nos.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    session = journal.Journal(tmp_path)
    assert [entry.id for entry in session.adopt()] == ["a"]
    session.close()


def changed_line(part: bytes, by: bytes) -> bytes:
    """A line as a journal holds it, with one part of it changed."""
    line = json.dumps({"job": journal.job_to_json(job("b"))}).encode() + b"\n"
    assert part in line
    return line.replace(part, by)


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xfe\n", b"[]\n",
     b'{"job": {}}\n', b'{"job": {"id": 1, "request": 3, "state": "x"}}\n', b"{" * 100_000 + b"\n",
     b'{"order": 5}\n', b"null\n", b'{"forget": null}\n',
     *(changed_line(part, by) for part, by in (
         (b'"created": 1.5', b'"created": NaN'), (b'"created": 1.5', b'"created": 1e300'),
         (b'"done": 0.0', b'"done": 1e999'), (b'"prompt": "', b'"n": 1e999, "prompt": "'),
         (b'"failure": null', b'"failure": {"message": 5}'), (b'"failure": null', b'"failure": 7')))],
)  # fmt: skip
def test_a_damaged_line_is_named_and_the_rest_is_adopted(tmp_path: Path, garbage: bytes) -> None:
    first = journal.Journal(tmp_path)
    first.write(job("a"))
    first.close()
    path = tmp_path / f"{first.session}.jsonl"
    path.write_bytes(garbage + path.read_bytes())
    session = journal.Journal(tmp_path)
    assert [entry.id for entry in session.adopt()] == ["a"]
    assert len(session.damage) == 1
    assert f"{path.name}, line 1," in session.damage[0]
    assert path.with_suffix(".damaged").exists()  # nothing is thrown away
    session.close()


@pytest.mark.parametrize("tail", [b"garbage without an end", b"\0" * 3000, b'{"jobs"', b"{}"])
def test_a_last_line_that_no_journal_begins_like_is_damage(tmp_path: Path, tail: bytes) -> None:
    first = journal.Journal(tmp_path)
    first.write(job("a"))
    first.close()
    path = tmp_path / f"{first.session}.jsonl"
    path.write_bytes(path.read_bytes() + tail)
    session = journal.Journal(tmp_path)
    assert [entry.id for entry in session.adopt()] == ["a"]
    assert len(session.damage) == 1
    assert path.with_suffix(".damaged").exists()
    session.close()


def test_a_line_cut_off_by_the_crash_is_not_damage(tmp_path: Path) -> None:
    first = journal.Journal(tmp_path)
    first.write(job("a"))
    first.close()
    path = tmp_path / f"{first.session}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"job": {"id": "b", "re')
    session = journal.Journal(tmp_path)
    assert [entry.id for entry in session.adopt()] == ["a"]
    assert session.damage == ()
    session.close()


def test_a_long_journal_is_rewritten_with_what_still_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "COMPACT_LINES", 50)
    session = journal.Journal(tmp_path)
    session.write(job("kept"))
    for number in range(200):
        session.write(job(f"j{number}"))
        session.write(job(f"j{number}", state=JobState.SUCCEEDED))
    size = (tmp_path / f"{session.session}.jsonl").stat().st_size
    assert size < 60 * 800
    session.close()
    (left,) = journal.sessions(tmp_path)
    assert [entry.id for entry in left.jobs] == ["kept"]


def test_orders_reach_a_session_once(tmp_path: Path) -> None:
    session = journal.Journal(tmp_path)
    journal.send_command(tmp_path, session.session, {"order": "cancel", "job": "a"})
    (session.commands / "0-bad.json").write_bytes(b"not json")
    assert list(journal.take_commands(session.commands)) == [{"order": "cancel", "job": "a"}]
    assert list(journal.take_commands(session.commands)) == []
    session.close()


def test_what_cannot_be_read_at_all_is_told_of_and_keeps_no_studio_from_starting(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "b.jsonl")
    left = journal.Journal(tmp_path)
    left.write(job("a"))
    left.close()
    (tmp_path / f"{left.session}.commands").mkdir()
    (tmp_path / f"{left.session}.commands" / ".cut-off.json.tmp").write_bytes(b"{")
    session = journal.Journal(tmp_path)
    assert [entry.id for entry in session.adopt()] == ["a"]
    assert session.damage[0].startswith("a.jsonl cannot be read")
    assert {entry.path.name for entry in journal.sessions(tmp_path) if entry.damage} >= {"a.jsonl"}
    session.close()
    assert not list(tmp_path.glob("*.commands"))


def test_a_mailbox_of_rubbish_is_emptied_and_orders_in_it_are_followed(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "1.json" / "inside").mkdir(parents=True)
    (box / "2.json").write_bytes(b"[" * 100_000)
    (box / "3.json").write_bytes(b'{"order": ["pause"]}')
    (box / "4.json").symlink_to(box / "nowhere")
    (box / "5.json").write_bytes(b'{"order": "pause"}')
    done = threading.Event()
    mailbox = Mailbox(box, {"pause": lambda _: done.set()})
    assert done.wait(5)
    mailbox.close()
    assert list(box.iterdir()) == []


def test_orders_taken_leave_no_folder_behind(tmp_path: Path) -> None:
    session = journal.Journal(tmp_path)
    journal.send_command(tmp_path, session.session, {"order": "pause"})
    assert len(list(journal.take_commands(session.commands))) == 1
    session.close()
    assert list(tmp_path.iterdir()) == []


def test_a_line_the_disk_had_no_room_for_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = journal.Journal(tmp_path)
    session.write(job("a"))
    stream = session._stream

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    class Full:
        def write(self, data: bytes) -> int:
            stream.write(data[:5])
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(session, "_stream", Full())
    session.write(job("b"))
    monkeypatch.undo()
    monkeypatch.setattr(journal, "write_bytes", no_room)
    with pytest.raises(OSError, match="No space"):
        session.write(job("c"), durable=True)
    monkeypatch.undo()
    session.close()
    (left,) = journal.sessions(tmp_path)
    assert ([entry.id for entry in left.jobs], left.damage) == (["a", "b"], ())


def test_only_one_of_many_that_start_at_once_adopts_a_job(tmp_path: Path) -> None:
    left = journal.Journal(tmp_path)
    for number in range(20):
        left.write(job(f"{number:02}"))
    left.close()
    gate = threading.Barrier(6)
    adopted: list[str] = []

    def start() -> None:
        session = journal.Journal(tmp_path)
        gate.wait()
        adopted.extend(entry.id for entry in session.adopt())
        gate.wait()
        session.close()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(adopted) == [f"{number:02}" for number in range(20)]

"""The queue's order and legal transitions."""

from __future__ import annotations

import pytest

from studio.engine.jobs import IllegalTransition, Job
from studio.engine.queue import JobQueue
from studio.engine.requests import GenerationRequest
from studio.engine.states import JobState


def job(name: str, priority: int = 0) -> Job:
    request = GenerationRequest(generator="test.words", version=1, values={}, seed=1)
    return Job(id=name, request=request, priority=priority)


def queue_of(*jobs: Job) -> JobQueue:
    queue = JobQueue()
    for entry in jobs:
        queue.add(entry)
    return queue


def test_higher_priority_goes_first_and_equal_ones_keep_their_order() -> None:
    queue = queue_of(job("a"), job("b"), job("urgent", 5), job("c"))
    assert queue.order == ("urgent", "a", "b", "c")


def test_take_moves_the_next_fitting_job() -> None:
    queue = queue_of(job("a"), job("b"))
    assert queue.take(lambda _: False) is None
    taken = queue.take(lambda candidate: candidate.id == "b")
    assert taken is not None
    assert (taken.id, taken.state) == ("b", JobState.PREPARING)
    assert queue.order == ("a",)


def test_a_reordered_job_takes_its_neighbours_priority() -> None:
    queue = queue_of(job("urgent", 5), job("a"), job("b"))
    assert queue.reorder("b", before="urgent")
    assert queue.order == ("b", "urgent", "a")
    assert queue["b"].priority == 5
    assert queue.reorder("urgent", before=None)
    assert queue.order == ("b", "a", "urgent")
    assert queue["urgent"].priority == 0
    assert not queue.reorder("unknown", before=None)


@pytest.mark.parametrize(
    ("start", "target"),
    [
        (JobState.SUCCEEDED, JobState.RUNNING),
        (JobState.QUEUED, JobState.SUCCEEDED),
        (JobState.CANCELLED, JobState.QUEUED),
        (JobState.RUNNING, JobState.QUEUED),
    ],
)
def test_no_illegal_way_is_open(start: JobState, target: JobState) -> None:
    legal = {
        JobState.SUCCEEDED: (JobState.PREPARING, JobState.RUNNING, JobState.SUCCEEDED),
        JobState.CANCELLED: (JobState.CANCELLED,),
        JobState.RUNNING: (JobState.PREPARING, JobState.RUNNING),
        JobState.QUEUED: (),
    }
    queue = queue_of(job("a"))
    for state in legal[start]:
        queue.move("a", state)
    with pytest.raises(IllegalTransition):
        queue.move("a", target)
    assert queue["a"].state is start


def test_only_ended_jobs_can_be_removed() -> None:
    queue = queue_of(job("a"), job("b"))
    queue.move("b", JobState.CANCELLED)
    assert queue.remove(["a", "b", "c"]) == ["b"]
    assert [entry.id for entry in queue.jobs()] == ["a"]


def test_only_those_that_ended_first_are_too_many() -> None:
    queue = queue_of(job("a"), job("b"), job("c"), job("d"))
    for name in ("c", "a", "b"):
        queue.move(name, JobState.CANCELLED)
    assert queue.surplus(3) == []
    assert queue.surplus(1) == ["c", "a"]
    queue.remove(["c"])
    assert queue.surplus(1) == ["a"]

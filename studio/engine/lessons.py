"""What a worker tells of a training, as events: frames are checked like all that plugins can reach."""

from __future__ import annotations

import math
import re

from studio.engine.events import CheckpointSaved, Event, MetricReceived, ModelTrained, SampleSaved, TrainingBegan
from studio.engine.protocol import Frame
from studio.sdk import ARTIFACTS

LESSONS = ("training", "metric", "sample", "checkpoint", "model")
"""Types of these frames."""

STEP_LIMIT = 2**53
NAME_LIMIT = 200
PATH_LIMIT = 4096

_RUN = re.compile(r"[0-9a-f]{16}")
_OWN = re.compile(r"own:[^\W_][\w -]*")


def lesson_of(frame: Frame) -> Event:
    """The event for a frame. Raises `ValueError` and the like on what no worker of ours sends."""
    body, job_id = frame.body, str(frame.body["job"])
    if frame.type == "model":
        return ModelTrained(job_id, _like(_OWN, str(body["reference"])), _path(body["path"]))
    step = _step(body["step"])
    if frame.type == "training":
        return TrainingBegan(job_id, _like(_RUN, str(body["run"])), step)
    if frame.type == "metric":
        value = float(body["value"])
        if not math.isfinite(value):
            raise ValueError("a figure must be finite")
        return MetricReceived(job_id, str(body["name"])[:NAME_LIMIT], step, value)
    if frame.type == "sample":
        kind = str(body["kind"])
        if kind not in ARTIFACTS:
            raise ValueError("a sample of no known kind")
        return SampleSaved(job_id, step, kind, _path(body["path"]))
    return CheckpointSaved(job_id, step)


def _step(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < STEP_LIMIT:
        raise ValueError("steps are whole numbers")
    return value


def _like(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text) or len(text) > NAME_LIMIT:
        raise ValueError(f"{text[:NAME_LIMIT]!r} is no such name")
    return text


def _path(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= PATH_LIMIT or "\0" in value:
        raise ValueError("no path")
    return value

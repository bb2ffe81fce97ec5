"""What the engine tells its subscribers: one class per event, named in the past tense.

Events are delivered in order, on engine threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from studio.engine.jobs import Job


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job was added or its state, place or progress changed; `job` is its new snapshot."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobRestarted:
    """Memory ran out and the generator begins once more: what was streamed of unfinished results will come again."""

    job_id: str


@dataclass(frozen=True, slots=True)
class JobRemoved:
    """A finished job was cleared from the list."""

    job_id: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """The order of waiting jobs, or whether the queue is paused, changed."""

    order: tuple[str, ...]
    paused: bool


@dataclass(frozen=True, slots=True)
class PreviewReceived:
    """A picture of the result so far: 8-bit pixels, row-major, `channels` 1 (grey), 3 (RGB) or 4 (RGBA)."""

    job_id: str
    width: int
    height: int
    channels: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class TextReceived:
    """More text of a growing result, to be appended."""

    job_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AudioReceived:
    """More sound of a growing result: interleaved little-endian float32."""

    job_id: str
    sample_rate: int
    channels: int
    samples: bytes


@dataclass(frozen=True, slots=True)
class ItemSaved:
    """A finished result is on the disk and will not be lost. `item` is its library id, or its path when not kept."""

    job_id: str
    item: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class ItemDrawn:
    """The thumbnail of a kept result is there; it is made after the result was announced."""

    job_id: str
    item: str


@dataclass(frozen=True, slots=True)
class TrainingBegan:
    """A training opened its run: `run` names the folder in `Home.runs`, `step` is where it goes on, 0 when new."""

    job_id: str
    run: str
    step: int


@dataclass(frozen=True, slots=True)
class MetricReceived:
    """One more point of a training's curve called `name`."""

    job_id: str
    name: str
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class SampleSaved:
    """What the model in training makes after `step` steps lies at `path`; `kind` as of an artifact."""

    job_id: str
    step: int
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """From here the training can go on, whatever happens."""

    job_id: str
    step: int


@dataclass(frozen=True, slots=True)
class ModelTrained:
    """The model is finished and in the store: `ref` is what generators are given, e.g. ``"own:faces-3fa2c1"``."""

    job_id: str
    ref: str
    path: str


@dataclass(frozen=True, slots=True)
class LogReceived:
    """A line of the job's log: a remark of the generator's, or (`printed`) what its process wrote to its outputs."""

    job_id: str
    line: str
    printed: bool = False


@dataclass(frozen=True, slots=True)
class WorkerChanged:
    """A device's worker started, became ready, busy or idle, or ended.

    Attributes:
        device: e.g. ``"cpu"``.
        state: ``"starting"``, ``"ready"``, ``"busy"``, ``"stopped"`` or ``"crashed"``.
        rss_bytes: main memory its process takes, 0 when it does not run.
        loaded_bytes: what loaded models take, as far as measured.
        peak_bytes: the most main memory its process has taken so far.
    """

    device: str
    state: str
    rss_bytes: int = 0
    loaded_bytes: int = 0
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NetworkRefused:
    """A plugin tried to open a connection while the studio is offline."""

    job_id: str
    address: str


Event: TypeAlias = (
    JobChanged
    | JobRestarted
    | JobRemoved
    | QueueChanged
    | PreviewReceived
    | TextReceived
    | AudioReceived
    | ItemSaved
    | ItemDrawn
    | TrainingBegan
    | MetricReceived
    | SampleSaved
    | CheckpointSaved
    | ModelTrained
    | LogReceived
    | WorkerChanged
    | NetworkRefused
)

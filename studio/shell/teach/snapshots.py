"""What the page shows of training runs, read off the window's thread: the runs' folders are the truth."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.datasets import MANIFEST
from studio.sdk.trainer import Metric
from studio.teach.datasets_keeping import digest_of, names
from studio.teach.runs import Run

if TYPE_CHECKING:
    from studio.engine.jobs import Job

KINDS = {
    ".png": "image", ".txt": "text", ".md": "text", ".mid": "score", ".wav": "audio", ".flac": "audio",
    ".glb": "mesh", ".mp4": "video",
}  # fmt: skip
"""The kind of a sample by its file's ending, as the studio writes them."""

REMARKS_SHOWN = 200
"""Lines of a run's log that are shown, the last ones."""

POINTS = 400
"""Most points shown of one curve; of more, the lowest and the highest of each stretch, and the last."""

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample: after how many steps, its kind and file."""

    step: int
    kind: str
    path: Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run as it stands.

    Attributes:
        folder: where it lies.
        facts: what determines it, see `Run.facts`.
        curves: the points (step, value) of each curve, by name, see `POINTS`.
        samples: in order of step.
        steps: the checkpoints there are.
        kept: those that are never thinned out.
        model: the reference of the finished model, empty before.
        current: whether its dataset still is what it learns from.
        remarks: the last lines of its log.
    """

    folder: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Points] = field(default_factory=dict)
    samples: Sequence[Shown] = ()
    steps: Sequence[int] = ()
    kept: Collection[int] = ()
    model: str = ""
    current: bool = True
    remarks: Sequence[str] = ()

    @property
    def recipe(self) -> str:
        """The trainer's id."""
        return str(self.facts.get("recipe", ""))

    @property
    def dataset(self) -> str:
        """The name of the dataset it learns from."""
        told = self.facts.get("dataset")
        return str(told.get("name", "")) if isinstance(told, Mapping) else ""

    @property
    def created(self) -> float:
        """When it began, seconds since the epoch."""
        began = self.facts.get("created", 0.0)
        return float(began) if isinstance(began, int | float) else 0.0

    @property
    def until(self) -> int:
        """The step of the checkpoint that it makes a model of, 0 for none."""
        until = self.facts.get("until")
        return until if isinstance(until, int) else 0

    def belongs_to(self, job: Job) -> bool:
        """Whether a job that has not begun will be this run's: both come of the same request and the same data."""
        request = job.request
        asked = (request.generator, request.seed, request.until)
        same = self.current and (self.recipe, self.facts.get("seed"), self.until) == asked
        return same and self.facts.get("values") == dict(request.values)


def read_runs(folder: Path, datasets: Path) -> list[Snapshot]:
    """All runs, newest first, without their curves and samples. `datasets` is where datasets are kept."""
    if not folder.is_dir():
        return []
    runs = [Run(entry) for entry in folder.iterdir() if (entry / "run.json").is_file()]
    found = [_head(run, datasets) for run in runs]
    return sorted(found, key=lambda one: one.created, reverse=True)


def read_run(folder: Path, datasets: Path) -> Snapshot:
    """One run with all it has to show. `datasets` is where datasets are kept."""
    run = Run(folder)
    samples = [Shown(step, KINDS[path.suffix], path) for step, path in run.samples() if path.suffix in KINDS]
    head = _head(run, datasets)
    return replace(
        head,
        curves={name: _thinned(points) for name, points in _by_name(run.metrics()).items()},
        samples=samples,
        steps=run.steps,
        kept=run.kept,
        remarks=run.remarks(REMARKS_SHOWN),
    )


def recent_datasets(folder: Path, runs: Sequence[Snapshot]) -> list[str]:
    """The names of the datasets in a folder, in the order in which they were last made, captioned or learnt from."""
    times = {name: _changed(folder / name / MANIFEST) for name in names(folder)}
    for run in runs:
        if run.dataset in times:
            times[run.dataset] = max(times[run.dataset], run.created)
    return sorted(times, key=lambda name: -times[name])


def _changed(file: Path) -> float:
    """When a file was last written, seconds since the epoch; 0 where it is gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _head(run: Run, datasets: Path) -> Snapshot:
    made = Snapshot(run.folder, run.facts, model=run.finished)
    told = made.facts.get("dataset")
    digest = told.get("digest") if isinstance(told, Mapping) else None
    name = Path(made.dataset).name  # what a run tells may come from elsewhere
    return replace(made, current=digest == digest_of(datasets / name))


def _by_name(metrics: Iterable[Metric]) -> dict[str, Points]:
    """The finite points of curves by the curves' names, in order of first appearance."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for metric in metrics:
        if math.isfinite(metric.value):
            curves.setdefault(metric.name, []).append((metric.step, metric.value))
    return dict(curves)


def _thinned(points: Points) -> Points:
    if len(points) <= POINTS:
        return points
    stride = -(-2 * len(points) // POINTS)
    kept = []
    for start in range(0, len(points), stride):
        stretch = points[start : start + stride]
        kept += sorted({min(stretch, key=_value), max(stretch, key=_value)})
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _value(point: tuple[int, float]) -> float:
    return point[1]

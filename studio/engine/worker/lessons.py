"""What becomes of what a trainer yields: curves, samples, checkpoints into the run, the model into the store."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.library import formats
from studio.sdk import Checkpoint, Lesson, Metric, Sample, Score, TrainedModel, UserError
from studio.teach.adopting import adopt
from studio.teach.report import tidied, write_report
from studio.teach.report_page import picture_of
from studio.teach.runs import Run

PICTURE_SIDE = 384
"""Width of the picture of a score, pixels."""

LESSONS = (Metric, Sample, Checkpoint, TrainedModel)
"""The classes of `studio.sdk.Lesson`."""


@dataclass(frozen=True, slots=True)
class LessonKeeper:
    """Keeps one run's lessons.

    Attributes:
        run: where they go.
        model: where the finished model goes.
        reference: what that model will be called, e.g. ``"own:tales-3fa2c1"``.
        facts: for the model's card, see `adopt`.
        tell: called with what was kept: a frame's type and body.
    """

    run: Run
    model: Path
    reference: str
    facts: Mapping[str, Any]
    tell: Callable[..., None]

    def keep(self, lesson: Lesson) -> None:
        """Keep one lesson durably, then tell of it. Raises `ValueError` on a figure that is not finite."""
        if isinstance(lesson, Metric):
            self._keep_metric(lesson)
        elif isinstance(lesson, Sample):
            path = self.run.sample_path(lesson.step, formats.stored_suffix(lesson.artifact))
            formats.write(lesson.artifact, path)
            if isinstance(lesson.artifact, Score):
                _draw(lesson.artifact, path)
            self.tell("sample", step=lesson.step, path=str(path), kind=lesson.artifact.kind)
        elif isinstance(lesson, Checkpoint):
            self.run.add_checkpoint(lesson)
            self.tell("checkpoint", step=lesson.step)
        else:
            self._adopt(lesson)
            self.run.finish(self.reference)
            self.tell("model", reference=self.reference, path=str(self.model))

    def _adopt(self, trained: TrainedModel) -> None:
        """Report first, then card and move: where a model is, its report is."""
        tidy = replace(trained, evaluation=tidied(trained.evaluation))
        values = self.facts.get("values") or {}
        facts = {**self.facts, "values": {name: portable(value) for name, value in values.items()}}
        _draw_scores(tidy)
        write_report(tidy.folder, facts, tidy.evaluation, self.run)
        adopt(tidy, self.model, facts)

    def _keep_metric(self, metric: Metric) -> None:
        if not math.isfinite(metric.value):
            raise ValueError(f"{metric.name} must be finite, not {metric.value}")
        self.run.add_metric(metric)
        self.tell("metric", name=str(metric.name), step=int(metric.step), value=float(metric.value))


def _draw_scores(trained: TrainedModel) -> None:
    """Pictures of the scores that the report shows."""
    evaluation = trained.evaluation
    shown = {*evaluation.samples, *(name for pair in evaluation.neighbours for name in (pair.sample, pair.training))}
    for path in sorted(trained.folder.glob("*.mid")):
        # A score that cannot be read is shown by its name: the model is worth more than its picture.
        with suppress(UserError, OSError):
            if path.name in shown and isinstance(score := formats.read(path, "score"), Score):
                _draw(score, path)


def _draw(score: Score, path: Path) -> None:
    from studio.library.drawing import piano_roll

    piano_roll(score, PICTURE_SIDE).save(picture_of(path))


def portable(value: Any) -> Any:
    """A parameter's value as a model's card may tell it to others: of a file or folder its name alone."""
    if not isinstance(value, str):
        return value
    scheme, colon, path = value.partition(":")
    if scheme == "folder" and colon:
        return f"folder:{Path(path).name}"
    try:
        is_place = Path(value).is_absolute() and Path(value).exists()
    except (OSError, ValueError):  # a text that no path could be
        is_place = False
    return Path(value).name if is_place else value

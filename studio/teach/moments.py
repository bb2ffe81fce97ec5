"""What a run had come to at a step: its figures and samples, to be held against those of another step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.teach.runs import Run


@dataclass(frozen=True, slots=True)
class Moment:
    """A run at a step.

    Attributes:
        step: steps taken.
        figures: the last value of each curve until then, by name.
        sampled: step of the samples, the last ones until then; 0 where there are none.
        samples: their files; the n-th of any step is from the same seed.
    """

    step: int
    figures: Mapping[str, float]
    sampled: int
    samples: Sequence[Path]

    @classmethod
    def of(cls, run: Run, step: int) -> Moment:
        """Read what a run had come to at a step."""
        figures = {metric.name: metric.value for metric in run.metrics() if metric.step <= step}
        samples = [(taken, path) for taken, path in run.samples() if taken <= step]
        sampled = samples[-1][0] if samples else 0
        return cls(step, figures, sampled, [path for taken, path in samples if taken == sampled])


def steps_to_compare(run: Run) -> list[int]:
    """The steps of which there is something to see or to use, samples or a checkpoint, ascending."""
    return sorted({*run.steps, *(step for step, _ in run.samples())})

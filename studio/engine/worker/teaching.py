"""One training in the worker: its run's folder is opened, what was learnt before is found, lessons are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import filelock

from studio.engine.worker.context import WorkerContext
from studio.engine.worker.lessons import LESSONS, LessonKeeper
from studio.sdk import Dataset, Field, Generator, Lesson, Params, Sample, TrainedModel, TrainingContext, UserError
from studio.teach.adopting import model_name
from studio.teach.branches import branch_name
from studio.teach.identity import given_digests, other_code, run_name
from studio.teach.report import dataset_facts
from studio.teach.runs import Run, run_lock

LOCK_SECONDS = 10.0
"""How long the worker of a studio that was killed may take to let go of its run."""

SECTION = "teach"
"""Key of an order's part on training: the folders of runs and models."""


class LearningContext(WorkerContext, TrainingContext):
    """What a training sees of the host."""

    # What takes hours needs no smooth bar, and each frame wakes a host that may have to share the processor.
    progress_seconds = 0.25
    resume: Path | None = None
    checkpoint_seconds: float = math.inf
    run: Run | None = None

    def log(self, message: str) -> None:
        """Send a line to the job's log, and keep it with the run: who looks hours later still finds it."""
        super().log(message)
        if self.run is not None:
            self.run.add_remark(str(message))


@dataclass(slots=True)
class Training:
    """A run that is under way.

    Attributes:
        until: steps after which it ends, see `TrainingContext`; None for all that were asked for.
        adopted: whether the finished model is in the store.
    """

    keeper: LessonKeeper
    lock: filelock.BaseFileLock
    makes: tuple[str, ...]
    until: int | None
    adopted: bool = False

    @classmethod
    def begin(
        cls, generator: type[Generator], params: Params, order: Mapping[str, Any], ctx: LearningContext
    ) -> Training:
        """Open the run these parameters, seed and data determine, and let `ctx` go on from its last checkpoint.

        Raises:
            UserError: another studio trains this very run now, or the disk refuses.
        """
        data = [getattr(params, known.name) for known in generator.Params.fields if known.kind == "dataset"]
        digest = "+".join(dataset.digest for dataset in data)
        values, seed = _told(generator, order), int(order["seed"])
        runs, models = Path(order[SECTION]["runs"]), Path(order[SECTION]["models"])
        given = given_digests(generator.Params.fields, values, ctx.model)
        key = run_name(runs, generator.id, generator.version, values, seed, digest, given)
        facts = _facts(generator, order, data) | ({"given": given} if given else {})
        until = int(order[SECTION]["until"]) or None
        if until is not None:
            key = branch_name(key, until)
            facts |= {"until": until, "title": f"{facts['title']}, step {until}"}
        lock = _locked(runs, key)
        name = model_name(facts["title"], key)
        differs = other_code(Run(runs / key).facts, facts)
        run = Run.begin(runs / key, facts)
        run.secrets = tuple(str(value) for name, value in order["values"].items() if name not in values and value)
        ctx.run, ctx.resume, ctx.checkpoint_seconds = run, run.resume, float(order[SECTION]["checkpoint_seconds"])
        ctx.until = until
        step = run.steps[-1] if run.steps else 0
        ctx.tell("training", run=key, step=step)
        if differs:
            ctx.log(differs)
        if step:
            ctx.log(f"Going on from the checkpoint after {step} steps.")
        return cls(LessonKeeper(run, models / name, f"own:{name}", facts, ctx.tell), lock, _kinds(generator), until)

    def keep(self, lesson: Lesson) -> None:
        """Keep what the trainer yielded.

        Raises:
            TypeError: a sample of a kind the trainer does not declare.
            UserError: the trainer goes on where it was to end.
        """
        if isinstance(lesson, Sample) and lesson.artifact.kind not in self.makes:
            raise TypeError(f"a sample is of the kind {lesson.artifact.kind}, which the trainer does not declare")
        if self.until is not None and not isinstance(lesson, TrainedModel) and lesson.step > self.until:
            raise UserError("This recipe cannot make a model of a checkpoint.", hint="Train to the end instead.")
        self.keeper.keep(lesson)
        self.adopted = self.adopted or isinstance(lesson, TrainedModel)

    def close(self) -> None:
        """Let other studios open the run."""
        self.lock.release()


def is_lesson(result: object) -> TypeGuard[Lesson]:
    """Whether a trainer's `result` goes into its run."""
    return isinstance(result, LESSONS)


def read_dataset(known: Field, folder: str) -> Dataset:
    """The dataset of a parameter. Raises `UserError` naming the parameter when it is damaged or gone."""
    try:
        return Dataset.read(Path(folder))
    except OSError as error:
        said = f"The dataset {Path(folder).name} cannot be read ({error.strerror})."
        raise UserError(said, param=known.name, hint="Make it again from its files.") from error
    except ValueError as error:
        raise UserError(str(error), param=known.name, hint="Make it again from its files.") from error


def _locked(runs: Path, key: str) -> filelock.BaseFileLock:
    runs.mkdir(parents=True, exist_ok=True)
    lock = run_lock(runs / key)
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except filelock.Timeout as error:
        raise UserError(
            "Another window of the studio trains this very model now.",
            hint="Wait for it, or choose another seed to train one more.",
        ) from error
    return lock


def _told(generator: type[Generator], order: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a run and its model may tell: without passwords and keys."""
    secret = {known.name for known in generator.Params.fields if known.kind == "secret"}
    return {name: value for name, value in order["values"].items() if name not in secret}


def _facts(generator: type[Generator], order: Mapping[str, Any], data: list[Dataset]) -> dict[str, Any]:
    """What determines the run, for ``run.json`` and the model's card."""
    first = data[0]
    return {
        "title": str(first.card.get("title") or first.name)[:200],
        "family": order["spec"]["teaches"],
        "recipe": generator.id,
        "version": generator.version,
        "values": _told(generator, order),
        "seed": int(order["seed"]),
        "dataset": dataset_facts(first),
        "distribution": order["spec"]["distribution"],
        "distribution_version": order["spec"]["distribution_version"],
        "studio": order["studio"],
    }


def _kinds(generator: type[Generator]) -> tuple[str, ...]:
    return tuple(made.kind for made in generator.makes)

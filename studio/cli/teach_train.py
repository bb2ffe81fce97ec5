"""``studio teach recipes | forecast | train``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.cli.watching import Watcher
from studio.engine.events import CheckpointSaved, Event, MetricReceived, ModelTrained, TrainingBegan
from studio.engine.jobs import Job
from studio.engine.states import JobState
from studio.sdk import GeneratorSpec, Json, ParameterError, UserError

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.engine.discovery.registry import Registry
    from studio.engine.engine import Engine
    from studio.engine.requests import GenerationRequest
    from studio.teach.runs import Run

NOT_AGAIN = "So the same model cannot be trained again; train another with: studio teach train RECIPE --data NAME"


def run(argv: Sequence[str]) -> int:
    """List recipes, forecast or train."""
    action = argv[0]
    arguments = _parser(action).parse_args(argv[1:])
    from studio.engine.discovery.registry import Registry

    home = common.find_home(arguments)
    registry = Registry.discover(home)
    if action == "recipes":
        return _recipes(registry, arguments)
    if action == "train" and arguments.again is not None:
        return _again(home, registry, arguments)
    if arguments.recipe is None or arguments.data is None:
        raise UserError("Name a recipe and --data, or a run or model with --again.", hint="See: studio teach recipes")
    spec = recipe_of(registry, arguments.recipe)
    values = _values(home, spec, arguments)
    if action == "forecast":
        return _forecast(home, spec, values, arguments)
    from studio.engine.choices import check_sources
    from studio.engine.requests import GenerationRequest

    request = GenerationRequest.of(spec, values, arguments.seed or 0)
    check_sources(home, spec, request.values)
    return train(home, registry, request, arguments)


def _parser(action: str) -> argparse.ArgumentParser:
    summaries = {
        "recipes": "What can be trained; with a RECIPE, its parameters.",
        "forecast": "How long a training will take here, and how much memory. Trains a few steps and forgets them.",
        "train": "Train a model. Stopped at any moment, the same command goes on from the last checkpoint.",
    }
    made = common.parser(f"teach {action}", summaries[action])
    made.add_argument("recipe", nargs=None if action == "forecast" else "?", help="see: studio teach recipes")
    if action != "recipes":
        is_needed = action == "forecast"
        made.add_argument(
            "--data", metavar="NAME|FOLDER", required=is_needed, help="a dataset, or a folder to make one of"
        )
        made.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a parameter; repeatable")
        made.add_argument("--seed", type=int, help="another seed trains another model (default 0)")
    if action == "train":
        made.add_argument(
            "--again",
            metavar="RUN|MODEL",
            help="train as this was trained: same recipe, data, values and seed; refused where one of them has changed",
        )
        made.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return made


def _again(home: Home, registry: Registry, arguments: argparse.Namespace) -> int:
    """Train once more what a record tells of."""
    from studio.engine.continuing import changed_code, request_of_repetition

    if arguments.recipe or arguments.data or arguments.set or arguments.seed is not None:
        raise UserError("--again takes recipe, data, values and seed from the record; leave them out.")
    facts, run = _record(home, arguments.again)
    spec = recipe_of(registry, str(facts.get("recipe", "")))
    finished = run if run is not None and run.finished else None
    request = request_of_repetition(home, spec, facts, finished, so=NOT_AGAIN)
    if differs := changed_code(spec, facts):
        common.warn(differs)
    return train(home, registry, request, arguments)


def _record(home: Home, name: str) -> tuple[Mapping[str, Any], Run | None]:
    """What is known of a run, by its name or the beginning of it, or of how a model came to be; and the run, if any."""
    from studio.cli.teach_models import reference
    from studio.cli.teach_runs import runs_in
    from studio.engine.choices import models_of
    from studio.models.cards import read_card
    from studio.teach.runs import run_of

    runs = [one for one in runs_in(home) if name and one.folder.name.startswith(name)]
    if len(runs) == 1:
        return runs[0].facts, runs[0]
    store = models_of(home)
    ref = reference(store, name)
    run = run_of(home.runs, ref)
    # The card goes with the model to others: it names no folders. The run, while it is there, does.
    return (run.facts, run) if run is not None else (read_card(store.path(ref)).plain, None)


def recipe_of(registry: Registry, name: str) -> GeneratorSpec:
    """A trainer by its id, or by what comes after the last dot of it. Raises `UserError` for anything else."""
    trainers = {known: spec for known, spec in registry.specs.items() if spec.teaches}
    short = [spec for known, spec in trainers.items() if known.rpartition(".")[2] == name]
    if name in trainers or len(short) == 1:
        return trainers.get(name) or short[0]
    raise UserError(f"There is no recipe “{name}”.", hint=f"Recipes: {', '.join(sorted(trainers)) or 'none'}.")


def _recipes(registry: Registry, arguments: argparse.Namespace) -> int:
    if arguments.recipe is not None:
        spec = recipe_of(registry, arguments.recipe)
        from studio.cli import generators

        words = [spec.id, *(["--json"] if common.wants_json(arguments) else [])]
        return generators.run(words)
    trainers = [spec for _, spec in sorted(registry.specs.items()) if spec.teaches]
    if common.wants_json(arguments):
        common.print_json([spec.to_json() for spec in trainers])
        return exits.OK
    rows = [[spec.id, _learns_from(spec), spec.teaches, spec.title] for spec in trainers]
    common.print_lines(common.table(rows))
    return exits.OK


def _learns_from(spec: GeneratorSpec) -> str:
    return ", ".join(known.source.partition(":")[2] for known in spec.fields if known.kind == "dataset")


def _values(home: Home, spec: GeneratorSpec, arguments: argparse.Namespace) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for entry in arguments.set:
        name, equals, text = entry.partition("=")
        if not equals or not name:
            raise UserError(f"--set takes NAME=VALUE, not “{entry}”.")
        known = spec.field(name)
        if known is None:
            names = ", ".join(field.name for field in spec.fields)
            raise ParameterError(f"{spec.title} has no parameter “{name}”.", param=name, hint=f"It has: {names}.")
        values[name] = known.from_text(text)
    first = next((known for known in spec.fields if known.kind == "dataset"), None)
    if first is None:
        raise UserError(f"{spec.title} learns from no dataset.")
    values[first.name] = _dataset(home, first.source.partition(":")[2], arguments.data)
    return spec.check(values)


def _dataset(home: Home, kinds: str, given: str) -> str:
    """The name of a dataset; of a folder, one is made first."""
    from studio.engine.choices import dataset_names

    if given in dataset_names(home):
        return given
    folder = common.expanded(given)
    if not folder.is_dir():
        there = ", ".join(dataset_names(home, kinds)) or "none yet"
        raise ParameterError(f"There is no dataset and no folder “{given}”.", param="data", hint=f"Datasets: {there}.")
    from studio.teach.datasets import prepare

    dataset = prepare(folder, home.datasets, kind=kinds.partition(",")[0])
    common.warn(f"Made the dataset “{dataset.name}” of {common.counted(len(dataset.items), 'file')}.")
    return dataset.name


def _forecast(home: Home, spec: GeneratorSpec, values: Mapping[str, Json], arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from studio.engine.forecasting import forecast

    device = str(common.load_settings(home)["device"])
    told = forecast(home, spec, values, seed=arguments.seed or 0, device=device)
    if common.wants_json(arguments):
        common.print_json(asdict(told))
        return exits.OK
    rows = [["time", duration(told.seconds)], ["main memory", f"{told.ram_gb:.1f} GB"]]
    rows += [["GPU memory", f"{told.vram_gb:.1f} GB"]] if told.vram_gb else []
    rows += [["steps", f"{told.steps:,}"], ["weights", f"{told.parameters:,}"]]
    common.print_lines(common.table(rows))
    return exits.OK


def train(home: Home, registry: Registry, request: GenerationRequest, arguments: argparse.Namespace) -> int:
    """Train and say where the model is; exit code 130 when it was stopped."""
    from studio.cli.generate import open_engine

    with ExitStack() as stack:
        engine = stack.enter_context(open_engine(home, registry, None))
        quiet = getattr(arguments, "quiet", False) or common.wants_json(arguments)
        watcher = stack.enter_context(TrainingWatcher(engine, quiet=quiet))
        jobs, cancelled = watcher.make([request])
        failures = watcher.failures(jobs)
        engine.flush_events()
        stopped = cancelled or watcher.was_cancelled(jobs)
        if common.wants_json(arguments):
            model = watcher.model
            common.print_json(
                {
                    "model": "" if model is None else model.ref,
                    "path": "" if model is None else model.path,
                    "run": watcher.run,
                    "seed": request.seed,
                    "failures": failures,
                }
            )
        elif watcher.model is not None:
            common.print_lines([watcher.model.ref, watcher.model.path, str(Path(watcher.model.path) / "report.html")])
        return _say_end(watcher, failures, stopped=stopped)


def _say_end(watcher: TrainingWatcher, failures: Sequence[Mapping[str, Any]], *, stopped: bool) -> int:
    kept = (
        f"The checkpoint after {watcher.checkpoint:,} steps is kept; go on with: studio teach runs resume {watcher.run}"
    )
    if stopped:
        common.warn(f"Stopped. {kept}" if watcher.checkpoint else "Stopped before the first checkpoint.")
        return exits.CANCELLED
    for failure in failures:
        common.warn(common.told(failure["message"], failure["param"], failure["hint"]))
    if failures and watcher.checkpoint:
        common.warn(kept)
    if not failures:
        return exits.OK
    return exits.WRONG_INPUT if all(failure["reason"] == "user" for failure in failures) else exits.FAILED


class TrainingWatcher(Watcher):
    """Watches one training; the bar shows the newest figure of its first curve.

    Attributes:
        run: the run's name, empty before it began.
        checkpoint: steps after which the newest checkpoint was taken, 0 for none.
        model: the finished model.
    """

    def __init__(self, engine: Engine, *, quiet: bool) -> None:
        super().__init__(engine, quiet=quiet)
        self.run = ""
        self.checkpoint = 0
        self.model: ModelTrained | None = None
        self._figures: dict[str, float] = {}

    def was_cancelled(self, jobs: Sequence[Job]) -> bool:
        """Whether somebody stopped it."""
        return any(self._jobs.get(job.id, job).state is JobState.CANCELLED for job in jobs)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TrainingBegan):
            self.run, self.checkpoint = event.run, event.step
        elif isinstance(event, MetricReceived):
            self._figures[event.name] = event.value
        elif isinstance(event, CheckpointSaved):
            self.checkpoint = event.step
        elif isinstance(event, ModelTrained):
            self.model = event
        super()._hear(event)

    def _said(self, job: Job) -> str:
        figures = [f"{name} {value:.4g}" for name, value in self._figures.items()]
        return ", ".join([*figures[:2], *([job.message] if job.message else [])]) or job.request.generator


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"about {max(1, round(seconds))} seconds"
    return f"about {minutes} minutes" if minutes < 120 else f"about {minutes / 60:.1f} hours"

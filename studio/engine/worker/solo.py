"""Train without a host: ``python -m studio.engine.worker.solo MODULE:TRAINER --data DIR --run DIR --model DIR``.

The same recipe on several GPUs or machines: ``accelerate launch -m studio.engine.worker.solo …``. Stopped at any moment
it goes on from its last checkpoint when started again with the same words.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import studio
from studio.disk.home import Home
from studio.engine.worker import devices
from studio.engine.worker.lessons import LESSONS, LessonKeeper
from studio.models.store import ModelStore
from studio.sdk import Dataset, Image, Trainer, TrainingContext, UserError, check_values
from studio.teach.report import dataset_facts
from studio.teach.runs import Run

Loaded = TypeVar("Loaded")


class SoloContext(TrainingContext):
    """A host that prints."""

    def __init__(
        self,
        seed: int,
        device: devices.Device,
        *,
        resume: Path | None,
        checkpoint_seconds: float,
        until: int | None = None,
    ) -> None:
        self.seed, self.device, self.dtype = seed, device.name, device.dtype
        self.resume, self.checkpoint_seconds, self.until = resume, checkpoint_seconds, until
        self.online = False
        self.run: Run | None = None
        self.tmp = Path(tempfile.mkdtemp(prefix="atelier-solo-"))
        self._loaded: dict[str, Any] = {}

    def progress(
        self, done: float, total: float, message: str = "", preview: Image | Callable[[], Image] | None = None
    ) -> None:
        """Nothing: the metrics tell how far it is."""
        del done, total, message, preview

    def check(self) -> None:
        """Ctrl-C stops this by itself."""

    def log(self, message: str) -> None:
        """Print the line, and keep it with the run."""
        _say(message)
        if self.run is not None:
            self.run.add_remark(message)

    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """Keep what was loaded until the end."""
        if key not in self._loaded:
            self._loaded[key] = factory()
        loaded: Loaded = self._loaded[key]
        return loaded

    def model(self, ref: str) -> Path:
        """Ask the model store."""
        return ModelStore(own=Home.find().models).path(ref)


def main(argv: Sequence[str] | None = None) -> int:
    """Train, and return the exit code."""
    given = _arguments(argv)
    try:
        trainer = _trainer(given.trainer)
        data = Dataset.read(given.data)
        texts = dict(entry.split("=", 1) for entry in given.set)
        fields = {known.name: known for known in trainer.Params.fields}
        named = {name: data.name for name, known in fields.items() if known.kind == "dataset"}
        values = check_values(
            fields.values(), {name: fields[name].from_text(text) for name, text in texts.items()} | named
        )
    except (KeyError, ValueError, TypeError, ImportError, AttributeError, OSError, UserError) as error:
        _say(f"That cannot be trained: {error}")
        return 2
    if begun := _other_begun(trainer, data, values, given):
        _say(f"{given.run} holds a run with {begun}; name another folder with --run.")
        return 2
    try:
        _train(trainer, data, values, given)
    except UserError as error:
        _say(f"That cannot be trained: {' '.join(filter(None, (error.message, error.hint)))}")
        return 2
    return 0


def _other_begun(trainer: type[Trainer], data: Dataset, values: dict[str, Any], given: argparse.Namespace) -> str:
    """What sets an unfinished run in the folder apart from the one asked for; its checkpoints fit no other."""
    run = Run(given.run)
    facts = run.facts
    if not facts or run.finished:
        return ""
    told = _told(trainer, values)
    # A run that an older version of the recipe began says nothing of parameters that came since: they were as they are
    # when nobody sets them.
    usual = {name: known.default for name, known in _fields(trainer).items() if name in told}
    begun = {**facts, "values": _plain({**usual, **(facts.get("values") or {})})}
    asked = {"recipe": trainer.id, "version": trainer.version, "values": _plain(told), "seed": given.seed}
    differing = [_CALLED[name] for name, value in asked.items() if begun.get(name) != value]
    if (facts.get("dataset") or {}).get("digest") != data.digest:
        differing.append(_CALLED["dataset"])
    return " and ".join(differing)


_CALLED = {
    "recipe": "another recipe",
    "version": "another version of the recipe",
    "values": "other values",
    "seed": "another seed",
    "dataset": "another dataset",
}
"""How `_other_begun` tells what differs."""


def _plain(values: dict[str, Any]) -> Any:
    """Values as they come back from a run's record."""
    return json.loads(json.dumps(values))


def _train(trainer: type[Trainer], data: Dataset, values: dict[str, Any], given: argparse.Namespace) -> None:
    facts = {
        "title": given.title or trainer.title,
        "family": trainer.teaches,
        "recipe": trainer.id,
        "version": trainer.version,
        "values": _told(trainer, values),
        "seed": given.seed,
        "dataset": dataset_facts(data),
        "studio": studio.__version__,
    }
    device, is_main, wait = _company(devices.choose(given.device, torch_needed=True))
    if not is_main:
        wait()  # the first process may clear away an older run, whose checkpoints are not to be gone on from
    run = Run.begin(given.run, facts) if is_main else Run(given.run)
    if is_main:
        wait()
    run.secrets = tuple(str(value) for name, value in values.items() if name not in facts["values"] and value)
    keeper = LessonKeeper(run, given.model, f"folder:{given.model}", facts, _print_lesson)
    ctx = SoloContext(
        given.seed, device, resume=run.resume, checkpoint_seconds=given.checkpoint_seconds, until=given.until
    )
    ctx.run = run if is_main else None
    if given.threads:
        import torch

        torch.set_num_threads(given.threads)
    loaded = {name: data if known.kind == "dataset" else values[name] for name, known in _fields(trainer).items()}
    try:
        for lesson in trainer().generate(trainer.Params(**loaded), ctx):
            if is_main and isinstance(lesson, LESSONS):
                keeper.keep(lesson)
    finally:
        shutil.rmtree(ctx.tmp, ignore_errors=True)
        _part()


def _company(device: devices.Device) -> tuple[devices.Device, bool, Callable[[], object]]:
    """This process's own device, whether it is the first of those that a launcher started, and how it awaits them."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return device, True, lambda: None
    from accelerate import PartialState

    state = PartialState(cpu=device.name == "cpu")
    return replace(device, name=str(state.device)), state.is_main_process, state.wait_for_everyone


def _part() -> None:
    """Leave the other processes: a thread that still spoke with them would now and then abort this one as it ends."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        from accelerate import PartialState

        PartialState().destroy_process_group()


def _told(trainer: type[Trainer], values: dict[str, Any]) -> dict[str, Any]:
    """The values that a run and its model may tell: without passwords and keys."""
    return {name: values[name] for name, known in _fields(trainer).items() if known.kind != "secret"}


def _fields(trainer: type[Trainer]) -> dict[str, Any]:
    return {known.name: known for known in trainer.Params.fields}


def _trainer(name: str) -> type[Trainer]:
    module, _, qualname = name.partition(":")
    found = getattr(importlib.import_module(module), qualname)
    if not (isinstance(found, type) and issubclass(found, Trainer)):
        raise TypeError(f"{name} is no trainer")
    return found


def _print_lesson(type: str, /, **body: Any) -> None:
    _say(f"{type} " + " ".join(f"{name}={value}" for name, value in body.items()))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="studio.engine.worker.solo", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("trainer", help="where the trainer is: MODULE:CLASS")
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared dataset")
    parser.add_argument("--run", type=Path, required=True, help="folder for curves, samples and checkpoints")
    parser.add_argument("--model", type=Path, required=True, help="folder for the finished model")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--until", type=int, metavar="STEP", help="end after so many steps and make the model; 0 judges start_from"
    )
    parser.add_argument("--title", default="", help="what the model is called")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 for as many as there are cores")
    parser.add_argument("--checkpoint-seconds", type=float, default=30.0)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

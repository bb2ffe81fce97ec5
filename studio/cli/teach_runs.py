"""``studio teach runs``: trainings that ended, were stopped or interrupted, and their checkpoints."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import filelock

from studio.cli import common, exits
from studio.sdk import UserError
from studio.teach.runs import Run, run_lock

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.engine.discovery.registry import Registry
    from studio.engine.requests import GenerationRequest

REMARKS_SHOWN = 20
"""The last lines of a run's log that are told."""


def run(argv: Sequence[str]) -> int:
    """See and steer runs."""
    made = common.parser("teach runs", "Trainings and their checkpoints.")
    actions = made.add_subparsers(dest="action", metavar="ACTION")
    for name, summary in (
        ("list", "all runs (the default)"),
        ("show", "what a run was asked for, its checkpoints and its last figures"),
        ("resume", "go on from the last checkpoint"),
        ("rollback", "forget all that is later than a checkpoint"),
        ("remove", "remove a run and its checkpoints; a model that came out stays"),
    ):
        added = actions.add_parser(name, help=summary, description=summary)
        common.add_common(added)
        if name != "list":
            added.add_argument("run", help="a run's name, or the beginning of it")
        if name == "rollback":
            added.add_argument("step", type=int, help="steps after which the checkpoint was taken; 0 for the beginning")
    arguments = made.parse_args(argv[1:])
    home = common.find_home(arguments)
    act: Callable[[Home, argparse.Namespace], int] = _ACTIONS[arguments.action or "list"]
    return act(home, arguments)


def runs_in(home: Home) -> list[Run]:
    """All runs, newest first."""
    folder = home.runs
    entries = [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    found = [Run(entry) for entry in entries if (entry / "run.json").is_file()]
    return sorted(found, key=lambda one: -float(one.facts.get("created", 0.0)))


def known_run(home: Home, name: str) -> Run:
    """The run of a name, or of the beginning of it. Raises `UserError` when there is none, or several are."""
    fitting = [one for one in runs_in(home) if one.folder.name.startswith(name)] if name else []
    if len(fitting) != 1:
        raise UserError(
            f"{'Several runs begin' if fitting else 'There is no run that begins'} with “{name}”.",
            hint="See: studio teach runs list",
        )
    return fitting[0]


def _plain(one: Run) -> dict[str, Any]:
    facts = one.facts
    latest = {metric.name: metric.value for metric in one.metrics()}
    return {
        "run": one.folder.name,
        "recipe": facts.get("recipe", ""),
        "dataset": (facts.get("dataset") or {}).get("name", ""),
        "seed": facts.get("seed"),
        "created": facts.get("created"),
        "checkpoints": one.steps,
        "kept": sorted(one.kept),
        "until": one.until,
        "model": one.finished,
        "figures": latest,
        "path": str(one.folder),
    }


def _list(home: Home, arguments: argparse.Namespace) -> int:
    plain = [_plain(one) for one in runs_in(home)]
    if common.wants_json(arguments):
        common.print_json(plain)
        return exits.OK
    rows = []
    for one in plain:
        state = f"finished: {one['model']}" if one["model"] else f"stopped at {max(one['checkpoints'], default=0):,}"
        rows.append([one["run"], str(one["recipe"]), str(one["dataset"]), state])
    common.print_lines(common.table(rows))
    return exits.OK


def _show(home: Home, arguments: argparse.Namespace) -> int:
    one = known_run(home, arguments.run)
    plain = {
        **_plain(one),
        "values": one.facts.get("values", {}),
        "samples": [str(path) for _, path in one.samples()],
        "log": one.remarks(REMARKS_SHOWN),
    }
    if common.wants_json(arguments):
        common.print_json(plain)
        return exits.OK
    rows = [[name, str(plain[name])] for name in ("run", "recipe", "dataset", "seed", "model", "path")]
    rows += [[f"  {name}", str(value)] for name, value in dict(plain["values"]).items()]
    rows += [[f"  {name}", f"{value:.5g}"] for name, value in plain["figures"].items()]
    kept = set(plain["kept"])
    rows.append(["checkpoints", " ".join(f"{step} (kept)" if step in kept else str(step) for step in one.steps)])
    common.print_lines([*common.table(rows), *plain["log"]])
    return exits.OK


def _resume(home: Home, arguments: argparse.Namespace) -> int:
    from studio.cli.teach_train import train
    from studio.engine.discovery.registry import Registry

    one = known_run(home, arguments.run)
    if one.finished:
        raise UserError(
            f"This run is finished: {one.finished}.",
            hint="Roll it back to a checkpoint first, or train with another seed.",
        )
    registry = Registry.discover(home)
    return train(home, registry, _request(home, registry, one), arguments)


def _request(home: Home, registry: Registry, one: Run) -> GenerationRequest:
    """The request that goes on with a run. Raises `UserError` where it would begin another."""
    from studio.cli.teach_train import recipe_of
    from studio.engine.continuing import request_of_training

    facts = one.facts
    return request_of_training(home, recipe_of(registry, str(facts.get("recipe", ""))), facts)


def _rollback(home: Home, arguments: argparse.Namespace) -> int:
    from studio.engine.discovery.registry import Registry

    one = known_run(home, arguments.run)
    _request(home, Registry.discover(home), one)  # later checkpoints are not given up for a run that cannot go on
    with _held(one):
        try:
            one.roll_back(arguments.step)
        except ValueError as error:
            there = ", ".join(map(str, one.steps)) or "none"
            raise UserError(str(error), hint=f"Checkpoints: {there}.") from error
    return _say(
        arguments,
        one,
        f"Rolled back to step {arguments.step:,}. Go on with: studio teach runs resume {one.folder.name}",
    )


def _remove(home: Home, arguments: argparse.Namespace) -> int:
    one = known_run(home, arguments.run)
    with _held(one):
        shutil.rmtree(one.folder)
    return _say(arguments, one, f"Removed {one.folder.name}.")


def _say(arguments: argparse.Namespace, one: Run, sentence: str) -> int:
    if common.wants_json(arguments):
        common.print_json({"run": one.folder.name, "checkpoints": one.steps})
    else:
        common.print_lines([sentence])
    return exits.OK


class _held:  # noqa: N801 - used like a function
    """Nobody trains this run meanwhile. Raises `UserError` when somebody does."""

    def __init__(self, one: Run) -> None:
        self._lock = run_lock(one.folder)

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise UserError("This run is being trained now.", hint="Stop it first.") from error

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_ACTIONS: dict[str, Callable[[Home, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "resume": _resume,
    "rollback": _rollback,
    "remove": _remove,
}

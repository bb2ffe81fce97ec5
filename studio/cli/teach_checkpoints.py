"""``studio teach keep | make | compare``: what can be done with the checkpoints of a run, also while it trains."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.cli import common, exits
from studio.cli.teach_runs import known_run
from studio.sdk import UserError
from studio.teach.moments import Moment, steps_to_compare
from studio.teach.runs import Run

if TYPE_CHECKING:
    from studio.disk.home import Home

SUMMARIES = {
    "keep": "Never thin out a checkpoint: it stays as long as its run.",
    "make": "Make a model of a checkpoint; the run it is of stays as it is.",
    "compare": "Figures and samples of two moments of a run, beside each other.",
}


def run(argv: Sequence[str]) -> int:
    """Keep a checkpoint, make a model of it, or compare two moments."""
    action = argv[0]
    made = common.parser(f"teach {action}", SUMMARIES[action])
    made.add_argument("run", help="a run's name, or the beginning of it; see: studio teach runs")
    made.add_argument("step", type=int, nargs=2 if action == "compare" else None, help="steps taken by then")
    if action == "keep":
        made.add_argument("--undo", action="store_true", help="treat it like the other checkpoints again")
    arguments = made.parse_args(argv[1:])
    home = common.find_home(arguments)
    one = known_run(home, arguments.run)
    if action == "keep":
        return _keep(one, arguments)
    return _make(home, one, arguments) if action == "make" else _compare(one, arguments)


def _keep(one: Run, arguments: argparse.Namespace) -> int:
    try:
        one.keep(arguments.step, kept=not arguments.undo)
    except ValueError as error:
        there = ", ".join(map(str, one.steps)) or "none"
        raise UserError(str(error), hint=f"Checkpoints: {there}.") from error
    if common.wants_json(arguments):
        common.print_json({"run": one.folder.name, "checkpoints": one.steps, "kept": sorted(one.kept)})
    else:
        said = "is kept no longer than the others" if arguments.undo else "is kept"
        common.print_lines([f"The checkpoint of step {arguments.step:,} {said}."])
    return exits.OK


def _make(home: Home, one: Run, arguments: argparse.Namespace) -> int:
    from studio.cli.teach_train import recipe_of, train
    from studio.engine.choices import models_of
    from studio.engine.continuing import request_of_checkpoint
    from studio.engine.discovery.registry import Registry

    registry = Registry.discover(home)
    spec = recipe_of(registry, str(one.facts.get("recipe", "")))
    branch, request = request_of_checkpoint(home, spec, one, arguments.step)
    if request is not None:
        return train(home, registry, request, arguments)
    path = models_of(home).path(branch.finished)
    if common.wants_json(arguments):
        plain = {"model": branch.finished, "path": str(path), "run": branch.folder.name, "seed": one.facts.get("seed")}
        common.print_json({**plain, "failures": []})
    else:
        common.print_lines([branch.finished, str(path), str(path / "report.html")])
    return exits.OK


def _compare(one: Run, arguments: argparse.Namespace) -> int:
    there = steps_to_compare(one)
    for step in arguments.step:
        if step not in there:
            known = ", ".join(map(str, there)) or "none"
            raise UserError(f"There is neither a sample nor a checkpoint of step {step}.", hint=f"Steps: {known}.")
    moments = [Moment.of(one, step) for step in arguments.step]
    if common.wants_json(arguments):
        plain = [
            {
                "step": moment.step,
                "figures": dict(moment.figures),
                "sampled": moment.sampled,
                "samples": [str(path) for path in moment.samples],
            }
            for moment in moments
        ]
        common.print_json({"run": one.folder.name, "moments": plain})
        return exits.OK
    names = list(dict.fromkeys(name for moment in moments for name in moment.figures))
    rows = [["", *(f"step {moment.step:,}" for moment in moments)]]
    rows += [[name, *(_figure(moment, name) for moment in moments)] for name in names]
    rows.append(["samples after", *(f"step {moment.sampled:,}" if moment.samples else "–" for moment in moments)])
    common.print_lines([*common.table(rows), *(str(path) for moment in moments for path in moment.samples)])
    return exits.OK


def _figure(moment: Moment, name: str) -> str:
    return f"{moment.figures[name]:.5g}" if name in moment.figures else "–"

"""``studio teach``: from a folder of one's own to a model of one's own."""

from __future__ import annotations

import importlib

from studio.cli import common, exits

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Sequence

ACTIONS: dict[str, tuple[str, str]] = {
    "data": ("studio.cli.teach_data", "make a dataset of a folder; list, show, remove datasets"),
    "recipes": ("studio.cli.teach_train", "what can be trained, and each recipe's parameters"),
    "forecast": ("studio.cli.teach_train", "how long a training will take, and how much memory"),
    "train": ("studio.cli.teach_train", "train a model: studio teach train RECIPE --data NAME"),
    "runs": ("studio.cli.teach_runs", "trainings and their checkpoints: list, show, resume, rollback, remove"),
    "keep": ("studio.cli.teach_checkpoints", "never thin out a checkpoint of a run: studio teach keep RUN STEP"),
    "make": ("studio.cli.teach_checkpoints", "make a model of a checkpoint: studio teach make RUN STEP"),
    "compare": ("studio.cli.teach_checkpoints", "two moments of a run: studio teach compare RUN STEP STEP"),
    "models": ("studio.cli.teach_models", "models: list, show, export, remove"),
    "report": ("studio.cli.teach_report", "where a model's report is, and what it says"),
}
"""Every action: the module that runs it, and one line of help. Only the chosen module is imported."""


def run(argv: Sequence[str]) -> int:
    """Run one action. ``data`` has its own parser; the others get their name as the first word."""
    if not argv or argv[0] in ("-h", "--help"):
        common.print_lines(usage().splitlines())
        return exits.OK if argv else exits.WRONG_INPUT
    name, *rest = argv
    if name not in ACTIONS:
        common.warn(f"There is no “teach {name}”. Actions: {', '.join(ACTIONS)}.")
        return exits.WRONG_INPUT
    module = importlib.import_module(ACTIONS[name][0])
    return int(module.run(rest if name == "data" else argv))


def usage() -> str:
    """The text of ``studio teach --help``."""
    lines = [f"  {name:<9} {summary}" for name, (_, summary) in ACTIONS.items()]
    return "usage: studio teach ACTION …\n\nFrom a folder of your own to a model of your own:\n" + "\n".join(lines)

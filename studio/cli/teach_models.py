"""``studio teach models``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.engine.choices import models_of
from studio.models.cards import read_card
from studio.sdk import UserError

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.models.store import ModelStore


def run(argv: Sequence[str]) -> int:
    """See, export and remove models."""
    made = common.parser("teach models", "The models on this computer: your own, and the starters.")
    actions = made.add_subparsers(dest="action", metavar="ACTION")
    for name, summary in (
        ("list", "all models (the default)"),
        ("show", "a model's card"),
        ("export", "copy a model into a new folder"),
        ("remove", "remove a model you trained"),
    ):
        added = actions.add_parser(name, help=summary, description=summary)
        common.add_common(added)
        if name != "list":
            added.add_argument("model", help="own:NAME, starter:NAME or NAME")
        if name == "export":
            added.add_argument("target", help="the folder to make")
    arguments = made.parse_args(argv[1:])
    act: Callable[[Home, argparse.Namespace], int] = _ACTIONS[arguments.action or "list"]
    return act(common.find_home(arguments), arguments)


def reference(store: ModelStore, name: str) -> str:
    """A reference as typed, or completed: ``own:`` before ``starter:``. Raises `UserError` when there is none."""
    refs = list(store.refs())
    if ":" in name:
        store.path(name)
        return name
    fitting = [ref for ref in refs if ref.partition(":")[2] == name]
    fitting = fitting or [ref for ref in refs if ref.partition(":")[2].startswith(name)]
    if not name or not fitting:
        raise UserError(f"There is no model “{name}”.", hint="See: studio teach models")
    if len(fitting) > 1 and fitting[0].partition(":")[2] != name:
        raise UserError(f"Several models begin with “{name}”: {', '.join(fitting)}.")
    return fitting[0]


def _plain(store: ModelStore, ref: str) -> dict[str, Any]:
    folder = store.path(ref)
    try:
        card = read_card(folder)
    except UserError as error:
        return {"model": ref, "family": "", "title": "", "path": str(folder), "problem": error.message}
    return {"model": ref, "family": card.family, "title": card.title, "recipe": card.recipe, "path": str(folder)}


def _list(home: Home, arguments: argparse.Namespace) -> int:
    store = models_of(home)
    plain = [_plain(store, ref) for ref in store.refs()]
    if common.wants_json(arguments):
        common.print_json(plain)
    else:
        common.print_lines(common.table([[one["model"], one["family"], one["title"]] for one in plain]))
    return exits.OK


def _show(home: Home, arguments: argparse.Namespace) -> int:
    store = models_of(home)
    ref = reference(store, arguments.model)
    folder = store.path(ref)
    if common.wants_json(arguments):
        common.print_json({**_plain(store, ref), "card": dict(read_card(folder).plain)})
        return exits.OK
    words = folder / "README.md"
    common.print_lines([f"{ref}  {folder}", ""])
    if words.is_file():
        common.print_lines(words.read_text("utf-8", errors="replace").splitlines())
    if ref.startswith("own:"):
        common.print_lines(["", f"Train it again: studio teach train --again {ref}"])
    return exits.OK


def _export(home: Home, arguments: argparse.Namespace) -> int:
    store = models_of(home)
    ref = reference(store, arguments.model)
    target = common.expanded(arguments.target).absolute()
    if not target.parent.is_dir():
        raise UserError(f"The folder {target.parent} does not exist.")
    return _say(arguments, ref, str(store.export(ref, target)))


def _remove(home: Home, arguments: argparse.Namespace) -> int:
    store = models_of(home)
    ref = reference(store, arguments.model)
    store.remove(ref)
    return _say(arguments, ref, f"Removed {ref}.")


def _say(arguments: argparse.Namespace, ref: str, sentence: str) -> int:
    if common.wants_json(arguments):
        common.print_json({"model": ref, "said": sentence})
    else:
        common.print_lines([sentence])
    return exits.OK


_ACTIONS: dict[str, Callable[[Home, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "export": _export,
    "remove": _remove,
}

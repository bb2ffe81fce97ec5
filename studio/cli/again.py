"""Making an item of the library again, as it was or with other seeds."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from studio.cli import common, exits
from studio.cli.generate import open_engine
from studio.cli.watching import Watcher, path_of
from studio.engine.discovery.registry import Registry
from studio.engine.recreating import request_of
from studio.sdk import UserError

if TYPE_CHECKING:
    from studio.disk.home import Home
    from studio.library.items import Item
    from studio.library.library import Library


def run(home: Home, library: Library, item: Item, count: int | None, arguments: argparse.Namespace) -> int:
    """Recreate an item (`count` None) or make `count` variations of it; prints their paths."""
    registry = Registry.discover(home)
    request = request_of(item, registry)
    if count is not None and not 1 <= count <= 10_000:
        raise UserError("--count must be from 1 to 10,000.")
    requests = [request] if count is None else request.variations(count + 1)[1:]
    quiet = common.wants_json(arguments)
    deliver = None if quiet else path_of
    with open_engine(home, registry, library) as engine, Watcher(engine, quiet=quiet, deliver=deliver) as watcher:
        jobs, cancelled = watcher.make(requests)
    failures = watcher.failures(jobs)
    if quiet:
        items = [{"id": saved.item, "kind": saved.kind, "path": saved.path} for saved in watcher.saved]
        common.print_json({"items": items, "failures": failures})
    for failure in failures:
        common.warn(common.told(failure["message"], failure["param"], failure["hint"]))
    if cancelled:
        return exits.CANCELLED
    return exits.FAILED if failures else exits.OK

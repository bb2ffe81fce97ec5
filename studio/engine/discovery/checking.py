"""The conformance checks for a plugin by the name it has in the list, wherever it was found."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from studio.engine.discovery.cache import CHECKOUT
from studio.sdk.testing.conformance import CheckResult, Plugin, WorkerRunner, check_plugin

if TYPE_CHECKING:
    from studio.engine.discovery.registry import Registry


def check_installed(
    registry: Registry,
    name: str,
    *,
    worker: WorkerRunner | None = None,
    only: Collection[int] = (),
    at_once: int = 2,
    limit: float = 60.0,
) -> Iterator[CheckResult]:
    """Check a plugin; results come as they are known.

    Args:
        registry: the list of plugins.
        name: a plugin's key, its entry point's name, or its distribution (then every plugin of it).
        worker: runs check 20 in the studio's own worker.
        only: numbers of the checks to run; all when empty.
        at_once: how many processes run together.
        limit: seconds a check may take.

    Raises:
        UserError: there is no such plugin.
    """
    path = [*filter(None, sys.path), str(CHECKOUT / "plugins")]
    for row in registry.find(name):
        plugin = Plugin(row.target, path=path, worker=worker, limit=limit)
        yield from check_plugin(plugin, only=only, at_once=at_once)

"""``studio plugins``: every plugin, its state and the reason; switching them on and off."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli import common, exits
from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.engine.discovery.registry import Registry
from studio.sdk import UserError


def run(argv: Sequence[str]) -> int:
    """List plugins, or change one's state; exit code 3 when a plugin that should work does not."""
    made = common.parser("plugins", "List plugins and their state; enable or disable one.")
    made.add_argument("action", nargs="?", choices=["list", "enable", "disable"], default="list")
    made.add_argument("name", nargs="?", help="a plugin's name, or its distribution's")
    made.add_argument("--details", action="store_true", help="show what a broken plugin printed")
    made.add_argument("--refresh", action="store_true", help="load every plugin again")
    arguments = made.parse_args(argv)
    home = common.find_home(arguments)
    registry = Registry.discover(home, refresh=arguments.refresh)
    rows: Sequence[PluginInfo] = registry.plugins
    if arguments.action != "list":
        if not arguments.name:
            raise UserError(f"{arguments.action} needs the name of a plugin.")
        rows = registry.find(arguments.name)
        change = registry.switches.enable if arguments.action == "enable" else registry.switches.disable
        for row in rows:
            change(row.key)
        registry = Registry.discover(home)
        rows = [row for row in registry.plugins if row.key in {changed.key for changed in rows}]
    elif arguments.name:
        rows = registry.find(arguments.name)
    if common.wants_json(arguments):
        common.print_json([row.to_json() for row in rows])
    else:
        common.print_lines(_lines(rows, details=arguments.details))
    wrong = [row for row in rows if row.state in _WRONG]
    return exits.FOUND_WRONG if wrong else exits.OK


_WRONG = {PluginState.BROKEN, PluginState.CRASHED, PluginState.HANGS, PluginState.INCOMPATIBLE}


def _lines(rows: Sequence[PluginInfo], *, details: bool) -> list[str]:
    cells = [[f"{row.distribution}:{row.name}", row.version, str(row.state.value)] for row in rows]
    lines: list[str] = []
    for line, row in zip(common.table(cells), rows, strict=True):
        lines.append(line)
        if row.generators:
            lines.append(f"    makes: {', '.join(row.generators)}")
        if row.reason:
            lines.append(f"    {row.reason}")
        if details and row.details:
            lines += [f"    | {text}" for text in row.details.splitlines()]
    return lines

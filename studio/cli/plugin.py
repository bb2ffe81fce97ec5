"""``studio plugin check NAME``: the conformance kit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from studio.cli import common, exits


def run(argv: Sequence[str]) -> int:
    """Run the twenty checks on a plugin; exit code 3 when one fails."""
    made = common.parser("plugin", "Check a plugin: twenty checks, in processes of their own.")
    made.add_argument("action", choices=["check"])
    made.add_argument("name", help="a plugin's name, its distribution's, or a generator's id")
    made.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[],
        help="a value to check with, for what must be chosen: --set model=folder:PATH; repeatable",
    )  # fmt: skip
    arguments = made.parse_args(argv)
    given = dict(common.split(entry, "--set") for entry in arguments.set)
    from studio.engine.conformance import check_plugin

    results = []
    home = common.find_home(arguments)
    for result in check_plugin(home, arguments.name, given):
        results.append(result)
        if not common.wants_json(arguments):
            common.print_lines([f"{result.generator} {result}"])
    passed = sum(result.passed for result in results)
    if common.wants_json(arguments):
        common.print_json([asdict(result) for result in results])
    else:
        common.print_lines([f"{passed}/{len(results)}"])
    return exits.OK if passed == len(results) else exits.FOUND_WRONG

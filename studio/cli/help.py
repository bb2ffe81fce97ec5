"""``studio help``: the guides, as text."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli import common, exits
from studio.disk.resources import resources
from studio.engine.settings import documented
from studio.sdk import UserError


def run(argv: Sequence[str]) -> int:
    """Print a guide, or the list of guides."""
    made = common.parser("help", "Read the guides.")
    made.add_argument("topic", nargs="?", help="one of the topics that plain “studio help” lists")
    arguments = made.parse_args(argv)
    folder = resources() / "help"
    topics = {path.stem: path for path in sorted(folder.glob("*.md"))}
    if arguments.topic is None:
        if common.wants_json(arguments):
            common.print_json({"topics": {name: _title(path.read_text("utf-8")) for name, path in topics.items()}})
        else:
            rows = [[name, _title(path.read_text("utf-8"))] for name, path in topics.items()]
            common.print_lines(["Topics, to be read with: studio help TOPIC", "", *common.table(rows)])
        return exits.OK
    if arguments.topic not in topics:
        raise UserError(f"There is no guide “{arguments.topic}”.", hint=f"Topics: {', '.join(topics)}.")
    text = documented(topics[arguments.topic].read_text("utf-8"))
    if common.wants_json(arguments):
        common.print_json({"topic": arguments.topic, "text": text})
    else:
        common.print_lines(text.splitlines())
    return exits.OK


def _title(text: str) -> str:
    first = next((line for line in text.splitlines() if line.startswith("# ")), "# ")
    return first[2:].strip()

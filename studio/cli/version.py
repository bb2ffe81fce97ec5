"""``studio version``."""

from __future__ import annotations

from collections.abc import Sequence

import studio
from studio.cli import common, exits


def run(argv: Sequence[str]) -> int:
    """Print the version."""
    arguments = common.parser("version", "Print the version.").parse_args(argv)
    if common.wants_json(arguments):
        common.print_json({"version": studio.__version__})
    else:
        common.print_lines([f"Atelier Studio {studio.__version__}"])
    return exits.OK

"""``studio doctor``: what this machine has, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli import common, exits


def run(argv: Sequence[str]) -> int:
    """Examine the machine; exit code 3 when something the studio needs is missing."""
    made = common.parser("doctor", "Devices, versions, free memory and missing parts.")
    arguments = made.parse_args(argv)
    from studio.engine.doctor import examine

    findings = examine(common.find_home(arguments))
    if common.wants_json(arguments):
        common.print_json([finding.to_json() for finding in findings])
    else:
        marks = {"good": "ok", "note": "--", "wrong": "!!"}
        rows = [[marks[finding.verdict], finding.subject, finding.sentence] for finding in findings]
        common.print_lines(common.table(rows))
    return exits.FOUND_WRONG if any(finding.verdict == "wrong" for finding in findings) else exits.OK

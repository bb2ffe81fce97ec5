"""``README.md``, the model card in words (Mitchell et al. 2019, "Model Cards for Model Reporting")."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TEXT_LIMIT = 500
"""Most characters of one text from outside."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")


def write_model_card(path: Path, report: Mapping[str, Any]) -> None:
    """Write the card for a report as `report.report_of` makes it."""
    path.write_text("\n".join(_lines(report)) + "\n", "utf-8")


def plain(value: Any) -> str:
    """A text from outside as one line of Markdown that shows it and does nothing else."""
    return _MARKS.sub(r"\\\1", " ".join(str(value).split())[:TEXT_LIMIT])


def _lines(report: Mapping[str, Any]) -> Iterable[str]:
    yield f"# {plain(report['title'] or report['family'])}"
    yield ""
    yield f"A model of the family {plain(report['family'])}, made by the recipe {plain(report['recipe'])}."
    yield from _section("Meant for", [plain(report["intended_use"])] if report["intended_use"] else ())
    yield from _section("In plain words", [f"* {plain(text)}" for text in report["summary"]])
    yield from _section("Strengths", [f"* {plain(text)}" for text in report["strengths"]])
    yield from _section("Limits", [f"* {plain(text)}" for text in report["limits"]])
    yield from _section("Measured", _measures(report["measures"]))
    yield from _section("What it copied", _copies(report["neighbours"]))
    yield from _section("Data", [f"* {name}: {plain(value)}" for name, value in _data(report["dataset"])])
    yield from _section("Made", _making(report))


def _section(heading: str, lines: Iterable[str]) -> Iterable[str]:
    lines = list(lines)
    if lines:
        yield from ("", f"## {heading}", "", *lines)


def _measures(measures: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    rows = [
        f"| {plain(one['name'])} | {one['value']:.4g} | "
        + ("–" if one["baseline"] is None else f"{one['baseline']:.4g} ({plain(one['baseline_name'])})")
        + f" | {plain(one['meaning'])} |"
        for one in measures
    ]
    return ["| what | this model | beside it | what it says |", "|---|---|---|---|", *rows] if rows else []


def _copies(neighbours: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    copied = [bool(one["copied"]) for one in neighbours]
    return [f"{sum(copied)} of {len(copied)} samples looked at count as copies of a training file."] if copied else []


def _data(dataset: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    words = {"name": "dataset", "files": "files", "held_out": "kept out of training", "licence": "licence",
             "consent": "consent", "masked": "personal data masked", "digest": "hash"}  # fmt: skip
    return [(word, dataset[name]) for name, word in words.items() if dataset.get(name) not in (None, "")]


def _making(report: Mapping[str, Any]) -> Iterable[str]:
    made = time.strftime("%Y-%m-%d", time.localtime(report["ended"]))
    yield f"* {made}, {report['steps']:,} steps, seed {plain(report['seed'])}, studio {plain(report['studio'])}"
    yield from (f"* {plain(name)}: {plain(value)}" for name, value in (report["values"] or {}).items())

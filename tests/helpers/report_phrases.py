"""Collects what first-party trainers say in reports: from the starters' reports, and from the trainers' source."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

FILLINGS = ("7", "", "byte", "training", "parallel fifths", "degrees", "drums",
            "features of a fixed random convolution network")  # fmt: skip
"""What may stand where a text is filled in: a number in most, else names that are translated together with it."""

NAMING = {"Measure", "Metric"}
"""Calls whose texts are shown."""

SENTENCES = {"strengths", "limits", "intended_use"}
"""Arguments of an evaluation that are shown."""

NOT_SHOWN = {"lower", "higher", "near"}
"""Texts among them that choose something."""

SENTENCE = re.compile(r"[A-Z].*\s.*\.", re.DOTALL)
"""What a sentence looks like: in a module that judges models it is shown, unless it stands in `TOLD_ELSEWHERE`."""

TOLD_ELSEWHERE = {"log", "UserError"}
"""Calls whose sentences appear elsewhere than in reports."""


def reports() -> dict[str, dict[str, Any]]:
    """The reports of the starters, by their folders' names."""
    paths = sorted((ROOT / "resources" / "starters").glob("*/report.json"))
    return {path.parent.name: json.loads(path.read_text("utf-8")) for path in paths}


def phrases_of(report: dict[str, Any]) -> set[str]:
    """What a trainer said in a report, and what curves drawn in one picture are called together."""
    measures = [one[key] for one in report["measures"] for key in ("name", "baseline_name", "meaning")]
    endings = [name.split()[-1] for name in report["curves"]]
    shared = {ending for ending in endings if endings.count(ending) > 1}
    found = {*measures, *report["strengths"], *report["limits"], report["intended_use"], *report["curves"], *shared}
    return {*found, *report["distributions"]} - {""}


def phrases_in(package: str) -> dict[str, list[str]]:
    """What the source of a plugin's trainers says in reports, by place: each text with every filling."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "plugins" / package / "training").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for part in {*_named(tree), *_sentences(tree)}:
            texts = [filled(part, filling) for filling in FILLINGS]
            if any(map(str.isalpha, texts[1])) and texts[1] not in NOT_SHOWN:
                found[f"{file.name}:{part.lineno}:{part.col_offset}"] = texts
    return found


def filled(part: ast.expr, filling: str) -> str:
    """The text of a literal or an f-string; empty for anything else."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return part.value
    if isinstance(part, ast.JoinedStr):
        return "".join(str(piece.value) if isinstance(piece, ast.Constant) else filling for piece in part.values)
    return ""


def _called(node: ast.AST) -> str:
    """The last name of what is called; empty where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _named(tree: ast.AST) -> Iterator[ast.expr]:
    """Texts that name measures and curves, also by way of a variable, and an evaluation's own."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        nodes = list(ast.walk(function))
        assigned: dict[str, list[ast.expr]] = {}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned.setdefault(node.targets[0].id, []).append(node.value)
        for call in [node for node in nodes if isinstance(node, ast.Call)]:
            shown = call.args if _called(call) in NAMING else []
            given = call.keywords if _called(call) == "Evaluation" else []
            yield from _choices([*shown, *(one.value for one in given if one.arg in SENTENCES)], assigned)


def _choices(parts: Iterable[ast.expr], assigned: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    for part in parts:
        if isinstance(part, ast.IfExp):
            yield from _choices([part.body, part.orelse], assigned)
        elif isinstance(part, ast.Tuple):
            yield from _choices(part.elts, assigned)
        elif isinstance(part, ast.Name):
            yield from _choices(assigned.get(part.id, []), {})
        else:
            yield part


def _sentences(tree: ast.AST) -> Iterator[ast.expr]:
    """The sentences of a module that judges models, without docstrings and what is told elsewhere."""
    nodes = list(ast.walk(tree))
    if not any(_called(node) in {"Measure", "Evaluation"} for node in nodes):
        return
    others = [node for node in nodes if _called(node) in TOLD_ELSEWHERE or isinstance(node, ast.JoinedStr)]
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    parts = {id(part) for node in others for part in ast.walk(node) if part is not node} | docstrings
    for node in nodes:
        if not isinstance(node, ast.Constant | ast.JoinedStr) or id(node) in parts:
            continue
        if SENTENCE.fullmatch(filled(node, "7")):
            yield node

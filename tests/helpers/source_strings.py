"""Collects the window's own texts from its source, so that a test can hold the catalogues against them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CALLS = {
    "tr": (0,),
    "count": (0, 1),
    "say": (1,),
    "label": (0,),
    "button": (0,),
    "tool_button": (1,),
    "add": (0, 1),
    "entry": (0,),
}
"""Which arguments of which calls are texts of ours."""


def strings_in(folder: Path, skip: tuple[str, ...] = ()) -> dict[str, str]:
    """Every text found below `folder`, with the place it was found at."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*.py")):
        relative = file.relative_to(folder).as_posix()
        if relative.startswith(skip):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for scope in [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Module))]:
            known = _assigned(scope)
            for call in [node for node in ast.walk(scope) if isinstance(node, ast.Call)]:
                for text in _texts(call, known):
                    found[text] = f"{relative}:{call.lineno}"
    return found


def _texts(call: ast.Call, known: dict[str, list[str]]) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    for place in CALLS.get(name, ()):
        if place < len(call.args):
            yield from (text for text in _constants(call.args[place], known) if any(map(str.isalpha, text)))


def _constants(node: ast.expr, known: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body, known)
        yield from _constants(node.orelse, known)
    elif isinstance(node, ast.Name):
        yield from known.get(node.id, [])


def _assigned(scope: ast.AST) -> dict[str, list[str]]:
    """Texts assigned to names in a function."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).extend(_constants(node.value, {}))
    return found

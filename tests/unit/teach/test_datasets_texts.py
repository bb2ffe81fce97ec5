"""Every sentence that preparing a dataset may say is in the catalogue of the window's other language."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from studio.disk.resources import resources
from studio.teach import datasets

SOURCES = sorted(Path(datasets.__file__).parent.glob("datasets*.py"))


def sentences() -> Iterator[str]:
    """The messages of `LeftOut`, `UserError` and of problems, with ``{}`` for what is filled in."""
    for source in SOURCES:
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            whole = call.args[:1] if call.func.id in ("UserError", "LeftOut") else []
            for node in [*whole, *(word.value for word in call.keywords if word.arg in ("hint", "problem"))]:
                if (text := _template(node)) is None:
                    continue
                reason = call.func.id == "LeftOut" or call.func.id in ("Found", "Piece")
                yield f"“{{}}” is left out: {text}." if reason else text


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def test_every_sentence_has_a_translation() -> None:
    known = json.loads((resources() / "i18n" / "zh_CN" / "teach-data.json").read_text(encoding="utf-8"))
    # Any text may stand where the source fills something in: "not a complete, undamaged {}" is there with three words.
    templates = [re.sub(r"\{\w+\}", "{}", source) for source in known]
    found = sorted(set(sentences()))
    assert len(found) > 40
    missing = [text for text in found if not any(_fits(text, template) for template in templates)]
    assert missing == []


def _fits(text: str, template: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, text.split("{}"))), template) is not None

"""What generators say while they work and fail is shown in the window's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from helpers.windows import PAINTER
from PySide6.QtWidgets import QApplication

from studio.sdk import GeneratorSpec
from studio.shell.i18n import Language, tr_description, tr_said

PLUGINS = Path(__file__).parents[2] / "plugins"
NAMES = sorted(folder.name for folder in PLUGINS.iterdir() if (folder / "__init__.py").is_file())
SAYING = {"progress", "step", "show", "stage", "_job", "UserError"}
"""Functions whose texts reach the artist while a job works, or when it fails."""
TABLES = {"_FIRST_WORDS"}
"""Module tables of such texts."""


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    language = Language(qapp)
    language.use("zh_CN")
    yield
    language.use("en")


def said_by(package: str) -> dict[str, str]:
    """Every text in the source of a plugin that the artist may see, with its place; ``7`` is what is filled in."""
    found: dict[str, str] = {}
    for file in sorted((PLUGINS / package).glob("**/*.py")):
        if "training" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for part in spoken(node):
                text = filled(part)
                if any(letter.isalpha() for letter in text):
                    found[text] = f"{file.relative_to(PLUGINS)}:{part.lineno}"
    return found


def spoken(node: ast.AST) -> list[ast.expr]:
    """The expressions with texts in a call that says something, or in a table of such texts."""
    if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in TABLES for to in node.targets):
        return list(node.value.values) if isinstance(node.value, ast.Dict) else []
    if not isinstance(node, ast.Call):
        return []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in SAYING:
        return []
    return [*node.args, *(given.value for given in node.keywords if given.arg in {"message", "hint"})]


def filled(part: ast.expr) -> str:
    """The text of a literal or an f-string; empty for anything else."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return part.value
    if isinstance(part, ast.JoinedStr):
        return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "7" for piece in part.values)
    return ""


@pytest.mark.parametrize("package", NAMES)
def test_everything_a_first_party_plugin_says_is_translated(chinese: None, package: str) -> None:
    texts = import_module(package).Plugin().studio_translations()
    spec = GeneratorSpec(id="tests.any", title="Any", makes=("text",), fields=(), translations=texts)
    said = said_by(package)
    assert said
    assert {text: place for text, place in said.items() if tr_said(spec, text) == text} == {}


def test_a_message_with_numbers_is_translated_by_its_template(chinese: None) -> None:
    texts = {"zh_CN": {"Playing bar {bar} of {bars}": "正在演奏第 {bar} 小节，共 {bars} 小节", "Odd {a}": "{b}"}}
    spec = GeneratorSpec(id="tests.any", title="Any", makes=("text",), fields=(), translations=texts)
    assert tr_said(spec, "Playing bar 3 of 16") == "正在演奏第 3 小节，共 16 小节"
    assert tr_said(spec, "Odd thing") == "{b}"  # a slip in a plugin's translation is shown, and breaks nothing
    assert tr_said(PAINTER, "Unheard of") == "Unheard of"
    assert tr_said(None, "Choose one first.") == "请先选择。"


@pytest.mark.parametrize("package", NAMES)
def test_every_first_party_description_is_shown_translated(chinese: None, package: str) -> None:
    plugin = import_module(package).Plugin()
    for generator in plugin.studio_generators():
        spec = GeneratorSpec.of(generator, translations=plugin.studio_translations())
        shown = tr_description(spec)
        for paragraph in spec.description.split("\n\n"):
            assert paragraph not in shown


def test_a_description_may_be_translated_paragraph_by_paragraph(chinese: None) -> None:
    texts = {"zh_CN": {"First.": "其一。"}}
    spec = GeneratorSpec(
        id="tests.any", title="Any", makes=("text",), fields=(), description="First.\n\nSecond.", translations=texts
    )
    assert tr_description(spec) == "其一。\n\nSecond."

"""What generators, the engine and the library say while they work and fail is shown in the window's language."""

from __future__ import annotations

import ast
import errno
import os
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from helpers.told_sentences import told_by, told_in
from helpers.windows import EVERY_KIND, PAINTER
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.disk.catalogues import LOCALES, Catalogue, catalogue
from studio.engine.settings import Settings, SettingsError
from studio.sdk import Field, GeneratorSpec, ParameterError
from studio.shell.i18n import Language, tr_description, tr_error, tr_message, tr_said
from studio.shell.viewers.text import TextViewer

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
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


# ---- the engine, the library and the SDK -------------------------------------------------------------------------


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_everything_the_rooms_below_the_faces_tell_is_translated(locale: str) -> None:
    known = Catalogue(catalogue(locale))
    told = told_in(ROOT / "studio")
    assert len(told) > 300
    assert {text: place for text, place in told.items() if not known.known(text)} == {}


def test_the_collector_finds_sentences_and_parts_of_sentences_but_no_logs() -> None:
    source = """
def read(path):
    \"\"\"Documentation is not told.\"\"\"
    log.warning("Nobody reads this.")
    most = f"texts may have {1} MB"
    raise too_large(path, "it is huge as such") if path else UserError(f"“{path}” is gone.", hint="choose another")
"""
    assert set(told_by(source, "library/any.py")) == {"it is huge as such", "“7” is gone.", "choose another"}


def test_a_reason_within_a_sentence_is_translated_and_what_the_artist_wrote_is_not(chinese: None) -> None:
    assert tr_message("“Play” can't be opened: it is empty.") == "无法打开“Play”：文件是空的。"
    assert tr_message("“a” can't be opened: it is empty. (and 2 more)") == "无法打开“a”：文件是空的。（另有 2 处）"
    assert tr_message("“a.glb” can't be opened: it is not a complete, undamaged 3D model.") == (
        "无法打开“a.glb”：文件不完整或已损坏。"
    )


def test_sentences_in_a_row_are_translated_each(chinese: None) -> None:
    assert tr_message(
        "Not enough memory: needs about 4.5 GB, 1.2 GB free. Giving back the loaded models was not enough."
    ) == ("内存不足：大约需要 4.5 GB，可用 1.2 GB。释放已加载的模型后仍然不够。")
    half_known = "The studio is closing. A poem follows."
    assert tr_message(half_known) == half_known


WRONG: tuple[Any, ...] = ([], 10**12, -(10**12), float("nan"), "\ud800", "x" * 10**5, "ftp:", {})


@pytest.mark.parametrize("field", EVERY_KIND, ids=lambda field: field.name)
def test_whatever_does_not_fit_a_field_is_said_in_the_windows_language(chinese: None, field: Field) -> None:
    spec = GeneratorSpec(
        id="tests.any", title="Any", makes=("text",), fields=(), translations={"zh_CN": {field.label: "某项"}}
    )
    told = [(tr_said(spec, error.message), error) for error in map(partial(refused, field), WRONG) if error]
    assert [error.message for text, error in told if text.count("某项") != 1 or text.startswith("某项 ")] == []
    assert [error.hint for _, error in told if error.hint and tr_said(spec, error.hint) == error.hint] == []


def refused(field: Field, value: Any) -> ParameterError | None:
    """What a field says of a value, None where it takes it."""
    try:
        field.check(value)
    except ParameterError as error:
        return error
    return None


def test_a_setting_is_named_by_its_title_in_the_windows_language(chinese: None, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"idle_minutes": -1}', encoding="utf-8")
    settings = Settings.load(file)
    assert tr_message(settings.problems[0]) == (
        f"{file} 中的“idle_minutes”：“空闲后释放内存”应为：0 到 1440 之间的数。将使用默认值。"
    )
    with pytest.raises(SettingsError) as refused:
        settings.set("library_folder", "here")
    assert tr_error(refused.value) == "“资源库文件夹”应为：文件夹的完整路径。"


@pytest.mark.parametrize("content", ["{", "[]", "\xff"], ids=["cut off", "a list", "no text"])
def test_a_damaged_settings_file_is_told_in_the_windows_language(chinese: None, tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content.encode("latin-1"))
    told = tr_message(Settings.load(file).problems[0])
    assert told.startswith("设置文件")
    assert "it " not in told


def test_what_the_system_refuses_is_said_without_its_number(chinese: None) -> None:
    for number in (errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EISDIR, errno.ENOTDIR, errno.EROFS, errno.EPERM):
        assert tr_error(OSError(number, os.strerror(number), "a")) != os.strerror(number)
    assert tr_error(FileNotFoundError(2, "No such file or directory", "a")) == "没有这个文件或文件夹"
    assert tr_message("[Errno 2] No such file or directory: 'a'") == "没有这个文件或文件夹：“a”"


def test_a_text_that_is_gone_is_told_without_pythons_number(chinese: None, qtbot: QtBot, tmp_path: Path) -> None:
    viewer = TextViewer()
    qtbot.addWidget(viewer)
    with qtbot.waitSignal(viewer.failed) as told:
        viewer._not_loaded(FileNotFoundError(2, "No such file or directory", str(tmp_path / "gone.txt")))
    assert told.args == ["无法读取此文本：没有这个文件或文件夹"]


def test_dates_are_written_as_the_system_does_again_after_another_language(qapp: QApplication) -> None:
    language = Language(qapp)
    QLocale.setDefault(QLocale.system())
    language.use("zh_CN")
    assert QLocale() == QLocale("zh_CN")
    language.use("en")
    assert QLocale() == QLocale.system()

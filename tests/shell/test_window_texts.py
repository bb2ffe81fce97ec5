"""Every text of the window is translated, and every translation fits its text."""

from __future__ import annotations

import ast
import gc
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.source_strings import strings_in
from helpers.windows import EVERY_KIND, PAINTER, open_window, plugin_rows
from PySide6.QtCore import QEvent, QTranslator
from PySide6.QtGui import QTextFrame
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from studio.disk.catalogues import LOCALES, Catalogue, catalogue
from studio.disk.resources import resources
from studio.engine.settings import TABLE, documentation
from studio.sdk.testing.conformance import CHECKS
from studio.shell import cheat_sheet, status_bar
from studio.shell.about import AboutDialog
from studio.shell.cheat_sheet import CheatSheet
from studio.shell.command_palette import CommandPalette
from studio.shell.create.failure import HEADINGS
from studio.shell.create.failure import ICONS as FAILURE_ICONS
from studio.shell.create.media import MEDIA
from studio.shell.create.progress import STATES as JOB_STATES
from studio.shell.create.queue_view import ICONS as JOB_ICONS
from studio.shell.error_dialog import ErrorDialog
from studio.shell.forms.item_picker import ItemPicker
from studio.shell.help_browser import HelpBrowser, topics
from studio.shell.i18n import Language, say
from studio.shell.library.query_commands import ASKED
from studio.shell.network_log import NetworkDialog
from studio.shell.plugins.checking import CheckDialog
from studio.shell.plugins.commands import ACTIONS, SWITCHED
from studio.shell.plugins.page import STATES as PLUGIN_STATES
from studio.shell.rail import PLACES
from studio.shell.score_editor.dialog import NAMES, ScoreDialog
from studio.shell.score_editor.paper import DRUMS
from studio.shell.teach import checkpoints
from studio.shell.theme import Theme
from studio.shell.workshop import KIND_ICONS

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [locale for locale in LOCALES if locale != "en"]


def wanted() -> dict[str, str]:
    """Every text, with where it was found."""
    found = strings_in(ROOT / "studio" / "shell")
    for setting in TABLE:
        texts = (setting.title, setting.help, setting.group, setting.unit, setting.zero)
        for text in (*texts, *(label for _, label in setting.choices)):
            if text:
                found[text] = f"setting {setting.key}"
    for text in (
        *(medium.title for medium in MEDIA),
        *(place.title for place in PLACES),
        *JOB_STATES.values(),
        *(state[0] for state in PLUGIN_STATES.values()),
        *HEADINGS.values(),
        *CHECKS.values(),
        *status_bar.DEVICES.values(),
        *status_bar.STATES.values(),
        *DRUMS.values(),
        *NAMES,
        *(text for text, _ in (*ACTIONS.values(), *SWITCHED.values())),
        *checkpoints.OFFERS,
        *(name for name, _, _ in ASKED),
        *(heading for heading, _ in cheat_sheet.FURTHER + cheat_sheet.OF_VIEWERS),
        *(text for _, lines in cheat_sheet.FURTHER + cheat_sheet.OF_VIEWERS for _, text in lines),
    ):
        found[text] = "a table"
    return found


@pytest.mark.parametrize("locale", OTHERS)
def test_every_text_has_a_translation(locale: Any) -> None:
    texts = catalogue(locale)
    missing = {text: place for text, place in wanted().items() if not texts.get(text)}
    assert missing == {}


@pytest.mark.parametrize("locale", OTHERS)
def test_translations_use_the_same_placeholders(locale: Any) -> None:
    for source, text in catalogue(locale).items():
        assert set(re.findall(r"\{(\w+)\}", source)) >= set(re.findall(r"\{(\w+)\}", text)), source


@pytest.mark.parametrize("locale", OTHERS)
def test_no_text_is_translated_twice_in_different_ways(locale: Any) -> None:
    seen: dict[str, str] = {}
    for file in sorted((ROOT / "resources" / "i18n" / locale).glob("*.json")):
        for source, text in json.loads(file.read_text(encoding="utf-8")).items():
            assert seen.setdefault(source, text) == text, (file.name, source)


def test_the_collector_finds_texts_in_calls_and_in_conditions(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        'def f(x):\n    t = "One" if x else "Two"\n    say(w.setText, t)\n    tr("Three {n}", n=1)\n'
    )
    assert set(strings_in(tmp_path)) == {"One", "Two", "Three {n}"}


ICON_CALLS = {"decorate": 1, "tool_button": 0, "icon": 0, "pixmap": 0, "paint": 2, "add": 2}


def test_every_icon_named_in_the_source_is_in_the_icon_font() -> None:
    known = json.loads((ROOT / "resources" / "icons" / "phosphor.json").read_text())
    unknown = set()
    for file in (ROOT / "studio" / "shell").rglob("*.py"):
        for call in [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]:
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            place = ICON_CALLS.get(name)
            given = [keyword.value for keyword in call.keywords if keyword.arg == "icon"]
            given += [call.args[place]] if place is not None and place < len(call.args) else []
            for node in given:
                parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
                for part in parts:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                        unknown |= {part.value} - set(known)
    assert unknown == set()


def test_every_icon_of_the_tables_is_in_the_icon_font() -> None:
    known = json.loads((ROOT / "resources" / "icons" / "phosphor.json").read_text())
    tables = [state[1] for state in PLUGIN_STATES.values()] + [medium.icon for medium in MEDIA]
    tables += [place.icon for place in PLACES] + list(FAILURE_ICONS.values()) + list(JOB_ICONS.values())
    tables += list(KIND_ICONS.values())
    assert set(tables) <= set(known)


@pytest.mark.parametrize("locale", OTHERS)
def test_every_help_page_is_there_in_every_language_with_the_same_examples(locale: Any) -> None:
    for page in sorted((resources() / "help").glob("*.md")):
        theirs = (page.parent / locale / page.name).read_text(encoding="utf-8")
        ours = page.read_text(encoding="utf-8")
        for mark in ("\n```", "\n| `", "\n    studio "):
            assert theirs.count(mark) == ours.count(mark), (page.name, mark)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_on_settings_is_made_of_their_table_in_every_language(locale: Any) -> None:
    page = next(topic for topic in topics(locale) if topic.name == "settings")
    known = Catalogue(catalogue(locale))
    for setting in TABLE:
        lines = [line for line in page.text.splitlines() if f"`{setting.key}`" in line]
        assert len(lines) == 1, setting.key
        assert all(known.text(text) in lines[0] for text in (setting.title, setting.help))
    assert "<!--" not in page.text
    told = documentation(known.text)
    assert locale == "en" or re.findall(r"\*\*[ -~]+\*\*|default|usual place| minutes", told) == []


# ---- what a screen reader tells ----------------------------------------------------------------------------------

NAMED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
)
"""Kinds of widgets that are operated or read out on their own."""


def controls(window: QWidget) -> Iterator[QWidget]:
    """Every widget that should have a name, without the parts that Qt puts inside others."""
    for widget in window.findChildren(QWidget):
        inside = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit | QHeaderView | QAbstractItemView)
        parent = widget.parent()
        popup = parent is not None and "Container" in parent.metaObject().className()
        skip = isinstance(widget, QScrollBar | QHeaderView) or widget.objectName().startswith("qt_") or inside or popup
        if isinstance(widget, NAMED) and not skip:
            yield widget


def spoken(widget: QWidget) -> str:
    """What a screen reader calls a widget: its name, a button's text, or the label whose buddy it is."""
    told = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
    labels = (label.text() for label in widget.window().findChildren(QLabel) if label.buddy() is widget)
    return told or next(labels, "")


@pytest.mark.parametrize("before", [True, False], ids=["built in Chinese", "switched to Chinese"])
def test_every_control_of_every_page_is_named_in_the_windows_language(
    qapp: QApplication, tmp_path: Path, before: bool
) -> None:
    from studio.library.library import Library

    texts = ["Painter", "Plain", "Inpaint", *(example.title for example in PAINTER.examples)]
    painter = replace(
        PAINTER, translations={"zh_CN": dict.fromkeys([*texts, *(field.label for field in EVERY_KIND)], "某项")}
    )
    plugins = {row.name for row in plugin_rows()}
    with open_window(qapp, tmp_path, painter) as stand, Library(tmp_path / "library") as library:
        if before:
            stand.language.use("zh_CN")
        stand.workshop.set_library(library)
        for place in PLACES:
            stand.window.show_place(place.id)
        stand.window.show_place("create")
        stand.page.panel.open(painter.id)
        stand.form.editor("fine")
        stand.language.use("zh_CN")
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # examples are shown anew, the old ones are to go
        named = [(type(widget).__name__, spoken(widget)) for widget in controls(stand.window)]
        assert len(named) > 60
        english = {told for told in named if told[1] not in plugins and not re.search("[\u4e00-\u9fff]", told[1])}
        assert english == set()


def test_every_control_of_the_dialogs_is_named_in_the_windows_language(qapp: QApplication, tmp_path: Path) -> None:
    with open_window(qapp, tmp_path) as stand:
        stand.language.use("zh_CN")
        window = stand.window
        dialogs = (
            AboutDialog(window),
            CheatSheet(window.commands, window),
            CheckDialog(plugin_rows()[0], {}, window),
            CommandPalette(window.commands, window),
            ErrorDialog("", window),
            HelpBrowser("settings", window),
            ItemPicker(stand.workshop, "image", window),
            NetworkDialog(stand.workshop, window.refusals, window),
            ScoreDialog(None, lambda _: "", window),
        )
        named = [(type(dialog).__name__, spoken(widget)) for dialog in dialogs for widget in controls(dialog)]
        assert {dialog for dialog, _ in named} == {type(dialog).__name__ for dialog in dialogs}
        assert [told for told in named if not re.search("[\u4e00-\u9fff]", told[1])] == []
        assert [
            dialog.windowTitle() for dialog in dialogs if not re.search("[\u4e00-\u9fff]", dialog.windowTitle())
        ] == []


def test_changing_language_and_text_size_again_and_again_leaves_nothing_behind(qapp: QApplication) -> None:
    box = QTextEdit()
    say(box.setPlaceholderText, "Search")
    language, theme = Language(qapp), Theme(qapp)
    before = translators_and_frames()
    for locale, size in (("zh_CN", "large"), ("en", "normal")) * 5:
        box.setPlainText(locale)  # each text has a frame of its own
        language.use(locale)
        theme.use("dark", size)
    assert translators_and_frames() <= before
    assert box.placeholderText() == "Search"


def translators_and_frames() -> int:
    """How many of them Python knows of."""
    gc.collect()
    return sum(type(thing) in {QTranslator, QTextFrame} for thing in gc.get_objects())

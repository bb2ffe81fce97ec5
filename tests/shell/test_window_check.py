"""*Check* on the page Plugins, from its button to the twenty rows, with a plugin that is really installed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.installed import install
from helpers.windows import open_window
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.engine.discovery.switches import PluginSwitches
from studio.sdk.testing.conformance import CHECKS
from studio.shell.plugins.checking import CheckDialog

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''
"""Says a word again and again."""
import studio.sdk as sdk


class Echo(sdk.Generator):
    """Says a word as often as it is told to; passes on what no text may hold."""

    id, title, makes = "test.echo", "Echo", (sdk.Text,)

    class Params(sdk.Params):
        word: str = sdk.text("hello", max_length=40)
        times: int = sdk.integer(3, min=1, max=20)

    def generate(self, params, ctx):
        words = []
        for number in range(params.times):
            ctx.progress(number + 1, params.times)
            words.append(f"{params.word} {ctx.rng(number).integers(1000)}")
        yield sdk.Text(text=" ".join(words))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self):
        return [Echo]
'''


@pytest.mark.timeout(120)
def test_the_button_checks_a_plugin_and_shows_twenty_rows(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "echo.py"
    module.write_text(SOURCE)
    install(tmp_path / "site", module)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "site"), str(ROOT))))
    with open_window(qapp, tmp_path) as stand:
        PluginSwitches(stand.workshop.home).consent("bad-echo")
        echo = PluginInfo("echo", "bad-echo", "1.0", "echo:Plugin", PluginState.READY, generators=("test.echo",))
        stand.workshop.set_registry(replace(stand.workshop.registry, plugins=(echo,)))
        stand.window.show_place("plugins")
        page: Any = stand.window.page("plugins")
        check = page.card("bad-echo:echo").controls["Check"]
        check.setFocus()
        QTest.keyClick(check, Qt.Key.Key_Space)
        dialog = page.findChild(CheckDialog)
        assert dialog.isVisible()
        assert dialog._busy.isVisible()
        qtbot.waitUntil(lambda: not dialog._busy.isVisible(), timeout=100_000)
        assert dialog._verdict.text() == "19 of 20 checks passed"
        rows = [[dialog.table.item(row, cell).text() for cell in range(4)] for row in range(dialog.table.rowCount())]
        assert [row[0] for row in rows] == [f"{number}  {name}" for number, name in enumerate(CHECKS.values(), 1)]
        failed = [row for row in rows if row[1] != "passed"]
        assert [row[1] for row in failed] == ["failed"]
        assert "NUL" in failed[0][3]
        dialog.close()

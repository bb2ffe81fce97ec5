"""Hostile strings in every place of the window that shows text from outside.

Sixty by default; ``STUDIO_STRINGS=300`` runs them all.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.fake_engine import FakeEngine
from helpers.windows import PAINTER, FakeRegistry, Stand, open_window, plugin_rows
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.engine.discovery.plugins import PluginInfo
from studio.engine.events import LogReceived, NetworkRefused
from studio.engine.jobs import Failure
from studio.sdk import Example

COUNT = int(os.environ.get("STUDIO_STRINGS", "60"))
OPENED: list[str] = []
TRAP = "trap-of-the-markup-test"


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.open") and arguments and TRAP in str(arguments[0]):
        OPENED.append(str(arguments[0]))


sys.addaudithook(_watch)


def hostile_strings(folder: Path) -> list[str]:
    """Markup, control characters, both directions of writing, and great lengths, mixed by a fixed seed."""
    (folder / f"{TRAP}.png").write_bytes(b"not a picture")
    trap = f"file://{folder}/{TRAP}.png"
    pieces = [
        "<b>bold</b>", f"<img src='{trap}'>", f"<a href='{trap}'>link</a>", "<script>alert(1)</script>", "<table>",
        "&lt;b&gt;", "&#x202e;", "<!--", "-->", "<qt>", "</qt>", "<style>*{color:red}</style>", f"<link href='{trap}'>",
        f"![x]({trap})", "# heading", "\u202eevil\u202c", "\u2066isolate\u2069", "שלום", "مرحبا", "雪中狐狸", "🦊" * 20,
        "e\u0301\u0327" * 50, "\u0000", "\u0007", "\t\t", "\n\n\n", "x" * 5000, "word " * 500, "%1 %n %s {0} {name}",
        "&&&", "\ufeff", "\u2028", "<html><head><title>t</title></head><body>", "<svg onload='x'>", "&amp;&copy;", "\\",
    ]  # fmt: skip
    chance = random.Random(7)
    return ["".join(chance.sample(pieces, chance.randint(2, 5))) + f" {number}" for number in range(COUNT)]


def with_text(row: PluginInfo, text: str) -> PluginInfo:
    """A plugin's row that says `text` wherever it can."""
    return type(row).from_json(
        {**row.to_json(), "reason": text, "details": text, "distribution": text, "version": text}
    )


@pytest.mark.timeout(300)
def test_hostile_strings_are_shown_literally(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    texts = hostile_strings(tmp_path)
    assert len(set(texts)) == COUNT
    OPENED.clear()  # the trap itself was written just now
    with open_window(qapp, tmp_path) as stand:
        for number, text in enumerate(texts):
            show_everywhere(stand, stand.engine, text, number)
            qapp.processEvents()
            check(stand.window, text)
            stand.engine.clear()
    assert OPENED == []


def show_everywhere(stand: Stand, engine: FakeEngine, text: str, number: int) -> None:
    """Generator, example, plugin rows, prompt, progress, log, failure and network log, all saying `text`."""
    fields = tuple(replace(field, label=text, help=text, group=text) if field.kind == "integer" else field
                   for field in PAINTER.fields)  # fmt: skip
    example = Example(text or "x", {"prompt": text}, 1)
    spec = replace(PAINTER, title=text, description=text, fields=fields, examples=(example,))
    rows = tuple(with_text(row, text) for row in plugin_rows()) if number % 10 == 0 else ()
    stand.workshop.set_registry(FakeRegistry({spec.id: spec}, rows))
    if rows:
        stand.window.show_place("plugins")
        stand.window.show_place("create")
    stand.page.panel.open(spec.id, {"prompt": text})
    stand.page.generate()
    job = engine.jobs()[0]
    engine.begin(job.id)
    engine.progress(job.id, 1, 2, text)
    engine.write(job.id, text)
    engine.send(LogReceived(job.id, text))
    engine.send(NetworkRefused(job.id, text))
    QApplication.processEvents()
    engine.fail(job.id, Failure(text, text, None, "bug", text))


def check(window: QWidget, text: str) -> None:
    """Nothing interprets markup: not a label, not a tool tip, not a text view."""
    for label in window.findChildren(QLabel):
        assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText, label.text()[:80]
    for widget in window.findChildren(QWidget):
        inner = widget.toolTip().removeprefix("<qt>").removesuffix("</qt>")
        assert "<" not in inner, inner[:80]
    for view in window.findChildren(QTextEdit):
        if not isinstance(view, QTextBrowser):
            assert not view.acceptRichText() or view.isReadOnly(), type(view)
            assert not view.document().isEmpty() or not text or view.toPlainText() == ""

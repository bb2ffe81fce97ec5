"""The start spares what PySide needs only to tell of mistakes and to write stubs, and what it says stays the same."""

from __future__ import annotations

import subprocess
import sys

SPARED = """
import sys
from studio.shell.postponed import import_pyside
import_pyside()
import studio.shell.app
print("argparse" in sys.modules, "shibokensupport.signature.parser" in sys.modules)
"""

MISTAKES = """
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
for call in (lambda: QApplication.setPalette("red", 7), lambda: QObject(1, 2), lambda: QTimer.singleShot("soon"),
             lambda: QObject(unknown=1), lambda: QWidget.resize(3)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
print(QWidget.resize.__doc__)
from PySide6.support.signature import get_signature
print(get_signature(QWidget.move))
"""

ANOTHER = """
import studio.shell.postponed as postponed
postponed.FILES = {name: 1 for name in postponed.FILES}
postponed.import_pyside()
import PySide6
print("argparse" in __import__("sys").modules, postponed._sources)
"""

LOUDNESS = """
import enum
made = []
usual = enum.EnumType._create_
enum.EnumType._create_ = lambda cls, name, *rest, **further: made.append(name) or usual(cls, name, *rest, **further)
from studio.shell.theme import make_application
app = make_application("studio", [])
from studio.shell.viewers.loudness import Loudness
print(Loudness.shared() is Loudness.shared(), Loudness.shared().parent() is app, "StandardPixmap" in made)
"""


def _told(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_the_start_runs_nothing_that_only_mistakes_and_stubs_need() -> None:
    assert _told(SPARED) == "False True\n"


def test_what_is_told_about_a_wrong_call_is_the_same() -> None:
    plain = _told(MISTAKES)
    assert "Supported signatures" in plain
    assert _told("from studio.shell.postponed import import_pyside\nimport_pyside()\n" + MISTAKES) == plain


def test_another_version_of_pyside_is_imported_as_it_is() -> None:
    assert _told(ANOTHER) == "True {}\n"


def test_the_shared_loudness_does_not_have_pyside_make_the_class_of_the_style() -> None:
    assert _told(LOUDNESS) == "True True False\n"

"""The start does not have PySide search the sources of the window's modules."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import inspect, linecache, sys
from studio.shell.prelude import skip_search
assert skip_search()
read = []
plain = linecache.updatecache
linecache.updatecache = lambda name, *rest: read.append(name) or plain(name, *rest)
import studio.shell.app
print([name for name in read if "shell" in name])
table = sys.modules["shibokensupport.feature"].pyside_feature_dict
print(table["studio.shell.app"], table["studio.shell.create.page"], table["json"])
"""


def test_no_module_of_the_window_is_searched_for_switches_it_does_not_have() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.splitlines() == ["[]", "0 0 -1"]


def test_where_pyside_keeps_no_such_table_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.shell.features import skip_search

    monkeypatch.delitem(sys.modules, "shibokensupport.feature", raising=False)
    assert not skip_search()


BEFORE = """
import sys
import studio.__main__ as start
start.why_no_window = lambda *asked: print("studio.shell.prelude" in sys.modules, "PySide6" in sys.modules) or "No."
assert start.main([]) == 4
"""


def test_what_the_window_needs_besides_qt_is_imported_before_pyside_can_search_it() -> None:
    told = subprocess.run([sys.executable, "-c", BEFORE], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "True False\n"

"""A few rounds of tests/faults/killing.py; the thousand are run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.killing import run


@pytest.mark.slow
def test_kill_9_loses_nothing_that_was_announced(tmp_path: Path) -> None:
    tally = run(tmp_path, times=8, seed=20)
    assert tally.rounds == 8
    assert tally.announced > 0
    assert tally.clean, tally.line()

"""A few rounds of tests/faults/killing_training.py; the hundred are run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.killing_training import run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_9_at_any_moment_of_training_changes_nothing_of_the_model(tmp_path: Path) -> None:
    tally = run(tmp_path, times=3, seed=3)
    assert tally.kills == 3
    assert tally.finished >= 1
    assert tally.clean, (tally.line(), tally.failed)

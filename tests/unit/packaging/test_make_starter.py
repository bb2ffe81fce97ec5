"""Making a starter: the model card keeps what was written by hand, and the recipes of this repository are whole."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[3] / "packaging"

CARD = """# Verse

A model.

## Limits

* many

## Measured

| bits | 5 |

## Made

* today
"""


@pytest.fixture(scope="module")
def making() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_starter", PACKAGING / "make_starter.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_the_hand_written_part_of_a_card_comes_first_and_figures_follow(making: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD, "utf-8")
    about = tmp_path / "verse.md"
    about.write_text("# By hand\n\n## Limits\n\nFew.\n", "utf-8")
    making.introduce(tmp_path, about)
    making.give_credit(tmp_path, {"credits": "The poets."})
    assert (tmp_path / "README.md").read_text("utf-8") == (
        "# By hand\n\n## Limits\n\nFew.\n\n## Measured by the trainer\n\n| bits | 5 |\n\n## Made\n\n* today\n\n"
        "## Data\n\nThe poets.\n"
    )


def test_without_a_hand_written_part_the_card_stays_as_it_is(making: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD, "utf-8")
    making.introduce(tmp_path, tmp_path / "none.md")
    assert (tmp_path / "README.md").read_text("utf-8") == CARD

"""Making a starter: the model card keeps what was written by hand, and the recipes of this repository are whole."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers.scripts import script

from studio import sdk
from studio.teach.adopting import adopt
from studio.teach.report import write_report
from studio.teach.runs import Run

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
    return script("make_starter")


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


def test_what_is_measured_at_the_finish_joins_report_and_cards_once(making: ModuleType, tmp_path: Path) -> None:
    out = tmp_path / "made"
    out.mkdir()
    run = Run.begin(tmp_path / "run", {"created": 0.0})
    first = sdk.Evaluation((sdk.Measure("bits", 1.5, 2.0, "five-gram"),))
    facts: dict[str, Any] = {"title": "Verse", "family": "text.causal-lm", "recipe": "r", "values": {}, "seed": 1}
    write_report(out, facts, first, run)
    adopt(sdk.TrainedModel(out, first), tmp_path / "verse", facts)
    for share in (0.5, 0.75):
        making.add_measures(tmp_path / "verse", run.folder, [sdk.Measure("rhymes kept", share, better="higher")])
    making.add_measures(tmp_path / "verse", run.folder, [])
    for name in ("report.json", "card.json"):
        told = json.loads((tmp_path / "verse" / name).read_text("utf-8"))
        measures = told["measures"] if name == "report.json" else told["evaluation"]["measures"]
        assert [(one["name"], one["value"]) for one in measures] == [("bits", 1.5), ("rhymes kept", 0.75)]
    for name in ("report.html", "README.md"):
        text = (tmp_path / "verse" / name).read_text("utf-8")
        assert "rhymes kept" in text
        assert "five-gram" in text


def test_without_a_hand_written_part_the_card_stays_as_it_is(making: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD, "utf-8")
    making.introduce(tmp_path, tmp_path / "none.md")
    assert (tmp_path / "README.md").read_text("utf-8") == CARD

"""The texts that viewers and library page keep in tables, and those of actions, are translated too."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import source_strings

from studio.disk.catalogues import LOCALES, catalogue
from studio.library import KINDS as MEDIA
from studio.shell.library import commands, details, empty, filters
from studio.shell.library.real_source import said_facts
from studio.shell.viewers.mesh import NO_GRAPHICS

SHELL = Path(__file__).resolve().parents[2] / "studio" / "shell"
FACTS = {
    "width": 1,
    "height": 1,
    "duration": 1,
    "sample_rate": 1,
    "tempo": 1,
    "meter": "4/4",
    "key": "C major",
    "frame_rate": 1,
    "words": 1,
    "vertices": 1,
    "faces": 1,
    "notes": 1,
}


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.setitem(source_strings.CALLS, "action", (0,))
    found = {text for part in ("viewers", "library") for text in source_strings.strings_in(SHELL / part)}
    found |= {text for _, text, _, _ in commands.COMMANDS}
    found |= {text for texts in empty._TEXTS.values() for text in texts}
    found |= {text for _, text, _ in filters.KINDS} | set(filters._SORT_NAMES.values())
    found |= {text for _, text in filters.DAYS}
    found |= set(said_facts("video", FACTS)) | {kind.capitalize() for kind in MEDIA}
    found |= {"{number} words", "{number} triangles", "{number} bpm", "major", "minor", NO_GRAPHICS}
    assert details.summary("text", {"Words": "3"}) == "Text · 3 words"
    return found


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_tables_and_actions_are_translated(wanted: set[str], locale: str) -> None:
    texts = catalogue(locale)
    assert {text for text in wanted if not texts.get(text)} == set()

"""Everything that first-party trainers say in reports is there in every language."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from helpers import source_strings
from helpers.report_phrases import ROOT, phrases_in, phrases_of, reports

from studio.disk.catalogues import LOCALES, catalogue
from studio.sdk import GeneratorSpec
from studio.teach.report_page import BETTER, DATA_FACTS
from studio.teach.report_words import UNMEASURED, Words

OTHERS = [locale for locale in LOCALES if locale != "en"]
TRAINING = sorted(folder.parent.name for folder in (ROOT / "plugins").glob("*/training"))


def words_of(package: str, locale: str) -> Words:
    """The words of a plugin's reports."""
    texts = import_module(package).Plugin().studio_translations()
    return Words.of(locale, GeneratorSpec(id="tests.any", title="Any", makes=("text",), fields=(), translations=texts))


@pytest.mark.parametrize("locale", OTHERS)
@pytest.mark.parametrize("starter", reports())
def test_what_the_report_of_a_starter_says_is_translated(starter: Any, locale: Any) -> None:
    report = reports()[starter]
    words = words_of(f"studio_{report['recipe'].split('.')[1]}", locale)
    assert [text for text in phrases_of(report) if words.phrase(text) == text] == []


@pytest.mark.parametrize("locale", OTHERS)
@pytest.mark.parametrize("package", TRAINING)
def test_what_the_source_of_a_trainer_can_say_is_translated(package: Any, locale: Any) -> None:
    words = words_of(package, locale)
    found = phrases_in(package)
    assert len(found) > 5
    untranslated = {
        place: texts[0] for place, texts in found.items() if all(words.phrase(text) == text for text in texts)
    }
    assert untranslated == {}


@pytest.mark.parametrize("locale", OTHERS)
def test_the_fixed_parts_of_reports_are_translated(locale: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = catalogue(locale, "reports")
    monkeypatch.setattr(source_strings, "CALLS", {"say": (0,), "said": (0,)})
    wanted = {text for room in ("teach", "cli") for text in source_strings.strings_in(ROOT / "studio" / room)}
    wanted |= {*BETTER.values(), *DATA_FACTS.values(), UNMEASURED, "In plain words", "Strengths", "Limits"}
    assert wanted - set(texts) == set()
    assert set(texts) - wanted == set()
    for source, text in texts.items():
        assert set(re.findall(r"\{(\w+)\}", source)) == set(re.findall(r"\{(\w+)\}", text)), source

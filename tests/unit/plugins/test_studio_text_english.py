"""English verse with the real weights: syllables and rhymes hold, wishes are kept; and what its texts are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import sdk
from studio.sdk.testing.running import RecordingContext, run
from studio_text.english_model import EnglishModel
from studio_text.english_rules import KINDS as FORMS
from studio_text.english_rules import METRES, EnglishTables, Sound, lines_of, shown, units_of
from studio_text.training import evaluate_english
from studio_text.verse import AUTHORS, KINDS, STARTER, Verse
from studio_text.verse_in_english import MOODS, rhyme_faults
from studio_text.verse_in_english import STARTER as ENGLISH

STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"
MODELS = {STARTER: STARTERS / "verse-zh", ENGLISH: STARTERS / "verse-en"}


@pytest.fixture(scope="module")
def loaded() -> dict[str, object]:
    """What contexts of this module keep loaded between runs, as the host does."""
    return {}


@pytest.fixture(scope="module")
def tables() -> EnglishTables:
    return EnglishTables.read(MODELS[ENGLISH])


def write_all(loaded: dict[str, object], seed: int = 1, **values: Any) -> list[Any]:
    context = RecordingContext(seed=seed, models=MODELS)
    context._loaded = loaded
    return run(Verse, {"language": "en", "candidates": 2, **values}, context)


def write(loaded: dict[str, object], seed: int = 1, **values: Any) -> sdk.Text:
    text = write_all(loaded, seed, **values)[-1]
    assert isinstance(text, sdk.Text)
    return text


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS])
def test_every_form_has_its_syllables_and_rhymes(loaded: dict[str, object], tables: EnglishTables, kind: str) -> None:
    *parts, whole = write_all(loaded, seed=len(kind), kind=kind)
    assert "".join(part.text for part in parts if isinstance(part, sdk.TextDelta)) == whole.text
    lines, _ = lines_of(kind, "tetrameter")
    units = [units_of(line) for line in whole.text.split("\n") if line]
    assert [tables.syllables(line) for line in units] == [len(line.feet) for line in lines]
    assert rhyme_faults(tables, lines, units) == 0 == whole.meta["rhyme_faults"]
    assert whole.text[-1] in ".!?"
    assert len(parts) == len(lines)


def test_the_same_seed_writes_the_same_poem_and_another_another(loaded: dict[str, object]) -> None:
    first, again, other = (write(loaded, seed=seed, kind="limerick").text for seed in (3, 3, 4))
    assert first == again != other


def test_a_first_line_is_kept_and_rhymed_with(loaded: dict[str, object], tables: EnglishTables) -> None:
    text = write(loaded, kind="limerick", first_line="There once was a cat on a wall").text
    first, second = text.split("\n")[:2]
    assert first == "There once was a cat on a wall"
    assert tables.rhymes("wall", [unit for unit in units_of(second) if unit.isalpha()][-1])


def test_wished_words_mostly_come_up(loaded: dict[str, object]) -> None:
    poems = [write(loaded, seed=seed, kind="quatrains", theme="moon").text for seed in range(4)]
    assert sum("moon" in poem.lower() for poem in poems) >= 2


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"first_line": "明月"}, "first_line"),
        ({"first_line": "the cat and a xylophonist"}, "first_line"),
        ({"first_line": "and " * 24}, "first_line"),
        ({"theme": "xqzzx"}, "theme"),
        ({"model": "own:other"}, "model"),
    ],
)
def test_what_cannot_be_written_is_told_at_its_field(
    loaded: dict[str, object], values: dict[str, Any], param: str, tmp_path: Path
) -> None:
    context = RecordingContext(models={**MODELS, "own:other": tmp_path})
    context._loaded = loaded
    with pytest.raises(sdk.UserError) as refusal:
        run(Verse, {"language": "en", **values}, context)
    assert refusal.value.param == param


def test_the_starter_knows_authors_and_moods_on_offer(tables: EnglishTables) -> None:
    assert set(AUTHORS) <= tables.authors.keys()
    assert {word for words in MOODS.values() for word in words} <= tables.sounds.keys()
    assert {kind for kind, _ in KINDS} == FORMS.keys()


LITTLE = EnglishTables(
    {
        "night": Sound("1", "AYT", "N"), "knight": Sound("1", "AYT", "N"), "light": Sound("1", "AYT", "L"),
        "wind": Sound("1", "", ""), "delight": Sound("01", "AYT", "L"), "the": Sound("0", "", ""),
    }, {}, {},
)  # fmt: skip


def test_rhymes_are_alike_from_the_vowel_on_and_not_before_it() -> None:
    assert LITTLE.rhymes("night", "Light")
    assert not LITTLE.rhymes("night", "knight")
    assert not LITTLE.rhymes("light", "delight")
    assert not LITTLE.rhymes("wind", "wind")
    assert LITTLE.syllables(["the", "delight", ","]) == 3


def test_feet_ask_for_stress() -> None:
    delight, the = LITTLE.sounds["delight"], LITTLE.sounds["the"]
    assert delight.faults("delight", "wS") == 0
    assert delight.faults("delight", "Sw") > 2
    assert the.faults("the", "S") > the.faults("the", "w") == 0


def test_forms_say_which_lines_rhyme() -> None:
    lines, name = lines_of("sonnet", "trimeter")
    assert name == "pentameter"
    assert [line.rhyme for line in lines] == [0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 6]
    assert [number for number, line in enumerate(lines) if line.ends_stanza] == [3, 7, 11]
    assert {len(lines_of("quatrains", metre)[0][0].feet) for metre in METRES} == {6, 7, 8, 10}


def test_lines_are_shown_as_a_reader_knows_them() -> None:
    assert shown(["the", "moon", ",", "'tis", "up", ".", "we", "--", "I"]) == "The moon, 'tis up. We -- I"
    assert units_of("“O’er the hills,” she said—gone!") == [
        "O'er",
        "the",
        "hills",
        ",",
        "she",
        "said",
        "--",
        "gone",
        "!",
    ]


def test_the_report_of_a_starter_tells_how_well_its_poems_keep_their_form() -> None:
    verse = EnglishModel(MODELS[ENGLISH], MODELS[ENGLISH], "cpu")
    told = {one.name: one.value for one in evaluate_english.measures(verse, poems=1)}
    assert (told["lines with the right number of syllables"], told["rhymes kept"]) == (1.0, 1.0)
    assert 0.5 < told["words on their feet"] <= 1

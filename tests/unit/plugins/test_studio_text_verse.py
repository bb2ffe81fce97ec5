"""Chinese verse with the real weights: forms and rhymes hold, wishes are kept, nothing is copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from studio import sdk
from studio.sdk.testing.running import RecordingContext, run
from studio_text.counting import Counts
from studio_text.training import evaluate_verse
from studio_text.training.ngram import KneserNey
from studio_text.verse import FORMS, MOODS, STARTER, Verse
from studio_text.verse_rules import Form, Runs, Slot, Tables, phrases_of, places_of, wanted_tone
from studio_text.verse_themes import WORDS, in_chinese
from studio_text.versing import REPEAT_PENALTY, Draft, VerseModel, Versifier, Wish

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "starters" / "verse-zh"


@pytest.fixture(scope="module")
def loaded() -> dict[str, object]:
    """What contexts of this module keep loaded between runs, as the host does."""
    return {}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables.read(FOLDER)


def write_all(loaded: dict[str, object], seed: int = 1, **values: Any) -> list[Any]:
    context = RecordingContext(seed=seed, models={STARTER: FOLDER})
    context._loaded = loaded
    return run(Verse, {"candidates": 2, **values}, context)


def write(loaded: dict[str, object], seed: int = 1, **values: Any) -> sdk.Text:
    text = write_all(loaded, seed, **values)[-1]
    assert isinstance(text, sdk.Text)
    return text


def test_lines_are_shown_one_by_one_and_add_up(loaded: dict[str, object]) -> None:
    *lines, whole = write_all(loaded, form="五言律诗")
    assert isinstance(whole, sdk.Text)
    assert len(lines) == 4
    assert "".join(line.text for line in lines if isinstance(line, sdk.TextDelta)) == whole.text


@pytest.mark.parametrize("form", [form for form, _ in FORMS])
def test_every_form_has_its_lines_and_rhymes(loaded: dict[str, object], tables: Tables, form: str) -> None:
    text = write(loaded, seed=len(form), form=form).text
    assert tables.forms[form].fits(text)
    assert tables.rhyme_faults(tables.forms[form], text) == 0


def test_the_same_seed_writes_the_same_poem_and_another_another(loaded: dict[str, object]) -> None:
    first, again, other = (write(loaded, seed=seed).text for seed in (3, 3, 4))
    assert first == again != other


def test_a_first_line_and_an_acrostic_stand_where_they_should(loaded: dict[str, object]) -> None:
    text = write(loaded, form="五言绝句", first_line="明月照高楼", acrostic="春江花月").text
    phrases = phrases_of(text)
    assert phrases[0] == "明月照高楼"
    assert [phrase[0] for phrase in phrases[1:]] == ["江", "花", "月"]


def test_a_character_is_avoided_the_more_the_oftener_the_poem_holds_it() -> None:
    verse = VerseModel(FOLDER, FOLDER, "cpu")
    versifier = Versifier(verse, verse.tables.forms["七言绝句"], Wish(tones=False), seed=1)
    slot = next(iter(versifier._form.slots()))[3]
    shaped = versifier._shaped(torch.zeros(verse.model.config.vocab_size), slot, Draft([*"山月山水山风"]))
    cost = {letter: -float(shaped[verse.ids[letter]]) / REPEAT_PENALTY for letter in "山月水风花"}
    assert cost == {"山": 3, "月": 1, "水": 1, "风": 0, "花": 0}  # the last one may be doubled: 年年, 处处


def test_wished_words_mostly_come_up(loaded: dict[str, object]) -> None:
    poems = [write(loaded, seed=seed, form="七言律诗", theme="明月").text for seed in range(6)]
    assert sum("明月" in poem for poem in poems) >= 3


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("autumn moon", ("秋月",)), ("The Autumn Moons", ("秋月",)), ("the moon of autumn", ("秋月",)),
        ("a lonely boat on the cold river", ("孤舟", "寒江")), ("wine and friends", ("美酒", "故人")),
        ("spring rain, willows", ("春雨", "杨柳")), ("Falling leaves", ("落叶",)), ("wild geese", ("归雁",)),
        ("cold autumn moon", ("寒", "秋月")), ("the general’s horse", ("将军", "马")), ("of the", ()),
    ],
)  # fmt: skip
def test_english_themes_are_put_into_chinese(english: str, chinese: tuple[str, ...]) -> None:
    assert in_chinese(english) == chinese


def test_the_model_knows_every_chinese_word_for_an_english_theme(tables: Tables) -> None:
    letters = {letter for meaning in WORDS.values() for letter in meaning.word + meaning.sign}
    assert letters <= tables.sounds.keys()
    assert all(len(meaning.word) <= 2 for meaning in WORDS.values())


def test_an_english_theme_comes_up_in_a_chinese_poem_and_is_told(loaded: dict[str, object]) -> None:
    context = RecordingContext(seed=3, models={STARTER: FOLDER})
    context._loaded = loaded
    poem = run(Verse, {"form": "五言绝句", "theme": "autumn moon", "candidates": 4}, context)[-1]
    assert isinstance(poem, sdk.Text)
    assert "秋月" in poem.text
    assert poem.meta["words"] == ["秋月"]
    assert context.lines == ["“autumn moon” is taken for “秋月”."]


def test_an_english_word_that_has_no_chinese_one_is_named(loaded: dict[str, object]) -> None:
    with pytest.raises(sdk.UserError, match="“xylophone”"):
        write(loaded, theme="明月 and a xylophone")


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"first_line": "明月"}, "first_line"),
        ({"first_line": "a moon"}, "first_line"),
        ({"acrostic": "春江花月夜"}, "acrostic"),
        ({"acrostic": "🌙"}, "acrostic"),
        ({"acrostic": "\u3401"}, "acrostic"),
        ({"theme": "xylophone"}, "theme"),
        ({"theme": "㐁"}, "theme"),
    ],
)
def test_what_cannot_be_written_is_told_at_its_field(
    loaded: dict[str, object], values: dict[str, Any], param: str
) -> None:
    with pytest.raises(sdk.UserError) as refusal:
        write(loaded, form="七言绝句", **values)
    assert refusal.value.param == param


def test_a_folder_that_is_no_model_is_told_at_its_field(tmp_path: Path) -> None:
    context = RecordingContext(models={STARTER: FOLDER, "own:other": tmp_path})
    with pytest.raises(sdk.UserError) as refusal:
        run(Verse, {"model": "own:other"}, context)
    assert refusal.value.param == "model"


def test_a_known_poem_is_not_written_on(loaded: dict[str, object]) -> None:
    """The first line of a famous poem, at the lowest temperature: no more than twelve characters are its own."""
    runs = Runs.read(FOLDER)
    for given in ("独在异乡为异客", "故人西辞黄鹤楼", "千里黄云白日曛"):
        text = write(loaded, form="七言绝句", first_line=given, temperature=0.1, top_p=0.05).text
        letters = "".join(phrases_of(text))
        assert not any(runs.copies(letters[:end]) for end in range(runs.length, len(letters) + 1))


def test_the_model_knows_the_words_of_the_moods(tables: Tables) -> None:
    letters = {letter for words in MOODS.values() for word in words for letter in word}
    assert letters <= tables.sounds.keys()


def test_the_starter_knows_every_form_on_offer(tables: Tables) -> None:
    assert {form for form, _ in FORMS} <= tables.forms.keys()


LITTLE = Form("五言绝句", ((5, 5), (5, 5)), (-1, 0, -1, 0))
SOUNDS = {"流": "尤2", "楼": "尤2", "秋": "尤1", "尽": "文4", "目": "姑4", "日": "支4"}


def test_a_form_tells_what_fits_it() -> None:
    assert LITTLE.fits("白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。")
    assert not LITTLE.fits("白日依山尽，黄河入海流。\n欲穷千里目，更上一楼。")
    assert not LITTLE.fits("白日依山尽。黄河入海流。\n欲穷千里目，更上一层楼。")


def test_rhymes_are_counted_by_modern_sounds() -> None:
    tables = Tables({}, SOUNDS, {})
    assert tables.rhyme_faults(LITTLE, "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。") == 0
    assert tables.rhyme_faults(LITTLE, "白日依山尽，黄河入海流。\n欲穷千里目，更上一层日。") == 1


def test_pruned_counts_still_sum_to_one_and_foresee_what_was_frequent() -> None:
    texts = [[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 4]] * 5
    counts = Counts(KneserNey(texts, order=3, pad=0).pruned(2), 1 << 12)
    after = counts.next([0, 0, 1, 2, 3])
    assert after.sum() == pytest.approx(1, abs=1e-5)
    assert int(after.argmax()) == 4
    assert counts.next([7, 7]).sum() == pytest.approx(1, abs=1e-5)


def test_unpruned_counts_are_the_n_gram_model() -> None:
    whole = KneserNey([[1, 2, 3, 4], [1, 3, 2, 5], [2, 2, 3, 4]], order=3, pad=0)
    counts = Counts(whole.pruned(1), 1 << 12)
    expected = 2 ** whole.log2([1, 2, 3])
    found = [counts.next([0, 0, *[1, 2, 3][:place]])[token] for place, token in enumerate([1, 2, 3])]
    assert found == pytest.approx(list(expected), rel=1e-4)


def tones() -> Iterator[list[str]]:
    for phrase in range(4):
        yield [wanted_tone(Slot(phrase, place, 7, -1, ""), "level")[:1] for place in (1, 3, 5)]


def test_tones_are_opposite_within_a_couplet_and_alike_across() -> None:
    assert list(tones()) == [["l", "o", "l"], ["o", "l", "o"], ["o", "l", "o"], ["l", "o", "l"]]


def test_a_filter_knows_what_was_put_in_and_little_else() -> None:
    table = bytearray(1024)
    for place in places_of("春眠不觉晓", 8192, 4):
        table[place >> 3] |= 1 << (place & 7)
    runs = Runs(bytes(table), 5, 4)
    assert runs.copies("处处春眠不觉晓")
    assert not runs.copies("春眠不觉")
    assert not runs.copies("夜来风雨声")


def test_the_report_of_a_starter_tells_how_well_its_poems_keep_their_form(tmp_path: Path) -> None:
    poems = {
        "rhymes": "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。",
        "not": "床前明月光，疑是地上霜。\n举头望明月，低头思故人。",
    }
    items = []
    for name, text in poems.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
        items.append(sdk.DatasetItem(tmp_path / f"{name}.txt", "五言绝句，静夜思", held_out=True))
    data = sdk.Dataset("poems", "text", tmp_path, tuple(items))
    told = {one.name: one for one in evaluate_verse.measures(VerseModel(FOLDER, FOLDER, "cpu"), data, poems=2)}
    assert {name: (one.value, one.baseline) for name, one in told.items() if name != "tones kept"} == {
        "poems with exactly their form": (1.0, 1.0),
        "poems that rhyme throughout": (1.0, 0.5),
    }
    assert 0.5 < told["tones kept"].value <= 1

"""The query language."""

from __future__ import annotations

import pytest

from studio.library.search import And, Filter, Not, Or, QueryError, Words, parse


def test_words_must_all_occur() -> None:
    assert parse("fox snow") == And((Words("fox"), Words("snow")))
    assert parse("  ") == And(())


def test_quotes_make_phrases_and_may_stay_open_while_typing() -> None:
    assert parse('"fox in snow"') == Words("fox in snow")
    assert parse('"fox in', typing=True) == Words("fox in")
    assert parse('a1 tag:"deep', typing=True) == And((Words("a1"), Filter("tag", "deep")))
    assert parse('fox "', typing=True) == Words("fox")
    assert parse('tag:"deep blue" x') == And((Filter("tag", "deep blue"), Words("x")))


def test_or_binds_its_neighbours() -> None:
    assert parse("red fox OR wolf") == And((Words("red"), Or((Words("fox"), Words("wolf")))))
    assert parse("a1 OR b2 OR c3") == Or((Words("a1"), Words("b2"), Words("c3")))
    assert parse("(red fox) OR wolf") == Or((And((Words("red"), Words("fox"))), Words("wolf")))
    assert parse("OR fox OR") == Words("fox")


def test_minus_means_not() -> None:
    assert parse("fox -snow") == And((Words("fox"), Not(Words("snow"))))
    assert parse("-kind:image") == Not(Filter("kind", "image"))
    assert parse("fox-snow") == Words("fox-snow")
    assert parse("fox - snow") == And((Words("fox"), Words("snow")))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kind:image", Filter("kind", "image")),
        ("kind:Pictures", Filter("kind", "image")),
        ("kind:meshes", Filter("kind", "mesh")),
        ("type:music", Filter("kind", "score")),
        ("rating:>=4", Filter("rating", "4", ">=")),
        ("rating:0", Filter("rating", "0")),
        ("is:favorite", Filter("is", "favourite")),
        ("date:2026-11", Filter("date", "2026-11")),
        ("date:>2026-11-01", Filter("date", "2026-11-01", ">")),
        ("seed:0123", Filter("seed", "123")),
        ("generator:studio.image.texture", Filter("generator", "studio.image.texture")),
    ],
)
def test_filters(text: str, wanted: Filter) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("fox colour:blue", 4, "no filter “colour:”"),
        ("kind:spell", 0, "no kind “spell”"),
        ("rating:9", 0, "not a rating"),
        ("x date:2026-13", 2, "not a date"),
        ("date:2026-02-30", 0, "not a date"),
        ("seed:x", 0, "not a seed"),
        ("is:good", 0, "unknown"),
        ("(fox", 0, "never closed"),
        ('red "fox', 4, "quote is never closed"),
        ('tag:"deep blue', 4, "quote is never closed"),
        ("fox)", 3, "no opening"),
        ("tag: x", 0, "missing after"),
        ("x" * 5000, 4000, "too long"),
        ("(" * 100, 20, "too deeply"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str, position: int, part: str) -> None:
    with pytest.raises(QueryError, match=part) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.message.endswith(".")


def test_an_unfinished_query_is_no_mistake_while_typing() -> None:
    assert parse("fox kind:im", typing=True) == Words("fox")
    assert parse("fox ki", typing=True) == And((Words("fox"), Words("ki", prefix=True)))
    assert parse("fox k", typing=True) == Words("fox")
    assert parse("fox snow ", typing=True) == And((Words("fox"), Words("snow")))
    assert parse("(fox", typing=True) == Words("fox", prefix=True)
    assert parse("狐", typing=True) == Words("狐", prefix=True)


def test_addresses_and_times_are_words() -> None:
    assert parse("http://example.org") == Words("http://example.org")
    assert parse("12:30") == Words("12:30")

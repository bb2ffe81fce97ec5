"""Whatever goes into a record comes back; whatever is read either is a record or is refused."""

from __future__ import annotations

import json
import unicodedata
from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.library import names
from studio.library.checking import plain_json
from studio.library.items import KINDS, Item, Origin, Parent, RecordError, new_id, parse_record, to_iso

words = st.text(st.characters(codec="utf-8"), max_size=40)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(words, json_values, max_size=5)
ids = st.integers(0, 2**47).map(new_id)
parents = st.builds(Parent, item=ids | st.just(""), sha256=st.just("") | st.just("a1" * 32), name=words, param=words)
origins = st.builds(
    Origin,
    job=words,
    index=st.integers(0, 1000),
    generator=words,
    seed=st.none() | st.integers(0, 2**32 - 1),
    values=objects,
    parents=st.lists(parents, max_size=3).map(tuple),
    seconds=st.floats(0, 1e9),
)
times = st.datetimes(timezones=st.timezones()).filter(lambda moment: 1971 <= moment.year <= 9000).map(to_iso)
known = frozenset(Item.__dataclass_fields__) | {"record"}
items = st.builds(
    Item,
    id=ids,
    kind=st.sampled_from(KINDS),
    title=words,
    created=times.filter(lambda text: len(text) == 29),
    file=st.sampled_from(("", "2026-11/a.png", "2026-11/雪.glb")),
    facts=objects,
    origin=st.none() | origins,
    meta=objects,
    rating=st.integers(0, 5),
    favourite=st.booleans(),
    tags=st.lists(words, max_size=4).map(tuple),
    text=words,
    extra=objects.map(lambda plain: {name: value for name, value in plain.items() if name not in known}),
)


@given(items)
def test_records_survive_json(item: Item) -> None:
    assert parse_record(json.dumps(item.to_json())) == item
    assert parse_record(json.dumps(item.to_json(), ensure_ascii=False).encode()) == item


@given(items, st.sampled_from(sorted(known)), json_values)
def test_a_wrong_value_anywhere_is_refused_or_harmless(item: Item, name: str, value: object) -> None:
    plain = {**item.to_json(), name: value}
    try:
        read = Item.from_json(plain)
    except RecordError:
        return
    assert Item.from_json(read.to_json()) == read
    assert ".." not in PurePosixPath(read.file).parts


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_a_record_or_refused(data: bytes | str) -> None:
    try:
        parse_record(data)
    except RecordError:
        return


@given(st.recursive(st.none() | st.floats() | st.text() | st.binary() | st.complex_numbers(), st.lists, max_leaves=8))
def test_anything_can_be_made_plain_json(value: object) -> None:
    json.dumps(plain_json(value), allow_nan=False, ensure_ascii=False).encode("utf-8")


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_names_are_safe_everywhere(title: str) -> None:
    stem = names.stem("2026-11-23T10:00:00.000+01:00", title, "5f3a")
    assert stem.startswith("2026-11-23_")
    assert stem.endswith("_5f3a")
    assert len(stem.encode("utf-8")) <= 200
    assert not set(stem) & set('<>:"/\\|?* \t\n.')
    assert all(unicodedata.category(character)[0] in "LNMP" for character in stem)
    assert unicodedata.is_normalized("NFC", stem)
    stem.encode("utf-8")


@given(st.text(max_size=300))
def test_titles_are_one_short_line(text: str) -> None:
    title = names.title_from(text)
    assert len(title) <= 61
    assert title.isprintable()

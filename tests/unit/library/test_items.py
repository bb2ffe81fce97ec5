"""Records: strict about what they read, and faithful about what they keep."""

from __future__ import annotations

import json

import pytest

from studio.library.items import Item, Origin, Parent, RecordError, months_of_id, new_id, now, parse_record


def record(**changes: object) -> dict[str, object]:
    return {
        "record": 1,
        "id": new_id(),
        "kind": "image",
        "title": "狐狸",
        "created": "2026-11-23T17:20:00.123+01:00",
        "file": "2026-11/a.png",
        **changes,
    }


def test_a_record_survives_json() -> None:
    origin = Origin(generator="studio.image.x", seed=5, values={"size": [1, 2]}, parents=(Parent(item=new_id()),))
    item = Item(
        id=new_id(), kind="mesh", title="t", created=now(), file="2026-11/a.glb", origin=origin, tags=("a", "b")
    )
    assert parse_record(json.dumps(item.to_json())) == item


def test_keys_of_a_newer_studio_are_kept() -> None:
    item = Item.from_json(record(collection="winter", mood={"x": [1]}))
    assert item.extra == {"collection": "winter", "mood": {"x": [1]}}
    assert Item.from_json(item.with_(rating=3).to_json()).to_json()["collection"] == "winter"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../../etc/passwd"},
        {"id": 7},
        {"kind": "spell"},
        {"file": "../outside.png"},
        {"file": "/etc/passwd"},
        {"file": "C:/x.png"},
        {"file": "a\\b.png"},
        {"home": "../outside.png"},
        {"created": "yesterday"},
        {"created": "2026-11-23T10:00:00"},
        {"rating": 6},
        {"rating": True},
        {"rating": 2.5},
        {"favourite": 1},
        {"tags": "blue"},
        {"tags": [1]},
        {"facts": []},
        {"title": "\ud800"},
        {"meta": {"deep": json.loads("[" * 80 + "]" * 80)}},
        {"origin": []},
        {"origin": {"seed": -1}},
        {"origin": {"parents": [{"item": "x/y"}]}},
        {"sha256": "zz"},
        {"bytes": -1},
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(wrong: dict[str, object]) -> None:
    with pytest.raises(RecordError, match=r"\.$"):
        Item.from_json(record(**wrong))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"rating": NaN}', "[" * 100_000, b"\xff\xfe", "9" * 5000])
def test_what_is_no_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(RecordError):
        parse_record(text)


def test_ids_are_unique_sort_by_time_and_tell_their_month() -> None:
    ids = [new_id(ms) for ms in range(1_790_000_000_000, 1_790_000_000_200)]
    assert ids == sorted(ids)
    assert len({new_id(1_790_000_000_000) for _ in range(500)}) == 500
    assert "2026-09" in months_of_id(ids[0])

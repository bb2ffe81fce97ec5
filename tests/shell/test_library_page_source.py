"""The library page's source over a real library: queries, places, relatives, changes, and errands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.windows import PAINTER, PLAYER
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.library import Item, Origin
from studio.library.database import IndexClosedError
from studio.library.items import Parent
from studio.library.library import Library
from studio.sdk.errors import UserError
from studio.shell.library.real_source import LibrarySource, query_text, said_facts
from studio.shell.library.rows import LibraryRows
from studio.shell.library.source import Query, QueryError
from studio.shell.viewers.background import Background


def picture(title: str) -> sdk.Image:
    return sdk.Image(np.full((24, 32, 3), 120, np.uint8), title=title)


def origin(job: str = "", parents: tuple[Parent, ...] = ()) -> Origin:
    return Origin(job=job, generator="studio.image.texture", generator_title="Texture", seed=7, parents=parents)


@pytest.fixture
def library(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def source(library: Library) -> LibrarySource:
    return LibrarySource(library, dict)


def fill(library: Library) -> list[Item]:
    """Two pictures, a text, and a score and its recording of one job, oldest first."""
    first = library.save(picture("Red fox"), origin("a"))
    second = library.save(picture("Blue harbour"), origin("b", (Parent(item=first.id, param="picture"),)))
    text = library.save(sdk.Text("A fox in the snow.", title="Fox tale"))
    score = library.save(sdk.Score((sdk.Track("Lead", (sdk.Note(0, 1, 60),)),), title="Tune"), origin("m"))
    sound = library.save(sdk.Audio(np.zeros((480, 1), np.float32), 48_000, title="Tune"), origin("m"))
    return [first, second, text, score, sound]


def test_scores_are_played_where_a_generator_plays_them(library: Library, source: LibrarySource) -> None:
    assert LibrarySource(library, lambda: {PAINTER.id: PAINTER, PLAYER.id: PLAYER}).plays_scores()
    assert not LibrarySource(library, lambda: {PAINTER.id: PAINTER}).plays_scores()
    assert not source.plays_scores()


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "rating"])
def test_items_are_found_again_near_where_they_stood(library: Library, source: LibrarySource, sort: str) -> None:
    items = fill(library)
    query = Query(sort=sort)
    ids = [row.id for row in source.rows(query, 0, 5)]
    new = library.save(picture("A new one"), origin("n"))
    now = [row.id for row in source.rows(query, 0, 6)]
    assert new.id in now
    assert source.places(query, ids[1:3], [1, 2]) == {item_id: now.index(item_id) for item_id in ids[1:3]}
    library.trash(items[0].id)
    assert items[0].id not in source.places(query, ids, range(5))
    assert source.places(query, [], []) == {}


def test_rows_counts_and_places_follow_query_and_order(library: Library, source: LibrarySource) -> None:
    items = fill(library)
    everything = Query()
    assert source.count(everything) == 5
    assert [row.id for row in source.rows(everything, 0, 10)] == [item.id for item in reversed(items)]
    assert [row.id for row in source.rows(Query(sort="oldest"), 1, 3)] == [items[1].id, items[2].id]
    assert source.position(everything, items[0].id) == 4
    assert source.position(Query(kind="text"), items[0].id) == -1
    assert source.count(Query(text="fox")) == 2
    assert [row.title for row in source.rows(Query(text="fo", kind="image"), 0, 5)] == ["Red fox"]
    row = source.rows(everything, 0, 1)[0]
    assert row.path.is_file()
    assert row.thumbnail is not None
    assert row.thumbnail.is_file()


def test_a_query_that_makes_no_sense_is_a_sentence(library: Library, source: LibrarySource) -> None:
    fill(library)
    with pytest.raises(QueryError, match="colour"):
        source.count(Query(text="colour:red fox"))


@pytest.mark.parametrize("text", ["fox OR harbour", "(fox", "fox)", "OR", "-", '"', "fox OR", "   "])
@pytest.mark.parametrize("kind", ["", "image"])
def test_typing_anything_beside_filters_never_breaks(library: Library, text: str, kind: str) -> None:
    fill(library)
    found = library.view(query_text(Query(text=text, kind=kind)), typing=True) if text != "fox)" else None
    if found is not None and kind:
        assert all(row.kind == "image" for row in found.rows(0, 10))


def test_details_relatives_and_results_of_the_same_job(library: Library, source: LibrarySource) -> None:
    first, second, text, score, sound = fill(library)
    detail = source.detail(second.id)
    assert detail is not None
    assert (detail.generator, detail.seed, detail.facts["Dimensions"]) == ("Texture", 7, "32 × 24")
    assert detail.item.id == second.id
    parents, children = source.lineage(second.id)
    assert ([row.id for row in parents], children) == ([first.id], [])
    assert [row.id for row in source.lineage(first.id)[1]] == [second.id]
    assert [other.row.id for other in source.siblings(score.id)] == [sound.id]
    assert source.siblings(text.id) == []
    assert source.detail("0" * 26) is None


def test_changes_show_and_what_fails_does_not_stop_the_rest(library: Library, source: LibrarySource) -> None:
    first, second, *_ = fill(library)
    source.rate([first.id], 4)
    source.favourite([first.id], marked=True)
    source.tag([first.id, second.id], "winter", present=True)
    assert source.count(Query(rating=4, favourites=True, text="tag:winter")) == 1
    source.tag([first.id], "winter", present=False)
    assert source.count(Query(text="tag:winter")) == 1
    with pytest.raises(UserError, match="no item"):
        source.trash(["0" * 26, first.id])
    assert source.count(Query(trash=True)) == 1
    source.restore([first.id])
    assert source.count(Query()) == 5
    source.rename(first.id, "Snow fox")
    assert source.count(Query(text="snow fox")) == 2


def test_watching_hears_every_change(library: Library, source: LibrarySource) -> None:
    heard: list[int] = []
    stop = source.watch(lambda: heard.append(1))
    fill(library)
    assert len(heard) == 5
    stop()
    fill(library)
    assert len(heard) == 5


def test_errands_import_share_and_mend(library: Library, source: LibrarySource, tmp_path: Path) -> None:
    item = library.save(picture("Red fox"), origin("a"))
    shared = source.export([item.id], tmp_path, share=True)
    assert [path.is_file() for path in shared] == [True]
    assert b"Texture" not in shared[0].read_bytes()
    (tmp_path / "broken.png").write_bytes(b"\x00\x01\x02" * 50)
    taken, problems = source.take_in([shared[0], tmp_path / "broken.png"])
    assert taken == 1
    assert ["broken.png" in problem for problem in problems] == [True]
    assert source.count(Query()) == 2
    with pytest.raises(UserError):
        source.take_in([tmp_path / "broken.png"])
    thumbnail = library.store.thumbnail_path(item.id)
    thumbnail.unlink()
    assert source.mend_thumbnails([item.id])
    assert thumbnail.is_file()
    assert not source.mend_thumbnails([item.id]), "once is enough"


def test_facts_from_records_are_not_trusted() -> None:
    assert said_facts("image", {"width": 3}) == {}
    assert said_facts("audio", {"duration": "long", "sample_rate": None, "words": float("nan")}) == {}
    assert said_facts("score", {"tempo": 90.0, "key": "D minor", "meter": "3/4", "duration": 61.0}) == {
        "Duration": "1:01",
        "Tempo": "90",
        "Metre": "3/4",
        "Key": "D minor",
    }


def test_values_that_stand_for_something_are_told_in_words(library: Library) -> None:
    spec = sdk.GeneratorSpec(
        id="studio.image.texture",
        title="Texture",
        makes=("image",),
        fields=(
            sdk.Field(kind="choice", name="style", default="silk", options=(sdk.Option("silk", "Folded silk"),)),
            sdk.Field(kind="text", name="note", default=""),
        ),
    )
    source = LibrarySource(library, lambda: {spec.id: spec})
    item = library.save(picture("Red fox"), origin("a"))
    assert source.said(spec.id, "style", "silk") == "Folded silk"
    assert source.said(spec.id, "picture", f"item:{item.id}") == "Red fox"
    for name, value in (("style", "gone"), ("note", "silk"), ("picture", "item:nothing"), ("style", [1]), ("no", 3)):
        assert source.said(spec.id, name, value) == ""
    assert source.said("gone", "style", "silk") == ""


def test_values_that_did_not_matter_are_not_told(library: Library) -> None:
    spec = sdk.GeneratorSpec(
        id="studio.image.texture",
        title="Texture",
        makes=("image",),
        fields=(
            sdk.Field(kind="text", name="style", default="silk"),
            sdk.Field(kind="text", name="folds", default="many", when={"style": "silk"}),
            sdk.Field(kind="text", name="grain", default="fine", when={"style": ["wood", "stone"]}),
            sdk.Field(kind="text", name="shine", default="none", when={"of a later version": "yes"}),
            sdk.Field(kind="text", name="of a later version", default="yes"),
        ),
    )
    source = LibrarySource(library, lambda: {spec.id: spec})
    values = {"style": "wood", "folds": "few", "grain": "coarse", "of a version before": 3, "shine": "some"}
    item = library.save(picture("Oak"), replace(origin("a"), values=values))
    detail = source.detail(item.id)
    assert detail is not None
    assert detail.values == {name: value for name, value in values.items() if name != "folds"}
    detail = LibrarySource(library, dict).detail(item.id)
    assert detail is not None
    assert detail.values == values, "nobody knows which mattered"


def test_a_look_that_the_closing_of_the_library_overtakes_is_no_fault(
    library: Library, source: LibrarySource, qtbot: QtBot
) -> None:
    rows = LibraryRows(source, Background())
    failures: list[str] = []
    rows.failed.connect(failures.append)
    library.close()
    with pytest.raises(IndexClosedError):
        source.look(Query(), 10)
    with capture_exceptions() as raised:
        rows.search(Query())
        qtbot.waitUntil(lambda: rows._looking is None, timeout=5000)
    assert (raised, failures) == ([], [])

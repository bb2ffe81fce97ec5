"""The library: files and index together."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers import library_artifacts as made
from helpers.disks import no_room_beyond

from studio import sdk
from studio.disk import durable
from studio.library import Origin, Parent, checkup, formats
from studio.library.index import Index
from studio.library.items import Item
from studio.library.library import Change, Library
from studio.library.store import hash_file
from studio.library.views import STEP, View


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


def text(
    library: Library, words: str, generator: str = "studio.text.storyteller", seed: int = 1, **more: object
) -> Item:
    item = library.save(sdk.Text(words), Origin(generator=generator, seed=seed))
    return library.update(item.id, **more) if more else item


def found(library: Library, query: str) -> set[str]:
    return {item.title for item in library.search(query)}


def test_what_is_saved_is_found(library: Library) -> None:
    item = library.save(made.picture(), Origin(generator="studio.image.texture", values={"prompt": "fox in snow"}))
    assert library.search("fox") == [item]
    assert library.get(item.id) == item
    assert library.resolve(item.id[-6:]) == library.resolve(item.id[:20]) == library.resolve(item.file) == item
    assert library.stats()["kinds"] == {"image": 1}


def test_the_query_language_finds_what_it_says(library: Library) -> None:
    text(library, "red fox in snow", rating=5, tags=["winter", "deep blue"], seed=11)
    text(library, "grey wolf in snow", rating=2, favourite=True)
    text(library, "Café on a summer night", generator="acme.verse")
    text(library, "雪中的红狐狸", rating=4)
    fox, wolf, cafe, red = "red fox in snow", "grey wolf in snow", "Café on a summer night", "雪中的红狐狸"
    for query, wanted in {
        "snow": {fox, wolf},
        "snow -fox": {wolf},
        "fox OR wolf": {fox, wolf},
        "-snow": {cafe, red},
        '"fox in"': {fox},
        '"in fox"': set(),
        "cafe": {cafe},
        "SNO*": {fox, wolf},
        "sno": set(),
        "狐狸": {red},
        "红狐": {red},
        "狐红": set(),
        "雪": {red},
        "rating:>=4": {fox, red},
        "rating:<3 snow": {wolf},
        "is:rated": {fox, wolf, red},
        "is:favourite": {wolf},
        "-is:favourite snow": {fox},
        "tag:winter": {fox},
        'tag:"Deep Blue"': {fox},
        "winter": {fox},
        "is:tagged": {fox},
        "tag:deep": set(),
        "generator:verse": {cafe},
        "generator:acme.verse": {cafe},
        "generator:storyteller kind:text": {fox, wolf, red},
        "kind:image": set(),
        "seed:11": {fox},
        "date:today": {fox, wolf, cafe, red},
        "date:<2020": set(),
        "date:>=2020-05-17": {fox, wolf, cafe, red},
        "(fox OR wolf) rating:5": {fox},
        "!!! ,": {fox, wolf, cafe, red},
        "ａｃｍｅ OR ＦＯＸ": {fox},
    }.items():
        assert found(library, query) == wanted, query


def test_trash_is_hidden_until_asked_for_and_can_be_undone(library: Library) -> None:
    item = text(library, "fox")
    library.trash(item.id)
    assert found(library, "fox") == found(library, "") == set()
    assert found(library, "is:trashed") == found(library, "fox is:trashed") == {"fox"}
    assert library.stats()["trashed"] == 1
    assert library.restore(item.id) == item
    assert found(library, "fox") == {"fox"}
    library.trash(item.id)
    assert library.empty_trash() == 1
    assert found(library, "is:trashed") == set()
    assert not library.store.path(item).exists()


def test_lineage_goes_both_ways(library: Library) -> None:
    poem = text(library, "a poem")
    picture = library.save(
        made.picture(), Origin(parents=(Parent(item=poem.id), Parent(sha256="1" * 64, name="x.png")))
    )
    model = library.save(made.cube(), Origin(parents=(Parent(item=picture.id),)))
    assert library.parents(picture.id) == [poem]
    assert library.children(picture.id) == [model]
    tree = library.lineage(picture.id)
    assert set(tree.items) == {poem.id, picture.id, model.id}
    assert set(tree.edges) == {(poem.id, picture.id), (picture.id, model.id)}
    assert [(parent.name, child) for parent, child in tree.outside] == [("x.png", picture.id)]


def test_everything_comes_back_after_the_index_is_deleted(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        first = library.rate(library.save(made.picture(), None).id, 5)
        second = library.tag(library.save(made.cube(), Origin(parents=(Parent(item=first.id),))).id, ["blue"])
        third = library.trash(library.save(made.song(), None).id)
    without_index(tmp_path)
    with Library(tmp_path) as library:
        assert [library.get(item.id) for item in (first, second, third)] == [first, second, third]
        assert library.children(first.id) == [second]
        assert found(library, "is:trashed") == {"a song"}
        assert library.verify().fine


def test_a_lost_record_comes_back_from_inside_the_file(library: Library) -> None:
    item = library.save(made.picture(), Origin(generator="studio.image.x", values={"prompt": "fox"}))
    library.store.path(item).with_suffix(".json").unlink()
    orphan = library.store.path(item).with_name("holiday.png")
    shutil.copyfile(library.store.path(library.save(made.story(), None)), orphan.with_suffix(".txt"))
    report = library.rebuild()
    assert report.restored == [library.store.path(item)]
    assert report.orphans == [orphan.with_suffix(".txt")]
    assert library.get(item.id) == item
    assert library.store.read(item.id) == item


@pytest.mark.parametrize("make", [made.picture, made.story], ids=["with a record inside", "without"])
def test_what_a_damaged_record_said_comes_back_from_the_index(
    library: Library, make: Callable[[], sdk.Artifact]
) -> None:
    item = library.save(make(), None)
    item = library.rename(library.tag(library.rate(item.id, 4).id, ["blue"]).id, "Mine")
    record = library.store.path(item).with_suffix(".json")
    record.write_text("{bad")
    report = library.rebuild()
    assert report.restored == [library.store.path(item)]
    assert (report.items, report.damaged, report.orphans) == (1, [], [])
    assert library.get(item.id) == library.store.read(item.id) == item
    assert record.with_name(f"{record.name}.damaged").read_text() == "{bad"
    assert library.verify().fine
    assert library.rebuild().orphans == []


def test_a_damaged_record_that_nobody_else_knows_is_told_and_kept(library: Library) -> None:
    known, lost = library.save(made.picture(), None), library.save(made.story(), None)
    for item in (known, lost):
        library.store.path(item).with_suffix(".json").write_text("{bad")
    library.store.path(known).write_bytes(library.store.path(known).read_bytes() + b"changed since")
    library.store.path(lost).write_text("another text")
    report = library.rebuild()
    assert report.restored == [library.store.path(known)]
    assert report.orphans == [library.store.path(lost)]
    assert [path.name for path, _reason in report.damaged] == sorted(
        f"{library.store.path(item).stem}.json.damaged" for item in (known, lost)
    )
    assert all(path.read_text() == "{bad" for path, _reason in report.damaged)


def test_verify_finds_every_changed_and_missing_file(library: Library) -> None:
    items = [library.save(made.picture(seed=seed), None) for seed in range(4)]
    paths = [library.store.path(item) for item in items]
    paths[0].write_bytes(paths[0].read_bytes()[:-1] + b"x")
    paths[1].unlink()
    paths[2].with_suffix(".json").write_text("{")
    report = library.verify()
    assert report.changed == [paths[0]]
    assert report.missing == [paths[1]]
    assert [path for path, _reason in report.damaged] == [paths[2].with_suffix(".json")]
    assert report.gone == [items[2].id]
    assert not report.fine


def copied(path: Path) -> Path:
    """A copy of a file beside it, named as file managers do, which sorts before the original."""
    return Path(shutil.copyfile(path, path.with_stem(f"{path.stem} (copy)")))


def without_index(folder: Path) -> None:
    for path in folder.glob("index.db*"):
        path.unlink()


def test_a_copied_file_becomes_an_item_of_its_own_and_the_original_keeps_what_it_was_given(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        item = library.tag(library.rate(library.save(made.picture(), None).id, 5).id, ["blue"])
        path = library.store.path(item)
        copy = copied(path)
    without_index(tmp_path)
    with Library(tmp_path) as library:
        assert [found.id for found in library.search("rating:5 tag:blue")] == [item.id]
        assert library.get(item.id) == item
        (other,) = (found for found in library.search() if found.id != item.id)
        assert library.store.path(other) == copy
        assert library.verify().fine
        library.trash(item.id)
        assert not path.exists()
        assert copy.exists()
        assert library.rebuild().restored == []


def test_a_file_copied_with_its_record_is_named_by_verify_and_gets_its_own_id_by_rebuild(library: Library) -> None:
    item = library.rate(library.save(made.picture(), None).id, 5)
    path = library.store.path(item)
    copy, record = copied(path), copied(path.with_suffix(".json"))
    report = library.verify()
    assert report.doubled == [(record, path.with_suffix(".json"))]
    assert not report.fine
    assert library.rebuild().restored == [copy]
    assert library.get(item.id) == item
    assert sorted(found.file for found in library.search("rating:5")) == sorted(
        (item.file, copy.relative_to(library.folder).as_posix())
    )
    assert library.verify().fine
    copied(path.with_suffix(".json"))
    copy.unlink()
    assert record in library.rebuild().missing
    assert library.get(item.id) == item


def test_a_file_renamed_with_its_record_stays_the_same_item(library: Library) -> None:
    item = library.rate(library.save(made.picture(), None).id, 5)
    path = library.store.path(item)
    for old in (path, path.with_suffix(".json")):
        old.rename(old.with_stem("mine"))
    assert library.rebuild().missing == []
    assert library.get(item.id) == item.with_(file=f"{path.parent.name}/mine.png")
    assert library.verify().fine


def test_a_folder_that_takes_no_record_costs_nobody_the_rest_of_the_library(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [library.save(made.picture(seed=seed), None) for seed in range(2)]
    path = library.store.path(items[0])
    path.with_suffix(".json").unlink()

    def refuse(*_what: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("studio.library.checkup.durable.write_json", refuse)
    report = library.rebuild()
    assert report.damaged == [(path.with_suffix(".json"), "it can't be written: Permission denied")]
    assert report.items == 2


def test_verify_goes_on_after_an_entry_that_cannot_be_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [library.save(made.picture(seed=seed), None) for seed in range(2)]
    paths = [library.store.path(item) for item in items]
    folder = paths[0].parent / "z.json"
    folder.mkdir()

    def hashed(path: Path) -> str:
        if path == paths[0]:  # as of a file that may not be read, which an administrator may
            raise PermissionError(13, "Permission denied", str(path))
        return hash_file(path)

    monkeypatch.setattr(checkup, "hash_file", hashed)
    report = library.verify()
    assert [path for path, _ in report.damaged] == [paths[0], folder]
    assert all("can't be read" in reason for _, reason in report.damaged)
    assert report.checked == 2
    assert library.rebuild().items == 2


def test_two_libraries_on_one_folder_see_each_other(tmp_path: Path) -> None:
    with Library(tmp_path) as one, Library(tmp_path) as two:
        item = one.save(made.picture(), None)
        assert two.poll()
        assert not two.poll()
        assert not one.poll()
        assert two.get(item.id) == item
        two.rate(item.id, 4)
        assert one.get(item.id).rating == 4


def test_a_result_is_told_of_before_the_note_of_its_saving_goes_which_closing_awaits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path)
    item = library.store.save(made.picture(), None)
    may_go, flush = threading.Event(), durable.sync_file

    def late(path: Path) -> None:
        assert may_go.wait(10)
        flush(path)

    monkeypatch.setattr(durable, "sync_file", late)
    heard: list[Change] = []
    library.subscribe(heard.append)
    library.add(item)
    assert heard == [Change("added", (item.id,))]
    assert library.get(item.id) == item
    assert list(tmp_path.glob(".staging/*/*.ready"))
    may_go.set()
    library.close()
    assert not list(tmp_path.glob(".staging/*/*.ready"))


def test_threads_share_a_library(library: Library) -> None:
    problems: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for number in range(5):
                item = library.save(sdk.Text(f"fox {name} {number}"), None)
                library.rate(item.id, 3)
                library.search("fox")
        except Exception as error:  # noqa: BLE001 (shown by the test)
            problems.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(library.search("fox rating:3")) == 20


def test_subscribers_are_told(library: Library) -> None:
    told: list[Change] = []
    stop = library.subscribe(told.append)
    item = library.save(made.picture(), None)
    library.rate(item.id, 2)
    library.trash(item.id)
    library.delete(item.id)
    stop()
    library.save(made.picture(), None)
    assert [change.kind for change in told] == ["added", "changed", "changed", "removed"]
    assert all(change.ids == (item.id,) for change in told)


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_a_share_copy_tells_nothing_private(artifact: sdk.Artifact, library: Library, tmp_path: Path) -> None:
    secret = "Zanzibarprompt"
    if artifact.kind == "text":
        secret = "storytellerprompt"
    item = library.save(artifact, Origin(generator="studio.x.secretgenerator", values={"prompt": secret}))
    for suffix in formats.export_suffixes(item.kind):
        copy = library.export(item.id, tmp_path / f"copy{suffix}", strip=True)
        data = copy.read_bytes()
        for private in (secret, "secretgenerator", item.id):
            assert private.encode() not in data
            assert private.encode("utf-16-be") not in data
        assert formats.embedded_record(copy) is None
        assert formats.read(copy, item.kind).kind == item.kind


def test_an_export_with_its_record_is_the_same_file(library: Library, tmp_path: Path) -> None:
    item = library.save(made.picture(), Origin(values={"prompt": "fox"}))
    folder = tmp_path / "out"
    folder.mkdir()
    first = library.export(item.id, folder)
    second = library.export(item.id, folder)
    assert first.name == Path(item.file).name
    assert second != first
    assert first.read_bytes() == library.store.path(item).read_bytes()
    smaller = library.export(item.id, tmp_path / "a.jpg", quality=80)
    assert "fox" in (formats.embedded_record(smaller) or "")
    with pytest.raises(sdk.UserError, match="choose another place"):
        library.export(item.id, library.store.path(item))


def test_an_export_for_which_there_is_no_room_leaves_the_older_file(library: Library, tmp_path: Path) -> None:
    item = library.save(made.picture(64, 64))
    for name in ("a.png", "a.jpg"):
        (tmp_path / name).write_bytes(b"old")
        with no_room_beyond(1000), pytest.raises(sdk.UserError, match=f"{name}” can't be written: File too large"):
            library.export(item.id, tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "a.png", "library"]


def test_files_from_outside_can_be_taken_in(library: Library, tmp_path: Path) -> None:
    formats.write(made.picture(), tmp_path / "Holiday in Rome.png")
    item = library.import_file(tmp_path / "Holiday in Rome.png")
    assert item.title == "Holiday in Rome"
    assert found(library, "is:imported") == {"Holiday in Rome"}
    loaded = library.load(item.id)
    assert isinstance(loaded, sdk.Image)
    assert np.array_equal(loaded.pixels, made.picture().pixels)


def filled(path: Path, count: int) -> Index:
    """An index of made-up items, every third a picture, every fifth favourite."""
    index = Index(path)
    kinds = ("image", "text", "audio")
    index.put_all(
        Item(
            id=f"{number:026d}",
            kind=kinds[number % 3],
            title=f"item {number:06d}",
            created=f"2026-01-{1 + number % 28:02d}T10:00:00.000+00:00",
            file="2026-01/x.png",
            rating=number % 6,
            favourite=not number % 5,
            text="fox" if number % 2 else "wolf",
        )
        for number in range(count)
    )
    return index


@pytest.mark.parametrize("query", ["", "kind:image", "is:favourite", "fox", "fox rating:>2", "-kind:text"])
@pytest.mark.parametrize("sort", ["newest", "oldest", "rating", "title"])
def test_rows_pages_and_counts_agree_for_every_order(query: str, sort: str, tmp_path: Path) -> None:
    index = filled(tmp_path / "index.db", 2 * STEP + 500)
    view = View(index, query, sort)
    pages, cursor = [], None
    while True:
        page = view.page(cursor, limit=700)
        pages += [row.id for row in page.rows]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(pages) == len(set(pages)) == view.count
    assert [row.id for row in view.rows(0, 10_000)] == pages
    for start in (len(pages) - 3, 0, len(pages) // 2, len(pages) + 5):
        assert [row.id for row in View(index, query, sort).rows(start, 50)] == pages[start : start + 50]
    assert view.count_up_to(10) == min(10, len(pages))
    if sort in ("newest", "oldest"):
        assert view.row_of(view.rows(17, 1)[0].position) == 17
    index.close()

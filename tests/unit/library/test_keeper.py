"""The index heals itself: damaged, foreign, newer, deleted or replaced, it is rebuilt or followed; nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from studio import sdk
from studio.library import checkup
from studio.library.index import Index
from studio.library.items import Item
from studio.library.library import Change, Library
from studio.library.store import Store


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Item]]:
    """A closed library of six texts; every test damages its index in another way, and all must come back each time."""
    folder = tmp_path_factory.mktemp("library")
    with Library(folder) as library:
        items = [library.rate(library.save(sdk.Text(f"fox {number}")).id, number % 6) for number in range(6)]
    return folder, sorted(items, key=lambda item: item.id)


@pytest.fixture
def folder(saved: tuple[Path, list[Item]]) -> Path:
    with Library(saved[0]) as library:
        assert library.index.check() == [], "the test before this one left its damage"
    return saved[0]


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library(folder) as opened:
        yield opened


def foxes(library: Library) -> list[Item]:
    return sorted(library.search("fox"), key=lambda item: item.id)


def put_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def sql(path: Path, *statements: str) -> None:
    with closing(apsw.Connection(str(path))) as other:
        for statement in statements:
            other.execute(statement)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_foreign(path: Path, *statements: str) -> None:
    path.unlink()
    sql(path, *statements)


def drop_record(path: Path) -> None:
    sql(path, "DELETE FROM records WHERE pos = (SELECT max(pos) FROM records)")


DAMAGE = {
    "empty": lambda path: put_bytes(path, b""),
    "garbage": lambda path: put_bytes(path, b"garbage" * 1000),
    "truncated": lambda path: put_bytes(path, path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096]),
    "zeros": lambda path: put_bytes(path, path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096)),
    "a folder": replace_by_folder,
    "another program's database": lambda path: replace_by_foreign(path, "CREATE TABLE x(y)", "PRAGMA user_version = 1"),
    "another program's tables of the same name": lambda path: replace_by_foreign(path, "CREATE TABLE items(y)"),
    "made by a newer studio": lambda path: sql(path, "CREATE TABLE faces(pos)", "PRAGMA user_version = 99"),
    "made by a newer studio, nothing else": lambda path: replace_by_foreign(path, "PRAGMA user_version = 99"),
    "a table dropped": lambda path: sql(path, "DROP TABLE changes"),
    "words dropped": lambda path: sql(path, "DROP TABLE words"),
    "words of another shape": lambda path: sql(
        path, "DROP TABLE words", "CREATE VIRTUAL TABLE words USING fts5(title)"
    ),
    "a column missing": lambda path: sql(path, "ALTER TABLE records DROP COLUMN record"),
    "a column renamed": lambda path: sql(path, "ALTER TABLE links RENAME COLUMN place TO number"),
    "a trigger dropped": lambda path: sql(path, "DROP TRIGGER counted"),
    "an index dropped": lambda path: sql(path, "DROP INDEX by_title"),
    "a record missing": drop_record,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_whatever_lies_in_place_of_the_index_opening_rebuilds_it(
    damage: str, folder: Path, saved: tuple[Path, list[Item]]
) -> None:
    DAMAGE[damage](folder / "index.db")
    with Library(folder) as library:
        assert foxes(library) == saved[1]
        assert library.stats()["kinds"] == {"text": 6}
        assert library.verify().fine
        assert not library.poll()


def test_what_is_set_aside_can_be_looked_at_but_does_not_pile_up(folder: Path) -> None:
    for number in range(4):
        put_bytes(folder / "index.db", b"garbage %d" % number)
        Library(folder).close()
    kept = sorted(path for path in folder.glob("index-damaged-*.db") if path.is_file())
    assert [path.read_bytes() for path in kept] == [b"garbage 2", b"garbage 3"]


@pytest.mark.parametrize("statement", ["DROP TABLE changes", "DROP TABLE records", "DROP TABLE words"])
def test_tables_dropped_while_the_library_is_open_come_back(
    statement: str, library: Library, saved: tuple[Path, list[Item]]
) -> None:
    told: list[Change] = []
    library.subscribe(told.append)
    sql(library.index_file, statement)
    library.poll()
    assert foxes(library) == saved[1]
    library.delete(library.save(sdk.Text("a wolf")).id)
    assert [change.kind for change in told] == ["rebuilt", "added", "removed"]
    assert library.verify().fine


def test_a_mistake_in_a_query_of_ours_is_not_taken_for_damage(library: Library) -> None:
    with pytest.raises(apsw.SQLError, match="no such table: nowhere"):
        library.index.all("SELECT * FROM nowhere")
    assert library.index.is_current()


def test_pages_damaged_while_the_library_is_open_are_healed(folder: Path, saved: tuple[Path, list[Item]]) -> None:
    data = bytearray((folder / "index.db").read_bytes())
    holding = [page for page in range(1, len(data) // 4096) if b"fox" in data[page * 4096 : page * 4096 + 4096]]
    with Library(folder) as library:
        for page in holding:
            data[page * 4096 : page * 4096 + 4096] = b"\x00" * 4096
        put_bytes(folder / "index.db", bytes(data))
        assert foxes(library) == saved[1]


def test_threads_that_meet_the_same_damage_mend_it_once(library: Library, saved: tuple[Path, list[Item]]) -> None:
    told: list[Change] = []
    library.subscribe(told.append)
    library.search("fox")
    sql(library.index_file, "DROP TABLE records")
    found: list[list[Item]] = []
    threads = [threading.Thread(target=lambda: found.append(foxes(library))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [saved[1]] * 4
    assert [change.kind for change in told] == ["rebuilt"]


def test_a_library_follows_an_index_that_another_process_replaced(folder: Path) -> None:
    with Library(folder) as one, Library(folder) as two:
        told: list[Change] = []
        one.subscribe(told.append)
        view = one.view("fox")
        assert view.count == 6
        two.mend()
        item = one.save(sdk.Text("wolf in the old file"))
        assert [change.kind for change in told] == ["rebuilt", "added"]
        assert one.index.is_current()
        assert two.poll()
        assert two.search("wolf") == [item]
        assert len(view.rows(0, 10)) == 6, "views made before go on"
        two.mend()
        assert one.poll()
        assert not one.poll()
        assert one.search("wolf") == [item]
        two.mend()
        one.delete(item.id)
        assert two.search("wolf") == []
        assert one.verify().fine


def test_closing_the_old_file_leaves_the_new_one_alone(folder: Path, saved: tuple[Path, list[Item]]) -> None:
    old = Library(folder)
    with Library(folder) as quick:
        quick.mend()
        item = quick.save(sdk.Text("wolf, still in the write-ahead log"))
        old.close()
        assert folder.joinpath("index.db-wal").stat().st_size > 0
        assert quick.search("wolf") == [item]
        with Library(folder) as third:
            assert third.search("wolf") == [item]
        quick.delete(item.id)
        assert foxes(quick) == saved[1]


def test_an_index_deleted_while_the_library_is_open_is_built_again(
    library: Library, saved: tuple[Path, list[Item]]
) -> None:
    for path in library.folder.glob("index.db*"):
        path.unlink()
    assert library.poll()
    assert library.index_file.exists()
    assert foxes(library) == saved[1]


def test_a_query_that_runs_while_the_index_is_replaced_ends_in_peace(library: Library) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n"
    answers: list[int] = []
    started = threading.Event()

    def ask() -> None:
        library.index.number("SELECT 1")
        started.set()
        answers.append(library.index.number(slow))
        answers.append(library.index.number("SELECT count(*) FROM items"))

    thread = threading.Thread(target=ask)
    thread.start()
    started.wait()
    library.mend()
    thread.join()
    assert answers == [2_000_000, 6]


def test_a_missing_index_is_built_once_however_many_open_the_library(
    folder: Path, saved: tuple[Path, list[Item]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in folder.glob("index.db*"):
        path.unlink()
    built: list[int] = []
    real = checkup.rebuild

    def rebuild(store: Store, index: Index, progress: checkup.Progress | None = None) -> checkup.Rebuilt:
        report = real(store, index, progress)
        built.append(report.items)
        return report

    monkeypatch.setattr(checkup, "rebuild", rebuild)
    answers: list[list[Item]] = []

    def open_and_ask() -> None:
        with Library(folder) as library:
            answers.append(foxes(library))

    threads = [threading.Thread(target=open_and_ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [6]
    assert answers == [saved[1]] * 4

"""The database: how it is filled decides how quickly it answers."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.disks import no_room_beyond

from studio.library import index as module
from studio.library.database import IndexUnusable
from studio.library.index import Index
from studio.library.items import Item
from studio.library.views import View


def items(count: int) -> list[Item]:
    """In no order of time, as files lie in folders."""
    made = [
        Item(
            id=f"{number:026d}",
            kind="text",
            title=f"item {number}",
            created=f"2026-01-{1 + number % 28:02d}T10:{number % 60:02d}:00.000+00:00",
            file="2026-01/x.txt",
            text="fox" if number % 2 else "wolf",
        )
        for number in range(count)
    ]
    random.Random(3).shuffle(made)
    return made


def segments(index: Index) -> int:
    return index.number("SELECT count(DISTINCT segid) FROM words_idx")


def settings(index: Index) -> dict[str, int]:
    return dict(index.all("SELECT k, v FROM words_config WHERE k <> 'version'"))


def test_a_rebuild_leaves_one_segment_to_search_and_the_usual_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WORDS_AT_ONCE", 20_000)
    with closing(Index(tmp_path / "index.db")) as index:
        assert index.put_all(items(300)) == 300
        assert segments(index) == 1
        assert settings(index) == {"hashsize": 1048576, "automerge": 4, "crisismerge": 16}
        assert View(index, "fox").count == 150
        assert index.check() == []


def test_single_results_do_not_pile_up_segments(tmp_path: Path) -> None:
    with closing(Index(tmp_path / "index.db")) as index:
        for item in items(100):
            index.put(item)
        assert segments(index) < 20
        assert View(index, "wolf").count == 50


def test_an_id_given_twice_is_taken_once(tmp_path: Path) -> None:
    with closing(Index(tmp_path / "index.db")) as index:
        twice = items(3)
        assert index.put_all([*twice, twice[0]]) == 3
        assert View(index).count == 3


def test_a_rebuild_that_fails_half_way_leaves_everything_as_it_was(tmp_path: Path) -> None:
    def failing() -> Iterator[Item]:
        yield from items(5)
        raise OSError("the disk went away")

    with closing(Index(tmp_path / "index.db")) as index:
        index.put_all(items(10))
        before = settings(index)
        with pytest.raises(OSError, match="went away"):
            index.put_all(failing())
        assert View(index).count == 10
        assert settings(index) == before
        index.put(items(11)[0].with_(id="z" * 26))
        assert View(index, "fox OR wolf").count == 11


def test_an_index_that_the_disk_refuses_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Index(tmp_path / "index.db")) as index:
        many = items(300)
        with no_room_beyond(40_000), pytest.raises(IndexUnusable, match=r"index\.db” can't be used: disk I/O error"):
            index.put_all(many)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=4096))
        with no_room_beyond(40_000), pytest.raises(IndexUnusable, match="can't be used: No space left on device"):
            index.put_all(many)
        monkeypatch.undo()
        assert index.put_all(many) == 300


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="nowhere else are open files told")
def test_the_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    with closing(Index(tmp_path / "index.db")) as index:
        for _ in range(20):  # as many workers came and went
            thread = threading.Thread(target=index.number, args=("SELECT 1",))
            thread.start()
            thread.join()
        opened = [path for path in Path("/proc/self/fd").iterdir() if leads_to(path, "index.db")]
        assert len(opened) <= 4  # this thread's and the last one's, and what they share
        assert index.number("SELECT 7") == 7


def leads_to(path: Path, name: str) -> bool:
    with suppress(OSError):
        return path.readlink().name == name
    return False

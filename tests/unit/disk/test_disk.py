"""Durable writing and the studio's places."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from helpers.disks import no_room_beyond

from studio.disk import durable
from studio.disk.home import Home
from studio.disk.resources import resources


def test_a_write_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    durable.write_json(path, {"name": "雪", "n": 1})
    durable.write_json(path, {"name": "狐"})
    assert json.loads(path.read_text("utf-8")) == {"name": "狐"}
    assert "狐" in path.read_text("utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("stage", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_content_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = tmp_path / "settings.json"
    durable.write_bytes(path, b"old")

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[stage], full)
    with pytest.raises(OSError, match="No space"):
        durable.write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]


def test_what_cannot_be_written_is_named_and_not_the_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "large").write_bytes(b"x" * 10_000)
    with pytest.raises(OSError, match="directory") as caught:
        durable.write_bytes(tmp_path / "folder", b"new")
    assert caught.value.filename == str(tmp_path / "folder")
    with (
        no_room_beyond(5000),
        pytest.raises(OSError, match="large") as caught,
        durable.replacing(tmp_path / "old") as new,
    ):
        shutil.copyfile(tmp_path / "large", new)
    assert caught.value.filename == str(tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "large", "old"]


def test_numbers_that_are_no_json_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        durable.write_json(tmp_path / "a.json", float("nan"))
    assert list(tmp_path.iterdir()) == []


def test_studio_home_holds_everything_and_a_named_library_wins(tmp_path: Path) -> None:
    home = Home.find({"STUDIO_HOME": str(tmp_path)})
    assert (home.state, home.library) == (tmp_path, tmp_path / "library")
    assert home.settings_file.parent == home.queue.parent == home.descriptors.parent == home.logs.parent == tmp_path
    assert Home.find({"STUDIO_HOME": str(tmp_path)}, library=Path("/elsewhere")).library == Path("/elsewhere")


def test_without_studio_home_the_systems_usual_folders_are_used() -> None:
    home = Home.find({})
    assert home.state.is_absolute()
    assert home.library.name == "Atelier Studio"


def test_the_resources_are_there() -> None:
    assert (resources() / "help" / "command-line.md").is_file()


def test_what_a_killed_process_was_writing_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".settings.json.77-0123abcd.tmp", ".settings.json.78-0123abcd.tmp", "mine.tmp", ".mine.tmp"):
        (tmp_path / name).touch()
    durable.remove_unfinished(tmp_path, lambda pid: pid == 78)
    left = {entry.name for entry in tmp_path.iterdir()}
    assert left == {".settings.json.78-0123abcd.tmp", "mine.tmp", ".mine.tmp"}


def test_the_name_of_an_unfinished_file_tells_who_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *_arguments, **_options: None)
    monkeypatch.setattr(Path, "replace", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        durable.write_bytes(tmp_path / "settings.json", b"new")  # as if killed before the rename
    monkeypatch.undo()
    durable.remove_unfinished(tmp_path, lambda pid: pid != os.getpid())
    assert not list(tmp_path.iterdir())

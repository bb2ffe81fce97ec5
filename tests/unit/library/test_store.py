"""The store: what is saved is whole, readable, findable and can be changed, without any database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from helpers import library_artifacts as made

from studio import sdk
from studio.library import Origin, Parent, Store, formats
from studio.library.items import Item, new_id, parse_record
from studio.library.store import hash_file

ORIGIN = Origin(generator="studio.test.fox", generator_version=2, seed=7, values={"prompt": "fox in snow"})


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_every_medium_is_kept_with_record_hash_and_thumbnail(artifact: sdk.Artifact, tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(artifact, ORIGIN)
    path = store.path(item)
    assert path.is_file()
    assert hash_file(path) == item.sha256
    assert path.stat().st_size == item.bytes
    assert store.read(item.id) == store.read(path) == store.read(path.with_suffix(".json")) == item
    assert item.origin == ORIGIN
    assert store.thumbnail_path(item.id).is_file()
    assert store.load(item).kind == artifact.kind
    assert store.load(item).title == artifact.title
    if artifact.kind != "text":
        inside = parse_record(formats.embedded_record(path) or "")
        assert (inside.id, inside.origin, inside.text) == (item.id, item.origin, item.text)


def test_names_tell_the_day_and_the_title(tmp_path: Path) -> None:
    store = Store(tmp_path)
    created = "2026-11-23T10:00:00.000+01:00"
    item = store.save(sdk.Image(made.picture().pixels), ORIGIN, created=created)
    assert item.file == f"2026-11/2026-11-23_fox-in-snow_{item.id[-4:]}.png"
    chinese = store.save(sdk.Text("雪中的狐狸"), None, created=created)
    assert chinese.file == f"2026-11/2026-11-23_雪中的狐狸_{chinese.id[-4:]}.txt"


def test_no_file_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    same = iter([f"01m84mcc32jst42ae0{tail}2fbb" for tail in ("aaaa", "bbbb", "cccc")])
    monkeypatch.setattr("studio.library.store.new_id", lambda _ms: next(same))
    created = "2026-11-23T10:00:00.000+01:00"
    items = [store.save(made.picture(seed=seed), ORIGIN, created=created) for seed in range(3)]
    assert len({item.file for item in items}) == 3
    assert [store.read(item.id) for item in items] == items


def test_numpy_values_and_odd_parameters_become_json(tmp_path: Path) -> None:
    values = {"scale": np.float32(0.5), "size": (1, 2), "when": object, "bad": float("nan"), "name": "\ud800"}
    item = Store(tmp_path).save(sdk.Text("x", meta={"n": np.int64(3)}), Origin(values=values))
    assert item.origin is not None
    assert item.origin.values["scale"] == 0.5
    assert item.origin.values["size"] == [1, 2]
    assert item.meta == {"n": 3}


def test_changes_are_written_to_the_record(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    changed = store.update(item.id, rating=4, favourite=True, tags=["blue ", "blue", "a,b", ""])
    assert (changed.rating, changed.favourite, changed.tags) == (4, True, ("blue", "a b"))
    assert Store(tmp_path).read(item.id) == changed
    assert changed.sha256 == item.sha256


def test_a_new_title_renames_the_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    renamed = store.update(item.id, title="Winter / night: “wolf”")
    assert renamed.title == "Winter / night: “wolf”"
    assert renamed.file.endswith(f"_winter-night-wolf_{item.id[-4:]}.png")
    assert sorted(path.suffix for path in (tmp_path / item.file).parent.iterdir()) == [".json", ".png"]
    assert store.read(item.id) == renamed


@pytest.mark.parametrize("wrong", [{"rating": 9}, {"tags": range(2000)}, {"sha256": "x"}, {"favourite": "yes"}])
def test_impossible_changes_change_nothing(wrong: dict[str, object], tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    with pytest.raises((TypeError, ValueError)):
        store.update(item.id, **wrong)
    assert store.read(item.id) == item


def test_trash_and_restore_bring_everything_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.update(store.save(made.picture(), ORIGIN).id, rating=5)
    gone = store.trash(item.id)
    assert gone.is_trashed
    assert not (tmp_path / item.file).exists()
    assert store.path(gone).is_file()
    assert store.read(item.id) == gone
    assert store.restore(item.id) == item
    assert store.path(item).is_file()
    assert not (tmp_path / ".trash" / item.id).exists()


def test_restoring_never_writes_over_another_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    store.trash(item.id)
    (tmp_path / item.file).parent.mkdir(exist_ok=True)
    (tmp_path / item.file).write_bytes(b"someone else's")
    back = store.restore(item.id)
    assert back.file != item.file
    assert (tmp_path / item.file).read_bytes() == b"someone else's"
    assert hash_file(store.path(back)) == item.sha256


def test_deleting_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    store.settle(item.id)
    store.delete(item.id)
    store.settle(item.id)
    store.close()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"] == []


def test_thumbnails_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.cube(), ORIGIN)
    shutil.rmtree(tmp_path / ".thumbnails")
    assert store.thumbnail(item) == store.thumbnail_path(item.id)
    assert store.thumbnail_path(item.id).is_file()


def test_a_thumbnail_may_follow_and_does_not_come_back_for_what_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fox, owl = (store.save(made.picture(), ORIGIN, thumbnail=False) for _ in range(2))
    assert not store.thumbnail_path(fox.id).exists()
    store.delete(owl)
    assert store.draw(owl, made.picture()) is None
    renamed = store.update(fox, title="Reynard")
    assert store.draw(fox, made.picture()) == store.thumbnail_path(renamed.id)
    assert [path.stem for path in (tmp_path / ".thumbnails").rglob("*.webp")] == [fox.id]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.disk.durable.sync_file", full)
    with pytest.raises(sdk.UserError, match=r"could not be saved in .*No space left on device\.$"):
        store.save(made.picture(), ORIGIN)
    store.close()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"] == []


def test_there_is_no_such_item(tmp_path: Path) -> None:
    for name in (new_id(), "2026-11/nothing.png"):
        with pytest.raises(sdk.UserError, match=r"There is no item"):
            Store(tmp_path).read(name)


def test_parents_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.save(made.picture(), None)
    second = store.save(made.cube(), Origin(parents=(Parent(item=first.id, param="picture"), Parent(sha256="0" * 64))))
    assert store.read(second.id).parents[0].item == first.id


def test_what_a_store_saved_another_finds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    store.close()
    other = Store(tmp_path)
    assert other.recover() == [item]
    other.settle(item.id)
    other.close()
    assert Store(tmp_path).recover() == []


@pytest.mark.parametrize("change", ["renamed", "rated", "trashed", "deleted", "nothing"])
def test_a_result_changed_before_any_index_took_it_is_recovered_as_it_is_now(change: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    changes: dict[str, Callable[[], Item | None]] = {
        "renamed": lambda: store.update(item, title="wolf"),
        "rated": lambda: store.update(item, rating=4),
        "trashed": lambda: store.trash(item),
        "deleted": lambda: store.delete(item),
        "nothing": lambda: item,
    }
    changed = changes[change]()
    wanted = [changed] if changed else []
    store.close()
    with closing(Store(tmp_path)) as other:
        assert other.recover() == wanted
        assert [other.read(path) for path in other.records()] == wanted
        other.settle(item.id)
    with closing(Store(tmp_path)) as third:
        assert third.recover() == []


@pytest.mark.parametrize("step", ["after the first rename", "before the record"])
def test_an_interrupted_move_is_finished_or_undone(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    item = store.save(made.picture(), ORIGIN)
    store.settle(item.id)
    real = Path.rename

    def stop(path: Path, target: Path) -> Path:
        if path.suffix == ".png":
            if step == "after the first rename":
                real(path, target)
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        store.trash(item.id)
    monkeypatch.undo()
    store.close()
    other = Store(tmp_path)
    (found,) = other.recover()
    assert found.is_trashed == (step == "after the first rename")
    assert hash_file(other.path(found)) == item.sha256
    assert len(list(tmp_path.rglob("*.json"))) == 1
    other.close()


def test_importing_and_saving_need_neither_database_nor_heavy_modules_at_start(tmp_path: Path) -> None:
    heavy = "numpy PIL trimesh apsw soundfile mido av torch scipy"
    code = f"""
import sys
import studio.library, studio.library.library, studio.library.formats, studio.library.search
loaded = [name for name in {heavy.split()!r} if name in sys.modules]
assert not loaded, loaded
sys.modules["apsw"] = None
from studio import sdk
item = studio.library.Store({str(tmp_path)!r}).save(sdk.Text("hello"), None)
try:
    studio.library.library.Library({str(tmp_path)!r})
except sdk.UserError as error:
    assert "apsw" in str(error), error
else:
    raise AssertionError("a library opened without its database")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

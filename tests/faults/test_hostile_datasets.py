"""Folders nobody would wish for: a clear sentence each, nothing in them changed, nothing left behind."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import PIL.Image
import pytest

from studio.cli import exits
from studio.cli.teach_data import run
from studio.sdk import Cancelled, UserError
from studio.sdk.datasets import MANIFEST, Dataset, read_text
from studio.teach.datasets import Options, prepare
from studio.teach.datasets_keeping import names


def picture(path: Path, shade: int = 0, side: int = 32) -> None:
    """A small picture unlike those of other shades."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.radial_gradient("L").rotate(shade * 7).resize((side, side)).point(lambda v: v * shade % 256).save(path)


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """What lies in a folder: names, sizes, times of change, contents."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        readable = path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)
        content = hashlib.sha256(path.read_bytes()).hexdigest() if readable and status.st_size < 2**21 else ""
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "material"
    made.mkdir()
    return made


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "datasets"


def refused(folder: Path, destination: Path, **how: object) -> str:
    """The sentence `prepare` refuses with; nothing may have changed."""
    before = state(folder)
    with pytest.raises(UserError) as caught:
        prepare(folder, destination, **how)  # type: ignore[arg-type]
    assert state(folder) == before
    assert not destination.exists() or list(destination.iterdir()) == []
    assert caught.value.message.endswith((".", "?"))
    return caught.value.message


def reasons(folder: Path, destination: Path, **how: object) -> dict[str, str]:
    """Why files were left out; nothing in the folder may have changed, and what was kept can be read again."""
    before = state(folder)
    dataset = prepare(folder, destination, **how)  # type: ignore[arg-type]
    assert state(folder) == before
    assert Dataset.read(dataset.folder) == dataset
    assert [entry.name for entry in destination.iterdir()] == [dataset.name]
    return {entry["file"]: entry["why"] for entry in dataset.card["left_out"]}


def test_an_empty_folder(folder: Path, destination: Path) -> None:
    assert "is empty" in refused(folder, destination)


def test_no_folder(tmp_path: Path, destination: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("nothing", "file"):
        with pytest.raises(UserError, match="no folder"):
            prepare(tmp_path / name, destination)


def test_one_file_makes_a_dataset_with_nothing_held_out(folder: Path, destination: Path) -> None:
    picture(folder / "a_red fox.png", 1)
    dataset = prepare(folder, destination)
    assert (dataset.kind, [item.caption for item in dataset.items]) == ("image", ["a red fox"])
    assert dataset.held_out == ()


def test_empty_files(folder: Path, destination: Path) -> None:
    (folder / "a.png").touch()
    assert "is empty" in refused(folder, destination)
    picture(folder / "b.png", 1)
    assert "is empty" in reasons(folder, destination)["a.png"]


def test_a_line_of_fifty_megabytes(folder: Path, destination: Path) -> None:
    (folder / "line.txt").write_bytes(b"ab " * (50 * 2**20 // 3 + 1))
    (folder / "poem.txt").write_text("Roses are red,\nviolets are blue.\n")
    with (folder / "records.jsonl").open("wb") as stream:
        stream.write(b'{"text": "' + b"x" * (50 * 2**20) + b'"}\n{"text": "The second line is good."}\n')
    found = reasons(folder, destination)
    assert "line of 50 MB" in found["line.txt"]
    assert "longer than 8 MB" in found["records.jsonl:1"]
    items = Dataset.read(destination / "material").items
    assert sorted(map(read_text, items)) == ["Roses are red,\nviolets are blue.\n", "The second line is good."]


def test_wrong_kinds_and_damaged_files(folder: Path, destination: Path) -> None:
    for shade in range(3):
        picture(folder / f"good{shade}.png", shade + 1)
    whole = (folder / "good0.png").read_bytes()
    (folder / "text.png").write_text("I am no picture")
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "tune.mid").write_bytes(b"MThd")
    (folder / "all.zip").write_bytes(b"PK")
    (folder / "tool.exe").write_bytes(b"MZ")
    picture(folder / "tiny.png", 1, side=8)
    picture(folder / "copy.png", 1)
    found = reasons(folder, destination)
    for name, words in (
        ("text.png", "complete, undamaged picture"),
        ("cut.png", "complete, undamaged picture"),
        ("tune.mid", "none of the pictures"),
        ("all.zip", "unpack it first"),
        ("tool.exe", "none of the pictures"),
        ("tiny.png", "too small (8 × 8 pixels"),
        ("good0.png", "the same as “copy.png”"),
    ):
        assert words in found[name], name


def test_only_wrong_kinds(folder: Path, destination: Path) -> None:
    (folder / "tool.exe").write_bytes(b"MZ")
    assert "no file the studio can learn from" in refused(folder, destination)
    assert "None of the files are MIDI files" in refused(folder, destination, kind="score")


def _png_bomb() -> bytes:
    """A picture of 60,000 × 60,000 pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def _glb_bomb() -> bytes:
    """A model whose header claims two billion vertices."""
    accessor = {"componentType": 5126, "count": 2_000_000_000, "type": "VEC3"}
    mesh = {"primitives": [{"attributes": {"POSITION": 0}}]}
    header = json.dumps({"asset": {"version": "2.0"}, "accessors": [accessor], "meshes": [mesh]}).encode()
    header += b" " * (-len(header) % 4)
    return struct.pack("<4sII", b"glTF", 2, 20 + len(header)) + struct.pack("<I4s", len(header), b"JSON") + header


def test_bombs_cost_neither_memory_nor_time(folder: Path, destination: Path) -> None:
    (folder / "bomb.png").write_bytes(_png_bomb())
    assert "too large" in refused(folder, destination)
    (folder / "bomb.png").unlink()
    (folder / "bomb.glb").write_bytes(_glb_bomb())
    assert "vertices" in refused(folder, destination)
    (folder / "bomb.glb").unlink()
    (folder / "bomb.jsonl.gz").write_bytes(gzip.compress(b"[" * 200_000_000))
    assert "longer than 8 MB" in refused(folder, destination)
    (folder / "bomb.jsonl.gz").write_bytes(b"\x1f\x8b nothing")
    assert "compressed" in refused(folder, destination)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("captions.jsonl", b"", "names no file"),
        ("captions.jsonl", b"not json\n[1]\n{}\n", "line 1: it is not valid JSON"),
        ("captions.jsonl", b"\xff\xfe\xfa\x00", "not UTF-8"),
        ("captions.jsonl", b'{"file": "../../etc/passwd", "caption": "x"}\n', "outside the folder"),
        ("captions.jsonl", b"[" * 100_000, "not valid JSON"),
        ("captions.jsonl", b'{"file": "a.png", "caption": NaN}', "not valid JSON"),
        ("captions.csv", b"title,words\nx,y\n", "no file is named"),
        ("captions.csv", b'file,caption\n"a.png,never closed\n', "broken"),
        ("metadata.csv", b"file;" + b"x" * 200_000, "names no file"),
    ],
)
def test_broken_captions_files(folder: Path, destination: Path, name: str, content: bytes, words: str) -> None:
    picture(folder / "a.png", 1)
    (folder / name).write_bytes(content)
    sentence = refused(folder, destination)
    assert name in sentence
    assert words in sentence


def test_single_broken_lines_of_captions_are_told_and_the_others_used(folder: Path, destination: Path) -> None:
    picture(folder / "a.png", 1)
    picture(folder / "b.png", 2)
    lines = ['{"file": "a.png", "caption": "half a letter \\ud83d"}', "oops", '{"file": "gone.png", "caption": "x"}']
    (folder / "captions.jsonl").write_text("\n".join(lines))
    dataset = prepare(folder, destination)
    assert [item.caption for item in dataset.items] == ["half a letter ?", "b"]
    assert [line.partition(":")[0] for line in dataset.card["caption_problems"]] == [
        "captions.jsonl, line 2",
        "captions.jsonl",
    ]


def test_links_are_not_followed(folder: Path, destination: Path, tmp_path: Path) -> None:
    picture(folder / "sub" / "a.png", 1)
    picture(tmp_path / "secret" / "b.png", 2)
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    (folder / "out").symlink_to(tmp_path / "secret", target_is_directory=True)
    (folder / "file.png").symlink_to(tmp_path / "secret" / "b.png")
    found = reasons(folder, destination)
    assert sorted(found) == ["file.png", "out", "self", "sub/loop"]
    assert all("links are not followed" in why for why in found.values())


@pytest.mark.skipif(os.name == "nt", reason="pipes and such names do not exist on Windows")
def test_pipes_and_names_that_are_no_text(folder: Path, destination: Path) -> None:
    picture(folder / "a.png", 1)
    os.mkfifo(folder / "pipe.png")
    (Path(os.fsdecode(bytes(folder) + b"/bad\xff.png"))).write_bytes(b"x")
    found = reasons(folder, destination)
    assert "no file" in found["pipe.png"]
    assert "not valid text" in found["bad?.png"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that hold for this user")
def test_what_may_not_be_read(folder: Path, destination: Path) -> None:
    picture(folder / "a.png", 1)
    picture(folder / "b.png", 2)
    picture(folder / "closed" / "c.png", 3)
    (folder / "b.png").chmod(0)
    (folder / "closed").chmod(0)
    try:
        found = reasons(folder, destination)
    finally:
        (folder / "closed").chmod(0o700)
    assert "can't be read" in found["b.png"]
    assert "can't be read" in found["closed"]


def test_a_file_that_vanishes_or_cannot_be_read_meanwhile(folder: Path, destination: Path) -> None:
    for shade in range(3):
        picture(folder / f"{shade}.png", shade + 1)

    def vanish(done: int, _total: int) -> None:
        if done == 1:
            (folder / "1.png").unlink()

    dataset = prepare(folder, destination, progress=vanish)
    assert [item.path.name for item in dataset.items] == ["0.png", "2.png"]
    assert "can't be read (No such file or directory)" in dataset.card["left_out"][0]["why"]


@pytest.mark.slow
@pytest.mark.timeout(600)  # making so many files takes long where the disk is busy
def test_a_hundred_thousand_files(folder: Path, destination: Path) -> None:
    for number in range(100_000):
        inner = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            inner.mkdir()
        os.close(os.open(inner / f"{number}.txt", os.O_CREAT | os.O_WRONLY))
        if number % 50 == 0:
            (inner / f"{number}.txt").write_text(f"{number * 7919 % 100_003} sheep and {number} hens")
    dataset = prepare(folder, destination)
    assert len(dataset.items) == 2000
    assert len(dataset.card["left_out"]) == 98_000
    assert 0.09 <= len(dataset.held_out) / len(dataset.items) <= 0.15
    assert Dataset.read(dataset.folder) == dataset


def test_time_grows_in_proportion_to_the_number_of_texts(folder: Path, destination: Path) -> None:
    def seconds(name: str, count: int) -> float:
        lines = (f'{{"text": "{number * 7919 % 100_003} sheep and {number} hens"}}\n' for number in range(count))
        (folder / "texts.jsonl").write_text("".join(lines))
        start = time.perf_counter()
        assert len(prepare(folder, destination, name=name).items) == count
        return time.perf_counter() - start

    small = seconds("small", 500)
    assert seconds("large", 8000) < 4 * 16 * small + 1


def test_cancelling_leaves_nothing_behind(folder: Path, destination: Path) -> None:
    for shade in range(4):
        picture(folder / f"{shade}.png", shade + 1)
    seen: list[int] = []
    with pytest.raises(Cancelled):
        prepare(folder, destination, progress=lambda done, _: seen.append(done), cancelled=lambda: len(seen) >= 2)
    assert seen == [1, 2]
    assert list(destination.iterdir()) == []


def test_what_a_killed_preparation_left_is_removed_by_the_next(folder: Path, destination: Path) -> None:
    for shade in range(4):
        picture(folder / f"{shade}.png", shade + 1)
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom studio.teach.datasets import prepare\n"
        "def die(done, total):\n    if done == 3:\n        os._exit(9)\n"
        "prepare(Path(sys.argv[1]), Path(sys.argv[2]), progress=die)"
    )
    search = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", script, str(folder), str(destination)], env=search, check=False)
    assert ended.returncode != 0
    assert len(list(destination.iterdir())) == 1
    assert names(destination) == []
    prepare(folder, destination)
    assert [entry.name for entry in destination.iterdir()] == ["material"]


def test_datasets_inside_the_folder_are_not_material(folder: Path) -> None:
    (folder / "a.txt").write_text("write to anna@example.com, please")
    first = prepare(folder, folder / "datasets", name="first")
    second = prepare(folder, folder / "datasets", name="second")
    assert len(first.items) == len(second.items) == 1


def _manifest(**changed: object) -> dict[str, object]:
    plain: dict[str, object] = {"format": 1, "name": "x", "kind": "text", "digest": "", "card": {}, "items": []}
    return {**plain, **changed}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 200_000,
        b'{"format": 1' + b"0" * 10_000 + b"}",
        json.dumps(_manifest(format=2)).encode(),
        json.dumps(_manifest(kind=["text"])).encode(),
        json.dumps(_manifest(kind="video")).encode(),
        json.dumps(_manifest(items={"a": 1})).encode(),
        json.dumps(_manifest(items=[1])).encode(),
        json.dumps(_manifest(items=[{"path": "../../secret"}])).encode(),
        json.dumps(_manifest(items=[{"path": "a", "meta": 3}])).encode(),
        json.dumps(_manifest(card=[1])).encode(),
    ],
)
def test_hostile_manifests(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "home" / "datasets" / "x"
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ValueError, match=r"no dataset the studio made"):
        Dataset.read(folder)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    assert run(["list"]) == exits.FOUND_WRONG
    with pytest.raises(UserError, match="is damaged"):
        run(["show", "x"])


def test_a_manifest_too_long_to_be_one_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / MANIFEST).open("wb") as stream:
        stream.truncate(2 * 2**30)  # a sparse file: it takes no room
    with pytest.raises(ValueError, match="bytes"):
        Dataset.read(tmp_path)


@pytest.mark.parametrize(
    "meta",
    [{"offset": -1, "bytes": 5}, {"offset": 0}, {"offset": 0, "bytes": 2**40}, {"offset": "0", "bytes": 9},
     {"offset": 3, "bytes": 4}, {"offset": 10**6, "bytes": 4}],
)  # fmt: skip
def test_hostile_places_of_texts(tmp_path: Path, meta: dict[str, object]) -> None:
    (tmp_path / "texts.jsonl").write_text('{"text": "hello"}\n')
    (tmp_path / MANIFEST).write_text(json.dumps(_manifest(items=[{"path": "texts.jsonl", "meta": meta}])))
    (item,) = Dataset.read(tmp_path).items
    with pytest.raises(ValueError, match="text"):
        read_text(item)


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", "CON", ".hidden", "x" * 65, "a\0b", "end."])
def test_names_that_are_no_folder(folder: Path, destination: Path, name: str) -> None:
    picture(folder / "a.png", 1)
    if name:
        assert "can't be a dataset's name" in refused(folder, destination, name=name)
    else:
        assert prepare(folder, destination, name=name).name == "material"


@pytest.mark.parametrize("act", ["show", "remove"])
def test_only_datasets_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / MANIFEST).write_text("{}")
    (tmp_path / "datasets").mkdir()
    for name in ("../precious", str(tmp_path / "precious"), "..", "."):
        with pytest.raises(UserError, match="There is no dataset"):
            run([act, name])
    assert (tmp_path / "precious" / MANIFEST).exists()


def test_a_full_disk_leaves_nothing_behind(folder: Path, destination: Path) -> None:
    (folder / "a.jsonl").write_text('{"text": "one text to copy"}\n')

    def broken(_done: int, _total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        prepare(folder, destination, progress=broken)
    assert list(destination.iterdir()) == []


def test_shares_and_ways_that_do_not_exist(folder: Path, destination: Path) -> None:
    picture(folder / "a.png", 1)
    assert "between 0 and 0.5" in refused(folder, destination, options=Options(held_out=float("nan")))
    assert "no way to split" in refused(folder, destination, options=Options(split_by="moon"))
    assert "no kind" in refused(folder, destination, kind="smell")
    assert "can't be read" in refused(folder, destination, options=Options(captions="nothing.jsonl"))

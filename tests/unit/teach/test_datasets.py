"""A folder becomes a dataset: captions, likeness, split, masking, card."""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import trimesh
from helpers import library_artifacts as made
from hypothesis import given
from hypothesis import strategies as st

from studio.cli import exits
from studio.cli.teach_data import run
from studio.library import formats
from studio.sdk import Note, Score, Track, UserError
from studio.sdk.datasets import Dataset, read_text
from studio.teach.datasets import Options, prepare, set_captions
from studio.teach.datasets_captions import from_name
from studio.teach.datasets_keeping import digest_of, find, names, remove, renew
from studio.teach.datasets_likeness import alike_sketches, text_sketch
from studio.teach.datasets_split import folders_are_sources, held_out, join_likes

MORNING = "In the morning the fox came down to the river, and the river was full of light and of small silver fish."


def scene(path: Path, seed: int, brighter: int = 0, size: tuple[int, int] = (48, 40)) -> None:
    """A picture of soft blobs, another for every seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 220, (5, 6, 3), dtype=np.uint8)
    PIL.Image.fromarray(noise + np.uint8(brighter)).resize(size, PIL.Image.Resampling.BICUBIC).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "material").mkdir()
    return tmp_path / "material"


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "datasets"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("red_fox-12.png", "red fox"),
        ("sub/PineTree.glb", "Pine Tree"),
        ("IMG_0421.jpg", ""),
        ("20240115_120000.png", ""),
        ("秋月.txt", "秋月"),
        ("cat (3).png", "cat"),
    ],
)
def test_file_names_become_captions_when_they_are_words(name: str, words: str) -> None:
    assert from_name(name) == words


def test_captions_come_from_the_captions_file_then_from_beside_then_from_the_name(
    folder: Path, destination: Path
) -> None:
    for number, name in enumerate(("a.png", "b.png", "c_cat.png")):
        scene(folder / name, number)
    (folder / "captions.csv").write_text('file,caption,artist,style\na.png,"a fox, red",Ada,oil\n')
    (folder / "b.txt").write_text("a bear\n")
    dataset = prepare(folder, destination)
    assert [item.caption for item in dataset.items] == ["a fox, red", "a bear", "c cat"]
    assert dataset.items[0].source == "Ada"
    assert dataset.items[0].meta["record"] == {"artist": "Ada", "style": "oil"}
    assert dataset.card["left_out"] == []


@pytest.mark.parametrize(
    ("where", "captions"),
    [
        ("names", ["red fox", "blue"]),
        ("sidecar", ["a bear", ""]),
        ("none", ["", ""]),
        ("other.jsonl", ["given", "blue"]),
    ],
)
def test_where_captions_come_from_can_be_said(folder: Path, destination: Path, where: str, captions: list[str]) -> None:
    scene(folder / "red_fox.png", 1)
    scene(folder / "blue.png", 2)
    (folder / "red_fox.txt").write_text("a bear")
    (folder / "other.jsonl").write_text('{"file_name": "red_fox.png", "text": "given"}')
    dataset = prepare(folder, destination, kind="image", options=Options(captions=where))
    by_name = {item.path.name: item.caption for item in dataset.items}
    if where == "other.jsonl":
        captions = ["given", by_name["blue.png"]]
    assert [by_name["red_fox.png"], by_name["blue.png"]] == captions


def test_captions_typed_in_a_grid_are_kept_and_change_the_digest(folder: Path, destination: Path) -> None:
    scene(folder / "a.png", 1)
    scene(folder / "IMG_1.png", 2)
    first = prepare(folder, destination)
    changed = set_captions(first, {0: " a  river\nat night "})
    assert Dataset.read(first.folder) == changed
    assert changed.items[0].caption == "a river at night"
    assert changed.digest != first.digest
    assert digest_of(first.folder) == changed.digest
    assert changed.card["captioned"] == 2
    assert set_captions(changed, {0: first.items[0].caption}).digest == first.digest


@pytest.mark.parametrize("masking", [True, False])
def test_captions_typed_in_a_grid_are_masked_where_the_dataset_is(
    folder: Path, destination: Path, *, masking: bool
) -> None:
    scene(folder / "sea" / "a.png", 1)
    scene(folder / "sea" / "b.png", 2)
    (folder / "captions.jsonl").write_text('{"file_name": "sea/a.png", "text": "by eve@example.org"}')
    first = prepare(folder, destination, options=Options(mask=masking))
    changed = set_captions(first, {0: "by ada@example.org and bob@example.org", 1: "write to eve@example.org"})
    captions = [item.caption for item in changed.items]
    if masking:
        assert captions == ["by [e-mail] and [e-mail]", "write to [e-mail]"]
        assert changed.card["masked"] == [
            {"file": "sea/a.png", "kind": "e-mail", "count": 3},
            {"file": "sea/b.png", "kind": "e-mail", "count": 1},
        ]
    else:
        assert captions[1] == "write to eve@example.org"
        assert changed.card["masked"] == []


def test_whatever_a_recipe_may_learn_from_changes_the_digest(folder: Path, destination: Path) -> None:
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"{MORNING} {number}")
    first = prepare(folder, destination, options=Options(held_out=0))
    one, two, three = first.items
    asked = replace(one, meta={**one.meta, "record": {"questions": [{"question": "Who came?", "answer": "the fox"}]}})
    others = [(asked, two, three), (two, one, three), (replace(one, source="another book"), two, three)]
    digests = {renew(replace(first, items=items)).digest for items in others}
    assert len(digests | {first.digest}) == 4


def test_the_same_folder_gives_the_same_digest_and_split(folder: Path, destination: Path) -> None:
    for number in range(30):
        scene(folder / f"{number}.png", number)
    first, second = (prepare(folder, destination, name=name) for name in ("one", "two"))
    assert first.digest == second.digest
    assert first.items == second.items
    assert len(first.held_out) == 3
    third = prepare(folder, destination, name="three", options=Options(held_out=0.2))
    assert third.digest != first.digest
    assert len(third.held_out) == 6


def test_pictures_that_look_the_same_stay_on_one_side(folder: Path, destination: Path) -> None:
    for number in range(12):
        scene(folder / f"{number}.png", number)
        scene(folder / f"{number}_smaller.jpg", number, brighter=2, size=(40, 32))
    dataset = prepare(folder, destination, options=Options(held_out=0.3))
    assert len(dataset.card["near_duplicates"]) == 12
    sides: dict[str, set[bool]] = {}
    for item in dataset.items:
        sides.setdefault(item.path.stem.partition("_")[0], set()).add(item.held_out)
    assert all(len(side) == 1 for side in sides.values())
    assert 6 <= len(dataset.held_out) <= 10


def test_facts_of_pictures(folder: Path, destination: Path) -> None:
    scene(folder / "a.png", 1)
    turned = PIL.Image.Exif()
    turned[0x0112] = 6
    with PIL.Image.open(folder / "a.png") as picture:
        picture.save(folder / "b.jpg", exif=turned)
        picture.putalpha(128)
        picture.save(folder / "c.webp")
    facts = [dict(item.meta) for item in prepare(folder, destination).items]
    assert facts == [
        {"width": 48, "height": 40},
        {"width": 40, "height": 48},
        {"width": 48, "height": 40, "alpha": True},
    ]


def test_texts_are_read_in_place_or_from_copies(folder: Path, destination: Path) -> None:
    (folder / "plain.txt").write_bytes("\ufeffEin Fuchs.\r\nEnde.\r\n".encode())
    (folder / "old.txt").write_bytes("飞流直下三千尺，疑是银河落九天。".encode("gb18030"))
    (folder / "western.txt").write_bytes("Ça va très bien, André, et où est l’été ?".encode("cp1252"))
    (folder / "wide.md").write_bytes("# Ōkami no uta".encode("utf-16"))
    (folder / "noise.txt").write_bytes(bytes(range(256)))
    (folder / "README.md").write_text("about this folder")
    dataset = prepare(folder, destination)
    texts = {Path(item.meta.get("from", item.path.name)).name: read_text(item) for item in dataset.items}
    assert texts == {
        "plain.txt": "Ein Fuchs.\nEnde.\n",
        "old.txt": "飞流直下三千尺，疑是银河落九天。",
        "western.txt": "Ça va très bien, André, et où est l’été ?",
        "wide.md": "# Ōkami no uta",
    }
    assert sorted(entry["file"] for entry in dataset.card["left_out"]) == ["README.md", "noise.txt"]
    inside = [item.path.is_relative_to(dataset.folder) for item in dataset.items]
    assert inside.count(False) == 1  # only the one in UTF-8 is read where it lies


def test_records_are_items_with_captions_sources_and_split(folder: Path, destination: Path) -> None:
    records = [
        {
            "text": "Roses are red,\nviolets are blue.",
            "title": "Roses",
            "author": "A",
            "form": "couplet",
            "split": "test",
        },
        {"text": "I wandered lonely as a cloud.", "title": "Daffodils", "author": "B", "split": "train"},
        {"text": "Tyger Tyger, burning bright", "author": "C"},
        {"text": "Tyger Tyger, burning bright", "author": "D"},
        {"title": "no text"},
        {"text": "…"},
    ]
    with gzip.open(folder / "poems.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)
    dataset = Dataset.read(prepare(folder, destination).folder)
    assert [(item.caption, item.source, item.held_out) for item in dataset.items] == [
        ("Roses", "A", True),
        ("Daffodils", "B", False),
        ("", "C", False),
    ]
    assert read_text(dataset.items[0]) == records[0]["text"]
    assert dataset.items[0].meta["record"] == {"author": "A", "form": "couplet"}
    why = [entry["why"] for entry in dataset.card["left_out"]]
    assert [
        word in sentence for word, sentence in zip(("same as", "no key “text”", "too short"), why, strict=True)
    ] == [True] * 3


def test_texts_with_small_changes_share_a_source(folder: Path, destination: Path) -> None:
    (folder / "a.txt").write_text(MORNING)
    (folder / "b.txt").write_text(MORNING.upper().replace(",", " —") + " The end.")
    (folder / "c.txt").write_text(
        "Far away in a town of glass, a clockmaker counted the hours until his daughter came home."
    )
    dataset = prepare(folder, destination)
    sources = [item.source for item in dataset.items]
    assert sources[0] == sources[1] != sources[2]


def test_of_one_book_passages_are_held_out(folder: Path, destination: Path) -> None:
    paragraphs = [
        f"Chapter {number}. " + " ".join(f"word{number}x{place}" for place in range(80)) for number in range(90)
    ]
    (folder / "book.txt").write_text("\n\n".join(paragraphs))
    dataset = prepare(folder, destination)
    assert len(dataset.items) > 10
    assert 1 <= len(dataset.held_out) <= 0.2 * len(dataset.items)
    assert "\n\n".join(map(read_text, dataset.items)) == "\n\n".join(paragraphs)


def test_personal_data_is_masked_and_told_without_its_value(folder: Path, destination: Path) -> None:
    (folder / "letter.txt").write_text("Dear Anna, write to anna@example.com or call +1 415 555 0132.")
    (folder / "clean.txt").write_text("Nothing of this kind is here.")
    dataset = prepare(folder, destination)
    by_name = {item.meta.get("from", item.path.name): item for item in dataset.items}
    assert read_text(by_name["letter.txt"]) == "Dear Anna, write to [e-mail] or call [phone number]."
    assert by_name["clean.txt"].path == folder.resolve() / "clean.txt"
    assert dataset.card["masked"] == [
        {"file": "letter.txt", "kind": "e-mail", "count": 1},
        {"file": "letter.txt", "kind": "phone", "count": 1},
    ]
    kept = b"".join(path.read_bytes() for path in dataset.folder.iterdir())
    assert b"anna@example.com" not in kept
    assert b"0132" not in kept
    bare = prepare(folder, destination, name="bare", options=Options(mask=False))
    assert all(item.path.parent == folder.resolve() for item in bare.items)
    assert bare.card["masking"] is False


def test_captions_sources_and_records_are_masked_as_well(folder: Path, destination: Path) -> None:
    records = [
        {"text": f"Text number {number} is unlike the others: {'abc'[number] * 9}", "title": "from anna@example.com",
         "author": f"{name}@example.com", "notes": ["ring +1 415 555 0132"]}
        for number, name in enumerate(("bob", "eve", "bob"))
    ]  # fmt: skip
    (folder / "texts.jsonl").write_text("\n".join(map(json.dumps, records)))
    dataset = prepare(folder, destination)
    assert [item.source for item in dataset.items] == ["[e-mail] 1", "[e-mail] 2", "[e-mail] 1"]
    assert {item.caption for item in dataset.items} == {"from [e-mail]"}
    assert dataset.items[0].meta["record"] == {"author": "[e-mail]", "notes": ["ring [phone number]"]}


def song(
    path: Path, shift: int = 0, bpm: float = 96.0, pitches: tuple[int, ...] = (60, 62, 64, 65, 67, 69, 71, 72)
) -> None:
    notes = tuple(Note(place * 0.5, 0.5, pitches[place * 5 % 8] + shift, 80) for place in range(32))
    formats.write(Score((Track("Melody", notes),), bpm), path, None)


def test_scores_in_another_key_and_tempo_share_a_source(folder: Path, destination: Path) -> None:
    song(folder / "a.mid")
    song(folder / "b.mid", shift=3, bpm=140.0)
    song(folder / "c.mid", pitches=(60, 67, 72, 55, 64, 48, 70, 62))
    dataset = prepare(folder, destination)
    assert dataset.kind == "score"
    sources = [item.source for item in dataset.items]
    assert sources[0] == sources[1] != sources[2]
    assert dataset.items[0].meta["notes"] == 32


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".stl", ".ply"])
def test_models_are_measured(folder: Path, destination: Path, suffix: str) -> None:
    formats.write(made.cube(), folder / f"cube{suffix}", None)
    (item,) = prepare(folder, destination).items
    assert item.meta["faces"] == 12
    assert set(item.meta["size"]) == {1000.0 if suffix == ".stl" else 1.0}  # STL is in millimetres, by custom


def shape(path: Path, mesh: trimesh.Trimesh) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mesh.export(path)


def test_shapes_that_are_nearly_the_same_stay_on_one_side(folder: Path, destination: Path) -> None:
    shapes = {
        "ball": (trimesh.creation.icosphere(3), trimesh.creation.uv_sphere(count=[40, 40])),
        "box": (trimesh.creation.box((1, 2, 3)), trimesh.creation.box((1, 2, 3)).subdivide().subdivide()),
        "pipe": (trimesh.creation.annulus(0.5, 1, 3, sections=48), trimesh.creation.annulus(0.5, 1, 3, sections=64)),
        "cone": (trimesh.creation.cone(1, 2, sections=64), trimesh.creation.cone(1, 2, sections=48)),
        "capsule": (trimesh.creation.capsule(3, 1), trimesh.creation.capsule(3, 1, count=[24, 24])),
    }
    for name, (one, other) in shapes.items():
        shape(folder / f"{name}.glb", one)
        shape(folder / f"{name}_again.obj", other.apply_scale(7).apply_translation((3, 0, -9)))
    shape(folder / "flat_box.glb", trimesh.creation.box((1, 2, 2.2)))
    dataset = prepare(folder, destination, options=Options(held_out=0.3))
    alike = {(entry["file"], entry["like"]) for entry in dataset.card["near_duplicates"]}
    assert alike == {(f"{name}.glb", f"{name}_again.obj") for name in shapes}
    sides = {item.path.name: item.held_out for item in dataset.items}
    assert all(sides[f"{name}.glb"] == sides[f"{name}_again.obj"] for name in shapes)


def voxels(cells: list[tuple[int, int, int]]) -> bytes:
    """A voxel file of 32 × 32 × 32 cells with these filled."""
    body = len(cells).to_bytes(4, "little") + b"".join(bytes((*cell, 1)) for cell in cells)
    chunks = b"SIZE" + struct.pack("<2i3i", 12, 0, 32, 32, 32) + b"XYZI" + struct.pack("<2i", len(body), 0) + body
    return b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(chunks)) + chunks


def test_voxel_objects_that_are_nearly_the_same_are_told(folder: Path, destination: Path) -> None:
    tower = [(x, y, z) for x in range(6) for y in range(6) for z in range(20)]
    table = [(x, y, 9) for x in range(12) for y in range(12)] + [(x, x, z) for x in (0, 11) for z in range(9)]
    for name, cells in (("tower", tower), ("moved", [(x + 3, y + 9, z) for x, y, z in tower[1:]]), ("table", table)):
        (folder / f"{name}.vox").write_bytes(voxels(cells))
    (folder / "speck.vox").write_bytes(voxels(tower[:3]))
    dataset = prepare(folder, destination)
    assert dataset.card["near_duplicates"] == [{"file": "moved.vox", "like": "tower.vox"}]
    (left_out,) = dataset.card["left_out"]
    assert left_out["why"] == "“speck.vox” is left out: it is too small (3 voxels; at least 8 are needed)."


def test_models_of_hardly_a_triangle_are_left_out(folder: Path, destination: Path) -> None:
    shape(folder / "box.glb", trimesh.creation.box())
    shape(folder / "sheet.obj", trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]]))
    line = [[0, 0, 0], [1, 0, 0], [2, 0, 0]]
    shape(folder / "thread.obj", trimesh.Trimesh(line, [[0, 1, 2]] * 5, process=False))
    said = [entry["why"] for entry in prepare(folder, destination).card["left_out"]]
    assert said == [
        "“sheet.obj” is left out: it is too small (2 triangles; at least 4 are needed).",
        "“thread.obj” is left out: it has no surface.",
    ]


def test_the_kind_is_that_of_most_files(folder: Path, destination: Path) -> None:
    for number in range(3):
        scene(folder / f"{number}.png", number)
        (folder / f"{number}.txt").write_text("a caption")
    song(folder / "a.mid")
    assert prepare(folder, destination).kind == "image"
    assert prepare(folder, destination, kind="score", name="songs").kind == "score"


def test_few_folders_are_kinds_and_many_are_sources(folder: Path, destination: Path) -> None:
    assert not folders_are_sources(["cat"] * 9 + ["dog"] * 9)
    assert not folders_are_sources(["big"] * 90 + [str(number) for number in range(9)])
    assert folders_are_sources([str(number % 10) for number in range(50)])
    for number in range(30):
        scene(folder / f"painter{number % 10}" / f"{number}.png", number)
    dataset = prepare(folder, destination)
    assert {item.source for item in dataset.held_out}.isdisjoint(item.source for item in dataset.training)
    assert dataset.card["split_by"] == "folder"
    assert dataset.card["sources"] == 10


@given(
    st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=8),
    st.floats(0, 0.5),
)
def test_no_source_and_no_likeness_is_on_both_sides(
    sources: list[str], pairs: list[tuple[int, int]], share: float
) -> None:
    pairs = [(one % len(sources), other % len(sources)) for one, other in pairs]
    joined = join_likes(sources, pairs)
    sides = held_out(joined, share, [None] * len(sources))
    assert len({(source, side) for source, side in zip(sources, sides, strict=True)}) == len(set(sources))
    assert all(sides[one] == sides[other] for one, other in pairs)
    assert not all(sides)
    assert any(sides) == (share > 0 and len(set(joined)) > 1)


def test_sketches_estimate_how_much_two_texts_share() -> None:
    words = [f"word{number}" for number in range(400)]
    one, near, far = (
        " ".join(words),
        " ".join(words[:390]),
        " ".join(f"another{number * 7919}" for number in range(400)),
    )
    assert alike_sketches([text_sketch(text) for text in (one, far, near)]) == [(0, 2)]
    assert alike_sketches([text_sketch("")]) == []


def test_datasets_are_listed_found_and_removed(folder: Path, destination: Path) -> None:
    assert names(destination) == []
    scene(folder / "a.png", 1)
    assert [prepare(folder, destination).name for _ in range(2)] == ["material", "material 2"]
    assert names(destination) == ["material", "material 2"]
    assert find(destination, "material 2").name == "material 2"
    remove(destination, "material")
    assert names(destination) == ["material 2"]
    assert (folder / "a.png").exists()


def test_the_command_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    scene(folder / "a_fox.png", 1)
    (folder / "tool.exe").write_bytes(b"MZ")
    assert run([str(folder), "--name", "foxes", "--licence", "CC0", "--consent", "my own", "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["kind"], told["card"]["licence"]) == ("foxes", "image", "CC0")
    assert run(["show", "foxes"]) == exits.OK
    assert "“tool.exe” is left out" in capsys.readouterr().out
    assert run(["list", "--json"]) == exits.OK
    assert [entry["name"] for entry in json.loads(capsys.readouterr().out)] == ["foxes"]
    assert run(["remove", "foxes"]) == exits.OK
    assert names(tmp_path / "home" / "datasets") == []
    with pytest.raises(UserError, match="Something is missing after “studio teach data”: folder"):
        run([])

"""The starter ``stickers``: animals, plants, food, faces, vehicles, weather and more as 64 × 64 stickers, from words.

Made by ``python3 packaging/make_starter.py stickers --data DIR --out resources/starters/stickers``: about 4 M weights,
about four hours on a core with matrix units. (The one that is shipped was taught in four goes of 9,000, 6,000, 12,000
and 12,000 steps.) A caption is the style, the colours that are seen most, and the thing's name; `finish` adds what the
things are called in English, Chinese and French.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import emoji_pictures
from colours import main_colours

STYLES = {"noto": "noto", "twemoji": "twemoji", "fluent-3d": "glossy", "fluent-flat": "flat"}
"""The collections' folders and the word for each one's style."""

GROUPS = {"animals-nature", "food-drink"}
SUBGROUPS = {
    "cat-face", "monkey-face", "heart", "transport-ground", "transport-air", "transport-water", "sky-weather",
    "place-building", "sport", "musical-instrument", "clothing", "event", "game", "household",
}  # fmt: skip
"""What is learned beside the whole groups, and all faces: things that one knows by their shape."""

HELD_OUT_IN_100 = 4
"""Concepts in a hundred that are kept for testing, in all styles."""

RECIPE: dict[str, Any] = {
    "trainer": "studio_image.training.flow:TrainFlow",
    "kind": "image",
    "values": {
        "size": "64", "width": 64, "words": 128, "batch": 16, "transparency": "keep", "rarest": 2,
    },
    "stages": (9_000, 6_000, 12_000, 12_000),
    "seed": 11,
    "title": "Stickers from words",
    "card": emoji_pictures.CARD,
    "credits": emoji_pictures.CREDITS,
}  # fmt: skip


def prepare(data: Path, folder: Path) -> None:
    """Unpack the pictures with captions; the names in three languages go to ``names.json``.

    So do those of all other things, so that the model knows what it does not know.
    """
    lines: list[dict[str, Any]] = []
    names: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(data / "image-emoji-64" / "emoji64.zip") as archive:
        for record in _records(archive):
            names[record["label"]] = {"zh": record["zh"], "fr": record["fr"], "unlearned": True}
        for record in filter(_is_wanted, _records(archive)):
            name = record["file"].replace("/", "-")
            content = archive.read(record["file"])
            (folder / name).write_bytes(content)
            caption = ", ".join([STYLES[record["style"]], *main_colours(content), record["label"]])
            out = zlib.crc32(record["emoji"].encode()) % 100 < HELD_OUT_IN_100
            lines.append({"file": name, "caption": caption, "source": record["emoji"], "held_out": out})
            if not out:
                names[record["label"]] = {key: record[key] for key in ("tags", "zh", "zh_tags", "fr", "fr_tags")}
    (folder / "captions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _records(archive: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, archive.read("captions.jsonl").decode().splitlines())


def _is_wanted(record: dict[str, Any]) -> bool:
    return record["group"] in GROUPS or record["subgroup"] in SUBGROUPS or record["subgroup"].startswith("face-")


def finish(folder: Path, out: Path) -> None:
    """Add the names of the things to the model."""
    (out / "names.json").write_bytes((folder / "names.json").read_bytes())

"""A prepared dataset as a trainer sees it: files in place, captions, a split. Standard library only.

On disk a dataset is a folder with ``dataset.json``: its card, and one entry per file. The files stay where the artist
keeps them; only texts that are no files of their own, or in which personal data was masked, are copies: lines of
``texts.jsonl`` inside the dataset's folder. `read_text` reads both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "dataset.json"
"""Name of the file that makes a folder a prepared dataset."""

DATASET_KINDS = ("image", "text", "score", "mesh")
"""What a dataset may hold, one kind each: pictures, texts, MIDI files, 3D models."""

TEXTS = "texts.jsonl"
"""Name of the file with the copied texts: one JSON object with the key ``text`` a line."""

FORMAT = 1
"""Version of the manifest."""

MANIFEST_BYTES = 2**30
"""Longest manifest that is read; 100,000 files need about 30 MB."""

TEXT_BYTES = 64 * 2**20
"""Longest text that is read, bytes."""


@dataclass(frozen=True, slots=True)
class DatasetItem:
    """One file of a dataset.

    Attributes:
        path: where it lies, absolute.
        caption: what it shows or is, a few words; empty when nobody said.
        source: which work, author or series it came from; all files of one source stand on one side of the split.
        held_out: whether it is kept out of training, for evaluation.
        sha256: hash of the file when the dataset was made, hexadecimal.
        meta: further facts as JSON, e.g. ``{"width": 32, "height": 32}``. A text that is a line of `TEXTS` has
            ``offset`` and ``bytes``, its place in the file. ``record`` holds what else the captions file said.
    """

    path: Path
    caption: str = ""
    source: str = ""
    held_out: bool = False
    sha256: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A prepared dataset.

    Attributes:
        name: its name, also its folder's.
        kind: one of `DATASET_KINDS`.
        folder: the folder with the manifest.
        items: its files, in the order of the manifest.
        digest: hash over all that decides training (files' hashes, captions, split, records, order), hexadecimal.
        card: title, licence, consent, counts, what was masked or left out …, as JSON.
    """

    name: str
    kind: str
    folder: Path
    items: tuple[DatasetItem, ...]
    digest: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def training(self) -> tuple[DatasetItem, ...]:
        """The files to learn from."""
        return tuple(item for item in self.items if not item.held_out)

    @property
    def held_out(self) -> tuple[DatasetItem, ...]:
        """The files kept for evaluation; no trainer may learn from them."""
        return tuple(item for item in self.items if item.held_out)

    @classmethod
    def read(cls, folder: Path) -> Dataset:
        """Read a prepared dataset.

        Raises:
            OSError: there is no manifest, or it cannot be read.
            ValueError: it is no manifest of this format.
        """
        size = (folder / MANIFEST).stat().st_size
        if size > MANIFEST_BYTES:
            raise ValueError(f"{folder / MANIFEST} is no dataset the studio made (it has {size:,} bytes).")
        try:
            plain = json.loads((folder / MANIFEST).read_text("utf-8"))
            if plain["format"] != FORMAT or plain["kind"] not in DATASET_KINDS:
                raise ValueError(f"a manifest of format {plain['format']!r} for {plain['kind']!r}")
            items = tuple(_item(entry, folder) for entry in plain["items"])
            return cls(str(plain["name"]), plain["kind"], folder, items, str(plain["digest"]), dict(plain["card"]))
        except (KeyError, TypeError, AttributeError, RecursionError, ValueError) as error:
            raise ValueError(f"{folder / MANIFEST} is no dataset the studio made ({error}).") from error

    def to_json(self) -> dict[str, Any]:
        """The manifest. Files inside the dataset's own folder are named relative to it."""
        return {
            "format": FORMAT,
            "name": self.name,
            "kind": self.kind,
            "digest": self.digest,
            "card": dict(self.card),
            "items": [_entry(item, self.folder) for item in self.items],
        }


def read_text(item: DatasetItem) -> str:
    """The text of an item of a text dataset, its lines ended by line feeds.

    Raises:
        OSError: the file is gone or cannot be read.
        ValueError: it is not UTF-8, too long, or not where the manifest says.
    """
    if "offset" not in item.meta:
        with item.path.open("rb") as stream:
            raw = stream.read(TEXT_BYTES + 1)
        if len(raw) > TEXT_BYTES:
            raise ValueError(f"{item.path} is longer than {TEXT_BYTES:,} bytes.")
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    offset, size = item.meta["offset"], item.meta.get("bytes")
    if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or not 0 <= size <= 2 * TEXT_BYTES:
        raise ValueError(f"The place of a text in {item.path} is {offset!r}, {size!r}.")
    with item.path.open("rb") as stream:
        stream.seek(offset)
        line = stream.read(size)
    try:
        return str(json.loads(line)["text"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{item.path} holds no text at {offset:,} ({error}).") from error


def _item(entry: Mapping[str, Any], folder: Path) -> DatasetItem:
    path = Path(str(entry["path"]))
    return DatasetItem(
        path=path if path.is_absolute() else _within(folder, path),
        caption=str(entry.get("caption", "")),
        source=str(entry.get("source", "")),
        held_out=bool(entry.get("held_out", False)),
        sha256=str(entry.get("sha256", "")),
        meta=dict(entry.get("meta", {})),
    )


def _within(folder: Path, path: Path) -> Path:
    if ".." in path.parts:
        raise ValueError(f"a file outside the dataset: {path}")
    return folder / path


def _entry(item: DatasetItem, folder: Path) -> dict[str, Any]:
    inside = item.path.is_relative_to(folder)
    entry: dict[str, Any] = {"path": item.path.relative_to(folder).as_posix() if inside else str(item.path)}
    optional = {"caption": item.caption, "source": item.source, "held_out": item.held_out, "sha256": item.sha256}
    entry.update({name: value for name, value in optional.items() if value})
    if item.meta:
        entry["meta"] = dict(item.meta)
    return entry

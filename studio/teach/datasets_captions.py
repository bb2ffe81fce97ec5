"""What each file shows: from a captions file, from a text beside it, or from its name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CAPTION_FILES = ("captions.jsonl", "captions.csv", "metadata.jsonl", "metadata.csv")
"""Looked for in the folder itself, in this order."""

FILE_KEYS = ("file", "file_name", "filename", "path", "image")
CAPTION_KEYS = ("caption", "text", "prompt", "description", "label", "title", "name")
SOURCE_KEYS = ("source", "author", "work", "series", "artist", "composer", "origin", "story")
SPLIT_KEYS = ("split", "subset")
_TRAINING = frozenset(("train", "training"))
_HELD_OUT = frozenset(("test", "valid", "validation", "val", "dev", "eval", "held-out", "held_out", "holdout"))

LINE_BYTES = 1 << 20
FILE_BYTES = 256 << 20
CAPTION_LETTERS = 2000
RECORD_BYTES = 4000


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one file.

    Attributes:
        caption: a few words; empty when nothing is said.
        source: work, author or series; empty when nothing is said.
        held_out: which side of the split; None when nothing is said.
        record: the other keys, as JSON.
    """

    caption: str = ""
    source: str = ""
    held_out: bool | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Captions:
    """A captions file.

    Attributes:
        name: the file's name; empty when there is none.
        entries: by file name relative to the folder.
        problems: sentences on lines that could not be used.
    """

    name: str = ""
    entries: dict[str, Told] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def told(record: Mapping[str, Any], *, source_key: str = "", used: tuple[str, ...] = FILE_KEYS) -> Told:
    """What one record of a captions file, or of a ``.jsonl`` with texts, says.

    Args:
        record: its keys and values.
        source_key: the key that names the source; otherwise the first of `SOURCE_KEYS`.
        used: keys that are not part of what is kept as the record.
    """
    caption_key = _first(record, tuple(key for key in CAPTION_KEYS if key not in used))
    split_key = _first(record, SPLIT_KEYS)
    source = record.get(source_key or _first(record, SOURCE_KEYS), "")
    rest = {key: value for key, value in record.items() if key not in (*used, caption_key, split_key)}
    rest = clean(rest) if len(json.dumps(rest)) <= RECORD_BYTES else {}
    return Told(one_line(record.get(caption_key, "")), one_line(source), _side(record.get(split_key)), rest)


def clean(value: Any) -> Any:
    """JSON from outside as it can be written again: without halves of letters (lone surrogates) in its texts."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [clean(part) for part in value]
    if isinstance(value, dict):
        return {clean(key): clean(part) for key, part in value.items()}
    return value


def parse(line: str | bytes) -> Any:
    """One line of JSON. Raises `ValueError` where it is none, also for NaN, and for nesting without end."""
    try:
        return json.loads(line, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((key for key in keys if record.get(key) not in (None, "", [])), "")


def _side(value: Any) -> bool | None:
    word = str(value).strip().lower()
    return True if word in _HELD_OUT else False if word in _TRAINING else None


def one_line(value: Any) -> str:
    """A caption as one line of at most `CAPTION_LETTERS` letters; a list of words becomes words with commas."""
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    words = " ".join(str(value).encode("utf-8", "replace").decode().split())
    return words[:CAPTION_LETTERS]


def from_name(name: str) -> str:
    """A file name in words: ``"red_fox-12.png"`` → ``"red fox"``; empty for names like ``"IMG_0421"``."""
    stem = name.rpartition("/")[2].rpartition(".")[0]
    if re.fullmatch(r"(?i)(img|dsc|dscn|pict?|image|scan|photo|p|screenshot)?[-_ ]?[\d\W_]*|[0-9a-f-]{12,}", stem):
        return ""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem)
    words = re.sub(r"[\s_+.\-]+", " ", spaced).strip()
    return re.sub(r"[\s(]*\d+\)?$", "", words).strip()


def find_captions(folder: Path) -> Path | None:
    """The captions file of a folder, if it has one."""
    return next((folder / name for name in CAPTION_FILES if (folder / name).is_file()), None)


def read_captions(path: Path, source_key: str = "") -> Captions:
    """Read a captions file.

    Args:
        path: a ``.jsonl`` or ``.csv``.
        source_key: the key or column that names the source.

    Raises:
        OSError: it cannot be read.
        ValueError: it is too long, not text, or has no column of files; the message is a sentence.
    """
    if path.stat().st_size > FILE_BYTES:
        raise ValueError(f"“{path.name}” is too long for a captions file ({path.stat().st_size:,} bytes).")
    captions = Captions(path.name)
    rows = _csv_rows if path.suffix.lower() == ".csv" else _jsonl_rows
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"“{path.name}” is not UTF-8 text; save it as UTF-8.") from error
    for line, row in rows(text):
        problem = row if isinstance(row, str) else _take(row, captions, source_key)
        if problem:
            captions.problems.append(f"{path.name}, line {line:,}: {problem}.")
    if not captions.entries:
        first = f" {captions.problems[0]}" if captions.problems else ""
        raise ValueError(f"“{path.name}” names no file: each line needs a file and a caption.{first}")
    return captions


def _take(row: Mapping[str, Any], captions: Captions, source_key: str) -> str:
    key = _first(row, FILE_KEYS)
    if not key or not isinstance(row[key], str):
        return "no file is named"
    name = row[key].replace("\\", "/").removeprefix("./")
    if name.startswith("/") or ".." in name.split("/"):
        return f"“{name[:200]}” lies outside the folder"
    if name in captions.entries:
        return f"“{name[:200]}” is named a second time"
    captions.entries[name] = told(row, source_key=source_key)
    return ""


def _jsonl_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(line) > LINE_BYTES:
            yield number, "the line is too long"
            continue
        try:
            row = parse(line)
        except ValueError:
            yield number, "it is not valid JSON"
            continue
        yield number, row if isinstance(row, dict) else "it is no JSON object"


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    start = text[:4096].partition("\n")[0]
    delimiter = max(",;\t", key=start.count)
    reader = csv.DictReader(io.StringIO(text.replace("\0", "")), delimiter=delimiter, restkey="", strict=True)
    try:
        for row in reader:
            yield reader.line_num, {str(key).strip(): value for key, value in row.items() if key and value}
    except csv.Error as error:
        yield reader.line_num, f"the table is broken here ({error})"


def beside(path: Path) -> str:
    """The caption in a ``.txt`` of the same name; empty when there is none or it cannot be used."""
    sidecar = path.with_suffix(".txt")
    try:
        if sidecar.is_symlink() or not sidecar.is_file():
            return ""
        with sidecar.open("rb") as stream:
            return one_line(stream.read(4 * CAPTION_LETTERS).decode("utf-8-sig", "replace"))
    except OSError:
        return ""

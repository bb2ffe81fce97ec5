"""Texts of a dataset: read in whatever encoding, checked, masked, and copied where they must be."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from studio.sdk.datasets import TEXT_BYTES
from studio.teach.datasets_captions import parse
from studio.teach.datasets_examining import LeftOut
from studio.teach.datasets_walk import Found

LINE_BYTES = 8 << 20
"""Longest line: 8 MB; longer ones are data, not writing."""
UNPACKED_BYTES = 8 << 30
"""Most that a compressed file may unpack to."""
PASSAGE_LETTERS = 4000
_ABOUT = frozenset(("readme", "license", "licence", "copying", "source", "credits", "attribution", "changelog"))


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a file.

    Attributes:
        where: the file's name, with the line for a record of a ``.jsonl``.
        text: it, its lines ended by line feeds.
        record: a record's other keys.
        copied: whether it must be copied, because it is no file of its own in UTF-8.
        problem: why it can't be used, as the end of a sentence; then there is no text.
    """

    where: str
    text: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    copied: bool = False
    problem: str = ""


def is_about_the_folder(name: str) -> bool:
    """Whether a text describes the folder (README, LICENSE …) instead of being one of its texts."""
    return name.rpartition("/")[2].partition(".")[0].lower() in _ABOUT


def pieces(path: Path, name: str) -> Iterator[Piece]:
    """The texts in a file. Raises `LeftOut` when it as a whole can't be used."""
    lower = name.lower()
    if lower.endswith((".jsonl", ".jsonl.gz")):
        yield from _records(path, name, gzip.open if lower.endswith(".gz") else open)
    else:
        yield _whole(path, name)


def passages(piece: Piece) -> Iterator[Piece]:
    """A long text in passages of about `PASSAGE_LETTERS`, cut where a paragraph, a line or a sentence ends."""
    text, start, number = piece.text, 0, 0
    if len(text) < 2 * PASSAGE_LETTERS:
        yield piece
        return
    while start < len(text):
        end, number = _cut(text, start), number + 1
        yield replace(piece, where=f"{piece.where}:passage {number}", text=text[start:end].strip("\n"), copied=True)
        start = end


def _cut(text: str, start: int) -> int:
    end = start + PASSAGE_LETTERS
    if len(text) <= end:
        return len(text)
    for mark in ("\n\n", "\n", "。", ". ", " "):
        place = text.rfind(mark, start + PASSAGE_LETTERS // 2, end)
        if place >= 0:
            return place + len(mark)
    return end


def _whole(path: Path, name: str) -> Piece:
    with path.open("rb") as stream:
        raw = stream.read(TEXT_BYTES + 1)
    if len(raw) > TEXT_BYTES:
        raise LeftOut(f"it is longer than {TEXT_BYTES >> 20} MB; cut it into parts")
    longest = max(map(len, raw.splitlines()), default=0)
    if longest > LINE_BYTES:
        raise LeftOut(f"it has a line of {longest >> 20} MB; lines may have {LINE_BYTES >> 20} MB")
    text, encoding = decode(raw)
    return Piece(name, text.replace("\r\n", "\n").replace("\r", "\n"), copied=encoding != "utf-8")


def decode(raw: bytes) -> tuple[str, str]:
    """Text and its encoding: UTF-8, UTF-16 with its mark, GB 18030 or Western. Raises `LeftOut` for other bytes."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise LeftOut("it is not text") from error
    if b"\0" in raw:
        raise LeftOut("it is not text")
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _older(raw)


def _older(raw: bytes) -> tuple[str, str]:
    """Text from before UTF-8: Chinese when most of its high bytes are common Chinese letters, else Western."""
    try:
        text = raw.decode("gb18030")
        beyond = [letter for letter in text if letter > "\x7f"]
        if sum("一" <= letter <= "鿿" or "　" <= letter <= "〗" or letter > "！" for letter in beyond) > 0.9 * len(
            beyond
        ):
            return text, "gb18030"
    except UnicodeDecodeError:
        text = ""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise LeftOut("it is not text, or in an encoding the studio does not know; save it as UTF-8") from error
    if sum(letter < " " and letter not in "\t\r\n\f" for letter in text) > len(text) // 100:
        raise LeftOut("it is not text")
    return text, "cp1252"


def _records(path: Path, name: str, opened: Callable[..., Any]) -> Iterator[Piece]:
    number = total = 0
    try:
        with opened(path, "rb") as stream:
            for line in _lines(stream):
                number += 1
                total += len(line)
                if total > UNPACKED_BYTES:
                    yield Piece(
                        name, problem=f"it unpacks to more than {UNPACKED_BYTES >> 30} GB; the rest is not read"
                    )
                    return
                if line.strip():
                    yield _record(f"{name}:{number}", line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if not number:
            raise LeftOut("it is not a complete, undamaged compressed file") from error
        yield Piece(name, problem=f"it is damaged after line {number:,}; the rest is not read")


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines, never longer than one byte more than they may be; the rest of a longer one is passed over."""
    while line := stream.readline(LINE_BYTES + 1):
        yield line
        while len(line) > LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(LINE_BYTES + 1)
            if not line:
                return


def _record(where: str, line: bytes) -> Piece:
    if len(line) > LINE_BYTES:
        return Piece(where, problem=f"the line is longer than {LINE_BYTES >> 20} MB")
    try:
        record = parse(line)
    except ValueError:
        return Piece(where, problem="the line is not valid JSON")
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str):
        return Piece(where, problem="the line has no key “text” with a text")
    clean = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return Piece(where, clean, {key: value for key, value in record.items() if key != "text"}, copied=True)


class Copies:
    """Writes copied texts into one file, a JSON object a line, and masks personal data on the way.

    Attributes:
        masked: what was masked: how often each kind in each file; never the values.
    """

    def __init__(self, stream: IO[bytes], path: Path, mask: Callable[[str], tuple[str, list[Any]]] | None) -> None:
        self._stream = stream
        self._path = path
        self._mask = mask
        self._offset = 0
        self.masked: Counter[tuple[str, str]] = Counter()

    def take(self, piece: Piece, found: Found) -> tuple[str, Path, dict[str, Any]]:
        """Keep a text.

        Args:
            piece: the text.
            found: the file it comes from.

        Returns:
            its text as it is trained on, where that lies, and the facts that say where in that file.
        """
        text, copied = piece.text, piece.copied
        if self._mask is not None:
            text, findings = self._mask(text)
            self.masked.update((found.name, finding.kind) for finding in findings)
            copied = copied or bool(findings)
        facts: dict[str, Any] = {"letters": len(text)}
        if not copied:
            return text, found.path, facts
        line = json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n"
        self._stream.write(line)
        facts |= {"offset": self._offset, "bytes": len(line), "from": piece.where}
        self._offset += len(line)
        return text, self._path, facts


def hash_text(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()

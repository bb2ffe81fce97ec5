"""The open texts the storyteller learns from: reading, cleaning, and the held-out split.

Three kinds of text: tales (by tale), poems (by poem, held out by author) and plays (by scene, held out by play). What
is held out is fixed by hashes of titles and authors, so it never depends on the order of files or on a seed.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("tale", "poem", "play")
"""Every kind of text, in the order of its control tokens."""

HELD_OUT_PLAYS = frozenset({"The Tragedy of Julius Caesar"})
HELD_OUT_TALES_IN_1000 = 55
HELD_OUT_AUTHORS_IN_1000 = 50

DIALECT_POETS = frozenset({"James Whitcomb Riley", "John Hartley", "Paul Laurence Dunbar", "Robert Burns"})
"""Left out: much of their verse is in dialect, which a model this small would mix into everything."""

LONGEST_PRINTED_LINE = 100
"""Lines of a hard-wrapped book stay below this many characters; a paragraph on one line is usually longer."""


@dataclass(frozen=True, slots=True)
class Document:
    """One tale, poem or scene.

    Attributes:
        kind: one of `KINDS`.
        title: its title, without line breaks.
        group: what the split is made by: the tale's own title, the poem's author, the play.
        text: paragraphs or stanzas separated by a blank line.
    """

    kind: str
    title: str
    group: str
    text: str


def read_corpus(data: Path) -> list[Document]:
    """Read all three kinds from the folder `data`.

    Raises:
        FileNotFoundError: one of the collections is missing.
    """
    tales = data / "text-fairytales-en" / "fairytales_en.jsonl.gz"
    poems = data / "text-poems-en" / "poems_en.jsonl.gz"
    plays = data / "text-shakespeare" / "shakespeare.txt.gz"
    return [*_tales(tales), *_poems(poems), *_scenes(plays)]


def split(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """Divide into (training, held out); no group is in both."""
    held_out = [document for document in documents if is_held_out(document)]
    training = [document for document in documents if not is_held_out(document)]
    return training, held_out


def is_held_out(document: Document) -> bool:
    """Whether a document belongs to the test split."""
    if document.kind == "play":
        return document.group in HELD_OUT_PLAYS
    share = HELD_OUT_TALES_IN_1000 if document.kind == "tale" else HELD_OUT_AUTHORS_IN_1000
    return zlib.crc32(f"{document.kind}:{document.group}".encode()) % 1000 < share


def unwrap(text: str) -> str:
    """Paragraphs separated by one blank line, whether the source broke its lines at the printed page's width or not.

    In a hard-wrapped tale only blank lines part paragraphs. Elsewhere every line is a paragraph, except that a line
    which does not end a sentence goes on in the next.
    """
    text = text.replace("\r\n", "\n").strip()
    lengths = sorted(len(line) for line in text.split("\n") if line.strip())
    hard_wrapped = "\n\n" in text and lengths[len(lengths) * 9 // 10] < LONGEST_PRINTED_LINE
    breaks = r"\n\s*\n" if hard_wrapped else r"\n\s*\n|(?<=[.!?:;\"'\])-])[ \t]*\n"
    joined = (" ".join(paragraph.split()) for paragraph in re.split(breaks, text))
    return "\n\n".join(paragraph for paragraph in joined if paragraph)


def _records(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _tales(path: Path) -> Iterator[Document]:
    for record in _records(path):
        title = " ".join(record["title"].split())
        yield Document("tale", title, title, unwrap(record["text"]))


def _poems(path: Path) -> Iterator[Document]:
    for record in _records(path):
        if record["author"] not in DIALECT_POETS:
            yield Document("poem", " ".join(record["title"].split()), record["author"], record["text"].strip())


def _scenes(path: Path) -> Iterator[Document]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        plays = re.split(r"(?m)^# ", file.read())
    for play in filter(str.strip, plays):
        name, _, body = play.partition("\n")
        for scene in re.split(r"(?m)^## ", body)[1:]:
            heading, _, text = scene.partition("\n")
            if text.strip():
                yield Document("play", " ".join(heading.split()), name.strip(), text.strip())

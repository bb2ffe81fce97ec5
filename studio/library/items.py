"""The record of a kept artifact: what it is, how it was made, and what the artist thinks of it.

A record lives as JSON beside its file and, where the format allows, inside the file too. `Item.from_json` trusts
nothing it reads: wrong types, hostile paths, lone surrogates or numbers that are none become a `RecordError`. Keys it
does not know are kept in `extra` and written back, so that an older studio does not lose what a newer one wrote.
"""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath
from typing import Any

from studio.library.checking import Reader, RecordError
from studio.sdk import ARTIFACTS, Json

__all__ = ["KINDS", "RECORD_LIMIT", "Item", "Origin", "Parent", "RecordError", "new_id", "now", "parse_record"]

KINDS = tuple(ARTIFACTS)
"""Kinds of artifact: text, image, audio, score, mesh, video."""

RECORD_VERSION = 1
RECORD_LIMIT = 16 * 2**20
"""Most bytes of a record that are read."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letters that look like digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """One input a result was made from.

    Attributes:
        item: library id, or empty for a file from outside.
        sha256: the input file's hash, in hex; may be empty for items.
        name: file name or title, for people.
        param: the parameter it was given to.
    """

    item: str = ""
    sha256: str = ""
    name: str = ""
    param: str = ""

    def to_json(self) -> dict[str, Json]:
        """This parent as JSON."""
        return {"item": self.item, "sha256": self.sha256, "name": self.name, "param": self.param}

    @classmethod
    def from_json(cls, plain: Json) -> Parent:
        """The inverse of `to_json`. Raises `RecordError`."""
        read = Reader(plain, "parent")
        item = read.text("item", limit=26)
        if item:
            check_id(item)
        return cls(item=item, sha256=read.sha256("sha256"), name=read.text("name"), param=read.text("param"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a result was made: enough to make it again.

    Attributes:
        job: id of the job; empty for imports.
        index: which of the job's results it is, from 0.
        generator: generator id; empty for imports.
        generator_version: the version the values are meant for.
        generator_title: what people read.
        distribution: the installed distribution the generator came with.
        distribution_version: that distribution's version.
        seed: the seed, or None where there was none.
        values: the parameters. Whoever fills this in has removed secrets.
        parents: what it was made from.
        studio_version: version of the studio that ran it.
        seconds: how long it took.
    """

    job: str = ""
    index: int = 0
    generator: str = ""
    generator_version: int = 0
    generator_title: str = ""
    distribution: str = ""
    distribution_version: str = ""
    seed: int | None = None
    values: Mapping[str, Json] = field(default_factory=dict)
    parents: tuple[Parent, ...] = ()
    studio_version: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Json]:
        """This origin as JSON."""
        return {
            "job": self.job,
            "index": self.index,
            "generator": self.generator,
            "generator_version": self.generator_version,
            "generator_title": self.generator_title,
            "distribution": self.distribution,
            "distribution_version": self.distribution_version,
            "seed": self.seed,
            "values": dict(self.values),
            "parents": [parent.to_json() for parent in self.parents],
            "studio_version": self.studio_version,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, plain: Json) -> Origin:
        """The inverse of `to_json`. Raises `RecordError`."""
        read = Reader(plain, "origin")
        return cls(
            job=read.text("job"),
            index=read.integer("index", 0, 2**31),
            generator=read.text("generator"),
            generator_version=read.integer("generator_version", 0, 2**31),
            generator_title=read.text("generator_title"),
            distribution=read.text("distribution"),
            distribution_version=read.text("distribution_version"),
            seed=None if plain.get("seed") is None else read.integer("seed", 0, 2**63 - 1),
            values=read.mapping("values"),
            parents=tuple(Parent.from_json(parent) for parent in read.sequence("parents", limit=1000)),
            studio_version=read.text("studio_version"),
            seconds=read.number("seconds", 0.0, 1e12),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The record of one artifact in the library; replaced, never changed.

    Attributes:
        id: 26 characters, unique, sortable by creation (a ULID in lower case).
        kind: ``"text"``, ``"image"``, ``"audio"``, ``"score"``, ``"mesh"`` or ``"video"``.
        title: a few words.
        created: where it was made, local time with its offset, ISO 8601: ``2026-11-23T17:20:00.123+01:00``.
        file: path relative to the library's folder, with forward slashes.
        sha256: hash of the file as it was saved, in hex.
        bytes: the file's size.
        facts: what the medium is: width and height, duration, sample_rate, vertices, faces, words, tracks, tempo, key …
        origin: how it was made, or None when unknown.
        meta: facts only the generator knew.
        rating: 0 (none) to 5.
        favourite: whether the artist marked it.
        tags: the artist's words, in the order given.
        trashed: when it was put into the trash (ISO 8601), else empty.
        home: where `file` was before it was put into the trash, else empty.
        text: what a search looks in beside title and tags: the prompt, or the beginning of a written text.
        extra: keys of the record this studio does not know, kept as they are.
    """

    id: str
    kind: str
    title: str
    created: str
    file: str
    sha256: str = ""
    bytes: int = 0
    facts: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin | None = None
    meta: Mapping[str, Json] = field(default_factory=dict)
    rating: int = 0
    favourite: bool = False
    tags: tuple[str, ...] = ()
    trashed: str = ""
    home: str = ""
    text: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_trashed(self) -> bool:
        """Whether it lies in the trash."""
        return bool(self.trashed)

    @property
    def parents(self) -> tuple[Parent, ...]:
        """What it was made from."""
        return self.origin.parents if self.origin else ()

    @property
    def created_ms(self) -> int:
        """Creation time, milliseconds since 1970 in UTC."""
        return to_ms(self.created)

    def with_(self, **changes: Any) -> Item:
        """This item with some attributes replaced."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Json]:
        """The whole record, as it stands beside the file."""
        return {
            **self.extra,
            "record": RECORD_VERSION,
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "created": self.created,
            "file": self.file,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "facts": dict(self.facts),
            "origin": self.origin.to_json() if self.origin else None,
            "meta": dict(self.meta),
            "rating": self.rating,
            "favourite": self.favourite,
            "tags": list(self.tags),
            "trashed": self.trashed,
            "home": self.home,
            "text": self.text,
        }

    def to_embed(self) -> dict[str, Json]:
        """The record as it goes inside the file: without what can't be known before the file is written."""
        record = self.to_json()
        for name in ("file", "sha256", "bytes", "rating", "favourite", "tags", "trashed", "home"):
            del record[name]
        return record

    @classmethod
    def from_json(cls, plain: Json) -> Item:
        """The inverse of `to_json` (and of `to_embed`). Raises `RecordError` naming the key."""
        read = Reader(plain, "record")
        kind = read.text("kind")
        if kind not in KINDS:
            raise RecordError(f"The record's kind “{kind[:40]}” is not one of {', '.join(KINDS)}.")
        tags = tuple(read.plain_text(tag, "tags", 200) for tag in read.sequence("tags", limit=1000))
        return cls(
            id=check_id(read.text("id")),
            kind=kind,
            title=read.text("title", limit=10_000),
            created=_check_time(read.text("created")),
            file=_check_file(read.text("file", limit=1000)),
            sha256=read.sha256("sha256"),
            bytes=read.integer("bytes", 0, 2**53),
            facts=read.mapping("facts"),
            origin=None if plain.get("origin") is None else Origin.from_json(plain["origin"]),
            meta=read.mapping("meta"),
            rating=read.integer("rating", 0, 5),
            favourite=read.toggle("favourite"),
            tags=tags,
            trashed=_check_time(read.text("trashed")) if plain.get("trashed") else "",
            home=_check_file(read.text("home", limit=1000)),
            text=read.text("text", limit=1_000_000),
            extra=read.rest(_KNOWN),
        )


_KNOWN = frozenset(slot.name for slot in fields(Item) if slot.name != "extra") | {"record"}


def parse_record(data: bytes | str) -> Item:
    """Read a record from the bytes or text of its JSON. Raises `RecordError` on anything else."""
    if len(data) > RECORD_LIMIT:
        raise RecordError("The record is too large to be one.")
    try:
        plain = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"The record is not valid JSON: {error}.") from error
    return Item.from_json(plain)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def new_id(created_ms: int | None = None) -> str:
    """A new item id: 48 bits of time and 80 random bits in Crockford's base 32 (the ULID layout), lower case.

    Args:
        created_ms: the time it carries, milliseconds since 1970; now when None.
    """
    number = ((to_ms(now()) if created_ms is None else created_ms) % 2**48) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(25, -1, -1))


def check_id(text: str) -> str:
    """Return `text` if it is an item id; raises `RecordError` otherwise."""
    if len(text) == 26 and all(character in _ALPHABET for character in text):
        return text
    raise RecordError(f"“{text[:40]}” is not the id of an item.")


def months_of_id(item_id: str) -> list[str]:
    """The months in which an item with this id may have been made, by its own clock: one, or two at a month's end."""
    number = 0
    for character in check_id(item_id)[:10]:
        number = number << 5 | _ALPHABET.index(character)
    moment = datetime.datetime.fromtimestamp(min(number % 2**48 / 1000, 253_000_000_000), datetime.UTC)
    day = datetime.timedelta(days=1)
    return sorted({(moment + shift).isoformat()[:7] for shift in (-day, 0 * day, day)})


def now() -> str:
    """The time, as records write it: the day in it is the artist's day, wherever the record is read later."""
    return to_iso(datetime.datetime.now().astimezone())


def to_iso(moment: datetime.datetime) -> str:
    """A moment with its offset as records write it, to milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def to_ms(iso: str) -> int:
    """Milliseconds since 1970 of a record's time. Raises `ValueError`."""
    moment = datetime.datetime.fromisoformat(iso)
    return round(moment.timestamp() * 1000)


def _check_time(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None or not 1971 <= moment.year <= 9998 or moment.utcoffset() != _whole_minutes(moment):
            raise ValueError("no time zone")
        return to_iso(moment)
    except (ValueError, OverflowError) as error:
        raise RecordError(f"The record's time “{text[:40]}” is none.") from error


def _whole_minutes(moment: datetime.datetime) -> datetime.timedelta | None:
    offset = moment.utcoffset()
    return None if offset is None else datetime.timedelta(minutes=offset // datetime.timedelta(minutes=1))


def _check_file(text: str) -> str:
    """A relative path that stays inside the library, or empty."""
    path = PurePosixPath(text)
    bad = "\\" in text or ":" in text or path.is_absolute() or ".." in path.parts or any(ord(c) < 32 for c in text)
    if bad:
        raise RecordError(f"The record's file “{text[:80]}” leads out of the library.")
    return text

"""What the library page asks a library for. Every call may be made from a background thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

SORTS = ("newest", "oldest", "title", "rating")
"""Orders the grid offers."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the grid shows of one item.

    Attributes:
        id: the item's id.
        kind: its medium, e.g. ``"image"``.
        title: a few words.
        path: its file.
        thumbnail: a small picture of it, or None.
        rating: 0 (none) … 5.
        favourite: whether it is marked.
    """

    id: str
    kind: str
    title: str
    path: Path
    thumbnail: Path | None = None
    rating: int = 0
    favourite: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the details panel shows of one item.

    Attributes:
        row: what the grid shows.
        tags: its tags.
        created: when it was made.
        generator: what made it, as people read it; empty for imported files.
        seed: the seed, None when there was none.
        values: the parameters it was made with.
        facts: facts about the file, label → value, e.g. ``{"Size": "1024 × 1024"}``.
        size: bytes of its file.
        trashed: whether it lies in the trash.
        item: the library's own record, handed to viewers and to whoever asked for *Recreate*.
    """

    row: Row
    tags: tuple[str, ...] = ()
    created: datetime | None = None
    generator: str = ""
    seed: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    trashed: bool = False
    item: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which items, in which order.

    Attributes:
        text: words in the library's query language.
        kind: one medium, or empty for all.
        favourites: only marked ones.
        rating: at least this many stars.
        days: only from this many last days, 0 for any time.
        trash: what lies in the trash instead of what does not.
        sort: one of `SORTS`.
    """

    text: str = ""
    kind: str = ""
    favourites: bool = False
    rating: int = 0
    days: int = 0
    trash: bool = False
    sort: str = "newest"

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text.strip() or self.kind or self.favourites or self.rating or self.days)

    def unfiltered(self) -> Query:
        """The same place with nothing left out, in an order that knows where each item stands."""
        return Query(trash=self.trash, sort=self.sort if self.sort in {"newest", "oldest"} else "newest")

    def with_(self, **changes: Any) -> Query:
        """This query with some parts changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a query's results.

    Attributes:
        rows: the first matching items.
        count: how many there are at least.
        exact: whether there are no more than that.
    """

    rows: Sequence[Row]
    count: int
    exact: bool


class QueryError(Exception):
    """The search text cannot be understood; the message is a sentence for the artist."""


class Source(Protocol):
    """A library as the page needs it."""

    def look(self, query: Query, size: int) -> Look:
        """The first `size` matching items, and as much about their number as is known at once. Raises `QueryError`."""

    def count(self, query: Query) -> int:
        """How many items match; may take a tenth of a second for a million. Raises `QueryError`."""

    def rows(self, query: Query, first: int, last: int) -> Sequence[Row]:
        """The matching items number `first` up to, not including, `last`. Raises `QueryError`."""

    def position(self, query: Query, item_id: str) -> int:
        """Where an item stands among the matching ones, −1 when it does not match or the order cannot tell."""

    def places(self, query: Query, ids: Sequence[str], rows: Sequence[int]) -> Mapping[str, int]:
        """Where items stand now that stood at `rows` (ascending); those that were not found near there are left out."""

    def detail(self, item_id: str) -> Detail | None:
        """Everything about an item; None when there is no such item."""

    def lineage(self, item_id: str) -> tuple[Sequence[Row], Sequence[Row]]:
        """The items it was made from, and those made from it."""

    def siblings(self, item_id: str) -> Sequence[Detail]:
        """The other results of the same job."""

    def rate(self, ids: Sequence[str], rating: int) -> None:
        """Give 0 … 5 stars."""

    def favourite(self, ids: Sequence[str], *, marked: bool) -> None:
        """Mark or unmark."""

    def tag(self, ids: Sequence[str], tag: str, *, present: bool) -> None:
        """Add a tag or take it away."""

    def rename(self, item_id: str, title: str) -> None:
        """Give a new title."""

    def trash(self, ids: Sequence[str]) -> None:
        """Move to the trash."""

    def restore(self, ids: Sequence[str]) -> None:
        """Bring back from the trash."""

    def empty_trash(self) -> int:
        """Delete what lies in the trash for good; returns how many items."""

    def export(self, ids: Sequence[str], folder: Path, *, share: bool = False) -> Sequence[Path]:
        """Copy the files into `folder`, with `share` without anything private inside; returns the copies."""

    def endings(self, item_id: str) -> Sequence[str]:
        """The endings an item can be exported to, the one to offer first ahead. May take a second."""

    def export_as(self, item_id: str, target: Path) -> Path:
        """Write an item to `target`, whose ending chooses the format; returns the file."""

    def changed_elsewhere(self) -> bool:
        """Whether another process changed the library since the last call."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called, on any thread, after every change; returns what ends that."""

    def mend_thumbnails(self, ids: Sequence[str]) -> bool:
        """Make thumbnails that are missing; returns whether there are new ones. May take seconds."""

    def label(self, generator: str, name: str) -> str:
        """What people read for a generator's parameter; empty when unknown."""

    def said(self, generator: str, name: str, value: object) -> str:
        """A parameter's value in words, where it stands for something: an option, an item; empty otherwise."""

    def destinations(self, kind: str) -> list[tuple[str, str]]:
        """The generators that take an item of this kind: id and title."""

    def plays_scores(self) -> bool:
        """Whether a generator makes scores sound."""

    def take_in(self, files: Sequence[Path]) -> tuple[int, Sequence[str]]:
        """Import files; returns how many were taken and a sentence for each that was not. Raises if none was."""

    @property
    def imports(self) -> bool:
        """Whether `take_in` is supported."""

"""A library page's source that exists only in memory: any number of items, each computed from its number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from studio.shell.library.source import Detail, Look, Query, QueryError, Row

KINDS = ("image", "image", "text", "image", "audio", "mesh", "score", "video")
WORDS = [
    "fox",
    "snow",
    "harbour",
    "lantern",
    "river",
    "glass",
    "moss",
    "copper",
    "winter",
    "garden",
    "night",
    "paper",
    "mountain",
    "thread",
    "salt",
]
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class PaperLibrary:
    """`count` items numbered from 0, newest (highest) first; changes are kept in dictionaries beside them.

    Attributes:
        calls: the names of the methods called so far, with what matters of their arguments.
    """

    def __init__(self, count: int, folder: Path, thumbnails: Sequence[Path | None] = (None,)) -> None:
        self.total = count
        self.folder = folder
        self.calls: list[tuple[object, ...]] = []
        self.counted_at_once = 2000
        self._thumbnails = thumbnails
        self._ratings: dict[int, int] = {}
        self._favourites: dict[int, bool] = {}
        self._titles: dict[int, str] = {}
        self._tags: dict[int, list[str]] = {}
        self._trashed: set[int] = set()
        self._lock = threading.Lock()

    # ---- what the page asks ------------------------------------------------------------------------------

    imports = True

    def look(self, query: Query, size: int) -> Look:
        numbers = self._matching(query)
        count = min(len(numbers), self.counted_at_once)
        return Look([self._row(number) for number in numbers[:size]], count, exact=count == len(numbers))

    def count(self, query: Query) -> int:
        numbers = self._matching(query)
        return len(numbers)

    def rows(self, query: Query, first: int, last: int) -> list[Row]:
        numbers = self._matching(query)
        return [self._row(number) for number in numbers[first:last]]

    def position(self, query: Query, item_id: str) -> int:
        numbers = self._matching(query)
        try:
            return numbers.index(int(item_id))
        except ValueError:
            return -1

    def places(self, query: Query, ids: Sequence[str], rows: Sequence[int]) -> dict[str, int]:
        del rows
        return {item_id: place for item_id in ids if (place := self.position(query, item_id)) >= 0}

    def detail(self, item_id: str) -> Detail | None:
        number = int(item_id)
        if not 0 <= number < self.total:
            return None
        row = self._row(number)
        return Detail(
            row=row,
            tags=tuple(self._tags.get(number, ())),
            created=_BEGINNING + timedelta(minutes=number % 400_000),
            generator="Texture",
            seed=number,
            values={"prompt": row.title, "size": [512, 512], "octaves": 4, "gain": 0.5, "tileable": True},
            facts={"Dimensions": "512 × 512"},
            size=123_456,
            trashed=number in self._trashed,
            item=("item", item_id),
        )

    def lineage(self, item_id: str) -> tuple[list[Row], list[Row]]:
        number = int(item_id)
        parents = [self._row(number - 1)] if number % 3 == 0 and number else []
        children = [self._row(number + step) for step in (1, 2) if number % 3 == 1 and number + step < self.total]
        return parents, children

    def siblings(self, item_id: str) -> list[Detail]:
        del item_id
        return []

    def rate(self, ids: Sequence[str], rating: int) -> None:
        self._note("rate", ids, rating)
        self._ratings.update({int(each): rating for each in ids})

    def favourite(self, ids: Sequence[str], *, marked: bool) -> None:
        self._note("favourite", ids, marked)
        self._favourites.update({int(each): marked for each in ids})

    def tag(self, ids: Sequence[str], tag: str, *, present: bool) -> None:
        self._note("tag", ids, tag, present)
        for each in ids:
            tags = self._tags.setdefault(int(each), [])
            if present and tag not in tags:
                tags.append(tag)
            elif not present and tag in tags:
                tags.remove(tag)

    def rename(self, item_id: str, title: str) -> None:
        self._note("rename", item_id, title)
        self._titles[int(item_id)] = title

    def trash(self, ids: Sequence[str]) -> None:
        self._note("trash", ids)
        self._trashed.update(map(int, ids))

    def restore(self, ids: Sequence[str]) -> None:
        self._note("restore", ids)
        self._trashed.difference_update(map(int, ids))

    def empty_trash(self) -> int:
        self._note("empty_trash")
        gone, self._trashed = len(self._trashed), set()
        return gone

    def export(self, ids: Sequence[str], folder: Path, *, share: bool = False) -> list[Path]:
        self._note("share" if share else "export", ids, folder)
        return [folder / each for each in ids]

    def endings(self, item_id: str) -> list[str]:
        self._note("endings", item_id)
        return [".png", ".jpg"]

    def export_as(self, item_id: str, target: Path) -> Path:
        self._note("export_as", item_id, target)
        return target

    def changed_elsewhere(self) -> bool:
        return False

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        del changed
        return lambda: None

    def mend_thumbnails(self, ids: Sequence[str]) -> bool:
        self._note("mend", ids)
        return False

    def label(self, generator: str, name: str) -> str:
        del generator
        return name.capitalize()

    def said(self, generator: str, name: str, value: object) -> str:
        del generator, name
        return "Plain" if value == "plain" else ""

    def destinations(self, kind: str) -> list[tuple[str, str]]:
        return [("studio.mesh.relief", "Relief")] if kind == "image" else []

    def plays_scores(self) -> bool:
        return True

    def take_in(self, files: Sequence[Path]) -> tuple[int, list[str]]:
        self._note("take_in", files)
        self.total += len(files)
        return len(files), []

    # ---- inside ------------------------------------------------------------------------------------------

    def rename_all(self, titles: dict[int, str]) -> None:
        """Give titles before the page looks."""
        self._titles.update(titles)

    def _note(self, *call: object) -> None:
        with self._lock:
            self.calls.append(call)

    def _matching(self, query: Query) -> Sequence[int]:
        if query.text.count('"') % 2:
            raise QueryError("A quotation mark is missing its partner.")
        numbers: Sequence[int] = range(self.total - 1, -1, -1)
        if query.sort == "oldest":
            numbers = range(self.total)
        if query.trash:
            return [number for number in numbers if number in self._trashed]
        plain = not (query.text or query.kind or query.favourites or query.rating or self._trashed)
        return numbers if plain else [number for number in numbers if self._fits(number, query)]

    def _fits(self, number: int, query: Query) -> bool:
        row = self._row(number)
        return (
            number not in self._trashed
            and (not query.kind or row.kind == query.kind)
            and (not query.favourites or row.favourite)
            and row.rating >= query.rating
            and all(word in row.title.lower() for word in query.text.lower().split())
        )

    def _row(self, number: int) -> Row:
        usual = f"{WORDS[number % len(WORDS)]} {WORDS[number // 7 % len(WORDS)]} {number}".capitalize()
        return Row(
            id=str(number),
            kind=KINDS[number % len(KINDS)],
            title=self._titles.get(number, usual),
            path=self.folder / f"{number}.png",
            thumbnail=self._thumbnails[number % len(self._thumbnails)],
            rating=self._ratings.get(number, (number % 6 if number % 5 == 0 else 0)),
            favourite=self._favourites.get(number, number % 11 == 0),
        )

"""The index: a SQLite database (through apsw) that answers searches. It can be deleted at any time; files rebuild it.

Positions: an item's key is its creation time in milliseconds times 256 plus a few bits of its id. Newest first is then
the order of keys itself, in the item table as in every posting list of the full-text table, so that a page of any
query is read off without sorting.
"""

from __future__ import annotations

import contextlib
import functools
import json
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from studio.library import schema, tokens
from studio.library.database import BUSY_MS, Database, IndexDamaged, IndexUnavailable
from studio.library.items import Item, RecordError
from studio.sdk import Json

__all__ = ["COLUMNS", "Index", "IndexDamaged", "IndexUnavailable", "Known", "Row", "rows_of", "sort_key"]

Known: TypeAlias = Callable[[str], Item | None]
"""Tells the record of a file, by its path in the library."""
_Words: TypeAlias = tuple[int, str, str, str]
"""An item's position, and its title, text and facets as words."""
_WORDS_AT_ONCE, _WORDS_BESIDE_TEXT = 16_000_000, 300
"""Characters of words that a rebuild gathers before it indexes them, and how many an item has besides its text."""

COLUMNS = "i.pos, i.id, i.kind, i.title, i.file, i.rating, i.favourite, i.trashed, i.facts"


class Row(NamedTuple):
    """What the grid shows of an item, without reading its whole record.

    Attributes:
        position: the index's key of the item.
        id, kind, title, file, rating: as in `Item`.
        favourite, trashed: 0 or 1.
        facts_json: width, height, duration … as JSON; see `facts`.
    """

    position: int
    id: str
    kind: str
    title: str
    file: str
    rating: int
    favourite: int
    trashed: int
    facts_json: str

    @property
    def facts(self) -> dict[str, Json]:
        """Width, height, duration …, as in `Item.facts`."""
        found: dict[str, Json] = json.loads(self.facts_json)
        return found


_as_row = functools.partial(tuple.__new__, Row)


def rows_of(found: list[tuple[Any, ...]]) -> list[Row]:
    """Rows of `COLUMNS`, without `Row._make`'s Python call for each."""
    return list(map(_as_row, found))


class Index(Database):
    """The database of one library. Threads and processes may share it; each thread reads on a connection of its own.

    Args:
        path: the database file; made when missing.

    Raises:
        IndexUnavailable: apsw is not installed.
        IndexDamaged: the file is no whole database of this version's or an earlier one's.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, schema.STATEMENTS)
        self._writer = secrets.token_hex(8)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def reopen(self) -> None:
        """Give up the file and open what is at `path` now, on every thread. Raises `IndexDamaged`."""
        self.release()
        self._prepare()

    def _prepare(self) -> None:
        if self.path.is_dir():
            raise IndexDamaged("it is a folder")
        with self._checked():
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._remember_file()
            version = self.number("PRAGMA user_version")
            if not 0 <= version <= schema.VERSION:
                raise IndexDamaged(f"its version {version} is unknown")
            if version < schema.VERSION:
                self._migrate()
            if not self._has_schema():
                raise IndexDamaged("its tables are not those of a library")
            self._look_over()

    def _migrate(self) -> None:
        with self.writing():
            for step in schema.MIGRATIONS[self.number("PRAGMA user_version") :]:
                for statement in step:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {schema.VERSION}")

    def _look_over(self) -> None:
        """A quick check, equally quick for any size."""
        size = self.number("PRAGMA page_count") * self.number("PRAGMA page_size")
        logged = self.path.with_name(f"{self.path.name}-wal")
        if self.path.stat().st_size + (logged.stat().st_size if logged.exists() else 0) < size:
            raise IndexDamaged("it is shorter than it should be")
        self.all(schema.LOOK_OVER)
        if self.number(schema.UNRECORDED):
            raise IndexDamaged("records are missing")

    @property
    def is_built(self) -> bool:
        """Whether it was ever filled from the files; a rebuild killed half way leaves it as it was before."""
        return self.number("PRAGMA application_id") == schema.BUILT

    def check(self) -> list[str]:
        """A full check of the database, which takes seconds for a large one. Returns its complaints."""
        try:
            found = [str(row[0]) for row in self.all("PRAGMA integrity_check(10)")]
        except IndexDamaged as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    @contextlib.contextmanager
    def as_it_was(self) -> Iterator[Known]:
        """Within, ask for the record of a file (its path in the library) as it was on entering, whatever is written."""
        connection = self._apsw.Connection(str(self.path), flags=self._apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(BUSY_MS)

        def known(file: str) -> Item | None:
            try:
                found = connection.execute(schema.RECORD_OF, (file,)).fetchall()
                return Item.from_json(json.loads(found[0][0])) if found else None
            except (self._apsw.Error, ValueError, RecordError):
                return None  # a damaged index knows nothing

        try:
            with contextlib.suppress(self._apsw.Error):
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM counts").fetchall()  # from now on it sees no changes
            yield known
        finally:
            connection.close()

    # -- writing ------------------------------------------------------------------------------------------------

    def put(self, item: Item) -> None:
        """Take an item, or its new record."""
        with self.writing():
            found = self.all("SELECT pos FROM items WHERE id = ?", (item.id,))
            if found:
                self._remove(found[0][0], item.id)
            self._insert_words([self._insert_row(item, found[0][0] if found else self._free_position(item))])
            self._connection.execute(schema.CHANGED, (self._writer,))

    def put_all(self, items: Iterable[Item]) -> int:
        """Take many items in one transaction, replacing everything; for a rebuild. Returns how many."""
        count = 0
        with self.writing():
            self._connection.execute(schema.EMPTY)
            self._connection.execute(schema.BULK)
            waiting: list[_Words] = []
            size = 0
            for item in items:
                if self.all("SELECT 1 FROM items WHERE id = ?", (item.id,)):
                    continue
                words = self._insert_row(item, self._free_position(item))
                waiting.append(words)
                count, size = count + 1, size + len(words[2]) + _WORDS_BESIDE_TEXT
                if size > _WORDS_AT_ONCE:
                    self._insert_words(waiting)
                    waiting, size = [], 0
            self._insert_words(waiting)
            self._connection.execute(schema.NO_BULK)
            self._connection.execute(f"PRAGMA application_id = {schema.BUILT}")
            self._connection.execute(schema.CHANGED, (self._writer,))
        return count

    def compact(self) -> None:
        """Move what was written into the database file itself; after writing much."""
        self.all("PRAGMA wal_checkpoint(TRUNCATE)")

    def remove(self, item_id: str) -> None:
        """Forget an item."""
        with self.writing():
            for (position,) in self.all("SELECT pos FROM items WHERE id = ?", (item_id,)):
                self._remove(position, item_id)
            self._connection.execute(schema.CHANGED, (self._writer,))

    def _free_position(self, item: Item) -> int:
        position = (item.created_ms << 8) + zlib.crc32(item.id.encode()) % 256
        while self.all("SELECT 1 FROM items WHERE pos = ?", (position,)):
            position += 1
        return position

    def _insert_row(self, item: Item, position: int) -> _Words:
        """Take everything about an item but its words, which are returned."""
        execute = self._connection.execute
        flags = (item.rating, int(item.favourite), int(item.is_trashed), _dump(dict(item.facts)))
        row = (position, item.id, item.kind, item.title, sort_key(item.title), item.file, *flags)
        execute("INSERT INTO items VALUES(?,?,?,?,?,?,?,?,?,?)", row)
        execute("INSERT INTO records VALUES(?,?)", (position, _dump(item.to_json())))
        for place, parent in enumerate(item.parents):
            execute("INSERT OR REPLACE INTO links VALUES(?,?,?)", (item.id, place, parent.item or parent.sha256))
        for tag in item.tags:
            execute("INSERT OR IGNORE INTO tags VALUES(?,?)", (tag, position))
        return position, *tokens.columns(item)

    def _insert_words(self, words: list[_Words]) -> None:
        """In the order of positions and with nothing between: either makes FTS5 write a segment for each item."""
        sql = "INSERT INTO words(rowid, title, text, facets) VALUES(?,?,?,?)"
        self._connection.executemany(sql, sorted(words))

    def _remove(self, position: int, item_id: str) -> None:
        execute = self._connection.execute
        execute("DELETE FROM items WHERE pos = ?", (position,))
        execute("DELETE FROM records WHERE pos = ?", (position,))
        execute("DELETE FROM words WHERE rowid = ?", (position,))
        execute("DELETE FROM tags WHERE pos = ?", (position,))
        execute("DELETE FROM links WHERE child = ?", (item_id,))

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, item_id: str) -> Item | None:
        """The record of an item, or None."""
        found = self.all("SELECT record FROM records JOIN items USING(pos) WHERE id = ?", (item_id,))
        return Item.from_json(json.loads(found[0][0])) if found else None

    def at(self, positions: Iterable[int]) -> list[Item]:
        """The records at positions, in their order; missing ones are left out."""
        found = [self.all("SELECT record FROM records WHERE pos = ?", (position,)) for position in positions]
        return [Item.from_json(json.loads(rows[0][0])) for rows in found if rows]

    def around(self, item_id: str, reach: int) -> list[Item]:
        """The records next to an item in time, `reach` before and as many behind it."""
        sql = (
            "WITH here AS (SELECT pos FROM items WHERE id = ?1) "
            "SELECT pos FROM (SELECT pos FROM items WHERE pos < (SELECT pos FROM here) ORDER BY pos DESC LIMIT ?2) "
            "UNION SELECT pos FROM (SELECT pos FROM items WHERE pos > (SELECT pos FROM here) ORDER BY pos LIMIT ?2)"
        )
        return self.at(position for (position,) in self.all(sql, (item_id, reach)))

    def find(self, part: str, limit: int = 2) -> list[str]:
        """Ids that begin or end with some characters, as people abbreviate them."""
        if not (part.isascii() and part.isalnum()):
            return []
        found = self.all("SELECT id FROM items WHERE id >= ? AND id < ? LIMIT ?", (part, part + "{", limit))
        found = found or self.all("SELECT id FROM items WHERE id LIKE ? LIMIT ?", (f"%{part}", limit))
        return [row[0] for row in found]

    def children(self, item_id: str) -> list[str]:
        """Ids of items made from an item, oldest first."""
        sql = "SELECT DISTINCT i.pos, i.id FROM links JOIN items i ON i.id = links.child WHERE parent = ? ORDER BY 1"
        return [row[1] for row in self.all(sql, (item_id,))]

    def ids(self) -> list[str]:
        """Every id in the index, oldest first."""
        return [row[0] for row in self.all("SELECT id FROM items ORDER BY pos")]

    def counts(self) -> dict[tuple[str, bool], int]:
        """How many items of each kind there are, in the library and in the trash: ``{("image", False): 12}``."""
        rows = self.all("SELECT trashed, kind, n FROM counts WHERE n > 0")
        return {(kind, bool(trashed)): count for trashed, kind, count in rows}

    def tags(self, limit: int = 10_000) -> list[tuple[str, int]]:
        """Tags in use with their number of items, most used first."""
        rows = self.all("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY 2 DESC, 1 LIMIT ?", (limit,))
        return [(tag, count) for tag, count in rows]

    def generation(self) -> int:
        """A number that grows whenever another process (another `Index`, to be exact) changed the index."""
        return self.number(schema.CHANGES, (self._writer,))


def sort_key(title: str) -> str:
    """What titles are ordered by."""
    return title.casefold()[:80]


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

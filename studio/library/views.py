"""What a query finds, as rows counted from 0, for a grid that shows some hundred of a million.

A row's number says nothing about where it is in a tree, and SQLite's OFFSET walks there from the start. A view keeps
*anchors*, the key of every `STEP`-th row it came by, and walks only from the nearest one: scrolling costs the same
anywhere, and a jump into the unknown some tens of nanoseconds for each row skipped, once.
"""

from __future__ import annotations

import bisect
import threading
from dataclasses import dataclass
from typing import Any, TypeAlias

from studio.library import search, tokens
from studio.library.index import COLUMNS, Index, Row, sort_key
from studio.library.search import And, Filter, Node, Not, Or

STEP = 1024
Key: TypeAlias = tuple[int | str, ...]
"""Where a row stands in the order: a position, or a rating or title with a position."""

SORTS = ("newest", "oldest", "rating", "title")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the next page begins: give `cursor` to the next call; None after the last row."""

    rows: list[Row]
    cursor: Key | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query as SQL, but for its paging.

    Attributes:
        source, where, values: what stands behind FROM and WHERE when rows are read.
        walk: the same for finding a row's key, without reading rows.
        keys: columns of the order.
        descending: whether all keys run downwards.
        count: SQL that counts all rows, and its parameters.
    """

    source: str
    where: str
    values: tuple[Any, ...]
    walk: tuple[str, str, tuple[Any, ...]]
    keys: tuple[str, ...]
    descending: bool
    count: tuple[str, tuple[Any, ...]]

    def read(self, columns: str, after: Key | None, *, inclusive: bool) -> tuple[str, tuple[Any, ...]]:
        """SQL up to its LIMIT for the rows behind (or from) a key."""
        return self._select(columns, (self.source, self.where, self.values), after, inclusive=inclusive)

    def key_of(self, row: Row) -> Key:
        """Where a row stands in the order."""
        first: dict[str, tuple[int | str, ...]] = {"i.rating": (row.rating,), "i.sort": (sort_key(row.title),)}
        return (*first.get(self.keys[0], ()), row.position)

    def keys_from(self, key: Key | None) -> tuple[str, tuple[Any, ...]]:
        """SQL up to its LIMIT for the keys from a key on."""
        return self._select(", ".join(self.keys), self.walk, key, inclusive=True)

    def _select(
        self, columns: str, what: tuple[str, str, tuple[Any, ...]], after: Key | None, *, inclusive: bool
    ) -> tuple[str, tuple[Any, ...]]:
        source, where, values = what
        if after is not None:
            sign = ("<" if self.descending else ">") + "=" * inclusive
            keys, marks = ", ".join(self.keys), ", ".join("?" * len(self.keys))
            where += f" AND ({keys}) {sign} ({marks})" if len(self.keys) > 1 else f" AND {keys} {sign} ?"
            values = (*values, *after)
        order = ", ".join(f"{key} {'DESC' if self.descending else 'ASC'}" for key in self.keys)
        return f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {order}", values  # noqa: S608 (own constants)


class View:
    """The rows of one query in one order, as they are now. After changes of the library, make a new one.

    Threads may share it.

    Args:
        index: where to look.
        text: the query; see `search.parse`.
        sort: ``"newest"``, ``"oldest"``, ``"rating"`` (best first) or ``"title"``.
        typing: whether the query is still being typed.

    Raises:
        QueryError: the query can't be understood.
    """

    def __init__(self, index: Index, text: str = "", sort: str = "newest", *, typing: bool = False) -> None:
        if sort not in SORTS:
            raise ValueError(f"an order is one of {', '.join(SORTS)}")
        self._index = index
        self._plan = _planned(search.parse(text, typing=typing), sort)
        self._rows = [0]
        self._keys: list[Key | None] = [None]
        self._count: int | None = None
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many rows there are; at once for everything or one kind, else by counting (0.1 s for a million)."""
        if self._count is None:
            self._count = self._index.number(*self._plan.count)
        return self._count

    def count_up_to(self, limit: int) -> int:
        """How many rows there are, or `limit` when there are more: quick whatever the query."""
        if self._count is not None:
            return min(self._count, limit)
        sql, values = self._plan.keys_from(None)
        return self._index.number(f"SELECT count(*) FROM ({sql} LIMIT ?)", (*values, limit))  # noqa: S608 (own constants)

    def rows(self, start: int, count: int) -> list[Row]:
        """Rows `start`, `start` + 1, …: at most `count`, fewer at the end."""
        row, key = self._anchor(start)
        sql, values = self._plan.read(COLUMNS, key, inclusive=True)
        found = self._index.all(f"{sql} LIMIT ? OFFSET ?", (*values, count, start - row))
        return list(map(Row._make, found))

    def page(self, after: Key | None = None, limit: int = 100) -> Page:
        """The rows behind a cursor: for lists that are read from the top."""
        sql, values = self._plan.read(COLUMNS, after, inclusive=False)
        rows = list(map(Row._make, self._index.all(f"{sql} LIMIT {int(limit)}", values)))
        return Page(rows, self._plan.key_of(rows[-1]) if len(rows) == limit else None)

    def prepare(self) -> None:
        """Find all anchors, so that any jump is quick; for a thread that has the time."""
        self._anchor(self.count)

    def row_of(self, position: int) -> int:
        """The row at which an item stands (or would stand) in the order newest or oldest first.

        Args:
            position: the item's `Row.position`.
        """
        if len(self._plan.keys) > 1:
            raise ValueError("only orders by time know where an item stands")
        sign = ">" if self._plan.descending else "<"
        source, where, values = self._plan.walk
        where = f"{where} AND {self._plan.keys[0]} {sign} ?"
        sql = f"SELECT count(*) FROM {source} WHERE {where}"  # noqa: S608 (own constants)
        return self._index.number(sql, (*values, position))

    def _anchor(self, start: int) -> tuple[int, Key | None]:
        """The last known row at or before `start` that is less than `STEP` away, and its key."""
        with self._lock:
            place = bisect.bisect_right(self._rows, start) - 1
            row, key = self._rows[place], self._keys[place]
            while start - row >= STEP:
                sql, values = self._plan.keys_from(key)
                found = self._index.all(f"{sql} LIMIT 1 OFFSET {STEP}", values)
                if not found:
                    break
                row, key = row + STEP, found[0]
                self._rows.append(row)
                self._keys.append(key)
            return row, key


def _planned(node: Node, sort: str) -> _Plan:
    asks = _asks_for_trash(node)
    plain = None if asks else _plain(node, sort)
    if plain is not None:
        return plain
    match = tokens.expression(node) or f'"{tokens.EVERYTHING}"'
    live = match if asks else (tokens.expression(And((node, Not(Filter("is", "trashed"))))) or match)
    count = ("SELECT count(*) FROM words WHERE words MATCH ?", (live,))
    # rows are read from the item table anyway, which knows what is in the trash; walking and counting ask the words
    kept = "" if asks else " AND i.trashed = 0"
    if sort in ("newest", "oldest"):
        walk = ("words", "words MATCH ?", (live,))
        source = "words JOIN items i ON i.pos = words.rowid"
        return _Plan(source, f"words MATCH ?{kept}", (match,), walk, ("words.rowid",), sort == "newest", count)
    source = "items i"
    where = f"i.pos IN (SELECT rowid FROM words WHERE words MATCH ?){kept}"  # noqa: S608 (own constants)
    return _Plan(source, where, (match,), (source, where, (match,)), *_order(sort), count)


def _plain(node: Node, sort: str) -> _Plan | None:
    """The commonest views, which need no words: everything, one kind, favourites. None for others."""
    values: tuple[str, ...] = ()
    where, count = "i.trashed = 0", "SELECT sum(n) FROM counts WHERE trashed = 0"
    if isinstance(node, Filter) and node.name == "kind" and sort in ("newest", "oldest"):
        where, values, count = f"{where} AND i.kind = ?", (node.value,), f"{count} AND kind = ?"
    elif node == Filter("is", "favourite") and sort in ("newest", "oldest"):
        where, count = f"{where} AND i.favourite = 1", "SELECT count(*) FROM items WHERE trashed = 0 AND favourite = 1"
    elif node != And(()):
        return None
    return _Plan("items i", where, values, ("items i", where, values), *_order(sort), (count, values))


def _order(sort: str) -> tuple[tuple[str, ...], bool]:
    return {
        "newest": (("i.pos",), True),
        "oldest": (("i.pos",), False),
        "rating": (("i.rating", "i.pos"), True),
        "title": (("i.sort", "i.pos"), False),
    }[sort]


def _asks_for_trash(node: Node) -> bool:
    match node:
        case Filter():
            return node == Filter("is", "trashed")
        case Not():
            return _asks_for_trash(node.node)
        case And() | Or():
            return any(_asks_for_trash(each) for each in node.nodes)
        case _:
            return False

"""What a query finds, as rows counted from 0, for a grid that shows some hundred of a million.

A row's number says nothing about where it is in a tree, and SQLite's OFFSET walks there from the start. A view keeps
*anchors*, the key of every `STEP`-th row it came by, and walks only from the nearest one: scrolling costs the same
anywhere, and a jump into the unknown some tens of nanoseconds for each row skipped, once.
"""

from __future__ import annotations

import bisect
import functools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from studio.library import search, tokens
from studio.library.index import COLUMNS, Index, Row, rows_of, sort_key
from studio.library.search import And, Filter, Node, Not, Or, Words

STEP = 1024
Key: TypeAlias = tuple[int | str, ...]
"""Where a row stands in the order: a position, or a rating or title with a position."""

SORTS = ("newest", "oldest", "rating", "title")
_TRASHED, _FAVOURITES, _EVERYTHING = Filter("is", "trashed"), Filter("is", "favourite"), And(())
_BY_TIME = ("words.rowid",)
_JOINED = "words JOIN items i ON i.pos = words.rowid"
_AMONG = "i.pos IN (SELECT rowid FROM words WHERE words MATCH ?)"
"""Rows are read from the item table anyway, which knows what is in the trash; walking and counting ask the words."""


class Page(NamedTuple):
    """Some rows, and where the next page begins: give `cursor` to the next call; None after the last row."""

    rows: list[Row]
    cursor: Key | None


_Values: TypeAlias = tuple[Any, ...]


class _Plan(NamedTuple):
    """A query as SQL, but for its paging.

    Attributes:
        source, where, values: what stands behind FROM and WHERE when rows are read.
        keys: columns of the order.
        descending: whether all keys run downwards.
        live: the full-text expression of what is counted, and walked in orders by time; None where rows do as well.
        total: SQL that counts all rows; takes `live` when there is one, else `values`.
    """

    source: str
    where: str
    values: _Values
    keys: tuple[str, ...]
    descending: bool
    live: Callable[[], str] | None
    total: str

    def read(self, key: Key | None, rest: str, *, inclusive: bool) -> tuple[str, _Values]:
        """SQL for the rows behind (or from) a key; `rest` is its LIMIT."""
        if key is None:
            return _select(COLUMNS, self.source, self.where, self.keys, self.descending, "", rest), self.values
        start = ("<" if self.descending else ">") + "=" * inclusive
        sql = _select(COLUMNS, self.source, self.where, self.keys, self.descending, start, rest)
        return sql, (*self.values, *key)

    def key_of(self, row: Row) -> Key:
        """Where a row stands in the order."""
        match self.keys[0]:
            case "i.rating":
                return row.rating, row.position
            case "i.sort":
                return sort_key(row.title), row.position
            case _:
                return (row.position,)

    def walk(self) -> tuple[str, str, _Values]:
        """What stands behind FROM and WHERE for finding a row's key, without reading rows."""
        if self.live is not None and self.keys == _BY_TIME:
            return "words", "words MATCH ?", (self.live(),)
        return self.source, self.where, self.values

    def keys_from(self, key: Key | None, rest: str) -> tuple[str, _Values]:
        """SQL for the keys from a key on; `rest` is its LIMIT."""
        source, where, values = self.walk()
        start = "" if key is None else "<=" if self.descending else ">="
        sql = _select(", ".join(self.keys), source, where, self.keys, self.descending, start, rest)
        return sql, (*values, *(key or ()))

    def counting(self) -> tuple[str, _Values]:
        """SQL that counts all rows."""
        return self.total, self.values if self.live is None else (self.live(),)


@functools.lru_cache(maxsize=256)
def _select(
    columns: str, source: str, where: str, keys: tuple[str, ...], descending: bool, start: str, rest: str
) -> str:
    """SQL for rows, from those whose key compares so with a given one. There are few: nothing typed is in it."""
    if start:
        marks = ", ".join("?" * len(keys))
        where += f" AND ({', '.join(keys)}) {start} ({marks})" if len(keys) > 1 else f" AND {keys[0]} {start} ?"
    order = ", ".join(f"{key} {'DESC' if descending else 'ASC'}" for key in keys)
    return f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {order} {rest}"  # noqa: S608 (own constants)


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
            self._count = self._index.number(*self._plan.counting())
        return self._count

    def count_up_to(self, limit: int) -> int:
        """How many rows there are, or `limit` when there are more: quick whatever the query."""
        if self._count is not None:
            return min(self._count, limit)
        sql, values = self._plan.keys_from(None, "LIMIT ?")
        return self._index.number(f"SELECT count(*) FROM ({sql})", (*values, limit))  # noqa: S608 (own constants)

    def rows(self, start: int, count: int) -> list[Row]:
        """Rows `start`, `start` + 1, …: at most `count`, fewer at the end."""
        row, key = self._anchor(start)
        sql, values = self._plan.read(key, "LIMIT ? OFFSET ?", inclusive=True)
        return rows_of(self._index.all(sql, (*values, count, start - row)))

    def page(self, after: Key | None = None, limit: int = 100) -> Page:
        """The rows behind a cursor: for lists that are read from the top."""
        sql, values = self._plan.read(after, f"LIMIT {int(limit)}", inclusive=False)
        rows = rows_of(self._index.all(sql, values))
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
        source, where, values = self._plan.walk()
        where = f"{where} AND {self._plan.keys[0]} {sign} ?"
        sql = f"SELECT count(*) FROM {source} WHERE {where}"  # noqa: S608 (own constants)
        return self._index.number(sql, (*values, position))

    def _anchor(self, start: int) -> tuple[int, Key | None]:
        """The last known row at or before `start` that is less than `STEP` away, and its key."""
        with self._lock:
            place = bisect.bisect_right(self._rows, start) - 1
            row, key = self._rows[place], self._keys[place]
            while start - row >= STEP:
                found = self._index.all(*self._plan.keys_from(key, f"LIMIT 1 OFFSET {STEP}"))
                if not found:
                    break
                row, key = row + STEP, found[0]
                self._rows.append(row)
                self._keys.append(key)
            return row, key


def _planned(node: Node, sort: str) -> _Plan:
    asks = _asks_for_trash(node)
    if not asks and (plain := _plain(node, sort)):
        return plain
    match = tokens.expression(node) or f'"{tokens.EVERYTHING}"'
    count = "SELECT count(*) FROM words WHERE words MATCH ?"

    def live() -> str:
        return match if asks else (tokens.expression(And((node, Not(_TRASHED)))) or match)

    if sort in ("newest", "oldest"):
        where = "words MATCH ?" if asks else "words MATCH ? AND i.trashed = 0"
        return _Plan(_JOINED, where, (match,), _BY_TIME, sort == "newest", live, count)
    where = _AMONG if asks else f"{_AMONG} AND i.trashed = 0"
    return _Plan("items i", where, (match,), *_order(sort), live, count)


def _plain(node: Node, sort: str) -> _Plan | None:
    """The commonest views, which need no words: everything, one kind, favourites. None for others."""
    if isinstance(node, Words):
        return None
    values: _Values = ()
    where, count = "i.trashed = 0", "SELECT sum(n) FROM counts WHERE trashed = 0"
    if isinstance(node, Filter) and node.name == "kind" and sort in ("newest", "oldest"):
        where, values, count = f"{where} AND i.kind = ?", (node.value,), f"{count} AND kind = ?"
    elif node == _FAVOURITES and sort in ("newest", "oldest"):
        where, count = f"{where} AND i.favourite = 1", "SELECT count(*) FROM items WHERE trashed = 0 AND favourite = 1"
    elif node != _EVERYTHING:
        return None
    return _Plan("items i", where, values, *_order(sort), None, count)


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
            return node == _TRASHED
        case Not():
            return _asks_for_trash(node.node)
        case And() | Or():
            return any(_asks_for_trash(each) for each in node.nodes)
        case _:
            return False

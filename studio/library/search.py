"""The query language: what people type into the search box, as a tree.

Words must all occur; ``"a phrase"``; ``-not``; ``this OR that``; parentheses; and filters such as ``kind:image`` or
``rating:>=4``. The artist's description is ``resources/help/search.md``. `parse` accepts any text whatever and raises
nothing but `QueryError`.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from studio.library.items import KINDS

LENGTH_LIMIT = 4000
TERM_LIMIT = 200
DEPTH_LIMIT = 20


class QueryError(Exception):
    """A query can't be understood.

    Attributes:
        message: one sentence for the artist.
        position: where in the query, counted in characters from 0.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Words:
    """One word, or a phrase of words in this order. `prefix`: the last word may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter on one facet.

    Attributes:
        name: ``kind``, ``generator``, ``tag``, ``is``, ``seed``, ``rating`` or ``date``.
        value: the canonical value; for ``rating`` one digit, for ``date`` ``2026``, ``2026-11`` or ``2026-11-23``.
        compare: ``=``, ``<``, ``<=``, ``>`` or ``>=``; only rating and date use others than ``=``.
    """

    name: str
    value: str
    compare: str = "="


@dataclass(frozen=True, slots=True)
class Not:
    """Everything `node` is not."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of `nodes`; with none of them, everything."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of `nodes`."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Words | Filter | Not | And | Or

STATES = ("favourite", "trashed", "rated", "tagged", "imported")
"""What ``is:`` can ask."""
FILTERS = ("kind", "generator", "tag", "is", "rating", "date", "seed")
_ALIASES = {
    "type": "kind",
    "by": "generator",
    "tags": "tag",
    "stars": "rating",
    "created": "date",
    "favorite": "favourite",
    "starred": "favourite",
    "deleted": "trashed",
}
_DAYS_AGO = {"today": 0, "yesterday": 1}
_KIND_ALIASES = {
    "picture": "image",
    "photo": "image",
    "sound": "audio",
    "music": "score",
    "midi": "score",
    "3d": "mesh",
}


def parse(text: str, *, typing: bool = False) -> Node:
    """The tree of a query.

    Args:
        text: what was typed.
        typing: the query is still being typed: its last word may go on, and a lone letter there is not yet looked for.

    Raises:
        QueryError: a filter is unknown or its value impossible, parentheses or quotes do not match, or the query is too
            long.
    """
    if len(text) > LENGTH_LIMIT:
        raise QueryError(f"This search is too long; {LENGTH_LIMIT:,} characters are the most.", LENGTH_LIMIT)
    if text.isalnum() and text.isascii() and len(text) > 1 and text != "OR":
        return Words(text, prefix=typing)  # most searches are one plain word
    return _Parser(text, typing=typing).whole()


def normal(text: str) -> str:
    """`text` as words are compared: compatibility forms unified, and no characters we use as marks."""
    if text.isascii():
        return text.replace("\0", " ")
    joined = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    return "".join(" " if c == "\0" or unicodedata.category(c) == "Co" else c for c in joined)


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in `text` that a search could look for."""
    if text.isascii():
        return any(map(str.isalnum, text))
    return any(unicodedata.category(character)[0] in "LN" for character in normal(text))


class _Parser:
    """Recursive descent over the characters of one query."""

    def __init__(self, text: str, *, typing: bool) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._terms = 0
        self._typing = typing

    def whole(self) -> Node:
        node = self._all()
        if self._at < len(self._text):
            raise QueryError("This closing parenthesis has no opening one.", self._at)
        return node

    def _skip(self) -> None:
        while self._at < len(self._text) and (self._text[self._at].isspace() or self._text[self._at] == "\0"):
            self._at += 1

    def _all(self) -> Node:
        """Terms up to a closing parenthesis or the end; all must hold. OR binds its neighbours first."""
        nodes: list[Node] = []
        joining = False
        while True:
            self._skip()
            if self._at >= len(self._text) or self._text[self._at] == ")":
                break
            if self._is_or():
                self._at += 2
                joining = bool(nodes)  # an OR with nothing before it is no more than a slip
                continue
            node = self._term()
            if node is None:
                continue
            if joining:
                before = nodes.pop()
                nodes.append(Or((*before.nodes, node) if isinstance(before, Or) else (before, node)))
            else:
                nodes.append(node)
            joining = False
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _is_or(self) -> bool:
        end = self._at + 2
        if self._text[self._at : end] != "OR":
            return False
        return end == len(self._text) or self._text[end].isspace() or self._text[end] in "()"

    def _term(self) -> Node | None:
        self._terms += 1
        if self._terms > TERM_LIMIT:
            raise QueryError(f"This search has too many parts; {TERM_LIMIT} are the most.", self._at)
        following = self._text[self._at + 1 : self._at + 2]
        negated = self._text[self._at] == "-" and bool(following) and not following.isspace()
        self._at += negated
        node = self._atom()
        return Not(node) if negated and node is not None else node

    def _atom(self) -> Node | None:
        start = self._at
        character = self._text[start]
        if character == "(":
            return self._group()
        if character == ")":
            return None
        if character == '"':
            return self._words(self._quoted(), quoted=True)
        word = self._bare()
        name, colon, value = word.partition(":")
        if colon and name.isascii() and name.isalpha() and not value.startswith("//"):
            if not value and self._at < len(self._text) and self._text[self._at] == '"':
                value = self._quoted()
            return self._filter(name.lower(), value, start)
        return self._words(word, quoted=False)

    def _group(self) -> Node | None:
        opened = self._at
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise QueryError("These parentheses are nested too deeply.", opened)
        self._at += 1
        node = self._all()
        if self._at < len(self._text):
            self._at += 1
        elif not self._typing:
            raise QueryError("This parenthesis is never closed.", opened)
        self._depth -= 1
        return None if node == And(()) else node

    def _quoted(self) -> str:
        """The text in quotes; while it is being typed, a quote not yet closed ends with the query."""
        end = self._text.find('"', self._at + 1)
        if end < 0 and not self._typing:
            raise QueryError("This quote is never closed.", self._at)
        end = len(self._text) if end < 0 else end
        inside = self._text[self._at + 1 : end]
        self._at = end + 1 if end < len(self._text) else end
        return inside

    def _bare(self) -> str:
        start = self._at
        while self._at < len(self._text):
            character = self._text[self._at]
            if character.isspace() or character in '()"\0':
                break
            self._at += 1
        return self._text[start : self._at]

    def _words(self, text: str, *, quoted: bool) -> Node | None:
        starred = not quoted and text.endswith("*")
        text = text.rstrip("*") if starred else text
        if not has_words(text):
            return None  # punctuation alone restricts nothing
        unfinished = self._typing and not quoted and self._at >= len(self._text)
        if unfinished and len(text) == 1 and text.isascii():
            return None
        return Words(text, prefix=starred or unfinished)

    def _filter(self, name: str, value: str, start: int) -> Node | None:
        name = _ALIASES.get(name, name)
        read = _READERS.get(name)
        if read is None:
            known = ", ".join(f"{each}:" for each in FILTERS)
            raise QueryError(
                f"There is no filter “{name[:40]}:”. There are {known}. To look for the text itself, put it in quotes.",
                start,
            )
        if not value.strip():
            if self._typing and self._at >= len(self._text):
                return None
            raise QueryError(f"Something is missing after “{name}:”.", start)
        try:
            return read(value.strip())
        except ValueError as error:
            if self._typing and self._at >= len(self._text):
                return None
            raise QueryError(str(error), start) from error


def _kind(value: str) -> Filter:
    word = value.casefold()
    word = _KIND_ALIASES.get(word, word)
    word = word if word in KINDS else word.removesuffix("s")
    word = word if word in KINDS else _KIND_ALIASES.get(word, "mesh" if word == "meshe" else word)
    if word not in KINDS:
        raise ValueError(f"There is no kind “{value[:40]}”. There are {', '.join(KINDS)}.")
    return Filter("kind", word)


def _state(value: str) -> Filter:
    word = _ALIASES.get(value.casefold(), value.casefold())
    if word not in STATES:
        raise ValueError(f"“is:{value[:40]}” is unknown. There are {', '.join(f'is:{each}' for each in STATES)}.")
    return Filter("is", word)


def _seed(value: str) -> Filter:
    if not (value.isascii() and value.isdigit() and len(value) <= 20):
        raise ValueError(f"“{value[:40]}” is not a seed; seeds are whole numbers.")
    return Filter("seed", str(int(value)))


def _compared(value: str) -> tuple[str, str]:
    for sign in (">=", "<=", ">", "<", "="):
        if value.startswith(sign):
            return sign, value[len(sign) :].strip()
    return "=", value


def _rating(value: str) -> Filter:
    compare, number = _compared(value)
    if number not in ("0", "1", "2", "3", "4", "5"):
        raise ValueError(f"“{number[:40]}” is not a rating; ratings go from 0 to 5, as in rating:>=4.")
    return Filter("rating", number, compare)


def _date(value: str) -> Filter:
    compare, date = _compared(value)
    if date.casefold() in _DAYS_AGO:
        past = datetime.timedelta(days=_DAYS_AGO[date.casefold()])
        date = (datetime.datetime.now().astimezone() - past).date().isoformat()
    date_range(date)
    return Filter("date", date, compare)


def date_range(date: str) -> tuple[datetime.date, datetime.date]:
    """The first day of a year, month or day, and the first day after it. Raises `ValueError` with a sentence."""
    parts = date.split("-")
    widths = [len(part) for part in parts]
    try:
        if not all(part.isascii() and part.isdigit() for part in parts) or widths not in ([4], [4, 2], [4, 2, 2]):
            raise ValueError(date)
        year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
        if not 1971 <= year <= 9997:
            raise ValueError(date)
        first = datetime.date(year, month, day)
    except ValueError as error:
        message = f"“{date[:40]}” is not a date; write it as 2026, 2026-11 or 2026-11-23."
        raise ValueError(message) from error
    if len(parts) == 3:
        return first, first + datetime.timedelta(days=1)
    if len(parts) == 2:
        return first, datetime.date(year + month // 12, month % 12 + 1, 1)
    return first, datetime.date(year + 1, 1, 1)


def _plain(name: str) -> Callable[[str], Filter]:
    def read(value: str) -> Filter:
        if not normal(value).strip():
            raise ValueError(f"Something is missing after “{name}:”.")
        return Filter(name, value)

    return read


_READERS: dict[str, Callable[[str], Filter]] = {
    "kind": _kind,
    "generator": _plain("generator"),
    "tag": _plain("tag"),
    "is": _state,
    "rating": _rating,
    "date": _date,
    "seed": _seed,
}

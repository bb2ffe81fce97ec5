"""How an item becomes words of the full-text index, and a query an expression over them.

Everything a query can ask goes into one FTS5 table, so that any combination is an intersection of posting lists.
Facets (kind, tags, rating …) become words that begin with a private-use character, which `search.normal` removes from
what people type, so nobody can type one. Chinese and Japanese are written without spaces: each of their characters is
a word of its own, and a run of them is looked for as a phrase.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Iterable

from studio.library.formats.texts import is_cjk
from studio.library.items import Item
from studio.library.search import And, Filter, Node, Not, Or, Words, date_range, has_words, normal

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

MARK = "\ue000"
EVERYTHING = f"{MARK}a"
TRASHED = f"{MARK}x"
TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co'"


def spaced(text: str) -> str:
    """`text` normalised, with a space around every CJK character."""
    plain = normal(text)
    if plain.isascii():
        return plain
    return "".join(f" {character} " if is_cjk(character) else character for character in plain)


def columns(item: Item) -> tuple[str, str, str]:
    """What the index holds of an item: its title, its tags and text, and its facets."""
    return spaced(item.title), spaced(" \n".join([*item.tags, item.text])), " ".join(_facets(item))


def _facets(item: Item) -> list[str]:
    day = item.created[:10].split("-")
    facets = [EVERYTHING, _facet("k", item.kind), _facet("r", str(item.rating)), *_tags(item.tags)]
    facets += ["".join([f"{MARK}d", *day[:length]]) for length in (1, 2, 3)]
    if item.origin is not None and item.origin.generator:
        facets += [_facet("g", part) for part in _generator_parts(item.origin.generator)]
        if item.origin.seed is not None:
            facets.append(f"{MARK}s{item.origin.seed}")
    else:
        facets.append(f"{MARK}i")
    if item.favourite:
        facets.append(f"{MARK}f")
    if item.is_trashed:
        facets.append(TRASHED)
    return facets


def _tags(tags: Iterable[str]) -> list[str]:
    return [_facet("t", tag) for tag in tags]


def _facet(letter: str, value: str) -> str:
    """A facet's word: hexadecimal, because the tokenizer would split anything else."""
    return f"{MARK}{letter}{normal(value).strip().casefold().encode().hex()}"


def _generator_parts(generator: str) -> list[str]:
    """All ways to name a generator: the whole id, its endings and its parts."""
    parts = generator.split(".")
    endings = [".".join(parts[start:]) for start in range(len(parts))]
    return list(dict.fromkeys([*endings, *parts]))[:32]


def expression(node: Node) -> str | None:
    """The FTS5 expression of a query; None when it restricts nothing."""
    match node:
        case Words():
            return _words(node)
        case Filter():
            return _filter(node)
        case Not():
            inner = expression(node.node)
            return None if inner is None else f'("{EVERYTHING}" NOT {inner})'
        case And():
            return _conjunction(node)
        case Or():
            parts = [expression(each) for each in node.nodes]
            return None if None in parts else f"({' OR '.join(str(part) for part in parts)})"


def _conjunction(node: And) -> str | None:
    """All positive parts intersected, then the negative ones taken away."""
    positive = [part for each in node.nodes if not isinstance(each, Not) and (part := expression(each))]
    negative = [part for each in node.nodes if isinstance(each, Not) and (part := expression(each.node))]
    if not positive and not negative:
        return None
    joined = " AND ".join(positive) or f'"{EVERYTHING}"'
    return f"({joined})" if not negative else f"(({joined}) NOT ({' OR '.join(negative)}))"


def _words(node: Words) -> str | None:
    star = "*" if node.prefix else ""
    if node.text.isalnum() and node.text.isascii():
        return f'"{node.text}"{star}'
    text = spaced(node.text)
    return _quoted(text) + star if has_words(text) else None


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").split()) + '"'


def _filter(node: Filter) -> str:
    match node.name:
        case "kind":
            return _quoted(_facet("k", node.value))
        case "generator":
            return _quoted(_facet("g", node.value))
        case "tag":
            return _quoted(_facet("t", node.value))
        case "seed":
            return _quoted(f"{MARK}s{node.value}")
        case "is":
            return _state(node.value)
        case "rating":
            return _rating(node)
        case "date":
            return _date(node)
    raise ValueError(f"no words for {node.name}")


def _state(value: str) -> str:
    known = {"favourite": f'"{MARK}f"', "trashed": f'"{TRASHED}"', "imported": f'"{MARK}i"', "tagged": f'"{MARK}t"*'}
    if value in known:
        return known[value]
    return f'("{EVERYTHING}" NOT {_quoted(_facet("r", "0"))})'


def _rating(node: Filter) -> str:
    holds = _COMPARISONS[node.compare]
    return _any([_quoted(_facet("r", str(rating))) for rating in range(6) if holds(rating, int(node.value))])


def _date(node: Filter) -> str:
    """Days, months and years as words; ``2026-11-05 …`` becomes the rest of the month, of the year, and later years."""
    first, after = date_range(node.value)
    start, end = datetime.date(1971, 1, 1), datetime.date(2200, 1, 1)
    match node.compare:
        case "<":
            end = first
        case "<=":
            end = after
        case ">":
            start = after
        case ">=":
            start = first
        case _:
            start, end = first, after
    return _any([f'"{MARK}d{word}"' for word in _spans(start, end)])


def _spans(start: datetime.date, end: datetime.date) -> list[str]:
    """The fewest years, months and days that make up ``start ≤ day < end``."""
    words = []
    while start < end:
        for width in (4, 7, 10):
            text = start.isoformat()[:width]
            first, after = date_range(text)
            if first == start and after <= end:
                words.append(text.replace("-", ""))
                start = after
                break
    return words


def _any(words: list[str]) -> str:
    """Any of the words; with none of them, nothing at all."""
    return f"({' OR '.join(words)})" if words else f'"{MARK}none"'

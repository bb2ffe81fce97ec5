"""Whom texts speak of, by the people that their captions name: for the part of a report on what a model favours.

What is written is held against what was learned from, each text by its beginning only, as long as those that are
written: a longer text speaks of more people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from studio.sdk.training.captions import PEOPLE, people_in
from studio_text.training.documents import Document

FEWEST = 5
"""Training texts whose captions name a group of people; groups with fewer are not told one by one."""

WRITTEN_EACH = 8
"""Texts that are written for the captions of each group."""

LOOKED_AT = 2000
"""Most training texts of a group that are looked at."""

NOBODY = "nobody"

_PRONOUNS = {
    "women": re.compile(r"\b(she|her|hers|herself)\b|她", re.IGNORECASE),
    # 他 is also a part of words for what is other: 其他, 他乡, 他日
    "men": re.compile(r"\b(he|him|his|himself)\b|(?<!其)他(?![乡鄉日年时時山人处處])", re.IGNORECASE),
}


def spoken_of(text: str) -> set[str]:
    """The groups of `PEOPLE` that a text speaks of, by their names or by pronouns, in English or Chinese."""
    found = {*people_in(text), *(group for group, pronoun in _PRONOUNS.items() if pronoun.search(text))}
    return found if found == {"other people"} else found - {"other people"}


def people_shares(
    documents: Sequence[Document], written: Sequence[str], write: Callable[[list[Sequence[str]]], list[str]]
) -> dict[str, dict[str, float]]:
    """Shares of texts that speak of each group of people, in training and as written; for `Evaluation`.

    Args:
        documents: of the training, each once.
        written: what the model wrote for their kinds.
        write: gives a text for each of some captions (tags); asked only where captions name people.

    Returns:
        By what was looked at: the share of each group that occurs. Empty where the texts speak of nobody.
    """
    letters = round(median(map(len, written))) if written else 0
    groups = _by_caption(documents)
    shares = {
        "people in captions": {group: len(groups[group]) / len(documents) for group in PEOPLE if groups.get(group)},
        "people in training texts": _shares(document.text[:letters] for document in _spread(documents, LOOKED_AT)),
        "people in written texts": _shares(written),
    }
    large = {group: found for group, found in groups.items() if len(found) >= FEWEST}
    if large.keys() - {NOBODY}:
        for group, found in large.items():
            texts = write([document.tags for document in _spread(found, WRITTEN_EACH)])
            learned = (document.text[:letters] for document in _spread(found, LOOKED_AT))
            shares[f"people in training texts, captions naming {group}"] = _shares(learned)
            shares[f"people in written texts, captions naming {group}"] = _shares(texts)
    return {name: share for name, share in shares.items() if share}


def _by_caption(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """Texts by the people that their captions name, in the order of `PEOPLE`, at last those that name nobody."""
    groups: dict[str, list[Document]] = {group: [] for group in (*PEOPLE, NOBODY)}
    for document in documents:
        for group in people_in(", ".join(document.tags)) or (NOBODY,):
            groups[group].append(document)
    return groups


def _spread(documents: Sequence[Document], most: int) -> Sequence[Document]:
    """At most so many texts, evenly from the first to the last."""
    return documents[:: -(-len(documents) // most) or 1]


def _shares(texts: Iterable[str]) -> dict[str, float]:
    """The share of texts that speak of each group, in the order of `PEOPLE`; groups that never occur are left out."""
    found = [spoken_of(text) for text in texts]
    counts = {group: sum(group in one for one in found) for group in PEOPLE}
    return {group: count / len(found) for group, count in counts.items() if count}

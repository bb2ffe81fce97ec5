"""Training and held-out files: whole sources on one side, the same way every time."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

MOST_BY_FOLDER = 0.5
LEAST_FOLDERS = 8
"""Sub-folders count as sources when there are at least this many and none holds more than half of the files: with
three folders named *cat*, *dog* and *bird*, holding one out would mean that the model never sees a bird."""


class Groups:
    """Which items belong together (union–find with path halving; Tarjan and van Leeuwen, 1984)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, item: int) -> int:
        """The first item of the group of `item`."""
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        """Put two items' groups together."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first


def folders_are_sources(folders: Sequence[str]) -> bool:
    """Whether the files' sub-folders are a sensible split; see `LEAST_FOLDERS`."""
    counts = Counter(folders)
    return len(counts) >= LEAST_FOLDERS and max(counts.values()) <= MOST_BY_FOLDER * len(folders)


def join_likes(sources: Sequence[str], pairs: Iterable[tuple[int, int]]) -> list[str]:
    """Sources such that all items of one source, and all near-duplicates, have the same.

    Args:
        sources: per item, the source as told.
        pairs: indices of near-duplicates.
    """
    groups = Groups(len(sources))
    first: dict[str, int] = {}
    for index, source in enumerate(sources):
        groups.join(index, first.setdefault(source, index))
    for one, other in pairs:
        groups.join(one, other)
    return [sources[groups.root(index)] for index in range(len(sources))]


def held_out(sources: Sequence[str], share: float, told: Sequence[bool | None]) -> list[bool]:
    """Which items are kept out of training.

    Sources are taken in the order of the hashes of their names until `share` of the items is held out; at least one
    source is held out when there are two. Where the captions file says which items to hold out, that alone decides.

    Args:
        sources: per item; near-duplicates share one.
        share: 0…0.5 of the items.
        told: per item, what the captions file says of the split; None where it says nothing.
    """
    if any(told):
        return [bool(one) for one in told]
    members: defaultdict[str, list[int]] = defaultdict(list)
    for index, source in enumerate(sources):
        members[source].append(index)
    training = {sources[index] for index, one in enumerate(told) if one is False}
    wanted = share * len(sources)
    chosen = [False] * len(sources)
    count = 0
    if share <= 0 or len(members) < 2:
        return chosen
    # A big source early in the order must not take everything: those that fit come first.
    order = sorted(members, key=lambda source: hashlib.sha256(source.encode("utf-8", "replace")).digest())
    fitting = [source for source in order if len(members[source]) <= max(1.0, 1.5 * wanted) and source not in training]
    for source in fitting or sorted(set(order) - training, key=lambda source: len(members[source]))[:1]:
        if count and count + len(members[source]) > 1.5 * wanted:
            continue
        for index in members[source]:
            chosen[index] = True
        count += len(members[source])
        if count >= wanted:
            break
    return chosen

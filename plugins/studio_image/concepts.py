"""Things by their names in English, Chinese and French: which known thing a few words mean. Standard library only.

A model of stickers knows things by one English label each; ``names.json`` beside it holds the other names and tags.
"""

from __future__ import annotations

import difflib
import json
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_image.asking import COLOUR_NAMES, COLOURS, FILLERS, forms, pieces
from studio_image.everyday import EVERYDAY

FILE = "names.json"

LIKE = 0.34
"""Least likeness, 0 … 1, for a thing to be taken for what was asked."""

TAGGED = 0.6
"""What a word counts that stands among a thing's tags, beside 1 in its name."""

UNASKED = 0.25
"""What a name loses at most for words that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing a model can draw.

    Attributes:
        label: its English name, as captions have it.
        names: all its names, simplified (see `simple`), the label first.
        chinese, french: its names in these languages.
        named: words of its names.
        tagged: words of its tags.
    """

    label: str
    names: tuple[str, ...]
    chinese: str
    french: str
    named: tuple[frozenset[str], ...]
    tagged: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """What a phrase was taken for.

    Attributes:
        concept: the thing.
        likeness: how sure that is, 0 … 1; 1 where it is one of its names.
        colours: colours that were asked for besides.
    """

    concept: Concept
    likeness: float
    colours: tuple[str, ...]


class Concepts:
    """The things a model knows, to be found by words.

    Attributes:
        known: all of them.
    """

    def __init__(self, names: Mapping[str, Mapping[str, Any]]) -> None:
        """Take what ``names.json`` holds: for each label ``tags``, ``zh``, ``zh_tags``, ``fr``, ``fr_tags``.

        Things with ``unlearned`` are in it to be told apart from misspelt or related ones: nobody who asks for a snail
        wants a sail.
        """
        concepts = [_concept(label, more) for label, more in names.items()]
        self.known = tuple(one for one, more in zip(concepts, names.values(), strict=True) if not more.get("unlearned"))
        named = frozenset(name for concept in self.known for name in concept.names)
        self._unlearned = frozenset(name for concept in concepts for name in concept.names) - named
        self._signs = frozenset(sign for concept in self.known for sign in (*concept.names, *concept.tagged))
        counts = Counter(word for concept in self.known for word in frozenset().union(concept.tagged, *concept.named))
        self._weight = {word: math.log(1 + len(self.known) / count) for word, count in counts.items()}
        self._rare = math.log(1 + len(self.known))

    def find(self, phrase: str) -> Match | None:
        """The thing that `phrase` means most likely, or None where nothing comes near."""
        asked = self._words(phrase)
        if not asked:
            return None
        exact = simple(phrase)
        if not self._unlearned.isdisjoint((exact, *forms(exact))):
            return None
        whole = " ".join(word for word in asked if not colour(word)) or exact
        scored = [(self._likeness(concept, exact, whole, asked), -place) for place, concept in enumerate(self.known)]
        best, place = max(scored)
        if best < LIKE:
            return self._misspelt(asked)
        concept = self.known[-place]
        own = frozenset().union(*concept.named)
        colours = tuple(dict.fromkeys(colour(word) for word in asked if colour(word) and word not in own))
        sibling = self._in_colour(concept, colours)
        return Match(sibling, best, ()) if sibling else Match(concept, best, colours)

    def _in_colour(self, concept: Concept, colours: Sequence[str]) -> Concept | None:
        """The thing of the same name in these colours: the green apple, where the red one was found."""
        bare = [word for word in simple(concept.label).split() if word not in COLOURS]
        label = " ".join([*colours, *bare])
        return next((one for one in self.known if simple(one.label) == label), None) if colours else None

    def suggest(self, phrase: str, most: int = 6) -> tuple[str, ...]:
        """Names like `phrase`, or some of those known."""
        near = difflib.get_close_matches(simple(phrase), [name for one in self.known for name in one.names], most, 0.5)
        return tuple(near) or tuple(concept.label for concept in self.known[:: max(1, len(self.known) // most)])

    def _words(self, phrase: str) -> tuple[str, ...]:
        found = pieces(simple(phrase), lambda piece: piece in self._signs or piece in COLOUR_NAMES)
        return tuple(dict.fromkeys(self._form(word) for word in found if word not in FILLERS))

    def _form(self, word: str) -> str:
        return next((form for form in forms(word) if form in self._weight), word)

    def _likeness(self, concept: Concept, exact: str, whole: str, asked: Sequence[str]) -> float:
        """What share of the words asked for it has, rare ones counting more, less what nobody asked for."""
        if exact in concept.names:
            return 1.0
        if whole in concept.names:
            return 0.995
        named = frozenset().union(*concept.named)
        gain = total = 0.0
        for word in asked:
            if colour(word) and word not in named:
                continue
            weight = self._weight.get(word, self._rare)
            total += weight
            gain += weight * (1.0 if word in named else TAGGED if word in concept.tagged else 0.0)
        if not gain:
            return 0.0
        extra = min(len(name - set(asked)) / len(name) for name in concept.named if name)
        return 0.99 * gain / total - UNASKED * extra

    def _misspelt(self, asked: Iterable[str]) -> Match | None:
        """The thing whose whole name is nearly what was written."""
        written = " ".join(word for word in asked if not colour(word))
        names = {name: concept for concept in reversed(self.known) for name in concept.names}
        near = difflib.get_close_matches(written[:60], names, 1, 0.8)
        if not near:
            return None
        return Match(names[near[0]], 0.8, tuple(colour(word) for word in asked if colour(word)))


def read_concepts(folder: Path) -> Concepts | None:
    """The things that the model in `folder` knows; None where there is no list.

    Raises:
        ValueError: the list is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return Concepts(json.loads(path.read_text("utf-8")))
    except (AttributeError, TypeError) as error:
        raise ValueError(f"{path} holds no list of names ({error}).") from error


def colour(word: str) -> str:
    """The colour that a word in any of the languages names; empty where it names none."""
    return word if word in COLOURS else COLOUR_NAMES.get(word, "")


def simple(text: str) -> str:
    """`text` in lower case, without accents, punctuation and double spaces."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain.replace("œ", "oe")).split())


def _concept(label: str, more: Mapping[str, Any]) -> Concept:
    chinese, french = str(more.get("zh", "")), str(more.get("fr", ""))
    names = tuple(
        dict.fromkeys(name for name in map(simple, (label, chinese, french, *EVERYDAY.get(label, ()))) if name)
    )
    tags = [simple(str(tag)) for key in ("tags", "zh_tags", "fr_tags") for tag in more.get(key, ())]
    words = frozenset(word for tag in tags for word in (tag, *tag.split()) if word not in FILLERS)
    named = tuple(frozenset(word for word in name.split() if word not in FILLERS) for name in names)
    return Concept(label, names, chinese, french, named, words)

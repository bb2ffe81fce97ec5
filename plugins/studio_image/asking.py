"""What of a prompt a model with a small vocabulary understands, and what becomes of the rest. Standard library only."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

READ = 300
"""Characters of a prompt that are read; nobody asks for a small picture in more."""

NEAR = 0.82
"""How alike (difflib's ratio) a misspelt word must be to a known one to be taken for it."""

HINTED = 3
"""Words that are offered in place of one that is not known."""

LONGEST_SIGN = 4
"""Most Chinese characters of one word."""

FILLERS = frozenset((
    "a", "an", "and", "at", "by", "for", "from", "in", "it", "its", "my", "of", "on", "or", "some", "that", "the",
    "this", "to", "very", "with", "please", "draw", "picture", "pixel", "art", "sprite", "sticker", "emoji",
    "cute", "two", "three", "可爱",
    "un", "une", "des", "de", "du", "la", "le", "les", "et", "avec", "en", "à", "au", "d", "l",
    "的", "一", "个", "只", "条", "把", "和", "与", "朵", "棵", "张", "匹", "头", "位", "画", "了", "着", "在", "有",
))  # fmt: skip
"""Words that name nothing that can be seen."""

COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "white", "grey", "black")
"""The words that captions of the studio's own models use for colours."""

COLOUR_NAMES: Mapping[str, str] = {
    "gray": "grey", "violet": "purple", "scarlet": "red", "crimson": "red", "turquoise": "cyan", "golden": "yellow",
    "rouge": "red", "jaune": "yellow", "vert": "green", "verte": "green", "bleu": "blue",
    "bleue": "blue", "violette": "purple", "rose": "pink", "marron": "brown", "brun": "brown", "brune": "brown",
    "blanc": "white", "blanche": "white", "gris": "grey", "grise": "grey", "noir": "black", "noire": "black",
    "红": "red", "红色": "red", "橙": "orange", "橙色": "orange", "黄": "yellow", "黄色": "yellow", "金色": "yellow",
    "绿": "green", "绿色": "green", "青": "cyan", "青色": "cyan", "蓝": "blue", "蓝色": "blue", "紫": "purple",
    "紫色": "purple", "粉": "pink", "粉色": "pink", "粉红": "pink", "棕": "brown", "棕色": "brown", "褐色": "brown",
    "白": "white", "白色": "white", "灰": "grey", "灰色": "grey", "黑": "black", "黑色": "black",
}  # fmt: skip
"""Other names of these colours, in English, French and Chinese."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt as a model reads it.

    Attributes:
        known: words it knows, in order, each once.
        unknown: what it does not know and leaves out.
        taken_for: what was written and the known words it was taken for.
    """

    known: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    taken_for: tuple[tuple[str, str], ...] = ()


def read(prompt: str, words: Sequence[str], names: Mapping[str, str] | None = None) -> Reading:
    """What of `prompt` a model with these `words` can use: exact words, other names, singulars, near misspellings.

    Args:
        prompt: what the artist wrote.
        words: the model's vocabulary, the most frequent word first.
        names: other names, in any language, for one or more of the words.
    """
    there, table = frozenset(words), {**COLOUR_NAMES, **(names or {})}
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    taken: list[tuple[str, str]] = []
    for written in pieces(prompt[:READ], lambda piece: piece in there or piece in table):
        found = meant(written, words, there, table)
        known.update(dict.fromkeys(found))
        if found and found != (written,):
            taken.append((written, " ".join(found)))
        elif not found and written not in FILLERS:
            unknown.setdefault(written)
    return Reading(tuple(known), tuple(unknown), tuple(taken))


def pieces(text: str, is_word: Callable[[str], bool]) -> Iterator[str]:
    """The words of `text` in lower case; in runs of Chinese the longest ones for which `is_word` says yes.

    Args:
        text: in any language.
        is_word: a function from a word to whether it is one.
    """
    for run in re.findall(r"[\u4e00-\u9fff]+|[^\W_\u4e00-\u9fff]+", text.lower()):
        if not "\u4e00" <= run[0] <= "\u9fff":
            yield run
            continue
        while run:
            sizes = range(min(LONGEST_SIGN, len(run)), 1, -1)
            size = next((size for size in sizes if is_word(run[:size])), 1)
            yield run[:size]
            run = run[size:]


def meant(written: str, words: Sequence[str], there: frozenset[str], table: Mapping[str, str]) -> tuple[str, ...]:
    """The known words that `written` stands for; none where it stands for nothing."""
    if written in there:
        return (written,)
    if written in FILLERS:
        return ()
    for form in forms(written):
        if form in there:
            return (form,)
        if form in table:
            return tuple(word for word in table[form].split() if word in there)
    near = difflib.get_close_matches(written, words, n=1, cutoff=NEAR) if len(written) > 3 else []
    return tuple(near)


def forms(word: str) -> tuple[str, ...]:
    """A word, and what it may be the plural of."""
    return word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word), re.sub("ves$", "f", word)


def nearest(unknown: Iterable[str], words: Sequence[str], names: Iterable[str] = ()) -> tuple[str, ...]:
    """Words a model knows that look like those it does not know, or its most frequent ones."""
    near: dict[str, None] = {}
    for word in list(unknown)[:HINTED]:
        near.update(dict.fromkeys(difflib.get_close_matches(word, [*words, *names], n=HINTED, cutoff=0.6)))
    return tuple(near) or tuple(words[: 4 * HINTED])


def listed(words: Iterable[str], most: int = 8) -> str:
    """Words in quotation marks, long ones and long lists cut off."""
    shown = [f"“{word[:24]}…”" if len(word) > 24 else f"“{word}”" for word in words]
    return ", ".join(shown[:most]) + (" …" if len(shown) > most else "")

"""A text that is searched for an answer: its sentences, the stems of its words, and where a question's words turn up.

Standard library only. Nothing here is learned; a network reads what this module marks.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"'”’)]*(?=\s)|(?=\n\s*\n)|\Z)", re.DOTALL)
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e|[A-Z])\.$")

LONGEST_SENTENCE = 400
"""Characters after which a sentence is cut at the next comma, semicolon or space: old tales run on."""

_STOP = """
a an the and or but if then than that this these those there here of to in on at by for from with without into
onto upon up down out off over under about as so not no nor is are was were be been being am do does did done doing
have has had having will would shall should can could may might must i you he she it we they me him her us them my
your his its our their who whom whose which what when where why how all any some very too also just only own same
happen happened because after before while during
"""

STOP = frozenset(_STOP.split())
"""Words that say little about what a question is after."""

IRREGULAR = {
    form: base
    for base, forms in {
        "arise": "arose arisen", "awake": "awoke awoken", "bear": "bore borne born", "beat": "beaten",
        "become": "became", "begin": "began begun", "bend": "bent", "bind": "bound", "bite": "bit bitten",
        "blow": "blew blown", "break": "broke broken", "bring": "brought", "build": "built", "burn": "burnt",
        "buy": "bought", "catch": "caught", "choose": "chose chosen", "come": "came", "creep": "crept",
        "dig": "dug", "draw": "drew drawn", "dream": "dreamt", "drink": "drank drunk", "drive": "drove driven",
        "dwell": "dwelt", "eat": "ate eaten", "fall": "fell fallen", "feed": "fed", "feel": "felt",
        "fight": "fought", "find": "found", "flee": "fled", "fly": "flew flown", "forbid": "forbade forbidden",
        "forget": "forgot forgotten", "freeze": "froze frozen", "get": "got gotten", "give": "gave given",
        "go": "goes went gone", "grow": "grew grown", "hang": "hung", "hear": "heard", "hide": "hid hidden",
        "hold": "held", "keep": "kept", "kneel": "knelt", "know": "knew known", "lead": "led", "leave": "left",
        "lend": "lent", "lie": "lay lain", "lose": "lost", "make": "made", "mean": "meant", "meet": "met",
        "pay": "paid", "ride": "rode ridden", "ring": "rang rung", "rise": "rose risen", "run": "ran",
        "say": "said", "see": "saw seen", "seek": "sought", "sell": "sold", "send": "sent", "shake": "shook shaken",
        "shine": "shone", "shoot": "shot", "show": "shown", "sing": "sang sung", "sink": "sank sunk", "sit": "sat",
        "sleep": "slept", "speak": "spoke spoken", "spend": "spent", "spin": "spun", "spring": "sprang sprung",
        "stand": "stood", "steal": "stole stolen", "stick": "stuck", "strike": "struck", "swear": "swore sworn",
        "sweep": "swept", "swim": "swam swum", "take": "took taken", "teach": "taught", "tear": "tore torn",
        "tell": "told", "think": "thought", "throw": "threw thrown", "understand": "understood", "wake": "woke woken",
        "wear": "wore worn", "weave": "wove woven", "weep": "wept", "win": "won", "write": "wrote written",
        "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth", "goose": "geese",
        "mouse": "mice", "wife": "wives", "wolf": "wolves", "leaf": "leaves", "knife": "knives",
    }.items()
    for form in forms.split()
}  # fmt: skip
"""Base forms of common irregular verbs and nouns: a question asks "did she *see*", the text says "she *saw*"."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        start, end: its place in the text, characters.
        stems: stems of its words, in order.
    """

    start: int
    end: int
    stems: tuple[str, ...]


def stem(word: str) -> str:
    """A crude base form, enough to bring *walked*, *walking* and *walks* together."""
    word = word.lower().replace("’", "'").removesuffix("'s").removesuffix("'")
    word = IRREGULAR.get(word, word)
    for suffix, least in (("ingly", 4), ("edly", 4), ("ing", 3), ("ies", 3), ("ed", 3), ("es", 3), ("ly", 3), ("s", 3)):
        if word.endswith(suffix) and len(word) - len(suffix) >= least and not word.endswith("ss"):
            word = word[: -len(suffix)] + ("y" if suffix == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]  # stopped → stopp → stop
    return word[:-1] if len(word) > 3 and word.endswith("e") else "".join((word[:-1], "i")) if _ends_y(word) else word


def _ends_y(word: str) -> bool:
    return len(word) > 2 and word.endswith("y") and word[-2] not in "aeiou"


def stems_of(text: str) -> tuple[str, ...]:
    """Stems of all words of `text`, in order."""
    return tuple(stem(match.group()) for match in WORD.finditer(text))


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of `text` in order; paragraphs part them too, single line breaks do not."""
    found: list[Sentence] = []
    start = -1
    for match in _SENTENCE.finditer(text):
        start = match.start() if start < 0 else start
        if _ABBREVIATION.search(text[start : match.end()]):
            continue
        found += [_sentence(text, first, last) for first, last in _pieces(text, start, match.end())]
        start = -1
    if start >= 0:
        found.append(_sentence(text, start, len(text.rstrip())))
    return [sentence for sentence in found if sentence.stems]


def _sentence(text: str, start: int, end: int) -> Sentence:
    return Sentence(start, end, stems_of(text[start:end]))


def _pieces(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The sentence between `start` and `end` in parts that are not too long."""
    while end - start > LONGEST_SENTENCE:
        part = text[start : start + LONGEST_SENTENCE]
        cut = max(part.rfind(sign, LONGEST_SENTENCE // 2) for sign in (";", ",", ":")) + 1
        cut = cut or part.rfind(" ") + 1 or LONGEST_SENTENCE
        yield start, start + cut
        start += cut
        while start < end and text[start].isspace():
            start += 1
    yield start, end


class Rarity:
    """How much the stems of a question tell: inverse document frequencies (Spärck Jones 1972)."""

    def __init__(self, known: Mapping[str, float], unknown: float) -> None:
        """`known` by stem; `unknown` for all others."""
        self._known, self._unknown = known, unknown

    @classmethod
    def counted(cls, texts: Iterable[Collection[str]]) -> Rarity:
        """Count in how many of `texts`, given as their stems, each stem occurs."""
        counts: Counter[str] = Counter()
        total = 0
        for stems in texts:
            counts.update(set(stems))
            total += 1
        return cls(
            {one: round(math.log((total + 1) / (count + 1)), 2) for one, count in counts.items() if count > 1},
            round(math.log((total + 1) / 2), 2),
        )

    def __call__(self, stem: str) -> float:
        """The weight of a stem, ≥ 0; 0 for words that say little."""
        return 0.0 if stem in _STOP_STEMS else self._known.get(stem, self._unknown)

    def to_json(self) -> dict[str, object]:
        """For the model's folder."""
        return {"known": dict(sorted(self._known.items())), "unknown": self._unknown}

    def share(self, question: Collection[str], stems: Collection[str]) -> float:
        """How much of what a question's stems tell stands among `stems`, 0 … 1."""
        total = math.fsum(map(self, set(question)))  # exact sums: sets come in another order in each process
        return math.fsum(self(one) for one in set(question) & set(stems)) / total if total else 0.0

    def likeness(self, question: Collection[str], stems: Sequence[str]) -> float:
        """Cosine of the TF-IDF vectors of both (Salton & Buckley 1988), the question's own length left out."""
        counts = Counter(stems)
        length = math.sqrt(math.fsum((count * self(one)) ** 2 for one, count in counts.items()))
        dot = math.fsum(self(one) ** 2 * counts[one] for one in set(question))
        return dot / length if length else 0.0


_STOP_STEMS = STOP | {stem(word) for word in STOP}

"""Forms of English verse as data: lines, feet, rhymes, and how words sound. Standard library only.

Metres are written one letter a syllable, ``w`` weak and ``S`` strong. Sounds are those of the CMU Pronouncing
Dictionary, so they are American and modern: *love* and *prove*, which poets rhyme, are none here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARKS = frozenset((",", ";", ":", ".", "!", "?", "--"))
"""Punctuation marks, each a unit of its own."""

ENDS = frozenset((".", "!", "?"))

PENTAMETER, TETRAMETER, TRIMETER = "wS" * 5, "wS" * 4, "wS" * 3
TROCHAIC = "Sw" * 3 + "S"
LONG_LIMERICK, SHORT_LIMERICK = "wSwwSwwS", "wSwwS"

METRES = {
    "pentameter": (PENTAMETER, "pentameter"),
    "tetrameter": (TETRAMETER, "tetrameter"),
    "trimeter": (TRIMETER, "trimeter"),
    "trochaic": (TROCHAIC, "tetrameter"),
}
"""Metres an artist can choose: the line, and the name of such lines in the model's captions."""

_LIGHT = """
a an the and or but nor of to in on at by for from with as if so than that this these i you he she it we they me
him her us them my your his its our their thy thee thou ye is are was were be been am do does did has have had will
would shall should can could may might must not no what which who when where how while through o'er upon
"""

LIGHT = frozenset(_LIGHT.split())
"""Words of one syllable that bear no stress of their own: they fit a weak place, other ones a strong one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be written.

    Attributes:
        feet: its syllables, ``w`` or ``S`` each.
        rhyme: number of the rhyme it takes part in, −1 for none.
        ends_stanza: whether an empty line follows.
    """

    feet: str
    rhyme: int
    ends_stanza: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A form of verse.

    Attributes:
        stanzas: rhyme letters of each stanza, ``-`` for lines that do not rhyme.
        feet: of the lines of a stanza, in turn; empty where the artist chooses the metre.
        metre: what such lines are called in the model's captions; empty where the artist chooses.
    """

    stanzas: tuple[str, ...]
    feet: tuple[str, ...] = ()
    metre: str = ""


KINDS = {
    "couplets": Kind(("aabb", "ccdd")),
    "quatrains": Kind(("abab", "cdcd")),
    "envelope": Kind(("abba", "cddc")),
    "ballad": Kind(("-a-a", "-b-b", "-c-c"), (TETRAMETER, TRIMETER), "ballad"),
    "sonnet": Kind(("abab", "cdcd", "efef", "gg"), (PENTAMETER,), "pentameter"),
    "limerick": Kind(
        ("aabba",), (LONG_LIMERICK, LONG_LIMERICK, SHORT_LIMERICK, SHORT_LIMERICK, LONG_LIMERICK), "mixed"
    ),
    "blank": Kind(("--------",)),
}


def lines_of(kind: str, metre: str) -> tuple[list[Line], str]:
    """The lines of a form, and what they are called in captions; `metre` counts where the form leaves it open."""
    form = KINDS[kind]
    chosen, name = METRES[metre]
    feet, name = (form.feet, form.metre) if form.feet else ((chosen,), name)
    lines, numbers = [], dict[str, int]()
    for number, stanza in enumerate(form.stanzas):
        for place, letter in enumerate(stanza):
            rhyme = -1 if letter == "-" else numbers.setdefault(letter, len(numbers))
            last = place == len(stanza) - 1 and number < len(form.stanzas) - 1
            lines.append(Line(feet[place % len(feet)], rhyme, last))
    return lines, name


@dataclass(frozen=True, slots=True)
class Sound:
    """How a word sounds.

    Attributes:
        stresses: ``0`` none, ``1`` main, ``2`` secondary, one for each syllable.
        rhyme: its sounds from the last stressed vowel on; empty when it is not known for sure.
        before: the consonants in front of that.
    """

    stresses: str
    rhyme: str
    before: str

    def faults(self, word: str, feet: str) -> float:
        """How badly a word stands on `feet`, as many letters as it has syllables; 0 is well."""
        if len(self.stresses) == 1:
            return float((word.lower() in LIGHT) == (feet == "S")) * 0.5
        wrong = sum(stress == "1" for stress, foot in zip(self.stresses, feet, strict=True) if foot == "w")
        return 2.0 * wrong + sum(stress == "0" for stress, foot in zip(self.stresses, feet, strict=True) if foot == "S")


@dataclass(frozen=True, slots=True)
class EnglishTables:
    """What stands in ``verse.json`` of the English starter.

    Attributes:
        sounds: by word, as written within a line.
        hints: words that stood in captions, with the number of texts.
        authors: names that stood in captions, with the number of texts.
    """

    sounds: Mapping[str, Sound]
    hints: Mapping[str, int]
    authors: Mapping[str, int]

    @classmethod
    def read(cls, folder: Path) -> EnglishTables:
        """Read the tables of a starter. Raises `OSError`, `ValueError` or `KeyError`."""
        plain = json.loads((folder / "verse.json").read_text("utf-8"))
        sounds = {}
        for word, entry in plain["sounds"].items():
            stresses, rhyme, before = entry.split(" ")
            sounds[word] = Sound(stresses, rhyme.strip("-"), before.strip("-"))
        return cls(sounds, plain["hints"], plain["authors"])

    def sound(self, word: str) -> Sound | None:
        """How a word sounds, however it is cased; None when unknown."""
        return self.sounds.get(word) or self.sounds.get(word.lower()) or self.sounds.get(word.capitalize())

    def rhymes(self, one: str, other: str) -> bool:
        """Whether two words rhyme: alike from the stressed vowel on, and not alike before it."""
        left, right = self.sound(one), self.sound(other)
        if left is None or right is None or not left.rhyme:
            return False
        return left.rhyme == right.rhyme and left.before != right.before

    def syllables(self, units: Sequence[str]) -> int:
        """Syllables of a line; unknown words count as none."""
        found = (self.sound(unit) for unit in units if unit not in MARKS)
        return sum(len(sound.stresses) for sound in found if sound)


_UNIT = re.compile(r"'?[A-Za-z]+(?:['-][A-Za-z]+)*'?|--|[,;:.!?]")


def units_of(line: str) -> list[str]:
    """Words and punctuation marks of a line as a reader sees it."""
    return _UNIT.findall(line.replace("’", "'").replace("—", "--"))


def shown(units: Sequence[str], *, after_end: bool = True) -> str:
    """A line as a reader sees it: capitals at its beginning and after a full stop, marks at the word before them."""
    text, capital = "", True
    for unit in units:
        if unit in MARKS:
            text += f" {unit}" if unit == "--" else unit
            capital = capital or (after_end and unit in ENDS)
            continue
        first = next((place for place, letter in enumerate(unit) if letter.isalpha()), 0)
        text += " " * bool(text) + (unit[:first] + unit[first:].capitalize() if capital and unit.islower() else unit)
        capital = False
    return text

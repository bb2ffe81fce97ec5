"""The forms of classical Chinese verse as data: line lengths, rhymes, tones, and what would be a copy.

Standard library only. Sounds are modern standard ones (*Zhonghua xinyun*), so some old rhymes, and the entering tone,
are not heard as the poets of the Tang heard them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HAN = re.compile(r"[\u3400-\u9fff]")
LEVEL = frozenset("12")
"""Modern tones that count as level (ping); 3 and 4 are oblique (ze)."""

REGULATED = frozenset({"五言绝句", "七言绝句", "五言律诗", "七言律诗"})
"""Forms whose rhymes are level and whose tones alternate."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One character to be written.

    Attributes:
        phrase: number of its phrase (what stands between two punctuation marks) in the poem.
        place: its place in the phrase, from 0.
        length: characters of the phrase.
        rhyme: number of the rhyme it takes part in, −1 for none.
        after: punctuation and line break that follow it.
    """

    phrase: int
    place: int
    length: int
    rhyme: int
    after: str

    @property
    def is_last(self) -> bool:
        """Whether it ends a phrase."""
        return self.place == self.length - 1


@dataclass(frozen=True, slots=True)
class Form:
    """A form or tune.

    Attributes:
        name: as in captions, e.g. ``"五言绝句"``.
        lines: characters of each phrase, line by line.
        rhymes: for each phrase the number of its rhyme, −1 for none.
    """

    name: str
    lines: tuple[tuple[int, ...], ...]
    rhymes: tuple[int, ...]

    @property
    def phrases(self) -> tuple[int, ...]:
        """Characters of each phrase."""
        return tuple(length for line in self.lines for length in line)

    @property
    def is_regulated(self) -> bool:
        """Whether the rules for tones of shi hold."""
        return self.name in REGULATED

    def slots(self) -> list[list[Slot]]:
        """The characters of each line, in order."""
        rows, phrase = [], 0
        for number, line in enumerate(self.lines):
            row = []
            for part, length in enumerate(line):
                end = "，" if part < len(line) - 1 else "。" if number == len(self.lines) - 1 else "。\n"
                for place in range(length):
                    after = end if place == length - 1 else ""
                    rhyme = self.rhymes[phrase] if after else -1
                    row.append(Slot(phrase, place, length, rhyme, after))
                phrase += 1
            rows.append(row)
        return rows

    def fits(self, text: str) -> bool:
        """Whether `text` has exactly the lines and punctuation of this form."""
        wanted = "".join(f"[\u3400-\u9fff]{{{1}}}{slot.after}" for row in self.slots() for slot in row)
        return re.fullmatch(wanted, text) is not None


@dataclass(frozen=True, slots=True)
class Tables:
    """What stands in ``verse.json``.

    Attributes:
        forms: by name.
        sounds: rhyme group and tone by character, e.g. ``{"春": "文1"}``.
        hints: words that stood in captions, with the number of poems that hold them.
    """

    forms: Mapping[str, Form]
    sounds: Mapping[str, str]
    hints: Mapping[str, int]

    @classmethod
    def read(cls, folder: Path) -> Tables:
        """Read the tables of a starter."""
        plain = json.loads((folder / "verse.json").read_text("utf-8"))
        forms = {
            name: Form(name, tuple(map(tuple, entry["lines"])), tuple(entry["rhymes"]))
            for name, entry in plain["forms"].items()
        }
        return cls(forms, plain["sounds"], plain["hints"])

    def group(self, character: str) -> str:
        """The rhyme group of a character, empty when unknown."""
        return self.sounds.get(character, "")[:1]

    def tone(self, character: str) -> str:
        """``"level"``, ``"oblique"``, or empty when unknown."""
        sound = self.sounds.get(character, "")
        return ("level" if sound[-1] in LEVEL else "oblique") if sound else ""

    def rhyme_faults(self, form: Form, text: str) -> int:
        """Phrase ends that do not rhyme with the first of their rhyme."""
        first: dict[int, str] = {}
        faults = 0
        for phrase, number in zip(phrases_of(text), form.rhymes, strict=True):
            if number >= 0:
                faults += first.setdefault(number, self.group(phrase[-1])) != self.group(phrase[-1])
        return faults


def phrases_of(text: str) -> list[str]:
    """The parts of a poem between punctuation marks."""
    return re.findall(r"[\u3400-\u9fff]+", text)


def wanted_tone(slot: Slot, first: str) -> str:
    """The tone a regulated poem asks for at `slot`, ``"level"``, ``"oblique"`` or empty where it is free.

    The second, fourth and sixth character alternate; from phrase to phrase they change by turns (opposite within a
    couplet, alike across it: Wang Li, *Hanyu shilüxue*, chapter 1). `first` is the tone of the poem's second
    character, which settles all others. Even phrases end level, odd ones but the first oblique.
    """
    if slot.is_last:
        return "level" if slot.phrase % 2 else "" if slot.phrase == 0 else "oblique"
    if slot.place % 2 == 0 or not first:
        return ""
    turned = slot.phrase % 4 in {1, 2}
    alike = (slot.place % 4 == 1) != turned
    return first if alike else {"level": "oblique", "oblique": "level"}[first]


def places_of(run: str, bits: int, hashes: int) -> list[int]:
    """The bits of a Bloom filter that stand for `run`: so many, each below `bits`, a power of two."""
    digest = hashlib.blake2b(run.encode(), digest_size=4 * hashes).digest()
    return [int.from_bytes(digest[4 * n : 4 * n + 4], "little") % bits for n in range(hashes)]


class Runs:
    """The fingerprints of all runs of characters in the poems a model learned from."""

    def __init__(self, table: bytes, length: int, hashes: int) -> None:
        """`table` is the filter's bits, `length` the characters of a run."""
        self._table, self.length, self._hashes = table, length, hashes

    @classmethod
    def read(cls, folder: Path) -> Runs:
        """Read the filter of a starter."""
        from safetensors import safe_open

        with safe_open(folder / "runs.safetensors", framework="numpy") as file:
            facts = file.metadata()
            return cls(file.get_tensor("runs").tobytes(), int(facts["run"]), int(facts["hashes"]))

    def copies(self, letters: Sequence[str]) -> bool:
        """Whether the last characters of `letters` stand in a training poem, all `length` of them in a row.

        Now and then (under one in a hundred) a new run is taken for a known one, never the other way round.
        """
        if len(letters) < self.length:
            return False
        places = places_of("".join(letters[-self.length :]), 8 * len(self._table), self._hashes)
        return all(self._table[place >> 3] >> (place & 7) & 1 for place in places)

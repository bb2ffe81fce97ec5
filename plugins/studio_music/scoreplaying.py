"""From any score to a performance: who plays each track, how loud it is to the whole, and where its notes fall."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from studio.sdk import Note, Score, Track, UserError
from studio_music.arrange import Part
from studio_music.performance import Performance
from studio_music.play import AS_WRITTEN
from studio_music.synth.mixer import Room
from studio_music.synth.patches import PATCHES
from studio_music.theory import TONICS

MOST_SECONDS = 20 * 60.0
"""The longest piece that is played: mastering holds all of it in memory."""

ROOMS = {
    "dry": (Room(0.5, 0.0, tape=False), 1.5),
    "room": (Room(1.1, 0.3, tape=False), 2.5),
    "hall": (Room(2.2, 0.6, tape=False), 3.0),
    "church": (Room(3.6, 0.85, tape=False), 4.5),
}
"""The rooms, and the seconds in which their sound dies away after the last note."""

GENERAL_MIDI = {
    "piano": "piano piano piano piano epiano epiano steel_guitar steel_guitar",  # harpsichords pluck metal strings
    "chromatic percussion": "celesta celesta music_box vibraphone marimba marimba vibraphone harp",
    "organ": "organ organ organ organ organ organ organ organ",
    "guitar": "guitar steel_guitar steel_guitar steel_guitar steel_guitar bright_lead bright_lead steel_guitar",
    "bass": "upright_bass finger_bass finger_bass finger_bass finger_bass finger_bass synth_bass synth_bass",
    "strings": "violin viola cello contrabass strings pizzicato harp marimba",  # the last is the timpani
    "ensemble": "strings strings strings strings warm_pad warm_pad warm_pad strings",
    "brass": "horn horn horn horn horn horn horn horn",
    "reed": "clarinet clarinet clarinet clarinet clarinet clarinet clarinet clarinet",
    "pipe": "flute flute flute flute flute flute flute flute",
    "synth lead": "lead bright_lead flute lead bright_lead lead bright_lead pluck_synth",
    "synth pad": "warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad",
    "synth effects": "pluck_synth warm_pad celesta pluck_synth warm_pad warm_pad warm_pad warm_pad",
    "ethnic": "steel_guitar steel_guitar steel_guitar harp kalimba clarinet violin clarinet",
    "percussive": "celesta marimba kalimba marimba marimba marimba marimba warm_pad",
    "sound effects": "warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad warm_pad",
}
"""The nearest of the studio's instruments for the eight programs of each General MIDI family, programs 0 to 127."""

INSTRUMENTS = tuple(name for family in GENERAL_MIDI.values() for name in family.split())
"""The studio's instrument by General MIDI program."""

BASS_BELOW = 52
"""A bass line's median pitch is lower than this E below middle C."""

_TOGETHER = 0.1
"""Share of notes that may begin while another still sounds in what is played one note at a time."""

_OVERLAP = 0.1
"""Quarter notes by which notes of one line run into each other, as players slur."""


def performance_of(params: Any, chance: np.random.Generator | None) -> Performance:
    """What to play and how.

    Args:
        params: of `studio_music.play.PlayScore`.
        chance: for small unevenness; None for none.

    Raises:
        UserError: the score has no notes, or sounds for more than `MOST_SECONDS`.
    """
    score: Score = params.score
    tracks = [track for track in score.tracks if track.notes]
    if not tracks:
        raise UserError("The score has no notes.", param="score", hint="Choose or draw one that has some.")
    tempo = score.tempo * params.speed / 100
    seconds = score.length * 60 / tempo
    if seconds > MOST_SECONDS:
        raise UserError(
            f"The score is too long: it would sound for {seconds / 60:.0f} minutes, and at most "
            f"{MOST_SECONDS / 60:.0f} are played.",
            param="score",
            hint="Play it faster, or take a part of it.",
        )
    parts = parts_of(tracks, params.sound, params.transpose)
    if chance is not None:
        parts = [_loosened(part, params.humanize, tempo / 60, chance) for part in parts]
    room, tail = ROOMS[params.room]
    count, unit = score.meter
    bar = max(1.0, count * 4 / unit)
    return Performance(parts, tempo, bar, score.length, room, tail)


def score_of(piece: Performance, written: Score, transpose: int) -> Score:
    """The notes as they are played, so that they can be followed while they sound; metre and title are as written."""
    tracks = tuple(
        Track("Drums", part.notes, drums=True)
        if part.instrument == "drums"
        else Track(
            PATCHES[part.instrument].label, part.notes,
            PATCHES[part.instrument].program if part.program is None else part.program,
        )
        for part in piece.parts
    )  # fmt: skip
    return Score(tracks, piece.tempo, written.meter, transposed(written.key, transpose), title=written.title)


def transposed(key: str, semitones: int) -> str:
    """A key such as ``"D minor"`` so many semitones higher; unchanged where it is none of `TONICS`."""
    tonic, _, mode = key.partition(" ")
    return f"{TONICS[(TONICS.index(tonic) + semitones) % 12]} {mode}" if tonic in TONICS else key


def parts_of(tracks: Sequence[Track], sound: str, transpose: int) -> list[Part]:
    """Tracks as parts; tracks that play the same instrument in the same role are one part.

    Args:
        tracks: those with notes.
        sound: `AS_WRITTEN`, or an instrument for all but the drums.
        transpose: semitones; drums stay.
    """
    merged: dict[tuple[str, str, int | None], list[Note]] = {}
    for track, role in zip(tracks, roles_of(tracks), strict=True):
        if track.drums:
            who: tuple[str, str, int | None] = (role, "drums", None)
            notes = list(track.notes)
        else:
            who = (role, INSTRUMENTS[track.program], track.program) if sound == AS_WRITTEN else (role, sound, None)
            notes = [Note(n.start, n.duration, folded(n.pitch + transpose), n.velocity) for n in track.notes]
        merged.setdefault(who, []).extend(notes)
    return [Part(role, name, tuple(sorted(notes)), program) for (role, name, program), notes in merged.items()]


def roles_of(tracks: Sequence[Track]) -> list[str]:
    """What each track is to the whole; it decides how loud a track is beside the others.

    Drums are drums. Of the others, the one whose median pitch is highest is the melody. The lowest is the bass if it
    lies below `BASS_BELOW` and is played one note at a time. All others are chords.
    """
    roles = ["drums" if track.drums else "chords" for track in tracks]
    middles = {
        index: float(np.median([note.pitch for note in track.notes]))
        for index, track in enumerate(tracks)
        if not track.drums
    }
    if middles:
        highest = max(middles, key=lambda index: middles[index])
        lowest = min(middles, key=lambda index: middles[index])
        if middles[lowest] < BASS_BELOW and _is_line(tracks[lowest].notes):
            roles[lowest] = "bass"
        if highest != lowest or len(middles) == 1:
            roles[highest] = "melody"
    return roles


def _is_line(notes: Sequence[Note]) -> bool:
    """Whether notes are played one at a time."""
    begun = sorted(notes)
    together = sum(after.start < before.start + before.duration - _OVERLAP for before, after in pairwise(begun))
    return together <= _TOGETHER * len(begun)


def folded(pitch: int) -> int:
    """A pitch within MIDI's range, moved there by octaves."""
    if pitch < 0:
        return pitch % 12
    return pitch if pitch <= 127 else 127 - (127 - pitch) % 12


def _loosened(part: Part, amount: float, beats: float, chance: np.random.Generator) -> Part:
    """Small errors of timing (a few milliseconds, at most 20) and touch, as players make them.

    Args:
        part: what is played exactly.
        amount: 0 exact … 1 loose.
        beats: quarter notes a second.
        chance: random numbers.
    """
    count = len(part.notes)
    slips = np.clip(chance.normal(0.0, 0.012 * amount, count), -0.02, 0.02) * beats
    touches = np.clip(chance.normal(0.0, 5.0 * amount, count), -12, 12)
    loose = [
        Note(max(0.0, note.start + float(slip)), note.duration, note.pitch, int(np.clip(note.velocity + touch, 1, 127)))
        for note, slip, touch in zip(part.notes, slips, touches, strict=True)
    ]
    return Part(part.role, part.instrument, tuple(sorted(loose)), part.program)

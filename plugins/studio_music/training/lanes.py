"""Scores onto the grid and back: notes to lanes of one voice each, on a raster of sixteenths."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import studio.sdk as sdk
from studio_music.harmonize import key_of
from studio_music.theory import TONICS
from studio_music.training.grid import ONSET, OVER, REST, STEPS, Lanes

MIDI_BYTES = 2 * 2**20
_DRUMS = 9
LONGEST_STEPS = 4 * STEPS * 2000
_FLATS = {"Db": 1, "Eb": 3, "Gb": 6, "Ab": 8, "Bb": 10, "Cb": 11, "C#": 1, "D#": 3, "G#": 8, "A#": 10}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece on the grid.

    Attributes:
        name: its file's name.
        lanes: int16 [steps, voices]; a whole number of quarter notes.
        tonic: pitch class of the tonic.
        minor: whether the key is minor.
    """

    name: str
    lanes: Lanes
    tonic: int
    minor: bool


def read_piece(path: Path, voices: int) -> Piece:
    """Read a MIDI file onto `voices` lanes.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no MIDI file or has no pitched notes.
    """
    score = read_midi(path)
    lanes = lanes_of(score, voices)
    tonic, minor = key_of_score(score)
    return Piece(path.name, lanes, tonic, minor)


def read_midi(path: Path) -> sdk.Score:
    """A MIDI file's notes, its first tempo, metre and key; every channel of a track is a part."""
    import mido

    if path.stat().st_size > MIDI_BYTES:
        raise ValueError(f"{path.name} is longer than {MIDI_BYTES:,} bytes.")
    try:
        song = mido.MidiFile(path, clip=True)
    except (EOFError, IndexError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} is no MIDI file ({error}).") from error
    ticks = max(1, song.ticks_per_beat)
    tracks = list[sdk.Track]()
    meta = dict[str, Any]()
    for number, track in enumerate(song.tracks):
        at, sounding, parts = 0, dict[tuple[int, int], tuple[int, int]](), dict[int, list[sdk.Note]]()
        name = f"Part {number}"
        for message in track:
            at += message.time
            if message.is_meta:
                meta.setdefault(message.type, message)
                name = str(message.name) if message.type == "track_name" and message.name else name
            elif message.type in ("note_on", "note_off"):
                place = (message.channel, message.note)
                if begun := sounding.pop(place, None):
                    start, velocity = begun
                    note = sdk.Note(start / ticks, max(1, at - start) / ticks, message.note, velocity)
                    parts.setdefault(message.channel, []).append(note)
                if message.type == "note_on" and message.velocity:
                    sounding[place] = (at, message.velocity)
        tracks += [sdk.Track(name, tuple(sorted(notes)), drums=channel == _DRUMS) for channel, notes in parts.items()]
    tempo = 60e6 / meta["set_tempo"].tempo if "set_tempo" in meta and meta["set_tempo"].tempo else 120.0
    meter = meta.get("time_signature")
    key = meta["key_signature"].key if "key_signature" in meta else ""
    named = f"{key.removesuffix('m')} {'minor' if key.endswith('m') else 'major'}" if key else ""
    return sdk.Score(tuple(tracks), tempo, (meter.numerator, meter.denominator) if meter else (4, 4), named)


def key_of_score(score: sdk.Score) -> tuple[int, bool]:
    """Pitch class of the tonic and whether it is minor: what the score says, else what its notes correlate with."""
    words = score.key.split()
    if len(words) == 2 and words[1] in ("major", "minor"):
        tonic = _FLATS.get(words[0], TONICS.index(words[0]) if words[0] in TONICS else -1)
        if tonic >= 0:
            return tonic, words[1] == "minor"
    notes = sorted(note for track in score.tracks if not track.drums for note in track.notes)
    found = key_of(notes)
    return found.tonic, found.is_minor


def lanes_of(score: sdk.Score, voices: int) -> Lanes:
    """The pitched notes of a score on `voices` lanes, the highest first.

    A score with as many monophonic parts as lanes keeps one part a lane, ordered by mean pitch. Any other is split by
    height: at every step the highest note is lane 0's, the lowest the last lane's.

    Raises:
        ValueError: no pitched notes, or too long.
    """
    parts = [track.notes for track in score.tracks if track.notes and not track.drums]
    if not parts:
        raise ValueError("The score has no pitched notes.")
    length = max(note.start + note.duration for part in parts for note in part)
    steps = STEPS * max(1, int(np.ceil(length - 1e-3)))
    if steps > LONGEST_STEPS:
        raise ValueError(f"The score is too long: {length:,.0f} quarter notes.")
    if len(parts) == voices:
        parts.sort(key=lambda part: -float(np.mean([note.pitch for note in part])))
        return np.stack([_lane(part, steps) for part in parts], axis=1)
    return _by_height([note for part in parts for note in part], steps, voices)


def _span(note: sdk.Note, steps: int) -> tuple[int, int]:
    start = min(steps - 1, round(note.start * STEPS))
    return start, min(steps, max(start + 1, round((note.start + note.duration) * STEPS)))


def _lane(notes: Sequence[sdk.Note], steps: int) -> Lanes:
    lane = np.full(steps, REST, dtype=np.int16)
    for note in sorted(notes, key=lambda each: (each.start, each.pitch)):
        start, end = _span(note, steps)
        lane[start:end] = note.pitch
        lane[start] = note.pitch + ONSET
        if end < steps and 0 <= lane[end] < ONSET:
            lane[end:] = np.where(lane[end:] < ONSET, REST, lane[end:])
    return lane


def _by_height(notes: Sequence[sdk.Note], steps: int, voices: int) -> Lanes:
    sounding: list[dict[int, int]] = [{} for _ in range(steps)]
    for note in sorted(notes):
        start, end = _span(note, steps)
        for step in range(start, end):
            sounding[step][note.pitch] = note.pitch + ONSET * (step == start)
    lanes = np.full((steps, voices), REST, dtype=np.int16)
    for step, chord in enumerate(sounding):
        high = [chord[pitch] for pitch in sorted(chord, reverse=True)]
        if len(high) > voices:
            high = [*high[: voices - 1], high[-1]] if voices > 1 else high[:1]
        for place, value in enumerate(high):
            lanes[step, voices - 1 if place and place == len(high) - 1 else place] = value
    return lanes_with_onsets(lanes)


def lanes_with_onsets(lanes: Lanes) -> Lanes:
    """The same lanes with an onset wherever a pitch differs from what the lane held before."""
    pitches = np.where(lanes >= 0, lanes & (ONSET - 1), REST)
    before = np.vstack([np.full((1, lanes.shape[1]), REST), pitches[:-1]])
    begins = (pitches != before) & (pitches >= 0)
    return np.where(begins | (lanes >= ONSET), pitches + ONSET * (pitches >= 0), pitches).astype(np.int16)


def without_repeats(lanes: Lanes) -> Lanes:
    """The same lanes with repeated notes joined, as data know them that do not tell the two apart."""
    return lanes_with_onsets(np.where(lanes >= 0, lanes & (ONSET - 1), lanes).astype(np.int16))


def notes_of(lane: Lanes, velocity: int = 80) -> tuple[sdk.Note, ...]:
    """The notes of one lane [steps]; a pitch that nothing began begins where it appears."""
    notes: list[sdk.Note] = []
    start, pitch = 0, REST
    for step, value in enumerate([*(int(value) for value in lane), OVER]):
        now = value & (ONSET - 1) if value >= 0 else REST
        if now != pitch or value >= ONSET or value == OVER:
            if pitch != REST:
                notes.append(sdk.Note(start / STEPS, (step - start) / STEPS, pitch, velocity))
            start, pitch = step, now
    return tuple(notes)


def has_repeats(pieces: Sequence[Piece]) -> bool:
    """Whether any piece begins a pitch anew that sounded just before."""
    return any(bool((without_repeats(piece.lanes) != piece.lanes).any()) for piece in pieces)


def write_midi(score: sdk.Score, path: Path) -> None:
    """Write a plain MIDI file: tempo, metre and one track a part."""
    import mido

    ticks = 480
    song = mido.MidiFile(type=1, ticks_per_beat=ticks)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / score.tempo)))
    head.append(mido.MetaMessage("time_signature", numerator=score.meter[0], denominator=score.meter[1]))
    song.tracks.append(head)
    pitched = itertools.cycle([*range(_DRUMS), *range(_DRUMS + 1, 16)])
    for part in score.tracks:
        channel = _DRUMS if part.drums else next(pitched)
        written = mido.MidiTrack()
        written.append(mido.MetaMessage("track_name", name=part.name))
        written.append(mido.Message("program_change", channel=channel, program=part.program))
        events = [
            (round(at * ticks), order, mido.Message(kind, channel=channel, note=note.pitch, velocity=note.velocity))
            for note in part.notes
            for at, order, kind in ((note.start, 1, "note_on"), (note.start + note.duration, 0, "note_off"))
        ]
        now = 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            written.append(message.copy(time=tick - now))
            now = tick
        song.tracks.append(written)
    song.save(path)

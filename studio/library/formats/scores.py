"""Written music as Standard MIDI Files, format 1, 480 ticks a quarter note.

Writing goes through mido. Reading is our own parser of the file format (Standard MIDI Files 1.0, MIDI Manufacturers
Association, 1996): one pass with bounds on bytes, events and time, where mido takes minutes for a hostile file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio import sdk
from studio.library.formats import limits

RECORD_MARK = "atelier-record:"
TICKS = 480
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
_SAME = {"A#": "Bb", "D#": "Eb", "G#": "Ab", "E#": "F", "B#": "C", "Fb": "E", "Cb": "B"}


def write(score: sdk.Score, path: Path, record: Mapping[str, Any] | None) -> None:
    """Write a score with tempo, meter, key and instrument names.

    Args:
        score: at most 15 pitched tracks get a channel of their own; further ones share channels.
        path: where.
        record: what to embed as a text event, or None.
    """
    path.write_bytes(encoded(score, record))


def encoded(score: sdk.Score, record: Mapping[str, Any] | None = None) -> bytes:
    """The file that `write` writes."""
    import mido

    song = mido.MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    conductor = mido.MidiTrack()
    song.tracks.append(conductor)
    numerator, denominator = score.meter
    conductor.append(mido.MetaMessage("set_tempo", tempo=max(1, min(2**24 - 1, round(60e6 / score.tempo)))))
    conductor.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator))
    if key := _midi_key(score.key):
        conductor.append(mido.MetaMessage("key_signature", key=key))
    if record is not None:
        text = RECORD_MARK + json.dumps(record, ensure_ascii=True, separators=(",", ":"))
        conductor.append(mido.MetaMessage("text", text=text))
    melodic = [channel for channel in range(16) if channel != 9]
    pitched = 0
    for track in score.tracks:
        channel = 9 if track.drums else melodic[pitched % len(melodic)]
        pitched += not track.drums
        song.tracks.append(_written(track, channel))
    content = io.BytesIO()
    song.save(file=content)
    return content.getvalue()


def _written(track: sdk.Track, channel: int) -> Any:
    import mido

    events: list[tuple[int, int, Any]] = []
    for note in track.notes:
        start = round(note.start * TICKS)
        end = max(start + 1, round((note.start + note.duration) * TICKS))
        velocity = max(1, min(127, note.velocity))
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=velocity)
        events.append((start, 1, on))
        events.append((end, 0, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
    events.sort(key=lambda event: event[:2])  # a note that ends where the next begins ends first
    written = mido.MidiTrack()
    written.append(mido.MetaMessage("track_name", name=track.name.encode("utf-8", "replace").decode("utf-8")))
    written.append(mido.Message("program_change", channel=channel, program=0 if track.drums else track.program))
    at = 0
    for tick, _order, message in events:
        written.append(message.copy(time=tick - at))
        at = tick
    return written


def _midi_key(key: str) -> str | None:
    """MIDI's name of a key: ``"D minor"`` → ``"Dm"``; None where MIDI has none (modes other than these two)."""
    words = key.replace("♯", "#").replace("♭", "b").split()
    if len(words) != 2 or words[1].lower() not in ("major", "minor"):
        return None
    tonic, minor = words[0][:1].upper() + words[0][1:], words[1].lower() == "minor"
    known = _MINOR if minor else _MAJOR
    tonic = tonic if tonic in known else _SAME.get(tonic, tonic)
    return (tonic + "m" * minor) if tonic in known else None


@dataclass
class _Part:
    """The notes of one track and channel while they are read."""

    name: str
    channel: int
    program: int = 0
    sounding: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    notes: list[tuple[int, int, int, int]] = field(default_factory=list)

    def on(self, tick: int, pitch: int, velocity: int) -> None:
        self.sounding.setdefault(pitch, []).append((tick, velocity))

    def off(self, tick: int, pitch: int) -> None:
        waiting = self.sounding.get(pitch)
        if waiting:
            start, velocity = waiting.pop(0)
            self.notes.append((start, max(1, tick - start), pitch, velocity))

    def close(self, tick: int) -> None:
        """Ends notes that nothing ended."""
        for pitch in list(self.sounding):
            while self.sounding[pitch]:
                self.off(tick, pitch)


class _Song:
    """Everything one pass over a MIDI file finds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.deadline = limits.Deadline(name)
        self.events = 0
        self.tempo: float | None = None
        self.meter: tuple[int, int] | None = None
        self.key = ""
        self.texts: list[str] = []
        self.parts: list[_Part] = []

    def count(self) -> None:
        self.events += 1
        if self.events > limits.MIDI_EVENTS:
            raise limits.too_large(self.name, f"music may have {limits.MIDI_EVENTS:,} events")
        if not self.events % 4096:
            self.deadline.check()


def read(path: Path) -> sdk.Score:
    """Read a score; the first tempo, meter and key stand for the whole piece.

    Raises:
        UserError: it is damaged, holds no notes, or more than `limits` allow.
    """
    song, ticks = _parsed(path)
    tracks = []
    for part in song.parts:
        notes = tuple(
            sdk.Note(start / ticks, length / ticks, pitch, velocity)
            for start, length, pitch, velocity in sorted(part.notes)
        )
        if notes:
            drums = part.channel == 9
            tracks.append(sdk.Track(part.name, notes, 0 if drums else part.program, drums))
    if not tracks:
        raise sdk.UserError(f"“{path.name}” can't be opened: it holds no notes.")
    return sdk.Score(tuple(tracks), song.tempo or 120.0, song.meter or (4, 4), song.key)


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside a MIDI file, or None."""
    try:
        song, _ticks = _parsed(path)
    except (sdk.UserError, OSError):
        return None
    return next((text[len(RECORD_MARK) :] for text in song.texts if text.startswith(RECORD_MARK)), None)


def _parsed(path: Path) -> tuple[_Song, int]:
    if path.stat().st_size > limits.MIDI_BYTES:
        raise limits.too_large(path.name, f"MIDI files may have {limits.MIDI_BYTES // 2**20} MB")
    data = path.read_bytes()
    song = _Song(path.name)
    division = int.from_bytes(data[12:14], "big")
    if data[:4] != b"MThd" or len(data) < 14 or not division or division & 0x8000:
        raise limits.damaged(path.name, "MIDI file")
    try:
        for start, end in _chunks(data):
            _read_track(song, data, start, end)
    except IndexError as error:
        raise limits.damaged(path.name, "MIDI file") from error
    return song, division


def _chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each track's events begin and end; a length that leads beyond the file ends at the file's end."""
    at = 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            yield at + 8, min(len(data), at + 8 + length)
        at += 8 + length


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length quantity (at most four bytes) and the place behind it."""
    value = 0
    for _ in range(4):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    raise IndexError("variable-length quantity of more than four bytes")


def _read_track(song: _Song, data: bytes, at: int, end: int) -> None:
    parts: dict[int, _Part] = {}
    tick, status, name = 0, 0, [""]
    while at < end:
        song.count()
        delta, at = _variable(data, at)
        tick += delta
        if data[at] & 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at]
            length, at = _variable(data, at + 1)
            if kind == 0x2F:
                break
            _read_meta(song, kind, data[at : at + length], name)
            at += length
        elif status in (0xF0, 0xF7):
            length, at = _variable(data, at)
            at += length
        elif 0x80 <= status < 0xF0:
            part = parts.get(status & 15)
            if part is None:
                part = parts[status & 15] = _Part("", status & 15)
            at = _read_voice(part, status >> 4, data, at, tick)
        else:
            raise IndexError("data without a status")
    for part in parts.values():
        part.close(tick)
        part.name = name[0] or ("Drums" if part.channel == 9 else f"Part {len(song.parts) + 1}")
        song.parts.append(part)


def _read_voice(part: _Part, kind: int, data: bytes, at: int, tick: int) -> int:
    """Take one channel message (kind 8…14) whose data begin at `at`; returns the place behind it."""
    first = data[at] & 0x7F
    if kind in (0xC, 0xD):
        if kind == 0xC and not part.notes:
            part.program = first
        return at + 1
    second = data[at + 1] & 0x7F
    if kind == 9 and second:
        part.on(tick, first, second)
    elif kind in (8, 9):
        part.off(tick, first)
    return at + 2


def _read_meta(song: _Song, kind: int, value: bytes, name: list[str]) -> None:
    if kind == 0x51 and len(value) == 3 and song.tempo is None and any(value):
        song.tempo = round(min(1000.0, max(5.0, 60e6 / int.from_bytes(value, "big"))), 3)
    elif kind == 0x58 and len(value) >= 2 and song.meter is None and value[0] and value[1] <= 6:
        song.meter = (value[0], 2 ** value[1])
    elif kind == 0x59 and len(value) == 2 and not song.key:
        sharps = value[0] - 256 if value[0] > 127 else value[0]
        if -7 <= sharps <= 7:
            song.key = f"{_MINOR[sharps + 7]} minor" if value[1] else f"{_MAJOR[sharps + 7]} major"
    elif kind == 0x03 and not name[0]:
        name[0] = " ".join(value.decode("utf-8", "replace").split())[:120]
    elif kind == 0x01 and len(song.texts) < 64:
        song.texts.append(value.decode("utf-8", "replace"))


def facts(score: sdk.Score) -> dict[str, Any]:
    """Tracks, notes, tempo in quarter notes a minute, meter, key, duration in seconds."""
    return {
        "tracks": len(score.tracks),
        "notes": sum(len(track.notes) for track in score.tracks),
        "tempo": round(float(score.tempo), 3),
        "meter": f"{score.meter[0]}/{score.meter[1]}",
        "key": score.key,
        "duration": round(score.length * 60.0 / score.tempo, 3),
    }

"""The mixing desk: places every note in time, adds chorus and the room, and masters the whole.

Time runs in blocks so that a listener can hear the beginning while the rest is being played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.sdk import Note
from studio_music.synth import master
from studio_music.synth.orchestra import Player, loudness_of
from studio_music.synth.reverb import Reverb
from studio_music.synth.signal import SAMPLE_RATE, Signal

LEVELS = {"melody": -21.0, "chords": -26.5, "bass": -22.5, "drums": -31.0}
"""Loudness of a typical note by role, LUFS: what balances the parts."""

_DRUM_REFERENCE = -17.0
_HISTORY = round(0.05 * SAMPLE_RATE)
_LONGEST_BLOCK = round(8.0 * SAMPLE_RATE)
_REACH = _LONGEST_BLOCK + round(14.0 * SAMPLE_RATE)
"""Frames an effect's buffer holds: a block and the longest note that may begin at its end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A part ready to be played.

    Attributes:
        role: a key of `LEVELS`.
        player: who plays.
        notes: the notes, ordered by onset, quarter notes.
    """

    role: str
    player: Player
    notes: Sequence[Note]


@dataclass(frozen=True, slots=True)
class Room:
    """How the whole sounds.

    Attributes:
        t60: reverberation time, seconds.
        wet: reverberation level, 0…1.
        tape: whether the mix is softened as by a tape.
    """

    t60: float
    wet: float
    tape: bool


class Mixer:
    """Plays lines into one mix, or into one bus each where stems are wanted.

    Attributes:
        frames: length of the piece in frames.
    """

    def __init__(self, lines: Sequence[Line], tempo: float, seconds: float, room: Room, *, stems: bool) -> None:
        """Set up the desk; tempo in quarter notes per minute, `seconds` with the tail."""
        self.frames = round(seconds * SAMPLE_RATE)
        self._lines = lines
        self._rate = SAMPLE_RATE * 60.0 / tempo
        self._room = room
        self._stems = stems
        count = max(1, len(lines)) if stems else 1
        self._dry = [np.zeros((self.frames, 2), dtype=np.float32) for _ in range(count)]
        self._effects = [_Effects(room) for _ in range(count)]
        self._gains = [_balance(line) for line in lines]
        events = [
            (round(note.start * self._rate), index, turn, note)
            for index, line in enumerate(lines)
            for turn, note in enumerate(line.notes)
        ]
        self._events = sorted(events, key=lambda event: event[:3])

    def play(self, block: int) -> Iterator[tuple[int, Signal]]:
        """Play block after block of `block` frames; yields the frame reached and the unmastered mix of that block."""
        waiting = iter([*self._events, None])
        event = next(waiting)
        block = min(block, _LONGEST_BLOCK)
        for start in range(0, self.frames, block):
            end = min(self.frames, start + block)
            while event is not None and event[0] < end:
                self._place(*event)
                event = next(waiting)
            for dry, effects in zip(self._dry, self._effects, strict=True):
                dry[start:end] += effects.take(end - start)
            yield end, np.sum([dry[start:end] for dry in self._dry], axis=0)

    def mastered(self, check: Callable[[], None]) -> tuple[Signal, list[Signal]]:
        """The finished mix and the stems (none where they weren't wanted), float32 [frames, 2] within [−1, 1].

        To be called once, after `play`; `check` is called between steps and may raise to cancel.
        """
        for dry in self._dry:
            master.equalise(dry, tape=self._room.tape)
            check()
        mix = np.sum(self._dry, axis=0) if self._stems else self._dry[0]
        gain = master.gain_curve(mix, check)
        gain *= _ending(len(mix))
        for sound in (mix, *self._dry) if self._stems else (mix,):
            np.multiply(sound, gain[:, None], out=sound)
            np.clip(sound, -1, 1, out=sound)
        return mix, self._dry if self._stems else []

    def _place(self, at: int, index: int, turn: int, note: Note) -> None:
        line = self._lines[index]
        bus = index if len(self._dry) > 1 else 0
        sound = line.player.sound(note, note.duration * self._rate / SAMPLE_RATE, turn)
        sound = sound[: max(0, self.frames - at)] * np.float32(self._gains[index] * (note.velocity / 80) ** 1.5)
        self._dry[bus][at : at + len(sound)] += sound
        self._effects[bus].feed(at, sound, line.player)


class _Effects:
    """Chorus and room of one bus: what is sent there waits in short buffers until its block comes."""

    def __init__(self, room: Room) -> None:
        self._room = Reverb(room.t60) if room.wet else None
        self._wet = np.float32(0.5 * room.wet)
        self._send = np.zeros((_REACH, 2), dtype=np.float32)
        self._thick: Signal | None = None
        self._at = 0

    def feed(self, at: int, sound: Signal, player: Player) -> None:
        """Send a note that begins at frame `at`, not before the current block."""
        place = at - self._at
        if self._room is not None and player.wet:
            self._send[place : place + len(sound)] += sound * np.float32(player.wet)
        if player.chorus:
            if self._thick is None:
                self._thick = np.zeros((_REACH + _HISTORY, 2), dtype=np.float32)
            place += _HISTORY
            self._thick[place : place + len(sound)] += sound * np.float32(player.chorus)

    def take(self, size: int) -> Signal:
        """What the effects add to the next `size` frames; goes on to the block after them."""
        out = np.zeros((size, 2), dtype=np.float32)
        if self._thick is not None:
            out += _chorus(self._thick, self._at, size)
            _advance(self._thick, size)
        if self._room is not None:
            out += self._room.process(self._send[:size]) * self._wet
            _advance(self._send, size)
        self._at += size
        return out


def _advance(buffer: Signal, size: int) -> None:
    buffer[:-size] = buffer[size:]
    buffer[-size:] = 0


def _balance(line: Line) -> float:
    if line.role == "drums":
        return float(10 ** ((LEVELS["drums"] - _DRUM_REFERENCE + 6) / 20))
    pitches = [note.pitch for note in line.notes]
    return float(10 ** ((LEVELS[line.role] - loudness_of(line.player, pitches)) / 20)) if pitches else 1.0


def _chorus(source: Signal, at: int, size: int) -> Signal:
    """Two copies, delayed by 11 and 17 ms swaying slowly in opposite directions (Dattorro 1997, part 2, §4)."""
    now = np.arange(size)
    out = np.empty((size, 2), dtype=np.float32)
    for channel, (delay, rate, phase) in enumerate(((0.011, 0.61, 0.0), (0.017, 0.47, 1.9))):
        sway = delay + 0.0021 * np.sin(2 * np.pi * rate * (at + now) / SAMPLE_RATE + phase)
        place = _HISTORY + now - sway * SAMPLE_RATE
        index = place.astype(np.int64)
        share = (place - index).astype(np.float32)
        out[:, channel] = source[index, channel] * (1 - share) + source[index + 1, channel] * share
    return out


def _ending(count: int) -> Signal:
    """One until the last half second, then a smooth fall to zero."""
    fade = np.ones(count, dtype=np.float32)
    size = min(count, SAMPLE_RATE // 2)
    fade[count - size :] = np.cos(0.5 * np.pi * np.arange(1, size + 1) / size) ** 2
    fade[-1] = 0.0
    return fade

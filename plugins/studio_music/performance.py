"""Playing parts bar by bar: the sound streams, with a piano roll, while the rest is being played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import studio.sdk as sdk
from studio_music import pianoroll
from studio_music.arrange import Part
from studio_music.synth import loudness, master, orchestra
from studio_music.synth.mixer import Line, Mixer, Room
from studio_music.synth.orchestra import Player
from studio_music.synth.patches import PATCHES
from studio_music.synth.sf2 import SoundFont

MASTERING_SHARE = 0.12
"""Share of the time that mastering takes."""

TAIL_SECONDS = 2.5
"""Sound after the last bar: the final chord's and the room's decay."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What to play and how.

    Attributes:
        parts: who plays what.
        tempo: quarter notes per minute.
        bar: length of a bar, quarter notes.
        length: length of the piece, quarter notes.
        room: how it sounds.
        tail: sound after the last bar, seconds.
    """

    parts: Sequence[Part]
    tempo: float
    bar: float
    length: float
    room: Room
    tail: float = TAIL_SECONDS


def open_font(path: str) -> SoundFont | None:
    """The SoundFont that the artist chose, or None where `path` is empty.

    Raises:
        UserError: it is not there, or no intact SoundFont.
    """
    return SoundFont(Path(path)) if path else None


def player_of(part: Part, second: float, font: SoundFont | None = None) -> Player:
    """Who plays a part: the studio's own instruments, or the SoundFont's where there is one.

    Args:
        part: instrument and notes.
        second: a quarter note's length in seconds.
        font: the SoundFont; the studio's drums play for one that has none.
    """
    if part.instrument == "drums":
        if font is not None and font.zones(0, drums=True):
            return orchestra.Sampler(font, 0, drums=True)
        return orchestra.Drummer()
    patch = PATCHES[part.instrument]
    if font is not None:
        return orchestra.Sampler(font, patch.program if part.program is None else part.program, drums=False)
    return orchestra.Synth(patch, [(note, note.duration * second) for note in part.notes])


def play(
    piece: Performance, ctx: sdk.Context, begun: float, font: SoundFont | None = None
) -> Iterator[sdk.AudioChunk | sdk.Audio]:  # fmt: skip
    """Yield the sound so far, block by block, and then the mastered recording; progress goes from `begun` to 100."""
    second = 60.0 / piece.tempo
    lines = [Line(part.role, player_of(part, second, font), part.notes) for part in piece.parts]
    mixer = Mixer(lines, piece.tempo, piece.length * second + piece.tail, piece.room, stems=False)
    yield from stream(piece, mixer, ctx, begun)
    ctx.progress(100 * (1 - MASTERING_SHARE), 100, "Mastering")
    mix, _ = mixer.mastered(ctx.check)
    ctx.progress(100, 100, "Done")
    yield sdk.Audio(mix, 48_000)


def stream(piece: Performance, mixer: Mixer, ctx: sdk.Context, begun: float) -> Iterator[sdk.AudioChunk]:
    """Play bar by bar: progress with a piano roll, and the sound so far at a level near the final one.

    Progress goes from `begun` to where mastering begins, in percent.
    """
    quarter = 48_000 * 60.0 / piece.tempo
    bars = round(piece.length / piece.bar + 0.49)
    gain = 0.0
    for end, block in mixer.play(max(24_000, round(piece.bar * quarter))):
        at = min(piece.length, end / quarter)
        done = begun + (100 * (1 - MASTERING_SHARE) - begun) * end / mixer.frames
        preview = partial(pianoroll.draw, piece.parts, piece.length, piece.bar, at)
        ctx.progress(done, 100, f"Playing bar {min(bars, round(at / piece.bar))} of {bars}", preview)
        if gain == 0.0 and np.abs(block).max() > 1e-3:
            gain = min(20.0, 10 ** ((master.TARGET - 2 - loudness.integrated(block)) / 20))
        yield sdk.AudioChunk(np.tanh(block * np.float32(gain)).astype(np.float32), 48_000)

"""Playing parts bar by bar: the sound streams, with a piano roll, while the rest is being played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

import studio.sdk as sdk
from studio_music import pianoroll
from studio_music.arrange import Part
from studio_music.synth import loudness, master, orchestra
from studio_music.synth.mixer import Line, Mixer, Room
from studio_music.synth.orchestra import Player
from studio_music.synth.patches import PATCHES

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
    """

    parts: Sequence[Part]
    tempo: float
    bar: float
    length: float
    room: Room


def play(piece: Performance, ctx: sdk.Context, begun: float) -> Iterator[sdk.AudioChunk | sdk.Audio]:
    """Yield the sound so far, block by block, and then the mastered recording; progress goes from `begun` to 100."""
    second = 60.0 / piece.tempo
    lines = [Line(part.role, _player(part, second), part.notes) for part in piece.parts]
    mixer = Mixer(lines, piece.tempo, piece.length * second + TAIL_SECONDS, piece.room, stems=False)
    yield from stream(piece, mixer, ctx, begun)
    ctx.progress(100 * (1 - MASTERING_SHARE), 100, "Mastering")
    mix, _ = mixer.mastered(ctx.check)
    ctx.progress(100, 100, "Done")
    yield sdk.Audio(mix, 48_000)


def _player(part: Part, second: float) -> Player:
    """Who plays a part on the studio's own instruments; `second` is a quarter note's length."""
    if part.instrument == "drums":
        return orchestra.Drummer()
    return orchestra.Synth(PATCHES[part.instrument], [(note, note.duration * second) for note in part.notes])


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

"""A picture of a piece as a piano roll, shown while it is being played."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.sdk import Image
from studio_music.arrange import Part

_COLORS = {"melody": (255, 190, 92), "chords": (98, 160, 234), "bass": (141, 206, 143), "drums": (200, 200, 205)}
_GROUND, _BAR, _PLAYHEAD = (24, 26, 31), (38, 41, 48), (236, 238, 242)


def draw(parts: Sequence[Part], length: float, bar: float, played: float, size: tuple[int, int] = (640, 240)) -> Image:
    """Draw the notes over time, drums along the bottom; what has been played is bright.

    Args:
        parts: the parts.
        length: the piece's length in quarter notes.
        bar: a bar's length in quarter notes.
        played: how far playing has come, quarter notes.
        size: width and height in pixels.
    """
    width, height = size
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[:] = _GROUND
    scale = width / max(length, 1e-6)
    for index in range(round(length / bar) + 1):
        pixels[:, min(width - 1, round(index * bar * scale))] = _BAR
    pitches = [note.pitch for part in parts if part.role != "drums" for note in part.notes]
    low, high = (min(pitches) - 2, max(pitches) + 2) if pitches else (48, 72)
    drums = sorted({note.pitch for part in parts if part.role == "drums" for note in part.notes}, reverse=True)
    strip = (height // 6 if pitches else height) if drums else 0
    row = max(1, strip // max(1, len(drums)))
    step = (height - strip) / (high - low + 1)
    for part in sorted(parts, key=lambda each: each.role == "melody"):
        for note in part.notes:
            if part.role == "drums":
                top, thick = height - strip + drums.index(note.pitch) * strip // len(drums), max(2, row - 2)
            else:
                top, thick = round((high - note.pitch) * step), max(2, round(step) - 1)
            left = round(note.start * scale)
            right = max(left + 2, round((note.start + note.duration) * scale) - 1)
            bright = 1.0 if note.start <= played else 0.4
            if part.role == "drums":
                bright *= 0.35 + 0.65 * note.velocity / 127
            shade = [
                round(ground + (tint - ground) * bright)
                for tint, ground in zip(_COLORS[part.role], _GROUND, strict=True)
            ]
            pixels[top : top + thick, left:right] = shade
    pixels[:, min(width - 1, round(played * scale))] = _PLAYHEAD
    return Image(pixels)

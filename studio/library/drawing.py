"""Flat thumbnails: pictures made small, waveforms, piano rolls, pages of text. Arrays and Pillow only."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from studio import sdk
from studio.library.formats import images

if TYPE_CHECKING:
    import PIL.Image
    import PIL.ImageFont

GROUND = (24, 26, 31)
GRID = (38, 41, 48)
INK = (224, 226, 230)
FAINT = (150, 154, 162)
PARTS = ((94, 176, 255), (255, 170, 92), (126, 214, 138), (240, 122, 160), (186, 150, 255), (104, 214, 214))
"""Colours of voices: apart from each other also for eyes that confuse red and green."""
_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "NotoSansSC[wght].ttf",
    "SourceHanSansSC-Regular.otf",
    "NotoSerifCJK-Regular.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "Arial Unicode.ttf",
)
"""Fonts with Chinese characters, most even in colour first."""
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)


def image(picture: sdk.Image, side: int) -> PIL.Image.Image:
    """The picture at most `side` pixels wide and high; height maps stretched to their own range."""
    import numpy as np
    import PIL.Image

    pixels = picture.pixels
    if pixels.dtype == np.uint16:
        low, high = int(pixels.min()), int(pixels.max())
        pixels = ((pixels.astype(np.float32) - low) * (255.0 / max(1, high - low))).astype(np.uint8)
    small = images.to_pillow(sdk.Image(pixels))
    if max(small.size) >= 2 * side:
        small = small.reduce(max(small.size) // side)  # whole blocks averaged: several times quicker than resampling
    if max(small.size) > side:
        scale = side / max(small.size)
        size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
        small = small.resize(size, PIL.Image.Resampling.BICUBIC)
    return small if small.mode in ("RGB", "RGBA") else small.convert("RGB")


def waveform(audio: sdk.Audio, side: int) -> PIL.Image.Image:
    """Peaks in a soft colour with the loudness (RMS) over them, left to right."""
    import numpy as np
    import PIL.Image

    width, height = side, side * 5 // 8
    samples = np.ascontiguousarray(audio.samples, dtype=np.float32).reshape(len(audio.samples), -1)
    edges = np.linspace(0, len(samples), width + 1).astype(int)
    high, low, loudness = np.zeros((3, width), dtype=np.float32)
    # A column at a time: one contiguous block is read eighty times quicker than many pairs of channels.
    for column, (start, end) in enumerate(itertools.pairwise(edges)):
        block = samples[start : max(end, start + 1)].ravel()
        if block.size:
            high[column], low[column] = block.max(), block.min()
            loudness[column] = np.sqrt(block @ block / block.size)
    pixels = np.full((height, width, 3), GROUND, dtype=np.uint8)
    pixels[height // 2] = GRID
    middle, reach = (height - 1) / 2, height * 0.45
    rows = (middle - np.arange(height)[:, None]) / reach  # level at each row, 1 at the top
    half = 0.5 / reach
    pixels[(rows <= high + half) & (rows >= low - half)] = [colour * 5 // 9 for colour in PARTS[0]]
    pixels[np.abs(rows) <= loudness + half / 2] = PARTS[0]
    return PIL.Image.fromarray(pixels)


def piano_roll(score: sdk.Score, side: int) -> PIL.Image.Image:
    """Notes as bars over bar lines, one colour a part, louder notes brighter; at most the first 64 bars."""
    import PIL.Image
    import PIL.ImageDraw

    width, height = side, side * 5 // 8
    picture = PIL.Image.new("RGB", (width, height), GROUND)
    draw = PIL.ImageDraw.Draw(picture)
    bar = score.meter[0] * 4.0 / score.meter[1]
    length = max(min(score.length, 64 * bar), bar)
    pitches = [note.pitch for track in score.tracks for note in track.notes if note.start < length]
    low, high = min(pitches, default=60) - 2, max(pitches, default=60) + 3
    step = height / max(high - low, 18)
    bars = round(length / bar + 0.5)
    for number in range(0, bars + 1, max(1, bars // 16)):
        x = number * bar / length * width
        draw.line([(x, 0), (x, height)], fill=GRID)
    for place, track in enumerate(score.tracks):
        red, green, blue = PARTS[place % len(PARTS)]
        for note in track.notes[:20_000]:
            if note.start >= length:
                continue
            light = 0.45 + 0.55 * note.velocity / 127
            left, right = note.start / length * width, (note.start + note.duration) / length * width
            top = (high - note.pitch) * step + (height - step * (high - low)) / 2 - step
            box = [(left, top), (max(left + 1.5, right - 1), top + max(1.5, step * 0.85))]
            draw.rectangle(box, fill=(int(red * light), int(green * light), int(blue * light)))
    return picture


def page(text: sdk.Text, side: int) -> PIL.Image.Image:
    """The first lines of a text, as on a page."""
    import PIL.Image
    import PIL.ImageDraw

    width, height, margin, size = side * 4 // 5, side, side // 14, side // 22
    picture = PIL.Image.new("RGB", (width, height), GROUND)
    draw = PIL.ImageDraw.Draw(picture)
    font = _font(size, any(ord(character) > 0x2E7F for character in text.text[:1500]))
    y = float(margin)
    for line, heading in _lines(text, font, width - 2 * margin):
        if y + size > height - margin:
            break
        draw.text((margin, y), line, font=font, fill=INK if heading else FAINT, stroke_width=0)
        y += size * 1.45
    return picture


def _lines(
    text: sdk.Text, font: PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont, width: int
) -> list[tuple[str, bool]]:
    """The text's beginning broken to fit `width` pixels; each line with whether it is a heading."""
    lines: list[tuple[str, bool]] = []
    for paragraph in text.text[:3000].split("\n")[:40]:
        heading = text.format == "markdown" and paragraph.startswith("#")
        clean = "".join(character if character.isprintable() else " " for character in paragraph.lstrip("# "))
        current = ""
        for piece in _pieces(clean):
            if current and font.getlength(current + piece) > width:
                lines.append((current, heading))
                current = piece.lstrip()
            else:
                current += piece
        lines.append((current, heading))
        if len(lines) > 30:
            break
    return lines


def _pieces(line: str) -> list[str]:
    """Where a line may break: after spaces, and after every CJK character."""
    from studio.library.formats.texts import is_cjk

    pieces, current = [], ""
    for character in line:
        current += character
        if character == " " or is_cjk(character) or len(current) > 40:
            pieces.append(current)
            current = ""
    return [*pieces, current] if current else pieces


@functools.lru_cache(maxsize=8)
def _font(size: int, cjk: bool) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    """Pillow's own font, or for Chinese, Japanese and Korean the first system font that has the characters."""
    import PIL.ImageFont

    if cjk:
        for path in _cjk_fonts():
            try:
                return PIL.ImageFont.truetype(str(path), size)
            except OSError:
                continue  # a damaged font: the next may do
    return PIL.ImageFont.load_default(size)


@functools.lru_cache(maxsize=1)
def _cjk_fonts() -> tuple[Path, ...]:
    known: dict[str, Path] = {}
    for folder in _FONT_FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            known.update((path.name, path) for path in root.rglob("*.[to]t[cf]"))
    return tuple(known[name] for name in _FONTS if name in known)

"""The piano roll: notes as bars over time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from studio.shell.i18n import say
from studio.shell.theme import tokens
from studio.shell.viewers.span import Span, TimeSurface

KEYS_WIDTH = 44
"""Pixels that the keys take at the left."""

_SMALL = 5.0
"""Pixels: smaller notes have no round corners."""

_MOST_DRAWN = 6000
_BLACK = frozenset({1, 3, 6, 8, 10})
_HUES = (228, 24, 160, 44, 330, 196, 280, 96)


class RollNote(NamedTuple):
    """A note of the piano roll; seconds."""

    start: float
    length: float
    pitch: int
    velocity: int
    track: int


@dataclass(slots=True)
class Roll:
    """What a piano roll shows.

    Attributes:
        notes: ordered by onset.
        drums: numbers of the tracks whose pitches name drums.
        beat: seconds from beat to beat.
        beats: beats in a bar.
    """

    notes: list[RollNote]
    drums: frozenset[int]
    beat: float = 0.5
    beats: int = 4

    @property
    def pitches(self) -> tuple[int, int]:
        """Lowest and highest pitch shown, with a margin; at least two octaves."""
        sounding = [note.pitch for note in self.notes]
        low, high = (min(sounding), max(sounding)) if sounding else (60, 72)
        spare = max(0, 24 - (high - low)) // 2
        return max(0, low - 2 - spare), min(127, high + 2 + spare)


class PianoRoll(TimeSurface):
    """Notes as bars over time, one lane a pitch, keys at the left; each track has its colour, loud notes are fuller."""

    def __init__(self, span: Span) -> None:
        super().__init__(span, KEYS_WIDTH)
        self.roll: Roll | None = None
        self._onsets: list[float] = []
        self._longest = 0.0
        self.setMinimumHeight(120)
        say(self.setAccessibleName, "Piano roll")

    def show_roll(self, roll: Roll | None) -> None:
        """Show these notes."""
        self.roll = roll
        self._onsets = [note.start for note in roll.notes] if roll else []
        self._longest = max((note.length for note in roll.notes), default=0.0) if roll else 0.0
        self.redraw()

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(600, 320)

    def draw(self, painter: QPainter) -> None:
        """Lanes, bar lines, keys, notes."""
        if self.roll is None:
            return
        low, high = self.roll.pitches
        lane = self.height() / (high - low + 1)
        draw_lanes(painter, low, high, lane, self.width())
        self._draw_bars(painter)
        painter.save()
        painter.setClipRect(KEYS_WIDTH, 0, self.width() - KEYS_WIDTH, self.height())
        first = bisect_left(self._onsets, self.span.start - self._longest)
        last = bisect_left(self._onsets, self.span.start + self.span.length)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # A piece of hundreds of thousands of notes is a solid block from afar: some of them draw it as well as all.
        for note in self.roll.notes[first : last : max(1, (last - first) // _MOST_DRAWN)]:
            self._draw_note(painter, note, (high - note.pitch) * lane, lane)
        painter.restore()
        draw_keys(painter, low, high, lane)

    def _draw_bars(self, painter: QPainter) -> None:
        if self.roll is None or self.roll.beat <= 0:
            return
        colors = tokens()
        pixels = self.roll.beat / self.span.length * (self.width() - KEYS_WIDTH)
        step = 1 if pixels >= 14 else self.roll.beats
        while pixels * step < 14:
            step *= 2
        beat = int(self.span.start / self.roll.beat) // step * step
        painter.setPen(QColor(colors.muted))
        while (seconds := beat * self.roll.beat) <= self.span.start + self.span.length:
            x = self.x_of(seconds)
            bar = beat % self.roll.beats == 0
            line = QColor(colors.border)
            line.setAlpha(255 if bar else 90)
            if x >= KEYS_WIDTH:
                painter.fillRect(QRectF(x, 0, 1, self.height()), line)
                if bar and pixels * max(step, self.roll.beats) >= 28:
                    painter.drawText(QPointF(x + 4, 14), str(beat // self.roll.beats + 1))
            beat += step

    def _draw_note(self, painter: QPainter, note: RollNote, top: float, lane: float) -> None:
        left = self.x_of(note.start)
        width = max(2.0, self.x_of(note.start + note.length) - left - 1)
        height = max(2.0, lane - 1)
        color = note_color(note.track, note.velocity >> 3)
        if self.roll is not None and note.track in self.roll.drums:
            side = max(2.5, min(4.0, height / 2))
            painter.setBrush(color)
            painter.drawEllipse(QPointF(left + side, top + lane / 2), side, side)
        elif width < _SMALL or height < _SMALL:
            painter.fillRect(QRectF(left, top + 0.5, width, height), color)
        else:
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(left, top + 0.5, width, height), 2.5, 2.5)


def draw_lanes(painter: QPainter, low: int, high: int, lane: float, width: float) -> None:
    """A lane for each pitch, the highest at the top, those of white keys shaded; `width` is all, keys included."""
    shade = QColor(tokens().panel)
    for pitch in range(low, high + 1):
        if pitch % 12 not in _BLACK:
            painter.fillRect(QRectF(KEYS_WIDTH, (high - pitch) * lane, width - KEYS_WIDTH, lane), shade)


def draw_keys(painter: QPainter, low: int, high: int, lane: float) -> None:
    """The keys at the left of the lanes."""
    height = (high - low + 1) * lane
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    font = painter.font()
    font.setPixelSize(max(9, min(11, round(lane) - 1)))  # larger text would be cut off at the next key
    painter.setFont(font)
    painter.fillRect(QRectF(0, 0, KEYS_WIDTH - 1, height), QColor("#f2f2f0"))
    for pitch in range(low, high + 1):
        top = (high - pitch) * lane
        if pitch % 12 in _BLACK:
            painter.fillRect(QRectF(0, top, KEYS_WIDTH * 0.62, lane), QColor("#26282c"))
        elif pitch % 12 in {0, 5}:
            painter.fillRect(QRectF(0, top + lane - 0.5, KEYS_WIDTH - 1, 1), QColor("#a9abb0"))
        if pitch % 12 == 0:
            painter.setPen(QColor("#55585e"))
            place = QRectF(0, top + lane - 14, KEYS_WIDTH - 5, 14)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"C{pitch // 12 - 1}")
    painter.fillRect(QRectF(KEYS_WIDTH - 1, 0, 1, height), QColor(tokens().border))
    painter.restore()


@cache
def note_color(track: int, loudness: int) -> QColor:
    """A note's colour: a hue for each track, the same in both themes as it belongs to the music; 0 … 15 is how loud."""
    color = QColor.fromHsv(_HUES[track % len(_HUES)], 135, 235)
    color.setAlpha(min(255, 150 + 8 * loudness))
    return color

"""Waveform and piano roll over one time axis with a playhead."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.shell.i18n import say
from studio.shell.theme import tokens
from studio.shell.viewers.controls import clock

_SHORTEST = 0.5
"""Seconds: no closer look than this."""

KEYS_WIDTH = 44
_BLACK = {1, 3, 6, 8, 10}
_HUES = (228, 24, 160, 44, 330, 196, 280, 96)


class Span(QObject):
    """The part of a piece that shows, and the playhead; seconds.

    Signals:
        changed: another part shows.
        moved: the playhead is elsewhere.
    """

    changed = Signal()
    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.length = 1.0
        self.position = 0.0

    def reset(self, duration: float) -> None:
        """Show all of a piece of this length."""
        self.duration = max(0.0, duration)
        self.start, self.length, self.position = 0.0, max(_SHORTEST, self.duration), 0.0
        self.changed.emit()

    def zoom(self, factor: float, at: float) -> None:
        """Show less (factor > 1) or more around a moment."""
        length = max(
            min(_SHORTEST, self.duration or _SHORTEST), min(max(_SHORTEST, self.duration), self.length / factor)
        )
        self.start = at - (at - self.start) * length / self.length
        self.length = length
        self.scroll(0.0)

    def scroll(self, seconds: float) -> None:
        """Show a later or earlier part."""
        self.start = max(0.0, min(self.duration - self.length, self.start + seconds))
        self.changed.emit()

    def move(self, position: float) -> None:
        """The playhead is here; the view follows when it runs out of it."""
        self.position = max(0.0, min(self.duration, position))
        if not self.start <= self.position <= self.start + self.length:
            self.start = max(0.0, min(self.duration - self.length, self.position - self.length * 0.05))
            self.changed.emit()
        else:
            self.moved.emit()


class TimeSurface(QWidget):
    """A surface over a `Span`: paints its content once into a picture and the playhead over it.

    Signals:
        sought: the artist wants this moment, seconds.
    """

    sought = Signal(float)

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__()
        self.span = span
        self._left = left
        self._picture: QPixmap | None = None
        self._shown_at = -1.0
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        span.changed.connect(self.redraw)
        span.moved.connect(self._follow)

    def align(self, left: int) -> None:
        """Leave room at the left, as the surface above does for its keys."""
        self._left = left
        self.redraw()

    def redraw(self) -> None:
        """Paint the content again."""
        self._picture = None
        self.update()

    def x_of(self, seconds: float) -> float:
        """Where a moment lies."""
        return self._left + (seconds - self.span.start) / self.span.length * max(1, self.width() - self._left)

    def time_at(self, x: float) -> float:
        """The moment at a place."""
        share = (x - self._left) / max(1, self.width() - self._left)
        return max(0.0, min(self.span.duration, self.span.start + share * self.span.length))

    def draw(self, painter: QPainter) -> None:
        """Paint everything but the playhead."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the painted content and the playhead."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(QColor(tokens().canvas))
            painter = QPainter(self._picture)
            painter.setFont(self.font())
            self.draw(painter)
            painter.end()
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.drawPixmap(0, 0, self._picture)
        if self.span.duration:
            x = self.x_of(self.span.position)
            if x >= self._left:
                painter.fillRect(QRectF(x - 0.75, 0, 1.5, self.height()), QColor(tokens().text))
        self._shown_at = self.span.position
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint again at the new size."""
        self.redraw()
        super().resizeEvent(event)

    def changeEvent(self, event: object) -> None:
        """Paint again in other colours."""
        self.redraw()
        super().changeEvent(event)  # type: ignore[arg-type]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer; with Shift, or sideways, scroll."""
        sideways = event.angleDelta().x() or (
            event.angleDelta().y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways:
            self.span.scroll(-sideways / 120 * self.span.length * 0.1)
        else:
            self.span.zoom(1.25 ** (event.angleDelta().y() / 120), self.time_at(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton and self.span.duration:
            self.sought.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.span.duration:
            self.sought.emit(self.time_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom."""
        if event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.span.zoom(1.25, self.span.position)
        elif event.key() == Qt.Key.Key_Minus:
            self.span.zoom(0.8, self.span.position)
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        """Only the old and the new place of the playhead need painting."""
        for moment in (self._shown_at, self.span.position):
            x = self.x_of(moment)
            self.update(int(x) - 3, 0, 7, self.height())


class Waveform(TimeSurface):
    """Lowest and highest samples over time, and the loudness inside them."""

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__(span, left)
        self._low: array[float] = array("f")
        self._high: array[float] = array("f")
        self._power: array[float] = array("f")
        self.setMinimumHeight(72)
        say(self.setAccessibleName, "Waveform")

    def show_bins(self, low: array[float], high: array[float], power: array[float]) -> None:
        """Show these equal stretches of the whole piece."""
        self._low, self._high, self._power = low, high, power
        self.redraw()

    def draw(self, painter: QPainter) -> None:
        """One line per pixel column."""
        colors = tokens()
        middle, half = self.height() / 2, self.height() / 2 - 6
        painter.fillRect(QRectF(self._left, middle - 0.5, self.width() - self._left, 1), QColor(colors.border))
        count = len(self._low)
        if not count or not self.span.duration:
            return
        soft = QColor(colors.accent)
        soft.setAlpha(110)
        full = QColor(colors.accent)
        per_second = count / self.span.duration
        for x in range(self._left, self.width()):
            first = int(self.time_at(x) * per_second)
            last = max(first + 1, int(self.time_at(x + 1) * per_second))
            if first >= count:
                break
            low, high = min(self._low[first:last]), max(self._high[first:last])
            power = max(self._power[first:last])
            painter.fillRect(QRectF(x, middle - high * half - 0.5, 1, max(1.0, (high - low) * half)), soft)
            painter.fillRect(QRectF(x, middle - power * half, 1, max(1.0, 2 * power * half)), full)


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
        self._draw_lanes(painter, low, high, lane)
        self._draw_bars(painter)
        painter.save()
        painter.setClipRect(KEYS_WIDTH, 0, self.width() - KEYS_WIDTH, self.height())
        first = bisect_left(self._onsets, self.span.start - self._longest)
        last = bisect_left(self._onsets, self.span.start + self.span.length)
        for note in self.roll.notes[first:last]:
            self._draw_note(painter, note, (high - note.pitch) * lane, lane)
        painter.restore()
        self._draw_keys(painter, low, high, lane)

    def _draw_lanes(self, painter: QPainter, low: int, high: int, lane: float) -> None:
        colors = tokens()
        shade = QColor(colors.panel)
        for pitch in range(low, high + 1):
            if pitch % 12 not in _BLACK:
                top = (high - pitch) * lane
                painter.fillRect(QRectF(KEYS_WIDTH, top, self.width() - KEYS_WIDTH, lane), shade)

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
        color = track_color(note.track)
        color.setAlpha(150 + min(105, note.velocity))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        height = max(2.0, lane - 1)
        if self.roll is not None and note.track in self.roll.drums:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            side = max(2.5, min(4.0, height / 2))
            painter.drawEllipse(QPointF(left + side, top + lane / 2), side, side)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        round_by = min(3.0, height / 3, width / 3)
        painter.drawRoundedRect(QRectF(left, top + 0.5, width, height), round_by, round_by)

    def _draw_keys(self, painter: QPainter, low: int, high: int, lane: float) -> None:
        colors = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(0, 0, KEYS_WIDTH - 1, self.height()), QColor("#f2f2f0"))
        for pitch in range(low, high + 1):
            top = (high - pitch) * lane
            if pitch % 12 in _BLACK:
                painter.fillRect(QRectF(0, top, KEYS_WIDTH * 0.62, lane), QColor("#26282c"))
            elif pitch % 12 in {0, 5}:
                painter.fillRect(QRectF(0, top + lane - 0.5, KEYS_WIDTH - 1, 1), QColor("#a9abb0"))
            if pitch % 12 == 0:
                painter.setPen(QColor("#55585e"))
                place = QRectF(0, top + lane - 14, KEYS_WIDTH - 5, 14)
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"C{pitch // 12 - 1}"
                )
        painter.fillRect(QRectF(KEYS_WIDTH - 1, 0, 1, self.height()), QColor(colors.border))


def track_color(track: int) -> QColor:
    """A track's colour: distinct hues of like lightness, the same in both themes as they belong to the music."""
    return QColor.fromHsv(_HUES[track % len(_HUES)], 135, 235)


class TimeRuler(TimeSurface):
    """Minutes and seconds above the waveform."""

    def __init__(self, span: Span, left: int = 0) -> None:
        super().__init__(span, left)
        self.setFixedHeight(22)
        say(self.setAccessibleName, "Time")

    def draw(self, painter: QPainter) -> None:
        """A label every so often."""
        colors = tokens()
        painter.fillRect(self.rect(), QColor(colors.panel))
        if not self.span.duration:
            return
        painter.setPen(QColor(colors.muted))
        room = max(1, self.width() - self._left) / 72
        step = next(
            (s for s in (0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if self.span.length / s <= room), 1800
        )
        number = int(self.span.start / step)
        while (seconds := number * step) <= self.span.start + self.span.length:
            x = self.x_of(seconds)
            if x >= self._left:
                painter.fillRect(QRectF(x, 15, 1, 7), QColor(colors.border))
                text = clock(seconds * 1000) if step >= 1 else f"{clock(seconds * 1000)}.{int(seconds * 10 + 0.5) % 10}"
                painter.drawText(QPointF(x + 4, 16), text)
            number += 1

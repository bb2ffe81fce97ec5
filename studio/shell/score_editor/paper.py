"""The paper that notes are drawn on: a lane a pitch, a column a sixteenth, and the cursor."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from studio import sdk
from studio.shell.i18n import say, tr
from studio.shell.score_editor.sheet import STEP, History, Sheet
from studio.shell.theme import tokens
from studio.shell.viewers.piano_roll import KEYS_WIDTH, draw_keys, draw_lanes, note_color

LANE = 14
"""Pixels a pitch is high."""

RULER = 20
"""Pixels above the lanes, with the numbers of the bars."""

NARROWEST, USUAL, WIDEST = 4, 12, 48
"""Pixels a sixteenth is wide."""

_QUARTER = 4
"""The length of the first note, sixteenths."""

_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
DRUMS = {
    35: "Bass drum",
    36: "Bass drum",
    37: "Side stick",
    38: "Snare drum",
    39: "Hand clap",
    40: "Snare drum",
    41: "Low tom",
    42: "Closed hi-hat",
    43: "Low tom",
    44: "Hi-hat pedal",
    45: "Middle tom",
    46: "Open hi-hat",
    47: "Middle tom",
    48: "High tom",
    49: "Crash cymbal",
    50: "High tom",
    51: "Ride cymbal",
}
"""The commonest drums of General MIDI, by pitch."""


class Paper(QAbstractScrollArea):
    """Shows a history's sheet, one part of it before the others, and a cursor; scrolls and zooms.

    Attributes:
        history: what is shown.
        part: number of the part in front; the others stand faint behind.
        step, pitch: the cursor: a sixteenth from the start, and a MIDI note number.
        reach: how many sixteenths the next new note will last.

    Signals:
        cursor_moved: the cursor, or the note under it, is another.
    """

    cursor_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = History(Sheet.empty())
        self.part = 0
        self.step = 0
        self.pitch = 72
        self.reach = _QUARTER
        self._zoom = float(USUAL)
        self._was_shown = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(360, RULER + 12 * LANE)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        say(self.setAccessibleName, "Notes")
        self.cursor_moved.connect(self._tell)

    @property
    def sheet(self) -> Sheet:
        """What is shown."""
        return self.history.sheet

    @property
    def _width(self) -> int:
        """Pixels a sixteenth is wide now."""
        return round(self._zoom)

    @property
    def note(self) -> sdk.Note | None:
        """The note under the cursor."""
        return self.sheet.note_at(self.part, self.step, self.pitch)

    def told(self) -> str:
        """Where the cursor is and what is there, in words."""
        sheet = self.sheet
        start = self.step * STEP
        bar = int(start / sheet.bar + 1e-6)
        beat = (start - bar * sheet.bar) / sheet.beat + 1
        name = f"{_NAMES[self.pitch % 12]}{self.pitch // 12 - 1}"
        if sheet.tracks[self.part].drums:
            name = tr(DRUMS[self.pitch]) if self.pitch in DRUMS else name
        where = tr("{note} · bar {bar}, beat {beat}", note=name, bar=bar + 1, beat=f"{beat:g}")
        note = self.note
        if note is None:
            return f"{where} · {tr('no note')}"
        steps = round(note.duration / STEP, 2)
        told = "a note of {count} sixteenth" if steps == 1 else "a note of {count} sixteenths"
        return f"{where} · {tr(told, count=f'{steps:g}')}"

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Show fewer (factor > 1) or more sixteenths.

        What is at `x`, in the viewport, stays there; without it the cursor, or the middle where that is out of sight.
        """
        right = self.viewport().width()
        if x is None:
            cursor = self._x(self.step * STEP)
            x = cursor if KEYS_WIDTH <= cursor < right else (KEYS_WIDTH + right) / 2
        held = self._time(x)
        self._zoom = min(float(WIDEST), max(float(NARROWEST), self._zoom * factor))
        self._fit()
        self.horizontalScrollBar().setValue(round(held / STEP * self._width + KEYS_WIDTH - x))

    def sizeHint(self) -> QSize:
        """Five bars and two octaves and a half."""
        return QSize(KEYS_WIDTH + 80 * USUAL, RULER + 30 * LANE)

    def _tell(self) -> None:
        self.setAccessibleDescription(self.told())

    # ---- where things are ------------------------------------------------------------------------------------

    def _go(self, step: int, pitch: int, *, follow: bool = True) -> None:
        """Put the cursor somewhere on the paper; the view follows it unless it must stay under the mouse."""
        self.step = min(max(0, step), self.sheet.steps - 1)
        self.pitch = min(max(0, pitch), 127)
        if follow:
            self._scroll_to_cursor()
        self.viewport().update()
        self.cursor_moved.emit()

    def _scroll_to_cursor(self) -> None:
        note = self.note
        steps = self.reach if note is None else math.ceil(note.duration / STEP)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        room = max(1, self.viewport().width() - KEYS_WIDTH)
        left, right = self.step * self._width, (self.step + min(steps, room // self._width)) * self._width
        across.setValue(min(left, max(across.value(), right + self._width - room)))
        top = (127 - self.pitch) * LANE
        down.setValue(min(top - LANE, max(down.value(), top + 2 * LANE - (self.viewport().height() - RULER))))

    def _fit(self) -> None:
        """Let the scroll bars reach all of the paper."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        room = max(1, self.viewport().width() - KEYS_WIDTH)
        across.setRange(0, max(0, math.ceil(self.sheet.length / STEP * self._width) - room))
        across.setPageStep(room)
        across.setSingleStep(self._width)
        high = max(1, self.viewport().height() - RULER)
        down.setRange(0, max(0, 128 * LANE - high))
        down.setPageStep(high)
        down.setSingleStep(LANE)
        self.viewport().update()

    def _center(self) -> None:
        """Let the part's notes stand in the middle, as far as the cursor stays in sight."""
        pitches = [note.pitch for note in self.sheet.tracks[self.part].notes] or [self.pitch]
        middle = (min(pitches) + max(pitches)) / 2
        self.verticalScrollBar().setValue(round((127 - middle) * LANE - (self.viewport().height() - RULER) / 2))
        self._go(self.step, self.pitch)

    def _time(self, x: float) -> float:
        """The moment at a place, quarter notes."""
        return (x - KEYS_WIDTH + self.horizontalScrollBar().value()) / self._width * STEP

    def _pitch(self, y: float) -> int:
        return min(127, max(0, 127 - math.floor((y - RULER + self.verticalScrollBar().value()) / LANE)))

    def _x(self, quarters: float) -> float:
        return KEYS_WIDTH + quarters / STEP * self._width - self.horizontalScrollBar().value()

    def _y(self, pitch: int) -> float:
        return RULER + (127 - pitch) * LANE - self.verticalScrollBar().value()

    def _place(self, note: sdk.Note) -> QRectF:
        """Where a note is drawn, in the viewport."""
        width = max(3.0, note.duration / STEP * self._width)
        return QRectF(self._x(note.start), self._y(note.pitch), width, LANE)

    # ---- scrolling -------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Shift along the time, with Ctrl zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.25 ** (event.angleDelta().y() / 120), max(float(KEYS_WIDTH), event.position().x()))
            event.accept()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.angleDelta().y():
            across = self.horizontalScrollBar()
            across.setValue(across.value() - round(event.angleDelta().y() / 120 * 8 * self._width))
            event.accept()
        else:
            super().wheelEvent(event)

    # ---- drawing ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of the paper shows."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how much shows."""
        super().showEvent(event)
        if not self._was_shown:  # a window that comes back from the task bar shows what it did
            self._was_shown = True
            self._center()

    def changeEvent(self, event: QEvent) -> None:
        """Paint again in other colours."""
        super().changeEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lanes, lines, the parts behind, the part in hand, the cursor, keys and bar numbers."""
        del event
        colors = tokens()
        view = self.viewport().rect()
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.fillRect(view, QColor(colors.canvas))
        low, high = self._pitch(view.height()), self._pitch(RULER)
        painter.translate(0, self._y(high))
        draw_lanes(painter, low, high, LANE, view.width())
        painter.resetTransform()
        self._draw_lines(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, track in enumerate(self.sheet.tracks):
            if number != self.part:
                self._draw_part(painter, track, number, faint=True)
        self._draw_part(painter, self.sheet.tracks[self.part], self.part, faint=False)
        self._draw_cursor(painter)
        painter.save()
        painter.translate(0, self._y(high))
        draw_keys(painter, low, high, LANE)
        painter.restore()
        self._draw_ruler(painter)

    def _draw_lines(self, painter: QPainter) -> None:
        """Sixteenths, beats and bars, and the end of the paper."""
        view = self.viewport().rect()
        sheet = self.sheet
        border = QColor(tokens().border)
        lines = [(STEP, 60), (sheet.beat, 140), (sheet.bar, 255)] if self._width >= 8 else [(sheet.bar, 255)]
        for apart, alpha in lines:
            border.setAlpha(alpha)
            count = int(self._time(KEYS_WIDTH) / apart)
            while (time := count * apart) <= min(sheet.length, self._time(view.width())) + 1e-6:
                painter.fillRect(QRectF(round(self._x(time)), RULER, 1, view.height()), border)
                count += 1
        end = self._x(sheet.length)
        if end < view.width():
            painter.fillRect(QRectF(end + 1, RULER, view.width(), view.height()), QColor(tokens().hover))

    def _draw_part(self, painter: QPainter, track: sdk.Track, number: int, *, faint: bool) -> None:
        left, right = self._time(KEYS_WIDTH), self._time(self.viewport().width())
        under_cursor = None if faint else self.note
        for note in track.notes:
            if note.start > right:
                break
            if note.start + note.duration < left:
                continue
            place = self._place(note).adjusted(0.5, 1, -0.5, -1)
            color = QColor(note_color(number, note.velocity >> 3))
            color.setAlpha(70 if faint else 255)
            painter.setBrush(color)
            chosen = note is under_cursor
            painter.setPen(QPen(QColor(tokens().text), 2) if chosen else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(place, 2.5, 2.5)

    def _draw_cursor(self, painter: QPainter) -> None:
        """The cell where the keys write; a note under it is framed already."""
        if self.note is not None:
            return
        colors = tokens()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors.accent if self.hasFocus() else colors.muted), 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(self._x(self.step * STEP), self._y(self.pitch), self._width, LANE))

    def _draw_ruler(self, painter: QPainter) -> None:
        colors = tokens()
        width = self.viewport().width()
        painter.fillRect(QRectF(0, 0, width, RULER), QColor(colors.panel))
        painter.fillRect(QRectF(0, RULER - 1, width, 1), QColor(colors.border))
        painter.setPen(QColor(colors.muted))
        pixels = self.sheet.bar / STEP * self._width
        apart = max(1, math.ceil(36 / pixels))
        first = int(self._time(KEYS_WIDTH) / self.sheet.bar) // apart * apart
        for bar in range(first, self.sheet.bars, apart):
            x = self._x(bar * self.sheet.bar)
            if x > width:
                break
            if x >= KEYS_WIDTH:
                painter.drawText(QPointF(x + 4, RULER - 6), str(bar + 1))

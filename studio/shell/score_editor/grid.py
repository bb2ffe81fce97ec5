"""The paper to draw notes on: a lane a pitch, a column a sixteenth; by mouse and by keys alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from studio import sdk
from studio.shell.i18n import say, tr
from studio.shell.score_editor.sheet import MOST_BARS, STEP, History, Sheet
from studio.shell.theme import tokens
from studio.shell.viewers.piano_roll import KEYS_WIDTH, draw_keys, draw_lanes, note_color

LANE = 14
"""Pixels a pitch is high."""

RULER = 20
"""Pixels above the lanes, with the numbers of the bars."""

NARROWEST, USUAL, WIDEST = 4, 12, 48
"""Pixels a sixteenth is wide."""

_EDGE = 7.0
"""Pixels at a note's end that lengthen it; never more than a third of it."""

_STILL = 4
"""Pixels that the pressed mouse may tremble before it drags."""

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

_SHIFT, _CONTROL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_WRITE = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_REMOVE = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})


@dataclass(slots=True)
class _Drag:
    """What the pressed mouse does.

    Attributes:
        sheet: before it.
        note: the note held; when it is a new one, the sheet has it not.
        new: whether the note is being written.
        by_end: whether its end is held.
        step, pitch, at: where it was pressed, in the score and in the viewport.
        begun: whether the mouse went further than it trembles.
    """

    sheet: Sheet
    note: sdk.Note
    new: bool
    by_end: bool
    step: int
    pitch: int
    at: QPointF
    begun: bool = False


@dataclass(frozen=True, slots=True)
class _Led:
    """A note that keys move or lengthen, one press after another: what it only passes over stays.

    Attributes:
        before, note: the sheet and the note as they were at the first press.
        after, now: as they are now.
    """

    before: Sheet
    note: sdk.Note
    after: Sheet
    now: sdk.Note


class NoteGrid(QAbstractScrollArea):
    """Shows a history's sheet and lets one part of it be drawn; the others stand faint behind.

    Attributes:
        history: what is drawn.
        part: number of the part that is drawn.
        step, pitch: the cursor: a sixteenth from the start, and a MIDI note number.
        reach: how many sixteenths the next new note will last.

    Signals:
        edited: the sheet is another.
        cursor_moved: the cursor, or the note under it, is another.
    """

    edited = Signal()
    cursor_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = History(Sheet.empty())
        self.part = 0
        self.step = 0
        self.pitch = 72
        self.reach = _QUARTER
        self._zoom = float(USUAL)
        self._drag: _Drag | None = None
        self._led: _Led | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(360, RULER + 12 * LANE)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        say(self.setAccessibleName, "Notes")
        self.cursor_moved.connect(self._tell)

    # ---- what is shown ---------------------------------------------------------------------------------------

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

    def open(self, history: History, part: int) -> None:
        """Draw on another sheet."""
        self.history = history
        self.choose(part)
        self._fit()

    def choose(self, part: int) -> None:
        """Draw another part; the cursor goes to its first note, or to where there is room for a first one."""
        self.settle()
        self.part = part
        track = self.sheet.tracks[part]
        first = track.notes[0] if track.notes else sdk.Note(0.0, 1.0, 36 if track.drums else 72)
        self._go(_step_of(first), first.pitch)
        self._center()

    def refresh(self) -> None:
        """The history's sheet was changed from elsewhere."""
        self._drag = None
        self._fit()
        self._go(self.step, self.pitch)

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

    # ---- changing --------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write a note at the cursor; where there is one, go on behind it, into another bar if need be."""
        note = self.note
        if note is None:
            self._change(self.sheet.put(self.part, self._new(self.step, self.pitch)))
            return
        behind = math.ceil((note.start + note.duration) / STEP - 1e-6)
        if behind >= self.sheet.steps and self.sheet.bars < MOST_BARS:
            self._change(replace(self.sheet, bars=self.sheet.bars + 1))
        self._go(behind, self.pitch)

    def remove(self) -> None:
        """Take the note under the cursor away."""
        if (note := self.note) is not None:
            self._change(self.sheet.without(self.part, note))

    def shift(self, steps: int, semitones: int) -> None:
        """Move the note under the cursor, and the cursor with it."""
        if (note := self.note) is not None:
            self._lead(note, self.sheet.moved(note, steps * STEP, semitones))

    def stretch(self, steps: int) -> None:
        """Lengthen or shorten the note under the cursor; later notes will be as long."""
        note = self.note
        if note is None:
            self.reach = max(1, self.reach + steps)
            return
        longer = self.sheet.stretched(note, note.duration + steps * STEP)
        self.reach = max(1, round(longer.duration / STEP))
        self._lead(note, longer)

    def _lead(self, note: sdk.Note, there: sdk.Note) -> None:
        led = self._led
        if led is None or led.after is not self.sheet or led.now != note:
            led = _Led(self.sheet, note, self.sheet, note)
        after = led.before.put(self.part, there, led.note)
        self._change(after)
        self._go(_step_of(there), there.pitch)
        self._led = _Led(led.before, led.note, after, there)

    def _new(self, step: int, pitch: int) -> sdk.Note:
        """A note to write: as long as usual, where the next one of its pitch leaves as much room."""
        start = step * STEP
        return sdk.Note(start, min(self.reach * STEP, self.sheet.room(self.part, start, pitch)), pitch)

    def _change(self, sheet: Sheet) -> None:
        self.history.change(sheet)
        self._show_changed()

    def _show_changed(self) -> None:
        self._fit()
        self.edited.emit()
        self.cursor_moved.emit()

    def _go(self, step: int, pitch: int, *, follow: bool = True) -> None:
        """Put the cursor somewhere on the paper; the view follows it unless it must stay under the mouse."""
        self._led = None
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

    # ---- keys ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows lead; with Shift they lengthen, with Alt they move, with Ctrl they leap a bar."""
        if self._drag is not None:  # the hand holds the note; Escape lets go of it
            if event.key() == Qt.Key.Key_Escape:
                self.drop()
            return
        key, held = Qt.Key(event.key()), event.modifiers() & (_SHIFT | _CONTROL | _ALT)
        none = Qt.KeyboardModifier.NoModifier
        if key in _ARROWS and held in (none, _ALT, _SHIFT, _CONTROL):
            self._arrow(*_ARROWS[key], held)
        elif key in _WRITE and held == none:
            self.write()
        elif key in _REMOVE and held == none:
            self.remove()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._go(self.step, self.pitch + (12 if key == Qt.Key.Key_PageUp else -12))
        elif key == Qt.Key.Key_Home:
            self._go(0, self.pitch)
        elif key == Qt.Key.Key_End:
            self._go(math.ceil(self.sheet.end_of(self.part) / STEP - 1e-6), self.pitch)
        else:
            event.ignore()  # Escape belongs to the dialog, Tab leads out

    def _arrow(self, across: int, up: int, held: Qt.KeyboardModifier) -> None:
        if held == _ALT:
            self.shift(across, up)
        elif held == _SHIFT:
            if across:
                self.stretch(across)
        elif held == _CONTROL:
            self._go(self.step + across * max(1, round(self.sheet.bar / STEP)), self.pitch + 12 * up)
        else:
            self._go(self.step + across, self.pitch + up)

    # ---- mouse -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Write a note, take one by its end or its middle, or, by the other button, away."""
        at = event.position()
        if self._drag is not None or at.x() < KEYS_WIDTH or at.y() < RULER or self._time(at.x()) >= self.sheet.length:
            return
        step, pitch = int(self._time(at.x()) / STEP), self._pitch(at.y())
        note = self._note_at(at) or self.sheet.note_at(self.part, step, pitch)
        if event.button() == Qt.MouseButton.RightButton:
            if note is not None:
                self._change(self.sheet.without(self.part, note))
        elif event.button() == Qt.MouseButton.LeftButton:
            if note is not None:
                self._drag = _Drag(self.sheet, note, False, self._is_end(note, at.x()), step, pitch, at)
            else:
                note = self._new(step, pitch)
                self._drag = _Drag(self.sheet, note, True, True, step, pitch, at)
                self.history.sheet = self.sheet.put(self.part, note)
            self._go(_step_of(note), note.pitch, follow=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second click is a click."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lengthen or move what is held."""
        at = event.position()
        drag = self._drag
        if drag is None:
            note = self._note_at(at)
            at_end = note is not None and self._is_end(note, at.x())
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if at_end else Qt.CursorShape.ArrowCursor)
            return
        drag.begun = drag.begun or (at - drag.at).manhattanLength() >= _STILL
        if not drag.begun:
            return
        step, pitch = math.floor(self._time(at.x()) / STEP), self._pitch(at.y())
        if not drag.by_end:
            note = drag.sheet.moved(drag.note, (step - drag.step) * STEP, pitch - drag.pitch)
        elif step == drag.step:
            note = drag.note
        else:
            note = drag.sheet.stretched(drag.note, (step + 1) * STEP - drag.note.start)
        self.history.sheet = drag.sheet.put(self.part, note, None if drag.new else drag.note)
        self._go(_step_of(note), note.pitch, follow=not self.viewport().rect().contains(at.toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: one change to take back."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.settle()

    def settle(self) -> None:
        """Let go of what the mouse holds, where it is; one change to take back."""
        if self._drag is None:
            return
        drag, self._drag = self._drag, None
        if self.note is not None and (drag.begun or not drag.new):  # a new one may have had too little room
            self.reach = max(1, round(self.note.duration / STEP))
        self.history.keep()
        self._show_changed()

    def drop(self) -> None:
        """Let go of what the mouse holds, as if it had not been pressed."""
        if self._drag is None:
            return
        self.history.sheet = self._drag.sheet
        self.refresh()
        self.edited.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Shift along the time, with Ctrl zoom."""
        if event.modifiers() & _CONTROL:
            self.zoom(1.25 ** (event.angleDelta().y() / 120), max(float(KEYS_WIDTH), event.position().x()))
            event.accept()
        elif event.modifiers() & _SHIFT and event.angleDelta().y():
            across = self.horizontalScrollBar()
            across.setValue(across.value() - round(event.angleDelta().y() / 120 * 8 * self._width))
            event.accept()
        else:
            super().wheelEvent(event)

    def _note_at(self, at: QPointF) -> sdk.Note | None:
        for note in reversed(self.sheet.tracks[self.part].notes):
            if self._place(note).contains(at):
                return note
        return None

    def _is_end(self, note: sdk.Note, x: float) -> bool:
        place = self._place(note)
        return x > place.right() - min(_EDGE, place.width() / 3)

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

    # ---- drawing ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of the paper shows."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how much shows."""
        super().showEvent(event)
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


def _step_of(note: sdk.Note) -> int:
    return int(note.start / STEP + 1e-6)

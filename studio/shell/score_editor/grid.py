"""Drawing notes on the paper, by mouse and by keys alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from studio import sdk
from studio.shell.score_editor.paper import RULER, Paper
from studio.shell.score_editor.sheet import MOST_BARS, STEP, History, Sheet
from studio.shell.viewers.piano_roll import KEYS_WIDTH

_EDGE = 7.0
"""Pixels at a note's end that lengthen it; never more than a third of it."""

_STILL = 4
"""Pixels that the pressed mouse may tremble before it drags."""

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


class NoteGrid(Paper):
    """Paper that one part is drawn on, by mouse and by keys alike.

    Signals:
        edited: the sheet is another.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag: _Drag | None = None
        self._led: _Led | None = None

    # ---- what is shown ---------------------------------------------------------------------------------------

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
        self._led = None
        super()._go(step, pitch, follow=follow)

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

    def _note_at(self, at: QPointF) -> sdk.Note | None:
        for note in reversed(self.sheet.tracks[self.part].notes):
            if self._place(note).contains(at):
                return note
        return None

    def _is_end(self, note: sdk.Note, x: float) -> bool:
        place = self._place(note)
        return x > place.right() - min(_EDGE, place.width() / 3)


def _step_of(note: sdk.Note) -> int:
    return int(note.start / STEP + 1e-6)

"""A window to draw a score in: a melody for a generator to harmonise, a beat for it to play."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from studio import sdk
from studio.shell.i18n import said_by, say, tr, tr_error, tr_message
from studio.shell.icons import decorate
from studio.shell.leaving import ask_to_throw_away
from studio.shell.score_editor.grid import NoteGrid
from studio.shell.score_editor.sheet import FASTEST, MOST_BARS, MOST_NOTES, SLOWEST, History, Sheet
from studio.shell.viewers.background import Background
from studio.shell.viewers.controls import action_button
from studio.shell.viewers.inspector import Inspector, Measured
from studio.shell.widgets import CalmCombo, CalmSpin, button, label, row

METERS = ((4, 4), (3, 4), (2, 4), (6, 8))
"""Metres that are offered; a score that has another keeps it."""

NAMES = ("Melody", "Drums")
"""Parts that the studio names itself; others are called as their file calls them."""


class ScoreDialog(QDialog):
    """Draws on a score, or a new one, and has it kept as a MIDI file.

    Args:
        path: the score to begin with, or None for an empty one.
        keep: takes the bytes of a MIDI file and returns what refers to them; called on a background thread.

    Signals:
        drawn(str): what refers to the file; never given when nothing was changed.
    """

    drawn = Signal(str)

    def __init__(self, path: Path | None, keep: Callable[[bytes], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Draw notes")
        self._keep = keep
        self._is_open = False
        self.grid = NoteGrid()
        self.parts = CalmCombo()
        self.tempo = _TempoSpin()
        self.tempo.setRange(SLOWEST, FASTEST)
        say(self.tempo.setSuffix, " bpm")
        self.meter = CalmCombo()
        self.bars = _spin(1, MOST_BARS)
        self.undo_action = self._action("Undo", "arrow-bend-up-left", "Ctrl+Z", History.undo)
        self.redo_action = self._action("Redo", "arrow-bend-up-right", "Ctrl+Shift+Z", History.redo)
        self.where = label(role="muted")
        self.problem = label(role="error", wrap=True)
        self.problem.hide()
        self.ok = button("Use it", self.finish, icon="check", role="primary")
        self.cancel = button("Cancel", self.reject)
        for made in (self.ok, self.cancel):
            made.setAutoDefault(False)  # Enter writes notes and ends numbers; it must not close the window
        QShortcut(QKeySequence("Ctrl+Return"), self, self._finish_by_key)
        self._lay_out()
        self.grid.edited.connect(self._follow)
        self.grid.cursor_moved.connect(self._tell)
        self.parts.currentIndexChanged.connect(self.grid.choose)
        self.tempo.valueChanged.connect(lambda tempo: self._change(replace(self.grid.sheet, tempo=tempo)))
        self.bars.valueChanged.connect(lambda bars: self._change(replace(self.grid.sheet, bars=int(bars))))
        self.meter.currentIndexChanged.connect(self._change_meter)
        self.resize(980, 640)
        if path is None:
            self._open(Sheet.empty())
        else:
            self._set_usable(False)
            self.where.setText(tr("Reading…"))
            Inspector.shared().ask("score", path, self._read, self._not_read, self)

    @property
    def history(self) -> History:
        """What is drawn, and what it was."""
        return self.grid.history

    # ---- beginning and ending --------------------------------------------------------------------------------

    def finish(self) -> None:
        """Keep what is drawn, off the window's thread; it stays here should that fail."""
        self._settle()
        if not self.history.is_changed:
            self.accept()
            return
        self._set_usable(False)
        work = partial(_kept, self.grid.sheet.score(), self._keep)
        Background.shared().run(work, self._was_kept, self._not_kept, owner=self)

    def reject(self) -> None:
        """Leave everything as it was; what was drawn is not thrown away unasked."""
        self._settle()
        if not self.history.is_changed:
            super().reject()
            return
        ask_to_throw_away(self, "Throw away what you drew?", "Go on drawing")

    def _settle(self) -> None:
        """Take what is under way: a note held by the mouse, a number that is being typed."""
        self.grid.settle()
        for typed in (self.tempo, self.bars):
            typed.interpretText()

    def _finish_by_key(self) -> None:
        if self.ok.isEnabled():
            self.finish()

    def _was_kept(self, reference: str) -> None:
        self.drawn.emit(reference)
        self.accept()

    def _not_kept(self, error: Exception) -> None:
        self._set_usable(True)
        self._say(tr("The notes could not be kept: {reason}", reason=tr_error(error)))

    def _read(self, measured: Measured) -> None:
        Background.shared().run(lambda: Sheet.of(score_of(measured)), self._open, self._too_long, owner=self)

    def _too_long(self, _error: Exception) -> None:
        told = "This score is too long to be drawn on: {bars} bars and {notes} notes are the most."
        self._not_read(tr(told, bars=MOST_BARS, notes=f"{MOST_NOTES:,}"))

    def _not_read(self, sentence: str) -> None:
        self.where.clear()
        self._say(tr_message(sentence))
        self.cancel.setFocus()

    def _open(self, sheet: Sheet) -> None:
        full = [number for number, track in enumerate(sheet.tracks) if track.notes]
        for box in (self.parts, self.meter):
            box.blockSignals(True)
        self.parts.addItems([_name(track) for track in sheet.tracks])
        self.parts.setCurrentIndex(full[0] if full else 0)
        for meter in dict.fromkeys((*METERS, sheet.meter)):
            self.meter.addItem("{}/{}".format(*meter), meter)
        for box in (self.parts, self.meter):
            box.blockSignals(False)
        self._is_open = True
        self.grid.open(History(sheet), self.parts.currentIndex())
        self._set_usable(True)
        self.grid.setFocus()

    # ---- changing --------------------------------------------------------------------------------------------

    def _change(self, sheet: Sheet) -> None:
        self.history.change(sheet)
        self.grid.refresh()
        self._follow()

    def _change_meter(self) -> None:
        meter = self.meter.currentData()
        sheet = self.grid.sheet
        bars = max(sheet.bars, sheet.least_bars(meter))
        if bars <= MOST_BARS:
            self._change(replace(sheet, meter=meter, bars=bars))
        else:
            self._follow()
            told = "The metre stays as it is: there would be more than {bars} of such short bars."
            self._say(tr(told, bars=MOST_BARS))

    def _travel(self, step: Callable[[History], None]) -> None:
        """Take a change back, or make it again, and show the part it is in."""
        before = self.grid.sheet.tracks
        step(self.history)
        self.grid.refresh()
        self._follow()
        changed = [part for part, tracks in enumerate(zip(before, self.grid.sheet.tracks, strict=True))
                   if tracks[0] != tracks[1]]  # fmt: skip
        if changed and self.parts.currentIndex() not in changed:
            self.parts.setCurrentIndex(changed[0])

    def retranslate(self) -> None:
        """Say the parts' names, and where the cursor is, again."""
        if self._is_open:
            for place, track in enumerate(self.grid.sheet.tracks):
                self.parts.setItemText(place, _name(track))
            self._tell()

    def _follow(self) -> None:
        """Show the sheet's numbers, and what can be done with it now."""
        sheet = self.grid.sheet
        for control in (self.tempo, self.bars, self.meter):
            control.blockSignals(True)
        self.tempo.setValue(sheet.tempo)
        self.bars.setMinimum(sheet.least_bars(sheet.meter))
        self.bars.setValue(sheet.bars)
        self.meter.setCurrentIndex(self.meter.findText("{}/{}".format(*sheet.meter)))
        for control in (self.tempo, self.bars, self.meter):
            control.blockSignals(False)
        self.undo_action.setEnabled(self.history.can_undo)
        self.redo_action.setEnabled(self.history.can_redo)
        self.ok.setEnabled(sheet.has_notes)
        self._say("")
        self._tell()

    def _tell(self) -> None:
        if self._is_open:
            self.where.setText(self.grid.told())

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))

    def _set_usable(self, usable: bool) -> None:
        for control in (self.grid, self.parts, self.tempo, self.meter, self.bars, self.ok):
            control.setEnabled(usable)
        if usable:
            self._follow()
        else:
            self.undo_action.setEnabled(False)
            self.redo_action.setEnabled(False)

    # ---- layout ----------------------------------------------------------------------------------------------

    def _action(self, text: str, icon: str, keys: str, step: Callable[[History], None]) -> QAction:
        made = QAction(self)
        say(made.setText, text)
        decorate(made, icon)
        made.setShortcut(QKeySequence(keys))
        made.triggered.connect(lambda: self._travel(step))
        self.addAction(made)
        return made

    def _lay_out(self) -> None:
        zoom_out, zoom_in = QAction(self), QAction(self)
        for action, text, icon, keys, factor in (
            (zoom_out, "Zoom out", "magnifying-glass-minus", "Ctrl+-", 1 / 1.5),
            (zoom_in, "Zoom in", "magnifying-glass-plus", "Ctrl+=", 1.5),
        ):
            say(action.setText, text)
            decorate(action, icon)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(partial(_zoom, self.grid, factor))
            self.addAction(action)
        settings = row(
            _names(label("Part"), self.parts), self.parts,
            _names(label("Tempo"), self.tempo), self.tempo,
            _names(label("Metre"), self.meter), self.meter,
            _names(label("Bars"), self.bars), self.bars,
            None, *(action_button(action) for action in (self.undo_action, self.redo_action, zoom_out, zoom_in)),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(settings)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.where)
        layout.addWidget(
            label(
                "Click to write a note; drag it to move it, its end to lengthen it; right-click to take it away. "
                "With keys: arrows lead, Enter writes and goes on, Shift+arrows lengthen, Alt+arrows move, "
                "Del takes away.",
                "muted",
                wrap=True,
            )
        )
        layout.addWidget(self.problem)
        layout.addLayout(row(None, self.cancel, self.ok))


def score_of(measured: Measured) -> sdk.Score:
    """What the inspecting process read, times in quarter notes again."""
    facts = measured.facts
    quarter = 60.0 / float(facts["tempo"])
    notes: list[list[sdk.Note]] = [[] for _ in facts["tracks"]]
    columns = [measured.floats(name) for name in ("start", "length", "pitch", "velocity", "track")]
    for start, length, pitch, velocity, track in zip(*columns, strict=True):
        notes[int(track)].append(sdk.Note(start / quarter, length / quarter, int(pitch), int(velocity)))
    tracks = tuple(
        sdk.Track(about["name"], tuple(found), about["program"], about["drums"])
        for about, found in zip(facts["tracks"], notes, strict=True)
    )
    beats, unit = facts["meter"]
    return sdk.Score(tracks, float(facts["tempo"]), (int(beats), int(unit)), str(facts["key"]))


def _kept(score: sdk.Score, keep: Callable[[bytes], str]) -> str:
    """Runs on a background thread."""
    from studio.library.formats.scores import encoded

    return keep(encoded(score))


def _name(track: sdk.Track) -> str:
    return tr(track.name) if track.name in NAMES else track.name


def _zoom(grid: NoteGrid, factor: float) -> None:
    grid.zoom(factor)


class _TempoSpin(CalmSpin):
    """Shows hundredths of a beat where a tempo has them, and steps by whole beats."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(2)

    def textFromValue(self, value: float) -> str:
        """The number without zeros at its end."""
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


def _spin(low: float, high: float) -> CalmSpin:
    made = CalmSpin()
    made.setDecimals(0)
    made.setRange(low, high)
    return made


def _names(made: QLabel, control: QWidget) -> QLabel:
    """A label that names a control, to a screen reader too."""
    made.setBuddy(control)
    say(control.setAccessibleName, said_by(made.setText))
    return made

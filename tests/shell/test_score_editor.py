"""Drawing notes: by mouse, by keys, over the notes a field holds already, and the way into a MIDI file and back."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.windows import PAINTER, make_workshop
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from studio.library import formats
from studio.library.formats.scores import encoded
from studio.library.library import Library
from studio.sdk import Note, Score, Track
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.i18n import Language
from studio.shell.score_editor.dialog import ScoreDialog
from studio.shell.score_editor.grid import NoteGrid
from studio.shell.score_editor.paper import LANE, NARROWEST, WIDEST
from studio.shell.score_editor.sheet import MOST_BARS, MOST_NOTES, STEP, History, Sheet
from studio.shell.theme import text_font
from studio.shell.viewers.background import Background
from studio.shell.viewers.inspector import Inspector
from studio.shell.viewers.piano_roll import KEYS_WIDTH, draw_keys

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SONG = Score(
    (
        Track("Flöte <b>", (Note(0.0, 1.0, 74, 90), Note(1.0, 1 / 3, 76, 64), Note(2.0, 1.5, 72, 101)), program=73),
        Track("Kit", (Note(0.0, 0.25, 36, 110), Note(1.0, 0.25, 38, 80)), drums=True),
    ),
    92.5,
    (3, 4),
    "D minor",
)


@pytest.fixture(autouse=True)
def closed_afterwards(qtbot: QtBot) -> Iterator[None]:
    """Ends the inspecting process after each test."""
    yield
    Inspector.shared().close()


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> Any:
    workshop, _ = make_workshop(tmp_path)
    made = Form(PAINTER, FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(made)
    made.show()
    yield made
    workshop.bridge.close()


def opened(form: Any) -> ScoreDialog:
    """The window to draw in, as the button opens it."""
    editor = form.editor("notes")
    editor.draw_button.click()
    dialogs: list[ScoreDialog] = [made for made in editor.findChildren(ScoreDialog) if made.isVisible()]
    return dialogs[-1]


def used(form: Any, dialog: ScoreDialog, qtbot: QtBot) -> Score:
    """What the field holds once the drawing is used."""
    dialog.ok.click()
    qtbot.waitUntil(lambda: is_gone(dialog))
    score = formats.read(Path(form.editor("notes").value().removeprefix("file:")), "score")
    assert isinstance(score, Score)
    return score


def is_gone(dialog: ScoreDialog) -> bool:
    return not isValid(dialog) or not dialog.isVisible()


def press(grid: NoteGrid, *keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(grid, key, held)


def spot(grid: NoteGrid, step: float, pitch: int) -> QPoint:
    """The place of a moment (in sixteenths) and a pitch."""
    return QPoint(round(grid._x(step * STEP)), round(grid._y(pitch) + LANE / 2))


def drag(grid: NoteGrid, start: QPoint, end: QPoint) -> None:
    view = grid.viewport()
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, pos=end)


def drawn(grid: NoteGrid) -> list[tuple[float, float, int]]:
    """Start and length in sixteenths, and pitch, of the notes of the part that is drawn."""
    return [(n.start / STEP, n.duration / STEP, n.pitch) for n in grid.sheet.tracks[grid.part].notes]


def test_only_notes_can_be_drawn(form: Any) -> None:
    assert not form.editor("notes").draw_button.isHidden()
    assert form.editor("init").draw_button.isHidden()


def test_a_melody_is_drawn_with_keys(form: Any, qtbot: QtBot) -> None:
    dialog = opened(form)
    grid = dialog.grid
    assert not dialog.ok.isEnabled()
    assert (grid.step, grid.pitch) == (0, 72)
    assert abs(grid._y(72) - grid.viewport().height() / 2) < 3 * LANE
    press(grid, Qt.Key.Key_Return, Qt.Key.Key_Return)  # writes, and goes on behind it
    press(grid, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Space)
    press(grid, Qt.Key.Key_Right, Qt.Key.Key_Right, held=SHIFT)
    press(grid, Qt.Key.Key_Return, Qt.Key.Key_Return)
    press(grid, Qt.Key.Key_Up, Qt.Key.Key_Left, held=ALT)
    assert drawn(grid) == [(0, 4, 72), (4, 6, 74), (9, 6, 75)]
    press(grid, Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Delete)
    assert "E♭5" not in dialog.where.text()
    assert dialog.where.text().startswith("D4 · bar 1, beat 1")
    assert grid.accessibleDescription() == dialog.where.text()
    score = used(form, dialog, qtbot)
    assert [(n.start, n.duration, n.pitch) for n in score.tracks[0].notes] == [
        (0, 1, 72), (1, 1.5, 74), (2.25, 1.5, 75),
    ]  # fmt: skip
    assert [track.name for track in score.tracks] == ["Melody"]
    assert form.editor("notes").value().startswith("file:")


def test_a_melody_is_drawn_with_the_mouse(form: Any) -> None:
    grid = opened(form).grid
    QTest.mouseClick(grid.viewport(), LEFT, pos=spot(grid, 0.5, 72))
    drag(grid, spot(grid, 4.5, 74), spot(grid, 11.5, 74))
    assert drawn(grid) == [(0, 4, 72), (4, 8, 74)]
    drag(grid, spot(grid, 3.8, 72), spot(grid, 1.5, 72))  # by its end
    drag(grid, spot(grid, 6.5, 74), spot(grid, 8.5, 69))  # by its middle
    assert drawn(grid) == [(0, 2, 72), (6, 8, 69)]
    QTest.mouseClick(grid.viewport(), LEFT, pos=spot(grid, 20.5, 76))
    assert drawn(grid)[-1] == (20, 8, 76)  # as long as the one before
    QTest.mouseClick(grid.viewport(), RIGHT, pos=spot(grid, 7.5, 69))
    QTest.mouseClick(grid.viewport(), RIGHT, pos=spot(grid, 7.5, 60))
    assert drawn(grid) == [(0, 2, 72), (20, 8, 76)]


def test_a_note_that_another_is_moved_over_makes_way(form: Any) -> None:
    grid = opened(form).grid
    press(grid, *[Qt.Key.Key_Return] * 5)
    assert drawn(grid) == [(0, 4, 72), (4, 4, 72), (8, 4, 72)]
    press(grid, *[Qt.Key.Key_Left] * 6, held=ALT)
    assert drawn(grid) == [(0, 2, 72), (2, 4, 72)]
    press(grid, *[Qt.Key.Key_Left] * 9, held=ALT)
    assert drawn(grid) == [(0, 4, 72), (4, 4, 72)], "what it was only led over is there again"
    press(grid, Qt.Key.Key_Right, Qt.Key.Key_Left)
    press(grid, Qt.Key.Key_Right, held=ALT)
    assert drawn(grid) == [(1, 4, 72)], "led anew: where it ended up before, it stayed"


def test_a_note_led_through_a_chord_leaves_it_whole(form: Any) -> None:
    grid = opened(form).grid
    for pitch in (72, 76, 79):
        grid._go(0, pitch)
        press(grid, Qt.Key.Key_Return)
    grid._go(0, 72)
    press(grid, *[Qt.Key.Key_Up] * 5, held=ALT)
    assert sorted(pitch for _, _, pitch in drawn(grid)) == [76, 77, 79]
    press(grid, *[Qt.Key.Key_Right] * 3, held=SHIFT)
    assert (0, 7, 77) in drawn(grid)


def test_a_new_note_leaves_the_next_one_its_place(form: Any) -> None:
    grid = opened(form).grid
    QTest.mouseClick(grid.viewport(), LEFT, pos=spot(grid, 8.5, 72))
    QTest.mouseClick(grid.viewport(), LEFT, pos=spot(grid, 6.5, 72))
    assert drawn(grid) == [(6, 2, 72), (8, 4, 72)]
    grid._go(5, 72)
    press(grid, Qt.Key.Key_Return)
    assert drawn(grid) == [(5, 1, 72), (6, 2, 72), (8, 4, 72)]
    QTest.mouseClick(grid.viewport(), LEFT, pos=spot(grid, 20.5, 72))
    assert drawn(grid)[-1] == (20, 4, 72), "too little room once does not make later notes short"


def test_the_hand_that_trembles_while_it_clicks_changes_nothing(form: Any) -> None:
    grid = opened(form).grid
    view = grid.viewport()
    edge = QPoint(round(grid._x(5 * STEP)), spot(grid, 0, 72).y())
    drag(grid, edge - QPoint(1, 0), edge + QPoint(1, 0))
    assert drawn(grid) == [(4, 4, 72)]
    edge = QPoint(round(grid._x(6 * STEP)), round(grid._y(72)) + 1)
    drag(grid, edge, edge - QPoint(1, 2))
    assert drawn(grid) == [(4, 4, 72)]
    assert grid.history.can_undo
    QTest.mouseClick(view, LEFT, pos=spot(grid, 20.5, 76))
    QTest.mouseDClick(view, LEFT, pos=spot(grid, 30.5, 76))
    assert len(drawn(grid)) == 3


def test_keys_leave_alone_what_the_mouse_holds_and_escape_lets_go(form: Any) -> None:
    dialog = opened(form)
    grid, view = dialog.grid, dialog.grid.viewport()
    press(grid, Qt.Key.Key_Return)
    QTest.mousePress(view, LEFT, pos=spot(grid, 1.5, 72))
    QTest.mouseMove(view, spot(grid, 9.5, 75))
    press(grid, Qt.Key.Key_Delete, Qt.Key.Key_Escape)
    assert drawn(grid) == [(0, 4, 72)]
    QTest.mouseMove(view, spot(grid, 19.5, 75))
    QTest.mouseRelease(view, LEFT, pos=spot(grid, 19.5, 75))
    assert drawn(grid) == [(0, 4, 72)]
    assert dialog.isVisible()
    QTest.mousePress(view, LEFT, pos=spot(grid, 1.5, 72))
    QTest.mouseMove(view, spot(grid, 9.5, 75))
    dialog.undo_action.trigger()
    assert drawn(grid) == [(0, 4, 72)], "only the drag is taken back"


def wheel(grid: NoteGrid, at: QPoint, turned: int) -> None:
    """Turn the wheel with Ctrl; a notch is 120."""
    event = QWheelEvent(
        QPointF(at), QPointF(grid.viewport().mapToGlobal(at)), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton,
        CONTROL, Qt.ScrollPhase.NoScrollPhase, False,  # noqa: FBT003 - it has no name
    )  # fmt: skip
    QApplication.sendEvent(grid.viewport(), event)


def test_zooming_by_little_steps_keeps_what_is_under_the_mouse(form: Any) -> None:
    dialog = opened(form)
    dialog.bars.setValue(60)
    grid = dialog.grid
    grid.horizontalScrollBar().setValue(3000)
    at = spot(grid, 280.0, 72)
    for _ in range(32):
        wheel(grid, at, 15)
    assert grid._width > 24
    assert abs(spot(grid, 280.0, 72).x() - at.x()) <= 32, "half a pixel for each turn of the wheel at most"
    grid.zoom(1 / 100)
    assert grid._width == NARROWEST
    grid.zoom(100)
    assert grid._width == WIDEST


def test_a_window_that_comes_back_shows_what_it_did(qtbot: QtBot) -> None:
    grid = NoteGrid()
    qtbot.addWidget(grid)
    grid.resize(600, 300)
    grid.show()
    bars = grid.horizontalScrollBar(), grid.verticalScrollBar()
    for bar in bars:
        bar.setValue(200)
    grid.hide()
    grid.show()
    assert [bar.value() for bar in bars] == [200, 200]


def test_lines_stand_still_while_one_scrolls(form: Any) -> None:
    grid = NoteGrid()
    grid.open(History(Sheet((Track("Melody", ()),), 90.0, (17, 32), "", 40)), 0)
    grid.resize(600, 300)
    grid.show()
    shown = grid.viewport().grab().toImage()
    grid.horizontalScrollBar().setValue(10 * 17 * 6)  # ten bars of 8½ sixteenths
    lane = round(grid._y(73)) + 5
    grid.step = grid.sheet.steps - 1
    moved = grid.viewport().grab().toImage()
    start = KEYS_WIDTH + 20
    assert [moved.pixel(x, lane) for x in range(start, 500)] == [shown.pixel(x, lane) for x in range(start, 500)]
    grid.deleteLater()


def test_the_names_of_keys_are_whole_with_large_text(qapp: QApplication) -> None:
    drawn_on = QImage(KEYS_WIDTH, LANE, QImage.Format.Format_RGB32)
    painter = QPainter(drawn_on)
    painter.setFont(text_font(17))
    draw_keys(painter, 60, 60, LANE)
    painter.end()
    rows = [{drawn_on.pixel(x, y) for x in range(KEYS_WIDTH - 20, KEYS_WIDTH - 2)} for y in range(LANE)]
    assert len(rows[0]) == 1, "the name begins below"
    assert any(len(row) > 3 for row in rows)


def test_taking_back_shows_the_part_that_changes(form: Any) -> None:
    dialog = opened(form)
    press(dialog.grid, Qt.Key.Key_Return)
    dialog.parts.setCurrentIndex(1)
    dialog.undo_action.trigger()
    assert (dialog.parts.currentText(), dialog.grid.part) == ("Melody", 0)
    dialog.parts.setCurrentIndex(1)
    dialog.redo_action.trigger()
    assert drawn(dialog.grid) == [(0, 4, 72)]


def test_a_metre_for_which_there_are_too_many_bars_is_refused_in_words(qtbot: QtBot) -> None:
    dialog = ScoreDialog(None, lambda _: "")
    qtbot.addWidget(dialog)
    note = Note((MOST_BARS - 1) * 4.0, 1.0, 60)
    dialog.grid.open(History(Sheet.of(Score((Track("Melody", (note,)),)))), 0)
    dialog.meter.setCurrentText("2/4")
    assert dialog.meter.currentText() == "4/4"
    assert "200" in dialog.problem.text()


def test_lengthening_upwards_changes_nothing(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "short.mid"
    formats.encode(Score((Track("A", (Note(0.0, 0.125, 60),)),)), path, None)
    form.editor("notes").set_file(path)
    dialog = opened(form)
    assert dialog.where.text() == "Reading…"
    assert dialog.width() <= 1024
    qtbot.waitUntil(dialog.grid.isEnabled, timeout=20_000)
    press(dialog.grid, Qt.Key.Key_Up, held=SHIFT)
    assert drawn(dialog.grid) == [(0, 0.5, 60)]
    assert not dialog.history.is_changed


def test_a_drawing_speaks_the_windows_language(form: Any, qapp: QApplication) -> None:
    dialog = opened(form)
    language = Language(qapp)
    language.use("zh_CN")
    try:
        assert dialog.parts.currentText() == "旋律"
        assert "小节" in dialog.where.text()
    finally:
        language.use("en")
    assert dialog.where.text().startswith("C5 · bar 1")


def test_a_drag_is_one_change_to_take_back(form: Any, qtbot: QtBot) -> None:
    dialog = opened(form)
    qtbot.waitUntil(dialog.isActiveWindow)
    grid = dialog.grid
    drag(grid, spot(grid, 0.5, 72), spot(grid, 7.5, 72))
    drag(grid, spot(grid, 2.5, 72), spot(grid, 2.5, 80))
    press(grid, Qt.Key.Key_Z, held=CONTROL)
    assert drawn(grid) == [(0, 8, 72)]
    press(grid, Qt.Key.Key_Z, held=CONTROL)
    assert drawn(grid) == []
    assert not dialog.undo_action.isEnabled()
    press(grid, Qt.Key.Key_Z, Qt.Key.Key_Z, held=CONTROL | SHIFT)
    assert drawn(grid) == [(0, 8, 80)]
    dialog.tempo.setValue(140)
    assert grid.sheet.tempo == 140
    press(grid, Qt.Key.Key_Z, held=CONTROL)
    assert dialog.tempo.value() == 100


def test_going_on_at_the_end_adds_a_bar_and_fewer_bars_cut_nothing(form: Any) -> None:
    dialog = opened(form)
    dialog.bars.setValue(1)
    grid = dialog.grid
    for _ in range(5):
        press(grid, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert (grid.sheet.bars, dialog.bars.value()) == (2, 2)
    assert len(drawn(grid)) == 5
    dialog.bars.setValue(1)
    assert grid.sheet.bars == 2
    dialog.meter.setCurrentText("2/4")
    assert (grid.sheet.meter, grid.sheet.bars) == ((2, 4), 3)


def test_enter_in_a_number_does_not_close_the_window(form: Any) -> None:
    dialog = opened(form)
    press(dialog.grid, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tempo, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_a_number_being_typed_is_not_lost_by_closing(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "song.mid"
    formats.encode(SONG, path, None)
    form.editor("notes").set_file(path)
    dialog = opened(form)
    qtbot.waitUntil(dialog.grid.isEnabled, timeout=20_000)
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.tempo.setFocus()
    dialog.tempo.selectAll()
    QTest.keyClicks(dialog.tempo, "140")
    QTest.keyClick(dialog.tempo, Qt.Key.Key_Escape)
    answer(qtbot, "Go on drawing")
    QTest.keyClick(dialog.tempo, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: is_gone(dialog))
    score = formats.read(Path(form.editor("notes").value().removeprefix("file:")), "score")
    assert isinstance(score, Score)
    assert round(score.tempo) == 140


def test_what_is_held_is_drawn_on_and_nothing_of_it_is_lost(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "song.mid"
    formats.encode(SONG, path, None)
    before = path.read_bytes()
    form.editor("notes").set_file(path)
    dialog = opened(form)
    qtbot.waitUntil(dialog.grid.isEnabled, timeout=20_000)
    assert [dialog.parts.itemText(place) for place in range(2)] == ["Flöte <b>", "Kit"]
    assert (dialog.tempo.text(), dialog.meter.currentText(), dialog.bars.value()) == ("92.5 bpm", "3/4", 8)
    press(dialog.grid, Qt.Key.Key_Up, held=ALT)
    dialog.parts.setCurrentIndex(1)
    assert dialog.where.text() == "Bass drum · bar 1, beat 1 · a note of 1 sixteenth"
    press(dialog.grid, Qt.Key.Key_Delete)
    score = used(form, dialog, qtbot)
    flute, kit = score.tracks
    assert [n.pitch for n in flute.notes] == [75, 76, 72]
    assert [n.velocity for n in flute.notes] == [90, 64, 101]
    assert flute.notes[1].duration == pytest.approx(1 / 3, abs=1e-3)
    assert (flute.name, flute.program, kit.name, kit.drums) == ("Flöte <b>", 73, "Kit", True)
    assert kit.notes == SONG.tracks[1].notes[1:]
    assert (round(score.tempo, 2), score.meter, score.key) == (92.5, (3, 4), "D minor")
    assert path.read_bytes() == before


def test_the_field_shows_the_notes_it_holds(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "song.mid"
    formats.encode(SONG, path, None)
    editor = form.editor("notes")
    editor.set_file(path)
    qtbot.waitUntil(lambda: not editor._shown.isNull(), timeout=20_000)
    editor.reset()
    assert editor._shown.isNull()


def answer(qtbot: QtBot, words: str) -> None:
    """Press a button of the question that is shown."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert box is not None
    next(made for made in box.findChildren(QAbstractButton) if made.text() == words).click()


def test_cancel_changes_nothing_and_throws_no_drawing_away_unasked(form: Any, qtbot: QtBot) -> None:
    dialog = opened(form)
    press(dialog.grid, Qt.Key.Key_Return)
    QTest.keyClick(dialog.grid, Qt.Key.Key_Escape)
    answer(qtbot, "Go on drawing")
    assert dialog.isVisible()
    assert drawn(dialog.grid)
    dialog.cancel.click()
    answer(qtbot, "Throw away")
    qtbot.waitUntil(lambda: is_gone(dialog))
    assert form.editor("notes").value() is None
    untouched = opened(form)
    untouched.cancel.click()
    assert not untouched.isVisible()


def test_an_item_that_was_only_looked_at_stays_the_item(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    with Library(tmp_path / "library") as library:
        form._around.workshop.set_library(library)
        held = f"item:{library.save(SONG).id}"
        form.editor("notes").set_value(held)
        dialog = opened(form)
        qtbot.waitUntil(dialog.grid.isEnabled, timeout=20_000)
        dialog.bars.setValue(12)
        dialog.ok.click()
        qtbot.waitUntil(lambda: is_gone(dialog))
        assert form.editor("notes").value() == held
        qtbot.waitUntil(lambda: not Background.shared().busy)


def test_a_drawing_that_cannot_be_kept_is_not_lost(qtbot: QtBot) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    dialog = ScoreDialog(None, full)
    qtbot.addWidget(dialog)
    dialog.show()
    press(dialog.grid, Qt.Key.Key_Return)
    dialog.ok.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text()))
    assert "No space left on device" in dialog.problem.text()
    assert dialog.ok.isEnabled()
    assert drawn(dialog.grid) == [(0, 4, 72)]


HOSTILE = {
    "damaged": (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk\xff\xff\xff\xff\x00\x90", "damaged"),
    "no notes": (encoded(Score(())), "no notes"),
    "too long": (encoded(Score((Track("Long", (Note(MOST_BARS * 4.0, 1.0, 60),)),))), "too long"),
    "crowded": (
        encoded(Score((Track("Many", tuple(Note(n / 64, 0.01, n % 128) for n in range(MOST_NOTES + 1))),))),
        "too long",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_score_that_cannot_be_drawn_on_is_told(form: Any, tmp_path: Path, qtbot: QtBot, name: str) -> None:
    content, told = HOSTILE[name]
    path = tmp_path / "song.mid"
    path.write_bytes(content)
    form.editor("notes").set_file(path)
    dialog = opened(form)
    qtbot.waitUntil(lambda: bool(dialog.problem.text()), timeout=20_000)
    assert told in dialog.problem.text()
    assert not dialog.ok.isEnabled()
    assert not dialog.grid.isEnabled()
    dialog.cancel.click()
    assert is_gone(dialog)
    assert form.editor("notes").value() == f"file:{path}"


def test_the_fullest_sheet_is_drawn_on_without_delay(qtbot: QtBot) -> None:
    notes = tuple(Note(n * (MOST_BARS - 1) * 4 / MOST_NOTES, 0.5, 40 + n % 50) for n in range(MOST_NOTES))
    grid = NoteGrid()
    qtbot.addWidget(grid)
    grid.resize(1000, 500)
    grid.open(History(Sheet.of(Score((Track("Full", notes),)))), 0)
    grid.show()
    begun = time.process_time()
    for _ in range(5):
        press(grid, Qt.Key.Key_Up, held=ALT)
        grid.grab()
    assert (time.process_time() - begun) / 5 < 0.3


def test_sheets_come_back_from_midi_as_they_were() -> None:
    chance = random.Random(4)
    for meter in ((4, 4), (3, 4), (6, 8), (7, 8)):
        sheet = Sheet((Track("Melody", ()), Track("Drums", (), drums=True)), 90.0, meter, "", 8)
        for _ in range(60):
            start = chance.randrange(sheet.steps) * STEP
            note = Note(start, min(chance.randint(1, 12) * STEP, sheet.length - start), chance.randrange(128))
            sheet = sheet.put(chance.randrange(2), note)
        path = encoded(sheet.score())
        again = Sheet.of(read(path))
        assert (again.tracks, again.meter, round(again.tempo)) == (sheet.tracks, meter, 90)


def read(content: bytes) -> Score:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mid"
        path.write_bytes(content)
        score = formats.read(path, "score")
    assert isinstance(score, Score)
    return score


@pytest.mark.parametrize("meter", [(1, 64), (255, 1), (5, 16)])
def test_a_strange_metre_leads_nowhere(meter: tuple[int, int]) -> None:
    sheet = Sheet.of(Score((Track("A", (Note(0.0, 1.0, 60),)),), meter=meter))
    assert sheet.steps <= MOST_BARS * 64
    assert sheet.bars == 8


def test_notes_of_one_pitch_never_overlap_whatever_is_read() -> None:
    notes = (Note(0.0, 4.0, 60), Note(0.0, 1.0, 60), Note(2.0, 4.0, 60), Note(2.0001, 1.0, 60), Note(2.0, 1.0, 61))
    (track, _) = Sheet.of(Score((Track("A", notes),))).tracks
    assert [(n.start, n.duration, n.pitch) for n in track.notes] == [(0, 2, 60), (2, 1, 61), (2, 4, 60)]

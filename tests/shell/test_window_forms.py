"""Forms: an editor for every kind of field, groups, conditions, errors at the field, reset, presets, history."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.windows import EVERY_KIND, PAINTER, make_workshop, open_window
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from studio.library.library import Library
from studio.sdk import Field, Image, Option, ParameterError
from studio.shell.forms.form import ROWS_AT_FIRST, FieldRow, Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.forms.inputs import InputEditor
from studio.shell.forms.item_picker import ItemPicker
from studio.shell.forms.numbers import NumberEditor
from studio.shell.forms.presets import Presets
from studio.shell.viewers.background import Background
from studio.shell.whats_this import tip_of
from studio.shell.workshop import Workshop

OTHER = {
    "prompt": "a fox in the snow",
    "title": "Fox",
    "steps": 7,
    "gain": 0.85,
    "tile": False,
    "mode": "inpaint",
    "noise": 4294967295,
    "size": [1024, 256],
    "tint": "#3fa7d6",
    "font": "/tmp/piano.sf2",
    "place": "/tmp",
    "key": "s3cret",
    "init": "file:/tmp/a.png",
    "area": "item:abc",
    "sound": "file:/tmp/a.wav",
    "notes": "file:/tmp/a.mid",
    "model": "file:/tmp/a.glb",
    "clip": "file:/tmp/a.mp4",
    "source": "file:/tmp/a.txt",
    "fine": 9,
}


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> Any:
    workshop, _ = make_workshop(tmp_path)
    made = Form(PAINTER, FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(made)
    made.show()
    yield made
    workshop.bridge.close()


def test_a_new_form_shows_every_default(form: Any) -> None:
    assert form.values() == {field.name: field.default for field in EVERY_KIND}


@pytest.mark.parametrize("field", EVERY_KIND, ids=lambda field: field.kind + "-" + field.name)
def test_every_kind_of_field_shows_and_returns_a_value(form: Any, field: Field) -> None:
    editor = form.editor(field.name)
    editor.set_value(OTHER[field.name])
    assert editor.value() == OTHER[field.name]
    assert not editor.is_default()
    editor.reset()
    assert editor.value() == field.default
    assert editor.is_default()


@pytest.mark.parametrize("field", EVERY_KIND, ids=lambda field: field.kind + "-" + field.name)
def test_every_input_has_an_accessible_name(form: Any, field: Field) -> None:
    name = form.editor(field.name).input_widget().accessibleName()
    assert field.label in name


@pytest.mark.parametrize("field", EVERY_KIND, ids=lambda field: field.kind + "-" + field.name)
def test_values_that_cannot_be_meant_are_ignored(form: Any, field: Field) -> None:
    editor = form.editor(field.name)
    for nonsense in ([], {"a": 1}, object()):
        editor.set_value(nonsense)
    assert editor.value() == field.default


def test_checked_values_pass_the_generators_own_check(form: Any) -> None:
    form.set_values(OTHER)
    assert PAINTER.check(form.checked()) == form.checked()


def test_a_field_shows_only_while_its_condition_holds(form: Any) -> None:
    row = form.row("area")
    assert row.isHidden()
    form.editor("mode").set_value("inpaint")
    assert not row.isHidden()
    form.editor("area").set_value("item:abc")
    form.editor("mode").set_value("plain")
    assert row.isHidden()
    assert form.checked()["area"] is None


def test_editors_are_made_when_they_are_first_needed_and_stand_in_their_order(form: Any) -> None:
    def shown() -> list[str]:
        widgets = [form.layout().itemAt(place).widget() for place in range(form.layout().count())]
        return [row.editor.field.name for row in widgets if isinstance(row, FieldRow)]

    fields = sorted(form.spec.fields, key=lambda field: bool(field.group))
    usual = [field.name for field in fields if not field.advanced]
    form.set_values({"area": "item:abc"})
    assert form.values()["area"] == "item:abc"
    assert shown() == [name for name in usual if name != "area"]
    form.editor("mode").set_value("inpaint")
    assert shown() == usual
    assert form.editor("area").value() == "item:abc"


def test_the_first_screenful_is_made_before_the_form_is_painted_and_the_rest_after(
    qtbot: QtBot, tmp_path: Path
) -> None:
    workshop, _ = make_workshop(tmp_path)
    form = Form(PAINTER, FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(form)
    assert len(form.findChildren(FieldRow)) == ROWS_AT_FIRST
    assert form.checked() == {field.name: field.default for field in EVERY_KIND}, "what is not made yet counts"
    form.set_values({"clip": "file:/tmp/a.mp4"})  # the last but one
    form.show()
    applying = [field for field in PAINTER.fields if not field.advanced and field.name != "area"]
    qtbot.waitUntil(lambda: len(form.findChildren(FieldRow)) == len(applying))
    assert form.values()["clip"] == "file:/tmp/a.mp4"
    workshop.bridge.close()


def test_advanced_fields_wait_behind_their_heading_and_keep_given_values(form: Any) -> None:
    assert form.values()["fine"] == 2
    form.set_values({"fine": 5})
    assert form.values()["fine"] == 5
    assert not form.row("fine").isHidden()


def test_an_error_stands_at_its_field_and_goes_when_the_value_changes(form: Any) -> None:
    form.editor("title").set_value("x" * 21)
    with pytest.raises(ParameterError):
        form.checked()
    assert "too long" in form.row("title").error
    assert form.editor("title").input_widget().property("invalid") is True
    form.editor("title").set_value("short")
    assert form.row("title").error == ""
    assert form.editor("title").input_widget().property("invalid") is False


def test_an_error_in_an_advanced_field_opens_the_section(form: Any) -> None:
    assert form.show_failure("fine", "Fine must be smaller.", "Try 3.")
    assert form.row("fine").error == "Fine must be smaller. Try 3."
    assert form.row("fine").isVisible()


def test_an_error_of_no_field_is_not_shown_anywhere(form: Any) -> None:
    assert not form.show_failure(None, "No.", "")
    assert not form.show_failure("nowhere", "No.", "")


def test_slider_and_number_follow_each_other(form: Any) -> None:
    editor = form.editor("gain")
    editor.slider.setValue(editor.slider.maximum())
    assert editor.value() == pytest.approx(0.9)
    editor.set_value(0.1)
    assert editor.slider.value() == 0


def test_a_slider_stands_at_its_default_also_where_that_is_nothing(qtbot: QtBot) -> None:
    field = Field(kind="integer", name="steps", default=0, label="Steps", min=-36, max=36)
    editor = NumberEditor(replace(PAINTER, fields=(field,)), field)
    qtbot.addWidget(editor)
    assert editor.slider is not None
    assert (editor.value(), editor.slider.value()) == (0, 36)


def test_values_outside_the_range_are_moved_into_it(form: Any) -> None:
    form.editor("steps").set_value(99)
    assert form.editor("steps").value() == 8


def test_proportions_keep_the_number_of_pixels_and_swap_turns_them(form: Any) -> None:
    editor = form.editor("size")
    editor.ratio.setCurrentIndex(4)
    editor.ratio.activated.emit(4)
    width, height = editor.value()
    assert abs(width / height - 16 / 9) < 0.05
    assert abs(width * height / 512**2 - 1) < 0.1
    assert width % 8 == height % 8 == 0
    editor.swap.click()
    assert editor.value() == [height, width]


def test_an_unlocked_seed_changes_after_a_run_and_a_locked_one_stays(form: Any) -> None:
    form.seed.set_value(11)
    form.seed.set_locked(True)
    form.remember()
    assert form.seed.value() == 11
    form.seed.set_locked(False)
    form.remember()
    assert form.seed.value() != 11
    assert form.editor("noise").value() == 7


def test_earlier_prompts_come_back_with_alt_up_and_survive_a_restart(form: Any, tmp_path: Path) -> None:
    box = form.editor("prompt").box
    for text in ("first", "second"):
        form.editor("prompt").set_value(text)
        form.remember()
    form.editor("prompt").set_value("draft")
    QTest.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert box.toPlainText() == "second"
    QTest.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert box.toPlainText() == "first"
    for _ in range(2):
        QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert box.toPlainText() == "draft"
    assert PromptHistory(tmp_path / "prompts.json").entries == ["second", "first"]


def test_replacing_a_prompt_can_be_undone(form: Any) -> None:
    editor = form.editor("prompt")
    QTest.keyClicks(editor.box, "mine")
    editor.set_value("an example")
    editor.undo_button.click()
    assert editor.value() == "mine"


def test_a_damaged_history_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "prompts.json").write_text("[1, {", encoding="utf-8")
    assert PromptHistory(tmp_path / "prompts.json").entries == []


def test_a_secret_is_hidden_until_its_eye_is_pressed(form: Any) -> None:
    box = form.editor("key").box
    assert box.echoMode() == box.EchoMode.Password
    box.actions()[-1].trigger()
    assert box.echoMode() == box.EchoMode.Normal


# ---- inputs ------------------------------------------------------------------------------------------------------


def dropped(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("init", ".png"), ("sound", ".flac"), ("notes", ".mid"), ("model", ".glb"), ("clip", ".mp4"), ("source", ".txt")],
)
def test_an_input_takes_a_file_of_its_kind_and_no_other(form: Any, tmp_path: Path, name: Any, suffix: Any) -> None:
    editor = form.editor(name)
    wrong = tmp_path / "a.exe"
    wrong.write_bytes(b"x")
    assert not editor.take(dropped(wrong))
    right = tmp_path / f"a{suffix}"
    right.write_bytes(b"x")
    assert editor.take(dropped(right))
    assert editor.value() == f"file:{right}"
    editor.clear_button.click()
    assert editor.value() is None


def test_a_pasted_picture_becomes_a_file(form: Any, tmp_path: Path) -> None:
    data = QMimeData()
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    data.setImageData(picture)
    editor = form.editor("init")
    assert isinstance(editor, InputEditor)
    assert editor.take(data)
    path = Path(editor.value().removeprefix("file:"))
    assert QImage(str(path)).pixelColor(0, 0).red() == 255
    assert path.is_relative_to(tmp_path)


def test_pasted_text_becomes_a_file(form: Any) -> None:
    data = QMimeData()
    data.setText("Es war einmal …")
    assert form.editor("source").take(data)
    path = Path(form.editor("source").value().removeprefix("file:"))
    assert path.read_text(encoding="utf-8") == "Es war einmal …"


def shown(editor: InputEditor, qtbot: QtBot) -> QImage:
    """The picture in the well, once nothing is being read any more."""
    qtbot.waitUntil(lambda: not Background.shared().busy)
    return editor._picture.pixmap().toImage()


def test_the_picture_of_an_input_is_read_off_the_windows_thread(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    editor = form.editor("init")
    icon = shown(editor, qtbot)
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    picture.save(str(tmp_path / "red.png"))
    editor.set_file(tmp_path / "red.png")
    assert editor._picture.pixmap().toImage() == icon
    there = shown(editor, qtbot)
    assert there.pixelColor(there.rect().center()) == Qt.GlobalColor.red
    assert max(there.width(), there.height()) == 64
    editor.reset()
    assert shown(editor, qtbot) == icon


def test_a_drawing_that_is_called_a_picture_is_not_drawn(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    editor = form.editor("init")
    icon = shown(editor, qtbot)
    (tmp_path / "drawn.png").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="red"/></svg>'
    )
    editor.set_file(tmp_path / "drawn.png")
    assert shown(editor, qtbot) == icon


def test_an_item_held_before_the_library_is_open_is_shown_once_it_is(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    editor = form.editor("init")
    icon = shown(editor, qtbot)
    with Library(tmp_path / "library") as library:
        item = library.save(Image(np.full((8, 8, 3), 200, np.uint8), title="Fox"))
        editor.set_value(f"item:{item.id}")
        form._around.workshop.set_library(library)
        assert "Fox" in editor.input_widget().accessibleName()
        assert shown(editor, qtbot) != icon


def test_the_usual_keys_paste_into_the_well(form: Any, qtbot: QtBot) -> None:
    well = form.editor("source").input_widget()
    well.setFocus()
    QApplication.clipboard().setText("Es war einmal …")
    QTest.keyClick(well, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    path = Path(form.editor("source").value().removeprefix("file:"))
    assert path.read_text(encoding="utf-8") == "Es war einmal …"


def accepted(editor: InputEditor, data: QMimeData) -> bool:
    """Whether the editor would take a drop of this."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, left, none)
    event.ignore()
    QApplication.sendEvent(editor, event)
    QApplication.sendEvent(editor, QDragLeaveEvent())  # else Qt keeps a pointer to where the drag was, for ever
    return event.isAccepted()


def test_text_and_pictures_can_be_dropped_where_they_fit(form: Any) -> None:
    text, picture = QMimeData(), QMimeData()
    text.setText("Es war einmal …")
    picture.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert accepted(form.editor("source"), text)
    assert accepted(form.editor("init"), picture)
    assert not accepted(form.editor("init"), text)
    assert not accepted(form.editor("sound"), picture)
    blank = QMimeData()
    blank.setText("  ")
    assert not accepted(form.editor("source"), blank)


def test_the_picker_searches_off_the_windows_thread_once_the_keys_rest(form: Any, tmp_path: Path, qtbot: QtBot) -> None:
    workshop = form._around.workshop
    with Library(tmp_path / "library") as library:
        for title in ("Fox", "Owl"):
            library.save(Image(np.full((8, 8, 3), 200, np.uint8), title=title))
        workshop.set_library(library)
        asked: list[tuple[str, bool]] = []

        def find(kind: str, words: str, limit: int) -> Any:
            asked.append((words, threading.current_thread() is threading.main_thread()))
            return Workshop.find_items(workshop, kind, words, limit)

        workshop.find_items = find
        picker = ItemPicker(workshop, "image", form)
        picker.show()
        qtbot.waitUntil(lambda: picker.list.count() == 2)
        QTest.keyClicks(picker.search_box, "fox")
        assert not picker.take_button.isEnabled()
        qtbot.waitUntil(lambda: picker.list.count() == 1)
        assert asked == [("", False), ("fox", False)]
        entry = picker.list.item(0)
        grey = QColor(200, 200, 200)
        qtbot.waitUntil(lambda: entry.icon().pixmap(8, 8).toImage().pixelColor(4, 4) == grey)
        QTest.keyClick(picker.search_box, Qt.Key.Key_Return)
        assert workshop.item(picker.chosen).title == "Fox"
        picker.deleteLater()


def test_a_search_under_way_is_dropped_as_soon_as_something_else_is_typed(
    form: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    workshop = form._around.workshop
    answer = threading.Event()
    with Library(tmp_path / "library") as library:
        library.save(Image(np.full((8, 8, 3), 200, np.uint8), title="Fox"))
        workshop.set_library(library)

        def find(kind: str, words: str, limit: int) -> Any:
            if not words:
                answer.wait(10)
            return Workshop.find_items(workshop, kind, words, limit)

        workshop.find_items = find
        picker = ItemPicker(workshop, "image", form)
        picker.show()
        QTest.keyClicks(picker.search_box, "owl")
        answer.set()
        qtbot.waitUntil(lambda: picker._none.isVisible())
        assert picker.list.count() == 0
        assert not picker.take_button.isEnabled()
        picker.deleteLater()


# ---- presets -----------------------------------------------------------------------------------------------------


def test_presets_are_kept_by_name_without_secrets(tmp_path: Path) -> None:
    presets = Presets(tmp_path)
    presets.save(PAINTER, "Snow & ice", OTHER)
    again = Presets(tmp_path)
    assert again.names(PAINTER) == ["Snow & ice"]
    assert again.get(PAINTER, "Snow & ice")["steps"] == 7
    assert "key" not in again.get(PAINTER, "Snow & ice")
    again.remove(PAINTER, "Snow & ice")
    assert again.names(PAINTER) == []


def test_a_damaged_preset_file_is_kept_aside(tmp_path: Path) -> None:
    presets = Presets(tmp_path)
    (tmp_path / "tests.painter.json").write_text("{", encoding="utf-8")
    assert presets.names(PAINTER) == []
    assert (tmp_path / "tests.painter.broken.json").read_text() == "{"
    presets.save(PAINTER, "new", {"steps": 3})
    assert presets.names(PAINTER) == ["new"]


def test_an_editor_that_shows_its_own_label_has_no_second_one_over_it(qapp: QApplication, tmp_path: Path) -> None:
    with open_window(qapp, tmp_path) as stand:
        stand.page.panel.open(PAINTER.id)
        for field_row in stand.form.findChildren(FieldRow):
            assert field_row._label.isHidden() == field_row.editor.owns_label


def test_what_is_there_to_choose_from_follows_the_language(qapp: QApplication, tmp_path: Path) -> None:
    model = Field(kind="choice", name="model", default="starter:x", label="Model", source="models:image.flow")
    spec = replace(PAINTER, fields=(model,), translations={"zh_CN": {"Fantasy sprites": "奇幻像素画"}})
    with open_window(qapp, tmp_path, spec) as stand:
        editor = stand.form.editor("model")
        editor._answer = lambda source: [Option("starter:x", "Fantasy sprites")]
        editor.refresh()
        assert editor.box.currentText() == "Fantasy sprites"
        stand.language.use("zh_CN")
        assert editor.box.currentText() == "奇幻像素画"
        stand.language.use("en")
        assert editor.box.currentText() == "Fantasy sprites"


def test_nothing_to_choose_from_is_said_in_the_windows_language(qapp: QApplication, tmp_path: Path) -> None:
    data = Field(kind="dataset", name="data", default="", label="Data", source="datasets:audio", required=True)
    with open_window(qapp, tmp_path, replace(PAINTER, fields=(data,))) as stand:
        box = stand.form.editor("data").box
        assert box.currentText() == "None"
        stand.language.use("zh_CN")
        assert box.currentText() == "无"


# ---- help of a field -------------------------------------------------------------------------------------------


def test_what_a_field_is_for_is_told_without_a_mouse_and_with_an_error_behind_it(qtbot: QtBot, tmp_path: Path) -> None:
    help = "How often it looks; <8> is enough."
    spec = replace(PAINTER, fields=(Field(kind="integer", name="steps", default=4, label="Steps", help=help),))
    workshop, _ = make_workshop(tmp_path)
    made = Form(spec, FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(made)
    box = made.row("steps").editor.input_widget()  # type: ignore[union-attr]
    assert box.accessibleDescription() == help
    assert tip_of(box) == "<qt>How often it looks; &lt;8&gt; is enough.</qt>"
    made.show_failure("steps", "Too many.", "", take_focus=False)
    assert box.accessibleDescription() == f"Too many. {help}"
    made.clear_errors()
    assert box.accessibleDescription() == help
    workshop.bridge.close()


def test_the_keyboard_reads_what_a_control_is_for(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    helped = replace(EVERY_KIND[2], help="How often it looks.")
    spec = replace(PAINTER, fields=(EVERY_KIND[0], helped), description="Paints & tells.")
    with open_window(qapp, tmp_path, spec) as stand:
        stand.window.activateWindow()
        box = stand.form.editor("steps").input_widget()
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: QToolTip.text() == "How often it looks.")
        chooser = stand.page.panel.chooser.generators
        assert chooser.accessibleDescription() == "Paints & tells."
        chooser.setFocus()
        QTest.keyClick(chooser, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: QToolTip.text() == "<qt>Paints &amp; tells.</qt>")
        QToolTip.hideText()
        stand.form.editor("prompt").input_widget().setFocus()
        stand.window.tell_about_focus()
        assert stand.window.status._message.text() == "There is no more to say about this control."

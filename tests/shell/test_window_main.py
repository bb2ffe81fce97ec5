"""The window as a whole: places, palette, help, languages, themes, errors, memory, the way it starts."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.windows import PAINTER, SHAPER, WRITER, Stand, open_window
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QStyleHints
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QSystemTrayIcon,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.engine.events import NetworkRefused, WorkerChanged
from studio.engine.jobs import Failure
from studio.engine.states import JobState
from studio.sdk import Needs
from studio.shell import logs
from studio.shell.about import AboutDialog
from studio.shell.cheat_sheet import OF_VIEWERS, CheatSheet
from studio.shell.command_palette import CommandPalette
from studio.shell.commands import fuzzy
from studio.shell.create.media import MEDIA, media_of
from studio.shell.create.shots import Shot
from studio.shell.errors import ErrorWatch
from studio.shell.help_browser import HelpBrowser, HelpPage
from studio.shell.library.commands import COMMANDS
from studio.shell.network_log import NetworkDialog
from studio.shell.notice import Notice
from studio.shell.notify import LONGEST, Notifier
from studio.shell.plugins.checking import CheckDialog
from studio.shell.settings.page import SettingRow
from studio.shell.theme import DARK, LIGHT, Tokens, tokens
from studio.shell.viewers import viewer_for
from studio.shell.viewers.base import FullScreen
from studio.shell.viewers.loudness import USUAL, Loudness
from studio.shell.viewers.music import MusicViewer
from studio.shell.viewers.text import TextViewer
from studio.shell.viewers.video import VideoViewer
from studio.shell.whats_this import tip_of
from studio.shell.widgets import IconLabel
from studio.shell.window_state import read_state

ROOT = Path(__file__).resolve().parents[2]
MARKUP = "<b>bold</b><img src='file:///etc/passwd'> & \u202eevil " + "x" * 400


@pytest.fixture
def stand(qapp: QApplication, tmp_path: Path) -> Any:
    with open_window(qapp, tmp_path) as made:
        yield made


def test_every_place_opens_from_the_rail_and_by_its_command(stand: Stand) -> None:
    for place in ("plugins", "settings", "create"):
        stand.window.rail.buttons[place].click()
        assert stand.window.place == place
    stand.window.show_place("library")
    assert stand.window.place == "create"  # no library is open here: it says so and stays


def test_the_palette_finds_commands_by_a_few_letters_and_runs_them(stand: Stand) -> None:
    palette = CommandPalette(stand.window.commands, stand.window)
    palette.search.setText("lith")
    assert palette.shown()[0] == "Light theme"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert stand.workshop.settings["theme"] == "light"


def test_the_palette_offers_every_generator_and_every_command(stand: Stand) -> None:
    palette = CommandPalette(stand.window.commands, stand.window)
    shown = palette.shown()
    assert {"Create: Painter", "Create: Writer", "Create: Shaper"} <= set(shown)
    assert {made.action.text() for made in stand.window.commands.all() if made.action.isEnabled()} <= set(shown)
    palette.search.setText("writer")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert stand.form.spec.id == WRITER.id


def test_the_palette_lists_nothing_for_nonsense(stand: Stand) -> None:
    palette = CommandPalette(stand.window.commands, stand.window)
    palette.search.setText("qqqqxz")
    assert palette.shown() == []
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    palette.close()


def palette_entries(stand: Stand) -> dict[str, Any]:
    return {entry.text: entry for entry in stand.window.commands.entries()}


def test_the_palette_offers_what_the_viewer_on_the_stage_can_do(stand: Stand, tmp_path: Path) -> None:
    assert "Zoom in" not in palette_entries(stand)
    viewer = show_picture(stand, tmp_path)
    entries = palette_entries(stand)
    assert entries["Zoom in"].keys == "Ctrl+="
    assert entries["Full screen"].keys == "F11"
    assert "Send to: Shaper · Picture" in entries
    entries["Send to: Shaper · Picture"].run()
    assert stand.form.spec.id == SHAPER.id
    entries["Full screen"].run()
    assert viewer.fills_screen
    viewer.toggle_full_screen()


def test_the_palette_fills_in_presets_resets_and_clears_the_queue(stand: Stand) -> None:
    stand.page.panel.open(PAINTER.id, {"steps": 7})
    stand.page.panel.save_preset("Fine & slow")
    palette_entries(stand)["All back to the defaults"].run()
    assert stand.form.values()["steps"] == 4
    palette_entries(stand)["Preset: Fine & slow"].run()
    assert stand.form.values()["steps"] == 7
    assert "Clear what has ended" not in palette_entries(stand)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    stand.engine.end(job.id)
    QTest.qWait(40)
    palette_entries(stand)["Run again with the same seed"].run()
    palette_entries(stand)["Clear what has ended"].run()
    assert [known.id for known in stand.engine.jobs()] != [job.id]


def test_what_a_page_offers_is_found_in_english_too_and_shows_its_keys(qapp: QApplication, tmp_path: Path) -> None:
    from studio.library.library import Library

    with open_window(qapp, tmp_path) as made:
        library = Library(tmp_path / "library")
        made.workshop.set_library(library)
        made.window.show_place("library")
        made.language.use("zh_CN")
        found = {entry.source: entry for entry in made.window.commands.entries()}
        assert found["Rename"].text != "Rename"
        assert found["Rename"].keys == "F2"
        assert found["Rename"].fit("rename") is not None
        assert found["Create: Painter"].text == "创作：画家"
        made.window.show_place("create")
        library.close()


def test_fuzzy_prefers_beginnings_of_words() -> None:
    assert (fuzzy("gt", "Go to") or 0) > (fuzzy("gt", "Light") or 0) > 0
    assert fuzzy("zz", "Light") is None


def test_no_key_is_given_to_two_commands(stand: Stand) -> None:
    keys = [key.toString() for made in stand.window.commands.all() for key in made.action.shortcuts()]
    assert sorted(keys) == sorted(set(keys))


def test_the_cheat_sheet_shows_every_shortcut(stand: Stand) -> None:
    sheet = CheatSheet(stand.window.commands, stand.window)
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    for made in stand.window.commands.all():
        if made.action.shortcuts() and made.action.isVisible():
            assert made.action.text() in texts
    assert {text for _, text, keys, _ in COMMANDS if keys} <= texts
    assert {"Ctrl+F", "Ctrl+E", "Ctrl+R", "Ctrl+U", "F", "T"} <= texts
    sheet.close()


def test_a_medium_that_no_generator_makes_is_no_command(stand: Stand) -> None:
    offered = {medium.title for medium in media_of(stand.workshop.makers.values())}
    assert 0 < len(offered) < len(MEDIA)
    titles = {medium.title for medium in MEDIA}
    assert {entry.text for entry in stand.window.commands.entries() if entry.text in titles} == offered
    sheet = CheatSheet(stand.window.commands, stand.window)
    assert {label.text() for label in sheet.findChildren(QLabel)} & titles == offered
    sheet.close()


def test_the_cheat_sheet_names_keys_in_the_windows_language(stand: Stand) -> None:
    stand.language.use("zh_CN")
    sheet = CheatSheet(stand.window.commands, stand.window)
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"空格", "回车", "0 … 5"} <= texts
    assert not texts & {"Space", "Enter"}
    sheet.close()


def test_the_cheat_sheets_table_has_the_keys_of_every_viewer(qtbot: QtBot) -> None:
    told = {(QKeySequence(keys).toString(), text) for _, lines in OF_VIEWERS for keys, text in lines}
    there = set()
    for kind in ("image", "text", "score", "mesh", "video"):
        viewer = viewer_for(kind)
        qtbot.addWidget(viewer)
        there |= {(keys.toString(), action.text()) for action in viewer.actions() for keys in action.shortcuts()}
    assert told == there


# ---- help ----------------------------------------------------------------------------------------------------


def test_the_help_is_found_by_its_words(stand: Stand) -> None:
    help = HelpBrowser("getting-started", stand.window)
    assert help.page.toPlainText().strip()
    help.search_box.setText("seed")
    assert help.list.count() >= 1
    help.search_box.setText("qqqqxz")
    assert "Nothing found" in help.list.item(0).text()
    help.close()


def test_a_row_that_says_nothing_found_does_nothing_and_a_link_leads_out_of_the_search(stand: Stand) -> None:
    help = HelpBrowser("queue", stand.window)
    help.search_box.setText("qqqqxz")
    nothing = help.list.item(0)
    help.list.setCurrentItem(nothing)
    help.list.itemActivated.emit(nothing)
    assert help.page.toPlainText().strip()
    help.page.anchorClicked.emit(QUrl("library.md"))
    assert help.search_box.text() == ""
    assert help.list.currentItem().text() == "Library"
    assert help.page.toPlainText().startswith("Library")
    help.show_topic("no such page")
    assert help.page.toPlainText().startswith("Library")
    help.close()


def test_what_is_open_changes_its_language_with_the_window(stand: Stand) -> None:
    window = stand.window
    help, sheet, about = HelpBrowser("library", window), CheatSheet(window.commands, window), AboutDialog(window)
    network = NetworkDialog(stand.workshop, window.refusals, window)
    check = CheckDialog(stand.workshop.registry.plugins[0], {}, window)
    done = CheckDialog(stand.workshop.registry.plugins[0], {}, window)
    done.show_rows([{"number": 1, "name": "It runs.", "passed": True, "seconds": 0.1}])
    stand.language.use("zh_CN")
    assert help.list.currentItem().text() == "资源库"
    assert help.page.toPlainText().startswith("资源库")
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"空格", "生成", "评分"} <= texts
    assert not texts & {"Space", "Generate", "Stars"}
    assert about._table.model().headerData(0, Qt.Orientation.Horizontal) == "组件"
    assert network.list.item(0).text().startswith("没有")
    assert (check.windowTitle(), check._verdict.text()[:4]) == ("正在检查 ready", "正在进行")
    assert done.table.item(0, 1).text() == "通过"  # type: ignore[union-attr]
    help.search_box.setText("qqqqxz")
    stand.language.use("en")
    assert help.list.item(0).text() == "Nothing found"
    assert help.page.toPlainText().startswith("Library")
    for dialog in (help, sheet, about, network, check, done):
        dialog.close()


def test_the_help_loads_nothing_from_anywhere(qtbot: QtBot) -> None:
    page = HelpPage()
    qtbot.addWidget(page)
    assert page.loadResource(2, QUrl("file:///etc/passwd")) is None


@pytest.mark.parametrize("name", ["getting-started", "create", "queue", "library", "settings", "shortcuts", "privacy"])
@pytest.mark.parametrize("folder", ["", "zh_CN"])
def test_every_page_of_the_guide_is_there_in_both_languages(name: Any, folder: Any) -> None:
    from studio.engine.settings import documented

    text = documented((ROOT / "resources" / "help" / folder / f"{name}.md").read_text(encoding="utf-8"))
    assert text.startswith("# ")
    assert len(text) > 300


# ---- languages and themes --------------------------------------------------------------------------------------


def test_the_language_changes_while_the_window_is_open(stand: Stand, qapp: QApplication) -> None:
    stand.window.show_place("settings")
    stand.window.show_place("plugins")
    stand.page.panel.open(PAINTER.id)
    stand.language.use("zh_CN")
    assert stand.window.rail.buttons["create"].text() == "创作"
    assert stand.page.panel.generate_button.text() == "生成"
    assert stand.page.panel.chooser.generators.currentText() == "画家"
    assert stand.form.editor("steps").title == "步数"
    assert stand.form.editor("mode").box.itemText(0) == "普通"
    stand.language.use("en")
    assert stand.page.panel.generate_button.text() == "Generate"
    assert stand.form.editor("mode").box.itemText(0) == "Plain"


def test_why_a_setting_was_refused_is_said_in_the_windows_language_and_goes_again(stand: Stand) -> None:
    stand.window.show_place("settings")
    row = next(row for row in stand.window.findChildren(SettingRow) if row.setting.key == "library_folder")
    row.change("here")
    assert row.error == "“Library folder” must be an absolute path of a folder."
    stand.language.use("zh_CN")
    assert row.error == "“资源库文件夹”应为：文件夹的完整路径。"
    row.change(row.value)
    assert row.error == ""


def test_the_sdks_sentences_are_translated_with_what_was_filled_in(stand: Stand) -> None:
    stand.language.use("zh_CN")
    stand.page.panel.open(PAINTER.id)
    stand.form.show_failure("steps", "步数 must be a whole number from 1 to 8.", "")
    assert stand.form.row("steps").error == "步数必须是 1 到 8 之间的整数。"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(theme: Tokens) -> None:
    pairs = [(text, ground) for text in ("text", "muted", "danger", "warning", "success") for ground in
             ("canvas", "panel", "raised")]  # fmt: skip
    pairs += [("accent_text", "accent"), ("text", "hover"), ("text", "selected"), ("panel", "text")]
    for text, ground in pairs:
        assert contrast(theme, text, ground) >= 4.5, (text, ground)
    assert contrast(theme, "accent", "panel") >= 3


def contrast(theme: Tokens, first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio."""

    def luminance(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    one, other = sorted((luminance(getattr(theme, first)), luminance(getattr(theme, second))), reverse=True)
    return (one + 0.05) / (other + 0.05)


def test_switching_the_theme_recolours_icons_and_surfaces(stand: Stand, qapp: QApplication) -> None:
    button = stand.window.rail.buttons["library"]
    before = button.icon().pixmap(22, 22).toImage()
    stand.theme.use("light")
    qapp.processEvents()
    assert button.icon().pixmap(22, 22).toImage() != before
    assert qapp.palette().window().color().name() == LIGHT.panel
    stand.theme.use("dark")
    assert button.icon().pixmap(22, 22).toImage() == before


def test_the_window_follows_the_system_while_it_runs(
    stand: Stand, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.theme.use("system")
    for scheme, colors in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
        monkeypatch.setattr(QStyleHints, "colorScheme", lambda _, scheme=scheme: scheme)
        qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert tokens() == colors
        assert qapp.palette().window().color().name() == colors.panel
        assert colors.panel in qapp.styleSheet()
    stand.theme.use("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert tokens() == LIGHT  # the artist chose


def test_switching_the_theme_recolours_icons_that_stand_by_themselves(stand: Stand, qapp: QApplication) -> None:
    stand.window.show_place("plugins")
    page: Any = stand.window.page("plugins")
    card = stand.page.stage.failure
    card.show_job(replace(ended_job(2), state=JobState.FAILED, failure=Failure("bug", "Broken.")))
    icons = [made._state_icon for made in page.cards()] + page.cards()[0].findChildren(IconLabel) + [card._icon]
    assert len(icons) > len(page.cards()) + 2
    before = [made.pixmap().toImage() for made in icons]
    stand.theme.use("light")
    assert all(made.pixmap().toImage() != was for made, was in zip(icons, before, strict=True))
    stand.theme.use("dark")


# ---- accessibility and literal text ------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name(stand: Stand, qapp: QApplication) -> None:
    for place in ("plugins", "settings", "create"):
        stand.window.show_place(place)
    stand.page.panel.open(PAINTER.id)
    stand.form.editor("fine")
    nameless = []
    for widget in stand.window.findChildren(QWidget):
        if isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QAbstractSlider):
            inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QComboBox)
            inner = inner or type(widget.parent()).__name__ in {"CalmSpin", "QScrollBar", "QAbstractScrollArea"}
            inner = (
                inner
                or type(widget).__name__ == "QScrollBar"
                or "QLineEditIconButton" in widget.metaObject().className()
            )
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if not inner and not (widget.accessibleName() or text):
                nameless.append((type(widget).__name__, type(widget.parent()).__name__))
    assert nameless == []


def test_no_label_of_the_window_interprets_markup(stand: Stand) -> None:
    for place in ("plugins", "settings", "create"):
        stand.window.show_place(place)
    rich = [label.text() for label in stand.window.findChildren(QLabel)
            if label.textFormat() != Qt.TextFormat.PlainText and label.text()]  # fmt: skip
    assert rich == []


def test_outside_text_is_shown_literally_wherever_it_appears(stand: Stand, qapp: QApplication, qtbot: QtBot) -> None:
    from helpers.windows import FakeRegistry, plugin_rows

    spec = replace(PAINTER, title=MARKUP, description=MARKUP)
    rows = tuple(replace_row(row, reason=MARKUP) for row in plugin_rows())
    stand.workshop.set_registry(FakeRegistry({spec.id: spec}, rows))
    stand.window.show_place("plugins")
    stand.window.show_place("create")
    stand.page.panel.open(spec.id, {"prompt": MARKUP})
    stand.page.generate()
    qapp.processEvents()
    shown = [label.text() for label in stand.window.findChildren(QLabel)]
    assert any("<b>bold</b>" in text for text in shown)
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in stand.window.findChildren(QLabel) if label.text()
    )
    for widget in stand.window.findChildren(QWidget):
        tip = widget.toolTip().removeprefix("<qt>").removesuffix("</qt>")
        assert "<" not in tip, tip


def replace_row(row: Any, **changes: Any) -> Any:
    plain = row.to_json()
    plain.update(changes)
    return type(row).from_json(plain)


# ---- status, network, notifications ------------------------------------------------------------------------------


def test_the_status_line_tells_device_memory_and_queue(stand: Stand, qtbot: QtBot) -> None:
    stand.engine.send(WorkerChanged("cuda:0", "busy", rss_bytes=2_500_000_000))
    qtbot.waitUntil(lambda: "2.5 GB" in stand.window.status.device.text())
    assert stand.window.status.device.text() == "Graphics card · working · 2.5 GB in use"
    stand.page.panel.open(PAINTER.id)
    stand.page.generate()
    qtbot.waitUntil(lambda: stand.window.status._queue.text() == "0 running, 1 waiting")


def test_refused_connections_are_listed_under_the_shield(stand: Stand, qtbot: QtBot) -> None:
    stand.engine.send(NetworkRefused("job1", "evil.example:443"))
    qtbot.waitUntil(lambda: len(stand.window.refusals.entries) == 1)
    dialog = NetworkDialog(stand.workshop, stand.window.refusals, stand.window)
    assert "evil.example:443" in dialog.list.item(0).text()
    dialog.allow.setChecked(True)
    assert stand.workshop.settings["network"] is True
    assert stand.window.status._shield.text() == "Network allowed"
    dialog.close()


def test_only_long_jobs_that_end_out_of_sight_are_told(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(Notifier, "_message", lambda self, heading, text: told.append(heading))
    short, long = ended_job(2), ended_job(60)
    stand.window.open_help()
    browser = stand.window.findChild(HelpBrowser)
    monkeypatch.setattr(QApplication, "activeWindow", lambda: browser)
    assert not stand.window.notifier.job_ended(long, "the artist reads the help")
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    assert not stand.window.notifier.job_ended(short, "short")
    assert stand.window.notifier.job_ended(long, "a fox")
    assert told == ["Ready: a fox"]
    died = replace(ended_job(60), state=JobState.INTERRUPTED, failure=Failure("It died.", reason="worker"))
    assert stand.window.notifier.job_ended(died, "a fox")
    assert told[-1] == "Did not work"
    stand.workshop.settings.set("notify", value=False)
    assert not stand.window.notifier.job_ended(long, "a fox")


def test_nothing_in_a_message_can_be_read_as_markup(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda self, heading, text, *_: told.append((heading, text)))
    failed = replace(ended_job(60), state=JobState.INTERRUPTED, failure=Failure(MARKUP, reason="worker"))
    assert stand.window.notifier.job_ended(failed, "")
    assert stand.window.notifier.job_ended(ended_job(60), MARKUP)
    assert len(told) == 2
    assert not {"<", ">", "&"} & set("".join(itertools.chain(*told)))
    assert told[0][1].startswith("‹b›bold‹/b›")
    assert max(len(text) for text in itertools.chain(*told)) <= LONGEST


def test_without_a_tray_the_desktop_is_asked(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    monkeypatch.setattr("studio.shell.notify.ask_desktop", lambda heading, text: asked.append((heading, text)))
    monkeypatch.setattr(sys, "platform", "linux")
    assert stand.window.notifier.job_ended(ended_job(60), "a <fox>")
    assert asked == [("Ready: a ‹fox›", "Your result is in the library.")]


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a message bus")
def test_the_desktops_service_gets_what_it_expects(tmp_path: Path) -> None:
    code = """
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusVirtualObject
from studio.shell.notify import PORTAL, ask_desktop

class Desktop(QDBusVirtualObject):
    def introspect(self, path):
        return ""
    def handleMessage(self, message, connection):
        print(message.member(), message.signature(), message.arguments()[0], flush=True)
        app.quit()
        return True

app = QCoreApplication([])
bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "the desktop")
desktop = Desktop()
assert bus.registerVirtualObject("/org/freedesktop/portal/desktop", desktop)
assert bus.registerService(PORTAL + ".Desktop")
assert ask_desktop("Ready: a fox", "Your result is in the library.")
QTimer.singleShot(10_000, app.quit)
app.exec()
"""
    ran = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.split() == ["AddNotification", "sa{sv}", "atelier-studio"], ran.stderr


def test_a_click_on_the_message_brings_the_window_and_the_tray_icon_goes(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    stand.window.showMinimized()
    assert stand.window.notifier.job_ended(ended_job(60), "a fox")
    tray = stand.window.notifier._tray
    assert tray is not None
    assert tray.isVisible()
    tray.messageClicked.emit()
    assert not stand.window.isMinimized()
    assert not tray.isVisible()


def test_a_sentence_in_the_status_line_goes_after_a_while(stand: Stand) -> None:
    stand.window.tell("", "Something small.")
    assert stand.window.status._message.text() == "Something small."
    stand.window.status._message_ends.timeout.emit()
    assert not stand.window.status._message_ends.isActive()
    assert stand.window.status._message.text() == ""


def test_the_shield_stays_a_warning_until_the_artist_looked(stand: Stand, qtbot: QtBot) -> None:
    shield = stand.window.status._shield
    calm = shield.toolTip()
    for number in range(2):
        stand.engine.send(NetworkRefused("job1", f"evil.example:{number}"))
    qtbot.waitUntil(lambda: len(stand.window.refusals.entries) == 2)
    stand.language.use("zh_CN")
    stand.language.use("en")
    assert shield.toolTip() == "2 connections were refused. Click to see them."
    shield.click()
    assert shield.toolTip() == calm


def ended_job(seconds: Any) -> Any:
    from studio.engine.jobs import Job
    from studio.engine.requests import GenerationRequest

    request = GenerationRequest.of(PAINTER, {}, 1)
    return Job(id="a", request=request, state=JobState.SUCCEEDED, started=100.0, ended=100.0 + seconds)


def test_about_names_every_component_with_its_licence(stand: Stand) -> None:
    dialog = AboutDialog(stand.window)
    names = {name: licence for name, _, licence in dialog._components}
    assert names["Qt"] == "LGPL-3.0"
    assert names["Inter"] == "OFL-1.1"
    dialog.copy_versions()
    assert "PySide6" in QGuiApplication.clipboard().text()
    dialog.close()


# ---- errors ------------------------------------------------------------------------------------------------------


@pytest.fixture
def watch(qapp: QApplication, tmp_path: Path) -> Any:
    made = ErrorWatch(tmp_path / "logs")
    made.install()
    yield made
    if made._dialog is not None:
        made._dialog.close()
    made.uninstall()


def test_an_exception_in_a_slot_becomes_a_calm_dialog_and_is_logged(
    watch: ErrorWatch, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(watch.caught) as caught:
        try:
            raise ValueError(f"broken in {Path.home()}")
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    assert "broken in ~" in caught.args[0]
    qtbot.waitUntil(lambda: watch._dialog is not None)
    assert watch._dialog is not None
    watch._dialog.copy_button.click()
    assert "ValueError" in QGuiApplication.clipboard().text()
    assert "ValueError" in (tmp_path / "logs" / "window.log").read_text()


def test_the_log_starts_anew_while_the_window_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_LIMIT", 1000)
    logs.open_log(tmp_path)
    for number in range(100):
        logs.warn("number %d was lost", number)
    logs.close_log()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["window.1.log", "window.log"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert "number 99 was lost" in (tmp_path / "window.log").read_text()


def test_an_exception_in_a_thread_reaches_the_same_dialog(watch: ErrorWatch, qtbot: QtBot) -> None:
    def work() -> None:
        raise RuntimeError("in a thread")

    with qtbot.waitSignal(watch.caught) as caught:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert "in a thread" in caught.args[0]


def test_a_second_error_does_not_pile_up_dialogs(watch: ErrorWatch, qtbot: QtBot) -> None:
    for number in range(3):
        with qtbot.waitSignal(watch.caught):
            watch.report(ValueError(str(number)))
    dialogs = [widget for widget in QApplication.topLevelWidgets() if type(widget).__name__ == "ErrorDialog"]
    assert len([dialog for dialog in dialogs if dialog.isVisible()]) == 1


def test_an_error_told_over_a_window_that_goes_does_not_hide_the_next(
    watch: ErrorWatch, stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.window.open_help()
    browser = stand.window.findChild(HelpBrowser)
    assert browser is not None
    monkeypatch.setattr(QApplication, "activeWindow", lambda: browser)
    watch.report(ValueError("first"))
    qtbot.waitUntil(lambda: watch._dialog is not None)
    assert watch._dialog is not None
    assert watch._dialog.parent() is stand.window
    with qtbot.waitSignal(browser.destroyed):
        browser.close()
    monkeypatch.undo()
    assert watch._dialog.isVisible()
    gone = watch._dialog
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()  # as when its parent goes
    with qtbot.waitSignal(watch.caught):
        watch.report(ValueError("second"))
    assert watch._dialog is not None
    assert watch._dialog is not gone
    assert watch._dialog.isVisible()


# ---- full screen -----------------------------------------------------------------------------------------------


def show_picture(stand: Stand, folder: Path) -> Any:
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill("red")
    assert picture.save(str(folder / "a.png"))
    stand.window.activateWindow()
    stand.page.stage.show_shot(Shot("job1", str(folder / "a.png"), "image", folder / "a.png", "A"))
    return stand.page.stage.viewer


@pytest.mark.parametrize("inside", [True, False])
def test_f11_fills_the_screen_from_inside_the_viewer_and_from_generate(
    stand: Stand, qapp: QApplication, tmp_path: Path, inside: bool
) -> None:
    viewer = show_picture(stand, tmp_path)
    focused = viewer.picture_canvas if inside else stand.page.panel.generate_button
    focused.setFocus()
    qapp.processEvents()
    QTest.keyClick(focused, Qt.Key.Key_F11)
    screens = [each for each in QApplication.topLevelWidgets() if isinstance(each, FullScreen) and each.isVisible()]
    assert len(screens) == 1
    QTest.keyClick(screens[0], Qt.Key.Key_F11)
    assert not screens[0].isVisible()


def test_f11_fills_the_screen_with_that_of_two_compared_results_that_has_the_focus(
    stand: Stand, qapp: QApplication, tmp_path: Path
) -> None:
    stand.window.activateWindow()
    strip = stand.page.stage.filmstrip
    for name in ("a", "b"):
        path = tmp_path / f"{name}.txt"
        path.write_text(f"The text {name}.")
        stand.page.stage.add_shot(Shot(name, str(path), "text", path, name))
    strip.selectAll()
    stand.page.stage.compare()
    qapp.processEvents()
    second = stand.page.stage._compare.findChildren(TextViewer)[1]
    second.page.setFocus()
    QTest.keyClick(second.page, Qt.Key.Key_F11)
    screens = [each for each in QApplication.topLevelWidgets() if isinstance(each, FullScreen) and each.isVisible()]
    assert [screen.viewer for screen in screens] == [second]
    screens[0].close()


# ---- plugins and settings ----------------------------------------------------------------------------------------


def test_the_plugins_page_shows_every_state_with_its_reason_and_acts(stand: Stand) -> None:
    stand.window.show_place("plugins")
    page: Any = stand.window.page("plugins")
    cards = {card.info.state.name: card for card in page.cards()}
    assert len(cards) == 9
    assert "of broken" in cards["BROKEN"]._reason.text()
    switches = stand.workshop.registry.switches
    cards["READY"].switch.click()
    cards["QUARANTINED"].restore_wanted.emit(cards["QUARANTINED"].info)
    cards["READY"].quarantine_wanted.emit(cards["READY"].info)
    page._consent(cards["NEEDS_CONSENT"].info)
    assert [call[0] for call in switches.calls] == ["disable", "enable", "quarantine", "consent"]


@pytest.mark.parametrize("number", [0, 7])
def test_switching_a_plugin_by_keyboard_keeps_focus_and_place(stand: Stand, qapp: QApplication, number: int) -> None:
    window, registry = stand.window, stand.workshop.registry
    window.activateWindow()
    window.resize(1000, 600)
    window.show_place("plugins")
    page: Any = window.page("plugins")
    bar = page._area.verticalScrollBar()
    card = page.cards()[number]
    card.switch.setFocus()
    qapp.processEvents()
    place = bar.maximum() if number else 0
    bar.setValue(place)
    QTest.keyClick(card.switch, Qt.Key.Key_Space)
    rows = tuple(replace_row(row, state="ready") if row.key == card.info.key else row for row in registry.plugins)
    stand.workshop.set_registry(replace(registry, plugins=rows))  # what the window does once it has looked again
    qapp.processEvents()
    focus = QApplication.focusWidget()
    assert focus is page.card(card.info.key).switch
    assert focus is not card.switch
    assert bar.value() == place


def test_where_a_button_is_gone_the_focus_stays_at_its_plugin(stand: Stand, qapp: QApplication) -> None:
    window, registry = stand.window, stand.workshop.registry
    window.activateWindow()
    window.show_place("plugins")
    page: Any = window.page("plugins")
    card = next(card for card in page.cards() if card.info.name == "quarantined")
    card.controls["Restore"].setFocus()
    QTest.keyClick(card.controls["Restore"], Qt.Key.Key_Space)
    rows = tuple(replace_row(row, state="ready") if row.key == card.info.key else row for row in registry.plugins)
    stand.workshop.set_registry(replace(registry, plugins=rows))
    qapp.processEvents()
    assert QApplication.focusWidget() is page.card(card.info.key).switch
    window.rail.buttons["create"].setFocus()
    stand.workshop.set_registry(registry)
    assert window.rail.buttons["create"].hasFocus()  # who is elsewhere stays there


def test_what_a_plugin_needs_is_told_without_a_mouse(stand: Stand) -> None:
    needing = replace(PAINTER, needs=Needs(modules=("scipy", "<odd>")))
    stand.workshop.set_registry(replace(stand.workshop.registry, specs={needing.id: needing}))
    stand.window.show_place("plugins")
    page: Any = stand.window.page("plugins")
    ready = next(card for card in page.cards() if card.info.name == "ready")
    told = "“Painter” needs the Python modules scipy, <odd>."
    assert ready.switch.accessibleDescription() == f"Ready {told}"
    assert tip_of(ready.switch) == f"<qt>{told.replace('<', '&lt;').replace('>', '&gt;')}</qt>"


def test_consent_is_asked_before_foreign_code_runs_and_no_is_the_default(stand: Stand, qapp: QApplication) -> None:
    stand.window.show_place("plugins")
    page: Any = stand.window.page("plugins")
    card = next(card for card in page.cards() if card.info.state.name == "NEEDS_CONSENT")
    card.consent_wanted.emit(card.info)
    from studio.shell.plugins.consent import ConsentDialog

    dialog = page.findChild(ConsentDialog)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert stand.workshop.registry.switches.calls == []


def test_the_check_shows_its_rows(stand: Stand) -> None:
    dialog = CheckDialog(stand.workshop.registry.plugins[0], {}, stand.window)
    dialog.show_rows(
        [{"number": number, "name": f"check {number}", "passed": number != 3, "seconds": 0.1, "reason": "<i>no</i>"}
         for number in range(1, 21)]
    )  # fmt: skip
    assert dialog.table.rowCount() == 20
    first = dialog.table.item(0, 0)
    assert first is not None
    assert first.text() == "1  check 1"
    assert dialog._verdict.text() == "19 of 20 checks passed"
    dialog.close()


def test_a_check_of_several_generators_shows_each_under_its_name(stand: Stand) -> None:
    info = replace_row(stand.workshop.registry.plugins[0], generators=["tests.a", "tests.b"])
    dialog = CheckDialog(info, {"tests.a": "Adder", "tests.b": "Brush"}, stand.window)
    assert "each of 2 generators" in dialog._verdict.text()
    dialog.show_rows(
        [{"number": number, "name": f"check {number}", "passed": number != 3, "generator": generator}
         for generator in info.generators for number in (1, 2, 3)]
    )  # fmt: skip
    first = [dialog.table.item(place, 0).text() for place in range(dialog.table.rowCount())]  # type: ignore[union-attr]
    assert first[0] == "Adder: 2 of 3 checks passed"
    assert first[4] == "Brush: 2 of 3 checks passed"
    assert first[5] == "1  check 1"
    assert dialog._verdict.text() == "4 of 6 checks passed"
    dialog.close()


@pytest.mark.skipif(os.name == "nt", reason="a process that ignores being asked to end")
def test_closing_a_check_does_not_wait_for_its_process(
    stand: Stand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.shell.plugins import checking

    monkeypatch.setattr(checking, "STOP_MS", 200)
    dialog = checking.CheckDialog(stand.workshop.registry.plugins[0], {}, stand.window)
    process = dialog._process
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    process.start(sys.executable, ["-c", stubborn])
    qtbot.waitUntil(lambda: process.bytesAvailable() > 0, timeout=5000)
    with qtbot.waitSignal(process.finished, timeout=5000):
        began = time.monotonic()
        dialog.reject()
        assert time.monotonic() - began < 0.15


@pytest.mark.parametrize("live", [True, False])
def test_a_result_is_shown_while_it_grows_unless_that_is_switched_off(stand: Stand, *, live: bool) -> None:
    stand.workshop.settings.set("live_preview", live)
    stand.page.panel.open(PAINTER.id)
    stand.page.generate()
    job = stand.engine.jobs()[0]
    stand.engine.begin(job.id)
    QTest.qWait(40)
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    shown: list[str] = []
    stand.page.stage.show_preview = lambda job_id, _: shown.append(job_id)
    stand.workshop.bridge.preview_received.emit(job.id, picture)
    assert shown == ([job.id] if live else [])


def test_every_setting_has_a_row_that_changes_the_file(stand: Stand, tmp_path: Path) -> None:
    from studio.engine.settings import TABLE

    stand.window.show_place("settings")
    page: Any = stand.window.page("settings")
    assert set(page.rows) == {setting.key for setting in TABLE}
    page.rows["network"].input.click()
    page.rows["memory_budget_gb"].input.setValue(6.5)
    stored = json.loads((tmp_path / "state" / "settings.json").read_text())
    assert stored["network"] is True
    assert stored["memory_budget_gb"] == 6.5


def test_a_setting_changed_elsewhere_shows_on_the_page(stand: Stand) -> None:
    stand.window.show_place("settings")
    page: Any = stand.window.page("settings")
    stand.workshop.settings.set("theme", "light")
    stand.workshop.settings.set("idle_minutes", 25)
    assert page.rows["theme"].input.currentData() == "light"
    assert page.rows["idle_minutes"].input.value() == 25
    page.rows["theme"].input.setCurrentIndex(page.rows["theme"].input.findData("dark"))
    page.rows["theme"].input.activated.emit(0)
    assert stand.workshop.settings["theme"] == "dark"


def test_a_setting_that_cannot_be_kept_says_so(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand.window.show_place("settings")
    page: Any = stand.window.page("settings")
    row = page.rows["library_folder"]
    row.change("not/absolute")
    assert "absolute" in row.error


def test_tab_goes_through_the_window_as_it_is_seen(stand: Stand, qapp: QApplication) -> None:
    window, page = stand.window, stand.page
    page.queue.show()
    window.activateWindow()
    window.go_to("create")
    stand.form.set_values({"steps": 7})  # its button that takes this back is made just now
    qapp.processEvents()
    begun = QApplication.focusWidget()
    assert begun is not None
    names = [begun]
    while True:
        QTest.keyClick(names[-1], Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus is begun or len(names) > 200:
            break
        names.append(focus)
    assert len(set(names)) == len(names), "each once"
    regions = [window.rail, page.panel, page.stage, page.queue, window.status]
    found = [next(place for place, part in enumerate(regions) if part.isAncestorOf(widget)) for widget in names]
    start = found.index(0)
    turned = found[start:] + found[:start]
    assert turned == sorted(turned), turned
    reset = stand.form.row("steps")._reset
    assert names.index(stand.form.editor("steps").input_widget()) - names.index(reset) in {1, 2}
    QTest.keyClick(begun, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is names[-1]


# ---- remembering and ending --------------------------------------------------------------------------------------


def test_the_window_remembers_generator_queue_and_place(qapp: QApplication, tmp_path: Path) -> None:
    with open_window(qapp, tmp_path) as first:
        first.page.panel.open(WRITER.id)
        first.page.toggle_queue()
        hidden = first.page.queue.isHidden()
        first.window.show_place("settings")
    with open_window(qapp, tmp_path) as second:
        assert second.form.spec.id == WRITER.id
        assert second.page.queue.isHidden() == hidden
        assert second.window.place == "create"  # until the first paint
        second.window.restore_place()
        assert second.window.place == "settings"


def test_the_window_remembers_how_loud_it_plays(qapp: QApplication, tmp_path: Path) -> None:
    with open_window(qapp, tmp_path) as first:
        sound, film = (viewer_for(kind, first.window) for kind in ("audio", "video"))
        assert isinstance(sound, MusicViewer)
        assert isinstance(film, VideoViewer)
        sound.transport._mute_action.setChecked(True)
        film.transport._volume.setValue(30)
        assert sound.transport._volume.value() == 30
        assert sound.player._volume == 0, "muted, whatever another viewer does"
        sound.transport._volume.setValue(25)
        assert sound.player._volume == 0.25
        assert not sound.transport._mute_action.isChecked()
    Loudness.shared().set(USUAL)  # as a new process begins
    with open_window(qapp, tmp_path) as second:
        again = viewer_for("score", second.window)
        assert isinstance(again, MusicViewer)
        assert (again.transport._volume.value(), again.player._volume) == (25, 0.25)
    Loudness.shared().set(USUAL)


@pytest.mark.parametrize("busy", [False, True])
def test_a_library_that_is_waited_for_comes_up_once_open_unless_the_artist_writes(
    qapp: QApplication, tmp_path: Path, busy: bool
) -> None:
    from studio.library.library import Library

    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "window.json").write_text('{"place": "library"}')
    with open_window(qapp, tmp_path) as made:
        made.window.activateWindow()
        made.window.restore_place()
        assert made.window.status._message.text() == "The library is being opened …"
        made.page.panel.open(PAINTER.id)
        if busy:
            made.form.editor("prompt").input_widget().setFocus()
        library = Library(tmp_path / "library")
        made.workshop.set_library(library)
        assert made.window.place == ("create" if busy else "library")
        assert made.window.status._message.text() == ""
        made.window.show_place("create")
        library.close()


def test_a_library_that_could_not_be_opened_says_why_instead_of_being_opened_for_ever(stand: Stand) -> None:
    stand.window.library_failed("The disk is full.")
    notice = stand.window.findChild(Notice)
    assert notice is not None
    notice.close()
    stand.window.rail.buttons["library"].click()
    assert stand.window.status._message.text() == "The disk is full."
    assert stand.window.place == "create"


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"create": 5, "geometry": [], "place": []}', "\x00", '{"create": {"splitter": "x"}, "place": "?"}'],
)
def test_a_hostile_state_file_is_only_a_lost_comfort(qapp: QApplication, tmp_path: Path, content: Any) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "window.json").write_text(content)
    with open_window(qapp, tmp_path) as made:
        made.window.restore_place()
        assert made.window.isVisible()
        assert made.window.place == "create"
    assert isinstance(read_state(tmp_path / "state" / "window.json"), dict)


def test_nothing_is_left_of_a_closed_window(qapp: QApplication, tmp_path: Path) -> None:
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    before = len(QApplication.allWidgets())
    for _ in range(3):
        with open_window(qapp, tmp_path) as made:
            for place in ("plugins", "settings", "create"):
                made.window.show_place(place)
            made.page.panel.open(PAINTER.id)
            made.window.open_palette()
            made.window.open_network()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    assert len(QApplication.allWidgets()) <= before


def test_the_window_opens_answers_and_leaves_without_heavy_modules(tmp_path: Path) -> None:
    script = (
        "import sys; from studio.shell.app import main; code = main(['--exit-after-first-paint']);"
        "heavy = {'torch', 'transformers', 'diffusers', 'numpy', 'PIL', 'trimesh', 'mido', 'soundfile', 'scipy',"
        "'PySide6.QtMultimedia', 'PySide6.QtQuick3D', 'studio_image', 'studio_text', 'studio_music', 'studio_mesh',"
        "'studio_diffusion'};"
        "print('LOADED', sorted(heavy & set(sys.modules)), code)"
    )
    env = {**os.environ, "STUDIO_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "LOADED [] 0" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_the_end_of_the_session_closes_the_window_properly(tmp_path: Path) -> None:
    env = {**os.environ, "STUDIO_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen([sys.executable, "-m", "studio"], env=env, cwd=ROOT, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (tmp_path / "queue").exists() and time.monotonic() < deadline:  # the engine has started
        time.sleep(0.1)
    child.terminate()
    _, said = child.communicate(timeout=60)
    assert child.returncode == 0, said.decode()
    assert b"Traceback" not in said


@pytest.mark.parametrize("name", ["prompt", "key", "steps"])
def test_shortcuts_work_from_inside_every_kind_of_box(stand: Stand, qapp: QApplication, name: str) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    stand.window.activateWindow()
    stand.page.panel.open(PAINTER.id)
    box = stand.form.editor(name).input_widget()
    box.setFocus()
    qapp.processEvents()
    seed = stand.form.seed.value()
    QTest.keyClick(box, Qt.Key.Key_D, control)
    assert stand.form.seed.value() != seed
    QTest.keyClick(box, Qt.Key.Key_Return, control)
    assert len(stand.engine.jobs()) == 1
    QTest.keyClick(box, Qt.Key.Key_K, control)
    palettes = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, CommandPalette)]
    assert [widget.isVisible() for widget in palettes] == [True]
    palettes[0].close()
    QTest.keyClick(box, Qt.Key.Key_4, control)
    assert stand.window.place == "plugins"

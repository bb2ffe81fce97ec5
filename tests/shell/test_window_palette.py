"""What the palette reaches in the other places: settings, plugins, Teach, the library's filters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.windows import TRAINER, WRITER, Stand, open_window
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from studio.engine.settings import TABLE
from studio.library.library import Library
from studio.shell.commands import Entry
from studio.shell.plugins.page import PluginsPage


@pytest.fixture
def stand(qapp: QApplication, tmp_path: Path) -> Any:
    with open_window(qapp, tmp_path, WRITER, TRAINER) as made:
        made.window.activateWindow()
        yield made


def entries(stand: Stand) -> dict[str, Entry]:
    return {entry.text: entry for entry in stand.window.commands.entries()}


def test_no_two_lines_of_the_palette_say_the_same(stand: Stand) -> None:
    for place in ("create", "teach", "plugins", "settings"):
        stand.window.show_place(place)
        texts = [entry.text for entry in stand.window.commands.entries()]
        assert sorted(texts) == sorted(set(texts))


def test_every_setting_is_reached_by_its_name(stand: Stand) -> None:
    for setting in TABLE:
        entries(stand)[f"Setting: {setting.title}"].run()
        assert stand.window.place == "settings"
        row = stand.window.page("settings").rows[setting.key]  # type: ignore[attr-defined]
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus is row.input or row.input.isAncestorOf(focus)
        assert focus.accessibleDescription() == setting.help


def test_a_setting_is_found_in_both_languages(stand: Stand) -> None:
    stand.language.use("zh_CN")
    line = entries(stand)["设置：语言"]
    assert line.fit("setting language") is not None
    assert line.fit("语言") is not None


def test_all_that_the_plugins_offer_is_done_from_the_palette(stand: Stand) -> None:
    stand.window.show_place("create")
    found = entries(stand)
    assert "Check broken" not in found
    assert "Switch quarantined off" not in found
    assert "Switch quarantined on" not in found
    for name in (
        "Switch ready off", "Switch disabled on", "Restore quarantined", "Quarantine ready", "Check ready",
        "Let needs_consent run …",
    ):  # fmt: skip
        assert name in found
    for name in ("Switch ready off", "Switch disabled on", "Restore quarantined", "Quarantine ready"):
        entries(stand)[name].run()
    assert stand.window.place == "plugins"
    assert [call[:2] for call in stand.workshop.registry.switches.calls] == [
        ("disable", "acme-ready:ready"),
        ("enable", "acme-disabled:disabled"),
        ("enable", "acme-quarantined:quarantined"),
        ("quarantine", "acme-ready:ready"),
    ]
    looked: list[bool] = []
    stand.window.plugins_changed.connect(looked.append)
    entries(stand)["Look for plugins again"].run()
    assert looked == [True]


def test_a_plugin_is_checked_and_allowed_from_the_palette(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(PluginsPage, "_check", lambda self, info: asked.append(("check", info.name)))
    monkeypatch.setattr(PluginsPage, "_ask_consent", lambda self, info: asked.append(("consent", info.name)))
    entries(stand)["Check ready"].run()
    entries(stand)["Let needs_consent run …"].run()
    assert asked == [("check", "ready"), ("consent", "needs_consent")]


def test_teach_is_begun_from_everywhere_and_its_buttons_are_offered_where_they_are_seen(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Start training" not in entries(stand)
    asked: list[str] = []

    def ask(_parent: object, title: str) -> str:
        asked.append(title)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", ask)
    entries(stand)["New dataset from a folder …"].run()
    assert asked == ["A folder to learn from"]
    assert stand.window.place == "teach"
    stand.window.show_place("create")
    entries(stand)["New training: Train a painter"].run()
    page: Any = stand.window.page("teach")
    assert stand.window.place == "teach"
    assert page.panel.recipes.currentData() == TRAINER.id
    assert page.panel.recipes.hasFocus()
    offered = entries(stand)
    assert {"Choose a folder …", "Look inside …", "Forecast", "Start training"} <= set(offered)
    assert "Stop" not in offered
    offered["Look inside …"].run()
    assert page.panel.problem.text() == "Choose a folder or a dataset first."


def test_what_can_be_done_with_checkpoints_is_offered_by_step(stand: Stand) -> None:
    stand.window.show_place("teach")
    page: Any = stand.window.page("teach")
    button = page.view.checkpoints
    done: list[tuple[Any, ...]] = []
    button.rolled_back.connect(lambda step: done.append(("back", step)))
    button.keep_wanted.connect(lambda step, kept: done.append(("keep", step, kept)))
    page.view.rolled_back.disconnect()
    page.view.keep_wanted.disconnect()
    button.show_checkpoints((10, 1000), {10}, active=False)
    button.show()
    offered = entries(stand)
    offered["Step 1,000: Go on from here"].run()
    offered["Step 1,000: Keep it"].run()
    offered["Step 10: Do not keep it"].run()
    assert done == [("back", 1000), ("keep", 1000, True), ("keep", 10, False)]
    button.show_checkpoints((10, 1000), {10}, active=True)
    assert "Step 10: Go on from here" not in entries(stand)


def test_the_librarys_filters_and_orders_are_chosen_from_everywhere(stand: Stand, tmp_path: Path) -> None:
    assert not any(text.startswith("Library: ") for text in entries(stand))  # it is not open yet
    with Library(tmp_path / "library") as library:
        stand.workshop.set_library(library)
        entries(stand)["Library: Images"].run()
        assert stand.window.place == "library"
        page: Any = stand.window.page("library")
        stand.window.show_place("create")
        for name in ("Library: 3 stars and more", "Library: Last 7 days", "Library: Best rated first"):
            entries(stand)[name].run()
        entries(stand)["Library: Favourites only"].run()
        entries(stand)["Library: Show the trash"].run()
        query = page.filters.query
        assert (query.kind, query.rating, query.days, query.sort) == ("image", 3, 7, "rating")
        assert query.favourites
        assert query.trash
        assert page.rows.query == query
        offered = entries(stand)
        assert "Library: Images" not in offered  # that is shown
        assert ("Empty the trash…" in offered) == page.filters.empty_trash.isEnabled()
        offered["Library: Leave the trash"].run()
        offered["Library: Favourites and others"].run()
        offered["Library: All"].run()
        query = page.filters.query
        assert (query.kind, query.favourites, query.trash) == ("", False, False)
        stand.window.show_place("create")


def test_files_are_brought_in_from_everywhere(stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tale.txt").write_text("Once.")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "tale.txt")], ""))
    assert "Import…" not in entries(stand)  # there is no library yet
    with Library(tmp_path / "library") as library:
        stand.workshop.set_library(library)
        entries(stand)["Import…"].run()
        assert stand.window.place == "library"
        assert [entry.text for entry in stand.window.commands.entries()].count("Import…") == 1
        deadline = QDeadlineTimer(5000)
        while not library.search("tale") and not deadline.hasExpired():
            QApplication.processEvents()
        assert library.search("tale")
        stand.window.show_place("create")


def test_stars_are_given_from_the_palette(stand: Stand, qtbot: QtBot, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        note = tmp_path / "note.txt"
        note.write_text("A fox.", encoding="utf-8")
        item = library.import_file(note)
        stand.workshop.set_library(library)
        stand.window.show_place("library")
        page: Any = stand.window.page("library")
        qtbot.waitUntil(lambda: page.rows.row(0) is not None)
        page.grid.select_row(0)
        line = entries(stand)["4 of 5 stars"]
        assert line.keys == "4"
        line.run()
        qtbot.waitUntil(lambda: library.get(item.id).rating == 4)
        stand.window.show_place("create")
        assert "4 of 5 stars" not in entries(stand)

"""The library page as an artist uses it, over a paper library of any size."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helpers.paper_library import PaperLibrary
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from studio.shell.i18n import Language
from studio.shell.library.empty import EmptyState
from studio.shell.library.grid import LARGEST, MOST_FOLLOWED, SMALLEST, GridView
from studio.shell.library.page import LibraryPage
from studio.shell.library.source import Query
from studio.shell.viewers.background import Background
from studio.shell.viewers.base import FullScreen
from studio.shell.viewers.inspector import Inspector

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
OpenPage = Callable[..., LibraryPage]


@pytest.fixture
def open_page(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens pages over paper libraries and closes their threads."""
    pools: list[Background] = []
    picture = tmp_path / "thumbnail.png"

    def make(count: int = 200, **wishes: object) -> LibraryPage:
        image = QImage(64, 48, QImage.Format.Format_RGB32)
        image.fill(0x336699)
        assert image.save(str(picture))
        library = PaperLibrary(count, tmp_path, (picture,))
        if titles := wishes.get("titles"):
            assert isinstance(titles, dict)
            library.rename_all(titles)
        pool = Background()
        pools.append(pool)
        page = LibraryPage(library, background=pool)
        page.__dict__["paper"] = library
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        page.open()
        qtbot.waitUntil(lambda: page.rows.loaded and not pool.busy, timeout=5000)
        return page

    yield make
    for pool in pools:
        pool.close()
    Inspector.shared().close()
    Background.shared().close()
    Background.shared().deleteLater()
    qtbot.wait(1)


def paper(page: LibraryPage) -> PaperLibrary:
    library = page.__dict__["paper"]
    assert isinstance(library, PaperLibrary)
    return library


def settle(qtbot: QtBot, page: LibraryPage) -> None:
    """Wait until everything that was asked for is there."""
    qtbot.wait(60)
    qtbot.waitUntil(lambda: not page._background.busy, timeout=5000)
    qtbot.wait(10)


def middle(grid: GridView, row: int) -> QPoint:
    return grid._cell_rect(row).center()


# ---- looking -------------------------------------------------------------------------------------------------


def test_a_million_items_open_with_only_what_shows(qtbot: QtBot, open_page: OpenPage) -> None:
    asked: list[tuple[int, int]] = []
    page = open_page(1_000_000)
    library = paper(page)
    usual = library.rows
    library.rows = lambda query, first, last: asked.append((first, last)) or usual(query, first, last)  # type: ignore[method-assign,func-returns-value]
    page.grid.verticalScrollBar().setValue(page.grid.verticalScrollBar().maximum() // 2)
    settle(qtbot, page)
    assert page.rows.count == 1_000_000
    assert 0 < len(asked) <= 6
    assert all(last - first <= 64 for first, last in asked)
    assert page.grid.rows.row(page.grid._visible().start) is not None


def test_arrows_home_end_and_pages_move_the_cursor(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(500)
    grid = page.grid
    columns = grid._geometry.columns
    grid.setFocus()
    for key, row in ((Key.Key_Right, 0), (Key.Key_Right, 1), (Key.Key_Down, 1 + columns), (Key.Key_Up, 1)):
        QTest.keyClick(grid, key)
        assert grid.selection.current == row
    QTest.keyClick(grid, Key.Key_End)
    assert list(grid.selection.rows) == [499]
    assert grid.verticalScrollBar().value() == grid.verticalScrollBar().maximum()
    QTest.keyClick(grid, Key.Key_Home)
    assert (grid.selection.current, grid.verticalScrollBar().value()) == (0, 0)
    QTest.keyClick(grid, Key.Key_PageDown)
    assert grid.selection.current >= columns


def test_shift_extends_ctrl_moves_alone_and_ctrl_a_takes_all(qtbot: QtBot, open_page: OpenPage) -> None:
    grid = open_page(300).grid
    grid.select_row(4)
    QTest.keyClick(grid, Key.Key_Right, SHIFT)
    QTest.keyClick(grid, Key.Key_Right, SHIFT)
    assert list(grid.selection.rows) == [4, 5, 6]
    QTest.keyClick(grid, Key.Key_Right, CTRL)
    assert list(grid.selection.rows) == [4, 5, 6]
    QTest.keyClick(grid, Key.Key_Space, CTRL)
    assert list(grid.selection.rows) == [4, 5, 6, 7]
    QTest.keyClick(grid, Key.Key_A, CTRL)
    assert len(grid.selection.rows) == 300
    QTest.keyClick(grid, Key.Key_Escape)
    assert not grid.selection.rows


def test_clicks_select_toggle_and_extend(qtbot: QtBot, open_page: OpenPage) -> None:
    grid = open_page(300).grid
    view, left = grid.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(view, left, pos=middle(grid, 2))
    QTest.mouseClick(view, left, CTRL, pos=middle(grid, 5))
    assert list(grid.selection.rows) == [2, 5]
    QTest.mouseClick(view, left, SHIFT, pos=middle(grid, 7))
    assert list(grid.selection.rows) == [5, 6, 7]
    QTest.mouseClick(view, left, pos=middle(grid, 6))
    assert list(grid.selection.rows) == [6]


def test_a_rubber_band_selects_what_it_touches(qtbot: QtBot, open_page: OpenPage) -> None:
    grid = open_page(300).grid
    view = grid.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    QTest.mouseMove(view, middle(grid, 1))
    QTest.mouseMove(view, middle(grid, grid._geometry.columns + 1))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle(grid, grid._geometry.columns + 1))
    columns = grid._geometry.columns
    assert list(grid.selection.rows) == [0, 1, columns, columns + 1]
    assert not grid._band.visible


def test_the_grid_tells_assistive_technology_where_it_is(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(300)
    page.grid.select_row(3)
    said = page.grid.accessibleDescription()
    row = page.grid.current_row()
    assert row is not None
    assert row.title in said
    assert "item 4 of 300" in said
    assert page.grid.accessibleName() == "Library items"


def test_search_as_you_type_finds_and_explains(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(400)
    QTest.keyClicks(page.filters.search, "fox")
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.rows.query.text == "fox" and page.rows.count < 400)
    row = page.rows.row(0)
    assert row is not None
    assert "fox" in row.title.lower()
    page.filters.search.setText('fox "')
    qtbot.waitUntil(lambda: page.filters._error.isVisible())
    assert "quotation mark" in page.filters._error.text()
    assert page.rows.count > 0, "the last results stay"
    page.filters.search.setText("nothinghasthisname")
    qtbot.waitUntil(lambda: page.rows.count == 0)
    assert page.empty.state == "search"
    assert not page.filters._error.isVisible()
    page.empty.pressed.emit("search")
    qtbot.waitUntil(lambda: page.rows.count == 400)


def test_filters_by_medium_and_favourites(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(400)
    page.filters._kind_buttons[2].click()
    settle(qtbot, page)
    assert page.rows.count == 50
    assert {row.kind for index in range(50) if (row := page.rows.row(index))} == {"text"}
    page.filters._favourites.click()
    settle(qtbot, page)
    assert page.rows.count < 50
    page.show_query(Query())
    page.filters._rating.choices[4].trigger()
    settle(qtbot, page)
    assert 0 < page.rows.count < 400
    assert all(row.rating >= 4 for index in range(20) if (row := page.rows.row(index)))


def test_an_empty_library_says_so_and_leads_to_create(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(0)
    assert page.empty.isVisible()
    assert page.empty.state == "library"
    with qtbot.waitSignal(page.create_requested):
        page.empty.pressed.emit("library")


# ---- changing ------------------------------------------------------------------------------------------------


def test_number_keys_rate_and_f_marks_at_once(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.setFocus()
    page.grid.select_row(1)
    row = page.grid.current_row()
    assert row is not None
    QTest.keyClick(page.grid, Key.Key_4)
    rated = page.grid.current_row()
    assert rated is not None
    assert rated.rating == 4, "shown before the library has answered"
    QTest.keyClick(page.grid, Key.Key_F)
    settle(qtbot, page)
    assert ("rate", [row.id], 4) in paper(page).calls
    assert ("favourite", [row.id], not row.favourite) in paper(page).calls


def test_delete_moves_to_the_trash_and_undo_brings_back(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.setFocus()
    page.grid.select_row(2)
    QTest.keyClick(page.grid, Key.Key_Right, SHIFT)
    QTest.keyClick(page.grid, Key.Key_Delete)
    qtbot.waitUntil(lambda: page.rows.count == 98)
    assert page.undo_bar.isVisible()
    assert "2 items" in page.undo_bar.accessibleName()
    QTest.keyClick(page.grid, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: page.rows.count == 100)
    page.filters._trash.click()
    settle(qtbot, page)
    assert page.empty.state == "trash"


def chosen(page: LibraryPage) -> list[str]:
    """The ids of what is selected."""
    return page.grid.selected_ids() or []


def test_what_is_selected_stays_selected_whatever_comes_before_it(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(300)
    library = paper(page)
    page.grid.select_row(5)
    QTest.keyClick(page.grid, Key.Key_Right, SHIFT)
    before = chosen(page)
    assert len(before) == 2
    library.total += 3  # results arrive, newest first
    page.rows.refresh()
    settle(qtbot, page)
    assert page.rows.count == 303
    assert chosen(page) == before
    assert page.grid.selection.current == 9
    library.total += 200  # among them so many that no page of rows is where it was
    page.rows.refresh()
    library.total += 1
    page.rows.refresh()
    settle(qtbot, page)
    assert chosen(page) == before


def test_after_the_trash_the_next_one_alone_is_selected_and_undo_moves_nothing(
    qtbot: QtBot, open_page: OpenPage
) -> None:
    page = open_page(100)
    page.grid.setFocus()
    page.grid.select_row(2)
    QTest.keyClick(page.grid, Key.Key_Right, SHIFT)
    following = page.rows.ids([range(4, 5)])
    QTest.keyClick(page.grid, Key.Key_Delete)
    qtbot.waitUntil(lambda: page.rows.count == 98)
    settle(qtbot, page)
    assert chosen(page) == following
    page.grid.select_row(30)
    before = chosen(page)
    QTest.keyClick(page.grid, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: page.rows.count == 100)
    settle(qtbot, page)
    assert chosen(page) == before


def test_a_search_keeps_what_it_finds_selected_and_nothing_else(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100, titles={97: "Cherry bowl", 90: "Vessel", 80: "Cherry tree"})
    page.grid.select_row(99 - 80)
    page.filters.search.setText("cherry")
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.rows.count == 2)
    assert chosen(page) == ["80"]
    page.filters.search.setText("vessel")
    qtbot.waitUntil(lambda: page.rows.count == 1)
    settle(qtbot, page)
    assert chosen(page) == []
    assert page.grid.current_row() is None


def test_of_more_than_can_be_followed_a_search_keeps_nothing_selected(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(MOST_FOLLOWED + 200)
    page.grid.select_all()
    page.filters.search.setText("harbour")
    settle(qtbot, page)
    qtbot.waitUntil(lambda: 0 < page.rows.count < MOST_FOLLOWED)
    assert not page.grid.selection.rows


def test_what_is_selected_while_results_are_asked_for_is_followed_too(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.select_row(3)
    paper(page).total += 2
    page.rows.refresh()
    page.grid.select_row(7)
    before = chosen(page)
    settle(qtbot, page)
    assert page.rows.count == 102
    assert chosen(page) == before


def test_emptying_the_trash_asks_first(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(30)
    page.grid.setFocus()
    page.grid.select_row(2)
    QTest.keyClick(page.grid, Key.Key_Delete)
    qtbot.waitUntil(lambda: page.rows.count == 29)
    assert not page.filters.empty_trash.isVisible()
    page.filters._trash.click()
    qtbot.waitUntil(lambda: page.rows.count == 1)
    page.filters.empty_trash.click()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert ("empty_trash",) not in paper(page).calls
    next(each for each in box.buttons() if "good" in each.text()).click()
    qtbot.waitUntil(lambda: page.rows.count == 0)
    assert ("empty_trash",) in paper(page).calls
    assert not page.changes.can_undo


def test_renaming_with_f2(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.setFocus()
    page.grid.select_row(0)
    settle(qtbot, page)
    QTest.keyClick(page.grid, Key.Key_F2)
    box = page.details._title_box
    assert box.isVisible()
    box.setText("Red fox")
    QTest.keyClick(box, Key.Key_Return)
    settle(qtbot, page)
    row = page.rows.row(0)
    assert row is not None
    assert row.title == "Red fox"
    assert page.focusWidget() is page.grid, "the next key is the grid's"


def test_escape_leaves_the_title_as_it_was(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(20)
    page.grid.setFocus()
    page.grid.select_row(0)
    settle(qtbot, page)
    QTest.keyClick(page.grid, Key.Key_F2)
    QTest.keyClicks(page.details._title_box, "Fox")
    QTest.keyClick(page.details._title_box, Key.Key_Escape)
    settle(qtbot, page)
    assert page.details._title_box.isHidden()
    assert page.focusWidget() is page.grid
    assert not any(call[0] == "rename" for call in paper(page).calls)
    assert page.grid.selection.rows, "Escape went no further"


def test_who_leaves_the_title_for_another_place_stays_there(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(20)
    page.grid.setFocus()
    page.grid.select_row(0)
    settle(qtbot, page)
    QTest.keyClick(page.grid, Key.Key_F2)
    QTest.keyClicks(page.details._title_box, "Fox")
    page.filters.search.setFocus()
    settle(qtbot, page)
    assert page.details._title_box.isHidden()
    assert page.focusWidget() is page.filters.search


def test_news_of_the_library_leave_a_title_alone_while_it_is_typed(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(20)
    page.activateWindow()
    page.grid.setFocus()
    page.grid.select_row(3)
    settle(qtbot, page)
    QTest.keyClick(page.grid, Key.Key_F2)
    box = page.details._title_box
    QTest.keyClicks(box, "Red fox")
    box.setCursorPosition(3)
    paper(page).total += 1  # a result arrives
    page.rows.refresh()
    settle(qtbot, page)
    page.changes.rate(["5"], 4)  # another item is rated
    page.changes.rate(["16"], 2)  # and this one
    settle(qtbot, page)
    assert page.details.stars.rating == 2, "everything else of the item is fresh"
    assert (box.isVisible(), box.text(), box.cursorPosition()) == (True, "Red fox", 3)
    assert not page.details._title.isVisible()
    assert page.focusWidget() is box
    QTest.keyClick(box, Key.Key_Delete)
    QTest.keyClick(box, Key.Key_Return)
    settle(qtbot, page)
    assert ("rename", "16", "Redfox") in paper(page).calls
    assert not any(call[0] == "trash" for call in paper(page).calls)


def test_a_title_is_no_longer_typed_once_another_item_shows_or_none(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(20)
    box = page.details._title_box
    for leave in (partial(page.grid.select_row, 4), page.grid.select_all, page.grid.clear_selection):
        page.grid.select_row(3)
        settle(qtbot, page)
        page.commands.actions["rename"].trigger()
        QTest.keyClicks(box, "Fox")
        assert box.isVisible()
        leave()
        settle(qtbot, page)
        assert box.isHidden()
        assert page.focusWidget() is page.grid
    assert not any(call[0] == "rename" for call in paper(page).calls)


def test_tags_are_added_to_everything_selected(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(50)
    page.grid.select_all()
    settle(qtbot, page)
    page.details.tags.box.setText("winter")
    QTest.keyClick(page.details.tags.box, Key.Key_Return)
    settle(qtbot, page)
    call = next(call for call in paper(page).calls if call[0] == "tag")
    assert (len(call[1]), call[2], call[3]) == (50, "winter", True)  # type: ignore[arg-type]


def test_actions_reach_items_that_were_never_fetched(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(10_000)
    page.grid.setFocus()
    page.grid.select_all()
    told: list[str] = []
    page.changes.told.connect(lambda sentence, _undo: told.append(sentence))
    QTest.keyClick(page.grid, Key.Key_5)
    rated: set[str] = set()

    def all_rated() -> bool:
        for call in list(paper(page).calls):
            if call[0] == "rate":
                assert isinstance(call[1], list)
                rated.update(call[1])
        return len(rated) == 10_000

    qtbot.waitUntil(all_rated, timeout=20_000)
    assert any("of 10,000" in sentence for sentence in told)


# ---- details and requests ------------------------------------------------------------------------------------


def test_details_show_how_it_was_made_and_ask_for_more(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.select_row(3)
    settle(qtbot, page)
    shown = " ".join(each.text() for each in page.details.findChildren(QLabel) if each.isVisibleTo(page.details))
    for expected in ("Texture", "Octaves", "512 × 512", "Gain"):
        assert expected in shown
    for command, signal in (
        ("recreate", page.recreate_requested),
        ("variations", page.variations_requested),
        ("use", page.use_parameters_requested),
    ):
        with qtbot.waitSignal(signal) as caught:
            page.details.command.emit(command)
        assert caught.args == [("item", "96")]
    with qtbot.waitSignal(page.send_requested) as caught:
        page.details.sent.emit("studio.mesh.relief")
    assert caught.args == [("item", "96"), "studio.mesh.relief"]


@pytest.mark.parametrize("command", ["recreate", "variations", "use", "send"])
def test_commands_are_about_the_item_at_the_cursor_while_its_details_are_awaited(
    qtbot: QtBot, open_page: OpenPage, command: str
) -> None:
    page = open_page(100)
    page.grid.select_row(3)
    settle(qtbot, page)
    page.grid.select_row(5)
    assert page.details.detail is not None
    assert page.details.detail.row.id == "96", "the details still show the item before"
    asked: list[object] = []
    for signal in (page.recreate_requested, page.variations_requested, page.use_parameters_requested):
        signal.connect(asked.append)
    page.send_requested.connect(lambda item, _generator: asked.append(item))
    page.commands.actions[command].trigger()
    page.grid.select_row(7)  # moving on changes nothing about what was asked for
    settle(qtbot, page)
    assert asked == [("item", "94")]
    page.grid.select_all()
    page.commands.actions[command].trigger()
    settle(qtbot, page)
    assert len(asked) == 1, "which of them is not known"


def test_a_command_about_an_item_that_has_gone_says_so(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.grid.select_row(3)
    paper(page).total = 50
    page.commands.actions["recreate"].trigger()
    qtbot.waitUntil(page.undo_bar.isVisible)
    assert page.undo_bar.accessibleName() == "Not in the library any more"
    settle(qtbot, page)


def test_f2_names_the_item_at_the_cursor_while_its_details_are_awaited(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.activateWindow()
    page.grid.setFocus()
    page.grid.select_row(3)
    settle(qtbot, page)
    page.grid.select_row(5)
    row = page.grid.current_row()
    assert row is not None
    QTest.keyClick(page.grid, Key.Key_F2)
    box = page.details._title_box
    assert (box.isVisible(), box.text()) == (True, row.title)
    QTest.keyClicks(box, "Fox")
    settle(qtbot, page)
    assert page.details.detail is not None
    assert page.details.detail.generator == "Texture", "the rest has followed"
    QTest.keyClick(box, Key.Key_Return)
    settle(qtbot, page)
    assert [call for call in paper(page).calls if call[0] in {"rename", "favourite"}] == [("rename", "94", "Fox")]


def test_the_folder_that_opens_is_that_of_the_item_at_the_cursor(
    qtbot: QtBot, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(100)
    opened: list[str] = []

    def open_it(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_it)
    page.grid.select_row(3)
    settle(qtbot, page)
    (tmp_path / "later").mkdir()
    page.rows.replace(["94"], lambda row: replace(row, path=tmp_path / "later" / "94.png"))
    page.grid.select_row(5)
    page.commands.actions["show"].trigger()
    assert opened == [str(tmp_path / "later")]
    settle(qtbot, page)


def test_the_details_of_another_item_begin_at_its_title(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.resize(900, 420)
    page.grid.select_row(1)
    settle(qtbot, page)
    bar = page.details._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    page.rows.refresh()
    settle(qtbot, page)
    assert bar.value() == bar.maximum(), "the same item stays where it was read"
    page.grid.select_row(2)
    qtbot.waitUntil(lambda: bar.value() == 0)


def test_lineage_leads_to_relatives_even_through_filters(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(100)
    page.filters.search.setText("96")
    qtbot.waitUntil(lambda: page.rows.count == 1)
    page.grid.select_row(0)
    settle(qtbot, page)
    page.details.relative_chosen.emit("95")
    qtbot.waitUntil(lambda: page.rows.count == 100)
    settle(qtbot, page)
    row = page.grid.current_row()
    assert row is not None
    assert row.id == "95"


HOSTILE = [
    "<b>bold</b>",
    "<img src='file:///etc/passwd'>",
    "&lt;script&gt;",
    "\u202egnp.exe",
    "a\nb\tc",
    "&File",
    "x" * 5000,
    "<a href='https://example.com'>go</a>",
]


def test_text_from_outside_is_shown_literally(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(len(HOSTILE), titles=dict(enumerate(HOSTILE)))
    for index, title in enumerate(reversed(HOSTILE)):
        page.grid.select_row(index)
        settle(qtbot, page)
        assert page.details._title.text() == title
        page.grid._hover(-1)
        page.grid._hover(index)
        tip = page.grid.viewport().toolTip()
        assert "<b>" not in tip
        assert "<img" not in tip
        assert "<a " not in tip
    labels = page.findChildren(QLabel)
    assert labels
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in labels)
    page.grab()


def test_every_control_has_an_accessible_name(qtbot: QtBot, open_page: OpenPage) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QScrollBar

    page = open_page(20)
    page.grid.select_row(0)
    settle(qtbot, page)
    for kind in (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit):
        for control in page.findChildren(kind):
            internal = isinstance(control, QScrollBar) or control.objectName().startswith("qt_")
            private = isinstance(control.parent(), QLineEdit)
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert internal or private or control.accessibleName() or text, control


def test_the_key_of_a_score_is_told_in_the_windows_language(
    qtbot: QtBot, qapp: QApplication, open_page: OpenPage
) -> None:
    page = open_page(3)
    detail = page.__dict__["paper"].detail("1")
    language = Language(qapp)
    language.use("zh_CN")
    page.details.show_detail(replace(detail, facts={"Key": "Bb minor"}))
    assert "B♭ 小调" in {each.text() for each in page.details.findChildren(QLabel)}
    language.use("en")
    settle(qtbot, page)


def test_why_a_search_cannot_be_answered_is_said_again_in_another_language(
    qtbot: QtBot, qapp: QApplication, open_page: OpenPage
) -> None:
    page = open_page(3)
    page.filters.show_error("This search is too long; 2,000 characters are the most.")
    language = Language(qapp)
    language.use("zh_CN")
    assert "搜索内容太长，最多 2,000 个字符。" in {each.text() for each in page.filters.findChildren(QLabel)}
    language.use("en")
    settle(qtbot, page)


# ---- quick look, dropping, ending ----------------------------------------------------------------------------


def test_space_opens_a_quick_look_and_arrows_step(qtbot: QtBot, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(100)
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(0)
    for number in (99, 98, 97):
        image.save(str(tmp_path / f"{number}.png"))
    page.grid.setFocus()
    page.grid.select_row(0)
    QTest.keyClick(page.grid, Key.Key_Space)
    look = page.peek.sheet
    assert look is not None
    qtbot.waitUntil(lambda: look.viewer is not None and look.viewer.path == tmp_path / "99.png")
    assert look.isVisible()
    QTest.keyClick(look, Key.Key_Right)
    qtbot.waitUntil(lambda: look.viewer is not None and look.viewer.path == tmp_path / "98.png", timeout=5000)
    assert page.grid.selection.current == 1
    QTest.keyClick(look, Key.Key_3)
    qtbot.waitUntil(lambda: ("rate", ["98"], 3) in paper(page).calls)
    QTest.keyClick(look, Key.Key_Space)
    assert not look.isVisible()


def test_every_command_is_offered_to_the_palette(open_page: OpenPage) -> None:
    texts = [action.text() for action in open_page(3).actions()]
    assert {"Recreate", "Variations", "Send to…", "Move to the trash", "Rename", "Export…", "Import…"} <= set(texts)
    assert all(texts)


def test_the_slider_and_ctrl_with_the_wheel_change_the_size_of_thumbnails(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(300)
    grid, slider = page.grid, page.filters._size
    columns = grid._geometry.columns
    assert (slider.value(), slider.isVisible()) == (grid.side, True)
    slider.setFocus()
    QTest.keyClick(slider, Key.Key_Home)
    assert grid.side == slider.minimum() == SMALLEST
    assert grid._geometry.columns > columns
    QTest.keyClick(slider, Key.Key_Right)
    assert grid.side == SMALLEST + 16
    QTest.keyClick(slider, Key.Key_End)
    assert grid.side == LARGEST
    assert grid._geometry.columns < columns
    at = QPointF(grid.viewport().rect().center())
    wheel = QWheelEvent(
        at, at, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, CTRL,
        Qt.ScrollPhase.NoScrollPhase, False,  # noqa: FBT003 - it has no name
    )  # fmt: skip
    QApplication.sendEvent(grid.viewport(), wheel)
    assert grid.side == slider.value() == LARGEST - 16
    assert page.state()["side"] == LARGEST - 16
    settle(qtbot, page)


def test_dropped_files_are_imported(qtbot: QtBot, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(10)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "picture.png"))])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    page.dropEvent(event)
    qtbot.waitUntil(lambda: page.rows.count == 11)
    assert ("take_in", [tmp_path / "picture.png"]) in paper(page).calls


def test_what_is_remembered_comes_back_and_nonsense_is_ignored(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(10)
    page.restore_state({"side": 240, "split": [600, 400], "sort": "title"})
    assert page.grid.side == 240
    assert page.state()["side"] == 240
    page.restore_state({"side": "large", "split": [1], "sort": 7})
    assert page.grid.side == 240
    filters: dict[str, Any] = {"kind": "image", "favourites": True, "rating": 3, "days": 7}
    page.restore_state(filters)
    assert filters.items() <= page.state().items()
    page.restore_state({"kind": "smell", "favourites": 1, "rating": 9, "days": [], "text": "fox", "trash": True})
    assert filters.items() <= page.state().items()
    assert page.filters.query == Query(sort="title", **filters)


@pytest.mark.parametrize("focus", ["grid", "search"])
def test_f11_fills_the_screen_with_the_current_item_and_escape_leads_back(
    qtbot: QtBot, open_page: OpenPage, focus: str
) -> None:
    page = open_page(10)
    page.activateWindow()
    page.grid.select_row(2)
    box = page.filters.search if focus == "search" else page.grid
    box.setFocus()
    settle(qtbot, page)
    QTest.keyClick(box, Key.Key_F11)
    settle(qtbot, page)
    screens = [each for each in QApplication.topLevelWidgets() if isinstance(each, FullScreen) and each.isVisible()]
    assert len(screens) == 1
    QTest.keyClick(screens[0], Key.Key_Escape)
    assert page.peek.sheet is not None
    assert page.peek.sheet.viewer is not None
    assert not page.peek.sheet.viewer.fills_screen
    page.peek.sheet.close()


def test_closing_ends_every_thread(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    pool = Background()
    done: list[int] = []
    for number in range(20):
        pool.run(lambda number=number: number, done.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(done) == 20)
    assert sorted(done) == list(range(20))
    pool.close()
    assert {thread for thread in threading.enumerate() if thread not in before and thread.is_alive()} == set()


def test_cancelled_work_and_work_for_the_dead_calls_nobody(qtbot: QtBot) -> None:
    from PySide6.QtCore import QObject

    called: list[object] = []
    pool, owner = Background(threads=1), QObject()  # one thread, so that nothing runs before the gate opens
    gate = threading.Event()
    pool.run(gate.wait, called.append)
    cancelled = pool.run(lambda: 1, called.append)
    pool.run(lambda: 2, called.append, None, owner)
    cancelled.cancel()
    owner.deleteLater()
    qtbot.wait(5)
    del owner
    gate.set()
    qtbot.waitUntil(lambda: not pool.busy)
    time.sleep(0.01)
    qtbot.wait(10)
    assert called == [True]
    pool.close()


def test_who_keeps_a_task_keeps_neither_what_it_read_nor_what_it_made(qtbot: QtBot) -> None:
    class Large:
        pass

    read, made = Large(), Large()
    alive = [weakref.ref(read), weakref.ref(made)]
    made_of = {id(read): made}
    done: list[bool] = []
    pool = Background()
    kept = pool.run(lambda read=read: made_of.pop(id(read)), lambda result: done.append(isinstance(result, Large)))  # type: ignore[misc]
    del read, made
    qtbot.waitUntil(lambda: done == [True])
    gc.collect()
    assert [reference() for reference in alive] == [None, None]
    kept.cancel()
    pool.close()


@pytest.mark.parametrize("width", [300, 420, 900])
def test_the_empty_page_says_its_whole_sentence_at_any_width(qtbot: QtBot, width: int) -> None:
    empty = EmptyState()
    qtbot.addWidget(empty)
    empty.resize(width, 600)
    empty.show()
    for text in empty.findChildren(QLabel):
        assert text.height() >= text.heightForWidth(text.width())

"""Files that leave and enter the library page, over a real library: exports, imports, dragging, their folder."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.library import Item, Origin, formats
from studio.library.library import Library
from studio.shell.library.dragging import ITEMS
from studio.shell.library.page import LibraryPage
from studio.shell.library.real_source import LibrarySource
from studio.shell.viewers.background import Background

CTRL = Qt.KeyboardModifier.ControlModifier
OpenPage = Callable[..., LibraryPage]

DRAWING = (
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8"/></svg>\n'
)


def picture(title: str) -> sdk.Image:
    return sdk.Image(np.full((24, 32, 3), 120, np.uint8), title=title)


def voxel(*, leaning: bool = False) -> sdk.Mesh:
    """A cube of one voxel; leaning, it is none."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    if leaning:
        corners[:, 0] += 0.3 * corners[:, 1]
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in sides for face in ((a, b, c), (a, c, d))]
    return sdk.Mesh(corners, np.array(faces, np.uint32), title="Cube")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def open_page(qtbot: QtBot, library: Library) -> Iterator[OpenPage]:
    """Opens pages over the library with what is to be in it, and closes their threads."""
    pools: list[Background] = []

    def make(*artifacts: sdk.Artifact) -> LibraryPage:
        for artifact in artifacts:
            library.save(artifact, Origin(generator="tests.secret", values={"prompt": "a secret"}))
        pool = Background()
        pools.append(pool)
        page = LibraryPage(LibrarySource(library, dict), background=pool)
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        page.open()
        qtbot.waitUntil(lambda: page.rows.loaded and not pool.busy, timeout=10_000)
        page.grid.setFocus()
        return page

    yield make
    for pool in pools:
        pool.close()
    qtbot.wait(1)


def items(library: Library) -> list[Item]:
    """What is in the library, newest first."""
    return list(library.search(""))


def sentence(qtbot: QtBot, page: LibraryPage) -> str:
    """What the page tells next at its bottom."""
    qtbot.waitUntil(page.undo_bar.isVisible, timeout=20_000)
    said: str = page.undo_bar.accessibleName()
    page.undo_bar.hide()
    return said


def asked(qtbot: QtBot, page: LibraryPage) -> QFileDialog:
    """The dialog that asks where to write, once it is open."""
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is not None, timeout=20_000)
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.isVisible()
    return dialog


def press_save(dialog: QFileDialog, path: Path | str) -> None:
    box = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(box, QLineEdit)
    box.setText(str(path))
    buttons = dialog.findChild(QDialogButtonBox)
    assert isinstance(buttons, QDialogButtonBox)
    buttons.button(QDialogButtonBox.StandardButton.Save).click()


# ---- exporting -----------------------------------------------------------------------------------------------


def test_one_item_is_exported_in_the_format_its_name_ends_in(
    qtbot: QtBot, open_page: OpenPage, library: Library, tmp_path: Path
) -> None:
    page = open_page(picture("Red fox"))
    page.grid.select_row(0)
    QTest.keyClick(page.grid, Qt.Key.Key_E, CTRL)
    for name, signature in (("a.png", b"\x89PNG"), ("b.jpg", b"\xff\xd8\xff")):
        dialog = asked(qtbot, page)
        assert dialog.nameFilters() == ["PNG (*.png)", "JPEG (*.jpg)", "WebP (*.webp)"]
        assert [Path(path).name for path in dialog.selectedFiles()] == [Path(items(library)[0].file).name]
        press_save(dialog, tmp_path / name)
        assert sentence(qtbot, page) == f"1 file written to {tmp_path}."
        assert (tmp_path / name).read_bytes().startswith(signature)
        qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)
        page.commands.actions["export"].trigger()
    asked(qtbot, page).reject()


def test_a_name_without_an_ending_gets_that_of_the_format_chosen(
    qtbot: QtBot, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(picture("Red fox"))
    page.grid.select_row(0)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)
    dialog.selectNameFilter("WebP (*.webp)")
    dialog.filterSelected.emit("WebP (*.webp)")
    press_save(dialog, tmp_path / "fox")
    assert sentence(qtbot, page) == f"1 file written to {tmp_path}."
    assert (tmp_path / "fox.webp").read_bytes()[8:12] == b"WEBP"


def test_an_export_that_fails_says_why_and_one_that_is_cancelled_says_nothing(
    qtbot: QtBot, open_page: OpenPage, library: Library, tmp_path: Path
) -> None:
    page = open_page(picture("Red fox"))
    page.grid.select_row(0)
    page.commands.actions["export"].trigger()
    press_save(asked(qtbot, page), tmp_path / "fox.mp3")
    assert "“fox.mp3” can't be written: a picture can be saved as .png, .jpg, .webp." in sentence(qtbot, page)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)
    page.commands.actions["export"].trigger()
    asked(qtbot, page).reject()
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)
    qtbot.wait(50)
    assert not page.undo_bar.isVisible()
    library.store.path(items(library)[0]).unlink()
    page.commands.actions["export"].trigger()
    press_save(asked(qtbot, page), tmp_path / "fox.png")
    assert "The file of “Red fox” is missing" in sentence(qtbot, page)
    assert not list(tmp_path.glob("fox.*"))


def test_what_is_there_is_written_over_only_by_consent(qtbot: QtBot, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(picture("Red fox"))
    (tmp_path / "fox.png").write_bytes(b"old")
    page.grid.select_row(0)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)

    def refuse() -> None:
        box = dialog.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        box.button(QMessageBox.StandardButton.No).click()

    QTimer.singleShot(100, refuse)
    press_save(dialog, tmp_path / "fox.png")
    assert dialog.isVisible()
    dialog.reject()
    assert (tmp_path / "fox.png").read_bytes() == b"old"


@pytest.mark.parametrize("share", [False, True])
def test_several_items_are_exported_into_a_folder(
    qtbot: QtBot, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: bool
) -> None:
    page = open_page(picture("Red fox"), picture("Blue harbour"))
    page.grid.select_all()
    command = page.commands.actions["share" if share else "export"]
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    command.trigger()
    qtbot.wait(20)
    assert not page.undo_bar.isVisible()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    command.trigger()
    assert sentence(qtbot, page) == f"2 files written to {folder}."
    assert len(list(folder.glob("*.png"))) == 2
    assert all((b"a secret" in path.read_bytes()) is not share for path in folder.iterdir())
    folder.rename(tmp_path / "gone")
    folder.write_bytes(b"a file stands where the folder was")
    command.trigger()
    assert sentence(qtbot, page).startswith("That did not work: ")


def test_a_drawing_is_offered_as_svg_and_prose_is_not(
    qtbot: QtBot, open_page: OpenPage, library: Library, tmp_path: Path
) -> None:
    page = open_page(sdk.Text("A fox in the snow.", title="Tale"), sdk.Text(DRAWING, title="Fox (SVG)"))
    page.grid.select_row(0)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)
    assert dialog.nameFilters()[0] == "SVG (*.svg)"
    press_save(dialog, tmp_path / "fox")
    assert sentence(qtbot, page) == f"1 file written to {tmp_path}."
    assert (tmp_path / "fox.svg").read_text() == DRAWING
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)
    page.grid.select_row(1)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)
    assert dialog.nameFilters() == ["TXT (*.txt)", "Markdown (*.md)"]
    press_save(dialog, tmp_path / "tale.svg")
    assert "this text is no drawing in SVG" in sentence(qtbot, page)
    assert not (tmp_path / "tale.svg").exists()


def test_an_object_of_voxels_is_offered_as_vox_and_another_is_not(
    qtbot: QtBot, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(voxel(leaning=True), voxel())
    page.grid.select_row(0)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)
    assert dialog.nameFilters() == [f"{name} (*.{name.lower()})" for name in ("GLB", "OBJ", "STL", "PLY", "VOX")]
    press_save(dialog, tmp_path / "cube.vox")
    assert sentence(qtbot, page) == f"1 file written to {tmp_path}."
    assert (tmp_path / "cube.vox").read_bytes()[:8] == b"VOX " + struct.pack("<i", 150)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is None)
    page.grid.select_row(1)
    page.commands.actions["export"].trigger()
    dialog = asked(qtbot, page)
    assert "VOX (*.vox)" not in dialog.nameFilters()
    dialog.reject()


# ---- importing -----------------------------------------------------------------------------------------------


def choose(monkeypatch: pytest.MonkeyPatch, *files: Path) -> list[str]:
    """Answer the dialog for importing with `files`; returns the filters it was opened with."""
    filters: list[str] = []

    def answer(_parent: Any, _title: str, _folder: str, offered: str) -> tuple[list[str], str]:
        filters.append(offered)
        return [str(file) for file in files], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", answer)
    return filters


def test_ctrl_i_and_the_button_take_chosen_files_in(
    qtbot: QtBot, open_page: OpenPage, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    formats.write(picture(""), tmp_path / "Holiday.png")
    filters = choose(monkeypatch, tmp_path / "Holiday.png")
    QTest.keyClick(page.filters.search, Qt.Key.Key_I, CTRL)
    assert sentence(qtbot, page) == "1 file added to the library."
    qtbot.waitUntil(lambda: page.rows.count == 1)
    assert [item.title for item in items(library)] == ["Holiday"]
    readable, everything = filters[0].split(";;")
    assert everything == "All files (*)"
    for ending in ("*.png", "*.jpeg", "*.flac", "*.mid", "*.glb", "*.mp4", "*.txt"):
        assert ending in readable
    choose(monkeypatch)
    page.filters.take_in.click()
    qtbot.wait(30)
    assert len(items(library)) == 1, "a cancelled dialog imports nothing"


def test_files_that_cannot_be_taken_in_are_told_also_beside_others(
    qtbot: QtBot, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    formats.write(picture(""), tmp_path / "a.png")
    broken = [tmp_path / "b.png", tmp_path / "c.png"]
    for path in broken:
        path.write_bytes(b"\x00\x01\x02" * 50)
    why = "“b.png” can't be opened: it is nothing the studio can read, or it is damaged."
    choose(monkeypatch, broken[0])
    page.commands.actions["import"].trigger()
    assert sentence(qtbot, page) == f"That did not work: {why}"
    choose(monkeypatch, tmp_path / "a.png", *broken)
    page.commands.actions["import"].trigger()
    told = sentence(qtbot, page)
    assert told == f"1 file added to the library. 2 could not be added, the first for this: {why}"


# ---- dragging, showing in the folder -------------------------------------------------------------------------


def test_what_is_dragged_out_are_the_files_of_all_selected_items(
    qtbot: QtBot, open_page: OpenPage, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(picture("Red fox"), sdk.Text("A tale.", title="Tale"))
    carried: list[tuple[list[QUrl], bytes, bool]] = []

    def drop(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        data = drag.mimeData()
        carried.append((data.urls(), bytes(data.data(ITEMS).data()), drag.pixmap().isNull()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    page.grid.select_all()
    view, at = page.grid.viewport(), page.grid._cell_rect(0).center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(view, at + QPoint(60, 40))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 40))
    urls, ids, pictureless = carried[0]
    assert [Path(url.toLocalFile()) for url in urls] == [library.store.path(item) for item in items(library)]
    assert all(url.isLocalFile() and Path(url.toLocalFile()).is_file() for url in urls)
    assert ids.decode().split("\n") == [item.id for item in items(library)]
    assert not pictureless
    assert len(page.grid.selection.rows) == 2, "what was dragged stays selected"


def test_show_in_folder_opens_the_folder_or_says_where_it_is(
    qtbot: QtBot, open_page: OpenPage, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(picture("Red fox"))
    folder = library.store.path(items(library)[0]).parent
    opened: list[str] = []
    can_open = True

    def open_it(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return can_open

    monkeypatch.setattr(QDesktopServices, "openUrl", open_it)
    page.grid.select_row(0)
    QTest.keyClick(page.grid, Qt.Key.Key_O, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert opened == [str(folder)]
    assert not page.undo_bar.isVisible()
    can_open = False
    page.commands.actions["show"].trigger()
    assert sentence(qtbot, page) == f"The folder could not be opened. It is {folder}."

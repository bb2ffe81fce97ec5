"""Looking inside a dataset: small pictures of scores and meshes, and how texts begin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.library import formats
from studio.sdk import Note, Score, Track
from studio.sdk.datasets import Dataset, DatasetItem
from studio.sdk.testing.samples import sample_input
from studio.shell.teach import dataset_table
from studio.shell.teach.dataset_dialog import DatasetDialog
from studio.shell.teach.dataset_table import FILE, FIRST_LINES, ICON_SIDE, DatasetTable, beginning, icon_width
from studio.shell.viewers.inspector import Inspector


@pytest.fixture(autouse=True)
def closed_afterwards(qtbot: QtBot) -> Iterator[None]:
    """Ends the inspecting process after each test."""
    yield
    Inspector.shared().close()


def small(table: DatasetTable, row: int, mode: QIcon.Mode = QIcon.Mode.Normal) -> QPixmap | None:
    """The picture of a row, as the view asks for it."""
    found = table.data(table.index(row, FILE), Qt.ItemDataRole.DecorationRole)
    assert found is None or isinstance(found, QIcon)
    return None if found is None else found.pixmap(found.availableSizes()[0], mode)


def tunes(folder: Path, count: int) -> tuple[DatasetItem, ...]:
    """MIDI files, each of another note."""
    items = []
    for number in range(count):
        path = folder / f"{number}.mid"
        formats.encode(Score((Track("A", (Note(0.0, 1.0, 40 + number), Note(2.0, 2.0, 60))),)), path, None)
        items.append(DatasetItem(path))
    return tuple(items)


def blots(folder: Path, count: int) -> tuple[DatasetItem, ...]:
    """Pictures, each of another colour."""
    items = []
    for number in range(count):
        path = folder / f"{number}.png"
        picture = QImage(64, 32, QImage.Format.Format_RGB32)
        picture.fill(0x102030 * (number + 1))
        picture.save(str(path))
        items.append(DatasetItem(path))
    return tuple(items)


@pytest.mark.parametrize("kind", ["score", "mesh"])
def test_scores_and_meshes_have_small_pictures(qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    path, broken = tmp_path / ("a.mid" if kind == "score" else "a.glb"), tmp_path / "b.mid"
    formats.encode(sample_input(kind), path, None)
    broken.write_bytes(b"MThd")
    dialog = DatasetDialog(Dataset("tunes", kind, tmp_path, (DatasetItem(broken), DatasetItem(path))), {})
    qtbot.addWidget(dialog)
    table = dialog.table
    assert small(table, 0) is None
    qtbot.waitUntil(lambda: small(table, 1) is not None, timeout=20_000)
    picture = small(table, 1)
    assert picture is not None
    assert max(picture.width(), picture.height()) == icon_width(kind)
    shown = picture.toImage()
    assert len({shown.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}) > 3
    assert small(table, 0) is None  # what is damaged has none
    assert dialog.view.verticalHeader().defaultSectionSize() > ICON_SIDE


@pytest.mark.parametrize("kind", ["score", "image"])
def test_pictures_out_of_sight_wait_until_they_are_seen_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(dataset_table, "_MOST_ASKED", 2)
    files = tunes if kind == "score" else blots
    table = DatasetTable(Dataset("tunes", kind, tmp_path, files(tmp_path, 6)))
    for row in range(6):
        small(table, row)
    assert len(table._asked) == 2
    qtbot.waitUntil(lambda: small(table, 5) is not None, timeout=20_000)
    qtbot.waitUntil(lambda: small(table, 0) is not None, timeout=20_000)
    table.deleteLater()


def test_a_chosen_picture_keeps_its_colours(qtbot: QtBot, tmp_path: Path) -> None:
    table = DatasetTable(Dataset("blots", "image", tmp_path, blots(tmp_path, 1)))
    qtbot.waitUntil(lambda: small(table, 0) is not None)
    chosen = small(table, 0, QIcon.Mode.Selected)
    assert chosen is not None
    assert chosen.toImage().pixelColor(5, 5).rgb() == 0xFF102030
    table.deleteLater()


def test_a_search_chooses_the_first_row_it_finds(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = DatasetDialog(Dataset("blots", "image", tmp_path, blots(tmp_path, 3)), {})
    qtbot.addWidget(dialog)
    dialog.search_box.setText("2")
    QApplication.clipboard().setText("lilac")
    dialog.paste()
    assert dialog.table.changed == {2: "lilac"}


def test_pasted_lines_that_find_no_row_are_told_of(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = DatasetDialog(Dataset("blots", "image", tmp_path, blots(tmp_path, 3)), {})
    qtbot.addWidget(dialog)
    dialog.view.selectRow(1)
    for lines, told in (("a\nb\nc\nd", "2 pasted lines found no row."), ("a\nb\nc", "One pasted line found no row.")):
        QApplication.clipboard().setText(lines)
        dialog.paste()
        assert (dialog.problem.text(), dialog.problem.isVisibleTo(dialog)) == (told, True)
    QApplication.clipboard().setText("a\nb")
    dialog.paste()
    assert not dialog.problem.isVisibleTo(dialog)
    assert dialog.table.changed == {1: "a", 2: "b"}


def test_the_chosen_text_shows_how_it_begins(qtbot: QtBot, tmp_path: Path) -> None:
    plain, copied = tmp_path / "plain.txt", tmp_path / "texts.jsonl"
    plain.write_text("\ufeffEs war einmal <b>ein</b> Fuchs,\n" + "der lief.\n" * 100, encoding="utf-8")
    line = json.dumps({"text": "一只狐狸\n在雪里"}).encode() + b"\n"
    copied.write_bytes(b"{}\n" + line)
    items = (
        DatasetItem(plain),
        DatasetItem(copied, meta={"offset": 3, "bytes": len(line), "from": "b.txt"}),
        DatasetItem(tmp_path / "gone.txt"),
    )
    dialog = DatasetDialog(Dataset("tales", "text", tmp_path, items), {})
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.text.toPlainText().startswith("Es war einmal <b>ein</b> Fuchs,\nder lief."))
    assert len(dialog.text.toPlainText().splitlines()) == FIRST_LINES
    dialog.view.selectRow(1)
    qtbot.waitUntil(lambda: dialog.text.toPlainText() == "一只狐狸\n在雪里")
    dialog.view.selectRow(2)
    qtbot.waitUntil(lambda: "cannot be read: No such file" in dialog.text.toPlainText())
    dialog.search_box.setText("plain")
    qtbot.waitUntil(lambda: dialog.text.toPlainText().startswith("Es war"))
    dialog.search_box.setText("nothing of this name")
    assert dialog.text.toPlainText() == ""


def test_a_text_of_any_length_begins_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as stream:
        stream.write("雪".encode() * 2000)
        stream.truncate(2**33)
    assert beginning(DatasetItem(path)) == "雪" * dataset_table.FIRST_LETTERS

"""Viewers: what they show of good files, and the one sentence they say about bad ones."""

from __future__ import annotations

import ctypes
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.engine.environment import NICENESS
from studio.library import Item, formats
from studio.library.library import Library
from studio.shell.library.thumbnails import decode
from studio.shell.viewers import mesh as mesh_viewer
from studio.shell.viewers import viewer_for
from studio.shell.viewers.background import Background
from studio.shell.viewers.base import FullScreen, Viewer
from studio.shell.viewers.image import ImageViewer
from studio.shell.viewers.inspector import Inspector, Measured
from studio.shell.viewers.leftovers import remove_leftovers
from studio.shell.viewers.mesh import MeshViewer
from studio.shell.viewers.music import MusicViewer, measure_chunk
from studio.shell.viewers.pictures import Picture
from studio.shell.viewers.quick_look import QuickLook
from studio.shell.viewers.text import MOST_BYTES, TextViewer
from studio.shell.viewers.video import VideoViewer
from studio.shell.warming import BY_KIND

Key = Qt.Key


@pytest.fixture(autouse=True)
def closed_afterwards(qtbot: QtBot) -> Iterator[None]:
    """Ends the shared threads and the inspecting process after each test."""
    yield
    Inspector.shared().close()
    Background.shared().close()
    for shared in (Inspector.shared(), Background.shared()):
        shared.deleteLater()
        shared.setParent(None)
    qtbot.wait(1)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small good file of every medium."""
    folder = tmp_path_factory.mktemp("media")
    seconds = np.arange(24_000) / 24_000
    sound = (0.5 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32)
    notes = tuple(sdk.Note(float(beat), 0.9, 60 + beat, 80) for beat in range(4))
    drums = (sdk.Note(0.0, 0.25, 36, 100),)
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    made: dict[str, sdk.Artifact] = {
        "text.txt": sdk.Text("A fox walks through snow.\n\nIt is cold."),
        "image.png": sdk.Image(np.zeros((48, 64, 3), np.uint8) + np.array([200, 40, 40], np.uint8)),
        "audio.flac": sdk.Audio(np.stack([sound, sound], 1), 24_000),
        "score.mid": sdk.Score(
            (sdk.Track("Lead", notes), sdk.Track("Drums", drums, drums=True)), 90.0, (3, 4), "D minor"
        ),
        "mesh.glb": sdk.Mesh(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.uint32)),
    }
    for name, artifact in made.items():
        formats.write(artifact, folder / name)
    return {name.split(".")[0]: folder / name for name in made}


def shown(qtbot: QtBot, kind: str) -> Viewer:
    viewer = viewer_for(kind)
    qtbot.addWidget(viewer)
    viewer.resize(640, 480)
    viewer.show()
    return viewer


def load(qtbot: QtBot, viewer: Viewer, path: Path) -> None:
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(path)


# ---- all of them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "image", "audio", "score"])
def test_a_good_file_is_shown_and_let_go(qtbot: QtBot, media: dict[str, Path], kind: str) -> None:
    viewer = shown(qtbot, kind)
    load(qtbot, viewer, media[kind])
    assert str(viewer.path) == str(media[kind])
    viewer.grab()
    viewer.clear()
    assert viewer.path is None
    viewer.grab()


def _hostile(kind: str, good: bytes) -> dict[str, bytes]:
    noise = np.random.default_rng(3).integers(0, 256, 2000, np.uint8).tobytes()
    return {
        "empty": b"",
        "noise": noise,
        "truncated": good[: len(good) // 2],
        "head and noise": good[:24] + noise,
        "markup": b"<b>x</b><img src='file:///etc/passwd'>" * 10,
    }


@pytest.mark.parametrize("kind", ["image", "audio", "score", "mesh"])
def test_a_damaged_file_is_one_sentence_and_no_crash(
    qtbot: QtBot, media: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    for name, data in _hostile(kind, media[kind].read_bytes()).items():
        path = tmp_path / f"{name}{media[kind].suffix}"
        path.write_bytes(data)
        said: list[str] = []
        viewer = shown(qtbot, kind)
        viewer.failed.connect(said.append)
        viewer.loaded.connect(partial(said.append, ""))
        viewer.show_file(path)
        qtbot.waitUntil(partial(bool, said), timeout=30_000)
        viewer.grab()
        if name in {"empty", "noise", "markup"}:
            assert said[0], name
            assert "\n" not in said[0]


def test_a_missing_file_is_one_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    for kind in ("text", "image", "audio", "score", "mesh"):
        viewer = shown(qtbot, kind)
        with qtbot.waitSignal(viewer.failed, timeout=20_000) as caught:
            viewer.show_file(tmp_path / "gone.bin")
        assert caught.args[0]


def test_labels_show_text_literally_and_controls_have_names(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QAbstractButton

    for kind in ("text", "image", "audio", "mesh", "video"):
        viewer = shown(qtbot, kind)
        assert all(each.textFormat() == Qt.TextFormat.PlainText for each in viewer.findChildren(QLabel))
        for button in viewer.findChildren(QAbstractButton):
            assert button.accessibleName() or button.text(), (kind, button)
        assert viewer.actions()


def test_the_window_never_loads_numpy_or_decoders(media: dict[str, Path]) -> None:
    script = f"""
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
app = QApplication([])
from studio.shell.viewers import viewer_for
from studio.shell.viewers.background import Background
from studio.shell.viewers.inspector import Inspector, Measured
left = []
for kind, path in {[(kind, str(path)) for kind, path in media.items() if kind != "mesh"]!r}:
    viewer = viewer_for(kind)
    viewer.loaded.connect(lambda: (left.pop(), left or app.quit()))
    left.append(viewer)
    viewer.show_file(Path(path))
QTimer.singleShot(60000, app.quit)
app.exec()
heavy = {{"numpy", "soundfile", "PIL", "mido", "trimesh", "torch", "scipy"}} & set(sys.modules)
print("left", len(left), "heavy", sorted(heavy))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False)
    assert "left 0 heavy []" in done.stdout, done.stdout + done.stderr


# ---- text ----------------------------------------------------------------------------------------------------


def test_text_streams_in_and_follows_only_at_the_end(qtbot: QtBot) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    for number in range(200):
        viewer.append_text(f"line {number}\n")
    bar = viewer.page.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    viewer.append_text("more\n")
    assert bar.value() == 0
    assert viewer.text.endswith("line 199\nmore\n")


def test_markup_and_control_characters_stay_text(qtbot: QtBot, tmp_path: Path) -> None:
    hostile = "<b>bold</b> <img src='file:///etc/passwd'> \u202egnp.exe &amp; a\0b"
    path = tmp_path / "hostile.txt"
    path.write_text(hostile, encoding="utf-8")
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, path)
    assert viewer.text == hostile.replace("\0", "\ufffd")
    viewer.clear()
    viewer.append_text(hostile)
    assert viewer.text == hostile.replace("\0", "\ufffd")


def test_bytes_that_are_no_text_and_very_long_files_are_shown_in_part(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"\xff\xfe word " * (MOST_BYTES // 4))
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, path)
    assert viewer.page.isReadOnly(), "a part must not be kept as if it were the whole"
    assert "too long" in viewer._count.whole
    assert max(map(len, viewer.text.split("\n"))) <= 4000


def _save_as(viewer: TextViewer, path: Path) -> list[str]:
    """Choose `path` in the dialog that the viewer opened; returns the formats it offers."""
    dialog = viewer.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    box = dialog.findChild(QLineEdit, "fileNameEdit")
    buttons = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QLineEdit)
    assert isinstance(buttons, QDialogButtonBox)
    box.setText(str(path))
    offered = dialog.nameFilters()
    buttons.button(QDialogButtonBox.StandardButton.Save).click()
    return offered


def _action(viewer: TextViewer, text: str) -> QAction:
    return next(action for action in viewer.actions() if action.text() == text)


def test_all_of_a_text_is_copied_and_exported_as_markdown(qtbot: QtBot, media: dict[str, Path], tmp_path: Path) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    viewer.page.moveCursor(QTextCursor.MoveOperation.End)
    viewer.page.setReadOnly(False)
    QTest.keyClicks(viewer.page, " Very.")
    QTest.keyClick(viewer.page, Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    written = "A fox walks through snow.\n\nIt is cold. Very."
    assert QApplication.clipboard().text() == written
    _action(viewer, "Export as Markdown…").trigger()
    assert _save_as(viewer, tmp_path / "fox") == ["Markdown (*.md)", "TXT (*.txt)"]
    qtbot.waitUntil(lambda: viewer._count.whole == f"Written to {tmp_path / 'fox.md'}.")
    assert (tmp_path / "fox.md").read_text(encoding="utf-8") == written
    qtbot.waitUntil(lambda: viewer.findChild(QFileDialog) is None)
    _action(viewer, "Export as Markdown…").trigger()
    dialog = viewer.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.reject()
    qtbot.waitUntil(lambda: viewer.findChild(QFileDialog) is None)
    assert [path.name for path in tmp_path.iterdir()] == ["fox.md"]


def test_an_export_of_a_text_that_fails_says_why(qtbot: QtBot, media: dict[str, Path], tmp_path: Path) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    (tmp_path / "folder").mkdir()
    _action(viewer, "Export as Markdown…").trigger()
    dialog = viewer.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    (tmp_path / "folder").rmdir()
    dialog.fileSelected.emit(str(tmp_path / "folder" / "fox.md"))  # gone since it was chosen
    qtbot.waitUntil(lambda: viewer._count.whole.startswith("The file could not be written: "))
    dialog.reject()


def test_a_drawing_is_exported_as_svg_with_its_long_lines_whole(qtbot: QtBot, tmp_path: Path) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0' + "l1.25 3.75" * 900 + '"/></svg>\n'
    path = tmp_path / "fox.txt"
    path.write_text(drawing)
    load(qtbot, viewer, path)
    assert viewer.text != drawing, "it is shown with its lines broken"
    _action(viewer, "Copy all").trigger()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() == drawing)
    _action(viewer, "Export as SVG…").trigger()
    assert _save_as(viewer, tmp_path / "out") == ["SVG (*.svg)", "TXT (*.txt)"]
    qtbot.waitUntil((tmp_path / "out.svg").is_file)
    assert (tmp_path / "out.svg").read_text() == drawing
    viewer.clear()
    assert _action(viewer, "Export as Markdown…")


def test_editing_is_announced_once(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    viewer.page.moveCursor(QTextCursor.MoveOperation.End)
    with qtbot.waitSignal(viewer.edited, timeout=3000) as caught:
        QTest.keyClicks(viewer.page, " Very.")
    assert caught.args[0].endswith("It is cold. Very.")
    assert not viewer._keep.isEnabled(), "only items of the library have versions"


def test_an_edited_text_is_kept_as_a_new_item_made_from_the_old(qtbot: QtBot, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        old = library.save(sdk.Text("A fox.", title="Fox tale"))
        viewer = shown(qtbot, "text")
        assert isinstance(viewer, TextViewer)
        with qtbot.waitSignal(viewer.loaded, timeout=5000):
            viewer.show_file(library.store.path(old), old)
        viewer.page.moveCursor(QTextCursor.MoveOperation.End)
        with qtbot.waitSignal(viewer.edited, timeout=3000):
            QTest.keyClicks(viewer.page, " It ran.")
        assert viewer._keep.isEnabled()
        with qtbot.waitSignal(viewer.version_kept, timeout=20_000) as caught:
            viewer._keep.trigger()
        library.poll()
        assert caught.args[0] == old.id
        new = library.get(caught.args[1])
        assert library.store.path(new).read_text(encoding="utf-8").rstrip() == "A fox. It ran."
        assert [parent.item for parent in new.parents] == [old.id]
        assert library.store.path(old).read_text(encoding="utf-8").rstrip() == "A fox."


def _edited(qtbot: QtBot, path: Path, item: Item | None = None) -> TextViewer:
    """A text viewer in which something was typed at the end of a file."""
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    with qtbot.waitSignal(viewer.loaded, timeout=5000):
        viewer.show_file(path, item)
    viewer.page.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(viewer.page, " It ran.")
    return viewer


def test_an_edited_text_that_is_left_is_kept_once(qtbot: QtBot, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        old = library.save(sdk.Text("A fox.", title="Fox tale"))
        viewer = _edited(qtbot, library.store.path(old), old)
        viewer.show_file(library.store.path(old), old)
        assert viewer.text.endswith("It ran."), "what is shown already is not read again over an edit"
        with qtbot.waitSignal(viewer.version_kept, timeout=20_000) as caught:
            viewer._keep_version()
            viewer.clear()
        assert viewer.text == ""
        library.poll()
        new = library.get(caught.args[1])
        assert (caught.args[0], library.store.path(new).read_text("utf-8").split()[-1]) == (old.id, "ran.")
        qtbot.waitUntil(lambda: not Background.shared().busy, timeout=20_000)
        assert len(library.search("kind:text")) == 2


def test_an_edited_text_is_kept_though_everything_closes_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        old = library.save(sdk.Text("A fox.", title="Fox tale"))
        viewer = _edited(qtbot, library.store.path(old), old)
        done: list[int] = []

        def busy(number: int) -> None:
            time.sleep(0.1)
            done.append(number)

        for number in range(3):
            Background.shared().run(partial(busy, number), done.append)
        viewer.clear()
        Background.shared().close()
        library.poll()
        assert len(library.search("kind:text")) == 2
        assert 2 not in done, "other work that waits is dropped"


def test_an_edit_that_cannot_be_kept_is_there_again_with_its_file(qtbot: QtBot, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        old = library.save(sdk.Text("A fox.", title="Fox tale"))
        outside = tmp_path / "outside.txt"
        outside.write_text("A wolf.", encoding="utf-8")
        for path, item in ((library.store.path(old), replace(old, id="0" * 26)), (outside, None)):
            viewer = _edited(qtbot, path, item)
            lost: list[str] = []
            viewer.version_lost.connect(lost.append)
            viewer.clear()
            qtbot.waitUntil(lambda: not Background.shared().busy, timeout=20_000)
            assert len(lost) == (item is not None)
            with qtbot.waitSignal(viewer.loaded, timeout=5000):
                viewer.show_file(path, item)
            assert viewer.text.rstrip().endswith("It ran.")
            viewer.page.setPlainText(viewer._saved)


def test_an_edit_that_cannot_be_kept_is_not_lost_while_its_file_is_read_again(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "fox.txt"
    path.write_text("A fox.", encoding="utf-8")
    viewer = _edited(qtbot, path, None)
    edited, before = viewer.text, viewer._saved
    viewer._saved = edited
    viewer.clear()
    with qtbot.waitSignal(viewer.loaded, timeout=5000):
        viewer.show_file(path)
        viewer._not_kept(path, "", edited, before, OSError(28, "No space left on device"))
    assert viewer.text == edited


def test_escape_in_the_find_box_is_not_the_windows(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    cancelled: list[bool] = []
    escape = QAction(viewer, shortcut=QKeySequence("Escape"))
    escape.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    escape.triggered.connect(lambda: cancelled.append(True))
    viewer.addAction(escape)
    viewer.activateWindow()
    viewer._start_finding()
    QTest.keyClick(viewer._find_row.box, Key.Key_Escape)
    assert not viewer._find_row.isVisible()
    assert cancelled == []
    QTest.keyClick(viewer.page, Key.Key_Escape)
    assert cancelled == [True]


def test_find_marks_every_place_and_goes_round(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "fox.txt"
    path.write_text("fox one\nFox two\nwolf\nfox three", encoding="utf-8")
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, path)
    viewer._start_finding()
    viewer._find_row.box.setText("fox")
    assert len(viewer.page.extraSelections()) == 3
    places = []
    for _ in range(4):
        places.append(viewer.page.textCursor().blockNumber())
        QTest.keyClick(viewer._find_row.box, Key.Key_Return)
    assert places == [0, 1, 3, 0]
    QTest.keyClick(viewer._find_row.box, Key.Key_Escape)
    assert not viewer._find_row.isVisible()
    assert viewer.page.extraSelections() == []


# ---- image ---------------------------------------------------------------------------------------------------


def _picture(width: int, height: int, color: str = "#336699") -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def test_zooming_keeps_the_pixel_under_the_pointer(qtbot: QtBot) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    viewer.show_preview(_picture(2000, 1500))
    canvas = viewer.picture_canvas
    assert canvas.zoom < 1
    at = QPointF(200, 150)
    before = canvas._pixel_at(at)
    for _ in range(6):
        canvas.zoom_by(1, at)
        after = canvas._pixel_at(at)
        assert abs(after.x() - before.x()) <= 4
        assert abs(after.y() - before.y()) <= 4
    assert not canvas.fitted
    canvas.fit()
    assert canvas.fitted


def test_a_preview_is_not_told_as_a_picture_of_its_own_size(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    viewer.show_preview(_picture(29, 29))
    assert viewer.picture_canvas.picture is not None
    assert viewer._facts.text() == ""
    load(qtbot, viewer, media["image"])
    assert "×" in viewer._facts.text()


def test_a_newer_preview_of_the_same_size_keeps_the_view(qtbot: QtBot) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    viewer.show_preview(_picture(800, 800))
    viewer.picture_canvas.zoom_by(5, QPointF(100, 100))
    zoom = viewer.picture_canvas.zoom
    viewer.show_preview(_picture(800, 800, "#aa3300"))
    assert viewer.picture_canvas.zoom == zoom
    viewer.show_preview(_picture(400, 800))
    assert viewer.picture_canvas.fitted


def test_the_pixels_on_the_screen_are_the_pictures(qtbot: QtBot) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    image = _picture(40, 30)
    image.setPixelColor(0, 0, QColor("#ff0000"))
    viewer.show_preview(image)
    canvas = viewer.picture_canvas
    canvas.actual_size()
    corner = canvas._target(canvas.rect()).topLeft().toPoint()
    grabbed = canvas.grab().toImage()
    assert grabbed.pixelColor(corner) == QColor("#ff0000")
    assert grabbed.pixelColor(corner + QPoint(1, 0)) == QColor("#336699")
    assert grabbed.pixelColor(corner + QPoint(39, 29)) == QColor("#336699")
    assert grabbed.pixelColor(corner - QPoint(1, 0)) != QColor("#ff0000")


def test_comparing_shows_one_picture_each_side_of_the_slider(qtbot: QtBot, tmp_path: Path) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    before = tmp_path / "before.png"
    _picture(400, 300, "#00aa00").save(str(before))
    viewer.show_preview(_picture(400, 300, "#aa0000"))
    viewer.show_before(before)
    canvas = viewer.picture_canvas
    qtbot.waitUntil(lambda: canvas.mode == "slider", timeout=5000)
    grabbed = canvas.grab().toImage()
    target = canvas._target(canvas.rect()).toRect()
    assert grabbed.pixelColor(target.left() + 20, target.bottom() - 10) == QColor("#00aa00")
    assert grabbed.pixelColor(target.right() - 20, target.bottom() - 10) == QColor("#aa0000")
    viewer._next_mode()
    assert canvas.mode == "side"
    canvas.grab()
    viewer.show_before(None)
    assert str(canvas.mode) == "off"
    viewer.offer_before(before)
    viewer._compare.trigger()
    qtbot.waitUntil(lambda: str(canvas.mode) == "slider", timeout=5000)


@pytest.mark.parametrize("mode", ["slider", "side"])
def test_compared_pictures_keep_their_own_proportions(qtbot: QtBot, mode: str) -> None:
    viewer = shown(qtbot, "image")
    assert isinstance(viewer, ImageViewer)
    viewer.show_preview(_picture(400, 200, "#aa0000"))
    viewer.show_before_picture(Picture((_picture(100, 100, "#00aa00"),), QSize(100, 100)), mode)
    canvas = viewer.picture_canvas
    canvas.named = False
    grabbed = canvas.grab().toImage()
    target = canvas._target(canvas._pane(0)).toRect()
    beside, inside = target.left() + target.width() // 8, target.left() + target.width() * 3 // 8
    assert grabbed.pixelColor(inside, target.center().y()) == QColor("#00aa00")
    assert grabbed.pixelColor(beside, target.center().y()) not in (QColor("#00aa00"), QColor("#aa0000"))


def test_a_picture_that_claims_to_be_enormous_is_refused_calmly(qtbot: QtBot, tmp_path: Path) -> None:
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    path = tmp_path / "bomb.png"
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(data + struct.pack(">I", 4) + b"IDAT" + b"\0" * 8)
    viewer = shown(qtbot, "image")
    with qtbot.waitSignal(viewer.failed, timeout=20_000) as caught:
        viewer.show_file(path)
    assert caught.args[0]


def test_a_drawing_that_refers_to_files_is_not_opened_whatever_it_is_called(qtbot: QtBot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    assert _picture(8, 8).save(str(secret))
    path = tmp_path / "picture.png"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="8" height="8">'
        f'<image xlink:href="file://{secret}" width="8" height="8"/></svg>',
        encoding="utf-8",
    )
    assert decode(path, 64).isNull()
    viewer = shown(qtbot, "image")
    with qtbot.waitSignal(viewer.failed, timeout=5000) as caught:
        viewer.show_file(path)
    assert "svg" in caught.args[0]


# ---- music ---------------------------------------------------------------------------------------------------


def test_a_score_with_its_recording_shows_both_and_plays(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "score")
    assert isinstance(viewer, MusicViewer)
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(media["score"], None, [("audio", media["audio"], None)])
    assert viewer.roll.roll is not None
    assert [note.pitch for note in viewer.roll.roll.notes] == [36, 60, 61, 62, 63]
    assert viewer.roll.roll.drums == {1}
    assert viewer.player.path == media["audio"]
    assert "90 bpm" in viewer._facts.whole
    assert "3/4" in viewer._facts.whole
    assert viewer.span.duration == pytest.approx(4 * 60 / 90, abs=0.2)
    viewer.setFocus()
    QTest.keyClick(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: viewer.player.playing, timeout=10_000)
    QTest.keyClick(viewer, Key.Key_Space)
    qtbot.waitUntil(lambda: not viewer.player.playing, timeout=5000)
    viewer.player.seek(0.5)
    assert viewer.span.position == pytest.approx(0.5)
    assert viewer.transport.time.text().startswith("0:00 /")


def test_a_score_alone_says_that_it_cannot_be_played(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "score")
    assert isinstance(viewer, MusicViewer)
    load(qtbot, viewer, media["score"])
    assert not viewer.transport.play.isEnabled()
    assert "without a recording" in viewer._facts.whole


def test_only_a_score_without_a_recording_can_be_made_to_sound(
    qtbot: QtBot, media: dict[str, Path], tmp_path: Path
) -> None:
    viewer = shown(qtbot, "score")
    assert isinstance(viewer, MusicViewer)

    def offered() -> bool:
        (action,) = [known for known in viewer.actions() if known.text() == "Make it sound"]
        assert action.isEnabled() == viewer.sound_button.isVisible()
        return action.isEnabled()

    load(qtbot, viewer, media["score"])
    assert not offered(), "nothing here plays scores"
    viewer.offer_sound(possible=True)
    assert offered()
    with qtbot.waitSignal(viewer.sound_wanted, timeout=1000):
        viewer.sound_button.click()
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(media["score"], None, [("audio", media["audio"], None)])
    assert not offered()
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(media["score"], None, [("audio", tmp_path / "gone.flac", None)])
    assert offered()
    load(qtbot, viewer, media["audio"])
    assert not offered()
    viewer.clear()
    assert not offered()


def test_the_roll_of_a_file_that_is_not_shown_any_more_is_dropped(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "score")
    assert isinstance(viewer, MusicViewer)
    load(qtbot, viewer, media["score"])
    measured = Measured(
        {"duration": 1.0, "tempo": 60.0, "meter": [4, 4], "key": "", "tracks": []},
        dict.fromkeys(("start", "length", "pitch", "velocity", "track"), b""),
        media["score"].parent,
    )
    viewer._show_score(measured)
    load(qtbot, viewer, media["score"])
    qtbot.waitUntil(lambda: not Background.shared().busy)
    assert viewer.roll.roll is not None
    assert len(viewer.roll.roll.notes) == 5
    assert viewer._left == 0


def test_a_lost_sibling_does_not_hide_the_score(qtbot: QtBot, media: dict[str, Path], tmp_path: Path) -> None:
    viewer = shown(qtbot, "score")
    assert isinstance(viewer, MusicViewer)
    with qtbot.waitSignal(viewer.loaded, timeout=20_000):
        viewer.show_file(media["score"], None, [("audio", tmp_path / "gone.flac", None)])
    assert viewer.roll.isVisible()
    assert not viewer.waveform.isVisible()


def test_the_waveform_grows_while_sound_is_made(qtbot: QtBot) -> None:
    viewer = shown(qtbot, "audio")
    assert isinstance(viewer, MusicViewer)
    chunk = np.linspace(-1, 1, 4096, dtype=np.float32).tobytes()
    assert measure_chunk(chunk, 2)[0][0] == -1.0
    for _ in range(3):
        viewer.append_audio(chunk, 24_000, 2)
    qtbot.waitUntil(lambda: viewer.span.duration == pytest.approx(3 * 2048 / 24_000), timeout=5000)
    viewer.grab()


def test_zooming_in_time_stays_inside_the_piece(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "audio")
    assert isinstance(viewer, MusicViewer)
    load(qtbot, viewer, media["audio"])
    span = viewer.span
    for factor, at in ((4.0, 0.9), (4.0, 0.1), (0.01, 0.5)):
        span.zoom(factor, at)
        assert 0 <= span.start <= span.start + span.length <= span.duration + 1e-9


@pytest.mark.parametrize("kind", ["text", "image"])
def test_a_narrow_stage_shortens_the_facts_and_keeps_every_control(
    qtbot: QtBot, media: dict[str, Path], kind: str
) -> None:
    viewer = shown(qtbot, kind)
    load(qtbot, viewer, media[kind])
    viewer.resize(320, 480)
    assert viewer.width() == 320
    buttons = viewer.controls.findChildren(QToolButton)
    assert buttons
    assert all(viewer.controls.rect().contains(button.geometry()) for button in buttons)
    assert all(button.width() >= button.sizeHint().width() for button in buttons)


@pytest.mark.parametrize("kind", ["audio", "score", "video"])
def test_controls_make_room_in_a_narrow_stage_and_none_lies_on_another(qtbot: QtBot, kind: str) -> None:
    viewer = shown(qtbot, kind)
    assert isinstance(viewer, MusicViewer | VideoViewer)
    viewer.transport.show_time(4000.0, 4000.0)
    if isinstance(viewer, MusicViewer) and kind == "score":
        viewer._show_silent(silent=True)
        viewer.offer_sound(possible=True)
    for width in (320, 360, 420, 500, 600, 900, 320, 900):
        viewer.resize(width, 480)
        qtbot.wait(1)
        assert viewer.width() == width, "the bar keeps the stage from being as narrow as it may be"
        items = [viewer.bar.itemAt(place) for place in range(viewer.bar.count())]
        controls = [item.widget() for item in items if item is not None]
        there = [one for one in controls if one is not None and one.isVisible() and one is not viewer._facts]
        assert all(control.width() >= min(control.sizeHint().width(), control.maximumWidth()) for control in there)
        places = [control.geometry() for control in there]
        assert all(one.right() < other.left() for one, other in itertools.pairwise(places))
        assert viewer.controls.rect().contains(places[-1])
        if isinstance(viewer, MusicViewer):
            assert viewer.sound_button.isVisible() == (kind == "score")
    yielding = itertools.chain(*viewer.transport.yielding)
    assert all(control.isVisible() for control in yielding), "with room they are there again"


# ---- 3D ------------------------------------------------------------------------------------------------------


def test_what_is_written_for_a_textured_model_is_deleted_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.shell.viewers.mesh.graphics", lambda: "")
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0]], np.float32)
    path = tmp_path / "textured.glb"
    texture = sdk.Image(np.full((8, 8, 3), 99, np.uint8))
    formats.write(sdk.Mesh(corners, np.array([[0, 1, 2]], np.uint32), uv=corners[:, :2], texture=texture), path)
    viewer = shown(qtbot, "mesh")
    assert isinstance(viewer, MeshViewer)
    with qtbot.waitSignal(viewer.failed, timeout=20_000):
        viewer.show_file(path)
    measured = viewer._measured
    assert measured is not None
    assert Path(str(measured.facts["texture"])).is_file()
    viewer.clear()
    assert not measured.folder.exists()


def shown_as_picture(qtbot: QtBot, mesh: Path, thumbnail: Path) -> MeshViewer:
    """A viewer of a mesh that can show no more than its thumbnail."""
    _picture(64, 64).save(str(thumbnail))
    viewer = shown(qtbot, "mesh")
    assert isinstance(viewer, MeshViewer)
    viewer.thumbnail = thumbnail
    load(qtbot, viewer, mesh)
    assert "rendered picture" in viewer.stage._sentence.text()
    return viewer


def test_without_graphics_the_thumbnail_is_shown_with_a_sentence(
    qtbot: QtBot, media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.shell.viewers.mesh.graphics", lambda: "")
    viewer = shown_as_picture(qtbot, media["mesh"], tmp_path / "thumbnail.png")
    assert "4 triangles" in viewer._facts.whole
    assert "watertight" in viewer._facts.whole
    viewer.toggle_full_screen()
    assert viewer.stage._picture.picture is not None
    assert viewer.stage._sentence.isVisible()
    viewer.toggle_full_screen()
    viewer.thumbnail = None
    with qtbot.waitSignal(viewer.failed, timeout=20_000):
        viewer.show_file(media["mesh"])


# ---- video ---------------------------------------------------------------------------------------------------


def test_a_video_shows_its_first_frame_and_can_be_scrubbed(qtbot: QtBot, tmp_path: Path) -> None:
    frames = [np.full((48, 64, 3), 10 * number, np.uint8) for number in range(24)]
    path = tmp_path / "clip.mp4"
    formats.write(sdk.Video(frames, 12.0), path)
    viewer = shown(qtbot, "video")
    assert isinstance(viewer, VideoViewer)
    load(qtbot, viewer, path)
    assert (viewer.surface.image.width(), viewer.surface.image.height()) == (64, 48)
    assert not viewer.player.playing
    first = viewer.surface.image.pixelColor(30, 20).lightness()
    viewer.seek_bar.sought.emit(0.9)
    qtbot.waitUntil(lambda: viewer.surface.image.pixelColor(30, 20).lightness() > first + 40, timeout=10_000)
    assert viewer.transport.time.text() == "0:01 / 0:02"
    viewer.clear()
    assert viewer.surface.image.isNull()


def test_a_file_that_is_no_video_is_one_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    for name, data in {
        "noise": b"\x01\x02\x03" * 500,
        "empty": b"",
        "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        "head and noise": b"\0\0\0\x20ftypisom" + b"\x01\x02\x03" * 500,
    }.items():
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(data)
        viewer = shown(qtbot, "video")
        with qtbot.waitSignal(viewer.failed, timeout=20_000) as caught:
            viewer.show_file(path)
        assert caught.args[0]


# ---- the inspecting process ----------------------------------------------------------------------------------


def test_what_killed_windows_left_in_the_temporary_folder_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    for name in (f"studio-look-{ended.pid}-a", f"studio-look-{os.getpid()}-b", "studio-look-mine", "studio-look-x-y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arrays.bin").write_bytes(b"x")
    remove_leftovers()
    assert {path.name for path in tmp_path.iterdir()} == {
        f"studio-look-{os.getpid()}-b", "studio-look-mine", "studio-look-x-y"
    }  # fmt: skip


def test_when_the_inspecting_process_dies_the_next_file_still_opens(qtbot: QtBot, media: dict[str, Path]) -> None:
    inspector = Inspector.shared()
    said: list[str] = []
    found: list[object] = []
    inspector.ask("waveform", media["audio"], found.append, said.append, inspector)
    process = inspector._process
    assert process is not None
    qtbot.waitUntil(lambda: process.processId() != 0)
    process.kill()
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    inspector.ask("waveform", media["audio"], found.append, said.append, inspector)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert len(said) == 1


@pytest.mark.skipif(os.name != "posix", reason="priorities are asked for as POSIX has them")
def test_the_inspecting_process_gives_way_to_the_window(qtbot: QtBot, media: dict[str, Path]) -> None:
    inspector = Inspector.shared()
    found: list[object] = []
    inspector.ask("waveform", media["audio"], found.append, lambda said: None, inspector)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    process = inspector._process
    assert process is not None
    assert os.getpriority(os.PRIO_PROCESS, process.processId()) - os.getpriority(os.PRIO_PROCESS, 0) == NICENESS


def test_a_file_that_takes_too_long_is_given_up(qtbot: QtBot, media: dict[str, Path]) -> None:
    inspector = Inspector.shared()
    said: list[object] = []
    inspector.ask("waveform", media["audio"], said.append, said.append, inspector)
    inspector._give_up()
    assert "too long" in str(said[0])
    assert not inspector.running


# ---- quick look and full screen ------------------------------------------------------------------------------


def test_quick_look_swaps_viewers_and_closes_on_space(qtbot: QtBot, media: dict[str, Path]) -> None:
    look = QuickLook()
    qtbot.addWidget(look)
    look.open_at()
    look.show_item("text", media["text"], "<b>A fox</b>")
    qtbot.waitUntil(lambda: isinstance(look.viewer, TextViewer) and "fox" in look.viewer.text, timeout=5000)
    assert look._title.text() == "<b>A fox</b>"
    text = look.viewer
    look.show_item("image", media["image"], "Red")
    assert isinstance(text, TextViewer)
    assert text.text == ""
    qtbot.waitUntil(lambda: isinstance(look.viewer, ImageViewer) and not look.viewer.image.isNull(), timeout=5000)
    assert look.viewer is not None
    assert isinstance(look.viewer, ImageViewer)
    QTest.keyClick(look.viewer.picture_canvas, Key.Key_Space)
    assert not look.isVisible()


def test_the_second_click_of_the_one_that_opened_quick_look_does_not_close_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    look = QuickLook(window)
    look.open_at()
    shade = look._shade
    assert shade is not None
    place, button = QPointF(2, 2), Qt.MouseButton.LeftButton
    again = QMouseEvent(QEvent.Type.MouseButtonDblClick, place, place, button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(shade, again)
    assert look.isVisible()
    QTest.mouseClick(shade, button, pos=QPoint(2, 2))
    assert not look.isVisible()


def test_full_screen_shows_the_same_and_ends_with_escape(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    QTest.keyClicks(viewer.page, "One. ")
    viewer.toggle_full_screen()
    (screen,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, FullScreen))
    assert viewer.fills_screen
    assert viewer.page.window() is screen
    QTest.keyClicks(viewer.page, "Two. ")
    with qtbot.waitSignal(screen.destroyed):
        QTest.keyClick(screen, Key.Key_Escape)
    assert viewer.page.window() is viewer
    assert viewer.page.isVisible()
    assert viewer.text.startswith("One. Two. A fox")
    assert not viewer.fills_screen


@pytest.mark.parametrize("large", [False, True])
def test_keys_of_a_viewer_work_on_full_screen_too(qtbot: QtBot, media: dict[str, Path], large: bool) -> None:
    viewer = shown(qtbot, "text")
    assert isinstance(viewer, TextViewer)
    load(qtbot, viewer, media["text"])
    if large:
        viewer.toggle_full_screen()
    viewer.page.activateWindow()
    viewer.page.setFocus()
    QTest.keyClick(viewer.page, Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert viewer._find_row.isVisible()
    QTest.keyClick(viewer.page, Key.Key_F11)
    assert viewer.fills_screen != large


def test_escape_leads_from_full_screen_back_to_quick_look(qtbot: QtBot, media: dict[str, Path]) -> None:
    look = QuickLook()
    qtbot.addWidget(look)
    look.open_at()
    look.show_item("image", media["image"], "Red")
    viewer = look.viewer
    assert isinstance(viewer, ImageViewer)
    for _ in range(2):
        viewer.toggle_full_screen()
        QTest.keyClick(viewer.picture_canvas, Key.Key_Escape)
        assert not viewer.fills_screen
        assert look.isVisible()
    viewer.toggle_full_screen()
    look.close()
    assert not viewer.fills_screen


def test_a_step_to_another_medium_stays_on_full_screen(qtbot: QtBot, media: dict[str, Path]) -> None:
    look = QuickLook()
    qtbot.addWidget(look)
    look.open_at()
    look.show_item("image", media["image"], "Red")
    first = look.viewer
    assert first is not None
    first.toggle_full_screen()
    look.show_item("text", media["text"], "Fox")
    assert look.viewer is not None
    assert look.viewer is not first
    assert look.viewer.fills_screen
    assert not first.fills_screen


def test_full_screen_goes_with_its_viewer(qtbot: QtBot, media: dict[str, Path]) -> None:
    viewer = viewer_for("image")
    load(qtbot, viewer, media["image"])
    viewer.toggle_full_screen()
    (screen,) = (
        each for each in QApplication.topLevelWidgets() if isinstance(each, FullScreen) and each.viewer is viewer
    )
    screen.setParent(None)
    with qtbot.waitSignal(screen.destroyed, timeout=5000):
        viewer.deleteLater()


def test_with_the_first_preview_of_a_model_the_graphics_are_looked_for_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look() -> str:
        asked.append("once")
        return ""

    monkeypatch.setattr("studio.shell.viewers.mesh.graphics", look)
    viewer = shown(qtbot, "mesh")
    assert isinstance(viewer, MeshViewer)
    for _ in range(2):
        viewer.show_preview(QImage(8, 8, QImage.Format.Format_RGB32))
        qtbot.waitUntil(lambda: not viewer.stage._ready.isActive())
    assert asked == ["once"]


@pytest.mark.parametrize(
    ("renderer", "smooth"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", False),
        ("Google SwiftShader", False),
        ("GDI Generic", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", True),
        ("NVIDIA GeForce RTX 4070/PCIe/SSE2", True),
        ("AMD Radeon RX 6800 (radeonsi, navi21, LLVM 15.0.6, DRM 3.57)", True),
    ],
)
def test_edges_are_smoothed_where_a_graphics_card_does_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, renderer: str, smooth: bool
) -> None:
    monkeypatch.setattr("studio.shell.viewers.mesh.graphics", lambda: renderer)
    monkeypatch.setitem(BY_KIND, "mesh", ("studio.no_such_part",))
    viewer = shown(qtbot, "mesh")
    assert isinstance(viewer, MeshViewer)
    viewer.stage.get_ready_soon()
    qtbot.waitUntil(lambda: not viewer.stage._ready.isActive())
    assert viewer.stage._wanted["smoothEdges"] == smooth


@pytest.mark.skipif(sys.platform != "linux", reason="the driver is loaded beforehand under Linux alone")
def test_the_driver_is_loaded_past_pyside_and_another_build_of_qt_is_no_fault(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = ctypes.CDLL("libQt6Gui.so.6")
    assert hasattr(library, mesh_viewer._ASK_FOR_THREADS), "this Qt is asked past PySide"
    mesh_viewer.load_driver()
    monkeypatch.setattr(mesh_viewer, "_ASK_FOR_THREADS", "no_such_function")
    mesh_viewer.load_driver()


def test_where_a_part_of_qt_for_3d_is_missing_the_thumbnail_is_shown(
    qtbot: QtBot, media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.shell.viewers.mesh.graphics", lambda: "A card")
    monkeypatch.setitem(BY_KIND, "mesh", ("studio.no_such_part",))
    viewer = shown_as_picture(qtbot, media["mesh"], tmp_path / "thumbnail.png")
    assert not viewer.stage._ready.isActive()

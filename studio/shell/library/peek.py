"""Quick look in the library: the sheet shows the current row and steps through the grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.shell.library.grid import GridView
from studio.shell.library.source import Detail, Row, Source
from studio.shell.viewers.background import Background, Task
from studio.shell.viewers.quick_look import QuickLook


class Peek(QObject):
    """Opens the quick look over a page and keeps it on the grid's current row.

    Attributes:
        sheet: the quick look, made when first needed.

    Signals:
        rated: the artist rated what is looked at.
        sound_wanted: the score that is looked at is to be made to sound; carries the library's item.
    """

    rated = Signal(int)
    sound_wanted = Signal(object)

    def __init__(self, page: QWidget, grid: GridView, source: Source, background: Background) -> None:
        super().__init__(page)
        self._page = page
        self._grid = grid
        self._source = source
        self._background = background
        self._task: Task | None = None
        self.sheet: QuickLook | None = None

    def open(self, row: int, *, large: bool = False, full: bool = False) -> None:
        """Look at a row; `large` fills the window, `full` the screen."""
        shown = self._grid.rows.row(row) if row >= 0 else None
        if shown is None:
            return
        if self.sheet is None:
            self.sheet = QuickLook(self._page.window())
            self.sheet.stepped.connect(self._step)
            self.sheet.rated.connect(self.rated)
            self.sheet.sound_wanted.connect(partial(self._make_sound, self.sheet))
        self._fill(self.sheet, shown, full=full)
        self.sheet.open_at(large=large)

    def _step(self, by: int) -> None:
        row = self._grid.selection.current + by
        shown = self._grid.rows.row(row) if row >= 0 else None
        if shown is not None and self.sheet is not None:
            self._grid.select_row(row)
            self._fill(self.sheet, shown)

    def _make_sound(self, sheet: QuickLook) -> None:
        item = sheet.viewer.item if sheet.viewer is not None else None
        sheet.close()
        self.sound_wanted.emit(item)

    def _fill(self, sheet: QuickLook, row: Row, *, full: bool = False) -> None:
        if self._task:
            self._task.cancel()
        sound = self._source.plays_scores()
        show: Callable[[Detail | None, list[Detail], Path | None], None] = partial(_show, sheet, row, full, sound)
        self._task = self._background.run(
            partial(_known, self._source, row.id),
            lambda answer: show(*answer),
            lambda _error: show(None, [], None),
            sheet,
        )


def _show(
    sheet: QuickLook,
    row: Row,
    full: bool,
    sound: bool,
    detail: Detail | None,
    siblings: list[Detail],
    before: Path | None,
) -> None:
    sheet.show_item(
        row.kind,
        row.path,
        row.title,
        item=detail.item if detail is not None else None,
        siblings=[(other.row.kind, other.row.path, other.item) for other in siblings],
        thumbnail=row.thumbnail,
        before=before,
        sound=sound and detail is not None,
    )
    if full and sheet.viewer is not None and sheet.isVisible():
        sheet.viewer.toggle_full_screen()


def _known(source: Source, item_id: str) -> tuple[Detail | None, list[Detail], Path | None]:
    """An item, the other results of its job, and the picture it was made from."""
    parents = source.lineage(item_id)[0]
    before = next((parent.path for parent in parents if parent.kind == "image"), None)
    return source.detail(item_id), list(source.siblings(item_id)), before

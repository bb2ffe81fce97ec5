"""The Library place: filters above, the grid, details at the side; what is done here is done to the selection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QShowEvent,
)
from PySide6.QtWidgets import QFileDialog, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from studio.shell.i18n import tr, tr_error
from studio.shell.library.actions import LibraryActions
from studio.shell.library.commands import LibraryCommands
from studio.shell.library.details import Details, plain_label
from studio.shell.library.empty import EmptyState
from studio.shell.library.filters import DAYS, KINDS, FilterBar
from studio.shell.library.grid import GridView
from studio.shell.library.parts import UndoBar
from studio.shell.library.peek import Peek
from studio.shell.library.rows import LibraryRows
from studio.shell.library.source import Detail, Query, Row, Source
from studio.shell.library.thumbnails import Thumbnails, decode
from studio.shell.saving import ask_where
from studio.shell.viewers.background import Background, Task
from studio.shell.widgets import CalmSplitter
from studio.shell.workshop import SUFFIXES

_PICTURE_SIDE = 512
_POLL_MS = 2000
_KEPT: dict[str, Callable[[Any], bool]] = {
    "kind": lambda value: value in [kind for kind, _, _ in KINDS],
    "favourites": lambda value: isinstance(value, bool),
    "rating": lambda value: type(value) is int and 0 <= value <= 5,
    "days": lambda value: type(value) is int and value in [days for days, _ in DAYS],
}
"""Filters that are remembered between sessions, and which values fit; a search is not, nor that the trash was shown."""
_SETTLE_MS = 40
"""Details are fetched once the cursor rests this long: holding an arrow key asks for nothing in between."""


class LibraryPage(QWidget):
    """Everything the artist made.

    Signals:
        recreate_requested, variations_requested, use_parameters_requested: carry the library's item.
        send_requested: item, and the id of a generator or an empty string for one still to be chosen.
        sound_requested: the score to be made to sound.
        create_requested: the empty library's button was pressed.
        count_changed: how many items show.
    """

    recreate_requested = Signal(object)
    variations_requested = Signal(object)
    use_parameters_requested = Signal(object)
    send_requested = Signal(object, str)
    sound_requested = Signal(object)
    create_requested = Signal()
    count_changed = Signal(int)
    _changed_somewhere = Signal()

    def __init__(self, source: Source, parent: QWidget | None = None, background: Background | None = None) -> None:
        super().__init__(parent)
        self._background = background or Background.shared()
        self._source = source
        self.rows = LibraryRows(source, self._background, self)
        self.thumbnails = Thumbnails(self._background, self)
        self.grid = GridView(self.rows, self.thumbnails)
        self.filters = FilterBar()
        self.details = Details(self._background)
        self.empty = EmptyState()
        self.changes = LibraryActions(source, self.rows, self._background, self)
        self.undo_bar = UndoBar()
        self.peek = Peek(self, self.grid, source, self._background)
        self._detail_task: Task | None = None
        self._going_to = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._fetch_detail)
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._ask_for_changes)
        self.setAcceptDrops(True)
        self.details.labels = lambda generator, name: source.label(generator, name) or plain_label(generator, name)
        self.details.said = source.said
        self.details.destinations = source.destinations
        self._stop_watching = source.watch(self._changed_somewhere.emit)
        self._changed_somewhere.connect(self.refresh)
        self.destroyed.connect(self._stop_watching)
        self._lay_out()
        self._connect()
        self.commands = LibraryCommands(self, self.grid, self._command)
        self.commands.actions["import"].setVisible(source.imports)
        self.filters.take_in.setVisible(source.imports)

    # ---- what the window calls ---------------------------------------------------------------------------

    def open(self) -> None:
        """Load the first results; call once the page is first shown."""
        self.rows.search(self.filters.query)

    def show_query(self, query: Query) -> None:
        """Show other items."""
        self.filters.show_query(query)
        self.rows.search(query)

    def go_to(self, item_id: str) -> None:
        """Select an item, clearing filters that hide it."""
        work = partial(self._find, item_id, self.rows.query)
        self._background.run(work, partial(self._found, item_id), None, self)

    def actions(self) -> list[QAction]:
        """Everything that can be done here, for the command palette."""
        return [action for action in self.commands.actions.values() if action.isVisible()]

    def state(self) -> dict[str, Any]:
        """What to remember between sessions, as JSON."""
        query = self.filters.query
        kept = {name: getattr(query, name) for name in _KEPT}
        return {"side": self.grid.side, "split": self._split.sizes(), "sort": self.rows.query.sort, **kept}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take what was remembered; anything unusable is ignored."""
        if isinstance(side := state.get("side"), int):
            self._resize_cells(side)
        split = state.get("split")
        if isinstance(split, list) and len(split) == 2 and all(isinstance(part, int) for part in split):
            self._split.setSizes(split)
        sort = state.get("sort")
        if sort in {"newest", "oldest", "title", "rating"}:
            self.filters.show_query(self.filters.query.with_(sort=sort))
        for name, fits in _KEPT.items():
            if name in state and fits(state[name]):
                self.filters.show_query(self.filters.query.with_(**{name: state[name]}))

    def keyPressEvent(self, event: Any) -> None:
        """Digits rate; everything else has its action."""
        if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_5 and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.rate(event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    # ---- building ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.empty)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self._stack, 1)
        column.addWidget(self.undo_bar)
        self._split = CalmSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(middle)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setCollapsible(0, False)
        self._split.setSizes([900, 300])
        self._split.setHandleWidth(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._split)

    def _connect(self) -> None:
        self.filters.query_changed.connect(self.rows.search)
        self.filters.side_changed.connect(self.grid.set_side)
        self.filters.emptying_wanted.connect(self._confirm_emptying)
        self.filters.import_wanted.connect(self.import_files)
        self.filters.left.connect(self._enter_grid)
        self.rows.failed.connect(self.filters.show_error)
        self.rows.reset.connect(self._on_reset)
        self.rows.grown.connect(self.count_changed)
        self.grid.current_changed.connect(lambda _row: self._settle.start())
        self.grid.selection_changed.connect(self._settle.start)
        self.grid.activated.connect(lambda row: self.peek.open(row, large=True))
        self.grid.peeked.connect(self.peek.open)
        self.grid.menu_wanted.connect(self._show_menu)
        self.grid.thumbnails_missing.connect(self._mend)
        self.grid.side_changed.connect(self.filters.show_side)
        self.changes.told.connect(lambda sentence, undo: self.undo_bar.tell(sentence, undo=undo))
        self.changes.failed.connect(lambda sentence: self.undo_bar.tell(sentence, undo=False))
        self.changes.changed.connect(lambda _ids: self._fetch_detail())
        self.undo_bar.undone.connect(self._undo)
        self.empty.pressed.connect(self._leave_empty)
        self.details.command.connect(self._command)
        self.details.sent.connect(self._send)
        self.details.rated.connect(self.rate)
        self.peek.rated.connect(self.rate)
        self.peek.sound_wanted.connect(self.sound_requested)
        self.details.tagged.connect(lambda tag: self._with_ids(partial(self.changes.tag, tag=tag, present=True)))
        self.details.untagged.connect(lambda tag: self._with_ids(partial(self.changes.tag, tag=tag, present=False)))
        self.details.renamed.connect(self._rename)
        self.details.relative_chosen.connect(self.go_to)
        self.details.left.connect(self.grid.setFocus)

    # ---- the library changes -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Look after other programs' changes while the page shows."""
        self._poll.start()
        if self.rows.loaded:
            self.rows.refresh_soon()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """What is not seen need not be fresh."""
        self._poll.stop()
        super().hideEvent(event)

    def refresh(self) -> None:
        """The library changed: look again, once for a burst of changes, and only if someone looks."""
        if self.isVisible():
            self.rows.refresh_soon()

    def _ask_for_changes(self) -> None:
        self._background.run(self._source.changed_elsewhere, self._heard, None, self)

    def _heard(self, changed: bool) -> None:
        if changed:
            self.refresh()

    def _mend(self, ids: list[str]) -> None:
        """Thumbnails are missing: have them made, then look again."""
        work = partial(self._source.mend_thumbnails, ids)
        self._background.run(work, self._mended, lambda _error: None, self)

    def _mended(self, new: bool) -> None:
        if new:
            self.look_again()

    def look_again(self) -> None:
        """There are thumbnails that were missing."""
        self.thumbnails.forget_missing()
        self.grid.look_again()

    # ---- selection and details ---------------------------------------------------------------------------

    def _with_ids(self, then: Callable[[list[str]], object]) -> None:
        """Call `then` with the ids of the selection, or of the current item when nothing is selected."""
        runs = self.grid.selection.rows.runs()
        current = self.grid.selection.current
        if not runs and current >= 0:
            runs = [range(current, current + 1)]
        if runs:
            self.changes.with_ids(runs, then)

    def _one_row(self) -> Row | None:
        """The row that alone is selected, which the details are about; None for none, several, or one not fetched."""
        selected = self.grid.selection.rows
        return self.rows.row(next(iter(selected))) if len(selected) == 1 else None

    def _fetch_detail(self) -> None:
        if self._detail_task:
            self._detail_task.cancel()
        number = len(self.grid.selection.rows)
        row = self._one_row()
        if number > 1:
            self.details.show_many(number)
        elif row is None:
            self.details.show_nothing()
        else:
            self._detail_task = self._background.run(
                partial(self._source.detail, row.id), self._show_detail, self._forget_detail, self
            )

    def _show_detail(self, detail: Detail | None) -> None:
        if detail is None:
            self.details.show_nothing()
            return
        self.details.show_detail(detail)
        item_id, thumbnail = detail.row.id, detail.row.thumbnail
        run = self._background.run
        if thumbnail is not None:
            run(partial(decode, thumbnail, _PICTURE_SIDE), partial(self.details.show_picture, item_id), None, self)
        else:
            self.details.show_picture(item_id, QImage())
        show = self.details.show_relatives
        run(
            partial(self._source.lineage, item_id),
            lambda answer: show(item_id, list(answer[0]), list(answer[1])),
            lambda _error: show(item_id, [], []),
            self,
        )

    def _forget_detail(self, error: Exception) -> None:
        self.details.show_nothing()
        self.changes.failed.emit(tr_error(error))

    def _on_reset(self, number: int) -> None:
        self.count_changed.emit(number)
        query = self.rows.query
        self.filters.empty_trash.setEnabled(number > 0)
        if number:
            self._stack.setCurrentWidget(self.grid)
        else:
            self.empty.show_state("search" if query.filtered else "trash" if query.trash else "library")
            self._stack.setCurrentWidget(self.empty)
        if self._going_to:
            wanted, self._going_to = self._going_to, ""
            self.go_to(wanted)

    def _find(self, item_id: str, query: Query) -> tuple[int, Query]:
        """Where an item stands, and in which query: filters that hide it are dropped."""
        free = query.unfiltered()
        for wanted in (query, free, free.with_(trash=not query.trash)):
            position = self._source.position(wanted, item_id)
            if position >= 0:
                return position, wanted
        return -1, query

    def _found(self, item_id: str, answer: tuple[int, Query]) -> None:
        position, query = answer
        if position < 0:
            return
        if query != self.rows.query:
            self._going_to = item_id
            self.show_query(query)
        else:
            self.grid.select_row(position)
            self.grid.setFocus()

    def _enter_grid(self) -> None:
        self.grid.setFocus()
        if self.grid.selection.current < 0 and self.rows.count:
            self.grid.select_row(0)

    # ---- commands ----------------------------------------------------------------------------------------

    def _command(self, name: str, _checked: bool = False) -> None:
        direct: dict[str, Callable[[], object]] = {
            "quick_look": lambda: self.peek.open(self.grid.selection.current),
            "full_screen": lambda: self.peek.open(self.grid.selection.current, full=True),
            "favourite": self._favourite,
            "rename": self._start_renaming,
            "tag": lambda: self.details.tags.box.setFocus(),
            "export": partial(self._export, share=False),
            "share": partial(self._export, share=True),
            "trash": lambda: self._with_ids(self.changes.trash),
            "restore": lambda: self._with_ids(self.changes.restore),
            "undo": self._undo,
            "search": lambda: self.filters.search.setFocus(),
            "show": self._show_in_folder,
            "import": self.import_files,
            "recreate": lambda: self._with_item(self.recreate_requested.emit),
            "variations": lambda: self._with_item(self.variations_requested.emit),
            "use": lambda: self._with_item(self.use_parameters_requested.emit),
            "send": partial(self._send, ""),
        }
        direct[name]()

    def _send(self, generator: str) -> None:
        self._with_item(lambda item: self.send_requested.emit(item, generator))

    def _with_item(self, then: Callable[[object], object]) -> None:
        """Call `then` with the item that alone is selected: at once if the details show it, else when it is known.

        The details lag behind the cursor; what they show may be the item before.
        """
        row, shown = self._one_row(), self.details.detail
        if row is None:
            return
        if shown is not None and shown.row.id == row.id and shown.item is not None:
            then(shown.item)
            return

        def known(detail: Detail | None) -> None:
            if detail is not None:
                then(detail.item)
            else:
                self.changes.failed.emit(tr("Not in the library any more"))

        self._background.run(partial(self._source.detail, row.id), known, self._not_known, self)

    def _not_known(self, error: Exception) -> None:
        self.changes.failed.emit(tr_error(error))

    def rate(self, rating: int) -> None:
        """Give what is selected this many stars, 0 for none."""
        self._with_ids(lambda ids: self.changes.rate(ids, rating))

    def _favourite(self) -> None:
        row = self.grid.current_row()
        marked = not (row is not None and row.favourite)
        self._with_ids(lambda ids: self.changes.favourite(ids, marked=marked))

    def _start_renaming(self) -> None:
        """Open the title at once: the next keys are its letters, not commands. What else is known of it may follow."""
        row, shown = self._one_row(), self.details.detail
        if row is None:
            return
        if shown is None or shown.row.id != row.id:
            self.details.show_detail(Detail(row))
            self._fetch_detail()
        self.details.start_renaming()

    def _rename(self, title: str) -> None:
        if self.details.detail is not None:
            self.changes.rename(self.details.detail.row.id, title)

    def _undo(self) -> None:
        self.undo_bar.hide()
        self.changes.undo()

    def _confirm_emptying(self) -> None:
        """Deleting for good cannot be undone: ask first."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Delete everything in the trash for good?"))
        box.setInformativeText(tr("The files are deleted from the disk. This cannot be undone."))
        delete = box.addButton(tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        delete.clicked.connect(self.changes.empty_trash)
        box.open()

    def _export(self, *, share: bool) -> None:
        """One item becomes a file of a format of its own choice; several, and copies to share, go into a folder."""
        row = self._one_row()
        if row is not None and not share:
            show = partial(self._export_one, row)
            self._background.run(partial(self._source.endings, row.id), show, self._not_known, self)
            return
        title = tr("Share copies: choose a folder") if share else tr("Export: choose a folder")
        folder = QFileDialog.getExistingDirectory(self, title, str(Path.home()))
        if folder:
            self._with_ids(lambda ids: self.changes.export(ids, Path(folder), share=share))

    def _export_one(self, row: Row, endings: Sequence[str]) -> None:
        ask_where(self, row.path.stem, endings, partial(self.changes.export_as, row.id))

    def import_files(self) -> None:
        """Ask for files and bring them in."""
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("Import: choose files"), str(Path.home()), import_filters())
        if chosen:
            self.changes.take_in([Path(file) for file in chosen])

    def _show_in_folder(self) -> None:
        row = self._one_row()
        if row is None:
            return
        folder = row.path.parent
        if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.changes.failed.emit(tr("The folder could not be opened. It is {folder}.", folder=folder))

    def _resize_cells(self, side: int) -> None:
        self.grid.set_side(side)
        self.filters.show_side(self.grid.side)

    def _leave_empty(self, state: str) -> None:
        if state == "library":
            self.create_requested.emit()
        else:
            self.show_query(Query(sort=self.rows.query.sort))

    def _show_menu(self, at: QPoint) -> None:
        if self.grid.selection.rows:
            self.commands.show_menu(at, trash=self.rows.query.trash)

    # ---- dropping files in -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files from other programs where the library can import."""
        if self._source.imports and event.source() is not self.grid and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.changes.take_in(files)


def import_filters() -> str:
    """What the dialog for importing offers: files that can be read by their ending, or any, as content decides."""
    endings = sorted({ending for of_kind in SUFFIXES.values() for ending in of_kind})
    readable = " ".join(f"*{ending}" for ending in endings)
    return f"{tr('Files the library can keep')} ({readable});;{tr('All files')} (*)"

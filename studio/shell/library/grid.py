"""The grid: paints only what shows, so that a million items cost what a thousand do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from studio.shell.i18n import tr
from studio.shell.library.band import Band
from studio.shell.library.cells import RADIUS, TITLE_HEIGHT, CellPainter, CellState
from studio.shell.library.dragging import MOST_DRAGGED, drag_out
from studio.shell.library.geometry import GridGeometry, stretched
from studio.shell.library.rows import LibraryRows
from studio.shell.library.selection import RowSet, Selection
from studio.shell.library.source import Row
from studio.shell.library.thumbnails import Thumbnails
from studio.shell.theme import tokens
from studio.shell.widgets import as_plain_tip

SMALLEST, USUAL, LARGEST = 96, 176, 384
MOST_FOLLOWED = 1000
"""Selected items that stay selected when others come before them or leave; more are kept by their rows."""

"""Sides of a thumbnail in pixels."""

_SETTLE_MS = 50
_KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_PageUp: "page_up",
    Qt.Key.Key_PageDown: "page_down",
}
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class GridView(QAbstractScrollArea):
    """A scrolling grid of the rows of a `LibraryRows`.

    Signals:
        current_changed: the keyboard is at another row, −1 for none.
        selection_changed: other rows are selected.
        activated: a row was double-clicked, or Enter was pressed on it.
        peeked: space was pressed on a row.
        menu_wanted: a context menu is wanted at this global position.
        side_changed: thumbnails have another size.
        thumbnails_missing: the thumbnails of these ids cannot be read.
    """

    current_changed = Signal(int)
    selection_changed = Signal()
    activated = Signal(int)
    peeked = Signal(int)
    menu_wanted = Signal(QPoint)
    side_changed = Signal(int)
    thumbnails_missing = Signal(list)

    def __init__(self, rows: LibraryRows, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self.selection = Selection()
        self._thumbnails = thumbnails
        self._side = USUAL
        self._hovered = -1
        self._pressed = QPoint()
        self._press_row = -1
        self._band = Band(self, self._choose_in)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._rest)
        self._missing: list[str] = []
        self._missing_pause = QTimer(self)
        self._missing_pause.setSingleShot(True)
        self._missing_pause.setInterval(500)
        self._missing_pause.timeout.connect(self._tell_missing)
        self._painter = CellPainter(tokens(), self.font().pixelSize() if self.font().pixelSize() > 0 else 13)
        self._geometry = GridGeometry(0, 1, self._side, self._side + TITLE_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(SMALLEST + 40, SMALLEST + 40)
        rows.followed = self._followed
        rows.reset.connect(self._on_reset)
        rows.grown.connect(self._on_grown)
        rows.changed.connect(self._on_changed)
        thumbnails.arrived.connect(self._on_thumbnail)
        self.retranslate()

    # ---- what others ask ---------------------------------------------------------------------------------

    @property
    def side(self) -> int:
        """Side of a thumbnail, logical pixels."""
        return self._side

    def set_side(self, side: int) -> None:
        """Show larger or smaller thumbnails; what is at the top stays there."""
        top = self._geometry.visible(self.verticalScrollBar().value(), 1)
        self._side = max(SMALLEST, min(LARGEST, side))
        self._lay_out()
        if top:
            self.verticalScrollBar().setValue(self._geometry.cell(top.start)[1] - self._geometry.gap)
        self.side_changed.emit(self._side)

    def current_row(self) -> Row | None:
        """The row the keyboard is at, if it has been fetched."""
        return self.rows.row(self.selection.current) if self.selection.current >= 0 else None

    def selected_ids(self) -> list[str] | None:
        """Ids of what is selected; None when there is more than has been fetched."""
        return self.rows.ids(self.selection.rows.runs())

    def select_row(self, row: int) -> None:
        """Select one row alone and show it."""
        if 0 <= row < self.rows.count:
            self.selection.choose(row)
            self._moved()

    def select_all(self) -> None:
        """Select every result."""
        self.selection.choose_all(self.rows.count)
        self._moved(scroll=False)

    def clear_selection(self) -> None:
        """Select nothing."""
        self.selection.clear()
        self._moved(scroll=False)

    def show_row(self, row: int) -> None:
        """Scroll as little as needed to show a row whole."""
        if not 0 <= row < self._geometry.count:
            return
        _, top, _, height = self._geometry.cell(row)
        bar = self.verticalScrollBar()
        gap = self._geometry.gap
        if top - gap < bar.value():
            bar.setValue(top - gap)
        elif top + height + gap > bar.value() + self.viewport().height():
            bar.setValue(top + height + gap - self.viewport().height())

    def retranslate(self) -> None:
        """Say names again in the window's language."""
        self.setAccessibleName(tr("Library items"))
        self._describe()

    def sizeHint(self) -> QSize:
        """Room for a few cells."""
        return QSize(4 * self._side, 3 * self._side)

    # ---- layout ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        view = self.viewport()
        side = stretched(view.width(), self._side)
        self._geometry = GridGeometry(self.rows.count, view.width(), side, side + TITLE_HEIGHT)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._geometry.height - view.height()))
        bar.setPageStep(view.height())
        bar.setSingleStep(max(24, self._geometry.row_height // 3))
        self._thumbnails.side = round(side * self.devicePixelRatioF())
        self._thumbnails.radius = RADIUS * self.devicePixelRatioF()
        self._look()
        view.update()

    def _visible(self) -> range:
        return self._geometry.visible(self.verticalScrollBar().value(), self.viewport().height())

    def _look(self) -> None:
        """Ask for the rows and thumbnails that show, then for the next screen's."""
        visible = self._visible()
        self.rows.want(visible)
        ahead = range(visible.stop, min(self.rows.count, visible.stop + len(visible)))
        wanted = (row.thumbnail for index in (*visible, *ahead) if (row := self.rows.row(index)) is not None)
        self._thumbnails.want([str(path) for path in wanted if path is not None])

    def _cell_rect(self, index: int) -> QRect:
        left, top, width, height = self._geometry.cell(index)
        return QRect(left, top - self.verticalScrollBar().value(), width, height)

    def _row_at(self, point: QPoint) -> int:
        return self._geometry.index_at(point.x(), point.y() + self.verticalScrollBar().value())

    def _followed(self) -> list[int]:
        """The rows whose items stay selected whatever comes before them; none where there are too many to tell."""
        if len(self.selection.rows) > MOST_FOLLOWED:
            return []
        held = {*self.selection.rows, self.selection.current} - {-1}
        return sorted(row for row in held if self.rows.row(row) is not None)

    def _on_reset(self, count: int) -> None:
        if len(self.selection.rows) <= MOST_FOLLOWED:
            self.selection.follow(self.rows.places, go_on=not self.rows.is_other_query)
        elif self.rows.is_other_query:
            self.selection.clear()  # the same rows would be other items
        self.selection.cut(count)
        self._lay_out()
        self._moved(scroll=False)

    def _on_grown(self, count: int) -> None:
        """All have been counted: only the scroll bar changes, and *everything* means more."""
        everything = len(self.selection.rows) == self._geometry.count > 0
        self.selection.cut(count)
        if everything:
            self.selection.choose_all(count)
        self._lay_out()
        self._describe()

    def _on_changed(self, first: int, last: int) -> None:
        visible = self._visible()
        if first < visible.stop and last > visible.start:
            self._look()
            self.viewport().update()
        if first <= self.selection.current < last:
            self._describe()
            self.current_changed.emit(self.selection.current)

    def _on_thumbnail(self, path: str) -> None:
        for index in self._visible():
            row = self.rows.row(index)
            if row is not None and row.thumbnail is not None and str(row.thumbnail) == path:
                self.viewport().update(self._cell_rect(index))
                image = self._thumbnails.get(path)
                if image is not None and image.isNull():
                    self._missing.append(row.id)
                    self._missing_pause.start()

    def _tell_missing(self) -> None:
        ids, self._missing = self._missing, []
        self.thumbnails_missing.emit(ids)

    def look_again(self) -> None:
        """Ask again for the thumbnails that show."""
        self._look()

    def _moved(self, *, scroll: bool = True) -> None:
        """After the cursor or selection changed: show it, say it, announce it."""
        if scroll:
            self.show_row(self.selection.current)
        self.viewport().update()
        self._describe()
        self.current_changed.emit(self.selection.current)
        self.selection_changed.emit()

    def _describe(self) -> None:
        """Tell assistive technology what the keyboard is at."""
        row = self.current_row()
        if row is None:
            self.setAccessibleDescription(tr("{count} items", count=f"{self.rows.count:,}"))
        else:
            state = tr("selected") if self.selection.current in self.selection.rows else tr("not selected")
            where = tr("item {number} of {count}", number=self.selection.current + 1, count=self.rows.count)
            stars = tr("{rating} of 5 stars", rating=row.rating) if row.rating else tr("not rated")
            parts = [row.title, tr(row.kind.capitalize()), where, stars, state]
            if row.favourite:
                parts.insert(3, tr("favourite"))
            self.setAccessibleDescription(", ".join(parts))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # ---- painting ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells inside the part that needs it."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._painter.colors.canvas))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        top = self.verticalScrollBar().value()
        focused = self.hasFocus()
        for index in self._geometry.visible(top + event.rect().top(), event.rect().height()):
            rect = self._cell_rect(index)
            if not rect.intersects(event.rect()):
                continue
            row = self.rows.row(index)
            image = self._thumbnails.get(str(row.thumbnail)) if row is not None and row.thumbnail else None
            state = CellState(
                index in self.selection.rows, focused and index == self.selection.current, index == self._hovered
            )
            self._painter.paint(painter, rect, row, image, state)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again for the new width; the first visible item stays visible."""
        top = self._geometry.visible(self.verticalScrollBar().value(), 1)
        columns = self._geometry.columns
        self._lay_out()
        if top and columns != self._geometry.columns and self.verticalScrollBar().value() > 0:
            self.verticalScrollBar().setValue(self._geometry.cell(top.start)[1] - self._geometry.gap)
        super().resizeEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move the pixels that stay and paint only what came into view."""
        del dx
        height = self.viewport().height()
        if abs(dy) < height:
            self.viewport().scroll(0, dy)
        else:
            self.viewport().update()
        self._settle.start()
        self._thumbnails.sparing = True
        # What flies past faster than it can be seen is not asked for; what it comes to rest at is.
        if abs(dy) < height // 2:
            self._look()

    def _rest(self) -> None:
        """Scrolling has ended."""
        self._thumbnails.sparing = False
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme, text size and language."""
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            pixels = self.font().pixelSize()
            self._painter = CellPainter(tokens(), pixels if pixels > 0 else 13)
            self.viewport().update()
        super().changeEvent(event)

    # ---- mouse -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select, or begin a rubber band or a drag."""
        row = self._row_at(event.position().toPoint())
        self._pressed = event.position().toPoint()
        self._press_row = -1
        if event.button() == Qt.MouseButton.RightButton:
            if row >= 0 and row not in self.selection.rows:
                self.select_row(row)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        held = event.modifiers()
        if row < 0:
            self._begin_band(keep=bool(held & (_CTRL | _SHIFT)))
            return
        self._press_row = row
        if held & _SHIFT:
            self.selection.extend(row, keep=bool(held & _CTRL))
        elif held & _CTRL:
            self.selection.toggle(row)
        elif row not in self.selection.rows:
            self.selection.choose(row)
        self._moved(scroll=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the rubber band, start a drag, or follow the pointer."""
        point = event.position().toPoint()
        if self._band.active:
            self._band.stretch(point)
        elif self._press_row >= 0 and event.buttons() & Qt.MouseButton.LeftButton:
            if (point - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self._drag_out()
        else:
            self._hover(self._row_at(point))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a band; a plain click on one of several selected items selects it alone."""
        if self._band.active:
            self._end_band()
        elif self._press_row >= 0 and len(self.selection.rows) > 1 and not event.modifiers() & (_CTRL | _SHIFT):
            self.selection.choose(self._press_row)
            self._moved(scroll=False)
        self._press_row = -1

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what was double-clicked."""
        row = self._row_at(event.position().toPoint())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(row)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl change the size of the thumbnails."""
        if event.modifiers() & _CTRL:
            self.set_side(self._side + (16 if event.angleDelta().y() > 0 else -16))
            event.accept()
            return
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the pointer or at the current cell."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.selection.current >= 0:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self._cell_rect(self.selection.current).center()))
        else:
            self.menu_wanted.emit(event.globalPos())

    def _hover(self, row: int) -> None:
        if row == self._hovered:
            return
        for changed in (self._hovered, row):
            if changed >= 0:
                self.viewport().update(self._cell_rect(changed))
        self._hovered = row
        shown = self.rows.row(row) if row >= 0 else None
        # A tool tip would guess at rich text: markup in a title must be read as it is written.
        self.viewport().setToolTip("" if shown is None else as_plain_tip(shown.title[:500]))

    def _drag_out(self) -> None:
        """Hand the selected files to wherever they are dropped."""
        self._press_row = -1
        chosen = [row for row in map(self.rows.row, self._first_selected(MOST_DRAGGED)) if row is not None]
        pictures = [self._thumbnails.get(str(row.thumbnail)) for row in chosen[:3]]
        drag_out(self, chosen, [picture for picture in pictures if picture is not None])

    def _first_selected(self, most: int) -> Sequence[int]:
        found: list[int] = []
        for run in self.selection.rows.runs():
            found.extend(run[: most - len(found)])
        return found

    def _choose_in(self, area: QRect, before: RowSet) -> None:
        """The rubber band covers `area` of the view; `before` was selected when it began."""
        top = self.verticalScrollBar().value()
        chosen = before.copy()
        for run in self._geometry.in_rectangle(area.left(), area.top() + top, area.right(), area.bottom() + top):
            chosen.add(run)
        if chosen != self.selection.rows:
            self.selection.rows = chosen
            self._moved(scroll=False)

    def _begin_band(self, *, keep: bool) -> None:
        if not keep:
            self.selection.clear()
        self._band.begin(self._pressed, self.selection.rows.copy())
        self._moved(scroll=False)

    def _end_band(self) -> None:
        self._band.end()
        first = self._first_selected(1)
        if first:
            self.selection.current = self.selection.anchor = first[0]
            self._moved(scroll=False)

    # ---- keyboard ----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, extend, open, peek; other keys belong to the page."""
        if name := _KEYS.get(Qt.Key(event.key())):
            self._step(name, event.modifiers())
        else:
            self._other_key(event)

    def _step(self, name: str, held: Qt.KeyboardModifier) -> None:
        row = self._geometry.moved(self.selection.current, name, self.viewport().height())
        if row < 0:
            return
        if held & _SHIFT:
            self.selection.extend(row, keep=bool(held & _CTRL))
        elif held & _CTRL:
            self.selection.move(row)
        else:
            self.selection.choose(row)
        self._moved()

    def _other_key(self, event: QKeyEvent) -> None:
        key, held, current = event.key(), event.modifiers(), self.selection.current
        if key == Qt.Key.Key_A and held & _CTRL:
            self.select_all()
        elif key == Qt.Key.Key_Escape and self.selection.rows:
            self.clear_selection()
        elif key == Qt.Key.Key_Space and held & _CTRL and current >= 0:
            self.selection.toggle(current)
            self._moved(scroll=False)
        elif key == Qt.Key.Key_Space and current >= 0:
            self.peeked.emit(current)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and current >= 0:
            self.activated.emit(current)
        else:
            super().keyPressEvent(event)

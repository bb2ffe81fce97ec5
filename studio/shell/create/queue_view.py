"""The list of jobs in the queue panel; made when there is a first job, since it brings in much of Qt's styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.engine.states import JobState
from studio.shell import icons
from studio.shell.create.progress import RETRIABLE, fraction
from studio.shell.create.queue_model import JobRole, ToldRole
from studio.shell.i18n import say
from studio.shell.theme import text_font, tokens

if TYPE_CHECKING:
    from studio.engine.jobs import Job

Index = QModelIndex | QPersistentModelIndex

ICONS = {
    JobState.QUEUED: "clock",
    JobState.PREPARING: "circle-dashed",
    JobState.RUNNING: "spinner",
    JobState.SUCCEEDED: "check-circle",
    JobState.FAILED: "warning-circle",
    JobState.CANCELLED: "prohibit",
    JobState.INTERRUPTED: "pause-circle",
}


class JobDelegate(QStyledItemDelegate):
    """Draws one job: state, title, one line, progress, and the one thing one would do with it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines and a bar."""
        del index
        return QSize(0, 2 * option.fontMetrics.lineSpacing() + 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the card."""
        job: Job = index.data(JobRole)
        colors = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = option.rect.adjusted(0, 2, 0, -2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(colors.accent if chosen and option.state & QStyle.StateFlag.State_HasFocus else colors.border)
        painter.setBrush(QColor(colors.hover if option.state & QStyle.StateFlag.State_MouseOver else colors.raised))
        painter.drawRoundedRect(card.adjusted(0, 0, -1, -1), 6, 6)
        tall = option.fontMetrics.lineSpacing()
        tint = {JobState.FAILED: colors.danger, JobState.SUCCEEDED: colors.success}.get(job.state, colors.muted)
        if job.state == JobState.RUNNING:
            tint = colors.accent
        icons.paint(painter, QRect(card.x() + 10, card.y() + 8, 16, tall), ICONS[job.state], tint)
        action = action_rect(option.rect)
        text = QRect(card.x() + 34, card.y() + 7, action.x() - card.x() - 40, tall)
        self._line(painter, text, index.data(), colors.text, option, strong=True)
        self._line(painter, text.translated(0, tall + 1), index.data(ToldRole), colors.muted, option)
        icons.paint(
            painter, action.adjusted(5, 5, -5, -5), "x" if not job.state.is_final else _action_icon(job), colors.muted
        )
        self._bar(painter, card, job)
        painter.restore()

    def _line(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        color: str,
        option: QStyleOptionViewItem,
        *,
        strong: bool = False,
    ) -> None:
        font = text_font(option.font.pixelSize(), strong=strong)
        painter.setFont(font)
        painter.setPen(color)
        shown = painter.fontMetrics().elidedText(" ".join(text.split()), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _bar(self, painter: QPainter, card: QRect, job: Job) -> None:
        if job.state not in {JobState.RUNNING, JobState.PREPARING}:
            return
        part = fraction(job) or 0.0
        track = QRect(card.x() + 10, card.bottom() - 7, card.width() - 20, 3)
        painter.fillRect(track, tokens().border)
        painter.fillRect(QRect(track.topLeft(), QSize(int(track.width() * part), 3)), tokens().accent)


def action_rect(rect: QRect) -> QRect:
    """Where a row's button is."""
    return QRect(rect.right() - 34, rect.y() + 6, 28, 28)


def _action_icon(job: Job) -> str:
    return "arrow-clockwise" if job.state in RETRIABLE else "arrow-right"


class QueueView(QListView):
    """The list of jobs, worked by mouse and by keyboard.

    Signals:
        acted(str): the row's button, or Enter, for this job id.
        removed(str): Delete.
        moved(str, int): Alt+Up or Alt+Down.
        menu_wanted(str, QPoint): the context menu of this job, there.
    """

    acted = Signal(str)
    removed = Signal(str)
    moved = Signal(str, int)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: str | None = None
        """The job whose button the mouse went down on, empty where that press does nothing; None: not on a button."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(JobDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        say(self.setAccessibleName, "Queue")

    @property
    def current(self) -> str:
        """The id of the chosen job, empty for none."""
        job: Job | None = self.currentIndex().data(JobRole) if self.currentIndex().isValid() else None
        return job.id if job else ""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose a row when the focus comes by keyboard, so that it is seen where it went."""
        if event.reason() != Qt.FocusReason.MouseFocusReason and not self.selectedIndexes():
            index = self.currentIndex()
            self.setCurrentIndex(index if index.isValid() else self.model().index(0, 0))
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The row's button neither chooses the row nor begins to drag it."""
        self._pressed = self._button_at(event)
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the row's button a double click is one click: what its first half changed may have moved the rows."""
        self._pressed = "" if self._button_at(event) is not None else None
        if self._pressed is None:
            super().mouseDoubleClickEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the row's button acts, and opens nothing."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed and pressed == self._button_at(event):
            self.acted.emit(pressed)

    def _button_at(self, event: QMouseEvent) -> str | None:
        """The job whose button is under the pointer, None for none or for another mouse button."""
        point = event.position().toPoint()
        index = self.indexAt(point)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and index.isValid() and action_rect(self.visualRect(index)).contains(point):
            return str(index.data(JobRole).id)
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter acts, Delete cancels, Alt+Up and Alt+Down move."""
        key, chosen = event.key(), self.current
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if chosen and event.modifiers() == Qt.KeyboardModifier.AltModifier and key in steps:
            self.moved.emit(chosen, steps[Qt.Key(key)])
        elif chosen and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.acted.emit(chosen)
        elif chosen and key == Qt.Key.Key_Delete:
            self.removed.emit(chosen)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu for the row under the pointer, or for the chosen one by keyboard."""
        index = self.currentIndex()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
        if index.isValid():
            self.menu_wanted.emit(index.data(JobRole).id, event.globalPos())

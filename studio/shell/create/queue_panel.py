"""The right side of *Create*: every job with its progress, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QMenu,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.engine.jobs import Job, JobState
from studio.shell import icons
from studio.shell.create.progress import fraction, told
from studio.shell.create.queue_model import JobRole, QueueModel
from studio.shell.i18n import count, say, tr
from studio.shell.icons import decorate
from studio.shell.theme import set_role, text_font, tokens
from studio.shell.widgets import button, column, label, row, tool_button
from studio.shell.workshop import Workshop

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
RETRIABLE = {JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}


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
        self._line(painter, text.translated(0, tall + 1), told(job), colors.muted, option)
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
    menu_wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        job = self.currentIndex().data(JobRole) if self.currentIndex().isValid() else None
        return job.id if isinstance(job, Job) else ""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the row's button acts."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and action_rect(self.visualRect(index)).contains(event.position().toPoint()):
            self.acted.emit(index.data(JobRole).id)
        super().mouseReleaseEvent(event)

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


class QueuePanel(QWidget):
    """The queue with its header.

    Signals:
        job_opened(str): show this job on the stage.
        edit_requested(str): show this job's values in the form.
        summary_changed(str): one line for the status bar.
    """

    job_opened = Signal(str)
    edit_requested = Signal(str)
    summary_changed = Signal(str)

    def __init__(self, workshop: Workshop, title_of: Callable[[Job], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bridge = workshop.bridge
        self._paused = False
        self.model = QueueModel(workshop.bridge, title_of, self)
        self.view = QueueView()
        self.view.setModel(self.model)
        self.pause_button = tool_button("pause", "Pause the queue", self.toggle_pause)
        self.clear_button = tool_button("checks", "Clear what has ended", self._clear)
        self._heading = label("Queue", "heading")
        self._empty = label("Nothing is waiting.\nWhat you generate queues up here.", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._offer = self._make_offer()
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(row(self._heading, None, self.pause_button, self.clear_button, spacing=2))
        layout.addWidget(self._offer)
        layout.addWidget(body, 1)
        self._connect()
        self._follow()

    def toggle_pause(self) -> None:
        """Pause or go on; a job that runs already finishes."""
        if not self._bridge.is_attached:
            return
        if self._paused:
            self._bridge.engine.resume()
        else:
            self._bridge.engine.pause()

    def retranslate(self) -> None:
        """Say what changes with the state again."""
        self._follow()
        self.view.viewport().update()

    def _connect(self) -> None:
        self.view.acted.connect(self._act)
        self.view.removed.connect(self._cancel)
        self.view.moved.connect(self.model.move_by)
        self.view.menu_wanted.connect(self._open_menu)
        self.view.clicked.connect(lambda index: self.job_opened.emit(index.data(JobRole).id))
        for changed in (self.model.modelReset, self.model.layoutChanged, self.model.dataChanged):
            changed.connect(self._follow)
        self._bridge.queue_changed.connect(self._show_paused)
        self._bridge.attached.connect(lambda: self._show_paused((), self._bridge.engine.paused))

    def _make_offer(self) -> QFrame:
        offer = QFrame()
        set_role(offer, "card")
        self._offer_text = label(wrap=True)
        again = button("Try again", self._retry_interrupted, icon="arrow-clockwise")
        leave = button("Leave them", self._clear)
        inside = column(self._offer_text, row(again, leave, None))
        inside.setContentsMargins(12, 12, 12, 12)
        offer.setLayout(inside)
        offer.hide()
        return offer

    def _follow(self) -> None:
        jobs = self.model.all()
        self._stack.setCurrentIndex(1 if jobs else 0)
        self.clear_button.setEnabled(any(job.state.is_final for job in jobs))
        interrupted = [job for job in jobs if job.state == JobState.INTERRUPTED]
        self._offer.setVisible(bool(interrupted))
        self._offer_text.setText(
            count(
                "{count} job was interrupted when the studio ended.",
                "{count} jobs were interrupted when the studio ended.",
                len(interrupted),
            )
        )
        self.summary_changed.emit(self.summary())

    def summary(self) -> str:
        """The queue in one line."""
        waiting = sum(job.state == JobState.QUEUED for job in self.model.all())
        running = sum(job.state in {JobState.RUNNING, JobState.PREPARING} for job in self.model.all())
        if self._paused:
            return tr("Paused, {waiting} waiting", waiting=waiting)
        if not running and not waiting:
            return tr("Queue empty")
        return tr("{running} running, {waiting} waiting", running=running, waiting=waiting)

    def _show_paused(self, order: tuple[str, ...], paused: bool) -> None:
        del order
        self._paused = paused
        decorate(self.pause_button, "play" if paused else "pause")
        text = "Go on with the queue" if paused else "Pause the queue"
        say(self.pause_button.setToolTip, text)
        say(self.pause_button.setAccessibleName, text)
        self._follow()

    def _act(self, job_id: str) -> None:
        job = self.model.job(self.model.row_of(job_id))
        if job is None:
            return
        if not job.state.is_final:
            self._cancel(job_id)
        elif job.state in RETRIABLE:
            self._bridge.engine.retry(job_id)
        else:
            self.job_opened.emit(job_id)

    def _cancel(self, job_id: str) -> None:
        self._bridge.engine.cancel(job_id)

    def _clear(self) -> None:
        self._bridge.engine.clear()

    def _retry_interrupted(self) -> None:
        for job in self.model.all():
            if job.state == JobState.INTERRUPTED:
                self._bridge.engine.retry(job.id)

    def _open_menu(self, job_id: str, place: object) -> None:
        menu = self.menu_for(job_id)
        menu.exec(place)  # type: ignore[call-overload]
        menu.deleteLater()

    def menu_for(self, job_id: str) -> QMenu:
        """Everything that can be done with a job."""
        menu = QMenu(self)
        job = self.model.job(self.model.row_of(job_id))
        if job is None:
            return menu
        self.view.selectionModel().setCurrentIndex(
            self.model.index(self.model.row_of(job_id)), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        menu.addAction(icons.icon("eye"), tr("Show")).triggered.connect(lambda: self.job_opened.emit(job_id))
        menu.addAction(icons.icon("sliders-horizontal"), tr("Use these settings")).triggered.connect(
            lambda: self.edit_requested.emit(job_id)
        )
        if job.state.is_final:
            menu.addAction(icons.icon("arrow-clockwise"), tr("Run again with the same seed")).triggered.connect(
                lambda: self._bridge.engine.retry(job_id)
            )
        else:
            menu.addAction(icons.icon("x"), tr("Cancel")).triggered.connect(lambda: self._cancel(job_id))
        if job.state == JobState.QUEUED:
            menu.addSeparator()
            menu.addAction(icons.icon("arrow-up"), tr("Up")).triggered.connect(lambda: self.model.move_by(job_id, -1))
            menu.addAction(icons.icon("arrow-down"), tr("Down")).triggered.connect(
                lambda: self.model.move_by(job_id, 1)
            )
        return menu

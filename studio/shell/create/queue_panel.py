"""The right side of *Create*: every job with its progress, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QStackedLayout, QVBoxLayout, QWidget

from studio.engine.states import JobState
from studio.shell import icons
from studio.shell.create.progress import RETRIABLE
from studio.shell.create.queue_model import JobRole, QueueModel
from studio.shell.i18n import count, say, tr
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.widgets import button, column, label, row, tool_button
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.jobs import Job
    from studio.shell.create.queue_view import QueueView


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
        self._item = workshop.item
        self._title_of = title_of
        self._results: dict[str, str] = {}
        """Titles of library items, by id: rows are painted often, and the library is a file."""
        self.model = QueueModel(workshop.bridge, self._named, workshop.spec_of, self)
        self._view: QueueView | None = None
        self.pause_button = tool_button("pause", "Pause the queue", self.toggle_pause)
        self.clear_button = tool_button("checks", "Clear what has ended", self._clear)
        self._heading = label("Queue", "heading")
        self._empty = label("Nothing is waiting.\nWhat you generate queues up here.", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._offer: QFrame | None = None
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(row(self._heading, None, self.pause_button, self.clear_button, spacing=2))
        layout.addWidget(body, 1)
        self._connect()
        self._follow()

    @property
    def view(self) -> QueueView:
        """The list, made when it is first needed."""
        if self._view is None:
            from studio.shell.create.queue_view import QueueView

            self._view = QueueView()
            self._view.setModel(self.model)
            self._view.acted.connect(self._act)
            self._view.removed.connect(self._cancel)
            self._view.moved.connect(self.model.move_by)
            self._view.menu_wanted.connect(self._open_menu)
            self._view.clicked.connect(lambda index: self.job_opened.emit(index.data(JobRole).id))
            self._stack.addWidget(self._view)
        return self._view

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
        if self._view is not None:
            self._view.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        """Results may have been renamed in the library meanwhile."""
        self._results.clear()
        super().showEvent(event)

    def _named(self, job: Job) -> str:
        """A row's title: what was asked for, and what came of it where that says more."""
        title, result = self._title_of(job), self._result_of(job)
        return title if title.casefold().startswith(result.rstrip("…").casefold()) else f"{title} · {result}"

    def _result_of(self, job: Job) -> str:
        """The title of an ended job's newest result, empty for none."""
        if not job.items or not job.state.is_final:
            return ""
        if job.items[-1] not in self._results and (item := self._item(job.items[-1])) is not None:
            self._results[item.id] = item.title
        return self._results.get(job.items[-1], "")

    def _connect(self) -> None:
        model = self.model
        for changed in (model.rowsInserted, model.rowsRemoved, model.layoutChanged, model.dataChanged):
            changed.connect(self._follow)
        self._bridge.queue_changed.connect(self._show_paused)
        self._bridge.attached.connect(lambda: self._show_paused((), self._bridge.engine.paused))

    def _show_offer(self, interrupted: int) -> None:
        """Offer to try interrupted jobs again, while there are some."""
        if self._offer is None:
            self._offer = QFrame()
            set_role(self._offer, "card")
            self._offer_text = label(wrap=True)
            again = button("Try again", self.retry_interrupted, icon="arrow-clockwise")
            leave = button("Leave them", self._leave_interrupted)
            inside = column(self._offer_text, row(again, leave, None))
            inside.setContentsMargins(12, 12, 12, 12)
            self._offer.setLayout(inside)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(1, self._offer)
        self._offer.setVisible(interrupted > 0)
        self._offer_text.setText(
            count(
                "{count} job was interrupted before it was done.",
                "{count} jobs were interrupted before they were done.",
                interrupted,
            )
        )

    def _follow(self) -> None:
        jobs, interrupted, ended = self.model.all(), self._interrupted(), self._ended()
        self._keep_focus(jobs=bool(jobs), offer=bool(interrupted), clearing=bool(ended))
        self._stack.setCurrentWidget(self.view if jobs else self._empty)
        self.clear_button.setEnabled(bool(ended))
        if interrupted or self._offer is not None:
            self._show_offer(len(interrupted))
        self.summary_changed.emit(self.summary())

    def _interrupted(self) -> list[str]:
        """The jobs offered to be tried again."""
        return [job.id for job in self.model.all() if job.state == JobState.INTERRUPTED]

    def _ended(self) -> list[str]:
        """What can be cleared: ended jobs that nothing more is offered for."""
        return [job.id for job in self.model.all() if job.state.is_final and job.state != JobState.INTERRUPTED]

    def _keep_focus(self, *, jobs: bool, offer: bool, clearing: bool) -> None:
        """Take the focus from what goes away to the list, or to *Pause* beside an empty one.

        Qt would give it to whatever comes first in the window.
        """
        focus = self.window().focusWidget()
        going = ((self._view, jobs), (self._offer, offer), (self.clear_button, clearing))
        leaving = [part for part, stays in going if part is not None and not stays]
        if focus is not None and any(part is focus or part.isAncestorOf(focus) for part in leaving):
            (self.view if jobs else self.pause_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def summary(self) -> str:
        """The queue in one line, with the interrupted jobs that are offered in the panel."""
        states = [job.state for job in self.model.all()]
        waiting = states.count(JobState.QUEUED)
        running = states.count(JobState.RUNNING) + states.count(JobState.PREPARING)
        parts = []
        if self._paused:
            parts.append(tr("Paused, {waiting} waiting", waiting=waiting))
        elif running or waiting:
            parts.append(tr("{running} running, {waiting} waiting", running=running, waiting=waiting))
        if interrupted := states.count(JobState.INTERRUPTED):
            parts.append(tr("{number} interrupted", number=interrupted))
        return " · ".join(parts) or tr("Queue empty")

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
            self.model.retry(job_id)
        else:
            self.job_opened.emit(job_id)

    def _cancel(self, job_id: str) -> None:
        self._bridge.engine.cancel(job_id)

    def _clear(self) -> None:
        """Forget what has ended; interrupted jobs stay, as they are offered to be tried again."""
        self._bridge.engine.clear(self._ended())

    def _leave_interrupted(self) -> None:
        self._bridge.engine.clear(self._interrupted())

    def retry_interrupted(self) -> None:
        """Queue again what was interrupted by the end of the studio or of a worker."""
        for job_id in self._interrupted():
            self.model.retry(job_id)

    def _open_menu(self, job_id: str, place: QPoint) -> None:
        menu = self.menu_for(job_id)
        menu.exec(place)
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
                lambda: self.model.retry(job_id)
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

"""The *Create* page: panel, stage and queue, and how they talk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from studio.engine.states import JobState
from studio.sdk.errors import UserError
from studio.sdk.parameters import Json
from studio.shell.create.panel import RequestPanel
from studio.shell.create.queue_panel import QueuePanel
from studio.shell.create.remedies import usable_remedy
from studio.shell.create.shots import Shot
from studio.shell.create.stage import Stage
from studio.shell.i18n import say, tr, tr_message, tr_spec
from studio.shell.icons import decorate
from studio.shell.widgets import CalmSplitter
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.events import ItemSaved
    from studio.engine.jobs import Job
    from studio.engine.requests import GenerationRequest

NARROW = 1180
"""Below this width the queue starts hidden, so that the stage keeps its room."""


class CreatePage(QWidget):
    """Where things are made.

    Signals:
        job_ended(Job): a job ended just now, well or not.
    """

    job_ended = Signal(object)

    def __init__(self, workshop: Workshop, *, first_time: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._early: list[GenerationRequest] = []
        self._queue_wanted: bool | None = None
        self.panel = RequestPanel(workshop)
        self.stage = Stage(workshop, first_time=first_time)
        self.queue = QueuePanel(workshop, self.title_of)
        self.queue_button = QToolButton()
        self.queue_button.setCheckable(True)
        decorate(self.queue_button, "queue")
        say(self.queue_button.setToolTip, "Show the queue (Ctrl+J)")
        say(self.queue_button.setAccessibleName, "Show the queue")
        self.queue_button.clicked.connect(self._want_queue)
        self.stage.panel_slot.addWidget(self.queue_button)
        self._splitter = CalmSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self.stage.setMinimumWidth(320)
        self.queue.setMinimumWidth(240)
        for place, part in enumerate((self.panel, self.stage, self.queue)):
            self._splitter.addWidget(part)
            self._splitter.setStretchFactor(place, 1 if part is self.stage else 0)
        self._splitter.setSizes([344, 800, 280])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self._connect()
        self.panel.show_generators()

    def _connect(self) -> None:
        bridge = self._workshop.bridge
        self.panel.requested.connect(self.submit)
        self.stage.welcome.example_chosen.connect(self.panel.use_example)
        self.stage.send_requested.connect(self.send)
        self.stage.reuse_requested.connect(self.reuse)
        self.stage.cancel_requested.connect(self.cancel_job)
        self.stage.retry_requested.connect(self.retry)
        self.stage.remedy_requested.connect(self.use_remedy)
        self.queue.job_opened.connect(self.show_job)
        self.queue.edit_requested.connect(self.reuse)
        bridge.job_changed.connect(self._job_changed)
        bridge.preview_received.connect(self._preview_received)
        bridge.job_restarted.connect(self.stage.restart)
        bridge.text_received.connect(self.stage.append_text)
        bridge.audio_received.connect(self.stage.append_audio)
        bridge.item_saved.connect(self._item_saved)
        bridge.attached.connect(self._submit_early)

    # ---- making ----------------------------------------------------------------------------------------------

    def generate(self) -> None:
        """What *Generate* does."""
        self.panel.generate()

    def submit(self, requests: list[GenerationRequest]) -> None:
        """Queue requests and watch the first; a refusal stands at its field or in a card."""
        if not self._workshop.bridge.is_attached:
            self._early += requests
            self._workshop.problem.emit("", tr("It begins as soon as everything is ready."))
            return
        engine = self._workshop.bridge.engine
        try:
            jobs = [engine.submit(request) for request in requests]
        except UserError as error:
            form = self.panel.form
            if form is None or not form.show_error(error):
                self._workshop.problem.emit("", tr_message(f"{error.message} {error.hint or ''}".strip()))
            return
        current = self.stage.job
        if current is None or current.state.is_final:
            self.stage.watch(jobs[0])

    def _submit_early(self) -> None:
        """Queue what was asked for before the engine was there."""
        requests, self._early = self._early, []
        if requests:
            self.submit(requests)

    def cancel(self) -> None:
        """End the job on the stage if it runs, or else the one that does; what waits goes on waiting."""
        active = {JobState.PREPARING, JobState.RUNNING}
        running = [job.id for job in self._workshop.bridge.jobs() if job.state in active]
        shown = self.stage.job
        if running:
            self.cancel_job(shown.id if shown is not None and shown.id in running else running[0])

    def cancel_job(self, job_id: str) -> None:
        """End a job."""
        self._workshop.bridge.engine.cancel(job_id)

    def retry(self, job_id: str) -> None:
        """Run a job again with the same seed and watch it, also one that was cleared from the queue meanwhile."""
        engine, shown = self._workshop.bridge.engine, self.stage.job
        if engine.job(job_id) is None and shown is not None and shown.id == job_id:
            self.stage.watch(engine.submit(shown.request))
        else:
            self.stage.watch(engine.retry(job_id))

    def use_remedy(self, job_id: str) -> None:
        """Run a job again with what its failure card offers."""
        job = self._job(job_id)
        remedy = usable_remedy(self._workshop.spec_of(job), job) if job else {}
        if job is None or not remedy:
            return
        request = replace(job.request, values={**job.request.values, **remedy})
        self.panel.open(request.generator, request.values, request.seed)
        self.submit([request])

    def send(self, generator: str, field: str, reference: str) -> None:
        """Fill a result into another generator's input."""
        if self.panel.open(generator) and self.panel.form is not None:
            editor = self.panel.form.editor(field)
            if editor is not None:
                editor.set_value(reference)

    def open_generator(self, generator: str, values: Mapping[str, Json] | None = None, seed: int | None = None) -> bool:
        """Show a generator's form, filled in."""
        return self.panel.open(generator, values, seed)

    def reuse(self, job_id: str) -> None:
        """Show a job's values and seed in the form."""
        job = self._job(job_id)
        if job is not None:
            self.panel.open(job.request.generator, job.request.values, job.request.seed)
            self._tell_at_field(job, take_focus=True)

    def show_job(self, job_id: str) -> None:
        """Put a job on the stage: its newest result when it has one."""
        job = self._job(job_id)
        if job is None:
            return
        made = [shot for shot in self.stage.filmstrip.shots() if shot.job_id == job_id]
        self.stage.watch(job)
        if made:
            self.stage.show_shot(made[-1])
            self.stage.filmstrip.show_shot(made[-1])
        elif job.items and job.state.is_final:
            self._show_kept(job)

    def title_of(self, job: Job) -> str:
        """What a job is called: the beginning of its prompt, else its generator."""
        spec = self._workshop.specs.get(job.request.generator)
        if spec is None:
            return job.request.generator
        for field in spec.fields:
            text = job.request.values.get(field.name)
            if field.kind == "prompt" and isinstance(text, str) and text.strip():
                return " ".join(text.split())[:120]
        return tr_spec(spec, spec.title)

    # ---- following the engine --------------------------------------------------------------------------------

    def _job(self, job_id: str) -> Job | None:
        listed = self.queue.model.job(self.queue.model.row_of(job_id))
        if listed is not None:
            return listed
        # all of a quick job's events can come in one frame, its results before its last snapshot
        known = next((job for job in self._workshop.bridge.jobs() if job.id == job_id), None)
        shown = self.stage.job  # on the stage, a job outlasts its place in the queue
        return shown if known is None and shown is not None and shown.id == job_id else known

    def _job_changed(self, job: Job) -> None:
        if not job.state.is_final:
            self.stage.warm(job)
        current = self.stage.job
        if job.state == JobState.RUNNING and (current is None or current.state.is_final):
            shot = self.stage.shot
            if current is not None or shot is None:
                self.stage.watch(job)
        self.stage.follow(job)
        if job.state == JobState.FAILED:
            self._tell_at_field(job, take_focus=False)
        if job.state.is_final and time.time() - job.ended < 60:
            self.job_ended.emit(job)

    def _tell_at_field(self, job: Job, *, take_focus: bool) -> None:
        """Show what a generator could not use at the field it was entered in, while it still stands there."""
        form, failure = self.panel.form, job.failure
        if form is None or failure is None or not failure.param or form.spec.id != job.request.generator:
            return
        if form.values().get(failure.param) == job.request.values.get(failure.param):
            form.show_failure(failure.param, failure.message, failure.hint, take_focus=take_focus)

    def _preview_received(self, job_id: str, picture: QImage) -> None:
        if self._workshop.settings["live_preview"]:
            self.stage.show_preview(job_id, picture)

    def _item_saved(self, event: ItemSaved) -> None:
        job = self._job(event.job_id)
        item = self._workshop.item(event.item)
        title = item.title if item is not None else self.title_of(job) if job else Path(event.path).stem
        self.stage.add_shot(Shot(event.job_id, event.item, event.kind, Path(event.path), title))

    def _show_kept(self, job: Job) -> None:
        """Show what an earlier session's job made, from the library."""
        items = [item for item in map(self._workshop.item, job.items) if item is not None and not item.is_trashed]
        if items:
            item = items[-1]
            path = self._workshop.item_file(item)
            self.stage.show_shot(Shot(job.id, item.id, item.kind, path, item.title))

    # ---- room ------------------------------------------------------------------------------------------------

    def toggle_queue(self) -> None:
        """Show or hide the queue."""
        self._want_queue(self.queue.isHidden())

    def _want_queue(self, wanted: bool) -> None:
        self._queue_wanted = wanted
        self._show_queue(wanted)

    def _show_queue(self, shown: bool) -> None:
        self.queue.setVisible(shown)
        self.queue_button.setChecked(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the queue in a narrow window, unless the artist asked for it."""
        super().resizeEvent(event)
        if self._queue_wanted is None:
            self._show_queue(self.width() >= NARROW - 76)

    def save_state(self) -> dict[str, Json]:
        """What to remember: the splitter, the generator, whether the queue is wanted."""
        return {
            "splitter": bytes(self._splitter.saveState().toBase64().data()).decode(),
            "generator": self.panel.chooser.generator,
            "queue": self._queue_wanted,
        }

    def restore_state(self, state: Mapping[str, Json]) -> None:
        """Show what was remembered; anything else in it is ignored."""
        splitter, generator, queue = state.get("splitter"), state.get("generator"), state.get("queue")
        if isinstance(splitter, str):
            self._splitter.restoreState(QByteArray.fromBase64(splitter.encode("ascii", "replace")))
        if isinstance(generator, str):
            self.panel.wanted = generator
            self.panel.open(generator)
        if isinstance(queue, bool):
            self._want_queue(queue)

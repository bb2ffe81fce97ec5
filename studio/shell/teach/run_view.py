"""One training run: where it stands, its curves and samples, and what can be done with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.sdk.generator import GeneratorSpec
from studio.shell.create.progress import fraction, has_failed, told
from studio.shell.create.remarks import tr_remark
from studio.shell.i18n import locale, say, tr, tr_message, tr_spec
from studio.shell.teach.checkpoints import CheckpointButton
from studio.shell.teach.curves import CurveView
from studio.shell.teach.samples import SampleStrip
from studio.shell.teach.snapshots import Shown, Snapshot
from studio.shell.viewers.background import Background
from studio.shell.widgets import ElidedLabel, button, label, row
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.jobs import Job
    from studio.shell.create.failure import FailureCard
    from studio.shell.viewers.quick_look import QuickLook

STEPS = 1000
"""Parts of the progress bar."""

LOG_HEIGHT = 140
"""Height of the log, pixels."""


class RunView(QWidget):
    """Shows a run.

    Signals:
        stopped, continued: the artist wants it to pause, or to go on.
        rolled_back(int): go on from the checkpoint of this step.
        model_wanted(int): make a model of the checkpoint of this step.
        keep_wanted(int, bool): never thin that checkpoint out, or treat it like the others again.
        use_wanted(str, str): show a generator with this model: its reference and family.
        remedied(str): job id; train again with what the card of its failure offers.
        edit_wanted(str): job id; show its values in the form.
        again_wanted: train the finished model once more, exactly as it was.
    """

    stopped = Signal()
    continued = Signal()
    rolled_back = Signal(int)
    model_wanted = Signal(int)
    keep_wanted = Signal(int, bool)
    use_wanted = Signal(str, str)
    remedied = Signal(str)
    edit_wanted = Signal(str)
    again_wanted = Signal()

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._snapshot: Snapshot | None = None
        self._job: Job | None = None
        self._spec: GeneratorSpec | None = None
        self._sheet: QuickLook | None = None
        self._looked_at: Shown | None = None
        self._title = ElidedLabel()
        self._title.setProperty("role", "heading")
        self._state = label(role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        say(self._bar.setAccessibleName, "Progress")
        self._stop = button("Stop", self.stopped.emit, icon="pause")
        say(self._stop.setToolTip, "It keeps what it has learnt and can go on later")
        self._go_on = button("Go on", self.continued.emit, icon="play", role="primary")
        self.again_button = button("Train again …", self.again_wanted.emit, icon="arrow-clockwise", role="quiet")
        say(self.again_button.setToolTip, "Exactly as recorded: the same data, values and seed")
        self._use = button("Use it in Create", self._use_it, icon="sparkle", role="primary")
        self._report = button("Report", self._open_report, icon="chart-bar")
        self.log_button = button("Log", self._show_log, icon="list-bullets", role="quiet")
        self.log_button.setCheckable(True)
        say(self.log_button.setToolTip, "What the recipe remarked, such as files it left out")
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(LOG_HEIGHT)
        say(self.log.setAccessibleName, "Log")
        self.log.hide()
        self.checkpoints = CheckpointButton()
        self.checkpoints.rolled_back.connect(self.rolled_back)
        self.checkpoints.model_wanted.connect(self.model_wanted)
        self.checkpoints.keep_wanted.connect(self.keep_wanted)
        self.checkpoints.comparison_wanted.connect(self.compare)
        self.compare_button = button("Compare …", lambda: self.compare(None), icon="columns", role="quiet")
        say(self.compare_button.setToolTip, "Two moments of this run beside each other, with their figures")
        self._failure: FailureCard | None = None
        self.curves = CurveView()
        self.samples = SampleStrip()
        self.samples.opened.connect(self._look)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        ways = (self.log_button, self.checkpoints, self.again_button, self._report, self._stop, self._go_on, self._use)
        head = row(self._title, *ways)
        head.setStretch(0, 1)
        layout.addLayout(head)
        layout.addWidget(self._state)
        layout.addWidget(self._bar)
        self._failure_place = layout.count()
        layout.addWidget(self.log)
        layout.addWidget(self.curves)
        layout.addLayout(row(label("Samples at the same seeds", "strong"), None, self.compare_button))
        layout.addWidget(self.samples, 1)

    def buttons(self) -> list[QAbstractButton]:
        """What can be pressed, for the command palette."""
        work = [self._stop, self._go_on, self.again_button, self._use]
        return [*work, self._report, self.log_button, self.compare_button]

    def show_run(self, snapshot: Snapshot, job: Job | None, spec: GeneratorSpec | None) -> None:
        """Show a run as it stands, and the job that works on it."""
        self._snapshot, self._job, self._spec = snapshot, job, spec
        recipe = tr_spec(spec, spec.title) if spec is not None else snapshot.recipe
        until = tr("Step {step}", step=f"{snapshot.until:,}") if snapshot.until else ""
        self._title.set_whole(" · ".join(part for part in (recipe, snapshot.dataset, until) if part))
        self.curves.show_curves(snapshot.curves, spec)
        self.samples.show_samples(snapshot.samples)
        self.compare_button.setVisible(len({sample.step for sample in snapshot.samples}) > 1)
        self._show_log()
        self.show_job(job)

    def show_job(self, job: Job | None) -> None:
        """Show how far the job is."""
        self._job = job
        snapshot = self._snapshot
        if snapshot is None:
            return
        active = job is not None and not job.state.is_final
        part = fraction(job) if job is not None and active else None
        self._bar.setVisible(active)
        self._bar.setRange(0, STEPS if part is not None else 0)
        self._bar.setValue(int((part or 0) * STEPS))
        self._state.setText(_state(snapshot, job, self._spec))
        self._show_failure(None if snapshot.model else job)
        self._stop.setVisible(active)
        self._go_on.setVisible(not active and not snapshot.model)
        self._use.setVisible(not active and bool(snapshot.model))
        self._report.setVisible(bool(snapshot.model))
        self.again_button.setVisible(not active and bool(snapshot.model) and not snapshot.until)
        self.checkpoints.show_checkpoints(snapshot.steps, snapshot.kept, active=active)
        self.checkpoints.setVisible(bool(snapshot.steps) and not snapshot.until)

    @property
    def failure(self) -> FailureCard:
        """Why the run stopped and what to do next; made when it is first needed, which it may never be."""
        if self._failure is None:
            from studio.shell.create.failure import FailureCard

            self._failure = FailureCard()
            self._failure.hide()
            self._failure.retry_button.hide()  # "Go on", above it, does just that
            self._failure.remedy_requested.connect(self.remedied)
            self._failure.edit_requested.connect(self.edit_wanted)
            self._layout.insertWidget(self._failure_place, self._failure)
        return self._failure

    def compare(self, step: int | None) -> None:
        """Show two moments of the run beside each other, at the left that of `step`, or the first."""
        from studio.shell.teach.comparison import ComparisonDialog

        if self._snapshot is not None:
            ComparisonDialog(self._snapshot.folder, self._spec, self._workshop, step, self.window()).open()

    def retranslate(self) -> None:
        """Say title and state again."""
        if self._snapshot is not None:
            self.show_run(self._snapshot, self._job, self._spec)

    # ---- inside ----------------------------------------------------------------------------------------------

    def _show_failure(self, job: Job | None) -> None:
        """Show the card of a job that failed; what is read or unfolded there is not folded again."""
        if job is not None and has_failed(job):
            if job.id != self.failure.job_id:
                self.failure.show_job(job, self._spec)
            self.failure.show()
        elif self._failure is not None:
            self._failure.hide()

    def _show_log(self) -> None:
        """Show the remarks while the button is down; a text that is read is not moved."""
        remarks = self._snapshot.remarks if self._snapshot else ()
        self.log_button.setVisible(bool(remarks))
        self.log.setVisible(bool(remarks) and self.log_button.isChecked())
        told = "\n".join(tr_remark(self._spec, remark) for remark in remarks)
        if told != self.log.toPlainText():
            self.log.setPlainText(told)
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    def _use_it(self) -> None:
        if self._snapshot is not None:
            self.use_wanted.emit(self._snapshot.model, str(self._snapshot.facts.get("family", "")))

    def _open_report(self) -> None:
        """Make the report's page in the window's language, where it is not there yet, and show it in the browser."""
        if self._snapshot is None or not self._snapshot.model:
            return
        from studio.engine.report_pages import report_page

        work = partial(report_page, self._workshop.home, self._snapshot.model, locale(), self._workshop.specs)
        Background.shared().run(work, self._show_page, self._no_page, owner=self)

    def _show_page(self, page: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))

    def _no_page(self, error: Exception) -> None:
        """Show what is kept beside the model, report or card, where no page can be made; say why where neither is."""
        folder = self.model_folder()
        kept = [folder / name for name in ("report.html", "README.md")] if folder is not None else []
        if there := [file for file in kept if file.is_file()]:
            self._show_page(there[0])
            return
        self._workshop.problem.emit(tr("The report could not be opened"), tr_message(str(error)))

    def model_folder(self) -> Path | None:
        """Where the finished model lies; None as long as there is none."""
        scheme, _, name = (self._snapshot.model if self._snapshot else "").partition(":")
        if scheme == "own" and name and Path(name).name == name:
            return self._workshop.home.models / name
        return Path(name) if scheme == "folder" and name else None

    def _look(self, sample: Shown) -> None:
        """Show a sample large, in the sheet that is open if there is one."""
        from studio.shell.viewers.quick_look import QuickLook

        if self._sheet is None or not isValid(self._sheet):
            self._sheet = QuickLook(self.window())
            self._sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._sheet.stepped.connect(self._step)
        self._looked_at = sample
        self._sheet.show_item(sample.kind, sample.path, tr("Step {step}", step=f"{sample.step:,}"))
        self._sheet.open_at()

    def _step(self, by: int) -> None:
        """Show the sample before or after the one that is looked at."""
        samples = self._snapshot.samples if self._snapshot is not None else ()
        place = samples.index(self._looked_at) + by if self._looked_at in samples else -1
        if 0 <= place < len(samples):
            self.samples.setCurrentRow(place)
            self._look(samples[place])


def _state(snapshot: Snapshot, job: Job | None, spec: GeneratorSpec | None) -> str:
    if job is not None and not job.state.is_final:
        return told(job, spec)
    if snapshot.model:
        return tr("Done. The model is {model}.", model=snapshot.model)
    if snapshot.steps:
        return tr("Stopped after step {step}; it can go on from there.", step=f"{snapshot.steps[-1]:,}")
    return tr("Stopped before the first checkpoint.")

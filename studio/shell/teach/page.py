"""The place *Teach*: what is to be learnt at the left, the run with its curves and samples at the right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.disk.home import Home
from studio.engine.requests import GenerationRequest
from studio.sdk.errors import UserError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.create.remedies import usable_remedy
from studio.shell.i18n import say, tr, tr_error, tr_message, tr_spec
from studio.shell.teach.panel import TeachPanel, scrolling
from studio.shell.teach.run_view import RunView
from studio.shell.teach.snapshots import Snapshot, read_run, read_runs, recent_datasets
from studio.shell.viewers.background import Background
from studio.shell.widgets import CalmCombo, label, row
from studio.shell.workshop import Workshop
from studio.teach.runs import Run, run_lock

if TYPE_CHECKING:
    from studio.engine.jobs import Job

LOOK_MS = 1000
"""How often a run that goes on is read again, milliseconds; only while the page is seen."""

PANEL_WIDTH = 380


class TeachPage(QWidget):
    """Make a model of one's own.

    Attributes:
        panel: data, recipe and parameters.
        runs: the trainings there are.
        view: the run shown.
        users: the generators to choose from where several use the model.

    Signals:
        use_wanted(str, dict): show this generator with these values.
    """

    use_wanted = Signal(str, dict)

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workshop = workshop
        self._runs: list[Snapshot] = []
        self._begun: dict[str, str] = {}
        self._shown: Path | None = None
        self._follow_newest = True
        self._reading = False
        self._again = False
        self._continuing = False
        self.panel = TeachPanel(workshop)
        self.panel.submitted.connect(self._submitted)
        self.runs = CalmCombo()
        say(self.runs.setAccessibleName, "Training runs")
        self.runs.activated.connect(self._chosen)
        self.view = RunView(workshop)
        self.users = QMenu(self)
        self.view.stopped.connect(self._stop)
        self.view.continued.connect(self._go_on)
        self.view.rolled_back.connect(self._roll_back)
        self.view.model_wanted.connect(self._make_model)
        self.view.keep_wanted.connect(self._keep)
        self.view.use_wanted.connect(self._use)
        self.view.remedied.connect(self._use_remedy)
        self.view.edit_wanted.connect(self._edit)
        self.view.again_wanted.connect(self._ask_to_repeat)
        self._pages = QStackedWidget()
        self._lay_out()
        self._clock = QTimer(self, interval=LOOK_MS)
        self._clock.timeout.connect(self.look)
        workshop.bridge.job_changed.connect(self._job_changed)
        workshop.bridge.lesson_received.connect(self._learnt)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.end)

    def buttons(self) -> list[QAbstractButton]:
        """What can be pressed now, for the command palette."""
        made = self.panel.buttons()
        if self._pages.currentIndex():
            made += self.view.buttons()
        return [one for one in made if one.isEnabled() and not one.isHidden()]

    def show_run(self, index: int) -> None:
        """Show the run that stands at `index` in `runs`."""
        self.runs.setCurrentIndex(index)
        self._chosen(index)

    def state(self) -> dict[str, Json]:
        """What to remember between sessions."""
        return self.panel.state()

    def restore_state(self, state: Mapping[str, Json]) -> None:
        """Show what was remembered; anything unusable is ignored."""
        self.panel.restore_state(state)

    def end(self) -> None:
        """End what the panel has begun: the studio closes. Training is the engine's to end."""
        self.panel.end()

    def retranslate(self) -> None:
        """Say titles again."""
        self._fill_runs()

    # ---- runs ------------------------------------------------------------------------------------------------

    def showEvent(self, event: object) -> None:
        """Look at once, and again as long as the page is seen."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.look()
        self._clock.start()

    def hideEvent(self, event: object) -> None:
        """Rest."""
        super().hideEvent(event)  # type: ignore[arg-type]
        self._clock.stop()

    def look(self) -> None:
        """Read the runs' folders again, off the window's thread."""
        self._again = self._reading  # what is being read may have changed, or another run was chosen
        if self._reading:
            return
        self._reading = True
        home, shown = self._workshop.home, self._shown
        Background.shared().run(lambda: _read(home, shown), self._found, self._not_read, owner=self)

    def _found(self, found: tuple[list[Snapshot], Snapshot | None, list[str]]) -> None:
        self._reading = False
        runs, shown, recent = found
        self.panel.offer_recent(recent)
        before, self._runs = self._runs, runs
        if [(run.folder, run.model) for run in runs] != [(run.folder, run.model) for run in before]:
            if self._shall_follow(before):
                self._shown = runs[0].folder if runs else None
                self._again = True
            self._fill_runs()
        self._pages.setCurrentIndex(1 if runs else 0)
        if shown is not None and shown.folder == self._shown:
            self.view.show_run(shown, self._job_of(shown), self._workshop.specs.get(shown.recipe))
        if self._again:
            self.look()

    def _shall_follow(self, before: Sequence[Snapshot]) -> bool:
        """Whether the newest run is to be shown: there is a new one, or the one that was shown is gone."""
        folders, known = [run.folder for run in self._runs], [run.folder for run in before]
        is_gone = self._shown is None or (self._shown in known and self._shown not in folders)
        return is_gone or (self._follow_newest and folders[:1] != known[:1])

    def _not_read(self, error: Exception) -> None:
        self._reading = False
        self.panel.tell(tr("The training runs could not be read: {reason}", reason=tr_error(error)))

    def _fill_runs(self) -> None:
        self.runs.clear()
        for run in self._runs:
            spec = self._workshop.specs.get(run.recipe)
            title = tr_spec(spec, spec.title) if spec is not None else run.recipe
            mark = "✓ " if run.model else ""
            until = f"{tr('Step {step}', step=f'{run.until:,}')} · " if run.until else ""
            self.runs.addItem(f"{mark}{title} · {run.dataset} · {until}{run.folder.name[:6]}", run.folder)
        folders = [run.folder for run in self._runs]
        if self._shown in folders:
            self.runs.setCurrentIndex(folders.index(self._shown))

    def _chosen(self, index: int) -> None:
        self._shown = self.runs.itemData(index)
        self._follow_newest = index == 0
        self.look()

    def _current(self) -> Snapshot | None:
        return next((run for run in self._runs if run.folder == self._shown), None)

    def _job_of(self, run: Snapshot) -> Job | None:
        """The newest job that works on a run."""
        jobs = [job for job in self._workshop.bridge.jobs() if self._works_on(job, run)]
        return max(jobs, key=lambda job: job.created, default=None)

    def _works_on(self, job: Job, run: Snapshot) -> bool:
        """Whether a job trains a run: it has told so, or will as far as can be foreseen."""
        begun = self._begun.get(job.id)
        return begun == run.folder.name if begun is not None else run.belongs_to(job)

    def _job_changed(self, job: Job) -> None:
        run = self._current()
        if run is not None and self._works_on(job, run):
            self.view.show_job(job)
            if job.state.is_final:
                self.look()

    def _learnt(self, event: object) -> None:
        """Show a new sample, checkpoint or model at once; points of curves wait for the next look."""
        from studio.engine.events import MetricReceived, TrainingBegan

        if isinstance(event, TrainingBegan):
            self._begun[event.job_id] = event.run
        if self.isVisible() and not isinstance(event, MetricReceived):
            self.look()

    def _submitted(self) -> None:
        self._follow_newest = True
        self.look()

    def _stop(self) -> None:
        run = self._current()
        job = self._job_of(run) if run is not None else None
        if job is not None:
            self._workshop.bridge.engine.cancel(job.id)

    def _go_on(self) -> None:
        run = self._current()
        if run is not None:
            self._continue(run, lambda: None)

    def _roll_back(self, step: int) -> None:
        run = self._current()
        if run is not None:
            self._continue(run, lambda: roll_back(run.folder, step))

    def _continue(self, run: Snapshot, first: Callable[[], None]) -> None:
        """Go on with a run after doing something `first`; neither happens where another run would come of it."""
        from studio.engine.continuing import request_of_training

        home = self._workshop.home

        def checked(spec: GeneratorSpec) -> tuple[Path, GenerationRequest]:
            request = request_of_training(home, spec, run.facts)
            first()
            return run.folder, request

        self._train(run, checked)

    def _ask_to_repeat(self) -> None:
        """Train a finished model once more where the artist says so: what the run holds makes room."""
        from studio.engine.continuing import changed_code

        run = self._current()
        if run is None:
            return
        spec = self._workshop.specs.get(run.recipe)
        texts = [
            tr("Train this again, exactly as recorded, from the first step?"),
            tr("Its samples and checkpoints are replaced, and at the end its model."),
            tr_message(changed_code(spec, run.facts)) if spec is not None else "",
        ]
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(texts[0])
        box.setInformativeText("\n\n".join(text for text in texts[1:] if text))
        train = box.addButton(tr("Train again"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        train.clicked.connect(partial(self._repeat, run))
        box.open()

    def _repeat(self, run: Snapshot) -> None:
        from studio.engine.continuing import request_of_repetition

        home = self._workshop.home

        def checked(spec: GeneratorSpec) -> tuple[Path, GenerationRequest]:
            return run.folder, request_of_repetition(home, spec, run.facts, Run(run.folder))

        self._train(run, checked)

    def _make_model(self, step: int) -> None:
        """Make a model of a checkpoint, by a run of its own that is shown from now on."""
        from studio.engine.continuing import request_of_checkpoint

        run, home = self._current(), self._workshop.home
        if run is None:
            return

        def begun(spec: GeneratorSpec) -> tuple[Path, GenerationRequest | None]:
            branch, request = request_of_checkpoint(home, spec, Run(run.folder), step)
            return branch.folder, request

        self._train(run, begun)

    def _train(self, run: Snapshot, prepare: Callable[[GeneratorSpec], tuple[Path, GenerationRequest | None]]) -> None:
        """Show the run that `prepare` gives, off the window's thread, and train it unless there is nothing to do."""
        spec = self._workshop.specs.get(run.recipe)
        if self._continuing:  # a second click would train it twice
            return
        if spec is None:
            self.panel.tell(tr("The recipe of this run is not installed any more."))
            return

        def done(found: tuple[Path, GenerationRequest | None]) -> None:
            self._continuing = False
            folder, request = found
            if folder != run.folder:
                self._shown = folder
                self._fill_runs()
                self.look()
            if request is not None:
                self.panel.submit(spec, request.values, request.seed, request.until)

        def refused(error: Exception) -> None:
            self._continuing = False
            self.panel.tell_error(error)

        self._continuing = True
        Background.shared().run(lambda: prepare(spec), done, refused, owner=self)

    def _keep(self, step: int, kept: bool) -> None:
        run = self._current()
        if run is not None:
            work = partial(Run(run.folder).keep, step, kept=kept)
            Background.shared().run(work, lambda _: self.look(), self.panel.tell_error, owner=self)

    def _use(self, model: str, family: str) -> None:
        """Show the generator made for such models; where several are, ask which."""
        fitting = users_of(family, self._workshop.specs.values())
        if not fitting:
            self.panel.tell(tr("No generator here uses models of the family {family}.", family=family))
        elif len(fitting) == 1:
            self.use_wanted.emit(fitting[0][0].id, {fitting[0][1]: model})
        else:
            self.users.clear()
            for spec, name in fitting:
                action = self.users.addAction(tr_spec(spec, spec.title).replace("&", "&&"))
                action.triggered.connect(partial(self.use_wanted.emit, spec.id, {name: model}))
            self.users.popup(QCursor.pos())

    def _use_remedy(self, job_id: str) -> None:
        """Train again with what the card of a failure offers, and show in the form what that is."""
        job = self._job(job_id)
        spec = self._workshop.spec_of(job) if job is not None else None
        remedy = usable_remedy(spec, job) if job is not None else {}
        if job is None or spec is None or not remedy:
            return
        values = {**job.request.values, **remedy}
        self.panel.fill_in(spec, values, job.request.seed)
        self.panel.submit(spec, values, job.request.seed, job.request.until)

    def _edit(self, job_id: str) -> None:
        """Show a job's values and seed in the form, and what could not be used at its field."""
        job = self._job(job_id)
        spec = self._workshop.spec_of(job) if job is not None else None
        if job is None or spec is None:
            return
        self.panel.fill_in(spec, job.request.values, job.request.seed)
        if self.panel.form is not None and job.failure is not None and job.failure.param:
            self.panel.form.show_failure(job.failure.param, job.failure.message, job.failure.hint)

    def _job(self, job_id: str) -> Job | None:
        return next((job for job in self._workshop.bridge.jobs() if job.id == job_id), None)

    # ---- inside ----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.panel)
        across.addWidget(self._make_right(), 1)

    def _make_right(self) -> QWidget:
        empty = label(
            "Choose a folder, keep the recipe, press Start training: curves and samples appear here while it learns.",
            "muted",
            wrap=True,
        )
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        run = QWidget()
        inside = QVBoxLayout(run)
        inside.setContentsMargins(24, 20, 24, 16)
        inside.setSpacing(12)
        across = row(label("Runs", "muted"), self.runs)
        across.setStretch(1, 1)
        inside.addLayout(across)
        area = scrolling()  # many curves, or the log, are higher than a small screen
        area.setWidget(self.view)
        for shown in (area.viewport(), self.view):
            shown.setAutoFillBackground(False)
        inside.addWidget(area, 1)
        self._pages.addWidget(empty)
        self._pages.addWidget(run)
        return self._pages


def users_of(family: str, specs: Iterable[GeneratorSpec]) -> list[tuple[GeneratorSpec, str]]:
    """The generators that use models of a family, each with its parameter for the model.

    Those that need one chosen first are made for models of one's own, and leave no place to those that merely may.
    """
    fitting = [
        (spec, known)
        for spec in specs
        if not spec.teaches
        for known in spec.fields
        if known.kind == "choice" and family in known.source.removeprefix("models:").split(",")
    ]
    made_for = [(spec, known) for spec, known in fitting if known.required and not known.default]
    return [(spec, known.name) for spec, known in made_for or fitting]


def roll_back(folder: Path, step: int) -> None:
    """Forget what a run learnt after a checkpoint. Raises `UserError` where somebody trains it now."""
    import filelock

    try:
        with run_lock(folder).acquire(timeout=0):
            Run(folder).roll_back(step)
    except filelock.Timeout as error:
        raise UserError("Another window of the studio trains this very model now.") from error


def _read(home: Home, shown: Path | None) -> tuple[list[Snapshot], Snapshot | None, list[str]]:
    there = shown is not None and shown.is_dir()
    runs = read_runs(home.runs, home.datasets)
    recent = recent_datasets(home.datasets, runs)
    return runs, read_run(shown, home.datasets) if shown and there else None, recent

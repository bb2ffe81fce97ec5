"""The place *Teach*: data, recipe, parameters at the left; the run with its curves and samples at the right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.disk.home import Home
from studio.engine.requests import GenerationRequest
from studio.sdk.datasets import Dataset
from studio.sdk.errors import ParameterError, UserError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.create.remedies import usable_remedy
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.i18n import say, tr, tr_description, tr_error, tr_message, tr_spec
from studio.shell.teach.data_step import DataStep
from studio.shell.teach.forecast import ForecastLine
from studio.shell.teach.run_view import RunView
from studio.shell.teach.snapshots import Snapshot, read_run, read_runs, recent_datasets
from studio.shell.viewers.background import Background
from studio.shell.widgets import CalmCombo, button, label, line, row
from studio.shell.workshop import Workshop
from studio.teach.datasets_keeping import find
from studio.teach.runs import Run, run_lock

if TYPE_CHECKING:
    from studio.engine.jobs import Job

LOOK_MS = 1000
"""How often a run that goes on is read again, milliseconds; only while the page is seen."""

PANEL_WIDTH = 380


class TeachPage(QWidget):
    """Make a model of one's own.

    Attributes:
        data: step one.
        recipes: step two, the trainers.
        form: step three, the chosen trainer's parameters; None as long as there is no trainer.
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
        self._around = FormHelp(workshop, PromptHistory(workshop.home.state / "prompts.json"))
        self._forms: dict[str, Form] = {}
        self._newest: dict[str, str] = {}  # by kind, the dataset made last
        self._recent: list[str] = []
        self._wanted = ""
        self._runs: list[Snapshot] = []
        self._begun: dict[str, str] = {}
        self._shown: Path | None = None
        self._follow_newest = True
        self._reading = False
        self._again = False
        self._continuing = False
        self._opening = False
        self.form: Form | None = None
        self.data = DataStep(workshop)
        self.data.prepared.connect(self._prepared)
        self.data.look_wanted.connect(self.look_inside)
        self.recipes = CalmCombo()
        say(self.recipes.setAccessibleName, "Recipe")
        self.recipes.currentIndexChanged.connect(lambda _: self._show_form())
        self._about = label(role="muted", wrap=True)
        self.problem = label(role="error", wrap=True)
        self.problem.hide()
        self.forecast = ForecastLine(workshop)
        self.forecast.ask_button.clicked.connect(self._ask_forecast)
        self.start_button = button("Start training", self.start, icon="graduation-cap", role="primary")
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
        self._lay_out()
        self._clock = QTimer(self, interval=LOOK_MS)
        self._clock.timeout.connect(self.look)
        workshop.generators_changed.connect(self.show_recipes)
        workshop.bridge.job_changed.connect(self._job_changed)
        workshop.bridge.lesson_received.connect(self._learnt)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.end)
        self.show_recipes()

    # ---- what can be learnt ----------------------------------------------------------------------------------

    def trainers(self) -> list[GeneratorSpec]:
        """The trainers that can be used now."""
        return [spec for spec in self._workshop.specs.values() if spec.teaches]

    def show_recipes(self) -> None:
        """Offer the trainers the registry lists now."""
        chosen = self.recipes.currentData() or self._wanted
        for name in [name for name, form in self._forms.items() if self._workshop.specs.get(name) != form.spec]:
            form = self._forms.pop(name)
            if form is self.form:
                self.form = None
                self._area.takeWidget()
            form.deleteLater()
        self.recipes.blockSignals(True)
        self.recipes.clear()
        for spec in self.trainers():
            self.recipes.addItem(tr_spec(spec, spec.title), spec.id)
        self.recipes.setCurrentIndex(max(0, self.recipes.findData(chosen)))
        self.recipes.blockSignals(False)
        self.start_button.setEnabled(self.recipes.count() > 0)
        self.forecast.ask_button.setEnabled(self.recipes.count() > 0)
        self._show_form()

    def choose_recipe(self, recipe: str) -> None:
        """Choose a recipe and go on at its parameters; one that is not offered is ignored."""
        place = self.recipes.findData(recipe)
        if place >= 0:
            self.recipes.setCurrentIndex(place)
            self.recipes.setFocus(Qt.FocusReason.OtherFocusReason)

    def buttons(self) -> list[QAbstractButton]:
        """What can be pressed now, for the command palette."""
        made = [*self.data.buttons(), self.forecast.ask_button, self.start_button]
        if self._pages.currentIndex():
            made += self.view.buttons()
        return [one for one in made if one.isEnabled() and not one.isHidden()]

    def show_run(self, index: int) -> None:
        """Show the run that stands at `index` in `runs`."""
        self.runs.setCurrentIndex(index)
        self._chosen(index)

    def state(self) -> dict[str, Json]:
        """What to remember between sessions: the recipe."""
        return {"recipe": self.recipes.currentData() or self._wanted}

    def restore_state(self, state: Mapping[str, Json]) -> None:
        """Show the recipe that was remembered, now or once it is found; anything unusable is ignored."""
        if isinstance(recipe := state.get("recipe"), str):
            self._wanted = recipe
            if (place := self.recipes.findData(recipe)) >= 0:
                self.recipes.setCurrentIndex(place)

    def start(self) -> None:
        """Check the form and queue the training; errors stand at their fields."""
        if self.form is None:
            return
        try:
            values = self.form.checked()
        except ParameterError:
            return
        if self._submit(self.form.spec, values, int(self.form.seed.value())):
            self.form.remember()

    def look_inside(self) -> None:
        """Show the chosen dataset: files, captions to type, what was left out."""
        values = self.form.values() if self.form is not None else {}
        chosen = [str(values[known.name]) for known in (self.form.spec.fields if self.form else ())
                  if known.kind == "dataset" and values.get(known.name)]  # fmt: skip
        if not chosen:
            self._tell(tr("Choose a folder or a dataset first."))
            return
        if self._opening:  # a second click would show it twice
            return
        self._opening = True
        self._tell("")
        datasets = self._workshop.home.datasets
        Background.shared().run(
            lambda: find(datasets, chosen[0]),
            lambda found: self._show_dataset(found, values),
            self._no_dataset,
            owner=self,
        )

    def _show_dataset(self, dataset: Dataset, values: Mapping[str, Any]) -> None:
        from studio.shell.teach.dataset_dialog import DatasetDialog

        self._opening = False
        recipe = self.form.spec if self.form is not None else None
        DatasetDialog(dataset, values, self, recipe=recipe).open()

    def _no_dataset(self, error: Exception) -> None:
        self._opening = False
        self._not_found(error)

    def _not_found(self, error: Exception) -> None:
        said = f"{error.message} {error.hint or ''}".strip() if isinstance(error, UserError) else str(error)
        self._tell(tr_message(said))

    def _ask_forecast(self) -> None:
        if self.form is None:
            return
        try:
            values = self.form.checked()
        except ParameterError:
            return
        self.forecast.ask(self.form.spec, values)

    def end(self) -> None:
        """End the processes that prepare and forecast: the studio closes. Training is the engine's to end."""
        self.data.close_process()
        self.forecast.end()

    def retranslate(self) -> None:
        """Say titles again."""
        for place in range(self.recipes.count()):
            spec = self._workshop.specs.get(self.recipes.itemData(place))
            if spec is not None:
                self.recipes.setItemText(place, tr_spec(spec, spec.title))
        self._tell_about()
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
        if recent != self._recent:
            self._recent = recent
            for form in self._forms.values():
                self._take_recent(form)
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
        self._tell(tr("The training runs could not be read: {reason}", reason=tr_error(error)))

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
            self._tell(tr("The recipe of this run is not installed any more."))
            return

        def done(found: tuple[Path, GenerationRequest | None]) -> None:
            self._continuing = False
            folder, request = found
            if folder != run.folder:
                self._shown = folder
                self._fill_runs()
                self.look()
            if request is not None:
                self._submit(spec, request.values, request.seed, request.until)

        def refused(error: Exception) -> None:
            self._continuing = False
            self._not_found(error)

        self._continuing = True
        Background.shared().run(lambda: prepare(spec), done, refused, owner=self)

    def _keep(self, step: int, kept: bool) -> None:
        run = self._current()
        if run is not None:
            work = partial(Run(run.folder).keep, step, kept=kept)
            Background.shared().run(work, lambda _: self.look(), self._not_found, owner=self)

    def _use(self, model: str, family: str) -> None:
        """Show the generator made for such models; where several are, ask which."""
        fitting = users_of(family, self._workshop.specs.values())
        if not fitting:
            self._tell(tr("No generator here uses models of the family {family}.", family=family))
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
        self._fill_in(spec, values, job.request.seed)
        self._submit(spec, values, job.request.seed, job.request.until)

    def _edit(self, job_id: str) -> None:
        """Show a job's values and seed in the form, and what could not be used at its field."""
        job = self._job(job_id)
        spec = self._workshop.spec_of(job) if job is not None else None
        if job is None or spec is None:
            return
        self._fill_in(spec, job.request.values, job.request.seed)
        if self.form is not None and job.failure is not None and job.failure.param:
            self.form.show_failure(job.failure.param, job.failure.message, job.failure.hint)

    def _job(self, job_id: str) -> Job | None:
        return next((job for job in self._workshop.bridge.jobs() if job.id == job_id), None)

    def _fill_in(self, spec: GeneratorSpec, values: Mapping[str, Json], seed: int) -> None:
        """Show a recipe's form with these values."""
        self.recipes.setCurrentIndex(self.recipes.findData(spec.id))
        if self.form is not None and self.form.spec is spec:
            self.form.reset()
            self.form.set_values(values)
            self.form.seed.set_value(seed)
            self.form.seed.set_locked(True)

    # ---- inside ----------------------------------------------------------------------------------------------

    def _submit(self, spec: GeneratorSpec, values: Mapping[str, Json], seed: int, until: int = 0) -> bool:
        self._tell("")
        if not self._workshop.bridge.is_attached:
            self._tell(tr("The studio is still starting; try again in a moment."))
            return False
        try:
            self._workshop.bridge.engine.submit(GenerationRequest.of(spec, values, seed, until=until))
        except UserError as error:
            if self.form is None or self.form.spec is not spec or not self.form.show_error(error):
                self._tell(tr_message(f"{error.message} {error.hint or ''}".strip()))
            return False
        self._follow_newest = True
        self.look()
        return True

    def _prepared(self, name: str, kind: str) -> None:
        """Take the new dataset into the forms; choose a recipe that fits where this one does not."""
        if self.form is None or _dataset_field(self.form.spec, kind) is None:
            fitting = next((spec for spec in self.trainers() if _dataset_field(spec, kind)), None)
            if fitting is None:
                self._tell(tr("No recipe here learns from files of this kind."))
                return
            self.recipes.setCurrentIndex(self.recipes.findData(fitting.id))
        self._newest[kind] = name
        for spec in self.trainers():
            if spec.id in self._forms:
                self._take_newest(self._forms[spec.id])
        self.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_newest(self, form: Form) -> None:
        """Choose the dataset made last of the kinds that a form asks for."""
        for kind, name in self._newest.items():
            if field := _dataset_field(form.spec, kind):
                form.set_values({field: name})

    def _take_recent(self, form: Form) -> None:
        """Where no dataset is chosen yet, choose the one that was last worked with."""
        for known in form.spec.fields:
            if known.kind == "dataset" and not form.values()[known.name]:
                offered = {option.value for option in self._workshop.options_of(known.source)}
                if name := next((name for name in self._recent if name in offered), ""):
                    form.set_values({known.name: name})

    def _show_form(self) -> None:
        spec = self._workshop.specs.get(self.recipes.currentData() or "")
        if spec is None:
            self._tell_about()
            return
        if spec.id not in self._forms:
            self._forms[spec.id] = Form(spec, self._around)
            self._take_newest(self._forms[spec.id])
            self._take_recent(self._forms[spec.id])
        form = self._forms[spec.id]
        if form is not self.form:
            kept = self._area.takeWidget()
            if kept is not None:
                kept.setParent(self)
                kept.hide()
            self.form = form
            self._area.setWidget(form)
            form.show()
        self._tell_about()

    def _tell_about(self) -> None:
        spec = self._workshop.specs.get(self.recipes.currentData() or "")
        self._about.setText(tr_description(spec) if spec is not None else tr("No trainer is installed."))

    def _tell(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        self._area = _scrolling()
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        panel = QWidget()
        panel.setObjectName("Panel")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        panel.setFixedWidth(PANEL_WIDTH)
        steps = QVBoxLayout(panel)
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(16, 16, 16, 8)
        top.setSpacing(8)
        for thing in (label("1  Data", "strong"), self.data, label("2  Recipe", "strong"), self.recipes, self._about):
            top.addWidget(thing)
        steps.addLayout(top)
        steps.addWidget(line())
        third = label("3  Parameters", "strong")
        third.setContentsMargins(16, 12, 16, 4)
        steps.addWidget(third)
        steps.addWidget(self._area, 1)
        steps.addWidget(line())
        bottom = QVBoxLayout()
        bottom.setContentsMargins(16, 12, 16, 12)
        bottom.addWidget(self.problem)
        bottom.addWidget(self.forecast)
        bottom.addWidget(self.start_button)
        steps.addLayout(bottom)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(panel)
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
        area = _scrolling()  # many curves, or the log, are higher than a small screen
        area.setWidget(self.view)
        for shown in (area.viewport(), self.view):
            shown.setAutoFillBackground(False)
        inside.addWidget(area, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(run)
        return self._pages


def _scrolling() -> QScrollArea:
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


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


def _dataset_field(spec: GeneratorSpec, kind: str) -> str | None:
    """The name of the parameter of a trainer that takes datasets of a kind."""
    for known in spec.fields:
        if known.kind == "dataset" and kind in known.source.removeprefix("datasets:").split(","):
            return known.name
    return None


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

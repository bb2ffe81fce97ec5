"""The left of *Teach*: data, recipe, parameters, forecast, and the button that starts a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.engine.requests import GenerationRequest
from studio.sdk.datasets import Dataset
from studio.sdk.errors import ParameterError, UserError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.i18n import say, tr, tr_description, tr_message, tr_spec
from studio.shell.teach.data_step import DataStep
from studio.shell.teach.forecast import ForecastLine
from studio.shell.viewers.background import Background
from studio.shell.widgets import CalmCombo, button, label, line
from studio.shell.workshop import Workshop
from studio.teach.datasets_keeping import find

PANEL_WIDTH = 380


class TeachPanel(QWidget):
    """What is to be learnt, from what, and how.

    Attributes:
        data: step one.
        recipes: step two, the trainers.
        form: step three, the chosen trainer's parameters; None as long as there is no trainer.
        problem: what went wrong and belongs to no field.

    Signals:
        submitted: a training was queued.
    """

    submitted = Signal()

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(PANEL_WIDTH)
        self._workshop = workshop
        self._around = FormHelp(workshop, PromptHistory(workshop.home.state / "prompts.json"))
        self._forms: dict[str, Form] = {}
        self._newest: dict[str, str] = {}  # by kind, the dataset made last
        self._recent: list[str] = []
        self._wanted = ""
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
        self._area = scrolling()
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        workshop.generators_changed.connect(self.show_recipes)
        self.show_recipes()

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
        """Its buttons, also those that cannot be pressed now."""
        return [*self.data.buttons(), self.forecast.ask_button, self.start_button]

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
        form, values = self.form, self._checked()
        if form is not None and values is not None and self.submit(form.spec, values, int(form.seed.value())):
            form.remember()

    def look_inside(self) -> None:
        """Show the chosen dataset: files, captions to type, what was left out."""
        values = self.form.values() if self.form is not None else {}
        chosen = [str(values[known.name]) for known in (self.form.spec.fields if self.form else ())
                  if known.kind == "dataset" and values.get(known.name)]  # fmt: skip
        if not chosen:
            self.tell(tr("Choose a folder or a dataset first."))
            return
        if self._opening:  # a second click would show it twice
            return
        self._opening = True
        self.tell("")
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
        self.tell_error(error)

    def tell(self, sentence: str) -> None:
        """Say what went wrong; an empty sentence takes it away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def tell_error(self, error: Exception) -> None:
        """As `tell`, what an error says."""
        said = f"{error.message} {error.hint or ''}".strip() if isinstance(error, UserError) else str(error)
        self.tell(tr_message(said))

    def _ask_forecast(self) -> None:
        form, values = self.form, self._checked()
        if form is not None and values is not None:
            self.forecast.ask(form.spec, values)

    def _checked(self) -> dict[str, Json] | None:
        """The form's values; None where there is no form, or one does not fit, which stands at its field then."""
        try:
            return self.form.checked() if self.form is not None else None
        except ParameterError:
            return None

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

    def offer_recent(self, names: list[str]) -> None:
        """Datasets that were worked with, the last one first: forms without one take the first that fits."""
        if names != self._recent:
            self._recent = names
            for form in self._forms.values():
                self._take_recent(form)

    def fill_in(self, spec: GeneratorSpec, values: Mapping[str, Json], seed: int) -> None:
        """Show a recipe's form with these values."""
        self.recipes.setCurrentIndex(self.recipes.findData(spec.id))
        if self.form is not None and self.form.spec is spec:
            self.form.reset()
            self.form.set_values(values)
            self.form.seed.set_value(seed)
            self.form.seed.set_locked(True)

    def submit(self, spec: GeneratorSpec, values: Mapping[str, Json], seed: int, until: int = 0) -> bool:
        """Queue a training; what keeps it from being queued is told, at its field where that is shown."""
        self.tell("")
        if not self._workshop.bridge.is_attached:
            self.tell(tr("The studio is still starting; try again in a moment."))
            return False
        try:
            self._workshop.bridge.engine.submit(GenerationRequest.of(spec, values, seed, until=until))
        except UserError as error:
            if self.form is None or self.form.spec is not spec or not self.form.show_error(error):
                self.tell(tr_message(f"{error.message} {error.hint or ''}".strip()))
            return False
        self.submitted.emit()
        return True

    # ---- inside ----------------------------------------------------------------------------------------------

    def _prepared(self, name: str, kind: str) -> None:
        """Take the new dataset into the forms; choose a recipe that fits where this one does not."""
        if self.form is None or _dataset_field(self.form.spec, kind) is None:
            fitting = next((spec for spec in self.trainers() if _dataset_field(spec, kind)), None)
            if fitting is None:
                self.tell(tr("No recipe here learns from files of this kind."))
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

    def _lay_out(self) -> None:
        steps = QVBoxLayout(self)
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


def scrolling() -> QScrollArea:
    """An area that scrolls what is larger than it, and takes no focus of its own."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


def _dataset_field(spec: GeneratorSpec, kind: str) -> str | None:
    """The name of the parameter of a trainer that takes datasets of a kind."""
    for known in spec.fields:
        if known.kind == "dataset" and kind in known.source.removeprefix("datasets:").split(","):
            return known.name
    return None

"""The left side of *Create*: generator, examples, presets, form, and the button that starts it all."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.sdk.errors import ParameterError
from studio.sdk.generator import Example, GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.create.chooser import Chooser
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.forms.presets import Presets
from studio.shell.i18n import say, tr, tr_spec
from studio.shell.theme import set_role
from studio.shell.widgets import CalmSpin, FlowLayout, button, line, row, take_all, tool_button
from studio.shell.workshop import Workshop

MOST_AT_ONCE = 100
CHIPS = 4
"""Examples shown as chips; the others are in a menu."""
NARROWEST = 300
"""The least width, for forms that need less."""


class RequestPanel(QWidget):
    """Everything that goes into a request.

    Attributes:
        wanted: the generator to begin with, when generators are found.
        form: the form shown, or None.

    Signals:
        requested(list): requests to submit, made by *Generate*.
        generator_changed(str): another generator's form is shown.
    """

    requested = Signal(list)
    generator_changed = Signal(str)

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workshop = workshop
        self._around = FormHelp(workshop, PromptHistory(workshop.home.state / "prompts.json"))
        self._presets = Presets(workshop.home.state / "presets")
        self._forms: dict[str, Form] = {}
        self.wanted = ""
        self.form: Form | None = None
        self.chooser = Chooser()
        self.chooser.chosen.connect(self._show_form)
        self._chips = QWidget()
        self._chip_flow = FlowLayout(self._chips)
        self._chip_flow.setContentsMargins(16, 0, 16, 8)
        self._area = _FormArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStrut(NARROWEST)
        for thing in (self.chooser, self._chips):
            layout.addWidget(thing)
        layout.addWidget(self._area, 1)
        layout.addWidget(line())
        layout.addLayout(self._make_footer())
        workshop.generators_changed.connect(self.show_generators)

    def show_generators(self) -> None:
        """Offer what the registry lists now; forms of generators that changed are built anew."""
        specs = self._workshop.makers
        for known in [name for name, form in self._forms.items() if specs.get(name) != form.spec]:
            form = self._forms.pop(known)
            if form is self.form:
                self.form = None
                self._area.takeWidget()
            form.deleteLater()
        self.chooser.show_specs(specs, self.wanted)
        self.generate_button.setEnabled(bool(specs))

    def open(self, generator: str, values: Mapping[str, Json] | None = None, seed: int | None = None) -> bool:
        """Show a generator's form with these values; a given seed is locked. False when it is not offered."""
        if generator not in self._workshop.makers:
            return False
        self.chooser.choose(generator)
        assert self.form is not None
        if values is not None:
            self.form.reset()
            self.form.set_values(values)
        if seed is not None:
            self.form.seed.set_value(seed)
            self.form.seed.set_locked(True)
        return True

    def use_example(self, generator: str, example: Example) -> None:
        """Fill in an example and make *Generate* the next thing to press."""
        if self.open(generator, example.values):
            assert self.form is not None
            self.form.seed.set_value(example.seed)
            self.generate_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def generate(self) -> None:
        """Check the form and ask for as many results as the count says; errors stand at their fields."""
        if self.form is None:
            return
        try:
            values = self.form.checked()
        except ParameterError:
            return
        from studio.engine.requests import GenerationRequest  # with the first one: the window opens without

        seed = int(self.form.seed.value())
        request = GenerationRequest.of(self.form.spec, values, seed)
        self.requested.emit(request.variations(int(self.count.value())))
        self.form.remember()

    # ---- building --------------------------------------------------------------------------------------------

    def _make_footer(self) -> QVBoxLayout:
        self.generate_button = button("Generate", self.generate, icon="sparkle", role="primary")
        say(self.generate_button.setToolTip, "Make it (Ctrl+Enter)")
        self.count = CalmSpin()
        self.count.setDecimals(0)
        self.count.setRange(1, MOST_AT_ONCE)
        self.count.setPrefix("× ")
        self.count.setFixedWidth(64)
        say(self.count.setAccessibleName, "How many")
        say(self.count.setToolTip, "How many, each with the next seed")
        self._preset_menu = QMenu(self)
        self._preset_menu.aboutToShow.connect(self._fill_presets)
        self.presets_button = tool_button("bookmark-simple", "Presets: saved settings of this generator")
        self.presets_button.setMenu(self._preset_menu)
        self.presets_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.reset_button = tool_button("arrow-counter-clockwise", "All back to the defaults", self._reset)
        footer = QVBoxLayout()
        footer.setContentsMargins(16, 12, 16, 12)
        bar = row(self.presets_button, self.reset_button, self.count, spacing=4)
        bar.addWidget(self.generate_button, 1)
        footer.addLayout(bar)
        return footer

    def _show_form(self, generator: str) -> None:
        spec = self._workshop.makers[generator]
        if generator not in self._forms:
            self._forms[generator] = Form(spec, self._around)
        form = self._forms[generator]
        if form is not self.form:
            # takeWidget keeps the form shown before: its values are still there when the artist comes back
            kept = self._area.takeWidget()
            if kept is not None:
                kept.setParent(self)
                kept.hide()
            self.form = form
            self._area.setWidget(form)
            form.show()
            self._area.updateGeometry()
            self._show_examples(spec)
            self.generator_changed.emit(generator)

    def _show_examples(self, spec: GeneratorSpec) -> None:
        take_all(self._chip_flow)
        for example in spec.examples[:CHIPS]:
            chip = QPushButton(tr_spec(spec, example.title).replace("&", "&&"))
            set_role(chip, "chip")
            chip.setToolTip(tr("Fill in this example"))
            chip.clicked.connect(lambda _=False, example=example: self.use_example(spec.id, example))
            self._chip_flow.addWidget(chip)
        if len(spec.examples) > CHIPS:
            self._chip_flow.addWidget(self._further(spec))
        self._chips.setVisible(bool(spec.examples))
        self._chips.updateGeometry()

    def _further(self, spec: GeneratorSpec) -> QToolButton:
        """A button with a menu of the examples for which there is no room."""
        more = tool_button("dots-three", "More examples")
        menu = QMenu(more)
        for example in spec.examples[CHIPS:]:
            action = menu.addAction(tr_spec(spec, example.title).replace("&", "&&"))
            action.triggered.connect(lambda _=False, example=example: self.use_example(spec.id, example))
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more

    def retranslate(self) -> None:
        """Say the examples again."""
        if self.form is not None:
            self._show_examples(self.form.spec)

    # ---- presets ---------------------------------------------------------------------------------------------

    def preset_names(self) -> list[str]:
        """The presets of the generator shown."""
        return self._presets.names(self.form.spec) if self.form is not None else []

    def _fill_presets(self) -> None:
        for inner in self._preset_menu.findChildren(QMenu):
            inner.deleteLater()  # `clear` leaves it
        self._preset_menu.clear()
        if self.form is None:
            return
        spec = self.form.spec
        names = self._presets.names(spec)
        for name in names:
            self._preset_menu.addAction(name.replace("&", "&&")).triggered.connect(
                lambda _=False, name=name: self.use_preset(name)
            )
        if names:
            self._preset_menu.addSeparator()
        self._preset_menu.addAction(tr("Save as a preset …")).triggered.connect(lambda: self.ask_for_preset())
        if names:
            removing = self._preset_menu.addMenu(tr("Forget"))
            for name in names:
                removing.addAction(name.replace("&", "&&")).triggered.connect(
                    lambda _=False, name=name: self._presets.remove(spec, name)
                )

    def use_preset(self, name: str) -> None:
        """Fill in a preset of the generator shown."""
        if self.form is not None:
            self.form.reset()
            self.form.set_values(self._presets.get(self.form.spec, name))

    def ask_for_preset(self) -> None:
        """Ask for a name and save the values shown under it."""
        from PySide6.QtWidgets import QInputDialog

        if self.form is None:
            return
        name, accepted = QInputDialog.getText(
            self, tr("Save as a preset"), tr("Name of the preset"), QLineEdit.EchoMode.Normal, ""
        )
        if accepted and name.strip():
            self.save_preset(name.strip())

    def save_preset(self, name: str) -> None:
        """Save the values shown under `name`."""
        if self.form is not None:
            self._presets.save(self.form.spec, name, self.form.values())

    def _reset(self) -> None:
        if self.form is not None:
            self.form.reset()


class _FormArea(QScrollArea):
    """Scrolls a form up and down, and is never narrower than it."""

    def minimumSizeHint(self) -> QSize:
        """Room for the form beside the scroll bar."""
        form, least = self.widget(), super().minimumSizeHint()
        width = form.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width() if form is not None else 0
        return QSize(max(width, least.width()), least.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fields that appear, or are named in another language, may need more room."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

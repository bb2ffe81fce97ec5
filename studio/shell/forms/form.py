"""The form: every parameter of a generator with its label, editor, error and reset, in groups."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from studio.sdk.errors import ParameterError, UserError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field, Json
from studio.shell.forms.choices import ChoiceEditor, ColorEditor, ModelEditor, PathEditor, ToggleEditor
from studio.shell.forms.editor import Editor
from studio.shell.forms.history import PromptHistory
from studio.shell.forms.inputs import InputEditor
from studio.shell.forms.numbers import NumberEditor, SeedEditor, SizeEditor
from studio.shell.forms.texts import PromptEditor, SecretEditor, TextEditor
from studio.shell.i18n import say, tr_said, tr_spec
from studio.shell.icons import decorate
from studio.shell.widgets import as_plain_tip, label, row, tool_button
from studio.shell.workshop import Workshop

ROWS_AT_FIRST = 8
"""Rows of a form that are made before it is first painted: about what there is room for without scrolling."""

ONE_FRAME = 16
"""Milliseconds after the first painting in which what waits in the window is answered, before the rest is made."""


class FormHelp(NamedTuple):
    """What editors need from around them.

    Attributes:
        workshop: for inputs and live choices.
        history: earlier prompts.
    """

    workshop: Workshop
    history: PromptHistory


def make_editor(spec: GeneratorSpec, field: Field, around: FormHelp) -> Editor:
    """The editor for a field's kind."""
    match field.kind:
        case "prompt":
            return PromptEditor(spec, field, around.history)
        case "text":
            return TextEditor(spec, field)
        case "integer" | "number":
            return NumberEditor(spec, field)
        case "toggle":
            return ToggleEditor(spec, field)
        case "choice" if field.source.startswith("models:"):
            return ModelEditor(spec, field, around.workshop.options_of)
        case "choice" | "dataset":
            return ChoiceEditor(spec, field, around.workshop.options_of)
        case "file" | "folder":
            return PathEditor(spec, field)
        case _:
            return (
                _OTHERS[field.kind](spec, field) if field.kind in _OTHERS else InputEditor(spec, field, around.workshop)
            )


_OTHERS: dict[str, type[SeedEditor | SizeEditor | ColorEditor | SecretEditor]] = {
    "seed": SeedEditor,
    "size": SizeEditor,
    "color": ColorEditor,
    "secret": SecretEditor,
}


class FieldRow(QWidget):
    """One parameter: label and reset above, editor, error below."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setBuddy(editor.input_widget())
        self._reset: QToolButton | None = None
        self._error: QLabel | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        if editor.owns_label:
            self._label.hide()  # it has no place in the layout and would lie over the editor
            self._head = row(editor, None, spacing=4)
            layout.addLayout(self._head)
        else:
            self._head = row(self._label, None, spacing=4)
            layout.addLayout(self._head)
            layout.addWidget(editor)
        editor.changed.connect(self._follow)
        self._follow()
        self.retranslate()

    def show_error(self, message: str, hint: str = "") -> None:
        """Say below the editor what does not fit; an empty message takes it away."""
        if not message and self._error is None:
            return
        if self._error is None:
            self._error = label(role="error", wrap=True)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.addWidget(self._error)
        self._error.setText(f"{message} {hint}".strip())
        self._error.setVisible(bool(message))
        self.editor.set_invalid(bool(message))
        self._describe()

    @property
    def error(self) -> str:
        """The error shown, empty for none."""
        return self._error.text() if self._error is not None and not self._error.isHidden() else ""

    def retranslate(self) -> None:
        """Show label and help in the window's language."""
        self._label.setText(self.editor.title)
        help = as_plain_tip(self._help())
        self._label.setToolTip(help)
        self.editor.setToolTip(help)
        self._describe()

    def _help(self) -> str:
        return tr_spec(self.editor.spec, self.editor.field.help)

    def _describe(self) -> None:
        """What a screen reader tells when the field gets the focus: what is wrong, and what the field is for."""
        self.editor.input_widget().setAccessibleDescription(f"{self.error} {self._help()}".strip())

    def _follow(self) -> None:
        changed = not self.editor.is_default()
        if changed and self._reset is None:
            self._reset = tool_button("arrow-counter-clockwise", "Back to the default", self.editor.reset)
            self._reset.setIconSize(QSize(14, 14))
            self._reset.setFixedSize(22, 18)
            self._head.addWidget(self._reset)
        if self._reset is not None:
            self._reset.setVisible(changed)
        if self.error:
            self.show_error("")


class _Section:
    """Where the rows of some fields stand: the ungrouped first, then each group under its heading.

    Rows are made one by one, each when it is first needed, and take their places among those that are there.

    Attributes:
        fields: its fields, from the top.
    """

    def __init__(self, fields: list[Field], layout: QVBoxLayout) -> None:
        self._layout = layout
        groups = sorted(dict.fromkeys(field.group for field in fields), key=bool)
        self._order: list[str | Field] = []
        for group in groups:
            self._order += [group] if group else []
            self._order += [field for field in fields if field.group == group]
        self.fields = [entry for entry in self._order if isinstance(entry, Field)]
        self._taken: list[int] = []

    def put(self, what: str | Field, widget: QWidget) -> None:
        """Give the row of a field, or the heading of a group, its place."""
        number = self._order.index(what)
        place = bisect(self._taken, number)
        self._taken.insert(place, number)
        self._layout.insertWidget(place, widget)


class Form(QWidget):
    """All parameters of one generator, and the seed of the request.

    An editor is made when its field first applies and its section is open, or when something asks for it: most runs
    need few of them, and all at once would hold the window up. Of those, the first screenful is made and painted before
    the others.

    Attributes:
        spec: the generator.
        seed: the editor of the request's own seed.

    Signals:
        changed: some value is another.
    """

    changed = Signal()

    def __init__(self, spec: GeneratorSpec, around: FormHelp, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("FormBody")
        self.spec = spec
        self._around = around
        self._rows: dict[str, FieldRow] = {}
        self._headings: dict[tuple[bool, str], QLabel] = {}
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(16, 4, 16, 16)
        self._body.setSpacing(10)
        self._waiting: dict[str, Json] = {}
        self._painted = False
        self._usual = _Section([field for field in spec.fields if not field.advanced], self._body)
        self.seed = SeedEditor(spec, Field(kind="seed", name="seed", default=0, label="Seed"), locked=False)
        self._seed_label = label("Seed")
        self._seed_label.setBuddy(self.seed.input_widget())
        self.seed.roll()
        self._body.addWidget(self._seed_label)
        self._body.addWidget(self.seed)
        self._advanced = QWidget(self)
        inside = QVBoxLayout(self._advanced)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        self._rare = _Section([field for field in spec.fields if field.advanced], inside)
        self._toggle = self._make_toggle()
        self._body.addWidget(self._toggle)
        self._toggle.setVisible(bool(self._rare.fields))
        self._body.addWidget(self._advanced)
        self._advanced.hide()
        self._body.addStretch(1)
        self._show_applying()

    # ---- values ----------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Json]:
        """Every parameter's value as shown."""
        shown = {name: made.editor.value() for name, made in self._rows.items()}
        hidden = {field.name: self._waiting.get(field.name, field.default) for field in self.spec.fields}
        return {**hidden, **shown}

    def checked(self) -> dict[str, Json]:
        """The values, checked; fields that do not apply count with their defaults.

        Raises:
            ParameterError: a value does not fit; the error stands at its field already.
        """
        values = self.values()
        for field in self.spec.fields:
            if not field.applies(values):
                values[field.name] = field.default
        self.clear_errors()
        try:
            return self.spec.check(values)
        except ParameterError as error:
            self.show_error(error)
            raise

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Show values; names no field has are ignored, missing ones keep what they show."""
        for field in self.spec.fields:
            given = [values[name] for name in (field.name, *field.aliases) if name in values]
            if not given:
                continue
            if field.name in self._rows:
                self._rows[field.name].editor.set_value(given[0])
            else:
                self._waiting[field.name] = given[0]
                if field.advanced and given[0] != field.default:
                    self._toggle.setChecked(True)
        self._show_applying()

    def reset(self) -> None:
        """Show every default."""
        self._waiting = {}
        for made in self._rows.values():
            made.editor.reset()

    def editor(self, name: str) -> Editor | None:
        """The editor of a parameter, made if it has not been needed yet."""
        made = self.row(name)
        return made.editor if made is not None else None

    def row(self, name: str) -> FieldRow | None:
        """The row of a parameter, see `editor`."""
        field = self.spec.field(name)
        if field is not None and name not in self._rows:
            self._make_row(field)
            self._show_applying()
        return self._rows.get(name)

    def remember(self) -> None:
        """Keep the prompts in the history, and draw another seed unless it is locked: a run has begun."""
        for made in self._rows.values():
            if isinstance(made.editor, PromptEditor):
                made.editor.remember()
            elif isinstance(made.editor, SeedEditor) and not made.editor.is_locked:
                made.editor.roll()
        if not self.seed.is_locked:
            self.seed.roll()

    # ---- errors ----------------------------------------------------------------------------------------------

    def show_error(self, error: UserError) -> bool:
        """Show an error at its field and put the cursor there; False when it belongs to no field here."""
        return self.show_failure(error.param, error.message, error.hint or "")

    def show_failure(self, param: str | None, message: str, hint: str, *, take_focus: bool = True) -> bool:
        """As `show_error`, from its parts; without `take_focus` the artist goes on where they are."""
        made = self.row(param) if param else None
        if made is None:
            return False
        if made.editor.field.advanced:
            self._toggle.setChecked(True)
        made.show_error(tr_said(self.spec, message), tr_said(self.spec, hint) if hint else "")
        if take_focus:
            made.editor.input_widget().setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def clear_errors(self) -> None:
        """Take all errors away."""
        for made in self._rows.values():
            made.show_error("")

    # ---- building --------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say the headings again; labels and editors do it themselves."""
        for (_, group), heading in self._headings.items():
            heading.setText(tr_spec(self.spec, group))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Have the rest made once the first screenful is seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(ONE_FRAME, self, self._show_applying)

    def _make_toggle(self) -> QToolButton:
        toggle = QToolButton(self)
        toggle.setCheckable(True)
        toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        say(toggle.setText, "Advanced")
        decorate(toggle, "caret-right")
        toggle.toggled.connect(self._show_advanced)
        return toggle

    def _show_advanced(self, shown: bool) -> None:
        decorate(self._toggle, "caret-down" if shown else "caret-right")
        self._advanced.setVisible(shown)
        self._show_applying()

    def _make_row(self, field: Field) -> None:
        section = self._rare if field.advanced else self._usual
        if field.group and (field.advanced, field.group) not in self._headings:
            heading = label(role="strong")
            heading.setText(tr_spec(self.spec, field.group))
            heading.setContentsMargins(0, 8, 0, 0)
            self._headings[field.advanced, field.group] = heading
            section.put(field.group, heading)
        made = FieldRow(make_editor(self.spec, field, self._around))
        if field.name in self._waiting:
            made.editor.set_value(self._waiting.pop(field.name))
        made.editor.changed.connect(self._value_changed)
        self._rows[field.name] = made
        section.put(field, made)

    def _value_changed(self) -> None:
        self._show_applying()
        self.changed.emit()

    def _show_applying(self) -> None:
        """Show the fields whose `when` holds, and the headings that have any."""
        values = self.values()
        shown_groups = set()
        for field in (*self._usual.fields, *self._rare.fields):
            applies = field.applies(values)
            if field.name not in self._rows and (not applies or (field.advanced and not self._toggle.isChecked())):
                continue
            if field.name not in self._rows:
                if not self._painted and len(self._rows) >= ROWS_AT_FIRST:
                    continue
                self._make_row(field)
            made = self._rows[field.name]
            if made.isHidden() == applies:
                made.setVisible(applies)
            if applies:
                shown_groups.add((field.advanced, field.group))
        for group, heading in self._headings.items():
            if heading.isHidden() == (group in shown_groups):
                heading.setVisible(group in shown_groups)

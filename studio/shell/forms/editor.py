"""What every editor of a parameter can do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field, Json
from studio.shell.i18n import tr, tr_spec


class Editor(QWidget):
    """A widget that shows and changes one parameter's value.

    Attributes:
        field: the parameter.
        owns_label: whether it shows the label itself, so that none is put above it.

    Signals:
        changed: `value()` is another now, by the artist's hand or by `set_value`.
    """

    changed = Signal()
    owns_label = False

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.field = field

    @property
    def title(self) -> str:
        """The field's label in the window's language; ours, such as the request's seed, no plugin translates."""
        label = self.field.label or self.field.name
        told = tr_spec(self.spec, label)
        return told if told != label else tr(label)

    def value(self) -> Json:
        """The value shown, in the field's canonical form where it fits."""
        raise NotImplementedError

    def set_value(self, value: Json) -> None:
        """Show `value`; one that does not fit the field is ignored, since forms are also filled from old records."""
        raise NotImplementedError

    def input_widget(self) -> QWidget:
        """The widget that takes the focus and is marked when the value does not fit."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Name the input for screen readers."""
        self.input_widget().setAccessibleName(self.title)

    def set_invalid(self, invalid: bool) -> None:
        """Mark the input, or take the mark away."""
        widget = self.input_widget()
        widget.setProperty("invalid", invalid)
        widget.style().unpolish(widget)
        widget.style().polish(widget)

    def is_default(self) -> bool:
        """Whether the value is the field's default."""
        return bool(self.value() == self.field.default)

    def reset(self) -> None:
        """Show the default."""
        self.set_value(self.field.default)

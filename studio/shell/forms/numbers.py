"""Editors of numbers: whole and real numbers, seeds, sizes."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.engine.seeds import random_seed
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import SEED_LIMIT, Field, Json
from studio.shell.forms.editor import Editor
from studio.shell.i18n import say, tr, tr_spec
from studio.shell.icons import decorate
from studio.shell.widgets import CalmCombo, CalmSlider, CalmSpin, label, row, tool_button

WIDEST = 2**53
"""Beyond this a double no longer holds every whole number."""


class NumberEditor(Editor):
    """A number: a box to type it, and a slider where both ends are known."""

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self._whole = field.kind == "integer"
        self._step = field.step or (1.0 if self._whole else _natural_step(field))
        self.box = CalmSpin(self)
        self.box.setDecimals(0 if self._whole else _decimals(self._step, field.default))
        self.box.setRange(
            -WIDEST if field.min is None else field.min,
            WIDEST if field.max is None else field.max,
        )
        self.box.setSingleStep(self._step)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self.slider: CalmSlider | None = None
        if field.min is not None and field.max is not None and field.max > field.min:
            self.slider = self._make_slider(field.min, field.max)
            layout.addWidget(self.slider, 1)
            self.box.setFixedWidth(88)
            layout.addWidget(self.box)
        else:
            layout.addWidget(self.box, 1)
        self.box.valueChanged.connect(self._follow_box)
        self.set_value(field.default)
        self.retranslate()

    def value(self) -> Json:
        """The number."""
        return round(self.box.value()) if self._whole else self.box.value()

    def set_value(self, value: Json) -> None:
        """Show a number, moved into the range where it lies outside."""
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            needed = _decimals(self._step, float(value))
            if not self._whole and needed > self.box.decimals():
                self.box.setDecimals(needed)
            self.box.setValue(value)
            self._place_slider()  # a box that shows this number already tells nobody

    def input_widget(self) -> QWidget:
        """The box."""
        return self.box

    def retranslate(self) -> None:
        """Name both parts, say the unit."""
        super().retranslate()
        if self.field.unit:
            self.box.setSuffix(f" {tr_spec(self.spec, self.field.unit)}")
        if self.slider is not None:
            self.slider.setAccessibleName(self.title)

    def _make_slider(self, low: float, high: float) -> CalmSlider:
        slider = CalmSlider(self)
        steps = round((high - low) / self._step)
        self._slider_step = self._step if 1 <= steps <= 2000 else (high - low) / 1000
        slider.setRange(0, max(1, round((high - low) / self._slider_step)))
        slider.setPageStep(max(1, slider.maximum() // 10))
        slider.setSingleStep(max(1, slider.maximum() // 200))
        slider.valueChanged.connect(self._follow_slider)
        return slider

    def _follow_box(self) -> None:
        self._place_slider()
        self.changed.emit()

    def _place_slider(self) -> None:
        if self.slider is not None:
            low = self.field.min or 0.0
            self.slider.blockSignals(True)
            self.slider.setValue(round((self.box.value() - low) / self._slider_step))
            self.slider.blockSignals(False)

    def _follow_slider(self, place: int) -> None:
        assert self.slider is not None
        low = self.field.min or 0.0
        high = self.field.max if self.field.max is not None else low
        self.box.setValue(high if place == self.slider.maximum() else low + place * self._slider_step)


class SeedEditor(Editor):
    """A seed with a dice that draws another, and a lock that keeps it for the next run.

    Signals:
        lock_changed(bool): the lock was closed or opened.
    """

    lock_changed = Signal(bool)

    def __init__(
        self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None, *, locked: bool = True
    ) -> None:
        super().__init__(spec, field, parent)
        self.box = CalmSpin(self)
        self.box.setDecimals(0)
        self.box.setRange(0, SEED_LIMIT - 1)
        self.box.setGroupSeparatorShown(False)
        self.dice = tool_button("dice-five", "Draw another seed", self.roll)
        self.lock = QToolButton(self)
        self.lock.setCheckable(True)
        self.lock.toggled.connect(self._show_lock)
        self.setLayout(row(self.box, self.dice, self.lock, spacing=4))
        self.box.valueChanged.connect(lambda _: self.changed.emit())
        self.set_value(field.default)
        self.lock.setChecked(locked)
        self._show_lock(locked)
        self.retranslate()

    @property
    def is_locked(self) -> bool:
        """Whether the seed stays for the next run."""
        return self.lock.isChecked()

    def set_locked(self, locked: bool) -> None:
        """Close or open the lock."""
        self.lock.setChecked(locked)

    def roll(self) -> None:
        """Draw another seed."""
        self.box.setValue(random_seed())

    def value(self) -> Json:
        """The seed."""
        return int(self.box.value())

    def set_value(self, value: Json) -> None:
        """Show a seed."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < SEED_LIMIT:
            self.box.setValue(value)

    def input_widget(self) -> QWidget:
        """The box."""
        return self.box

    def _show_lock(self, locked: bool) -> None:
        decorate(self.lock, "lock-simple" if locked else "lock-simple-open")
        text = "The seed stays: the next run gives the same again" if locked else "Every run draws another seed"
        say(self.lock.setToolTip, text)
        say(self.lock.setAccessibleName, "Keep the seed")
        self.lock_changed.emit(locked)


RATIOS = ((1, 1), (4, 3), (3, 2), (16, 9), (21, 9), (3, 4), (2, 3), (9, 16))
"""Proportions offered, width to height."""


class SizeEditor(Editor):
    """Width and height, with proportions that keep the number of pixels, and a swap."""

    def __init__(self, spec: GeneratorSpec, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(spec, field, parent)
        self.width_box, self.height_box = self._side(), self._side()
        self.ratio = CalmCombo(self)
        self.ratio.addItem("")
        for across, down in RATIOS:
            self.ratio.addItem(f"{across}:{down}", (across, down))
        self.ratio.setMinimumContentsLength(4)
        self.swap = tool_button("swap", "Swap width and height", self._swap)
        self.ratio.activated.connect(self._use_ratio)
        times = label()
        times.setText("×")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.width_box, times, self.height_box, self.swap, self.ratio, spacing=6))
        self.set_value(field.default)
        self.retranslate()

    def value(self) -> Json:
        """Width and height in pixels, as a list of two."""
        return [int(self.width_box.value()), int(self.height_box.value())]

    def set_value(self, value: Json) -> None:
        """Show a pair of whole numbers."""
        if isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(side, int) for side in value):
            self.width_box.setValue(value[0])
            self.height_box.setValue(value[1])

    def input_widget(self) -> QWidget:
        """The width."""
        return self.width_box

    def retranslate(self) -> None:
        """Name all parts."""
        self.width_box.setAccessibleName(tr("{field}: width", field=self.title))
        self.height_box.setAccessibleName(tr("{field}: height", field=self.title))
        self.ratio.setAccessibleName(tr("{field}: proportions", field=self.title))
        self.ratio.setItemText(0, tr("Free"))

    def set_invalid(self, invalid: bool) -> None:
        """Mark both sides."""
        for box in (self.width_box, self.height_box):
            box.setProperty("invalid", invalid)
            box.style().unpolish(box)
            box.style().polish(box)

    def _side(self) -> CalmSpin:
        box = CalmSpin(self)
        box.setDecimals(0)
        box.setRange(self.field.min or 1, self.field.max or 16384)
        box.setSingleStep(self.field.step or 1)
        box.setMinimumWidth(60)
        box.valueChanged.connect(self._show_ratio)
        return box

    def _show_ratio(self) -> None:
        width, height = self.value()
        fitting = [n for n, (across, down) in enumerate(RATIOS, 1) if abs(width * down - height * across) <= height]
        self.ratio.setCurrentIndex(fitting[0] if fitting else 0)
        self.changed.emit()

    def _use_ratio(self, index: int) -> None:
        if index == 0:
            return
        across, down = RATIOS[index - 1]
        width, height = self.value()
        unit = math.sqrt(width * height / (across * down))
        step = int(self.field.step or 1)
        most = self.field.max or 16384
        unit = min(unit, most / max(across, down))
        self.set_value([max(step, round(unit * side / step) * step) for side in (across, down)])
        self.ratio.setCurrentIndex(index)

    def _swap(self) -> None:
        self.set_value(self.value()[::-1])


def _natural_step(field: Field) -> float:
    """A hundredth of the range rounded down to 1, 2 or 5 times a power of ten; 0.1 for an open range."""
    if field.min is None or field.max is None or field.max <= field.min:
        return 0.1
    wanted = (field.max - field.min) / 100
    power = 10.0 ** math.floor(math.log10(wanted))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= wanted * 1.0001)


def _decimals(*values: float) -> int:
    """How many decimals show all of `values`, at most six."""
    return max(len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in values)

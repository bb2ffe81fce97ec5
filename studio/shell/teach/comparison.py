"""Two moments of a training run beside each other: samples from the same seed, and the figures of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QStackedWidget, QWidget

from studio.sdk.generator import GeneratorSpec
from studio.shell.create.compare import CompareView
from studio.shell.create.shots import Shot
from studio.shell.i18n import say, tr, tr_phrase
from studio.shell.teach.snapshots import KINDS
from studio.shell.viewers.background import Background
from studio.shell.widgets import CalmCombo, button, column, label, row, take_all
from studio.shell.workshop import Workshop
from studio.teach.moments import Moment, steps_to_compare
from studio.teach.runs import Run

FIGURES_HEIGHT = 170
"""Most that the figures take, pixels; more of them scroll."""


class ComparisonDialog(QDialog):
    """Compares two moments, which can be chosen; a training that goes on is not disturbed.

    Args:
        folder: the run's.
        spec: its recipe, which translates the names of figures.
        step: the moment to begin with at the left, at the right where it is the last; None for the first one.

    Attributes:
        first, second: the moments at the left and at the right.
        sample: which of the samples of each moment is shown, where there are several.
        view: the two samples; None as long as, or where, there are none.
    """

    def __init__(
        self,
        folder: Path,
        spec: GeneratorSpec | None,
        workshop: Workshop,
        step: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Compare two moments")
        self._run, self._spec, self._workshop = Run(folder), spec, workshop
        self._begin_with = step
        self._moments: tuple[Moment, ...] = ()
        self._checkpoints: frozenset[int] = frozenset()
        self.view: CompareView | None = None
        self.first, self.second, self.sample = CalmCombo(), CalmCombo(), CalmCombo()
        for box, name in ((self.first, "At the left"), (self.second, "At the right"), (self.sample, "Sample")):
            say(box.setAccessibleName, name)
            box.setSizeAdjustPolicy(CalmCombo.SizeAdjustPolicy.AdjustToContents)
            box.activated.connect(self._read if box is not self.sample else self._show)
        self._nothing = label("There are no samples to compare yet.", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stage = QStackedWidget()
        self._stage.addWidget(self._nothing)
        self._sample_label = label("Sample", "muted")
        self._figures = QGridLayout()
        self._figures.setContentsMargins(0, 0, 0, 0)
        self._figures.setHorizontalSpacing(24)
        self._figures.setColumnStretch(3, 1)
        choices = row(label("At the left", "muted"), self.first, label("At the right", "muted"), self.second,
                      self._sample_label, self.sample, None)  # fmt: skip
        figures = QWidget()
        figures.setLayout(self._figures)
        self._listing = QScrollArea()
        self._listing.setFrameShape(QFrame.Shape.NoFrame)
        self._listing.setWidgetResizable(True)
        say(self._listing.setAccessibleName, "Figures")
        self._listing.setWidget(figures)
        layout = column(choices, self._stage, self._listing, row(None, button("Close", self.accept, role="primary")))
        layout.setContentsMargins(12, 20, 12, 20)  # two viewers of music beside each other take all of a small screen
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.resize(900, 680)
        run = self._run
        Background.shared().run(lambda: (steps_to_compare(run), run.steps), self._offer, owner=self)

    def retranslate(self) -> None:
        """Say steps, titles and figures again."""
        for box in (self.first, self.second):
            for place in range(box.count()):
                box.setItemText(place, self._told(box.itemData(place)))
        self._show()

    # ---- inside ----------------------------------------------------------------------------------------------

    def _offer(self, found: tuple[Sequence[int], Sequence[int]]) -> None:
        steps, checkpoints = found
        self._checkpoints = frozenset(checkpoints)
        for box in (self.first, self.second):
            for step in steps:
                box.addItem(self._told(step), step)
        last = len(steps) - 1
        begin = self.first.findData(self._begin_with)
        self.first.setCurrentIndex(begin if 0 <= begin < last else min(0, last))
        self.second.setCurrentIndex(last)
        self._read()

    def _told(self, step: int) -> str:
        told = f"{step:,}"
        return tr("Step {step}, checkpoint", step=told) if step in self._checkpoints else tr("Step {step}", step=told)

    def _read(self) -> None:
        run, steps = self._run, [box.currentData() for box in (self.first, self.second)]
        if None not in steps:
            Background.shared().run(lambda: tuple(Moment.of(run, step) for step in steps), self._found, owner=self)

    def _found(self, moments: tuple[Moment, ...]) -> None:
        if [moment.step for moment in moments] != [box.currentData() for box in (self.first, self.second)]:
            return  # others were chosen meanwhile, and are being read
        self._moments = moments
        most, chosen = max(len(moment.samples) for moment in moments), max(0, self.sample.currentIndex())
        self.sample.clear()
        self.sample.addItems([str(place + 1) for place in range(most)])
        self.sample.setCurrentIndex(min(chosen, most - 1))
        for shown in (self._sample_label, self.sample):
            shown.setVisible(most > 1)
        self._show()

    def _show(self) -> None:
        """The chosen sample of both moments, and all their figures."""
        if not self._moments:
            return
        if self.view is not None:
            self._stage.removeWidget(self.view)
            self.view.clear()
            self.view.deleteLater()
            self.view = None
        place = max(0, self.sample.currentIndex())
        shots = [_shot(moment, place) for moment in self._moments]
        if shots[0] is not None and shots[1] is not None:
            self.view = CompareView(shots[0], shots[1], self._workshop, "side")
            self.view.closed.connect(self.accept)
            self._stage.addWidget(self.view)
            self._stage.setCurrentWidget(self.view)
        self._show_figures()

    def _show_figures(self) -> None:
        take_all(self._figures)
        first, second = self._moments
        for column_, moment in ((1, first), (2, second)):
            self._tell(0, column_, self._told(moment.step), "muted")
        self._tell(0, 3, tr("Change"), "muted")
        for line, name in enumerate(dict.fromkeys((*first.figures, *second.figures)), start=1):
            self._tell(line, 0, tr_phrase(self._spec, name))
            before, after = first.figures.get(name), second.figures.get(name)
            for column_, value in ((1, before), (2, after)):
                self._tell(line, column_, "–" if value is None else f"{value:.4g}")
            if before is not None and after is not None:
                self._tell(line, 3, f"{after - before:+.3g}")
        self._listing.setFixedHeight(min(FIGURES_HEIGHT, self._figures.sizeHint().height()))

    def _tell(self, line: int, column_: int, text: str, role: str = "") -> None:
        cell = label(role=role)
        cell.setText(text)
        self._figures.addWidget(cell, line, column_)
        cell.show()  # only what shows counts for the height


def _shot(moment: Moment, place: int) -> Shot | None:
    """The n-th sample of a moment, as comparisons take it; None where there is none that can be shown."""
    if place >= len(moment.samples) or moment.samples[place].suffix not in KINDS:
        return None
    path = moment.samples[place]
    title = tr("Step {step}", step=f"{moment.sampled:,}")
    return Shot("", str(path), KINDS[path.suffix], path, title)

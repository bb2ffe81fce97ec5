"""The list of a run's checkpoints, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.shell.i18n import say, tr
from studio.shell.icons import decorate

GO_ON, MODEL, COMPARE, KEEP, LET_GO = OFFERS = (
    "Go on from here",
    "Make a model of it",
    "Compare …",
    "Keep it",
    "Do not keep it",
)
"""What can be done with a checkpoint; in the menu a mark at *Keep it* tells the last two apart."""


class CheckpointButton(QToolButton):
    """A button with a menu: the newest checkpoint first, behind each what can be done with it.

    Signals:
        rolled_back(int): go on from the checkpoint of this step.
        model_wanted(int): make a model of it.
        comparison_wanted(int): hold it against another moment.
        keep_wanted(int, bool): never thin it out, or treat it like the others again.
    """

    rolled_back = Signal(int)
    model_wanted = Signal(int)
    comparison_wanted = Signal(int)
    keep_wanted = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: Sequence[int] = ()
        self._kept: Collection[int] = ()
        self._active = False
        say(self.setText, "Checkpoints")
        decorate(self, "flag")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        say(self.setToolTip, "Keep a checkpoint, compare it, make a model of it, or learn on from there")
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def show_checkpoints(self, steps: Sequence[int], kept: Collection[int], *, active: bool) -> None:
        """Offer the checkpoints of these steps, ascending; while the run is `active` it can't be rolled back."""
        self._steps, self._kept, self._active = steps, kept, active

    def offers(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """For the command palette: of each checkpoint its step, what can be done with it, and what does it."""
        for step in reversed(self._steps):
            told, kept = f"{step:,}", step in self._kept
            if not self._active:
                yield told, GO_ON, partial(self.rolled_back.emit, step)
            yield told, MODEL, partial(self.model_wanted.emit, step)
            yield told, COMPARE, partial(self.comparison_wanted.emit, step)
            yield told, LET_GO if kept else KEEP, partial(self.keep_wanted.emit, step, not kept)

    def _fill(self, menu: QMenu) -> None:
        for inner in menu.findChildren(QMenu):
            inner.deleteLater()  # clearing alone lets them live as long as the menu
        menu.clear()
        for step in reversed(self._steps):
            kept, told = step in self._kept, f"{step:,}"
            text = tr("Step {step} (kept)", step=told) if kept else tr("Step {step}", step=told)
            inner = menu.addMenu(text)
            _add(inner, tr(GO_ON), self.rolled_back, step).setEnabled(not self._active)
            _add(inner, tr(MODEL), self.model_wanted, step)
            _add(inner, tr(COMPARE), self.comparison_wanted, step)
            inner.addSeparator()
            keep = _add(inner, tr(KEEP), self.keep_wanted, step, not kept)
            keep.setCheckable(True)
            keep.setChecked(kept)


def _add(menu: QMenu, text: str, chosen: SignalInstance, *values: object) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda: chosen.emit(*values))
    return action

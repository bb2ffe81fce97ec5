"""The list of a run's checkpoints, and what can be done with each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.shell.i18n import say, tr
from studio.shell.icons import decorate


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

    def _fill(self, menu: QMenu) -> None:
        for inner in menu.findChildren(QMenu):
            inner.deleteLater()  # clearing alone lets them live as long as the menu
        menu.clear()
        for step in reversed(self._steps):
            kept, told = step in self._kept, f"{step:,}"
            text = tr("Step {step} (kept)", step=told) if kept else tr("Step {step}", step=told)
            inner = menu.addMenu(text)
            _add(inner, tr("Go on from here"), self.rolled_back, step).setEnabled(not self._active)
            _add(inner, tr("Make a model of it"), self.model_wanted, step)
            _add(inner, tr("Compare …"), self.comparison_wanted, step)
            inner.addSeparator()
            keep = _add(inner, tr("Keep it"), self.keep_wanted, step, not kept)
            keep.setCheckable(True)
            keep.setChecked(kept)


def _add(menu: QMenu, text: str, chosen: SignalInstance, *values: object) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda: chosen.emit(*values))
    return action

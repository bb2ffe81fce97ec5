"""What the model made at fixed seeds, side by side over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem, QWidget

from studio.shell.i18n import say, tr
from studio.shell.icons import pixmap
from studio.shell.teach.snapshots import Shown
from studio.shell.theme import tokens
from studio.shell.viewers.background import Background
from studio.shell.viewers.pictures import as_icon, picture_reader
from studio.shell.workshop import KIND_ICONS

SIDE = 128
"""Side of a sample's picture, pixels."""


class SampleStrip(QListWidget):
    """Samples in order of step, the newest last.

    Signals:
        opened(Shown): the artist wants to see one large.
    """

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setGridSize(QSize(SIDE + 16, SIDE + 36))
        self.setMinimumHeight(SIDE + 44)
        say(self.setAccessibleName, "Samples over time")
        self.itemActivated.connect(lambda entry: self.opened.emit(entry.data(Qt.ItemDataRole.UserRole)))
        self.itemClicked.connect(lambda entry: self.opened.emit(entry.data(Qt.ItemDataRole.UserRole)))

    def show_samples(self, samples: Sequence[Shown]) -> None:
        """Show these; what is shown already stays, and stays where it is unless the newest ones are being seen."""
        shown = [self.item(place).data(Qt.ItemDataRole.UserRole) for place in range(self.count())]
        if list(samples[: len(shown)]) != shown:
            self.clear()
            shown = []
        follow = not shown or self.verticalScrollBar().value() == self.verticalScrollBar().maximum()
        for sample in samples[len(shown) :]:
            self._add(sample)
        if follow and len(samples) > len(shown):
            self.scrollToBottom()

    def retranslate(self) -> None:
        """Say the steps again."""
        for place in range(self.count()):
            entry = self.item(place)
            entry.setText(tr("Step {step}", step=f"{entry.data(Qt.ItemDataRole.UserRole).step:,}"))

    def _add(self, sample: Shown) -> None:
        entry = QListWidgetItem(tr("Step {step}", step=f"{sample.step:,}"))
        entry.setData(Qt.ItemDataRole.UserRole, sample)
        entry.setSizeHint(self.gridSize())  # all are laid out like the first, whose picture is still to come
        entry.setIcon(QIcon(pixmap(KIND_ICONS[sample.kind], 48, tokens().muted)))
        self.addItem(entry)
        if sample.kind != "image":
            return
        side = int(SIDE * self.devicePixelRatio())

        def done(picture: QImage) -> None:
            if not picture.isNull() and self.row(entry) >= 0:
                entry.setIcon(as_icon(picture, self.devicePixelRatio()))

        Background.shared().run(lambda: _small(sample.path, side), done, lambda _: None, owner=self)


def _small(path: Path, side: int) -> QImage:
    """A picture fitted into a square; small ones are enlarged by whole pixels, so that they stay crisp."""
    picture = picture_reader(path).read()
    if picture.isNull():
        return picture
    small = max(picture.width(), picture.height()) * 2 <= side
    how = Qt.TransformationMode.FastTransformation if small else Qt.TransformationMode.SmoothTransformation
    return picture.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, how)

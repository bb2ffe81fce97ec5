"""The lineage strip: what an item was made from and what was made from it; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.shell import icons
from studio.shell.i18n import say, tr
from studio.shell.library.cells import KIND_ICONS
from studio.shell.library.parts import label
from studio.shell.library.source import Row
from studio.shell.library.thumbnails import decode
from studio.shell.viewers.background import Background
from studio.shell.widgets import take_all

_SIDE = 56
_MOST = 60
"""More relatives than this are not drawn; the search finds them."""


class Lineage(QWidget):
    """Parents above, children below.

    Signals:
        chosen: a relative was clicked; carries its id.
    """

    chosen = Signal(str)

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parents = _Strip(background, "Made from")
        self._children = _Strip(background, "Used for")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for strip in (self._parents, self._children):
            strip.chosen.connect(self.chosen)
            layout.addWidget(strip)

    def show_relatives(self, parents: Sequence[Row], children: Sequence[Row]) -> None:
        """Show these; a strip without any is left out."""
        self._parents.show_rows(parents)
        self._children.show_rows(children)
        self.setVisible(bool(parents or children))


class _Strip(QWidget):
    """A heading and a row of small pictures.

    Signals:
        chosen: one was clicked; carries its id.
    """

    chosen = Signal(str)

    def __init__(self, background: Background, heading: str) -> None:
        super().__init__()
        self._background = background
        title = label(role="muted")
        say(title.setText, heading)
        self._line = QWidget()
        self._line.setObjectName("FormBody")
        self._buttons = QHBoxLayout(self._line)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(4)
        scroll = QScrollArea()
        scroll.setWidget(self._line)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedHeight(_SIDE + 18)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        say(scroll.setAccessibleName, heading)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(title)
        layout.addWidget(scroll)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these items."""
        take_all(self._buttons)
        for row in rows[:_MOST]:
            self._buttons.addWidget(self._button(row))
        self._buttons.addStretch(1)
        self.setVisible(bool(rows))

    def _button(self, row: Row) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(_SIDE, _SIDE))
        button.setIcon(icons.icon(KIND_ICONS.get(row.kind, "file")))
        button.setAccessibleName(tr("Go to {title}", title=row.title[:200]))
        button.clicked.connect(partial(self.chosen.emit, row.id))
        if row.thumbnail is not None:
            side = round(_SIDE * self.devicePixelRatioF())
            self._background.run(partial(decode, row.thumbnail, side), partial(_set_picture, button), None, button)
        return button


def _set_picture(button: QToolButton, image: QImage) -> None:
    if not image.isNull():
        button.setIcon(QIcon(QPixmap.fromImage(image)))

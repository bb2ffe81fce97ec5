"""What the grid's place shows when there is nothing: a quiet drawing and a sentence."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from studio.shell import icons
from studio.shell.i18n import say
from studio.shell.library.parts import label
from studio.shell.theme import tokens

_TEXTS = {
    "library": (
        "Your library is empty",
        "Everything you make is kept here. Make something, or bring files in: press Import above, or drop them.",
        "Make something",
    ),
    "search": ("Nothing matches", "Try fewer words or other filters.", "Show everything"),
    "trash": ("The trash is empty", "What you delete waits here until you bring it back.", "Back to the library"),
}


class EmptyState(QWidget):
    """A drawing, a heading, a sentence and one thing to do about it.

    Signals:
        pressed: the button; carries the state: library, search or trash.
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = "library"
        self._drawing = _Drawing()
        self._heading = label(role="heading")
        self._sentence = label(role="muted")
        self._button = QPushButton()
        self._button.clicked.connect(lambda: self.pressed.emit(self._state))
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._drawing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._heading)  # across the page: aligned, a text of two lines would be given room for one
        layout.addWidget(self._sentence)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        layout.setSpacing(10)
        for text in (self._heading, self._sentence):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            text.setWordWrap(True)
            text.setMinimumWidth(240)
        self.show_state("library")

    @property
    def state(self) -> str:
        """Which of library, search and trash is empty."""
        return self._state

    def show_state(self, state: str) -> None:
        """Say what is empty: library, search or trash."""
        self._state = state
        heading, sentence, button = _TEXTS[state]
        say(self._heading.setText, heading)
        say(self._sentence.setText, sentence)
        say(self._button.setText, button)
        self._drawing.state = state
        self._drawing.update()


class _Drawing(QWidget):
    """Three overlapping sheets, the front one with a sign."""

    def __init__(self) -> None:
        super().__init__()
        self.state = "library"
        self.setFixedSize(QSize(200, 140))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheets."""
        del event
        colors = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QRectF(-44, -56, 88, 108)
        for angle, shift, fill in ((-14, -34, colors.panel), (12, 34, colors.panel), (0, 0, colors.raised)):
            painter.save()
            painter.translate(QPointF(self.width() / 2 + shift, self.height() / 2 + abs(shift) / 8))
            painter.rotate(angle)
            painter.setPen(QPen(QColor(colors.border), 1.5))
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(sheet, 10, 10)
            painter.restore()
        name = {"library": "sparkle", "search": "magnifying-glass", "trash": "trash"}[self.state]
        spot = QRectF(self.width() / 2 - 20, self.height() / 2 - 22, 40, 40).toRect()
        icons.paint(painter, spot, name, colors.accent)
        painter.end()

"""The slim rail at the left: the window's places."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.shell.i18n import say
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.widgets import tool_button


class Place(NamedTuple):
    """One place.

    Attributes:
        id: its name in code.
        title: what people read.
        icon: its icon.
    """

    id: str
    title: str
    icon: str


PLACES = (
    Place("create", "Create", "sparkle"),
    Place("library", "Library", "books"),
    Place("teach", "Teach", "graduation-cap"),
    Place("plugins", "Plugins", "puzzle-piece"),
    Place("settings", "Settings", "gear-six"),
)


class Rail(QWidget):
    """Buttons for the places, and for help at the bottom.

    Signals:
        chosen(str): a place's id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(76)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 10, 6, 10)
        layout.setSpacing(4)
        group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for place in PLACES:
            made = QToolButton()
            made.setCheckable(True)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setIconSize(QSize(22, 22))
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.setMinimumHeight(54)
            decorate(made, place.icon, size=22)
            say(made.setText, place.title)
            set_role(made, "place")
            made.clicked.connect(lambda _=False, place=place: self.chosen.emit(place.id))
            group.addButton(made)
            layout.addWidget(made)
            self.buttons[place.id] = made
        layout.addStretch(1)
        self.palette_button = tool_button("command", "All commands (Ctrl+K)", size=20)
        self.help_button = tool_button("question", "Help (F1)", size=20)
        for extra in (self.palette_button, self.help_button):
            layout.addWidget(extra, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_place(self, place: str) -> None:
        """Mark a place as the one shown."""
        self.buttons[place].setChecked(True)

"""Ctrl+/: the keys of the window on one sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.shell.commands import Commands, keys_of, native
from studio.shell.i18n import say, tr
from studio.shell.library.commands import COMMANDS
from studio.shell.widgets import button, label, row

FURTHER = (
    ("In a prompt", (("Alt+Up", "An earlier prompt"), ("Alt+Down", "A later prompt"), ("Ctrl+Z", "Undo"))),
    (
        "In the queue",
        (("Enter", "Cancel, or run again"), ("Del", "Cancel"), ("Alt+Up", "Earlier"), ("Alt+Down", "Later")),
    ),
    (
        "Where notes are drawn",
        (
            ("Enter", "Write a note, go on behind it"),
            ("Shift+Right", "Lengthen it"),
            ("Alt+Up", "Move it"),
            ("Del", "Take it away"),
            ("PgUp", "An octave up"),
            ("Ctrl+Enter", "Use it"),
        ),
    ),
    ("In the library", (("Space", "Quick look"), ("0 … 5", "Stars"))),
)
"""Keys that belong to one widget and are no actions, by heading."""

OF_VIEWERS = (
    ("On the stage", (("F11", "Full screen"),)),
    (
        "Pictures",
        (
            ("Ctrl+0", "Fit to window"),
            ("Ctrl+Alt+0", "Actual size"),
            ("Ctrl+-", "Zoom out"),
            ("Ctrl+=", "Zoom in"),
            ("C", "Compare: slider, side by side, off"),
            ("Ctrl+C", "Copy picture"),
        ),
    ),
    (
        "3D objects",
        (
            ("Ctrl+0", "Show the whole model"),
            ("W", "Wireframe"),
            ("G", "Floor"),
            ("T", "Turn"),
            ("L", "Next light"),
        ),
    ),
    (
        "Sound and video",
        (
            ("Space", "Play"),
            ("P", "Play"),
            ("J", "Back five seconds"),
            ("K", "On five seconds"),
            ("L", "Repeat"),
            ("M", "Mute"),
            ("Ctrl+-", "Zoom out"),
            ("Ctrl+=", "Zoom in"),
        ),
    ),
    (
        "Texts",
        (
            ("Ctrl+F", "Find"),
            ("Ctrl+Alt+C", "Copy all"),
            ("Ctrl+Shift+E", "Export as Markdown…"),
            ("Ctrl+S", "Save as new version"),
        ),
    ),
)
"""Keys of the viewers' actions. A table, because making a viewer brings in half of Qt; a test holds it against them."""


Group = tuple[str, list[tuple[str, str]]]
"""A heading, and keys with what they do."""


class CheatSheet(QDialog):
    """All shortcuts, in groups."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Keyboard shortcuts")
        self._commands = commands
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.addWidget(area)
        layout.addLayout(row(None, button("Close", self.accept)))
        self.resize(min(820, parent.width() - 60), min(620, parent.height() - 60))
        self.retranslate()

    def retranslate(self) -> None:
        """Write the sheet, in the window's language; it stays where it was scrolled to."""
        place = self._area.verticalScrollBar().value()
        if (old := self._area.takeWidget()) is not None:
            old.deleteLater()
        self._area.setWidget(_sheet(self._groups()))
        self._area.verticalScrollBar().setValue(place)

    def _groups(self) -> list[Group]:
        groups = [
            (heading, [(keys_of(action), action.text()) for action in actions])
            for heading, actions in self._commands.groups().items()
        ]
        groups += [
            (tr(heading), [(native(keys) or keys, tr(text)) for keys, text in lines]) for heading, lines in FURTHER
        ]
        groups[-1][1].extend((native(keys), tr(text)) for _, text, keys, _ in COMMANDS if keys)
        groups += [(tr(heading), [(native(keys), tr(text)) for keys, text in lines]) for heading, lines in OF_VIEWERS]
        return groups


def _sheet(groups: list[Group]) -> QWidget:
    """All groups in two columns."""
    body = QWidget()
    body.setObjectName("FormBody")
    columns = QHBoxLayout(body)
    columns.setContentsMargins(8, 8, 8, 8)
    columns.setSpacing(40)
    for part in _halves(groups):
        column = QVBoxLayout()
        column.setSpacing(16)
        for heading, lines in part:
            column.addWidget(_text(heading, "heading"))
            column.addLayout(_table(lines))
        column.addStretch(1)
        columns.addLayout(column, 1)
    return body


def _halves(groups: list[Group]) -> tuple[list[Group], list[Group]]:
    """Two columns of about the same height, in order; a heading is as high as a line and a half."""
    heights = [len(lines) + 1.5 for _, lines in groups]
    half = min(range(len(groups)), key=lambda place: abs(sum(heights[:place]) - sum(heights[place:])))
    return groups[:half], groups[half:]


def _table(lines: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setColumnStretch(0, 1)
    together: dict[str, str] = {}
    for keys, text in lines:
        together[text] = f"{together[text]}, {keys}" if text in together else keys
    for place, (text, keys) in enumerate(together.items()):
        grid.addWidget(_text(text), place, 0)
        grid.addWidget(_text(keys, "muted"), place, 1, Qt.AlignmentFlag.AlignRight)
    return grid


def _text(text: str, role: str = "") -> QWidget:
    made = label(role=role, wrap=not role)
    made.setText(text)
    return made

"""The window's commands: one table for menus, shortcuts, the command palette and the cheat sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.shell.i18n import said_by, say, tr
from studio.shell.icons import drawn_on


class Command(NamedTuple):
    """One thing that can be done.

    Attributes:
        action: carries text, shortcut and what happens.
        group: heading in the cheat sheet (a source text of ours).
        icon: the name of its icon; drawn only where it is shown.
        source: its English text.
    """

    action: QAction
    group: str
    icon: str
    source: str


class Entry(NamedTuple):
    """A line of the palette.

    Attributes:
        text: what is shown.
        source: its English text, by which it is found in every language.
        keys: its shortcut as people read it, or empty.
        icon: its icon's name, or empty.
        run: what it does.
    """

    text: str
    source: str
    keys: str
    icon: str
    run: Callable[[], object]

    def fit(self, pattern: str) -> float | None:
        """How well it fits what was typed, see `fuzzy`."""
        scores = [score for text in {self.text, self.source} if (score := fuzzy(pattern, text)) is not None]
        return max(scores, default=None)


class Commands:
    """The commands of one window.

    Args:
        window: the actions' parent; shortcuts work anywhere in it.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._commands: list[Command] = []
        self._sources: list[Callable[[], Iterator[Entry]]] = []

    def add(
        self,
        group: str,
        text: str,
        icon: str,
        run: Callable[[], object],
        *keys: str,
        within: QWidget | None = None,
    ) -> QAction:
        """Add a command; with `within`, its keys work only while the focus is in that widget."""
        action = QAction(within or self._window)
        say(action.setText, text)
        action.setShortcuts([QKeySequence(key) for key in keys])
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if within else Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(context)
        action.triggered.connect(lambda: run())
        (within or self._window).addAction(action)
        self._commands.append(Command(action, group, icon, text))
        return action

    def add_source(self, source: Callable[[], Iterator[Entry]]) -> None:
        """Add commands that are asked for when the palette opens."""
        self._sources.append(source)

    def all(self) -> list[Command]:
        """The fixed commands, in the order they were added."""
        return list(self._commands)

    def entries(self) -> list[Entry]:
        """What the palette offers now."""
        entries = [
            Entry(made.action.text(), made.source, keys_of(made.action), made.icon, made.action.trigger)
            for made in self._commands
            if made.action.isEnabled()
        ]
        for source in self._sources:
            entries += source()
        return entries

    def groups(self) -> dict[str, list[QAction]]:
        """Commands that have keys and are offered, by translated heading."""
        found: dict[str, list[QAction]] = {}
        for made in self._commands:
            if made.action.shortcuts() and made.action.isVisible():
                found.setdefault(tr(made.group), []).append(made.action)
        return found


def entry_of(action: QAction) -> Entry:
    """The palette's line for an action that a page or viewer made."""
    source = said_by(action.setText) or action.text()
    return Entry(action.text(), source, keys_of(action), drawn_on(action), action.trigger)


def entry_of_button(button: QAbstractButton) -> Entry:
    """The palette's line for a button, whether it shows a text or an icon only."""
    text = button.accessibleName() or button.text()
    source = said_by(button.setAccessibleName) or said_by(button.setText) or text
    return Entry(text, source, "", drawn_on(button), button.click)


def entry(text: str, icon: str, run: Callable[[], object], *, name: str = "", told: str = "") -> Entry:
    """A line of the palette from one of our texts; for ``{name}`` it shows `told`, and is found by `name`, too."""
    values = {"name": name} if name else {}
    shown = {"name": told or name} if name else {}
    return Entry(tr(text, **shown), text.format(**values), "", icon, run)


def keys_of(action: QAction) -> str:
    """An action's keys as people read them."""
    return native(action.shortcut())


def native(keys: QKeySequence | str) -> str:
    """Keys as this system writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def fuzzy(pattern: str, text: str) -> float | None:
    """How well `text` fits what was typed: None when not all letters occur in order, else higher is better.

    Letters that follow each other or begin a word count more, as in the palettes of code editors.
    """
    wanted = pattern.casefold().replace(" ", "")
    folded = text.casefold()
    score, place, run = 0.0, -1, 0
    for letter in wanted:
        found = folded.find(letter, place + 1)
        if found < 0:
            return None
        run = run + 1 if found == place + 1 and place >= 0 else 0
        starts = found == 0 or not folded[found - 1].isalnum()
        score += 1 + 2 * run + (4 if starts else 0) - 0.02 * (found - place)
        place = found
    return score - 0.01 * len(folded)

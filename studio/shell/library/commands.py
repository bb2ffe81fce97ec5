"""The library page's commands: actions with their keys, and the context menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.shell import icons
from studio.shell.i18n import say

COMMANDS = (
    ("quick_look", "Quick look", "", "eye"),
    ("full_screen", "Full screen", "F11", "corners-out"),
    ("recreate", "Recreate", "Ctrl+R", "arrow-clockwise"),
    ("variations", "Variations", "Ctrl+Shift+R", "dice-five"),
    ("use", "Use parameters", "Ctrl+U", "sliders-horizontal"),
    ("send", "Send to…", "Ctrl+Shift+S", "paper-plane-tilt"),
    ("favourite", "Favourite", "F", "heart"),
    ("rename", "Rename", "F2", "pencil-simple"),
    ("tag", "Add a tag", "T", "tag"),
    ("show", "Show in folder", "Ctrl+Shift+O", "folder-open"),
    ("import", "Import…", "Ctrl+I", "download-simple"),
    ("export", "Export…", "Ctrl+E", "export"),
    ("share", "Share copy without private data…", "Ctrl+Shift+E", "share-network"),
    ("trash", "Move to the trash", "Del", "trash"),
    ("restore", "Bring back from the trash", "R", "arrow-counter-clockwise"),
    ("undo", "Undo", "Ctrl+Z", "arrow-bend-up-left"),
    ("search", "Search the library", "Ctrl+F", "magnifying-glass"),
)
"""Name, text, key and icon of each."""

_GROUPS = (
    ("quick_look", "full_screen"),
    ("recreate", "variations", "use", "send"),
    ("favourite", "rename", "tag"),
    ("show", "export", "share"),
)
_OF_THE_PAGE = frozenset({"full_screen", "search", "import"})
"""Commands whose keys work everywhere on the page; the others' keys would take letters from text boxes."""


class LibraryCommands(QObject):
    """Makes the actions and hands their names to `run`.

    Args:
        page: where page-wide keys work.
        grid: where all other keys work.
        run: called with a command's name.
    """

    def __init__(self, page: QWidget, grid: QWidget, run: Callable[[str], None]) -> None:
        super().__init__(page)
        self._page = page
        self.actions: dict[str, QAction] = {}
        for name, text, keys, icon in COMMANDS:
            action = QAction(self)
            say(action.setText, text)
            icons.decorate(action, icon)
            if keys:
                action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(partial(self._run, run, name))
            (page if name in _OF_THE_PAGE else grid).addAction(action)
            self.actions[name] = action

    def show_menu(self, at: QPoint, *, trash: bool) -> None:
        """The context menu of what is selected, in the trash or not."""
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in (*_GROUPS, ("restore",) if trash else ("trash",)):
            for name in group:
                menu.addAction(self.actions[name])
            menu.addSeparator()
        menu.popup(at)

    @staticmethod
    def _run(run: Callable[[str], None], name: str, _checked: bool = False) -> None:
        run(name)

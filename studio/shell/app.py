"""The window's composition root.

Starting, in order, so that the window answers as early as it can:

1. Where things are, and the settings (one small file).
2. Qt, and the watch over errors.
3. A thread looks for generators; with a warm cache that is waited for. Then language and theme.
4. The window with its first page; other pages are made when they are first visited.
5. The window is shown and painted.
6. Only now the place shown last comes up and, on a thread: viewers are imported, the library is opened, the engine
   started; then the worker imports what generators need.

Nothing here, and nothing that is imported here, imports torch, numpy or a plugin.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Before Qt: PySide reads the source of every module that is imported after it, to see whether it wants its features.
from studio.shell.prelude import Home, Settings, resources

# isort: split
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QApplication

from studio.shell.bridge import EngineBridge
from studio.shell.errors import ErrorWatch
from studio.shell.i18n import Language, tr, tr_message
from studio.shell.main_window import MainWindow
from studio.shell.startup import Startup
from studio.shell.theme import Theme, make_application
from studio.shell.workshop import Workshop

CACHE_SECONDS = 0.25
"""How long the window's making waits for generators; with a warm cache they are there at once."""

SWITCH_SECONDS = 0.001
"""How long another thread may keep the window's from the interpreter, once that one wants it (Python's usual 0.005)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and run until it closes; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    home, settings = places(arguments)
    app = QApplication.instance() or make_application(sys.argv[0], arguments)
    assert isinstance(app, QApplication)
    studio = Studio(app, home, settings)
    studio.open(leave_after_first_paint="--exit-after-first-paint" in arguments)
    code = app.exec()
    studio.close()
    return code


def places(arguments: Sequence[str]) -> tuple[Home, Settings]:
    """The places in force and the settings; ``--library PATH`` outranks the setting, which outranks the usual place."""
    given = arguments[arguments.index("--library") + 1] if "--library" in arguments[:-1] else ""
    home = Home.find()
    settings = Settings.load(home.settings_file)
    folder = given or settings["library_folder"]
    return (Home.find(library=Path(folder)) if folder else home), settings


class Studio(QObject):
    """Everything the window is made of, from start to end.

    Attributes:
        window: the window.
        workshop: what its pages share.
    """

    def __init__(self, app: QApplication, home: Home, settings: Settings) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._app = app
        self._settings = settings
        app.setApplicationName("atelier-studio")
        app.setApplicationDisplayName("Atelier Studio")
        app.setDesktopFileName("studio.atelier.AtelierStudio")
        self._watch = ErrorWatch(home.logs, self)
        self._watch.install()
        self._startup = Startup(home, settings, self._watch, self)
        self._startup.find_generators(CACHE_SECONDS)
        self._language = Language(app)
        self._language.use(settings["language"])
        self._theme = Theme(app, dressed=False)
        self._theme.use(settings["theme"], settings["text_size"])
        self.bridge = EngineBridge(self)
        self.workshop = Workshop(home, settings, self.bridge, self)
        self.window = MainWindow(self.workshop, self._language)
        self._connect()

    def open(self, *, leave_after_first_paint: bool = False) -> None:
        """Show the window; with `leave_after_first_paint` answer one input event and end."""
        # Asked only now: what was found while the window was being built was announced before anybody listened.
        if self._startup.registry is not None:
            self.workshop.set_registry(self._startup.registry)
        self.window.create_page.panel.generate_button.setFocus()
        self._theme.dress()
        self._first_paint = FirstPaint(
            self.window, self._painted_and_left if leave_after_first_paint else self._painted
        )
        self.window.show()

    def close(self) -> None:
        """End in order: no new work, engine and workers, library, watch."""
        self._startup.join()
        QApplication.sendPostedEvents()
        self.bridge.close()
        if self.workshop.library is not None:
            self.workshop.library.close()
        self._watch.uninstall()

    def _connect(self) -> None:
        startup = self._startup
        startup.registry_found.connect(self._registry_found)
        startup.library_opened.connect(self.workshop.set_library)
        startup.library_failed.connect(self.window.library_failed)
        startup.engine_started.connect(self._engine_started)
        startup.problem.connect(self.workshop.problem)
        self.window.plugins_changed.connect(lambda refresh: startup.discover_again(refresh=refresh))
        self._settings.listen(self._setting_changed)

    def _painted(self) -> None:
        from studio.shell.signals import quit_on_signals

        collect_garbage_again()
        quit_on_signals(self, self._app.quit)
        self._watch.open_log()
        self.window.setWindowIcon(QIcon(str(resources() / "icons" / "studio-256.png")))
        self._startup.open_library_and_engine()
        self.window.restore_place()
        for problem in self._settings.problems:
            self.workshop.problem.emit(tr("Settings"), tr_message(problem))

    def _painted_and_left(self) -> None:
        """Answer one input event, as a benchmark's stopwatch waits for, then end with code 0."""
        collect_garbage_again()
        answer = _Answer(self.window, self._app.quit)
        self.window.installEventFilter(answer)
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.NoModifier)
        QApplication.postEvent(self.window, key)

    def _registry_found(self, registry: Any) -> None:
        if registry is self.workshop.registry:
            return
        self.workshop.set_registry(registry)
        if self.bridge.is_attached:
            self.bridge.engine.replace_registry(registry)  # type: ignore[attr-defined]

    def _engine_started(self, engine: Any) -> None:
        if self.workshop.registry is not None:
            engine.replace_registry(self.workshop.registry)  # plugins may have been looked for again meanwhile
        self.bridge.attach(engine)
        engine.warm_up()

    def _setting_changed(self, key: str, value: object) -> None:
        if key == "language":
            self._language.use(str(value))
        elif key in {"theme", "text_size"}:
            self._theme.use(self._settings["theme"], self._settings["text_size"])


def collect_garbage_again() -> None:
    """End the rest that ``studio.__main__`` gave the collector; what was made until now is never looked through."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class FirstPaint(QObject):
    """Calls a function once, when the window has been painted."""

    def __init__(self, window: QObject, painted: Any) -> None:
        super().__init__(window)
        self._painted = painted
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the first paint, then let it finish."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._painted)
        return False


class _Answer(QObject):
    """Calls a function at the first input event."""

    def __init__(self, window: QObject, answered: Any) -> None:
        super().__init__(window)
        self._answered = answered

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for a key."""
        if event.type() == QEvent.Type.KeyPress:
            watched.removeEventFilter(self)
            sys.stdout.write("answered\n")
            sys.stdout.flush()
            self._answered()
        return False

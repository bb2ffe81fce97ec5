"""The slow part of starting, on a thread: find the generators, open the library, start the engine."""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from studio.disk.home import Home
from studio.engine.settings import Settings
from studio.shell.errors import ErrorWatch
from studio.shell.i18n import tr, tr_message
from studio.shell.logs import warn
from studio.shell.warming import import_first


class Startup(QObject):
    """Works on a thread and tells the window, one piece after the other, what is there.

    Signals:
        registry_found(object): a `Registry`, also after `discover` was asked again.
        library_opened(object): the `Library`.
        engine_started(object): the `Engine`.
        problem(str, str): title and sentence.
    """

    registry_found = Signal(object)
    library_opened = Signal(object)
    engine_started = Signal(object)
    problem = Signal(str, str)
    _failed = Signal(object)

    def __init__(self, home: Home, settings: Settings, watch: ErrorWatch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._settings = settings
        self._registry: Any = None
        self._found = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failed.connect(watch.report, Qt.ConnectionType.DirectConnection)

    def find_generators(self) -> None:
        """Begin to look for plugins."""
        self._run(self._discover, refresh=False)

    def wait_for_generators(self, seconds: float) -> Any:
        """The registry if it is there within `seconds`, else None; `registry_found` comes in either case."""
        self._found.wait(seconds)
        return self._registry

    def discover_again(self, *, refresh: bool) -> None:
        """Look for plugins once more, after the artist decided something."""
        self._run(self._discover, refresh=refresh)

    def open_library_and_engine(self) -> None:
        """Begin the rest; the engine starts when generators are known."""
        self._run(self._open)

    def join(self) -> None:
        """Wait until nothing is being started any more."""
        for thread in self._threads:
            thread.join()

    # ---- on threads ------------------------------------------------------------------------------------------

    def _run(self, work: Any, **how: Any) -> None:
        def guarded() -> None:
            try:
                work(**how)
            except Exception as error:  # noqa: BLE001 - whatever fails here is told in the window
                self._failed.emit(error)

        thread = threading.Thread(target=guarded, name=f"studio {work.__name__.strip('_')}", daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _discover(self, *, refresh: bool) -> None:
        from studio.engine.discovery.registry import Registry
        from studio.engine.discovery.switches import PluginSwitches
        from studio.sdk.errors import UserError

        try:
            consent = PluginSwitches(self._home).consented
            registry = Registry.discover(self._home, consent=consent, refresh=refresh)
            _ = registry.specs  # built here rather than on the window's thread
        except UserError as error:
            self.problem.emit(tr("Plugins"), f"{error.message} {error.hint or ''}".strip())
            self._found.set()
            return
        self._registry = registry
        self._found.set()
        self.registry_found.emit(registry)

    def _open(self) -> None:
        import_first()
        from studio.engine.engine import Engine

        library = self._open_library()
        if library is not None:
            self.library_opened.emit(library)
        self._found.wait()
        if self._registry is None:
            return
        engine = Engine(self._home, self._registry, library, self._settings)
        for notice in engine.notices:
            self.problem.emit("", tr_message(notice))
        self.engine_started.emit(engine)

    def _open_library(self) -> Any:
        from studio.library.library import Library
        from studio.sdk.errors import UserError

        try:
            return Library(self._home.library)
        except (UserError, OSError) as error:
            warn("The library could not be opened: %r", error)
            self.problem.emit(tr("The library could not be opened"), tr_message(str(error)))
            return None

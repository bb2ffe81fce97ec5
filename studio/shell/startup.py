"""The slow part of starting, on a thread: find the generators, open the library, start the engine."""

from __future__ import annotations

import threading
import time
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from studio.disk.home import Home
from studio.engine.settings import Settings
from studio.shell.errors import ErrorWatch
from studio.shell.i18n import tr, tr_error, tr_message
from studio.shell.logs import warn
from studio.shell.warming import import_first

PATIENCE = 10.0
"""Seconds the end waits for what is still being started."""


class Startup(QObject):
    """Works on a thread and tells the window, one piece after the other, what is there.

    Signals:
        registry_found(object): a `Registry`, also after `discover` was asked again.
        library_opened(object): the `Library`.
        library_failed(str): why it could not be opened, a sentence.
        engine_started(object): the `Engine`.
        problem(str, str): title and sentence.
    """

    registry_found = Signal(object)
    library_opened = Signal(object)
    library_failed = Signal(str)
    engine_started = Signal(object)
    problem = Signal(str, str)
    _failed = Signal(object)

    def __init__(self, home: Home, settings: Settings, watch: ErrorWatch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._settings = settings
        self._registry: Any = None
        self._library: Any = None
        self._looked = threading.Event()
        self._shown = threading.Event()
        self._ending = threading.Event()
        self._library_done = False
        self._engine_made = False
        self._making = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._failed.connect(watch.report, Qt.ConnectionType.DirectConnection)

    def find_generators(self, seconds: float) -> Any:
        """Look for plugins: the registry if it is there within `seconds`, else None; `registry_found` comes either way,
        maybe before anybody listens: whoever begins to listen later asks for `registry`.

        With a warm cache it is there in milliseconds if it is waited for, and much later if the window is built
        meanwhile: after each of hundreds of files, Python's lock would have to be won back from the window's thread.
        """
        self._run(self._discover, refresh=False)
        self._looked.wait(seconds)
        return self._registry

    @property
    def registry(self) -> Any:
        """The generators found last; None before that."""
        return self._registry

    def discover_again(self, *, refresh: bool) -> None:
        """Look for plugins once more, after the artist decided something."""
        self._run(self._discover, refresh=refresh)

    def open_library_and_engine(self) -> None:
        """Begin the rest, once the window shows; the engine starts when generators are known, maybe by a later look."""
        self._shown.set()
        self._run(self._open)

    def join(self, seconds: float = PATIENCE) -> None:
        """Begin nothing more and wait until what was begun has ended, at most `seconds`: the threads are daemons."""
        self._ending.set()
        self._shown.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

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

        trouble: UserError | OSError | None = None
        try:
            consent = PluginSwitches(self._home).consented
            registry = Registry.discover(self._home, consent=consent, refresh=refresh)
            _ = registry.makers  # built here rather than on the window's thread
            self._registry = registry
        except (UserError, OSError) as error:
            trouble = error
        finally:
            self._looked.set()
        if trouble is not None:
            warn("Plugins could not be looked for: %r", trouble)
            self._shown.wait()  # the first look begins before there is a window that could tell
            said = [tr_error(trouble)]
            if isinstance(trouble, UserError) and trouble.hint:
                said.append(tr_message(trouble.hint))
            said.append(tr("“Look again” on the page Plugins tries once more."))
            self.problem.emit(tr("The plugins could not be read"), " ".join(said))
            return
        self.registry_found.emit(registry)
        self._start_engine()

    def _open(self) -> None:
        import_first()
        self._library = self._open_library()
        if self._library is not None:
            self.library_opened.emit(self._library)
        self._library_done = True
        self._start_engine()

    def _start_engine(self) -> None:
        """Start the engine once there are generators and the library was tried, whichever comes last."""
        with self._making:
            if self._engine_made or not self._library_done or self._registry is None or self._ending.is_set():
                return
            from studio.engine.engine import Engine

            engine = Engine(self._home, self._registry, self._library, self._settings)
            self._engine_made = True
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
            said = tr_error(error)
            if isinstance(error, OSError):
                said = tr(
                    "The library can't be opened at “{folder}”: {reason}.", folder=self._home.library, reason=said
                )
            self.library_failed.emit(said)
            return None

"""Starting the studio's own commands from the window, in processes of their own."""

from __future__ import annotations

import sys

from PySide6.QtCore import QProcess, QProcessEnvironment

from studio.disk.home import Home
from studio.engine.discovery.switches import ASKS_FIRST


def start_command(process: QProcess, home: Home, *words: str) -> None:
    """Start ``studio WORDS`` in `process`, in the window's home; what the window may not run does not run there either.

    Typed in a terminal, the same command would run every plugin that is installed.
    """
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("STUDIO_HOME", str(home.state))
    environment.insert(ASKS_FIRST, "1")
    process.setProcessEnvironment(environment)
    process.start(sys.executable, ["-m", "studio", *words])

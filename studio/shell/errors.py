"""What happens when something in the window itself fails: it is logged, told calmly, and the window goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

import studio
from studio.shell.logs import close_log, logger, open_log

if TYPE_CHECKING:
    from studio.shell.error_dialog import ErrorDialog


class ErrorWatch(QObject):
    """Catches exceptions nobody caught, in slots and in threads.

    Signals:
        caught(str): a report, on the GUI thread.
    """

    caught = Signal(str)
    _raised = Signal(str)

    def __init__(self, logs: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._logs = logs
        self._dialog: ErrorDialog | None = None
        self._log_is_open = False
        self._raised.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Start watching."""
        sys.excepthook = self._in_slot
        threading.excepthook = self._in_thread
        qInstallMessageHandler(self._qt_message)

    def uninstall(self) -> None:
        """Stop watching."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        if self._log_is_open:
            close_log()

    def report(self, error: BaseException) -> None:
        """Treat `error` as if nobody had caught it. May be called on any thread."""
        text = report_of("".join(traceback.format_exception(error)))
        self._write(40, "studio.shell", text)
        self._raised.emit(text)

    def _in_slot(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.report(error.with_traceback(trace))

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)

    def open_log(self) -> None:
        """Send what is logged into the file from now on; done by itself with the first error."""
        if not self._log_is_open:
            self._log_is_open = True
            open_log(self._logs)

    def _write(self, level: int, name: str, text: str) -> None:
        self.open_log()
        logger(name).log(level, "%s", text)

    def _qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        self._write(_level(kind), "studio.qt", f"{context.category or 'qt'}: {message}")

    def _show(self, text: str) -> None:
        """One dialog at a time: while it is open, further reports go to the log only."""
        self.caught.emit(text)
        if self._dialog is None:
            from studio.shell.error_dialog import ErrorDialog

            dialog = self._dialog = ErrorDialog(text, _main_window())
            dialog.finished.connect(dialog.deleteLater)
            dialog.finished.connect(lambda: self._gone(dialog))
            dialog.destroyed.connect(lambda: self._gone(dialog))  # also when its parent takes it along
            dialog.open()

    def _gone(self, dialog: ErrorDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None


def _main_window() -> QWidget | None:
    """The window at the root of the active one: palettes and dialogs go, and would take a child along unread."""
    window = QApplication.activeWindow()
    while window is not None and (parent := window.parentWidget()) is not None:
        window = parent.window()
    return window


def report_of(trace: str) -> str:
    """A report: versions, then the traceback with the home folder's name left out."""
    import platform

    head = (
        f"Atelier Studio {studio.__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"{platform.platform()}"
    )
    return f"{head}\n\n{trace}".replace(str(Path.home()), "~")


def _level(kind: QtMsgType) -> int:
    """Qt's kinds of message as Python's levels (10 debug … 50 critical)."""
    levels = {
        QtMsgType.QtDebugMsg: 10,
        QtMsgType.QtInfoMsg: 20,
        QtMsgType.QtWarningMsg: 30,
        QtMsgType.QtCriticalMsg: 40,
    }
    return levels.get(kind, 50)

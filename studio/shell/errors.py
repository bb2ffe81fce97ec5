"""What happens when something in the window itself fails: it is logged, told calmly, and the window goes on."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import PySide6
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

import studio
from studio.shell.i18n import say
from studio.shell.icons import decorate, pixmap
from studio.shell.theme import set_role, tokens
from studio.shell.widgets import button, label, row

LOG_LIMIT = 1_000_000
"""Bytes after which the log starts anew; the one before is kept."""

_log = logging.getLogger("studio.shell")


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
        self._before: Callable[..., object] | None = None
        self._raised.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Start watching."""
        _open_log(self._logs)
        self._before = sys.excepthook
        sys.excepthook = self._in_slot
        threading.excepthook = self._in_thread
        qInstallMessageHandler(_qt_message)

    def uninstall(self) -> None:
        """Stop watching."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def report(self, error: BaseException) -> None:
        """Treat `error` as if nobody had caught it. May be called on any thread."""
        text = report_of("".join(traceback.format_exception(error)))
        _log.error("%s", text)
        self._raised.emit(text)

    def _in_slot(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.report(error.with_traceback(trace))

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)

    def _show(self, text: str) -> None:
        """One dialog at a time: while it is open, further reports go to the log only."""
        self.caught.emit(text)
        if self._dialog is None:
            self._dialog = ErrorDialog(text, QApplication.activeWindow())
            self._dialog.finished.connect(self._closed)
            self._dialog.open()

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


class ErrorDialog(QDialog):
    """Says that something went wrong, and offers the report."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        say(self.setWindowTitle, "Something went wrong")
        icon = label()
        icon.setPixmap(pixmap("warning-circle", 32, tokens().warning))
        title = label("Something went wrong", "heading")
        text = label(
            "The studio goes on, and nothing you made is lost. What happened is in the log on this machine; it was not "
            "sent anywhere.",
            wrap=True,
        )
        self._details = QPlainTextEdit(report)
        self._details.setReadOnly(True)
        self._details.setMinimumHeight(220)
        set_role(self._details, "report")
        say(self._details.setAccessibleName, "Details")
        self._details.hide()
        fold = QToolButton()
        fold.setCheckable(True)
        fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        say(fold.setText, "Details")
        decorate(fold, "caret-right")
        fold.toggled.connect(self._details.setVisible)
        self.copy_button = button("Copy report", self.copy_report, icon="copy")
        close = button("Go on", self.accept, role="primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        layout.addLayout(row(icon, title, None, spacing=12))
        layout.addWidget(text)
        layout.addWidget(self._details)
        layout.addLayout(row(fold, None, self.copy_button, close))
        self.setMinimumWidth(480)
        close.setDefault(True)

    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self._report)


def report_of(trace: str) -> str:
    """A report: versions, then the traceback with the home folder's name left out."""
    import platform

    head = (
        f"Atelier Studio {studio.__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"{platform.platform()}"
    )
    return f"{head}\n\n{trace}".replace(str(Path.home()), "~")


def _open_log(folder: Path) -> None:
    """Send warnings and errors of this process to ``window.log``; without a writable folder, to standard error."""
    path = folder / "window.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(folder / "window.1.log")
        handler: logging.Handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("studio")
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }
    logging.getLogger("studio.qt").log(levels[kind], "%s: %s", context.category or "qt", message)

"""What happens when something in the window itself fails: it is logged, told calmly, and the window goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

import PySide6
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

import studio
from studio.shell.i18n import say
from studio.shell.icons import decorate
from studio.shell.logs import close_log, logger, open_log
from studio.shell.theme import set_role
from studio.shell.widgets import button, icon_label, label, row


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
            dialog = self._dialog = ErrorDialog(text, _main_window())
            dialog.finished.connect(dialog.deleteLater)
            dialog.finished.connect(lambda: self._gone(dialog))
            dialog.destroyed.connect(lambda: self._gone(dialog))  # also when its parent takes it along
            dialog.open()

    def _gone(self, dialog: ErrorDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None


class ErrorDialog(QDialog):
    """Says that something went wrong, and offers the report."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        say(self.setWindowTitle, "Something went wrong")
        icon = icon_label("warning-circle", "warning", 32)
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

"""The dialog that tells of a fault of the window itself; imported when there is one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from studio.shell.i18n import say
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.widgets import button, icon_label, label, row


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

"""The card that says why something did not work, what to do next, and — folded — the details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.sdk.generator import GeneratorSpec
from studio.shell.create.remedies import told_remedy
from studio.shell.i18n import say, tr, tr_said
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.widgets import IconLabel, button, label, row

if TYPE_CHECKING:
    from studio.engine.jobs import Job

HEADINGS = {
    "memory": "Not enough memory",
    "user": "Something must be changed first",
    "saving": "The result could not be saved",
    "worker": "The worker stopped",
    "bug": "This generator has a fault",
}
ICONS = {
    "memory": "cpu", "user": "info", "saving": "floppy-disk", "worker": "warning-circle", "bug": "bug-beetle"
}  # fmt: skip


class FailureCard(QFrame):
    """Shows the failure of one job.

    Signals:
        retry_requested(str): job id, with the same seed.
        remedy_requested(str): job id; try again with the value the card offers.
        edit_requested(str): job id; show its values in the form.
    """

    retry_requested = Signal(str)
    remedy_requested = Signal(str)
    edit_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setMaximumWidth(560)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._job: Job | None = None
        self._spec: GeneratorSpec | None = None
        self._icon = IconLabel(24)
        self._title = label(role="heading", wrap=True)
        self._message = label(wrap=True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = label(role="muted", wrap=True)
        self.remedy_button = QPushButton()
        set_role(self.remedy_button, "primary")
        self.retry_button = button("Try again", icon="arrow-clockwise")
        self.edit_button = button("Change the settings", icon="sliders-horizontal")
        self.remedy_button.clicked.connect(lambda: self.remedy_requested.emit(self.job_id))
        self.retry_button.clicked.connect(lambda: self.retry_requested.emit(self.job_id))
        self.edit_button.clicked.connect(lambda: self.edit_requested.emit(self.job_id))
        self.copy_button = button("Copy report", self.copy_report, icon="copy")
        self._fold = QToolButton()
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        say(self._fold.setText, "Details")
        decorate(self._fold, "caret-right")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMinimumHeight(160)
        set_role(self._details, "report")
        say(self._details.setAccessibleName, "Details")
        self._details.hide()
        self._fold.toggled.connect(self._show_details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(8)
        layout.addLayout(row(self._icon, self._title, spacing=10))
        self._title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout.addWidget(self._message)
        layout.addWidget(self._hint)
        layout.addSpacing(8)
        layout.addLayout(row(self.remedy_button, self.retry_button, self.edit_button, None))
        layout.addLayout(row(self._fold, None, self.copy_button))
        layout.addWidget(self._details)

    def show_job(self, job: Job, spec: GeneratorSpec | None = None) -> None:
        """Show why `job` failed."""
        self._job = job
        self._spec = spec
        self._fold.setChecked(False)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again."""
        failure = self._job.failure if self._job else None
        if failure is None:
            return
        reason = failure.reason if failure.reason in HEADINGS else "bug"
        decorate(self._icon, ICONS[reason], "warning", 24)
        self._title.setText(tr(HEADINGS[reason]))
        self._message.setText(tr_said(self._spec, failure.message))
        self._hint.setText(tr_said(self._spec, failure.hint) if failure.hint else "")
        self._hint.setVisible(bool(failure.hint))
        remedy = told_remedy(self._spec, self._job) if self._job is not None else ""
        self.remedy_button.setVisible(bool(remedy))
        self.remedy_button.setText(remedy.replace("&", "&&"))
        self._fold.setVisible(bool(failure.details))
        self._details.setPlainText(failure.details)

    def report(self) -> str:
        """Everything about the failure as text, without values the artist wrote."""
        if self._job is None or self._job.failure is None:
            return ""
        failure = self._job.failure
        lines = [f"{self._job.request.generator} {self._job.request.version}", failure.message, failure.hint]
        return "\n".join([*(text for text in lines if text), "", failure.details]).strip() + "\n"

    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report())

    @property
    def job_id(self) -> str:
        """The id of the job shown, empty for none."""
        return self._job.id if self._job else ""

    def _show_details(self, shown: bool) -> None:
        decorate(self._fold, "caret-down" if shown else "caret-right")
        self._details.setVisible(shown)

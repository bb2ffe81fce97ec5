"""What generators remark while they work, under their results: words they left out, what they took others for."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.sdk.generator import GeneratorSpec
from studio.shell.i18n import tr_phrase, tr_said
from studio.shell.widgets import ElidedLabel, row
from studio.shell.workshop import Workshop

LATEST = 3
"""How many remarks of a job are kept; the last ones tell most."""

JOBS = 200
"""Jobs whose remarks are kept."""

LETTERS = 500
"""Longest remark that is shown."""


def tr_remark(spec: GeneratorSpec | None, remark: str) -> str:
    """A generator's remark in the window's language, by its plugin's translations; of ours, only for a sentence.

    A library's words may stand in it, and the window has texts such as ``"{count} file"`` that would fit them.
    """
    return tr_said(spec, remark) if remark.endswith(".") else tr_phrase(spec, remark)


class RemarkLine(QWidget):
    """One line with the last remarks of a job, gone where there are none.

    Attributes:
        line: the line; its tooltip has what does not fit.
    """

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._said: dict[str, list[str]] = {}
        self._job_id = ""
        self.line = ElidedLabel()
        self.line.setProperty("role", "muted")
        inside = row(self.line)
        inside.setContentsMargins(16, 6, 16, 6)
        self.setLayout(inside)
        self.hide()
        workshop.bridge.log_received.connect(self._add)

    def show_job(self, job_id: str) -> None:
        """Show what this job remarked, in the window's language as far as its plugin translated it."""
        self._job_id = job_id
        said = self._said.get(job_id, [])
        job = self._workshop.bridge.engine.job(job_id) if said and self._workshop.bridge.is_attached else None
        spec = self._workshop.spec_of(job) if job is not None else None
        self.line.set_whole(" · ".join(tr_remark(spec, remark) for remark in said))
        self.setVisible(bool(said))

    def retranslate(self) -> None:
        """Say them again."""
        self.show_job(self._job_id)

    def _add(self, job_id: str, remark: str) -> None:
        if not job_id or not remark.strip():
            return
        self._said[job_id] = [*self._said.pop(job_id, []), remark[:LETTERS]][-LATEST:]
        if len(self._said) > JOBS:
            del self._said[next(iter(self._said))]
        if job_id == self._job_id:
            self.show_job(job_id)

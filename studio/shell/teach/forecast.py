"""What a training will cost, told before it starts: a few steps are timed in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.command_line import start_command
from studio.shell.create.progress import told_seconds
from studio.shell.i18n import say, tr, tr_message
from studio.shell.widgets import button, label
from studio.shell.workshop import Workshop

STOP_MS = 3000


class ForecastLine(QWidget):
    """A button, and beside it time and memory or why they cannot be told."""

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._answer: Mapping[str, float] | None = None
        self._problem = ""
        self.ask_button = button("Forecast", icon="clock", role="quiet")
        say(self.ask_button.setToolTip, "How long it will take here, and how much memory: a few steps are tried out")
        self.told = label(role="muted", wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.ask_button)
        layout.addWidget(self.told, 1)
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(lambda _: self._fail(self._process.errorString()))

    def ask(self, spec: GeneratorSpec, values: Mapping[str, Json]) -> None:
        """Begin to find out; a question under way is dropped."""
        self.end()
        self._answer, self._problem = None, ""
        say(self.told.setText, "Trying a few steps …")
        start_command(self._process, self._workshop.home, "teach", "forecast", spec.id, "--json", *_words(spec, values))

    def end(self) -> None:
        """Drop what is under way."""
        self._process.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(STOP_MS)
        self._process.blockSignals(False)

    def retranslate(self) -> None:
        """Say the answer again."""
        if self._problem:
            self.told.setText(tr_message(self._problem))
        elif self._answer is not None:
            seconds, gigabytes = self._answer["seconds"], self._answer["ram_gb"]
            said = tr("About {time} · {gigabytes} GB memory", time=told_seconds(seconds), gigabytes=f"{gigabytes:.1f}")
            if graphics := self._answer["vram_gb"]:
                said += " · " + tr("{gigabytes} GB graphics memory", gigabytes=f"{graphics:.1f}")
            self.told.setText(said)

    def _finished(self) -> None:
        output = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        try:
            plain = json.loads(output)
            self._answer = {name: float(plain[name]) for name in ("seconds", "ram_gb", "vram_gb")}
        except (ValueError, KeyError, TypeError):
            self._fail(said[-1] if said else tr("It was stopped."))
            return
        self.retranslate()

    def _fail(self, reason: str) -> None:
        self._problem = reason
        self.retranslate()


def _words(spec: GeneratorSpec, values: Mapping[str, Json]) -> Iterator[str]:
    """The command line's words for the values that are not the defaults."""
    for known in spec.fields:
        value = values.get(known.name)
        if known.kind == "dataset":
            yield from ("--data", str(value))
        elif value != known.default:
            text = ("yes" if value else "no") if isinstance(value, bool) else value
            text = "x".join(map(str, text)) if isinstance(text, list) else text
            yield from ("--set", f"{known.name}={text}")

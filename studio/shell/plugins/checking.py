"""Runs the conformance kit on a plugin, in a process of its own, and shows its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PySide6.QtCore import QProcess, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.disk.home import Home
from studio.engine.discovery.plugins import PluginInfo
from studio.shell.command_line import start_command
from studio.shell.i18n import count, said_by, say, tr, tr_message
from studio.shell.icons import icon
from studio.shell.theme import tokens
from studio.shell.widgets import button, label, row

STOP_MS = 3000


class CheckDialog(QDialog):
    """``studio plugin check NAME --json`` as a table; closing the dialog ends the check.

    Args:
        info: the plugin.
        titles: what generators are called, by id.
        parent: the window.
    """

    def __init__(self, info: PluginInfo, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Checking {plugin}", plugin=info.name)
        self._info = info
        self._titles = titles
        self._rows: list[dict[str, object]] = []
        self._verdict = label(role="strong", wrap=True)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        say(self._busy.setAccessibleName, "Progress")
        self.table = QTableWidget(0, 4)
        say(self.table.setAccessibleName, "Results of the checks")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for thing in (self._verdict, self._busy, self.table):
            layout.addWidget(thing)
        layout.addLayout(row(None, button("Close", self.reject, role="primary")))
        self.resize(820, 620)
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self.retranslate()

    def retranslate(self) -> None:
        """Say again what is done, or what came of it."""
        self.table.setHorizontalHeaderLabels([tr("Check"), tr("Result"), tr("Seconds"), tr("Remarks")])
        if self._rows:
            self.show_rows(self._rows)
        elif not said_by(self._verdict.setText):  # the verdict is not there yet
            self._verdict.setText(
                count(
                    "Running the twenty checks; this takes a minute or two …",
                    "Running twenty checks on each of {count} generators; each takes a minute or two …",
                    max(1, len(self._info.generators)),
                )
            )

    def start(self, home: Home) -> None:
        """Begin."""
        start_command(self._process, home, "plugin", "check", self._info.key, "--json")

    def show_rows(self, rows: list[dict[str, object]]) -> None:
        """Show results: each has number, name, passed, seconds, reason and generator; of several, each is a heading."""
        self._rows = rows
        groups: dict[str, list[dict[str, object]]] = {}
        for line in rows:
            groups.setdefault(str(line.get("generator") or ""), []).append(line)
        self.table.setRowCount(0)
        for generator, lines in groups.items():
            if len(groups) > 1:
                self._add_heading(generator, lines)
            for line in lines:
                self._add_row(line)
        passed = sum(bool(line.get("passed")) for line in rows)
        say(self._verdict.setText, "{passed} of {all} checks passed", passed=passed, all=len(rows))
        self._busy.hide()

    def _add_heading(self, generator: str, lines: list[dict[str, object]]) -> None:
        place = self.table.rowCount()
        self.table.insertRow(place)
        title = self._titles.get(generator, generator) or self._info.name
        passed = sum(bool(line.get("passed")) for line in lines)
        verdict = tr("{passed} of {all} checks passed", passed=passed, all=len(lines))
        heading = QTableWidgetItem(f"{title}: {verdict}")
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        self.table.setItem(place, 0, heading)
        self.table.setSpan(place, 0, 1, self.table.columnCount())

    def _add_row(self, line: dict[str, object]) -> None:
        place = self.table.rowCount()
        self.table.insertRow(place)
        passed = bool(line.get("passed"))
        verdict = QTableWidgetItem(tr("passed") if passed else tr("failed"))
        color = tokens().success if passed else tokens().danger
        verdict.setIcon(icon("check-circle" if passed else "x-circle", color))
        cells = (
            QTableWidgetItem(f"{line.get('number')}  {tr(str(line.get('name') or ''))}"),
            verdict,
            QTableWidgetItem(f"{float(str(line.get('seconds') or 0)):.1f}"),
            QTableWidgetItem(tr_message(str(line.get("reason") or ""))),
        )
        for cell, item in enumerate(cells):
            self.table.setItem(place, cell, item)

    def done(self, result: int) -> None:
        """End the check when the dialog closes, without waiting for its end."""
        process = self._process
        process.finished.disconnect(self._finished)
        process.errorOccurred.disconnect(self._failed)
        if process.state() != QProcess.ProcessState.NotRunning:
            process.setParent(QApplication.instance())
            process.finished.connect(process.deleteLater)
            process.terminate()
            QTimer.singleShot(STOP_MS, process, process.kill)
        super().done(result)

    def _finished(self) -> None:
        output = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        try:
            rows = json.loads(output)
        except ValueError:
            rows = None
        if isinstance(rows, list) and rows:
            self.show_rows([line for line in rows if isinstance(line, dict)])
            return
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").strip()
        self._tell(said.splitlines()[-1] if said else "")

    def _failed(self) -> None:
        self._tell(self._process.errorString())

    def _tell(self, reason: str) -> None:
        say(self._verdict.setText, "The checks could not run: {reason}", reason=reason)
        self._verdict.setTextFormat(Qt.TextFormat.PlainText)
        self._busy.hide()

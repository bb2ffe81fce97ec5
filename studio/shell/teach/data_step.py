"""Step one: a folder of the artist's becomes a dataset, in a process of its own; what was left out is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QProcess, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QProgressBar, QVBoxLayout, QWidget

from studio.shell.command_line import start_command
from studio.shell.i18n import count, say, tr, tr_message
from studio.shell.teach.data_options import DataOptions
from studio.shell.widgets import button, label, row, tool_button
from studio.shell.workshop import Workshop

STOP_MS = 3000
LEFT_OUT_SHOWN = 5
"""Files left out that are named; the dataset's card names all."""


class DataStep(QWidget):
    """Choose or drop a folder; shows what came of it.

    Attributes:
        options: how the next folder is prepared, folded away.

    Signals:
        prepared(str, str): a dataset is there: its name and kind.
        look_wanted: the artist wants to see what is in the chosen dataset.
    """

    prepared = Signal(str, str)
    look_wanted = Signal()

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._card: Mapping[str, Any] = {}
        self._problem = ""
        self.setAcceptDrops(True)
        self.choose_button = button("Choose a folder …", self._choose, icon="folder-open")
        say(self.choose_button.setToolTip, "Pictures, texts, MIDI files or 3D models; drop one here just as well")
        self.look_button = button("Look inside …", self.look_wanted.emit, icon="eye", role="quiet")
        say(
            self.look_button.setToolTip,
            "The files of the chosen dataset: write captions, see what was left out and masked",
        )
        self.more_button = tool_button("sliders-horizontal", "More: captions, test files, licence and consent")
        self.more_button.setCheckable(True)
        self.options = DataOptions()
        self.options.hide()
        self.more_button.toggled.connect(self.options.setVisible)
        self._stop = button("Stop", self._kill, icon="x-circle", role="quiet")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        say(self._busy.setAccessibleName, "Progress")
        self._told = label(role="muted", wrap=True)
        self._told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self.choose_button, self.look_button, self.more_button, self._stop, None))
        layout.addWidget(self.options)
        layout.addWidget(self._busy)
        layout.addWidget(self._told)
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(lambda _: self._fail(self._process.errorString()))
        self._show_busy(busy=False)
        self.retranslate()

    def buttons(self) -> list[QAbstractButton]:
        """What can be pressed, for the command palette."""
        return [self.choose_button, self.look_button, self.more_button, self._stop]

    def prepare(self, folder: Path) -> None:
        """Check, count and split what lies in `folder`; the files stay where they are."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            return
        self._card, self._problem = {}, ""
        self._show_busy(busy=True)
        self.retranslate()
        start_command(self._process, self._workshop.home, "teach", "data", str(folder), "--json", *self.options.words())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders."""
        if _folder_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Prepare the folder dropped."""
        folder = _folder_in(event)
        if folder is not None:
            event.acceptProposedAction()
            self.prepare(folder)

    def retranslate(self) -> None:
        """Say again what came of it."""
        self._told.setText(self._summary())

    def close_process(self) -> None:
        """End what still runs: the page goes."""
        self._process.blockSignals(True)
        self._kill()
        self._process.waitForFinished(STOP_MS)

    # ---- inside ----------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("A folder to learn from"))
        if chosen:
            self.prepare(Path(chosen))

    def _kill(self) -> None:
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()

    def _finished(self, code: int) -> None:
        self._show_busy(busy=False)
        output = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        try:
            plain = json.loads(output)
            name, kind, self._card = str(plain["name"]), str(plain["kind"]), dict(plain["card"])
        except (ValueError, KeyError, TypeError):
            self._fail(said[-1] if said else tr("It was stopped."))
            return
        if code:
            self._fail(said[-1] if said else "")
            return
        self.retranslate()
        self.prepared.emit(name, kind)

    def _fail(self, reason: str) -> None:
        self._show_busy(busy=False)
        self._problem = reason
        self.retranslate()

    def _show_busy(self, *, busy: bool) -> None:
        self._busy.setVisible(busy)
        self._stop.setVisible(busy)
        self.look_button.setVisible(not busy)
        self.more_button.setVisible(not busy)
        self.choose_button.setEnabled(not busy)

    def _summary(self) -> str:
        if self._problem:
            return tr_message(self._problem)
        if not self._card:
            return tr("A folder of your pictures, texts, MIDI files or 3D models. They are only read, never changed.")
        card = self._card
        parts = [
            count("{count} file", "{count} files", _number(card.get("files"))),
            tr("{held} kept back to test with", held=_number(card.get("held_out"))),
        ]
        if masked := _masked(card.get("masked")):
            parts.append(count("{count} personal detail masked", "{count} personal details masked", masked))
        left_out = card.get("left_out")
        lines = [" · ".join(parts)]
        if isinstance(left_out, list) and left_out:
            lines.append(count("{count} file left out:", "{count} files left out:", len(left_out)))
            lines += [f"• {_reason(entry)}" for entry in left_out[:LEFT_OUT_SHOWN]]
        return "\n".join(lines)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _masked(entries: object) -> int:
    """How many personal details were masked, from the card's list."""
    listed = entries if isinstance(entries, list) else []
    return sum(_number(entry.get("count")) for entry in listed if isinstance(entry, Mapping))


def _reason(entry: object) -> str:
    return tr_message(str(entry.get("why", ""))) if isinstance(entry, Mapping) else ""


def _folder_in(event: QDropEvent) -> Path | None:
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.is_dir():
            return path
    return None

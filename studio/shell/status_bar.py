"""The line at the bottom: what computes, how much memory it takes, the queue, and the offline shield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from studio.shell.i18n import count, tr
from studio.shell.icons import decorate
from studio.shell.widgets import BESIDE_TEXT, label
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.events import WorkerChanged

GIGABYTE = 1_000_000_000
MESSAGE_MS = 12_000
"""How long a sentence stays: twice the time it takes to read a long one."""

DEVICES = {"cpu": "Processor", "cuda": "Graphics card", "mps": "Apple graphics", "auto": "Automatic"}
STATES = {
    "starting": "getting ready",
    "ready": "ready",
    "busy": "working",
    "idle": "ready",
    "stopped": "resting",
    "crashed": "restarting",
}


class StatusBar(QWidget):
    """What one wants to know at a glance.

    Signals:
        queue_clicked, shield_clicked: the artist wants to see more.
    """

    queue_clicked = Signal()
    shield_clicked = Signal()

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("StatusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workshop = workshop
        self._worker: WorkerChanged | None = None
        self._refused = 0
        self._device = label(role="muted")
        self._message = label(role="muted")
        self._message_ends = QTimer(self, singleShot=True, interval=MESSAGE_MS)
        self._message_ends.timeout.connect(lambda: self.show_message(""))
        self._queue = self._button("queue")
        self._queue.clicked.connect(self.queue_clicked)
        self._shield = self._button("shield-check")
        self._shield.clicked.connect(self.shield_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 2, 8, 2)
        layout.setSpacing(8)
        layout.addWidget(self._device)
        layout.addWidget(self._message, 1)
        layout.addWidget(self._queue)
        layout.addWidget(self._shield)
        workshop.bridge.worker_changed.connect(self._worker_changed)
        workshop.bridge.network_refused.connect(self._refused_one)
        workshop.settings.listen(self._setting_changed)
        self.show_queue("")
        self.retranslate()

    def _setting_changed(self, key: str, value: object) -> None:
        del value
        if key in {"network", "device"}:
            self.retranslate()

    @property
    def device(self) -> QLabel:
        """Where device and memory stand."""
        return self._device

    def show_queue(self, summary: str) -> None:
        """Show the queue in one line."""
        self._queue.setText(summary or tr("Queue empty"))
        self._queue.setAccessibleName(tr("Queue: {summary}", summary=self._queue.text()))

    def show_message(self, text: str) -> None:
        """Show a sentence for a while; an empty one takes it away."""
        self._message.setText(text)
        if text:
            self._message_ends.start()
        else:
            self._message_ends.stop()

    def refusals_seen(self) -> None:
        """The artist looked at what was refused: the shield is calm again."""
        self._refused = 0
        self._show_shield()

    def retranslate(self) -> None:
        """Say everything again."""
        self._show_shield()
        self._device.setText(self._told_device())

    def _show_shield(self) -> None:
        online = bool(self._workshop.settings["network"])
        if online:
            icon, color, tip = "globe", "warning", tr("Generators may use the network. Click to forbid it again.")
        elif self._refused:
            icon, color = "shield-warning", "warning"
            tip = count(
                "{count} connection was refused. Click to see it.",
                "{count} connections were refused. Click to see them.",
                self._refused,
            )
        else:
            icon, color, tip = "shield-check", "success", tr("Nothing leaves this machine. Click for what was refused.")
        decorate(self._shield, icon, color)
        self._shield.setText(tr("Network allowed") if online else tr("Offline"))
        self._shield.setToolTip(tip)
        self._shield.setAccessibleName(self._shield.text())
        self._shield.setAccessibleDescription(tip)

    def _told_device(self) -> str:
        worker = self._worker
        device = worker.device if worker else str(self._workshop.settings["device"])
        name = tr(DEVICES.get(device.partition(":")[0], device))
        if worker is None:
            return name
        parts = [name, tr(STATES.get(worker.state, worker.state))]
        if worker.rss_bytes:
            parts.append(tr("{gigabytes} GB in use", gigabytes=f"{worker.rss_bytes / GIGABYTE:.1f}"))
        return " · ".join(parts)

    def _button(self, icon: str) -> QToolButton:
        made = QToolButton()
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(BESIDE_TEXT)
        decorate(made, icon)
        return made

    def _worker_changed(self, worker: WorkerChanged) -> None:
        self._worker = worker
        self._device.setText(self._told_device())

    def _refused_one(self) -> None:
        self._refused += 1
        self._show_shield()

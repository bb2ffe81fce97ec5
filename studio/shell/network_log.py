"""What the offline shield kept out: every connection a generator tried to open, and the switch."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QListWidget, QVBoxLayout, QWidget

from studio.shell.i18n import say, tr
from studio.shell.refusals import Refusals
from studio.shell.widgets import button, icon_label, label, row
from studio.shell.workshop import Workshop


class NetworkDialog(QDialog):
    """Whether the network is allowed, and what was refused."""

    def __init__(self, workshop: Workshop, refusals: Refusals, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Network")
        self._workshop = workshop
        self._refusals = refusals
        icon = icon_label("shield-check", "success", 32)
        title = label("Offline by default", "heading")
        text = label(
            "The studio itself never uses the network. Generators run in processes that may not open a connection "
            "unless you allow it here.",
            wrap=True,
        )
        self.allow = QCheckBox()
        say(self.allow.setText, "Allow the network")
        self.allow.setChecked(bool(workshop.settings["network"]))
        self.allow.toggled.connect(lambda on: workshop.settings.set("network", on))
        self.list = QListWidget()
        say(self.list.setAccessibleName, "Refused connections")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        layout.addLayout(row(icon, title, None, spacing=12))
        for thing in (text, self.allow, label("Refused since the window opened", "strong"), self.list):
            layout.addWidget(thing)
        layout.addLayout(row(None, button("Close", self.accept, role="primary")))
        self.resize(520, 440)
        refusals.added.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """List what was refused, or say that nothing was."""
        self.list.clear()
        for entry in reversed(self._refusals.entries):
            self.list.addItem(f"{entry.when}   {entry.address}")
        if not self._refusals.entries:
            self.list.addItem(tr("Nothing: no generator tried to open a connection."))

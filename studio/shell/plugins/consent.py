"""Asking before third-party code first runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.engine.discovery.plugins import PluginInfo
from studio.shell.i18n import say, tr
from studio.shell.widgets import button, icon_label, label, row


class ConsentDialog(QDialog):
    """Says what a plugin is and what letting it run means; accepted means it may."""

    def __init__(self, info: PluginInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say(self.setWindowTitle, "Let a plugin run?")
        icon = icon_label("puzzle-piece", "accent", 32)
        title = label(role="heading", wrap=True)
        title.setText(tr("Let “{plugin}” run on this machine?", plugin=info.distribution))
        about = label(wrap=True)
        about.setText(
            tr(
                "It is a plugin that did not come with the studio: {plugin} {version}. Its code runs in a process of "
                "its own, offline, but with your rights: it could read your files. Let it run only if you trust its "
                "author.",
                plugin=info.distribution,
                version=info.version,
            )
        )
        place = label(role="muted", wrap=True)
        place.setText(tr("Installed in {path}", path=info.location))
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.allow_button = button("Let it run", self.accept, icon="shield-check")
        leave = button("Not now", self.reject, role="primary")
        leave.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        heading = row(icon, title, spacing=12)
        heading.setStretch(1, 1)
        layout.addLayout(heading)
        layout.addWidget(about)
        layout.addWidget(place)
        layout.addLayout(row(None, self.allow_button, leave))
        self.setMinimumWidth(520)

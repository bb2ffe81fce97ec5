"""A small dialog that tells the artist one thing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.shell.widgets import button, icon_label, label, row


class Notice(QDialog):
    """A title, a sentence, one button."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        icon = icon_label("info", "accent", 28)
        heading = label(role="heading", wrap=True)
        heading.setText(title)
        text = label(wrap=True)
        text.setText(sentence)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = button("Good", self.accept, role="primary")
        close.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        top = row(icon, heading, spacing=12)
        top.setStretch(1, 1)
        layout.addLayout(top)
        layout.addWidget(text)
        layout.addLayout(row(None, close))
        self.setMinimumWidth(440)

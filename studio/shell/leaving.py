"""Closing a window does not throw work away unasked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox

from studio.shell.i18n import tr


def ask_to_throw_away(dialog: QDialog, question: str, stay: str) -> None:
    """Close `dialog` if the artist says so; `question` and `stay`, the way back, are ours and are translated."""
    box = QMessageBox(dialog)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr(question))
    throw = box.addButton(tr("Throw away"), QMessageBox.ButtonRole.DestructiveRole)
    back = box.addButton(tr(stay), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(back)
    box.setEscapeButton(back)
    throw.clicked.connect(lambda: dialog.done(QDialog.DialogCode.Rejected))
    box.open()

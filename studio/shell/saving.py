"""Asking where a file is to be written, and as what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.shell.i18n import tr

_NAMES = {".jpg": "JPEG", ".md": "Markdown", ".mid": "MIDI", ".webp": "WebP"}
"""What formats are called; others by their ending in capitals."""


def ask_where(parent: QWidget, stem: str, endings: Sequence[str], chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a file to write; returns at once, and `chosen` is called with the file unless the artist cancels.

    Args:
        parent: over which the dialog opens.
        stem: the name to begin with, without an ending.
        endings: of the formats offered, the usual one ahead; a name without an ending gets that of the format chosen.
        chosen: gets the file; the artist has agreed to write over one that is there.
    """
    formats = {f"{_NAMES.get(ending, ending[1:].upper())} (*{ending})": ending for ending in endings}
    dialog = QFileDialog(parent, tr("Export: the ending chooses the format"), str(Path.home()))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(formats))
    dialog.setDefaultSuffix(endings[0])
    dialog.selectFile(f"{stem}{endings[0]}")
    dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix(formats.get(name, endings[0])))
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog

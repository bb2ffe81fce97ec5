"""How the next folder becomes a dataset: where captions come from, what is kept back, licence and consent."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QWidget

from studio.shell.i18n import say, tr
from studio.shell.widgets import CalmCombo, CalmSpin, label

CAPTIONS = {
    "auto": "Automatic",
    "names": "the files' names",
    "sidecar": "a text beside each file",
    "none": "no captions",
}
SPLITS = {"auto": "Automatic", "folder": "the files of a sub-folder", "file": "nothing: each file alone"}
HELD_OUT = 10
"""Per cent kept back where nobody says otherwise, as `studio.teach.datasets.Options` has it."""
MOST_HELD_OUT = 50


class DataOptions(QWidget):
    """A small form.

    Attributes:
        captions, held_out, split, masking, licence, consent: its fields.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.captions, self.split = CalmCombo(), CalmCombo()
        self.held_out = CalmSpin()
        self.held_out.setDecimals(0)
        self.held_out.setRange(0, MOST_HELD_OUT)
        self.held_out.setValue(HELD_OUT)
        self.held_out.setSuffix(" %")
        self.masking = QCheckBox()
        say(self.masking.setText, "Mask personal data")
        say(
            self.masking.setToolTip,
            "E-mail addresses, phone, card and identity numbers in texts and captions; your files stay as they are",
        )
        self.masking.setChecked(True)
        self.licence, self.consent = QLineEdit(), QLineEdit()
        say(self.licence.setPlaceholderText, "e.g. my own work, CC BY 4.0")
        say(self.consent.setPlaceholderText, "who agreed to their use")
        self._fill()
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addRow(label("For the next folder:", "muted"))
        for name, field in (
            ("Captions from", self.captions),
            ("Kept back to test with", self.held_out),
            ("Stays together", self.split),
            ("Licence", self.licence),
            ("Consent", self.consent),
        ):
            _add(layout, name, field)
        layout.addRow(self.masking)

    def words(self) -> Iterator[str]:
        """What is other than usual, as words of ``studio teach data``."""
        if self.captions.currentData() != "auto":
            yield f"--caption-from={self.captions.currentData()}"
        if self.held_out.value() != HELD_OUT:
            yield f"--held-out={self.held_out.value() / 100}"
        if self.split.currentData() != "auto":
            yield f"--split-by={self.split.currentData()}"
        if not self.masking.isChecked():
            yield "--no-mask"
        for name, field in (("licence", self.licence), ("consent", self.consent)):
            if text := field.text().strip():
                yield f"--{name}={text}"

    def retranslate(self) -> None:
        """Say the choices again."""
        self._fill()

    def _fill(self) -> None:
        for box, choices in ((self.captions, CAPTIONS), (self.split, SPLITS)):
            chosen = box.currentData()
            box.clear()
            for value, text in choices.items():
                box.addItem(tr(text), value)
            box.setCurrentIndex(max(0, box.findData(chosen)))


def _add(layout: QFormLayout, name: str, field: QWidget) -> None:
    told = label(name)
    told.setBuddy(field)
    say(field.setAccessibleName, name)
    layout.addRow(told, field)

"""Choosing a medium and a generator."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.sdk.generator import GeneratorSpec
from studio.shell.create.media import Medium, media_of, medium_of
from studio.shell.i18n import say, tr, tr_description, tr_spec
from studio.shell.icons import decorate
from studio.shell.theme import set_role
from studio.shell.widgets import CalmCombo, as_plain_tip, label


class Chooser(QWidget):
    """A row of media, a list of the chosen medium's generators, and what the chosen one does.

    Signals:
        chosen(str): the id of the generator now chosen.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs: Mapping[str, GeneratorSpec] = {}
        self._last: dict[str, str] = {}
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._media = QHBoxLayout()
        self._media.setSpacing(2)
        self.generators = CalmCombo()
        self.generators.activated.connect(self._activated)
        self._about = label(role="muted", wrap=True)
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(self._media)
        layout.addWidget(self.generators)
        layout.addWidget(self._about)

    @property
    def generator(self) -> str:
        """The id of the chosen generator, empty when there is none."""
        return str(self.generators.currentData() or "")

    def show_specs(self, specs: Mapping[str, GeneratorSpec], first: str = "") -> None:
        """Offer these generators; the choice stays where it can, otherwise it is `first`."""
        chosen = self.generator or first
        self._specs = specs
        for made in self._buttons.values():
            self._group.removeButton(made)
            self._media.removeWidget(made)
            made.deleteLater()
        self._buttons = {medium.id: self._button(medium) for medium in media_of(specs.values())}
        wanted = chosen if chosen in specs else next(iter(specs), "")
        if wanted:
            self.choose(wanted)

    def choose(self, generator: str) -> None:
        """Choose a generator; one that is not offered is ignored."""
        if generator not in self._specs:
            return
        medium = medium_of(self._specs[generator])
        self._buttons[medium.id].setChecked(True)
        self._fill(medium)
        self.generators.setCurrentIndex(self.generators.findData(generator))
        self._tell()

    def choose_medium(self, medium: str) -> None:
        """Choose a medium, with the generator last used in it."""
        if medium in self._buttons:
            self._buttons[medium].click()

    def retranslate(self) -> None:
        """Say the generators again."""
        say(self.generators.setAccessibleName, "Generator")
        for index in range(self.generators.count()):
            spec = self._specs[self.generators.itemData(index)]
            self.generators.setItemText(index, tr_spec(spec, spec.title))
        self._describe()

    def _button(self, medium: Medium) -> QToolButton:
        made = QToolButton()
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setIconSize(QSize(20, 20))
        made.setCheckable(True)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        decorate(made, medium.icon, size=20)
        say(made.setText, medium.title)
        set_role(made, "medium")
        made.clicked.connect(lambda: self._medium_clicked(medium))
        self._group.addButton(made)
        self._media.addWidget(made)
        return made

    def _medium_clicked(self, medium: Medium) -> None:
        self._fill(medium)
        last = self.generators.findData(self._last.get(medium.id, ""))
        self.generators.setCurrentIndex(max(0, last))
        self._tell()

    def _fill(self, medium: Medium) -> None:
        self.generators.clear()
        for spec in self._specs.values():
            if medium_of(spec) == medium:
                self.generators.addItem(tr_spec(spec, spec.title), spec.id)
        self.generators.setAccessibleName(tr("Generator"))

    def _activated(self) -> None:
        self._tell()

    def _tell(self) -> None:
        self._describe()
        if self.generator:
            self._last[medium_of(self._specs[self.generator]).id] = self.generator
            self.chosen.emit(self.generator)

    def _describe(self) -> None:
        spec = self._specs.get(self.generator)
        about = tr_description(spec).split("\n\n")[0] if spec else ""
        self._about.setText(about if len(about) <= 160 else about[:157].rsplit(" ", 1)[0] + " …")
        for told in (self._about, self.generators):
            told.setToolTip(as_plain_tip(about))
        self.generators.setAccessibleDescription(about)

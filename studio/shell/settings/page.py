"""The *Settings* page, built row by row from `studio.engine.settings.TABLE`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.engine.settings import TABLE, Setting, Settings, SettingsError
from studio.shell.i18n import say, tr, tr_error
from studio.shell.theme import set_role
from studio.shell.widgets import CalmCombo, CalmSpin, column, label, row, tool_button
from studio.shell.workshop import Workshop


class SettingRow(QWidget):
    """One setting: name and help at the left, editor at the right; a change takes effect and is saved at once."""

    def __init__(self, setting: Setting, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self._workshop = workshop
        self._settings: Settings = workshop.settings
        title = label(setting.title)
        help = label(setting.help, "muted", wrap=True)
        self._note = label(role="error", wrap=True)
        self._note.hide()
        self._refused: Exception | None = None
        left = column(title, help, spacing=2)
        if setting.restart:
            self._later = label("Takes effect at the next start.", "warning")
            self._later.hide()
            left.addWidget(self._later)
        left.addWidget(self._note)
        self.show_value: Callable[[], None] = lambda: None
        self.input = _MAKERS[setting.kind](self)
        self.show_value()
        title.setBuddy(self.input)
        say(self.input.setAccessibleName, setting.title)
        say((self.input.focusProxy() or self.input).setAccessibleDescription, setting.help)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 10, 0, 10)
        grid.setHorizontalSpacing(32)
        grid.addLayout(left, 0, 0)
        grid.addWidget(self.input, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(0, 1)

    @property
    def value(self) -> object:
        """The value in force."""
        return self._settings[self.setting.key]

    @property
    def usual_folder(self) -> Path:
        """The folder an empty path stands for."""
        return self._workshop.home.library

    @property
    def error(self) -> str:
        """Why the last change was refused, empty when it was not."""
        return "" if self._note.isHidden() else self._note.text()

    def change(self, value: object) -> None:
        """Take a new value, or say why not."""
        if value == self.value:
            self._note.hide()
            return
        try:
            self._settings.set(self.setting.key, value)
        except (SettingsError, OSError) as error:
            self._refused = error
            self._note.show()
            self.retranslate()
            return
        self._note.hide()
        if self.setting.restart:
            self._later.show()

    def retranslate(self) -> None:
        """Say again why the last change was refused."""
        if self._refused is not None:
            self._note.setText(tr_error(self._refused))


def _make_choice(owner: SettingRow) -> QWidget:
    box = CalmCombo()
    box.setMinimumWidth(240)
    for value, text in owner.setting.choices:
        box.addItem(tr(text), value)
    owner.show_value = lambda: box.setCurrentIndex(box.findData(owner.value))
    box.activated.connect(lambda _: owner.change(box.currentData()))

    def retranslate() -> None:
        for place, (_, text) in enumerate(owner.setting.choices):
            box.setItemText(place, tr(text))

    box.__dict__["retranslate"] = retranslate
    return box


def _make_toggle(owner: SettingRow) -> QWidget:
    box = QCheckBox()
    owner.show_value = lambda: box.setChecked(bool(owner.value))
    box.toggled.connect(owner.change)
    return box


def _make_number(owner: SettingRow) -> QWidget:
    box = CalmSpin()
    setting = owner.setting
    box.setDecimals(0 if setting.kind == "integer" else 1)
    box.setRange(setting.min, setting.max)
    box.setSingleStep(setting.step)
    box.setMinimumWidth(140)

    def retranslate() -> None:
        box.setSuffix(f" {tr(setting.unit)}" if setting.unit else "")
        box.setSpecialValueText(tr(setting.zero) if setting.zero else "")

    retranslate()
    box.__dict__["retranslate"] = retranslate
    owner.show_value = lambda: box.setValue(float(str(owner.value)))
    box.valueChanged.connect(owner.change)
    return box


def _make_folder(owner: SettingRow) -> QWidget:
    made = QWidget()
    line = QLineEdit()
    owner.show_value = lambda: line.setText(str(owner.value))
    line.setMinimumWidth(220)
    line.setClearButtonEnabled(True)
    line.setPlaceholderText(str(owner.usual_folder))
    line.editingFinished.connect(lambda: owner.change(line.text().strip()))
    say(line.setAccessibleName, owner.setting.title)

    def browse() -> None:
        chosen = QFileDialog.getExistingDirectory(made, tr(owner.setting.title), line.text() or str(owner.usual_folder))
        if chosen:
            line.setText(chosen)
            owner.change(chosen)

    made.setLayout(row(line, tool_button("folder-open", "Choose a folder", browse), spacing=4))
    made.setFocusProxy(line)
    return made


_MAKERS = {
    "choice": _make_choice,
    "toggle": _make_toggle,
    "integer": _make_number,
    "number": _make_number,
    "folder": _make_folder,
}


class SettingsPage(QWidget):
    """All settings in their groups."""

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.rows: dict[str, SettingRow] = {}
        body = QWidget()
        body.setObjectName("FormBody")
        inside = QVBoxLayout()
        inside.setContentsMargins(32, 28, 32, 32)
        inside.setSpacing(12)
        inside.addWidget(label("Settings", "title"))
        for group in dict.fromkeys(setting.group for setting in TABLE):
            heading = label(group, "heading")
            heading.setContentsMargins(0, 12, 0, 0)
            inside.addWidget(heading)
            inside.addWidget(self._card(group, workshop))
        inside.addWidget(self._place(workshop))
        inside.addStretch(1)
        middle = QWidget()
        middle.setMaximumWidth(820)
        middle.setLayout(inside)
        across = row(None, middle, None)
        across.setStretch(1, 100)
        body.setLayout(across)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        stop = workshop.settings.listen(self._changed_elsewhere)
        self.destroyed.connect(lambda: stop())

    def focus_on(self, key: str) -> None:
        """Go to a setting."""
        row = self.rows[key]
        row.input.setFocus(Qt.FocusReason.OtherFocusReason)
        self._area.ensureWidgetVisible(row)

    def _changed_elsewhere(self, key: str, value: object) -> None:
        """A command or another place changed a setting: show it."""
        del value
        self.rows[key].show_value()

    def _card(self, group: str, workshop: Workshop) -> QFrame:
        card = QFrame()
        set_role(card, "card")
        lines = QVBoxLayout(card)
        lines.setContentsMargins(20, 6, 20, 6)
        lines.setSpacing(0)
        for setting in TABLE:
            if setting.group == group:
                self.rows[setting.key] = SettingRow(setting, workshop)
                lines.addWidget(self.rows[setting.key])
        return card

    def _place(self, workshop: Workshop) -> QLabel:
        made = label(role="muted", wrap=True)
        say(made.setText, "Kept in {path}", path=str(workshop.settings.path))
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return made

"""The *Plugins* page: one card per plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.sdk.generator import GeneratorSpec
from studio.shell.create.media import media_of, medium_of
from studio.shell.i18n import say, tr, tr_message, tr_spec
from studio.shell.icons import decorate
from studio.shell.plugins.checking import CheckDialog
from studio.shell.plugins.consent import ConsentDialog
from studio.shell.theme import set_role
from studio.shell.widgets import FlowLayout, IconLabel, button, column, icon_label, label, row, take_all
from studio.shell.workshop import Workshop

STATES: Mapping[str, tuple[str, str, str]] = {
    PluginState.READY: ("Ready", "check-circle", "success"),
    PluginState.NEEDS_SETUP: ("Needs setup", "wrench", "warning"),
    PluginState.NEEDS_CONSENT: ("Waits for your consent", "lock-simple", "warning"),
    PluginState.INCOMPATIBLE: ("Does not fit this version", "prohibit", "danger"),
    PluginState.BROKEN: ("Broken", "bug-beetle", "danger"),
    PluginState.CRASHED: ("Crashed", "warning-circle", "danger"),
    PluginState.HANGS: ("Hangs", "timer", "danger"),
    PluginState.DISABLED: ("Switched off", "pause-circle", "muted"),
    PluginState.QUARANTINED: ("In quarantine", "shield-warning", "danger"),
}
"""What a state is called, its icon and its colour."""


class PluginCard(QFrame):
    """One plugin: what it is, how it stands, what it makes, what can be done.

    Signals:
        switched(PluginInfo, bool): on or off.
        consent_wanted(PluginInfo), check_wanted(PluginInfo), restore_wanted(PluginInfo), quarantine_wanted(PluginInfo).
    """

    switched = Signal(object, bool)
    consent_wanted = Signal(object)
    check_wanted = Signal(object)
    restore_wanted = Signal(object)
    quarantine_wanted = Signal(object)

    def __init__(self, info: PluginInfo, specs: Sequence[GeneratorSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.info = info
        self._specs = specs
        self._name = label(role="heading")
        self._about = label(role="muted")
        self._state_icon = IconLabel(18)
        self._state = label()
        self.switch = QCheckBox()
        say(self.switch.setText, "On")
        self.switch.setAccessibleName(info.name)
        self.switch.setChecked(info.state not in {PluginState.DISABLED, PluginState.QUARANTINED})
        self.switch.setEnabled(info.state not in {PluginState.QUARANTINED, PluginState.NEEDS_CONSENT})
        self.switch.toggled.connect(lambda on: self.switched.emit(self.info, on))
        self._reason = label(role="muted", wrap=True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._makes = QWidget()
        self._flow = FlowLayout(self._makes, spacing=8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addLayout(row(self._name, self._about, None, self._state_icon, self._state, self.switch, spacing=10))
        layout.addWidget(self._reason)
        layout.addWidget(self._makes)
        self._details = self._make_details()
        layout.addLayout(self._make_buttons())
        layout.addWidget(self._details)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again."""
        state, icon, color = STATES[self.info.state]
        decorate(self._state_icon, icon, color)
        self._state.setText(tr(state))
        set_role(self._state, color)
        self._name.setText(self._title())
        origin = tr("Comes with the studio") if self.info.first_party else self.info.distribution
        self._about.setText(f"{origin} · {self.info.version}" if self.info.version else origin)
        self._reason.setText(tr_message(self.info.reason))
        self._reason.setVisible(bool(self.info.reason))
        take_all(self._flow)
        for spec in self._specs:
            self._flow.addWidget(_told_generator(spec))
        self._makes.setVisible(bool(self._specs))

    def _title(self) -> str:
        """Its name; of one of ours the media, and its name where it is another than theirs."""
        media = media_of(self._specs)
        if not (self.info.first_party and media):
            return self.info.name
        title = ", ".join(tr(medium.title) for medium in media)
        if self.info.name in {medium.id for medium in media}:
            return title
        return tr("{title} ({more})", title=title, more=tr_spec(self._specs[0], self.info.name))

    def _make_details(self) -> QPlainTextEdit:
        details = QPlainTextEdit(self.info.details)
        details.setReadOnly(True)
        details.setFixedHeight(160)
        set_role(details, "report")
        say(details.setAccessibleName, "Details")
        details.hide()
        return details

    def _make_buttons(self) -> QHBoxLayout:
        buttons: list[QWidget] = []
        if self.info.state == PluginState.NEEDS_CONSENT:
            allow = button(
                "Let it run …", lambda: self.consent_wanted.emit(self.info), icon="shield-check", role="primary"
            )
            buttons.append(allow)
        if self.info.state == PluginState.QUARANTINED:
            restore = button("Restore", lambda: self.restore_wanted.emit(self.info), icon="arrow-counter-clockwise")
            buttons.append(restore)
        if self.info.state in {PluginState.READY, PluginState.NEEDS_SETUP}:
            check = button("Check", lambda: self.check_wanted.emit(self.info), icon="checks", role="quiet")
            say(check.setToolTip, "Run the twenty checks every generator should pass")
            buttons.append(check)
            if not self.info.first_party:
                aside = button(
                    "Quarantine", lambda: self.quarantine_wanted.emit(self.info), icon="shield-warning", role="quiet"
                )
                say(aside.setToolTip, "Put it aside: its code does not run until you restore it")
                buttons.append(aside)
        if self.info.details:
            fold = QToolButton()
            fold.setCheckable(True)
            fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            say(fold.setText, "Details")
            decorate(fold, "caret-right")
            fold.toggled.connect(self._details.setVisible)
            buttons.append(fold)
        return row(*buttons, None)


class PluginsPage(QWidget):
    """Every plugin with its state and reason.

    Signals:
        changed(bool): the artist decided something; discover again (True: load every plugin anew).
    """

    changed = Signal(bool)

    def __init__(self, workshop: Workshop, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workshop = workshop
        self._cards = QVBoxLayout()
        self._cards.setSpacing(12)
        self._note = label(role="muted", wrap=True)
        again = button("Look again", self._look_again, icon="arrows-clockwise")
        title = label("Plugins", "title")
        about = label(
            "Everything that makes something here is a plugin. Each runs in a process of its own, which can be ended "
            "without touching your work.",
            "muted",
            wrap=True,
        )
        middle = QWidget()
        middle.setMaximumWidth(920)
        inside = column(row(title, None, again), about, self._note, self._cards, None, spacing=12)
        inside.setContentsMargins(32, 28, 32, 32)
        middle.setLayout(inside)
        body = QWidget()
        body.setObjectName("FormBody")
        across = row(None, middle, None)
        across.setStretch(1, 100)
        body.setLayout(across)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        workshop.generators_changed.connect(self.show_plugins)
        self.show_plugins()

    def cards(self) -> list[PluginCard]:
        """The cards shown, in order."""
        items = [self._cards.itemAt(place) for place in range(self._cards.count())]
        found = [item.widget() for item in items if item is not None]
        return [card for card in found if isinstance(card, PluginCard)]

    def show_plugins(self) -> None:
        """Show what the registry lists now."""
        take_all(self._cards)
        registry = self._workshop.registry
        rows = registry.plugins if registry is not None else ()
        specs = self._workshop.specs
        for info in rows:
            made = [specs[name] for name in info.generators if name in specs]
            card = PluginCard(info, made)
            card.switched.connect(self._switch)
            card.consent_wanted.connect(self._ask_consent)
            card.check_wanted.connect(self._check)
            card.restore_wanted.connect(lambda info: self._switch(info, True))
            card.quarantine_wanted.connect(self._quarantine)
            self._cards.addWidget(card)
        self.retranslate()

    def retranslate(self) -> None:
        """Say the note again."""
        self._note.setText(tr("Looking for plugins …") if self._workshop.registry is None else "")
        self._note.setVisible(self._workshop.registry is None)

    def _switch(self, info: PluginInfo, on: bool) -> None:
        switches = self._workshop.registry.switches
        if on:
            switches.enable(info.key)
        else:
            switches.disable(info.key)
        self.changed.emit(False)

    def _quarantine(self, info: PluginInfo) -> None:
        self._workshop.registry.switches.quarantine(info.key, "You put it aside.")
        self.changed.emit(False)

    def _ask_consent(self, info: PluginInfo) -> None:
        dialog = ConsentDialog(info, self)
        dialog.accepted.connect(lambda: self._consent(info))
        dialog.open()

    def _consent(self, info: PluginInfo) -> None:
        self._workshop.registry.switches.consent(info.distribution)
        self.changed.emit(False)

    def _check(self, info: PluginInfo) -> None:
        titles = {name: tr_spec(spec, spec.title) for name, spec in self._workshop.specs.items()}
        dialog = CheckDialog(info, titles, self)
        dialog.open()
        dialog.start(self._workshop.home)

    def _look_again(self) -> None:
        self.changed.emit(True)


def _told_generator(spec: GeneratorSpec) -> QWidget:
    """A generator's icon, and its title and needs, which no line break parts."""
    icon = icon_label(medium_of(spec).icon, "accent", 18)
    made = label(role="muted")
    needs = [tr("{gigabytes} GB memory", gigabytes=f"{spec.needs.ram_gb:g}")]
    if spec.needs.gpu:
        needs.append(tr("graphics card"))
    if spec.needs.network:
        needs.append(tr("network"))
    made.setText(tr("{title} ({more})", title=tr_spec(spec, spec.title), more=", ".join(needs)))
    made.setToolTip(", ".join(spec.needs.modules))
    both = QWidget()
    both.setLayout(row(icon, made))
    return both

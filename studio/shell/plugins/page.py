"""The *Plugins* page: one card per plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
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
from studio.shell.widgets import FlowLayout, IconLabel, as_plain_tip, button, column, icon_label, label, row, take_all
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

SWITCH = "On"
"""What the switch of a card says."""


def offers(info: PluginInfo) -> list[str]:
    """What can be done with a plugin besides reading its details: the texts of its card's controls."""
    found = [] if info.state in {PluginState.QUARANTINED, PluginState.NEEDS_CONSENT} else [SWITCH]
    if info.state == PluginState.NEEDS_CONSENT:
        found.append("Let it run …")
    if info.state == PluginState.QUARANTINED:
        found.append("Restore")
    if info.state in {PluginState.READY, PluginState.NEEDS_SETUP}:
        found += ["Check"] if info.first_party else ["Check", "Quarantine"]
    return found


def is_on(info: PluginInfo) -> bool:
    """Whether a plugin's switch is on."""
    return info.state not in {PluginState.DISABLED, PluginState.QUARANTINED}


def title_of(info: PluginInfo, specs: Sequence[GeneratorSpec]) -> str:
    """A plugin's name; of one of ours the media, and its name where it is another than theirs."""
    media = media_of(specs)
    if not (info.first_party and media):
        return info.name
    title = ", ".join(tr(medium.title) for medium in media)
    if info.name in {medium.id for medium in media}:
        return title
    return tr("{title} ({more})", title=title, more=tr_spec(specs[0], info.name))


class PluginCard(QFrame):
    """One plugin: what it is, how it stands, what it makes, what can be done.

    Attributes:
        controls: its switch and buttons, by the English text each shows.

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
        say(self.switch.setText, SWITCH)
        self.switch.setAccessibleName(info.name)
        self.switch.setChecked(is_on(info))
        self.switch.setEnabled(SWITCH in offers(info))
        self.controls: dict[str, QAbstractButton] = {SWITCH: self.switch}
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
        self._name.setText(title_of(self.info, self._specs))
        origin = tr("Comes with the studio") if self.info.first_party else self.info.distribution
        self._about.setText(f"{origin} · {self.info.version}" if self.info.version else origin)
        self._reason.setText(tr_message(self.info.reason))
        self._reason.setVisible(bool(self.info.reason))
        take_all(self._flow)
        for spec in self._specs:
            self._flow.addWidget(_told_generator(spec))
        self._makes.setVisible(bool(self._specs))
        # what only the mouse would find otherwise is told of the switch, which the keyboard reaches
        told = " ".join(_told_modules(spec) for spec in self._specs if spec.needs.modules)
        self.switch.setToolTip(as_plain_tip(told))
        self.switch.setAccessibleDescription(" ".join(filter(None, (tr(state), tr_message(self.info.reason), told))))

    def _make_details(self) -> QPlainTextEdit:
        details = QPlainTextEdit(self.info.details)
        details.setReadOnly(True)
        details.setFixedHeight(160)
        set_role(details, "report")
        say(details.setAccessibleName, "Details")
        details.hide()
        return details

    def _make_buttons(self) -> QHBoxLayout:
        made = {
            "Let it run …": (self.consent_wanted, "shield-check", "primary", ""),
            "Restore": (self.restore_wanted, "arrow-counter-clockwise", "", ""),
            "Check": (self.check_wanted, "checks", "quiet", "Run the twenty checks every generator should pass"),
            "Quarantine": (
                self.quarantine_wanted,
                "shield-warning",
                "quiet",
                "Put it aside: its code does not run until you restore it",
            ),
        }
        for text in offers(self.info):
            if text in made:
                wanted, icon, role, tip = made[text]
                self.controls[text] = button(text, partial(wanted.emit, self.info), icon=icon, role=role)
                say(self.controls[text].setToolTip, tip)
        if self.info.details:
            fold = QToolButton()
            fold.setCheckable(True)
            fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            say(fold.setText, "Details")
            decorate(fold, "caret-right")
            fold.toggled.connect(self._details.setVisible)
            self.controls["Details"] = fold
        return row(*(control for control in self.controls.values() if control is not self.switch), None)


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
        again = button("Look again", self.look_again, icon="arrows-clockwise")
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
        self._area = area = QScrollArea()
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

    def card(self, key: str) -> PluginCard | None:
        """The card of the plugin that `key` names, see `PluginInfo.key`."""
        return next((card for card in self.cards() if card.info.key == key), None)

    def use(self, key: str, control: str) -> None:
        """Press a control of a plugin's card, named by its English text, if it is there."""
        card = self.card(key)
        if card is not None and control in card.controls:
            card.controls[control].setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(card)
            card.controls[control].click()

    def show_plugins(self) -> None:
        """Show what the registry lists now; the focus stays at the same control, and the page where it is."""
        held = self._held()
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
        self._hold(held)

    def _held(self) -> tuple[str, str] | None:
        """The plugin, and the text of the control, that has the focus."""
        focus = QApplication.focusWidget()
        for card in self.cards():
            for text, control in card.controls.items():
                if control is focus:
                    return card.info.key, text
        return None

    def _hold(self, held: tuple[str, str] | None) -> None:
        """Give the focus to that control; where it is not offered any more, to the first one of the same card."""
        card = self.card(held[0]) if held else None
        if held is None or card is None:
            return
        others = [control for control in card.controls.values() if control.isEnabled()]
        control = card.controls.get(held[1])
        if control is not None and control.isEnabled():
            others.insert(0, control)
        if others:
            others[0].setFocus(Qt.FocusReason.OtherFocusReason)

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

    def look_again(self) -> None:
        """Load every plugin anew."""
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
    if spec.needs.modules:
        made.setToolTip(as_plain_tip(_told_modules(spec)))
    both = QWidget()
    both.setLayout(row(icon, made))
    return both


def _told_modules(spec: GeneratorSpec) -> str:
    """Which Python modules a generator needs, a sentence."""
    title, modules = tr_spec(spec, spec.title), ", ".join(spec.needs.modules)
    return tr("“{title}” needs the Python modules {modules}.", title=title, modules=modules)

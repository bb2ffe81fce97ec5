"""What the palette offers of *Plugins*: all that the cards offer, each with its plugin's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from studio.engine.discovery.plugins import PluginInfo
from studio.shell.commands import Entry, entry
from studio.shell.plugins.page import SWITCH, is_on, offers, title_of
from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.shell.plugins.page import PluginsPage

ACTIONS: Mapping[str, tuple[str, str]] = {
    "Let it run …": ("Let {name} run …", "shield-check"),
    "Restore": ("Restore {name}", "arrow-counter-clockwise"),
    "Check": ("Check {name}", "checks"),
    "Quarantine": ("Quarantine {name}", "shield-warning"),
}
"""What a button of a card is called away from it, and its icon."""

SWITCHED: Mapping[bool, tuple[str, str]] = {
    True: ("Switch {name} off", "pause-circle"),
    False: ("Switch {name} on", "check-circle"),
}
"""The same of the switch that is on, or off."""


def entries(workshop: Workshop, show: Callable[[], PluginsPage]) -> Iterator[Entry]:
    """All that can be done now; `show` shows the page, which need not have been made, and returns it."""
    yield entry("Look for plugins again", "arrows-clockwise", lambda: show().look_again())
    registry = workshop.registry
    specs = workshop.specs
    for info in registry.plugins if registry is not None else ():
        told = title_of(info, [specs[name] for name in info.generators if name in specs])
        for control in offers(info):
            text, icon = _called(info, control)

            def use(key: str = info.key, control: str = control) -> None:
                show().use(key, control)

            yield entry(text, icon, use, name=info.name, told=told)


def _called(info: PluginInfo, control: str) -> tuple[str, str]:
    return SWITCHED[is_on(info)] if control == SWITCH else ACTIONS[control]

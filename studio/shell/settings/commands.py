"""What the palette offers of *Settings*: a line for each, which goes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from studio.engine.settings import TABLE
from studio.shell.commands import Entry, entry
from studio.shell.i18n import tr

if TYPE_CHECKING:
    from studio.shell.settings.page import SettingsPage


def entries(show: Callable[[], SettingsPage]) -> Iterator[Entry]:
    """Every setting; `show` shows the page, which need not have been made, and returns it."""
    for setting in TABLE:

        def go(key: str = setting.key) -> None:
            show().focus_on(key)

        yield entry("Setting: {name}", "gear-six", go, name=setting.title, told=tr(setting.title))

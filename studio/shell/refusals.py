"""What the offline shield kept out since the window opened; the dialog that shows it is in `network_log`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.engine.events import NetworkRefused

LIMIT = 1000


class Refusal(NamedTuple):
    """One refused connection.

    Attributes:
        when: local time of day, e.g. ``"16:20:00"``.
        address: where it wanted to go.
    """

    when: str
    address: str


class Refusals(QObject):
    """What was refused since the window opened.

    Signals:
        added: there is one more.
    """

    added = Signal()

    def __init__(self, workshop: Workshop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Refusal] = []
        workshop.bridge.network_refused.connect(self._add)

    def _add(self, event: NetworkRefused) -> None:
        self.entries.append(Refusal(time.strftime("%H:%M:%S"), event.address))
        del self.entries[:-LIMIT]
        self.added.emit()

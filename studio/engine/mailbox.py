"""Orders from other processes: a command line steering the queue of a window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.engine.journal import take_commands
from studio.sdk import UserError

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often the mailbox is looked into."""


class Mailbox:
    """Looks into a session's mailbox on a thread of its own and carries out what it finds, oldest first.

    Args:
        folder: where `journal.send_command` leaves orders.
        orders: what may be asked, by name; each is called with the job id an order names, empty for none.
    """

    def __init__(self, folder: Path, orders: Mapping[str, Callable[[str], object]]) -> None:
        self._folder = folder
        self._orders = orders
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="engine mail", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._thread.join(2.0)

    def _serve(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                for command in take_commands(self._folder):
                    self._obey(command)
            except OSError:
                log.exception("The mailbox %s cannot be emptied", self._folder)
                return  # what cannot be removed would be carried out again and again

    def _obey(self, command: Mapping[str, object]) -> None:
        obey = self._orders.get(str(command.get("order")))
        if obey is None:
            return
        try:
            obey(str(command.get("job", "")))
        except UserError:
            return  # the job ended or vanished between the order and now: nothing is left to do
        except OSError:
            log.exception("An order could not be carried out: %s", command)

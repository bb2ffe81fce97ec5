"""A finished result of this session, as stage and strip know it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal

from studio.shell.workshop import Workshop

if TYPE_CHECKING:
    from studio.library.library import Change


class Shot(NamedTuple):
    """One result of the session.

    Attributes:
        job_id: the job it came from.
        item: its library id, or its path when it was not kept.
        kind: its kind.
        path: its file.
        title: what it is called.
    """

    job_id: str
    item: str
    kind: str
    path: Path
    title: str

    @property
    def reference(self) -> str:
        """How a form refers to it."""
        return f"file:{self.path}" if Path(self.item).is_absolute() else f"item:{self.item}"


def as_it_is(workshop: Workshop, shot: Shot) -> Shot | None:
    """A result under the name and in the place it has by now; None where it is in the trash, or gone."""
    item = workshop.item(shot.item)
    if item is None:  # not kept, or the library is about to hear of it
        return shot if shot.path.exists() else None
    return None if item.is_trashed else shot._replace(path=workshop.item_file(item), title=item.title)


class ShotWatch(QObject):
    """Tells the window's thread of changes to results that it knows, whichever thread makes them.

    Signals:
        changed: some of them were renamed, put into the trash, or taken out of it; or all are to be looked at again.
    """

    changed = Signal()
    _stirred = Signal()

    def __init__(self, workshop: Workshop, parent: QObject) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._known: set[str] = set()
        self._told = True
        # Many changes in a row are one: each is told once the window's thread has time for it.
        self._stirred.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        workshop.library_opened.connect(self._subscribe)
        if workshop.library is not None:
            self._subscribe()

    def know(self, *items: str) -> None:
        """Tell of the items with these ids too."""
        self._known.update(items)

    def _subscribe(self) -> None:
        unsubscribe = self._workshop.library.subscribe(self._heard)
        self.destroyed.connect(lambda: unsubscribe())

    def _heard(self, change: Change) -> None:
        """Runs on the thread that changes the library."""
        concerned = bool(self._known) and (change.kind == "rebuilt" or not self._known.isdisjoint(change.ids))
        if concerned and self._told:
            self._told = False
            self._stirred.emit()

    def _tell(self) -> None:
        self._told = True
        self.changed.emit()

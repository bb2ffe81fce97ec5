"""Texts that were edited where no library keeps them: they outlast the window, and the next library takes them in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from studio.disk.durable import write_json
from studio.shell.i18n import count, tr, tr_error
from studio.shell.logs import warn
from studio.shell.workshop import Workshop


class Draft(NamedTuple):
    """An edited text.

    Attributes:
        path: the file it was read from, which stays as it was.
        item: the id of the library item it was made from, empty for none.
        text: all of it.
    """

    path: str
    item: str
    text: str


def put_by(file: Path, drafts: Sequence[Draft]) -> None:
    """Write drafts, after those that wait already, into `file`."""
    if not drafts:
        return
    try:
        write_drafts(file, [*read_drafts(file), *drafts])
    except OSError as error:
        warn("Edited texts could not be kept in %s: %s", file, error)


def read_drafts(file: Path) -> list[Draft]:
    """The drafts that wait in `file`; none where it cannot be read."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return [Draft(str(entry["path"]), str(entry["item"]), str(entry["text"])) for entry in plain]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        warn("Edited texts in %s cannot be read: %s", file, error)
        return []


def write_drafts(file: Path, drafts: Sequence[Draft]) -> None:
    """Let `drafts` be all that wait in `file`. Raises `OSError` when that cannot be written."""
    if drafts:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, [draft._asdict() for draft in drafts])
    else:
        file.unlink(missing_ok=True)


def take_in(workshop: Workshop, file: Path) -> None:
    """Keep the drafts that wait in `file` in the library, which is open now, and tell so."""
    if not file.exists():
        return
    from studio.shell.viewers.background import Background

    def taken(number: int) -> None:
        if number:
            one = "{count} text that was edited last time is in the library now."
            many = "{count} texts that were edited last time are in the library now."
            workshop.problem.emit("", count(one, many, number))

    def failed(error: Exception) -> None:
        workshop.problem.emit("", tr("The text could not be saved: {reason}", reason=tr_error(error)))

    Background.shared().run(partial(keep_all, file, workshop.library.folder), taken, failed, workshop)


def keep_all(file: Path, folder: Path) -> int:
    """Keep every draft that waits in `file` in the library at `folder`; returns how many there were.

    Raises:
        UserError: one could not be kept; it waits on, with those after it.
        OSError: `file` cannot be written.
    """
    from studio.shell.library.errands import keep_text

    waiting = read_drafts(file)
    for at, draft in enumerate(waiting, 1):
        keep_text(folder, draft.item, draft.text, Path(draft.path))
        write_drafts(file, waiting[at:])
    return len(waiting)

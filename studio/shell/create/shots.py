"""A finished result of this session, as stage and strip know it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


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

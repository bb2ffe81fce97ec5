"""Finding a model by its reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from studio.disk.resources import resources
from studio.sdk import UserError

_STARTER = re.compile(r"[a-z0-9][a-z0-9-]*")


class ModelStore:
    """Resolves references such as ``"starter:storyteller"`` or ``"folder:/home/ada/models/tales"``.

    A *starter* is a small model that ships with the studio; a *folder* is one of the artist's, used where it lies.
    """

    def __init__(self, starters: Path | None = None) -> None:
        self._starters = starters

    def path(self, ref: str) -> Path:
        """The folder of a model. Raises `UserError` when the reference is malformed or nothing is there."""
        scheme, _, name = ref.partition(":")
        if scheme == "starter" and _STARTER.fullmatch(name):
            folder = self._starter_folder() / name
        elif scheme == "folder" and name:
            folder = Path(name).expanduser()
        else:
            raise UserError(f"“{ref}” does not name a model.", hint="Use starter:NAME or folder:PATH.")
        if not folder.is_dir():
            known = ", ".join(self.starters()) or "none"
            raise UserError(f"The model “{ref}” is not there.", hint=f"Starter models on this computer: {known}.")
        return folder

    def starters(self) -> Iterator[str]:
        """Names of the starter models that are there, in alphabetical order."""
        folder = self._starter_folder()
        if folder.is_dir():
            yield from sorted(entry.name for entry in folder.iterdir() if (entry / "config.json").is_file())

    def _starter_folder(self) -> Path:
        return self._starters or resources() / "starters"

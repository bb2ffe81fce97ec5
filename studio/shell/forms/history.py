"""What was asked before: the last prompts, kept in a file of the studio's state."""

from __future__ import annotations

import json
from pathlib import Path

from studio.disk.durable import write_json
from studio.shell.logs import warn

LIMIT = 100


class PromptHistory:
    """The last prompts, newest first.

    Attributes:
        entries: the prompts.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[str] | None = None

    @property
    def entries(self) -> list[str]:
        """The prompts, newest first; read from the file when first asked for."""
        if self._entries is None:
            self._entries = _read(self._path)
        return self._entries

    def add(self, prompt: str) -> None:
        """Put `prompt` first. A full disk costs only the history, never the work: it is logged and left."""
        prompt = prompt.strip()
        if not prompt or (self.entries and self.entries[0] == prompt):
            return
        self._entries = [prompt, *(known for known in self.entries if known != prompt)][:LIMIT]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, self._entries)
        except OSError as error:
            warn("The prompt history could not be written: %s", error)


def _read(path: Path) -> list[str]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        warn("The prompt history %s could not be read: %s", path, error)
        return []
    return [entry for entry in plain if isinstance(entry, str)][:LIMIT] if isinstance(plain, list) else []

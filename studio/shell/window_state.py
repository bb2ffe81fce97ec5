"""What the window remembers between sessions, in one file of the studio's state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from studio.disk.durable import write_json
from studio.sdk.parameters import Json
from studio.shell.logs import warn


def read_state(path: Path) -> dict[str, Json] | None:
    """What was remembered; None the first time. A file that cannot be read counts as empty: only comfort is lost."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        warn("What the window remembered in %s cannot be read: %s", path, error)
        return {}
    return plain if isinstance(plain, dict) else {}


def write_state(path: Path, state: Mapping[str, Json]) -> None:
    """Remember `state`. A full disk must not keep the window from closing: it is logged and left."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, state)
    except OSError as error:
        warn("What the window should remember could not be written: %s", error)


def part(state: Mapping[str, Json] | None, name: str) -> dict[str, Json]:
    """One part of the state, as a dictionary whatever the file held."""
    value = (state or {}).get(name)
    return value if isinstance(value, dict) else {}

"""A plugin as a row in a list: what is known of it, the state it is in, and why.

Loaded at every start, so it avoids `dataclasses`, whose import alone would cost a third of the time there is.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, NamedTuple


class PluginState(enum.StrEnum):
    """Where a plugin stands; only the generators of READY ones are offered."""

    READY = "ready"
    NEEDS_SETUP = "needs setup"
    NEEDS_CONSENT = "needs consent"
    INCOMPATIBLE = "incompatible"
    BROKEN = "broken"
    CRASHED = "crashed"
    HANGS = "hangs"
    DISABLED = "disabled"
    QUARANTINED = "quarantined"


class PluginInfo(NamedTuple):
    """One row: an entry point of the group ``studio.plugins`` and what became of it.

    Attributes:
        name: the entry point's name.
        distribution: the distribution it came with, as ``pip`` knows it.
        version: that distribution's version.
        target: what the entry point names, ``"module:Class"``.
        state: where it stands.
        reason: one or two plain sentences why it is not ready, and what to do; empty when ready without remarks.
        details: traceback, crash report or what it printed, for *Details*; may be empty.
        generators: ids of the generators it offers, as far as known; some may still lack modules (see `missing`).
        missing: importable modules that are not installed, by generator id.
        first_party: whether it came with the studio.
        api: the SDK version it asks for, 0 when it does not say.
        location: the metadata folder or project file that announced it.
        seconds: processor time its import took, 0 when it was not imported.
    """

    name: str
    distribution: str
    version: str
    target: str
    state: PluginState
    reason: str = ""
    details: str = ""
    generators: tuple[str, ...] = ()
    missing: Mapping[str, tuple[str, ...]] | None = None
    first_party: bool = False
    api: int = 0
    location: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> str:
        """What names this row for ever: ``"distribution:entry point"``."""
        return f"{self.distribution}:{self.name}"

    def to_json(self) -> dict[str, Any]:
        """This row as JSON, for ``--json`` and the descriptor cache."""
        plain = self._asdict()
        plain["state"] = self.state.value
        plain["generators"] = list(self.generators)
        plain["missing"] = {name: list(modules) for name, modules in (self.missing or {}).items()}
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> PluginInfo:
        """The inverse of `to_json`. Raises `TypeError`, `ValueError` or `KeyError` on anything else."""
        values = dict(plain)
        values["state"] = PluginState(values["state"])
        values["generators"] = tuple(values["generators"])
        values["missing"] = {name: tuple(modules) for name, modules in values["missing"].items()}
        return cls(**values)

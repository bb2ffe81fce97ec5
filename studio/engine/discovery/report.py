"""What a scout tells of one entry point; shared by the scout and those who send it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from studio.engine.discovery.plugins import PluginState


@dataclass
class Report:
    """What loading one entry point came to; filled in by the scout.

    Attributes:
        entry: the entry point's name.
        state, reason, details, api, seconds: as on `PluginInfo`.
        descriptors: its generators as JSON, without their texts in other languages.
        translations: these texts by locale, once for all its generators.
    """

    entry: str
    state: PluginState = PluginState.READY
    reason: str = ""
    details: str = ""
    api: int = 0
    seconds: float = 0.0
    descriptors: list[dict[str, Any]] = field(default_factory=list)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)

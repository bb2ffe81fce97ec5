"""The hooks a plugin may implement (pluggy). Implementations are called one by one, guarded and timed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pluggy

from studio.sdk.generator import Generator

PROJECT = "studio"
"""pluggy's project name, and the prefix of every hook."""

ENTRY_POINT_GROUP = "studio.plugins"
"""The entry-point group under which distributions announce their plugin class."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def studio_generators() -> Sequence[type[Generator]]:  # type: ignore[empty-body]
    """The generator classes this plugin offers."""


@hookspec
def studio_translations() -> Mapping[str, Mapping[str, str]]:  # type: ignore[empty-body]
    """Translations of titles, labels, help and options by locale: ``{"zh_CN": {"Octaves": "层数"}}``."""

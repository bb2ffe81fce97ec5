"""The studio's own 3D generators: `studio.mesh.forms` and `studio.mesh.relief`.

Only the descriptions load with this package; numpy and the geometry load when something is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import studio.sdk as sdk
from studio_mesh.forms import Forms
from studio_mesh.relief import Relief
from studio_mesh.texts import TEXTS

__all__ = ["Forms", "Plugin", "Relief"]


class Plugin:
    """What this package adds to the studio."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The two generators."""
        return [Forms, Relief]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Simplified Chinese."""
        return TEXTS

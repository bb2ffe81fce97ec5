"""The texture styles by name; importing this module imports numpy-using code, so only ``generate`` does."""

from __future__ import annotations

from collections.abc import Callable

from studio_image import flow, materials
from studio_image.canvas import Canvas, Field, Look
from studio_image.reaction_diffusion import reaction

STYLES: dict[str, Callable[[Look, Canvas], Field]] = {
    "silk": materials.silk,
    "clouds": materials.clouds,
    "ridges": materials.ridges,
    "marble": materials.marble,
    "agate": materials.agate,
    "wood": materials.wood,
    "weave": materials.weave,
    "pebbles": materials.pebbles,
    "cracks": materials.cracks,
    "mosaic": materials.mosaic,
    "terrazzo": materials.terrazzo,
    "crystal": materials.crystal,
    "reaction": reaction,
    "hair": flow.hair,
    "strokes": flow.strokes,
}
"""From a look and a canvas to a field."""

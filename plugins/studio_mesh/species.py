"""The species that `plants` can grow, by name."""

from __future__ import annotations

from studio_mesh.flowers import FLOWERS
from studio_mesh.fronds import FRONDS
from studio_mesh.growth import Species
from studio_mesh.trees import TREES

SPECIES: dict[str, Species] = {**TREES, **FRONDS, **FLOWERS}
"""By the names they have in records: never rename one, and add new ones at the end, for seeds draw by position."""

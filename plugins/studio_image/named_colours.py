"""Palettes for pixel art, drawn up for this studio. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

COLOURS_OF: Mapping[str, tuple[str, ...]] = {
    "adventure": (
        "#1b1722", "#4b3b52", "#7d7286", "#b4b2bd", "#f4f1ea", "#5a2c2a", "#9c4a2f", "#d98a4a", "#f2c879", "#a82335",
        "#e0523f", "#2f6b3a", "#76b041", "#22507a", "#4aa3c9", "#6b3f9c",
    ),
    "daylight": (
        "#17161d", "#34323f", "#565467", "#7f7d8f", "#aeacb8", "#d8d6da", "#ffffff", "#3b1f1b", "#6b3524", "#9a5a33",
        "#c88a51", "#e8bf86", "#fae6c0", "#5c1022", "#a01a2c", "#d94032", "#f2803c", "#f7c33c", "#fdf08a", "#173b2a",
        "#2b6b3a", "#58a03c", "#a3d255", "#12304f", "#1f5f94", "#3b9bcc", "#8ed6e8", "#2c1b57", "#5b34a0", "#9a62cf",
        "#d99be0", "#d6487f",
    ),
    "pond": ("#12261a", "#2f5a35", "#7ba24a", "#d5e3a0"),
    "ember": ("#140c12", "#45142b", "#93252a", "#d85a2a", "#f6a53a", "#fde79a"),
    "frost": ("#0e1630", "#24406f", "#3f7cae", "#84bfd8", "#d0ebf0", "#ffffff"),
    "grey": ("#101010", "#4a4a4a", "#868686", "#c4c4c4", "#f6f6f6"),
    "ink": ("#14131a", "#f5f1e6"),
}  # fmt: skip
"""Colours by the palette's name."""

SNAPS = (
    ("free", "As drawn"), ("4", "4 colours"), ("8", "8 colours"), ("16", "16 colours"), ("32", "32 colours"),
    ("adventure", "Adventure (16)"), ("daylight", "Daylight (32)"), ("pond", "Pond (4 greens)"),
    ("ember", "Ember (6)"), ("frost", "Frost (6)"), ("grey", "Grey (5)"), ("ink", "Ink and paper (2)"),
)  # fmt: skip
"""What a form offers."""

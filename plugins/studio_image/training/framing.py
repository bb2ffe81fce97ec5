"""Choices that every picture trainer offers in the same words."""

from __future__ import annotations

import studio.sdk as sdk

SIZES = (("32", "32 × 32"), ("64", "64 × 64"))
FRAMINGS = (("middle", "Middle square"), ("whole", "Whole picture"))
TRANSPARENCIES = (("auto", "As the pictures are"), ("keep", "Keep"), ("flatten", "Put on a colour"))


def start_from(family: str) -> str:
    """The field that names a model of this family to go on from."""
    return sdk.choice(
        "", [("", "A new model")], source=f"models:{family}", label="Start from",
        help="Go on teaching a model instead of beginning with a new one. It keeps its size and its network.",
    )  # fmt: skip

"""Choices that every picture trainer offers in the same words."""

from __future__ import annotations

SIZES = (("32", "32 × 32"), ("64", "64 × 64"))
FRAMINGS = (("middle", "Middle square"), ("whole", "Whole picture"))
TRANSPARENCIES = (("auto", "As the pictures are"), ("keep", "Keep"), ("flatten", "Put on a colour"))

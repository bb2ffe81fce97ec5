"""Seeds that nobody chose."""

from __future__ import annotations

import os


def random_seed() -> int:
    """A seed drawn by the system, 0 … 2³²−1."""
    return int.from_bytes(os.urandom(4), "big")

"""A generator that says when it was done, for measuring what comes after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import studio.sdk as sdk


class Timed(sdk.Generator):
    """One smooth picture of 1024 × 1024, and the moment it was finished."""

    id, title, makes = "test.timed", "Timed", (sdk.Image,)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield it right after saying the time."""
        import numpy as np

        ramp = np.linspace(0, 40, 1024)
        waves = np.sin(ramp[:, None] + ctx.rng().random()) * np.cos(ramp[None, :] * 1.3)
        noise = ctx.rng().integers(0, 8, (1024, 1024, 3))
        pixels = (np.stack([waves, waves.T, -waves], axis=2) * 100 + 120 + noise).astype(np.uint8)
        ctx.log(f"finished {time.time()}")
        yield sdk.Image(pixels)

"""What a texture style draws on, and what it hands back.

Everything lives on the unit torus: u runs across the width, v down the height, and both wrap at 1, so a texture that
reads only wrapped coordinates tiles by construction. Random lattices depend on the seed and the size of features,
never on the number of pixels: a small sketch shows the same texture as the large one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Look:
    """What the artist asked for, as far as the shape is concerned.

    Attributes:
        scale: size of features, 1 as designed, 2 twice as large.
        detail: 0 smooth … 1 as fine as the pixels allow.
        distortion: 0 none … 1 strong; how far shapes are bent by large swirls.
        variety: 0 even … 1 mixed; how much the parts differ from each other.
        pattern: name of the reaction–diffusion preset.
    """

    scale: float = 1.0
    detail: float = 0.5
    distortion: float = 0.5
    variety: float = 0.5
    pattern: str = "coral"

    def cells(self, designed: float) -> int:
        """Features across the shorter side, for a style `designed` with that many at scale 1; at least 2."""
        return max(2, round(designed / self.scale))


@dataclass(frozen=True)
class Canvas:
    """The torus in pixels, with the run's random streams and its way to report.

    Attributes:
        width, height: pixels.
        rng: independent random generator by keys, as ``Context.rng``.
        step: report the finished share 0…1 and what is happening; a cancel point.
        show: report the same with a half-finished field to preview.
    """

    width: int
    height: int
    rng: Callable[..., np.random.Generator]
    step: Callable[[float, str], None]
    show: Callable[[float, str, Callable[[], Field]], None]

    @property
    def shorter(self) -> int:
        """Pixels of the shorter side."""
        return min(self.width, self.height)

    def lattice(self, cells: float) -> tuple[int, int]:
        """Rows and columns of a lattice with `cells` nearly square cells across the shorter side."""
        return max(1, round(cells * self.height / self.shorter)), max(1, round(cells * self.width / self.shorter))

    def coordinates(self) -> tuple[Array, Array]:
        """V as [height, 1] and u as [1, width]: pixel centres on the unit torus."""
        v = (np.arange(self.height, dtype=np.float32) + 0.5) / self.height
        u = (np.arange(self.width, dtype=np.float32) + 0.5) / self.width
        return v[:, None].astype(np.float32), u[None, :].astype(np.float32)


@dataclass(frozen=True)
class Field:
    """A texture before it is coloured; arrays are float32 [height, width].

    Attributes:
        tone: position on the palette; spread over 0…1 by the colouring unless `fixed`.
        relief: height of the surface, any range; None means the tone is the height.
        ink: 0…1, how much of the light the surface returns (grout and cracks are dark); None means all.
        fixed: the tone already lies within 0…1 and is to be taken as it is.
        roughness: scales the relief shading, for styles with much fine height detail (less) or broad forms (more).
    """

    tone: Array
    relief: Array | None = None
    ink: Array | None = None
    fixed: bool = False
    roughness: float = 1.0

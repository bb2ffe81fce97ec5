"""Colours: named palettes and ramps mixed in Oklab, where halfway looks halfway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio_mesh.geometry import Floats

NAMED: dict[str, tuple[str, ...]] = {
    "earth": ("#3b2a20", "#7a4a2c", "#b5793f", "#d9b27c", "#f3e3c3"),
    "celadon": ("#31443c", "#5c8474", "#93b8a3", "#c3d9c6", "#f1f2e4"),
    "ocean": ("#0c2340", "#14507a", "#1f8a9e", "#7cc7c3", "#eef4e6"),
    "sunset": ("#3a1c4a", "#8c2f5d", "#d95d4e", "#f3a35c", "#fbe3b1"),
    "forest": ("#1d2b1f", "#33533a", "#5f8a4a", "#a8bf6a", "#eae6b8"),
    "frost": ("#2c3e5c", "#5d86b3", "#9dc3dc", "#d3e7ef", "#fbfcfb"),
    "ember": ("#1a1212", "#5a1f17", "#b5381c", "#ee8a2a", "#ffe08a"),
    "orchid": ("#33204f", "#6b3f94", "#a773bd", "#dcaed2", "#faeaf0"),
    "ink": ("#14161a", "#3a3f47", "#757b83", "#b6b9ba", "#f2f0ea"),
}
"""Five colours each, from dark to light. Names are stored in records: never rename one."""


def rgb(code: str) -> Floats:
    """``"#rrggbb"`` as sRGB [3] within [0, 1]."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def stops(codes: Sequence[str]) -> Floats:
    """Colour codes as sRGB [n, 3]."""
    return np.stack([rgb(code) for code in codes])


def choose(name: str, natural: Sequence[Sequence[str]], rng: np.random.Generator) -> Floats:
    """The palette called `name` as [n, 3]; for ``"natural"`` one of the form's own, drawn from `rng`."""
    drawn = natural[int(rng.integers(len(natural)))]
    return stops(drawn if name == "natural" else NAMED[name])


def ramp(colors: Floats, place: Floats) -> Floats:
    """Colours [..., 3] at `place` [...] within [0, 1] along evenly spaced stops, mixed in Oklab."""
    lab = _to_oklab(colors)
    grid = np.linspace(0, 1, len(colors))
    return _from_oklab(np.stack([np.interp(place, grid, lab[:, i]) for i in range(3)], axis=-1))


def mix(first: Floats, second: Floats, share: Floats | float) -> Floats:
    """From `first` to `second` (both [..., 3]) by `share` [...] within [0, 1], in Oklab."""
    amount = np.asarray(share, dtype=float)[..., None]
    return _from_oklab(_to_oklab(first) * (1 - amount) + _to_oklab(second) * amount)


def to_linear(srgb: Floats) -> Floats:
    """Linear light of sRGB within [0, 1] (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Floats) -> Floats:
    """Linear light to sRGB, clipped to [0, 1] (IEC 61966-2-1)."""
    light = np.clip(linear, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


_TO_LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
_FROM_LMS = np.linalg.inv(_TO_LMS)
_FROM_LAB = np.linalg.inv(_TO_LAB)


def _to_oklab(srgb: Floats) -> Floats:
    """Ottosson 2020, "A perceptual color space for image processing"."""
    lab: Floats = np.cbrt(to_linear(np.asarray(srgb)) @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def _from_oklab(lab: Floats) -> Floats:
    return to_srgb((lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T)

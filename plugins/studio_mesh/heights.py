"""From picture to height: tone, shape from shading, local contrast, and the thickness a lithophane needs."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from studio_mesh.geometry import Floats
from studio_mesh.palettes import to_linear

_LUMA = np.array([0.2126, 0.7152, 0.0722])


def luminance(color: Floats) -> Floats:
    """Relative luminance [h, w] of sRGB [h, w, 3], linear, within [0, 1] (ITU-R BT.709 weights)."""
    light: Floats = to_linear(color) @ _LUMA
    return np.clip(light, 0, 1)


def lightness(color: Floats) -> Floats:
    """How light it looks, [h, w] within [0, 1]: CIE 1976 L* ÷ 100."""
    light = luminance(color)
    return np.where(light > 0.008856, 1.16 * np.cbrt(light) - 0.16, 9.033 * light)


def stretched(tone: Floats) -> Floats:
    """`tone` over the full range 0 … 1 but for half a percent at either end; an even picture is left as it is."""
    low, high = np.percentile(tone, [0.5, 99.5])
    if high - low < 1e-3:
        low, high = float(tone.min()), float(tone.max())
    if high - low < 1e-6:
        return tone
    spread: Floats = np.clip((tone - low) / (high - low), 0, 1)
    return spread


def from_shading(tone: Floats) -> Floats:
    """Height [h, w] within [0, 1] whose slopes, lit from the upper left, look like `tone`.

    Linear shape from shading in the Fourier domain (Pentland 1990, "Linear shape from shading", §3), regularised, since
    slopes across the light can't be seen. Edges are mirrored so that the transform sees no jumps.
    """
    mirrored = np.concatenate([tone, tone[::-1]])
    mirrored = np.concatenate([mirrored, mirrored[:, ::-1]], axis=1)
    down = np.fft.fftfreq(mirrored.shape[0])[:, None]
    right = np.fft.fftfreq(mirrored.shape[1])[None, :]
    slope = 2j * np.pi * (0.7071 * right + 0.7071 * down)
    weak = (2 * np.pi * 0.012) ** 2
    height = np.fft.ifft2(np.fft.fft2(mirrored - mirrored.mean()) * np.conj(slope) / (np.abs(slope) ** 2 + weak)).real
    return stretched(height[: tone.shape[0], : tone.shape[1]])


def sharpened(tone: Floats, amount: float) -> Floats:
    """More local contrast: what differs from the neighbourhood counts `amount` more."""
    if amount <= 0:
        return tone
    wide = gaussian_filter(tone, max(tone.shape) / 24, mode="nearest")
    lifted: Floats = np.clip(tone + amount * (tone - wide), 0, 1)
    return lifted


def transmission_thickness(light: Floats, thin: float, thick: float, density: float) -> Floats:
    """Thickness whose transmitted light is proportional to `light`, by the Beer–Lambert law.

    Args:
        light: wanted brightness within [0, 1], linear.
        thin: thickness at 1, millimetres.
        thick: thickness at 0, millimetres.
        density: attenuation of the material, per millimetre.
    """
    most, least = np.exp(-density * thin), np.exp(-density * thick)
    thickness: Floats = -np.log(least + np.clip(light, 0, 1) * (most - least)) / density
    return np.clip(thickness, thin, thick)


def smoothed(tone: Floats, cells: float) -> Floats:
    """`tone` blurred by a Gaussian of `cells` standard deviation."""
    return gaussian_filter(tone, cells, mode="nearest") if cells > 0.05 else tone

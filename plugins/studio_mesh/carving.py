"""How a relief is carved: picture → tone → thickness → plate, in the order the artist would do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

import studio.sdk as sdk
from studio_mesh import heights, pictures
from studio_mesh.geometry import Floats, to_mesh
from studio_mesh.palettes import ramp, stops
from studio_mesh.plates import disc_map, plate

_FINISHES = {
    "plaster": ("#a8a196", "#cfc9be", "#e9e4da", "#f6f2ea", "#fdfbf6"),
    "bronze": ("#1d2b26", "#3f4a34", "#7d5a2e", "#b98748", "#ecc98a"),
    "silver": ("#25282d", "#5a6068", "#969ca3", "#cdd1d4", "#f7f8f8"),
    "terracotta": ("#4f2416", "#8a4527", "#b8673f", "#d68f63", "#efbf97"),
}
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Layout:
    """How the picture lies on the plate.

    Attributes:
        rows, columns: grid points of the whole plate.
        border: grid points of the frame on every side.
        width, height: of the whole plate, millimetres.
    """

    rows: int
    columns: int
    border: int
    width: float
    height: float

    @property
    def cell(self) -> float:
        """Distance of grid points, millimetres."""
        return self.width / (self.columns - 1)


def carve(params: Any, ctx: sdk.Context) -> sdk.Mesh:
    """The finished solid for `Relief.Params`. Raises `UserError` where sizes contradict each other."""
    _check(params)
    ctx.progress(0, _STEPS, "Reading the picture")
    picture = params.picture if params.picture is not None else pictures.scene(ctx.rng("scene"))
    layout = _layout(params, pictures.aspect(picture))
    color, alpha = _place(params, picture, layout)
    ctx.progress(1, _STEPS, "Finding heights")
    tone = _tone(params, color, alpha, layout)
    ctx.progress(2, _STEPS, "Shaping the plate")
    thickness = _thickness(params, tone, layout)
    tint = _finish(params, color, thickness, layout)
    ctx.progress(3, _STEPS, "Closing the solid", preview=lambda: sdk.Image((tint * 255 + 0.5).astype(np.uint8)))
    curve = np.radians(params.curve) if params.plate == "rectangle" else 0.0
    size = (layout.width / 1000, layout.height / 1000)
    solid = plate(thickness / 1000, tint, size, round_plate=params.plate == "round", curve=curve)
    ctx.progress(4, _STEPS, "Finishing")  # a drawing of the solid would take longer than what is left
    title = "Lithophane" if params.mode == "lithophane" else "Medal" if params.plate == "round" else "Relief"
    facts = {
        "width_mm": round(layout.width, 3), "height_mm": round(layout.height, 3),
        "thinnest_mm": round(float(thickness.min()), 3), "thickest_mm": round(float(thickness.max()), 3),
    }  # fmt: skip
    mesh = to_mesh(solid, title=title, watertight=True, meta=facts)
    ctx.progress(_STEPS, _STEPS, "Done")
    return mesh


def _check(params: Any) -> None:
    if params.mode == "lithophane" and params.thickest < params.thinnest + 0.1:
        raise sdk.UserError(
            "The thickest part must be at least 0.1 mm thicker than the thinnest.",
            param="thickest",
            hint=f"Choose {params.thinnest + 0.4:.1f} mm or more.",
        )


def _layout(params: Any, shape: float) -> Layout:
    """Grid and size in millimetres for a picture of width ÷ height `shape`."""
    inner = params.width - 2 * params.frame
    if inner < params.width * 0.2:
        raise sdk.UserError(
            "The frame leaves no room for the picture.",
            param="frame",
            hint=f"At this width, choose {params.width * 0.4:.0f} mm or less.",
        )
    tall = inner if params.plate == "round" else inner / shape
    height = tall + 2 * params.frame
    cell = max(params.width, height) / (params.resolution - 1)
    columns, rows = (max(8, round(side / cell) + 1) for side in (params.width, height))
    border = max(1, round(params.frame / cell)) if params.frame > 0 else 0
    border = min(border, (min(rows, columns) - 4) // 2)
    return Layout(rows, columns, border, params.width, height)


def _place(params: Any, picture: sdk.Image, layout: Layout) -> tuple[Floats, Floats]:
    """Colour [rows, columns, 3] and alpha [rows, columns] of the picture on the grid; the frame repeats its edge."""
    border = layout.border
    if params.plate == "rectangle":
        color, alpha = pictures.read(picture, layout.rows - 2 * border, layout.columns - 2 * border, square=False)
        edge = (border, border)
        return np.pad(color, (edge, edge, (0, 0)), mode="edge"), np.pad(alpha, (edge, edge), mode="edge")
    side = layout.columns
    color, alpha = pictures.read(picture, side, side, square=True)
    x, y = disc_map(layout.rows, side)
    inner = max(1 - 2 * border / (side - 1), 0.05)
    place = [(1 - y / inner) / 2 * (side - 1), (x / inner + 1) / 2 * (side - 1)]
    channels = [*np.moveaxis(color, 2, 0), alpha]
    turned = [map_coordinates(channel, place, order=1, mode="nearest") for channel in channels]
    return np.stack(turned[:3], axis=2), turned[3]


def _inside(layout: Layout) -> tuple[slice, slice]:
    border = layout.border
    return slice(border, layout.rows - border), slice(border, layout.columns - border)


def _tone(params: Any, color: Floats, alpha: Floats, layout: Layout) -> Floats:
    """What becomes height (relief) or light (lithophane), [rows, columns] within [0, 1]."""
    if params.mode == "lithophane":
        tone = heights.luminance(color) * alpha + (1 - alpha)
    else:
        tone = heights.lightness(color) * alpha
        if params.reading == "shading":
            tone = heights.from_shading(heights.smoothed(tone, 0.6))
    tone = heights.smoothed(tone, params.smoothing / layout.cell)
    inside = _inside(layout)
    spread = np.zeros_like(tone)
    core = tone[inside]
    if params.mode == "relief":
        core = heights.sharpened(heights.stretched(core) if params.stretch else core, params.local_contrast)
    core = heights.stretched(core) if params.stretch else np.clip(core, 0, 1)
    spread[inside] = 1 - core if params.invert else core
    return spread


def _thickness(params: Any, tone: Floats, layout: Layout) -> Floats:
    """Millimetres of material at every grid point, frame included."""
    if params.mode == "lithophane":
        thickness = heights.transmission_thickness(tone, params.thinnest, params.thickest, params.density)
        rim = params.thickest
    else:
        thickness = params.base + params.depth * tone
        rim = params.base + params.depth
    if layout.border:
        framed = np.full_like(thickness, rim + 0.15 * (rim if params.mode == "lithophane" else params.depth))
        framed[_inside(layout)] = thickness[_inside(layout)]
        # a rounded outer edge
        for ring, drop in ((0, 0.35), (1, 0.1)):
            if layout.border > ring + 2:
                band = framed[ring : layout.rows - ring, ring : layout.columns - ring]
                height = rim * (1 - 0.25 * drop)
                band[0], band[-1], band[:, 0], band[:, -1] = height, height, height, height
        return framed
    return thickness


def _finish(params: Any, color: Floats, thickness: Floats, layout: Layout) -> Floats:
    """Vertex colours [rows, columns, 3]: the picture's, or a material that is darker in its hollows."""
    span = max(float(np.ptp(thickness)), 1e-6)
    level = (thickness - thickness.min()) / span
    hollow = gaussian_filter(level, max(level.shape) / 60, mode="nearest") - level
    if params.finish != "picture":
        tone = 0.3 + 0.4 * level - 1.1 * hollow
        return ramp(stops(_FINISHES[params.finish]), np.clip(tone, 0, 1))
    shaded: Floats = np.clip(color * (1 - 0.5 * np.clip(hollow, 0, 1))[..., None], 0, 1)
    if layout.border:
        frame: Floats = np.broadcast_to(np.clip(color.mean(axis=(0, 1)) * 0.45, 0, 1), shaded.shape).copy()
        frame[_inside(layout)] = shaded[_inside(layout)]
        return frame
    return shaded

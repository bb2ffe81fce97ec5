"""Textures after materials: cloth, clouds, stone, wood, glass. Each is a function of a look and a canvas."""

from __future__ import annotations

import numpy as np

from studio_image.canvas import Array, Canvas, Field, Look
from studio_image.noise import bend, fbm, ridged
from studio_image.voronoi import cells


def silk(look: Look, canvas: Canvas) -> Field:
    """Folds within folds: noise bent by noise that is itself bent (Quilez 2002, "Domain warping")."""
    size = look.cells(4)
    amount = 0.12 + 0.5 * look.distortion
    inner = bend(canvas, "inner", size, amount, 2)
    canvas.step(0.15, "Folding")
    push = [fbm(canvas, f"outer {axis}", size, count=3, at=inner) for axis in "vu"]
    canvas.step(0.4, "Folding")
    v, u = canvas.coordinates()
    reach = np.float32(amount * 1.1 / size)
    at = (v + push[0] * reach * np.float32(canvas.shorter / canvas.height),
          u + push[1] * reach * np.float32(canvas.shorter / canvas.width))  # fmt: skip
    folds = fbm(canvas, "folds", size, detail=look.detail * 0.8, gain=0.45, at=at)
    length = np.sqrt(push[0] ** 2 + push[1] ** 2)
    tone = folds + np.float32(0.8 * look.variety) * (length - 1.2) + push[1] * np.float32(0.35 * look.variety)
    return Field(tone, folds, roughness=0.75)


def clouds(look: Look, canvas: Canvas) -> Field:
    """Soft heaps: billowing noise, gently bent."""
    size = look.cells(4)
    at = bend(canvas, "wind", size, 0.3 * look.distortion, 3)
    canvas.step(0.25, "Gathering")
    soft = fbm(canvas, "soft", size, detail=look.detail, gain=0.55, at=at)
    canvas.step(0.6, "Gathering")
    heaps = np.zeros_like(soft)
    for octave in range(4):
        layer = fbm(canvas, f"heaps {octave}", size * 2 * 2**octave, count=1, at=at)
        heaps += np.abs(layer) * np.float32(0.55**octave)
    tone = soft - heaps * np.float32(0.9 * look.variety)
    return Field(tone, tone, roughness=0.15)


def ridges(look: Look, canvas: Canvas) -> Field:
    """Sharp crests that branch, like mountain chains, bark or crumpled paper."""
    size = look.cells(6)
    at = bend(canvas, "fold", size, 0.35 * look.distortion, 3)
    canvas.step(0.3, "Raising")
    crests = ridged(canvas, "crests", size, detail=look.detail, at=at)
    canvas.step(0.8, "Raising")
    broad = fbm(canvas, "broad", max(2, size // 2), count=3)
    return Field(crests + broad * np.float32(0.12 + 0.2 * look.variety), crests, roughness=0.9)


def marble(look: Look, canvas: Canvas) -> Field:
    """Polished stone: cloudy ground and thin veins at several scales."""
    size = look.cells(4)
    at = bend(canvas, "strata", size, 0.25 + 0.5 * look.distortion, 5)
    canvas.step(0.3, "Veining")
    ground = fbm(canvas, "ground", size, detail=look.detail, gain=0.6, at=at)
    veins = np.zeros_like(ground)
    for order, (width, weight) in enumerate(((0.10, 1.0), (0.07, 0.6), (0.05, 0.4))):
        layer = fbm(canvas, f"vein {order}", size * 1.6**order, count=2, gain=0.45, at=at)
        strength = np.clip(fbm(canvas, f"strength {order}", size, count=2) + 0.5, 0, 1.5)
        veins += np.exp(-np.abs(layer) / np.float32(width)) * strength * np.float32(weight)
        canvas.step(0.5 + 0.15 * order, "Veining")
    tone = ground * np.float32(0.35 + 0.45 * look.variety) - veins * np.float32(2.4)
    return Field(tone, -veins * np.float32(0.4) + ground * np.float32(0.05), roughness=0.12)


def agate(look: Look, canvas: Canvas) -> Field:
    """Bands that follow each other inward, as in a cut agate."""
    size = look.cells(3.6)
    at = bend(canvas, "rock", size, 0.1 + 0.4 * look.distortion, 4)
    canvas.step(0.3, "Banding")
    depth = fbm(canvas, "depth", size, count=3, gain=0.35, at=at)
    shiver = fbm(canvas, "shiver", size * 8, count=3, gain=0.6) * np.float32(0.012 + 0.03 * look.distortion)
    depth = depth + shiver
    canvas.step(0.6, "Banding")
    # every depth has its own tone: one line of noise, read along the depth
    rng = canvas.rng("bands")
    line = np.zeros(2048)
    for octave in range(3 + round(3 * look.detail)):
        knots = rng.standard_normal(13 * 2**octave)
        line += np.interp(np.linspace(0, 1, 2048), np.linspace(0, 1, len(knots)), knots) * 0.72**octave
    place = np.clip((depth + 3) / 6, 0, 1) * np.float32(2047)
    low = place.astype(np.int32)
    share = place - low
    values = line.astype(np.float32)
    tone = values[low] * (1 - share) + values[np.minimum(low + 1, 2047)] * share
    banded: Array = (tone + depth * np.float32(0.5 * look.variety)).astype(np.float32)
    relief: Array = (banded * np.float32(0.1) + depth).astype(np.float32)
    return Field(banded, relief, roughness=0.12)


def wood(look: Look, canvas: Canvas) -> Field:
    """A sawn board: rings cut along the trunk, knots that push them aside, fibres and pores."""
    rows, columns = canvas.lattice(1)
    u = canvas.coordinates()[1]
    boards = look.cells(2.2) * columns
    sway = fbm(_stretched(canvas), "sway", look.cells(2.4), count=3, gain=0.35)
    phase = u * np.float32(boards) + sway * np.float32(0.15 + 0.75 * look.distortion)
    phase = phase + _knots(look, canvas, rows * columns)
    canvas.step(0.4, "Growing rings")
    wander = fbm(_stretched(canvas), "wander", look.cells(9), count=3)
    rings = phase * np.float32(5) + wander * np.float32(0.35)
    ring = rings - np.floor(rings)
    # slow dark growth at the end of each year, then a sudden pale spring
    year = ring**2.2 * np.clip((1 - ring) / np.float32(0.10), 0, 1)
    canvas.step(0.7, "Growing rings")
    fibres = _fibres(canvas, look)
    broad = fbm(_stretched(canvas), "broad", look.cells(3), count=2)
    tone = -year * np.float32(1.1) + fibres * np.float32(0.16 + 0.2 * look.detail) + broad * np.float32(
        0.35 * look.variety)  # fmt: skip
    return Field(tone, -year * np.float32(0.25) + fibres * np.float32(0.22), roughness=0.16)


def _stretched(canvas: Canvas) -> Canvas:
    """A canvas whose noise comes out five times as long down the height as across (its lattice has fewer rows)."""
    return _Tall(canvas.width, canvas.height, canvas.rng, canvas.step, canvas.show)


class _Tall(Canvas):
    def lattice(self, cells: float) -> tuple[int, int]:
        rows, columns = super().lattice(cells)
        return max(1, round(rows / 5)), columns


def _knots(look: Look, canvas: Canvas, squares: int) -> Array:
    """What knots add to the phase of the rings: steep hills on the torus."""
    rng = canvas.rng("knots")
    v, u = canvas.coordinates()
    hills = np.zeros((canvas.height, canvas.width), np.float32)
    for _ in range(round(4 * look.variety * squares / look.scale)):
        centre_v, centre_u, girth, rise = rng.random(4)
        down = (v - np.float32(centre_v) + 0.5) % 1 - np.float32(0.5)
        across = (u - np.float32(centre_u) + 0.5) % 1 - np.float32(0.5)
        down = down * np.float32(canvas.height / canvas.shorter)
        across = across * np.float32(canvas.width / canvas.shorter)
        radius = (0.03 + 0.05 * girth) * look.scale
        reach = np.sqrt((down / (2.2 * radius)) ** 2 + (across / radius) ** 2)
        hills += np.exp(-reach * np.float32(0.9)) * np.float32(0.8 + 1.2 * rise)
        canvas.step(-1, "")
    return hills


def _fibres(canvas: Canvas, look: Look) -> Array:
    """Fine grain along the trunk."""
    tall = _Tall(canvas.width, canvas.height, canvas.rng, canvas.step, canvas.show)
    coarse = fbm(tall, "grain", look.cells(40), count=2)
    fine = fbm(tall, "pores", min(canvas.shorter / 3, look.cells(150)), count=1)
    pores = np.minimum(fine + 1.1, 0) * np.float32(1.6)
    grain: Array = coarse * np.float32(0.6) + fine * np.float32(0.4) + pores
    return grain


def weave(look: Look, canvas: Canvas) -> Field:
    """Cloth: warp and weft cross in a twill, threads of uneven thickness and colour."""
    rows, columns = (4 * max(1, round(side / 4)) for side in canvas.lattice(look.cells(40)))
    sag = [fbm(canvas, f"sag {axis}", look.cells(8), count=2) for axis in "vu"]
    v, u = canvas.coordinates()
    y = v * np.float32(rows) + sag[0] * np.float32(0.22 * look.distortion)
    x = u * np.float32(columns) + sag[1] * np.float32(0.22 * look.distortion)
    canvas.step(0.3, "Weaving")
    iy, ix = np.floor(y).astype(np.int32), np.floor(x).astype(np.int32)
    fy, fx = y - iy, x - ix
    # twill: every thread runs over two and under two, a step further on in each row
    turn = (iy + ix) % 4
    over = turn < 2
    along = np.where(over, turn + fx, turn - 2 + fy) * np.float32(0.5)
    across = np.where(over, fy, fx) * np.float32(2) - 1
    # a thread is a half round across its width, and a hill along its length where it lies on top
    relief = np.sqrt(np.clip(1 - across**2 * np.float32(1.05), 0, 1)) * (0.45 + 0.55 * np.sin(np.pi * along))
    twist = np.sin((along * 2 + across * np.float32(0.35)) * np.float32(4 * np.pi)) * np.float32(0.06)
    relief = (relief * (1 + twist)).astype(np.float32)
    canvas.step(0.6, "Weaving")
    shade_weft = canvas.rng("weft").random(rows).astype(np.float32)[iy % rows]
    shade_warp = canvas.rng("warp").random(columns).astype(np.float32)[ix % columns]
    fibre = fbm(canvas, "fibre", min(canvas.shorter / 3, look.cells(150)), count=1)
    uneven = np.float32(0.12 + 0.5 * look.variety)
    tone = np.where(over, 0.72 + (shade_weft - 0.5) * uneven, 0.26 + (shade_warp - 0.5) * uneven)
    tone = np.clip(tone + fibre * np.float32(0.05 + 0.06 * look.detail), 0, 1).astype(np.float32)
    relief += fibre * np.float32(0.05 + 0.06 * look.detail)
    ink = np.clip(0.25 + relief * np.float32(1.1), 0, 1).astype(np.float32)
    return Field(tone, relief, ink, fixed=True, roughness=0.28)


def pebbles(look: Look, canvas: Canvas) -> Field:
    """Rounded stones packed together, each with a tone and a grain of its own."""
    size = look.cells(9)
    at = bend(canvas, "worn", size * 1.5, 0.16 * look.distortion, 3)
    found = cells(canvas, "stones", size, jitter=0.92, at=at)
    canvas.step(0.6, "Rounding")
    grain = fbm(canvas, "grain", size * 3, detail=look.detail, gain=0.6)
    near = np.clip((found.border - 0.025) / 0.34, 0, 1)
    dome = np.sqrt(np.clip(1 - (1 - near) ** 2, 0, 1)) * (0.72 + 0.28 * found.each(canvas.rng("tall")))
    tone = 0.5 + (found.each(canvas.rng("tone")) - 0.5) * np.float32(0.25 + 0.75 * look.variety)
    tone = np.clip(tone + grain * np.float32(0.05 + 0.09 * look.detail), 0, 1)
    ink = np.clip(0.10 + found.border / np.float32(0.09), 0, 1) ** np.float32(1.3)
    relief = dome + grain * np.float32(0.015 + 0.03 * look.detail)
    return Field(tone.astype(np.float32), relief.astype(np.float32), ink.astype(np.float32), fixed=True, roughness=0.6)


def cracks(look: Look, canvas: Canvas) -> Field:
    """Dried mud or old glaze: plates parted by wide cracks, and these by finer ones."""
    size = look.cells(6)
    at = bend(canvas, "ragged", size * 1.5, 0.05 + 0.16 * look.distortion, 4)
    plates = cells(canvas, "plates", size, at=at)
    canvas.step(0.45, "Drying")
    pieces = cells(canvas, "pieces", size * 2.6, at=at)
    canvas.step(0.8, "Drying")
    grain = fbm(canvas, "grain", size * 2, detail=look.detail, gain=0.62)
    wide = np.clip(plates.border / np.float32(0.07), 0, 1)
    fine = np.clip(pieces.border / np.float32(0.09), 0, 1)
    depth = np.float32(0.25 + 0.5 * look.detail)
    gap = np.minimum(wide, 1 - depth * (1 - fine))
    rim = np.exp(-plates.border * np.float32(7)) * np.float32(0.25)
    level = plates.each(canvas.rng("level")) * np.float32(0.3) + pieces.each(canvas.rng("lesser")) * np.float32(0.12)
    tone = grain * np.float32(0.16) + level * np.float32(0.3 + 1.2 * look.variety) + rim
    relief = gap * np.float32(0.6) + rim + level * np.float32(0.35) + grain * np.float32(0.03)
    ink = np.float32(0.06) + np.float32(0.94) * gap ** np.float32(1.4)
    return Field(tone.astype(np.float32), relief.astype(np.float32), ink.astype(np.float32), roughness=0.5)


def mosaic(look: Look, canvas: Canvas) -> Field:
    """Leaded glass: panes of one colour each, uneven and lit from behind."""
    size = look.cells(8)
    at = bend(canvas, "lead", size * 1.2, 0.22 * look.distortion, 2)
    panes = cells(canvas, "panes", size, jitter=0.95, at=at)
    canvas.step(0.7, "Setting")
    ripple = fbm(canvas, "ripple", size * 1.5, count=2 + round(3 * look.detail), gain=0.5)
    tone = panes.each(canvas.rng("tone"))
    tone = tone + ripple * np.float32(0.03 + 0.05 * look.variety) + panes.down * np.float32(0.08 * look.variety)
    lead = np.clip((panes.border - np.float32(0.028)) / np.float32(0.018), 0, 1)
    glow = np.float32(0.7) + np.float32(0.3) * np.clip(panes.border / np.float32(0.3), 0, 1)
    cames = np.sqrt(np.clip(1 - (panes.border / np.float32(0.045)) ** 2, 0, 1))
    ink = (np.float32(0.035) + np.float32(0.965) * lead) * glow
    relief = cames * np.float32(0.8) + ripple * np.float32(0.05) * lead
    return Field(np.clip(tone, 0, 1).astype(np.float32), relief.astype(np.float32), ink.astype(np.float32), fixed=True,
                 roughness=0.22)  # fmt: skip


def terrazzo(look: Look, canvas: Canvas) -> Field:
    """Chips of stone, large and small, set in a plain ground and polished."""
    size = look.cells(9)
    ground = fbm(canvas, "cement", min(canvas.shorter / 4, size * 12), count=2)
    tone = np.float32(0.93) + ground * np.float32(0.012 + 0.02 * look.detail)
    relief = np.zeros_like(tone)
    for order, (finer, share) in enumerate(((3.1, 0.36), (1.7, 0.42), (1.0, 0.62))):
        at = bend(canvas, f"worn {order}", size * finer * 1.5, 0.20 * look.distortion, 2)
        chips = cells(canvas, f"chips {order}", size * finer, jitter=1.0, at=at)
        inset = np.float32(0.06) + chips.each(canvas.rng("inset", order)) * np.float32(0.17)
        chosen = chips.each(canvas.rng("chosen", order)) < share
        soft = np.float32(1.2 * size * finer / canvas.shorter)
        cover = np.clip((chips.border - inset) / soft, 0, 1) * chosen
        stain = fbm(canvas, f"stain {order}", size * finer * 2, count=3, gain=0.6) * np.float32(0.05 * look.variety)
        chip = chips.each(canvas.rng("tone", order)) * np.float32(0.86) + stain
        tone = tone * (1 - cover) + chip * cover
        relief = relief * (1 - cover) + cover * np.float32(0.25)
        canvas.step(0.3 * (order + 1), "Scattering")
    return Field(np.clip(tone, 0, 1).astype(np.float32), relief.astype(np.float32), fixed=True, roughness=0.05)


def crystal(look: Look, canvas: Canvas) -> Field:
    """Facets of a cut or grown crystal: every cell a plane with a tilt of its own, two sizes of them."""
    size = look.cells(5)
    at = bend(canvas, "shear", size, 0.25 * look.distortion, 1)
    height = np.zeros((canvas.height, canvas.width), np.float32)
    shine = np.zeros_like(height)
    for order, (finer, weight) in enumerate(((1.0, 1.0), (2.3, 0.45), (5.1, 0.2))[: 2 + (look.detail > 0.4)]):
        facets = cells(canvas, f"facets {order}", size * finer, jitter=1.0, at=at)
        tilt = [facets.each(canvas.rng("tilt", axis, order)) - np.float32(0.5) for axis in range(2)]
        plane = facets.down * tilt[0] + facets.across * tilt[1]
        edge = np.clip(facets.border / np.float32(0.02 * finer), 0, 1)
        height += (plane * np.float32(1.6) - (1 - edge) * np.float32(0.04)) * np.float32(weight / finer)
        shine += (tilt[0] + tilt[1] * np.float32(0.6) + plane * np.float32(0.9)) * np.float32(weight)
        canvas.step(0.3 * (order + 1), "Cutting")
    glow = fbm(canvas, "glow", look.cells(2.5), count=2)
    return Field(shine + glow * np.float32(0.15 + 0.3 * look.variety), height, roughness=0.55)

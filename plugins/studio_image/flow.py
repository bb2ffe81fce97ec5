"""Streaks along a flow: Cabral and Leedom 1993, "Imaging vector fields using line integral convolution".

The flow is the curl of noise, so it neither gathers nor thins out. Long streaks come by doubling: the average over 2n
steps is the average over n steps here and n steps further along, and the map "n steps further" joined with itself is
the map for 2n. Seven doublings give 128 steps for seven readings.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from studio_image.canvas import Array, Canvas, Field, Look
from studio_image.noise import draw, fbm, lattice

COARSE = 512
"""Grid points of the shorter side on which the flow's maps are joined: they are smooth."""
DOUBLINGS = 7
"""Each doubles the length of the streaks."""


def hair(look: Look, canvas: Canvas) -> Field:
    """Fine combed streaks, like hair, silk threads or brushed metal."""
    flow = Flow(look, canvas)
    cells = canvas.shorter / (2.2 + 3.2 * (1 - look.detail) * canvas.shorter / 1024 + canvas.shorter / 900)
    fine = _spots(canvas, "threads", cells)
    streaks = flow.smear(fine, 0.30, canvas)
    locks = flow.smear(_spots(canvas, "locks", look.cells(26)), 0.45, canvas)
    streaks /= np.float32(streaks.std() + 1e-6)
    locks /= np.float32(locks.std() + 1e-6)
    sheen = flow.stream / np.float32(flow.stream.std() + 1e-6)
    tone = streaks * np.float32(0.45) + locks * np.float32(0.6) + sheen * np.float32(0.9 * look.variety)
    relief = streaks * np.float32(0.35) + locks * np.float32(0.8)
    return Field(tone, relief, roughness=0.30)


def strokes(look: Look, canvas: Canvas) -> Field:
    """Broad dabs of paint laid along the flow, each of its own colour, ridged by the bristles."""
    flow = Flow(look, canvas)
    dabs = flow.smear(_spots(canvas, "dabs", look.cells(46)), 0.16, canvas)
    bristles = flow.smear(_spots(canvas, "bristles", canvas.shorter / (3 + canvas.shorter / 500)), 0.14, canvas)
    under = fbm(canvas, "under", look.cells(4), count=3)
    dabs /= np.float32(dabs.std() + 1e-6)
    bristles /= np.float32(bristles.std() + 1e-6)
    body = np.tanh(dabs * np.float32(1.6))
    tone = body * np.float32(0.55 + 0.35 * look.variety) + under * np.float32(0.75) + bristles * np.float32(0.16)
    relief = body * np.float32(0.8) + bristles * np.float32(0.25 + 0.35 * look.detail)
    return Field(tone, relief, roughness=0.28)


class Flow:
    """A flow on the torus.

    Attributes:
        stream: the stream function on the canvas, whose level lines the flow follows.
    """

    def __init__(self, look: Look, canvas: Canvas) -> None:

        swirls = look.cells(3.2)
        shrink = max(1.0, canvas.shorter / COARSE)
        self._coarse = Canvas(
            max(8, round(canvas.width / shrink)), max(8, round(canvas.height / shrink)), canvas.rng, canvas.step,
            canvas.show,
        )  # fmt: skip
        count = 1 + round(2 * look.distortion)
        stream = fbm(self._coarse, "stream", swirls, count=count, gain=0.38)
        self._doublings = 0
        self.stream = fbm(canvas, "stream", swirls, count=count, gain=0.38)
        down = -(np.roll(stream, -1, 1) - np.roll(stream, 1, 1))
        across = np.roll(stream, -1, 0) - np.roll(stream, 1, 0)
        # a gentle steady wind keeps the streaks long where the curl alone would only turn in place
        wind = float(np.sqrt(down**2 + across**2).mean())
        angle = canvas.rng("wind").random() * 2 * np.pi
        calm = np.float32(wind * (1.6 - 1.5 * look.distortion))
        down += calm * np.float32(np.sin(angle))
        across += calm * np.float32(np.cos(angle))
        speed = np.sqrt(down**2 + across**2)
        speed += np.float32(0.25 * speed.mean())
        self._down: Array = (down / speed).astype(np.float32)
        self._across: Array = (across / speed).astype(np.float32)

    def smear(self, values: Array, length: float, canvas: Canvas) -> Array:
        """`values` averaged along the flow over `length` times the shorter side."""
        coarse = self._coarse
        step = np.float32(length * coarse.shorter / 2**DOUBLINGS)
        down, across = self._down * step, self._across * step
        rows, columns = np.mgrid[0 : coarse.height, 0 : coarse.width].astype(np.float32)
        v, u = canvas.coordinates()
        for _ in range(DOUBLINGS):
            moved = [draw(part, canvas.width, canvas.height) for part in (down, across)]
            canvas.step(-1, "")
            there = _wrapped(
                values,
                v * np.float32(canvas.height) - 0.5 + moved[0] * np.float32(canvas.height / coarse.height),
                u * np.float32(canvas.width) - 0.5 + moved[1] * np.float32(canvas.width / coarse.width),
            )
            values = (values + there) * np.float32(0.5)
            further = [_wrapped(part, rows + down, columns + across) for part in (down, across)]
            down, across = down + further[0], across + further[1]
            self._doublings += 1
            canvas.step(min(1.0, self._doublings / (2 * DOUBLINGS)), "Combing")
        return values


def _wrapped(values: Array, rows: Array, columns: Array) -> Array:
    """`values` at fractional pixel places, cubic, on the torus."""
    knots = ndimage.spline_filter(values, 3, output=np.float32, mode="grid-wrap") if min(values.shape) > 3 else values
    found: Array = ndimage.map_coordinates(knots, [rows, columns], output=np.float32, order=3, mode="grid-wrap",
                                           prefilter=False)  # fmt: skip
    return found


def _spots(canvas: Canvas, key: str, cells: float) -> Array:
    """Random spots, `cells` of them along the shorter side."""
    rows, columns = canvas.lattice(max(2.0, min(cells, canvas.shorter / 2)))
    return draw(lattice(canvas.rng(key), rows, columns), canvas.width, canvas.height)

"""The small tools every instrument uses: time axes, envelopes, filters. All signals are float32 at 48 kHz."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Signal: TypeAlias = NDArray[Any]
"""float32 [frames] or [frames, 2]."""

SAMPLE_RATE = 48_000

PIECE = 54 * (SAMPLE_RATE // 10)
"""Frames that are worked on at a time in sounds of any length, whole tenths of a second: what double precision and
oversampling need in between would take gigabytes for a long piece of music."""


def pieces(count: int) -> Iterator[slice]:
    """`count` frames as slices of `PIECE`, the last one shorter."""
    for start in range(0, count, PIECE):
        yield slice(start, min(count, start + PIECE))


def frames(seconds: float) -> int:
    """How many frames `seconds` take, at least one."""
    return max(1, round(seconds * SAMPLE_RATE))


def times(count: int) -> Signal:
    """The time of every frame in seconds."""
    return np.arange(count, dtype=np.float32) / np.float32(SAMPLE_RATE)


def envelope(held: float, attack: float, decay: float, sustain: float, release: float) -> Signal:
    """An ADSR envelope of `held + release` seconds: curved attack, exponential decay to `sustain`, smooth release.

    Args:
        held: how long the key is down, seconds.
        attack: rise time, seconds.
        decay: time constant of the fall to `sustain`, seconds.
        sustain: level while held, 0…1.
        release: fall time after the key is up, seconds; the end is exactly zero.
    """
    count = frames(held)
    now = times(count)
    rise = np.minimum(1.0, now / max(attack, 1e-4))
    level = np.sin(0.5 * np.pi * rise) ** 2
    fall = sustain + (1.0 - sustain) * np.exp(-np.maximum(0.0, now - attack) / max(decay, 1e-4))
    body = level * fall
    return np.concatenate([body, body[-1] * release_curve(release)]).astype(np.float32)


def release_curve(seconds: float) -> Signal:
    """From one to exactly zero: an exponential fall eased by a half cosine."""
    along = np.linspace(0.0, 1.0, frames(seconds), dtype=np.float32)
    return np.asarray(np.exp(-3.0 * along) * (0.5 + 0.5 * np.cos(np.pi * along)), dtype=np.float32)


def fade_edges(signal: Signal, attack: float = 0.0005, ending: float = 0.005) -> Signal:
    """Bring both ends to zero so that nothing clicks; times in seconds. Works on a copy."""
    out = signal.copy()
    rise, fall = min(frames(attack), len(out)), min(frames(ending), len(out))
    up = np.sin(0.5 * np.pi * np.arange(rise) / rise) ** 2
    down = np.cos(0.5 * np.pi * np.arange(1, fall + 1) / fall) ** 2
    shape = (-1,) + (1,) * (out.ndim - 1)
    out[:rise] *= up.reshape(shape)
    out[len(out) - fall :] *= down.reshape(shape)
    return out


class Filter:
    """A recursive filter along the frames; what it is given piece by piece is one signal to it.

    Args:
        step: filters a piece from a state, both float; gives the piece filtered and the state after it.
        state: shape of the state of one channel.
    """

    def __init__(self, step: Callable[[Signal, Signal], tuple[Signal, Signal]], state: tuple[int, ...]) -> None:
        self._step, self._shape = step, state
        self._state: Signal | None = None

    def __call__(self, piece: Signal) -> Signal:
        """The next piece filtered, float32."""
        if self._state is None:
            self._state = np.zeros((*self._shape, *piece.shape[1:]))
        made, self._state = self._step(piece, self._state)
        return np.asarray(made, dtype=np.float32)


def butterworth(kind: str, hz: float | tuple[float, float], order: int = 2) -> Filter:
    """A Butterworth filter, ``"low"``, ``"high"`` or ``"band"``."""
    from scipy.signal import butter, sosfilt

    sections = butter(order, hz, {"band": "bandpass"}.get(kind, kind), fs=SAMPLE_RATE, output="sos")
    return Filter(lambda piece, state: sosfilt(sections, piece, axis=0, zi=state), (len(sections), 2))


def shelving(kind: str, hz: float, gain_db: float) -> Filter:
    """A ``"low"`` or ``"high"`` shelf of slope 1 (Bristow-Johnson, *Audio EQ Cookbook*)."""
    from scipy.signal import lfilter

    top, bottom = shelf_coefficients(kind, hz, gain_db)
    return Filter(lambda piece, state: lfilter(top, bottom, piece, axis=0, zi=state), (2,))


def filtered(signal: Signal, kind: str, hz: float | tuple[float, float], order: int = 2) -> Signal:
    """A short signal through `butterworth`."""
    return butterworth(kind, hz, order)(signal)


def peaking(signal: Signal, hz: float, gain_db: float, q: float = 1.0) -> Signal:
    """A peaking equaliser (Bristow-Johnson, *Audio EQ Cookbook*)."""
    from scipy.signal import lfilter

    amplitude = 10 ** (gain_db / 40)
    omega = 2 * np.pi * hz / SAMPLE_RATE
    alpha = np.sin(omega) / (2 * q)
    top = [1 + alpha * amplitude, -2 * np.cos(omega), 1 - alpha * amplitude]
    bottom = [1 + alpha / amplitude, -2 * np.cos(omega), 1 - alpha / amplitude]
    return np.asarray(lfilter(top, bottom, signal, axis=0), dtype=np.float32)


def shelf(signal: Signal, kind: str, hz: float, gain_db: float) -> Signal:
    """A short signal through `shelving`."""
    return shelving(kind, hz, gain_db)(signal)


def shelf_coefficients(kind: str, hz: float, gain_db: float) -> tuple[list[float], list[float]]:
    """Numerator and denominator of `shelf`."""
    amplitude = 10 ** (gain_db / 40)
    cosine = np.cos(2 * np.pi * hz / SAMPLE_RATE)
    alpha = np.sin(2 * np.pi * hz / SAMPLE_RATE) / np.sqrt(2)
    sign = 1.0 if kind == "low" else -1.0
    root = 2 * np.sqrt(amplitude) * alpha
    less, more = amplitude - 1, amplitude + 1
    top = [
        amplitude * (more - sign * less * cosine + root),
        2 * sign * amplitude * (less - sign * more * cosine),
        amplitude * (more - sign * less * cosine - root),
    ]
    bottom = [
        more + sign * less * cosine + root,
        -2 * sign * (less + sign * more * cosine),
        more + sign * less * cosine - root,
    ]
    return [float(value) for value in top], [float(value) for value in bottom]


def noise(count: int, rng: np.random.Generator) -> Signal:
    """White noise, standard deviation 1."""
    return rng.standard_normal(count, dtype=np.float32)


def stereo(left: Signal, right: Signal) -> Signal:
    """Two channels as [frames, 2]."""
    return np.stack([left, right], axis=1).astype(np.float32)

"""The master bus: gentle equalising, gentle compression, loudness to target, a limiter that keeps true peaks in bounds.

Everything after the equaliser is one gain curve over time, so that stems multiplied by it still sum to the mix.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio_music.synth import loudness
from studio_music.synth.signal import SAMPLE_RATE, Signal, filtered, frames, shelf

TARGET = -16.0
"""Integrated loudness aimed at, LUFS."""

CEILING = 10 ** (-1.0 / 20)
"""True peaks stay below −1 dBTP."""

_HOP = 48


def equalise(mix: Signal, *, tape: bool) -> Signal:
    """Remove rumble and DC, warm the lows and air the highs a little; `tape` softens the highs and saturates."""
    clean = filtered(mix, "high", 28)
    if tape:
        soft = filtered(shelf(clean, "low", 160, 1.5), "low", 7500, 1)
        return np.asarray(soft, dtype=np.float32)
    return shelf(shelf(clean, "low", 110, 0.8), "high", 9000, 1.2)


def gain_curve(mix: Signal, check: Callable[[], None]) -> Signal:
    """The gain for every frame, float32 [frames], that compresses, brings to `TARGET` and limits to `CEILING`.

    `check` is called between steps and may raise to cancel.
    """
    gain = _compressor(mix)
    check()
    level = loudness.integrated(mix * gain[:, None])
    if level <= loudness.SILENCE:
        return gain
    gain = gain * np.float32(10 ** ((TARGET - level) / 20))
    check()
    gain = gain * _limiter(mix * gain[:, None], check)
    check()
    after = loudness.integrated(mix * gain[:, None])
    makeup = float(np.clip(TARGET - after, 0.0, 2.0))
    if makeup > 0.1:
        gain = gain * np.float32(10 ** (makeup / 20))
        gain = gain * _limiter(mix * gain[:, None], check)
    return np.asarray(gain, dtype=np.float32)


def _compressor(mix: Signal, ratio: float = 2.0, over: float = 3.0) -> Signal:
    """A slow 2 : 1 compressor with a soft knee, working `over` dB above the mix's own mean level.

    Level and gain are followed once a millisecond in decibels (Giannoulis, Massberg & Reiss 2012, §3).
    """
    count = -(-len(mix) // _HOP)
    padded = np.zeros(count * _HOP, dtype=np.float32)
    padded[: len(mix)] = (mix**2).mean(axis=1)
    level = 10 * np.log10(padded.reshape(count, _HOP).mean(axis=1) + 1e-12)
    heard = level[level > -60]
    if not len(heard):
        return np.ones(len(mix), dtype=np.float32)
    threshold = float(heard.mean()) + over
    excess = level - threshold
    knee = 6.0
    above = np.where(
        excess > knee / 2, excess, np.where(excess > -knee / 2, (excess + knee / 2) ** 2 / (2 * knee), 0.0)
    )
    reduction = -_followed(above * (1 - 1 / ratio), 0.012, 0.18)
    at = np.arange(len(mix)) / _HOP
    return np.asarray(10 ** (np.interp(at, np.arange(count) + 0.5, reduction) / 20), dtype=np.float32)


def _followed(values: Signal, attack: float, release: float) -> Signal:
    """Follow a control signal up with time constant `attack` and down with `release`, seconds."""
    rate = SAMPLE_RATE / _HOP
    up, down = float(np.exp(-1 / (attack * rate))), float(np.exp(-1 / (release * rate)))
    level = 0.0
    out = []
    for value in values.tolist():
        keep = up if value > level else down
        level = value + keep * (level - value)
        out.append(level)
    return np.array(out)


def _limiter(mix: Signal, check: Callable[[], None]) -> Signal:
    """A look-ahead limiter's gain: the least gain needed nearby, smoothed by a window that never lets it rise too
    early.
    """
    from scipy.ndimage import minimum_filter1d
    from scipy.signal import oaconvolve

    half = frames(0.004)
    needed = np.minimum(1.0, CEILING * 0.995 / np.maximum(loudness.true_peaks(mix, check), 1e-6))
    if float(needed.min()) >= 1.0:
        return np.ones(len(mix), dtype=np.float32)
    check()
    held = minimum_filter1d(needed, 4 * half + 1, mode="nearest")
    window = np.hanning(2 * half + 3)[1:-1]
    smooth = oaconvolve(np.pad(held, half, mode="edge"), window / window.sum(), mode="valid")
    return np.asarray(np.minimum(smooth, needed), dtype=np.float32)

"""The master bus: gentle equalising, gentle compression, loudness to target, a limiter that keeps true peaks in bounds.

Everything after the equaliser is one gain curve over time, so that stems multiplied by it still sum to the mix.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio_music.synth import loudness
from studio_music.synth.signal import SAMPLE_RATE, Signal, butterworth, frames, pieces, shelving

TARGET = -16.0
"""Integrated loudness aimed at, LUFS."""

CEILING = 10 ** (-1.0 / 20)
"""True peaks stay below −1 dBTP."""

_HOP = 48


def equalise(mix: Signal, *, tape: bool) -> None:
    """Remove rumble and DC from `mix` itself, warm the lows and air the highs a little; `tape` softens the highs."""
    warm = shelving("low", 160, 1.5) if tape else shelving("low", 110, 0.8)
    top = butterworth("low", 7500, 1) if tape else shelving("high", 9000, 1.2)
    chain = (butterworth("high", 28), warm, top)
    for part in pieces(len(mix)):
        for one in chain:
            mix[part] = one(mix[part])


def gain_curve(mix: Signal, check: Callable[[], None]) -> Signal:
    """The gain for every frame, float32 [frames], that compresses, brings to `TARGET` and limits to `CEILING`.

    `check` is called between steps and may raise to cancel.
    """
    gain = _compressor(mix)
    check()
    level = loudness.integrated(mix, gain)
    if level <= loudness.SILENCE:
        return gain
    gain *= np.float32(10 ** ((TARGET - level) / 20))
    check()
    _limit(mix, gain, check)
    check()
    after = loudness.integrated(mix, gain)
    makeup = float(np.clip(TARGET - after, 0.0, 2.0))
    if makeup > 0.1:
        gain *= np.float32(10 ** (makeup / 20))
        _limit(mix, gain, check)
    return gain


def _compressor(mix: Signal, ratio: float = 2.0, over: float = 3.0) -> Signal:
    """A slow 2 : 1 compressor with a soft knee, working `over` dB above the mix's own mean level.

    Level and gain are followed once a millisecond in decibels (Giannoulis, Massberg & Reiss 2012, §3).
    """
    level = np.concatenate([_levels(mix[part]) for part in pieces(len(mix))])
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
    gain, places = np.empty(len(mix), dtype=np.float32), np.arange(len(level)) + 0.5
    for part in pieces(len(mix)):
        gain[part] = 10 ** (np.interp(np.arange(part.start, part.stop) / _HOP, places, reduction) / 20)
    return gain


def _levels(piece: Signal) -> Signal:
    """The mean level of every millisecond, decibels; the last one may be shorter and is filled up with silence."""
    count = -(-len(piece) // _HOP)
    padded = np.zeros(count * _HOP, dtype=np.float32)
    padded[: len(piece)] = (piece**2).mean(axis=1)
    return np.asarray(10 * np.log10(padded.reshape(count, _HOP).mean(axis=1) + 1e-12))


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


def _limit(mix: Signal, gain: Signal, check: Callable[[], None]) -> None:
    """Lower `gain` itself where `mix` times it would be too loud: a look-ahead limiter.

    The least gain needed nearby, smoothed by a window that never lets it rise too early.
    """
    from scipy.ndimage import minimum_filter1d
    from scipy.signal import oaconvolve

    half = frames(0.004)
    needed = np.maximum(loudness.true_peaks(mix, gain, check), 1e-6)
    np.minimum(1.0, np.divide(CEILING * 0.995, needed, out=needed), out=needed)
    if float(needed.min()) >= 1.0:
        return
    check()
    held = np.pad(minimum_filter1d(needed, 4 * half + 1, mode="nearest"), half, mode="edge")
    window = np.hanning(2 * half + 3)[1:-1]
    window /= window.sum()
    for part in pieces(len(mix)):
        smooth = oaconvolve(held[part.start : part.stop + 2 * half], window, mode="valid")
        gain[part] *= np.minimum(smooth, needed[part], dtype=np.float32)

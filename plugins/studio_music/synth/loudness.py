"""Loudness and true peak as broadcasters measure them (ITU-R BS.1770-4, EBU R 128)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from studio_music.synth.signal import SAMPLE_RATE, Signal, pieces

_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
_HIGHPASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
SILENCE = -120.0
_HOP, _HOPS = SAMPLE_RATE // 10, 4
"""Frames from one block that is measured to the next, and how many of these steps a block is long: 0.4 s."""

_MARGIN = 64


def powers(signal: Signal, gain: Signal | None = None) -> Iterator[Signal]:
    """K-weighted power (BS.1770-4, tables 1 and 2) of every frame, over all channels, in pieces [frames].

    Args:
        signal: float [frames, channels] at 48 kHz.
        gain: factors [frames] on it.
    """
    from scipy.signal import lfilter

    bright, low = np.zeros((2, 2, signal.shape[1]))
    for part in pieces(len(signal)):
        piece, bright = lfilter(*_SHELF, _amplified(signal, gain, part), axis=0, zi=bright)
        piece, low = lfilter(*_HIGHPASS, piece, axis=0, zi=low)
        yield np.sum(piece**2, axis=1)


def integrated(signal: Signal, gain: Signal | None = None) -> float:
    """Integrated loudness in LUFS, gated at −70 LUFS and 10 LU below the mean; `signal` and `gain` as in `powers`."""
    total, steps = 0.0, []
    for power in powers(signal, gain):  # pieces hold whole steps, but for the last one
        total += float(power.sum())
        steps.append(power[: len(power) // _HOP * _HOP].reshape(-1, _HOP).sum(axis=1))
    sums = np.concatenate(steps)
    if len(sums) < _HOPS:
        return _level(total / len(signal))
    blocks = np.lib.stride_tricks.sliding_window_view(sums, _HOPS).sum(axis=1) / (_HOPS * _HOP)
    loud = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return SILENCE
    kept = loud[loud > loud.mean() * 0.1]
    return _level(float(kept.mean()))


def _level(power: float) -> float:
    return -0.691 + 10 * float(np.log10(power)) if power > 1e-12 else SILENCE


def true_peaks(signal: Signal, gain: Signal | None = None, check: Callable[[], None] = lambda: None) -> Signal:
    """The largest magnitude around every frame over all channels, four times oversampled (BS.1770-4, annex 2).

    Args:
        signal: float [frames, channels] at 48 kHz.
        gain: factors [frames] on it.
        check: called every few seconds of sound; may raise to cancel.
    """
    from scipy.signal import resample_poly

    peaks = np.empty(len(signal), dtype=np.float32)
    for part in pieces(len(signal)):
        check()
        before, size = min(part.start, _MARGIN), part.stop - part.start
        piece = _amplified(signal, gain, slice(part.start - before, part.stop + _MARGIN))
        fine = _largest(_largest(np.abs(resample_poly(piece, 4, 1, axis=0))).reshape(-1, 4))
        np.maximum(_largest(np.abs(piece)), fine, out=fine)
        peaks[part] = fine[before : before + size]
    return peaks


def _amplified(signal: Signal, gain: Signal | None, part: slice) -> Signal:
    return signal[part] if gain is None else signal[part] * gain[part, None]


def _largest(rows: Signal) -> Signal:
    """The maximum of each short row; column by column, as numpy's own ``max`` is several times slower at that."""
    return np.asarray(np.maximum.reduce(rows.T.copy(), axis=0))


def decibels(level: float) -> float:
    """A linear level in decibels."""
    return 20 * float(np.log10(max(level, 1e-6)))

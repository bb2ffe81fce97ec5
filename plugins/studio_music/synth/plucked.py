"""Plucked strings by the extended Karplus–Strong algorithm (Karplus & Strong 1983; Jaffe & Smith 1983).

A burst of noise runs round a delay line as long as the period, through a filter that damps high partials. The
fractional part of the period is a third-order Lagrange interpolator (Laakso et al. 1996), so strings are in tune
to a fraction of a cent. Frames of one period depend only on the period before: each is computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio_music.synth.signal import SAMPLE_RATE, Signal, fade_edges, filtered, frames, noise, peaking, times


@dataclass(frozen=True, slots=True)
class String:
    """What tells one plucked instrument from another.

    Attributes:
        t60: seconds until middle C has faded by 60 dB.
        damping: weight of the loop's averaging filter, 0 bright … 0.5 dull.
        position: where it is plucked, as a share of the string's length.
        brightness: cutoff of the pluck at full velocity, hertz.
        softness: how much a soft touch darkens the pluck, 0…1.
        body: peaks of the instrument's body: hertz, decibels, Q.
        thump: level of the finger's and body's knock.
    """

    t60: float
    damping: float
    position: float
    brightness: float
    softness: float
    body: tuple[tuple[float, float, float], ...] = ()
    thump: float = 0.0


NYLON = String(3.2, 0.22, 0.18, 5200, 0.6, ((105, 5, 1.5), (210, 4, 1.6), (430, 2.5, 1.2), (3000, -3, 0.8)), 0.12)
STEEL = String(4.5, 0.10, 0.14, 9000, 0.55, ((110, 4, 1.5), (220, 3, 1.5), (2600, 3, 0.9)), 0.06)
HARP = String(4.2, 0.12, 0.33, 4600, 0.5, ((160, 3, 1.2), (330, 2, 1.2)), 0.05)
PIZZICATO = String(0.75, 0.30, 0.22, 3600, 0.5, ((290, 4, 1.6), (480, 3, 1.5)), 0.15)
FINGER_BASS = String(4.0, 0.34, 0.22, 1500, 0.5, ((85, 3, 1.0), (700, 3, 0.8)), 0.05)
UPRIGHT_BASS = String(2.2, 0.40, 0.30, 1100, 0.5, ((70, 4, 1.2), (130, 4, 1.4), (900, 2, 1.0)), 0.25)


def pluck(string: String, hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A plucked note, float32 [frames]."""
    count = frames(seconds)
    period = SAMPLE_RATE / hz
    burst = _burst(string, period, velocity, rng)
    excitation = np.zeros(count, dtype=np.float32)
    size = min(count, len(burst))
    excitation[:size] = burst[:size]
    delay, taps = loop(string, hz)
    tone = _resonate(excitation, delay, taps)
    for peak, gain, width in string.body:
        tone = peaking(tone, peak, gain, width)
    tone = filtered(tone, "high", min(40.0, hz * 0.5))
    tone += _thump(string, velocity, count, rng)
    return fade_edges(tone, 0.0008, 0.01)


def loop(string: String, hz: float) -> tuple[int, Signal]:
    """The delay line's whole frames and the taps behind it that make up the rest of the period and the damping.

    The phase delay of both filters at the fundamental is subtracted from the period, and the gain set so that the
    fundamental fades by 60 dB in the string's time.
    """
    omega = 2 * np.pi * hz / SAMPLE_RATE
    damping = string.damping
    response = (1 - damping) + damping * np.exp(-1j * omega)
    left = SAMPLE_RATE / hz + np.angle(response) / omega
    delay = int(np.floor(left - 1))
    lagrange = _lagrange(left - delay)
    t60 = string.t60 * (261.6 / hz) ** 0.45
    gain = 10 ** (-3 / (t60 * hz)) / abs(response)
    taps = np.convolve([1 - damping, damping], lagrange) * min(gain, 0.99985)
    return delay, taps


def _lagrange(delay: float) -> Signal:
    """Third-order Lagrange interpolation for a delay of 1…2 frames."""
    taps = np.ones(4)
    for index in range(4):
        for other in range(4):
            if other != index:
                taps[index] *= (delay - other) / (index - other)
    return taps


def _resonate(excitation: Signal, delay: int, taps: Signal) -> Signal:
    if delay < 110:
        from scipy.signal import lfilter

        feedback = np.zeros(delay + len(taps))
        feedback[0] = 1.0
        feedback[delay:] -= taps
        return np.asarray(lfilter([1.0], feedback, excitation), dtype=np.float32)
    lead = delay + len(taps) - 1
    line = np.concatenate([np.zeros(lead), excitation])
    for start in range(lead, len(line), delay):
        end = min(start + delay, len(line))
        past = line[start - lead : end - delay]
        line[start:end] += np.convolve(past, taps, "valid")
    return np.asarray(line[lead:], dtype=np.float32)


def _burst(string: String, period: float, velocity: float, rng: np.random.Generator) -> Signal:
    """The pluck: one period of noise without DC, RMS 1.

    It is made from its partials, so that it joins itself smoothly as it goes round: softer touch darkens it, partials
    with a node at the plucking place are missing.
    """
    size = int(np.ceil(period))
    number = np.arange(1, size // 2)
    hertz = number * SAMPLE_RATE / period
    cutoff = string.brightness * (1 - string.softness * (1 - velocity))
    comb = np.abs(np.sin(np.pi * number * string.position))
    level = comb / number**0.3 / (1 + (hertz / cutoff) ** 2) * rng.uniform(0.75, 1.25, len(number))
    lines = np.zeros(size // 2 + 1, dtype=complex)
    lines[1 : size // 2] = level * np.exp(2j * np.pi * rng.random(len(number)))
    burst = np.fft.irfft(lines, size)
    return np.asarray(burst / (np.sqrt(np.mean(burst**2)) + 1e-9), dtype=np.float32)


def _thump(string: String, velocity: float, count: int, rng: np.random.Generator) -> Signal:
    size = min(count, frames(0.06))
    out = np.zeros(count, dtype=np.float32)
    knock = filtered(noise(size, rng), "band", (80, 600)) * np.exp(-times(size) * 75)
    out[:size] = 6 * string.thump * velocity * knock
    return out

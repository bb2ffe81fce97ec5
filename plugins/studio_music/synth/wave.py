"""Sustained tones: band-limited wavetables with unison, vibrato, breath or bow noise and a moving filter.

A tone's spectrum is given by harmonic amplitudes at its own pitch, so that no partial ever folds back (Moore 1990,
ch. 3).
A moving filter is a walk through tables made for rising cutoffs, which costs two look-ups instead of a recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from studio_music.synth.signal import SAMPLE_RATE, Signal, envelope, filtered, noise, stereo, times

Spectrum: TypeAlias = Callable[[Signal, Signal], Signal]
"""Harmonic numbers and their frequencies to amplitudes."""

_TABLE = 8192
_CUTOFFS = 14
_LEVELS = np.array([1.0, 0.5, 0.5, 0.45, 0.45], dtype=np.float32)
"""How loud each player of a unison is: unequal, so that their beating never cancels the tone."""
_SPOTS = (0.0, -1.0, 1.0, -0.5, 0.5)
"""Where each player stands between the flattest (−1) and the sharpest (1); the loudest is in tune."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What tells one sustained instrument from another.

    Attributes:
        spectrum: harmonic amplitudes.
        players: how many play in unison.
        detune: how far apart they are, cents.
        attack, decay, sustain, release: the envelope of loudness; seconds, seconds, 0…1, seconds.
        vibrato: depth in cents, rate in hertz, onset in seconds.
        filter: cutoff at rest, at the top of its envelope (hertz, at velocity 1), its decay in seconds; None for a
            fixed spectrum.
        resonance: height of the filter's peak.
        breath: level of breath or bow noise.
        width: stereo spread of the players, 0…1.
        scoop: how far below pitch the tone starts, cents.
    """

    spectrum: Spectrum
    players: int = 1
    detune: float = 0.0
    attack: float = 0.05
    decay: float = 0.3
    sustain: float = 0.85
    release: float = 0.15
    vibrato: tuple[float, float, float] = (0.0, 5.5, 0.3)
    filter: tuple[float, float, float] | None = None
    resonance: float = 0.3
    breath: float = 0.0
    width: float = 0.6
    scoop: float = 0.0


def play(voice: Voice, hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A held note with its release, float32 [frames, 2]."""
    attack = min(voice.attack * (1.3 - 0.5 * velocity), seconds * 0.6)
    loud = envelope(seconds, attack, voice.decay, voice.sustain, voice.release)
    count = len(loud)
    tables, path = _tables(voice, hz, velocity, count)
    out = np.zeros((count, 2), dtype=np.float32)
    levels = _LEVELS[: voice.players] / np.sqrt(np.sum(_LEVELS[: voice.players] ** 2))
    for player in range(voice.players):
        spot = _SPOTS[player]
        phase = _phase(voice, hz, spot, count, rng)
        tone = _read(tables, path, phase)
        tone *= levels[player]
        side = voice.width * spot * (-1 if abs(spot) < 1 else 1)
        out[:, 0] += tone * np.float32(np.sqrt(0.5 - 0.5 * side))
        out[:, 1] += tone * np.float32(np.sqrt(0.5 + 0.5 * side))
    if voice.breath:
        out += _breath(voice, hz, velocity, count, rng)
    return np.asarray(out * loud[:, None], dtype=np.float32)


def _phase(voice: Voice, hz: float, spot: float, count: int, rng: np.random.Generator) -> Signal:
    """Running phase in table positions, with detuning, vibrato that sets in late, drift and scoop."""
    depth, rate, onset = voice.vibrato
    now = times(count)
    cents = np.full(count, voice.detune * spot, dtype=np.float32)
    if depth:
        speed = rate * (1 + rng.normal(0, 0.06))
        grown = np.clip((now - onset) / 0.35, 0, 1)
        cents += np.float32(depth) * grown * np.sin(2 * np.pi * (np.float32(speed) * now + np.float32(rng.random())))
    if voice.scoop:
        cents -= np.float32(voice.scoop) * np.exp(-now * 28)
    step = np.float64(hz * _TABLE / SAMPLE_RATE) * (1 + cents.astype(np.float64) * (np.log(2) / 1200))
    return np.asarray(np.cumsum(step) + rng.random() * _TABLE)


def _tables(voice: Voice, hz: float, velocity: float, count: int) -> tuple[Signal, Signal | None]:
    """Wavetables [cutoffs, table] and the position among them at every frame, None when there is but one."""
    number = np.arange(1, max(2, int(min(120, 17_500 / hz))) + 1)
    hertz = number * hz
    amplitude = voice.spectrum(number.astype(float), hertz)
    if voice.filter is None:
        tilt = np.exp(-hertz / (2500 + 9000 * velocity))
        return _render(amplitude * tilt)[None, :], None
    low, high, fall = voice.filter
    top = low + (high - low) * velocity**1.3
    edges = np.geomspace(max(60.0, low * 0.9), max(high, low * 1.1), _CUTOFFS)
    gains = [
        1 / np.sqrt((1 - (hertz / edge) ** 2) ** 2 + (hertz / edge / (0.6 + 3 * voice.resonance)) ** 2)
        for edge in edges
    ]
    tables = np.stack([_render(amplitude * np.minimum(gain, 0.7 + 3 * voice.resonance)) for gain in gains])
    now = times(count)
    rise = np.minimum(1.0, now / max(0.004, voice.attack * 0.8))
    cutoff = low + (top - low) * rise * np.exp(-np.maximum(0.0, now - voice.attack) / fall)
    place = np.log(cutoff / edges[0]) / np.log(edges[-1] / edges[0]) * (_CUTOFFS - 1)
    return tables, np.clip(place, 0, _CUTOFFS - 1.001)


def _render(amplitude: Signal) -> Signal:
    """One period of the given harmonics, with phases that keep peaks low (Schroeder 1970)."""
    lines = np.zeros(_TABLE // 2 + 1, dtype=complex)
    number = np.arange(1, len(amplitude) + 1)
    lines[1 : len(amplitude) + 1] = amplitude * np.exp(-1j * np.pi * number**2 / len(amplitude))
    return np.asarray(np.fft.irfft(lines) * (_TABLE / 2), dtype=np.float32)


def _read(tables: Signal, path: Signal | None, phase: Signal) -> Signal:
    index = phase.astype(np.int64) & (_TABLE - 1)
    if path is None:
        return np.asarray(tables[0][index])
    row = path.astype(np.int64)
    share = (path - row).astype(np.float32)
    flat = tables.reshape(-1)
    base = row * _TABLE + index
    return np.asarray(flat[base] * (1 - share) + flat[base + _TABLE] * share)


def _breath(voice: Voice, hz: float, velocity: float, count: int, rng: np.random.Generator) -> Signal:
    """Noise around the tone's first partials, strongest at the start."""
    raw = stereo(noise(count, rng), noise(count, rng))
    air = filtered(raw, "band", (min(hz * 0.9, 8000.0), min(hz * 4.5 + 1500, 16_000.0)), 1)
    swell = 1 + 2.5 * np.exp(-times(count) * 22)
    return np.asarray(voice.breath * (0.5 + 0.5 * velocity) * air * swell[:, None], dtype=np.float32)


def saw(number: Signal, hertz: Signal) -> Signal:
    """A sawtooth's harmonics."""
    return np.asarray(1.0 / number + 0 * hertz)


def square(number: Signal, hertz: Signal) -> Signal:
    """A square wave's harmonics, with a trace of the even ones."""
    return np.asarray(np.where(number % 2 == 1, 1.0, 0.06) / number + 0 * hertz)


def bowed(*peaks: tuple[float, float, float]) -> Spectrum:
    """A bowed string: sawtooth motion (Helmholtz) through body resonances (hertz, gain, width in octaves)."""

    def spectrum(number: Signal, hertz: Signal) -> Signal:
        body = np.ones_like(hertz)
        for centre, gain, width in peaks:
            body = body + gain * np.exp(-((np.log2(hertz / centre) / width) ** 2))
        return np.asarray(body / number**1.08 / (1 + (hertz / 5200) ** 2))

    return spectrum


def listed(*levels: float, roll: float = 12_000.0) -> Spectrum:
    """Given amplitudes of the first harmonics, fading above the last one."""

    def spectrum(number: Signal, hertz: Signal) -> Signal:
        known = np.array([levels[int(index) - 1] if index <= len(levels) else 0.0 for index in number])
        beyond = np.where(number > len(levels), levels[-1] * (len(levels) / number) ** 2.5, 0.0)
        return np.asarray((known + beyond) * np.exp(-hertz / roll))

    return spectrum

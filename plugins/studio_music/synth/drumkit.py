"""The drum kit, synthesised: swept sines for skins, modes and noise for metal, shaped noise for shakers and claps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from studio_music.synth.modal import decaying_sines
from studio_music.synth.signal import SAMPLE_RATE, Signal, fade_edges, filtered, frames, noise, stereo, times

Drum: TypeAlias = Callable[[float, np.random.Generator], Signal]
"""Velocity 0…1 and chance to a sound, float32 [frames] or [frames, 2]."""


def _sweep(seconds: float, low: float, high: float, fall: float, life: float) -> Signal:
    """A sine falling from `high` to `low` hertz with time constant `fall`, fading with time constant `life`."""
    now = times(frames(seconds))
    hertz = low + (high - low) * np.exp(-now / fall)
    phase = 2 * np.pi * np.cumsum(hertz.astype(np.float64)) / SAMPLE_RATE
    return np.asarray(np.sin(phase) * np.exp(-now / life), dtype=np.float32)


def _burst(seconds: float, band: tuple[float, float], life: float, rng: np.random.Generator) -> Signal:
    count = frames(seconds)
    return np.asarray(filtered(noise(count, rng), "band", band) * np.exp(-times(count) / life), dtype=np.float32)


def kick(velocity: float, rng: np.random.Generator) -> Signal:
    """Bass drum of a kit: a falling skin and the beater's click."""
    skin = np.tanh(1.5 * _sweep(0.42, 48, 165, 0.028, 0.12))
    click = _burst(0.42, (1200, 5500), 0.006, rng) * (0.15 + 0.25 * velocity)
    return fade_edges(skin + click, 0.0008, 0.03)


def bass_drum(velocity: float, rng: np.random.Generator) -> Signal:
    """Concert bass drum: deep, long, soft mallet."""
    modes = np.array([42.0, 67.0, 89.0, 112.0, 151.0])
    rates = np.array([2.6, 4.5, 6.0, 8.0, 12.0])
    weights = -1j * np.array([1.0, 0.6, 0.35, 0.25, 0.15]) * np.exp(1j * rng.uniform(-0.5, 0.5, 5))
    tone = decaying_sines(modes, weights, rates, frames(1.8))
    return fade_edges(tone + 0.25 * velocity * _burst(1.8, (120, 900), 0.03, rng), 0.004, 0.2)


def snare(velocity: float, rng: np.random.Generator) -> Signal:
    """Two skin modes and the rattle of the wires."""
    skin = _sweep(0.32, 182, 240, 0.02, 0.055) + 0.6 * _sweep(0.32, 330, 380, 0.02, 0.04)
    wires = filtered(noise(frames(0.32), rng), "high", 1400) * np.exp(-times(frames(0.32)) / (0.05 + 0.045 * velocity))
    wires = filtered(wires, "low", 7000 + 5000 * velocity, 1)
    return fade_edges(0.8 * skin + (0.4 + 0.35 * velocity) * wires, 0.0005, 0.03)


def side_stick(velocity: float, rng: np.random.Generator) -> Signal:
    """The stick's shaft against the rim."""
    modes = np.array([430.0, 820.0, 1650.0, 2480.0])
    tone = decaying_sines(
        modes, -1j * np.array([0.5, 0.7, 1.0, 0.5]), np.array([70.0, 85.0, 110.0, 140.0]), frames(0.12)
    )
    return fade_edges(tone + 0.3 * velocity * _burst(0.12, (1500, 7000), 0.008, rng), 0.0005, 0.02)


def clap(velocity: float, rng: np.random.Generator) -> Signal:
    """Several hands a few milliseconds apart."""
    count = frames(0.3)
    raw = filtered(noise(count, rng), "band", (750, 3800 + 2500 * velocity))
    now = times(count)
    shape = np.exp(-np.maximum(0, now - 0.027) / 0.075) * (now >= 0.027)
    for at in (0.0, 0.009, 0.018):
        shape = shape + np.exp(-np.maximum(0, now - at) / 0.0035) * (now >= at)
    return fade_edges(raw * shape.astype(np.float32), 0.001, 0.03)


_METAL = np.array([1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523, 2.731, 3.17])


def _metal(count: int, base: float, life: float, rng: np.random.Generator) -> Signal:
    """A cloud of inharmonic modes from `base` hertz up, as thin plates have, high ones fading first."""
    hertz = np.concatenate([base * _METAL * scale for scale in (1.0, 1.71, 2.93, 4.37, 6.1)])
    hertz = hertz * (1 + rng.uniform(-0.01, 0.01, len(hertz)))
    rates = 1 / life * (0.7 + hertz / 9000)
    weights = np.exp(2j * np.pi * rng.random(len(hertz))) / len(hertz) ** 0.5
    return decaying_sines(hertz, weights, rates, count)


def _hat(seconds: float, life: float, velocity: float, rng: np.random.Generator) -> Signal:
    count = frames(seconds)
    hiss = noise(count, rng) * np.exp(-times(count) / (life * 0.8))
    ring = _metal(count, 2350, life, rng)
    bright = filtered(0.7 * hiss + 1.1 * ring, "high", 6200 - 1500 * velocity)
    return fade_edges(filtered(bright, "low", 15_500, 1), 0.0008, min(0.03, seconds / 4))


def closed_hat(velocity: float, rng: np.random.Generator) -> Signal:
    """Closed hi-hat."""
    return _hat(0.12, 0.022 + 0.012 * velocity, velocity, rng)


def pedal_hat(velocity: float, rng: np.random.Generator) -> Signal:
    """Hi-hat closed with the foot."""
    return _hat(0.1, 0.03, velocity * 0.6, rng)


def open_hat(velocity: float, rng: np.random.Generator) -> Signal:
    """Open hi-hat."""
    return _hat(0.5, 0.16, velocity, rng)


def _tom(hz: float) -> Drum:
    def tom(velocity: float, rng: np.random.Generator) -> Signal:
        skin = _sweep(0.6, hz, hz * 1.55, 0.045, 0.17) + 0.3 * _sweep(0.6, hz * 1.59, hz * 2.1, 0.03, 0.08)
        return fade_edges(skin + 0.2 * velocity * _burst(0.6, (400, 3000), 0.012, rng), 0.001, 0.1)

    return tom


def _cymbal(base: float, life: float, splash: float, ping: float) -> Drum:
    """A cymbal: modes and noise on both sides of the stage, noise swelling in by `splash`, the stick's `ping`."""

    def cymbal(velocity: float, rng: np.random.Generator) -> Signal:
        count = frames(min(3.2, life * 4))
        now = times(count)
        sides = []
        for _ in range(2):
            ring = _metal(count, base, life, rng)
            wash = filtered(noise(count, rng), "high", 3400) * np.exp(-now / (life * 0.55))
            sides.append(0.8 * ring + splash * (0.4 + velocity) * wash * np.minimum(1, now / 0.004))
        sound = filtered(stereo(*sides), "high", 380)
        stick = decaying_sines(
            np.array([3150.0, 5230.0, 7420.0]), -1j * np.array([1.0, 0.6, 0.4]), np.array([22.0, 30, 40]), count
        )
        return fade_edges(sound + ping * stick[:, None], 0.0008, 0.4)

    return cymbal


def shaker(velocity: float, rng: np.random.Generator) -> Signal:
    """Grains that rush forward and stop."""
    now = times(frames(0.13))
    shape = np.minimum(1, now / 0.035) ** 2 * np.exp(-np.maximum(0, now - 0.035) / 0.022)
    return fade_edges(filtered(noise(len(now), rng), "band", (4200, 11_000 + 2000 * velocity)) * shape, 0.002, 0.02)


def tambourine(velocity: float, rng: np.random.Generator) -> Signal:
    """Jingles: high metal, a short shake."""
    count = frames(0.35)
    jingles = filtered(
        _metal(count, 3900, 0.07, rng) + 0.4 * noise(count, rng) * np.exp(-times(count) / 0.05), "high", 5000
    )
    return fade_edges(jingles * (0.8 + 0.2 * velocity), 0.003, 0.05)


def triangle(velocity: float, rng: np.random.Generator) -> Signal:
    """A bent steel rod: few, long, high modes."""
    hertz = np.array([1630.0, 3410, 4920, 6240, 8710, 11_300]) * (1 + rng.uniform(-0.002, 0.002))
    weights = -1j * np.array([0.25, 0.6, 1.0, 0.7, 0.5, 0.3 * (0.5 + velocity)])
    return fade_edges(decaying_sines(hertz, weights, np.array([2.2, 2.6, 3.0, 3.4, 4.5, 6.0]), frames(1.8)), 0.001, 0.3)


KIT: dict[int, tuple[Drum, float, float]] = {
    35: (bass_drum, 0.9, 0.0),
    36: (kick, 1.0, 0.0),
    37: (side_stick, 0.42, -0.1),
    38: (snare, 0.62, 0.05),
    39: (clap, 0.5, -0.05),
    41: (_tom(82), 0.7, 0.35),
    42: (closed_hat, 0.2, -0.3),
    44: (pedal_hat, 0.18, -0.3),
    45: (_tom(118), 0.65, 0.1),
    46: (open_hat, 0.2, -0.3),
    48: (_tom(165), 0.6, -0.2),
    49: (_cymbal(410, 0.85, 0.55, 0.0), 0.26, -0.35),
    51: (_cymbal(520, 0.6, 0.1, 0.55), 0.24, 0.4),
    54: (tambourine, 0.24, 0.35),
    70: (shaker, 0.3, 0.3),
    81: (triangle, 0.14, -0.25),
}
"""By General MIDI number: the drum, its level in the kit, its place from −1 left to 1 right."""

NEAREST = {40: 38, 43: 41, 47: 45, 50: 48, 52: 49, 53: 51, 55: 49, 57: 49, 59: 51, 69: 70, 80: 81, 82: 70}
"""Stand-ins for drums the kit lacks."""

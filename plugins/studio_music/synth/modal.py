"""Struck things: sums of exponentially decaying sine waves (modal synthesis), as pianos, bells and bars make.

A decaying sine is a geometric sequence of a complex number z, and z**(kB + j) = z**(kB) · z**j: so a block of many
partials over many frames is one small matrix product, some fifty times faster than summing sine waves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio_music.synth.signal import SAMPLE_RATE, Signal, fade_edges, filtered, frames, noise, stereo, times

_BLOCK = 256


def decaying_sines(hz: Signal, weights: Signal, rates: Signal, count: int) -> Signal:
    """Sum of decaying sine waves.

    Args:
        hz: frequencies [partials]; those above 20 kHz are left out.
        weights: complex amplitudes [partials]; a real weight starts at its maximum, −1j at zero.
        rates: decay rates [partials], nepers per second.
        count: frames.
    """
    heard = (hz < 20_000) & (np.abs(weights) > 1e-6)
    step = (-rates[heard] + 2j * np.pi * hz[heard]) / SAMPLE_RATE
    rows = -(-count // _BLOCK)
    far = weights[heard] * np.exp(np.outer(np.arange(rows) * _BLOCK, step))
    near = np.exp(np.outer(step, np.arange(_BLOCK)))
    left = np.concatenate([far.real, -far.imag], axis=1).astype(np.float32)
    right = np.concatenate([near.real, near.imag], axis=0).astype(np.float32)
    return np.asarray((left @ right).reshape(-1)[:count], dtype=np.float32)


def piano(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A grand piano.

    Stiff strings stretch the partials by sqrt(1 + B k²) (Fletcher 1964); the hammer's place and softness shape the
    spectrum, brighter when struck harder (Hall & Askenfelt 1988); two coupled strings give a fast and a slow decay
    (Weinreich 1977); losses grow with frequency (Bensa et al. 2003); felt and soundboard thump at the onset.
    """
    note = 69 + 12 * np.log2(hz / 440)
    stiffness = 1.2e-4 * np.exp(0.085 * (note - 48)) + 1.5e-4 * np.exp(-0.1 * (note - 21))
    size = int(max(3, min(64, 16_000 / hz)))
    number = np.arange(1, size + 1)
    partials = hz * number * np.sqrt((1 + stiffness * number**2) / (1 + stiffness))
    cutoff = (900 + 5200 * velocity**1.6) * (hz / 261.6) ** 0.35
    comb = np.abs(np.sin(np.pi * number * 0.121)) + 0.05
    strength = comb / number**0.55 * np.exp(-partials / cutoff)
    slow_t60 = 16.0 * 2 ** (-(note - 40) / 19.0)
    slow = 6.91 / slow_t60 + 1.1e-7 * partials**1.75
    fast = 2.2 * slow + 0.5
    phase = np.exp(1j * rng.uniform(-0.6, 0.6, size)) * -1j
    apart = 1 + rng.normal(0.0, 1.6e-4, size)
    hertz = np.concatenate([partials, partials * apart])
    rates = np.concatenate([fast, slow])
    weight_fast, weight_slow = strength * phase, 0.35 * strength * phase * np.exp(1j * rng.uniform(-1, 1, size))
    count = frames(seconds)
    side = rng.uniform(-0.35, 0.35, size)
    channels = [
        decaying_sines(
            hertz, np.concatenate([weight_fast * (1 + sign * side), weight_slow * (1 - sign * side)]), rates, count
        )
        for sign in (1, -1)
    ]
    sound = stereo(*channels)
    knock = _knock(min(count, frames(0.09)), velocity, note, rng) * float(np.abs(strength).sum())
    sound[: len(knock)] += 0.22 * knock[:, None]
    attack = 0.0006 + 0.0022 * (1 - velocity)
    return fade_edges(sound, attack, 0.02)


def _knock(count: int, velocity: float, note: float, rng: np.random.Generator) -> Signal:
    """Hammer felt and soundboard: a few low modes and a breath of noise."""
    low = np.array([92.0, 148.0, 236.0, 410.0])
    modes = decaying_sines(low, np.array([-0.5j, -0.5j, -0.3j, -0.15j]), np.array([42.0, 55.0, 70.0, 95.0]), count)
    felt = filtered(noise(count, rng), "band", (700, 3200 + 1500 * velocity)) * np.exp(-times(count) * 190)
    knock = 0.3 * modes + (0.10 + 0.12 * max(0.0, note - 60) / 48) * felt
    return np.asarray(knock * np.float32(0.35 + 0.5 * velocity), dtype=np.float32)


def _struck(
    hz: float, seconds: float, ratios: Sequence[float], levels: Sequence[float], t60: Sequence[float], attack: float
) -> Signal:
    rates = 6.91 / np.asarray(t60)
    weights = -1j * np.asarray(levels, dtype=complex)
    return fade_edges(decaying_sines(hz * np.asarray(ratios), weights, rates, frames(seconds)), attack, 0.01)


def music_box(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A comb's steel tooth: a clamped bar (ratios 1, 6.27, 17.5; Fletcher & Rossing 1998, §2.15) on a wooden box."""
    life = 2.6 * (523 / hz) ** 0.5
    hard = 0.4 + 0.6 * velocity
    tone = _struck(hz, seconds, (1.0, 2.0, 3.01, 6.27, 17.55), (1, 0.22, 0.1, 0.22 * hard, 0.06 * hard),
                   (life, life * 0.5, life * 0.3, life * 0.16, 0.05), 0.0008)  # fmt: skip
    click = filtered(noise(frames(0.02), rng), "band", (2500, 9000)) * np.exp(-times(frames(0.02)) * 420)
    size = min(len(click), len(tone))
    tone[:size] += 0.06 * hard * click[:size]
    return tone


def celesta(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """Felt hammers on steel plates over resonators."""
    life = 2.2 * (523 / hz) ** 0.4
    return _struck(hz, seconds, (1.0, 2.002, 4.01, 6.5), (1, 0.12, 0.16 * (0.3 + velocity), 0.05 * velocity),
                   (life, life * 0.6, life * 0.25, 0.12), 0.0025 + 0.0005 * rng.random())  # fmt: skip


def vibraphone(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """Aluminium bars tuned 1 : 4 : 10 (Fletcher & Rossing 1998, §19.4), the discs turning at 5 Hz."""
    life = 4.5 * (440 / hz) ** 0.4
    tone = _struck(hz, seconds, (1.0, 3.998, 9.92), (1, 0.16 * (0.4 + velocity), 0.06 * velocity),
                   (life, life * 0.3, 0.25), 0.0022)  # fmt: skip
    turn = np.sin(2 * np.pi * (5.1 * times(len(tone)) + 0.2 * rng.random()))
    return stereo(tone * (1 - 0.14 - 0.14 * turn), tone * (1 - 0.14 + 0.08 * turn))


def kalimba(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A thumb piano's tine: soft, short, with a woody thump."""
    life = 1.5 * (330 / hz) ** 0.5
    tone = _struck(hz, seconds, (1.0, 2.0, 5.9), (1, 0.08, 0.2 * (0.3 + velocity)), (life, life * 0.5, 0.09), 0.0015)
    thump = decaying_sines(np.array([180.0, 310.0]), np.array([-0.25j, -0.15j]), np.array([60.0, 85.0]), len(tone))
    return tone + np.float32(0.5 * velocity * (0.9 + 0.2 * rng.random())) * thump


def marimba(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """Rosewood bars tuned 1 : 4 : 10 with soft mallets."""
    life = 1.1 * (262 / hz) ** 0.6
    return _struck(hz, seconds, (1.0, 3.99, 9.7), (1, 0.2 * (0.3 + velocity), 0.06 * velocity), (life, 0.25, 0.07),
                   0.0018 + 0.0004 * rng.random())  # fmt: skip


def electric_piano(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A tine piano by frequency modulation (Chowning 1973): a 1 : 1 pair that mellows, and a short bright 1 : 14
    pair.
    """
    count = frames(seconds)
    now = times(count)
    angle = 2 * np.pi * hz * np.arange(count) / SAMPLE_RATE
    index = (0.35 + 2.2 * velocity**1.5) * np.exp(-now * (1.6 + hz / 500))
    body = np.sin(angle + index * np.sin(angle)) * np.exp(-now * (0.75 + hz / 900))
    bright = np.sin(angle + 0.9 * velocity * np.exp(-now * 24) * np.sin(angle * 14.0)) * np.exp(-now * 9)
    tone = body + 0.28 * (0.3 + velocity) * bright * (1 if hz * 15 < 20_000 else 0)
    sway = 0.22 * np.sin(2 * np.pi * (4.6 * now + rng.random()))
    return fade_edges(stereo(tone * (1 - sway), tone * (1 + sway)), 0.0012, 0.01)


def organ(hz: float, velocity: float, seconds: float, rng: np.random.Generator) -> Signal:
    """Flue pipes, principals 8', 4', 2⅔', 2' and a soft 16': steady partials with a breathy start."""
    ratios = np.array([0.5, 1, 2, 3, 4, 5, 6, 8], dtype=float)
    levels = np.array([0.28, 1.0, 0.62, 0.3, 0.34, 0.1, 0.12, 0.12]) * (0.7 + 0.3 * velocity)
    count = frames(seconds)
    detuned = hz * ratios * (1 + rng.normal(0, 1.5e-4, len(ratios)))
    phases = np.exp(2j * np.pi * rng.random(len(ratios)))
    left = decaying_sines(detuned, levels * phases, np.zeros(len(ratios)), count)
    right = decaying_sines(detuned * 1.0003, levels * phases, np.zeros(len(ratios)), count)
    chiff = filtered(noise(count, rng), "band", (min(2 * hz, 9000), min(6 * hz, 16_000)))
    chiff *= 0.25 * np.exp(-times(count) * 32) + 0.006
    speech = np.minimum(1.0, times(count) / 0.045) ** 1.5
    return fade_edges(stereo((left + chiff) * speech, (right + chiff) * speech), 0.0005, 0.03)

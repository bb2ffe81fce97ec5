"""Reverberation by a feedback delay network (Jot & Chaigne 1991, "Digital delay networks for designing artificial
reverberators"): sixteen delay lines mixed by a lossless Hadamard matrix, each with a filter that sets its decay by
frequency.
"""

from __future__ import annotations

import numpy as np

from studio_music.synth.signal import SAMPLE_RATE, Signal

_DELAYS = (1277, 1381, 1489, 1597, 1709, 1823, 1949, 2069, 2203, 2333, 2467, 2609, 2753, 2909, 3067, 3229)
_EARLY = (
    (0.0079, 0.55, -0.6),
    (0.0113, 0.5, 0.7),
    (0.0171, 0.42, -0.2),
    (0.0229, 0.36, 0.5),
    (0.0307, 0.3, -0.8),
    (0.0391, 0.25, 0.3),
)
_BLOCK = min(_DELAYS)


class Reverb:
    """A room that is fed block after block and keeps its echoes in between.

    Attributes:
        predelay: frames before the late reverberation.
    """

    def __init__(self, t60: float, bright: float = 0.5) -> None:
        """A room.

        Args:
            t60: seconds until the sound has faded by 60 dB at low frequencies.
            bright: 0…1, how long high frequencies last in comparison.
        """
        self.predelay = round(0.018 * SAMPLE_RATE)
        self._delays = np.array(_DELAYS)
        self._size = 1 << int(np.ceil(np.log2(max(_DELAYS) + _BLOCK + 2)))
        self._lines = np.zeros((len(_DELAYS), self._size), dtype=np.float32)
        self._at = 0
        low = 10 ** (-3 * self._delays / (SAMPLE_RATE * t60))
        high = 10 ** (-3 * self._delays / (SAMPLE_RATE * t60 * (0.25 + 0.35 * bright)))
        self._now = ((low + high) / 2).astype(np.float32)[:, None]
        self._before = ((low - high) / 2).astype(np.float32)[:, None]
        self._mix = _hadamard(len(_DELAYS))
        signs = np.where(np.arange(len(_DELAYS)) % 2, 1.0, -1.0)
        self._left = (np.where(np.arange(len(_DELAYS)) // 2 % 2, 1, -1) / 4).astype(np.float32)
        self._right = (np.where(np.arange(len(_DELAYS)) // 4 % 2, 1, -1) / 4).astype(np.float32)
        self._in = np.stack([np.abs(signs + 1) / 2, np.abs(signs - 1) / 2], axis=1).astype(np.float32) * 0.5
        self._rumble, self._rumble_state = _highpass(140.0)
        self._history = np.zeros((round(0.06 * SAMPLE_RATE), 2), dtype=np.float32)

    def process(self, dry: Signal) -> Signal:
        """Feed [frames, 2] and get as much of the room's answer, float32 [frames, 2]."""
        from scipy.signal import sosfilt

        clean, self._rumble_state = sosfilt(self._rumble, dry, axis=0, zi=self._rumble_state)
        fed = np.concatenate([self._history, clean.astype(np.float32)])
        lead = len(self._history)
        out = self._early(fed, lead)
        late = fed[lead - self.predelay : len(fed) - self.predelay]
        for start in range(0, len(dry), _BLOCK):
            block = late[start : start + _BLOCK]
            out[start : start + len(block)] += self._late(block)
        self._history = fed[len(fed) - lead :]
        return out

    def _early(self, fed: Signal, lead: int) -> Signal:
        """First reflections from the walls, each to its side."""
        mono = fed.mean(axis=1)
        out = np.zeros((len(fed) - lead, 2), dtype=np.float32)
        for seconds, level, side in _EARLY:
            shift = round(seconds * SAMPLE_RATE)
            echo = mono[lead - shift : len(mono) - shift] * np.float32(0.5 * level)
            out[:, 0] += echo * np.float32(1 - max(0.0, side))
            out[:, 1] += echo * np.float32(1 + min(0.0, side))
        return out

    def _late(self, block: Signal) -> Signal:
        size = len(block)
        places = (self._at - self._delays)[:, None] + np.arange(-1, size)[None, :]
        heard = np.take_along_axis(self._lines, places & (self._size - 1), axis=1)
        damped = self._now * heard[:, 1:] + self._before * heard[:, :-1]
        fresh = self._mix @ damped + self._in @ block.T
        self._lines[:, (self._at + np.arange(size)) & (self._size - 1)] = fresh
        self._at += size
        return np.stack([self._left @ damped, self._right @ damped], axis=1)


def _hadamard(size: int) -> Signal:
    """An orthogonal matrix of ±1/√size (Sylvester's construction)."""
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return np.asarray(matrix / np.sqrt(size), dtype=np.float32)


def _highpass(hz: float) -> tuple[Signal, Signal]:
    """A first-order filter that keeps rumble out of the room, and its state at rest for two channels."""
    from scipy.signal import butter

    sections = butter(1, hz, "high", fs=SAMPLE_RATE, output="sos")
    return sections, np.zeros((len(sections), 2, 2))

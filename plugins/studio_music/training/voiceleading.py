"""Voice-leading as the textbooks have it, counted: parallel fifths and octaves, crossings, and notes out of range."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from studio_music.training.grid import ONSET, STEPS, Lanes

BAR = 4 * STEPS
"""Steps a bar of four quarter notes, the unit in which faults are told."""

COMMON = 0.005
"""A voice's range leaves out this share of its time in the training pieces at either end."""

Ranges = Sequence[tuple[int, int]]


def ranges_of(pieces: Sequence[Lanes]) -> list[tuple[int, int]]:
    """Lowest and highest pitch of each voice, rare ones aside."""
    lanes = np.concatenate(list(pieces))
    found = []
    for lane in lanes.T:
        pitches = lane[lane >= 0] & (ONSET - 1)
        low, high = np.quantile(pitches, [COMMON, 1 - COMMON]) if len(pitches) else (0, 127)
        found.append((int(low), int(high)))
    return found


def faults(pieces: Sequence[Lanes], ranges: Ranges) -> dict[str, float]:
    """Faults a bar over all pieces together, by name.

    A parallel is counted where two voices both move, in the same direction, from one perfect fifth (or octave, or
    unison) to another; crossings where a higher voice begins to sound below a lower one; range where a note begins
    outside.
    """
    counts = {"parallel fifths": 0, "parallel octaves": 0, "voice crossings": 0, "notes out of range": 0}
    bars = 0.0
    for lanes in pieces:
        bars += len(lanes) / BAR
        pitches = np.where(lanes >= 0, lanes & (ONSET - 1), -1).astype(np.int64)
        for high, low in combinations(range(lanes.shape[1]), 2):
            fifths, octaves = _parallels(pitches[:, high], pitches[:, low])
            counts["parallel fifths"] += fifths
            counts["parallel octaves"] += octaves
            crossed = (pitches[:, high] < pitches[:, low]) & (pitches[:, high] >= 0)
            counts["voice crossings"] += int((crossed & ~np.concatenate([[False], crossed[:-1]])).sum())
        begins = np.vstack([pitches[:1] >= 0, (pitches[1:] != pitches[:-1]) & (pitches[1:] >= 0)])
        for voice, (low_pitch, high_pitch) in enumerate(ranges):
            outside = (pitches[:, voice] < low_pitch) | (pitches[:, voice] > high_pitch)
            counts["notes out of range"] += int((outside & begins[:, voice]).sum())
    return {name: count / max(1.0, bars) for name, count in counts.items()}


def _parallels(high: np.ndarray, low: np.ndarray) -> tuple[int, int]:
    sounding = (high[1:] >= 0) & (high[:-1] >= 0) & (low[1:] >= 0) & (low[:-1] >= 0)
    moves = np.sign(high[1:] - high[:-1])
    together = sounding & (moves != 0) & (moves == np.sign(low[1:] - low[:-1]))
    interval = np.abs(high - low) % 12
    kept = together & (interval[1:] == interval[:-1])
    return int((kept & (interval[1:] == 7)).sum()), int((kept & (interval[1:] == 0)).sum())

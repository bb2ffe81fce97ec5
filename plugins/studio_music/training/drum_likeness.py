"""How alike drum takes are: histograms of drums, velocities and timing, and what was copied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio_music.training.copies import NOTHING, Match
from studio_music.training.strokes import BAR, DRUMS, LOUDNESSES, OFFSETS, Take, struck

BARS = 2
"""Bars that must be the same, stroke by stroke, to count as copied."""


def histograms(takes: Sequence[Take], styles: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """Shares of drums, of classes of velocity, and of misses in parts of a step; `styles` weigh alike, if given."""
    groups = [[take for take in takes if take.style == style] for style in styles] if styles else [list(takes)]
    counted = [_counts(group) for group in groups if group] or [_counts(takes)]
    names = {
        "drums": DRUMS,
        "velocities": tuple(f"{8 * loud}–{8 * loud + 7}" for loud in range(LOUDNESSES)),
        "timing": tuple(f"{miss - OFFSETS // 2:+d}/48" for miss in range(OFFSETS)),
    }
    return {
        name: dict(zip(values, np.mean([counts[place] for counts in counted], axis=0).tolist(), strict=True))
        for place, (name, values) in enumerate(names.items())
    }


def _counts(takes: Sequence[Take]) -> tuple[NDArray[np.float64], ...]:
    tokens = np.concatenate([take.tokens for take in takes])
    hit = struck(tokens)
    drums = hit.sum(0).astype(np.float64)
    loud = np.bincount(tokens[:, : len(DRUMS)][hit] - 1, minlength=LOUDNESSES).astype(np.float64)
    miss = np.bincount(tokens[:, len(DRUMS) :][hit], minlength=OFFSETS).astype(np.float64)
    return tuple(counts / max(1.0, counts.sum()) for counts in (drums, loud, miss))


class Known:
    """Takes in which copies are looked up."""

    def __init__(self, takes: Sequence[Take]) -> None:
        rows = [_windows(take) for take in takes]
        self._places = [(number, bar) for number, windows in enumerate(rows) for bar in range(len(windows))]
        self._rows = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        self._strokes = self._rows.sum(1)

    def nearest(self, take: Take) -> Match:
        """What was copied from one of them. Places are in bars of four quarters; distances are shares of strokes."""
        rows = _windows(take)
        if not len(rows) or not len(self._rows) or rows.shape[1] != self._rows.shape[1]:
            return NOTHING
        common = rows @ self._rows.T
        together = rows.sum(1)[:, None] + self._strokes - common
        differ = 1.0 - common / np.maximum(1.0, together)
        best = differ.min(1)
        place = int(differ[int(best.argmin())].argmin())
        return Match(float((best == 0).mean()), float(best.min()), self._places[place])


def _windows(take: Take) -> NDArray[np.float32]:
    """Where there are strokes in every stretch of `BARS` bars of four quarters [n, 2 × 16 × drums]."""
    long = BARS * BAR
    hit = struck(take.tokens).astype(np.float32)
    starts = range(0, len(hit) - long + 1, BAR)
    return (
        np.stack([hit[at : at + long].ravel() for at in starts])
        if len(starts)
        else np.zeros((0, long * len(DRUMS)), np.float32)
    )

"""The simple method to compare with: an n-gram model of the voices interleaved step by step.

Interpolated with Witten and Bell's weights (Witten & Bell 1991, method C); six tokens, so that a token is told from the
whole chord so far and the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio_music.training.grid import Lanes, Tokens, transposed

ORDER = 6
"""Tokens in an n-gram, the predicted one included."""

_SPREAD = 260
"""Different values of one lane."""


def nats_per_token(training: Sequence[tuple[Lanes, Sequence[int]]], held_out: Sequence[Lanes]) -> float:
    """Mean negative log-likelihood of the held-out pieces, nats per token.

    Args:
        training: pieces with the transpositions, in semitones, in which to count them.
        held_out: pieces.
    """
    learned = [_stream(transposed(lanes, shift)) for lanes, shifts in training for shift in shifts]
    unseen = [_stream(lanes) for lanes in held_out]
    count = sum(len(stream) - ORDER + 1 for stream in learned)
    windows = np.concatenate([_windows(stream) for stream in [*learned, *unseen]])
    chances = np.full(len(windows) - count, 1.0 / _SPREAD)
    context = np.zeros(len(windows), dtype=np.int64)
    for order in range(1, ORDER + 1):
        chances = _interpolated(context, windows[:, -1], count, chances)
        if order < ORDER:
            context = _numbered(context, windows[:, -1 - order])
    return float(-np.log(chances).mean())


def _stream(lanes: Lanes) -> Tokens:
    """Tokens of a piece in the order of time, behind as many that say it begins."""
    voices = lanes.shape[1]
    coded = lanes.astype(np.int64) + 2 + _SPREAD * np.arange(voices)
    return np.concatenate([np.zeros(ORDER - 1, dtype=np.int64) - 1, coded.reshape(-1)])


def _windows(stream: Tokens) -> Tokens:
    return np.lib.stride_tricks.sliding_window_view(stream, ORDER)


def _numbered(context: Tokens, token: Tokens) -> Tokens:
    """A number for every different pair."""
    return np.unique(context * (8 * _SPREAD) + token + 1, return_inverse=True)[1].astype(np.int64)


def _interpolated(
    context: Tokens, token: Tokens, count: int, chances: NDArray[np.float64]
) -> NDArray[np.float64]:  # fmt: skip
    """Chances of the unseen tokens by this order, falling back on `chances` of the next lower one."""
    pair = _numbered(context, token)
    seen = np.bincount(context[:count], minlength=int(context.max()) + 1)
    pairs = np.bincount(pair[:count], minlength=int(pair.max()) + 1)
    first = np.unique(pair[:count], return_index=True)[1]
    kinds = np.bincount(context[:count][first], minlength=len(seen))
    here, wanted = context[count:], pair[count:]
    total = seen[here] + kinds[here]
    mixed = (pairs[wanted] + kinds[here] * chances) / np.maximum(total, 1)
    return np.where(total > 0, mixed, chances)

"""The simple method to compare with: an n-gram model of the voices interleaved step by step.

Interpolated with Witten and Bell's weights (Witten & Bell 1991, method C). A token is told from the voice's own
last value, the place within the quarter note, the voices already known at this step from the nearest on, and the last
values of the rest; what comes later in this list is forgotten first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio_music.training.grid import STEPS, Lanes, Tokens, transposed

_SPREAD = 260
"""Different values of one lane."""


def nats_per_token(
    training: Sequence[tuple[Lanes, Sequence[int]]], held_out: Sequence[Lanes], orders: int | None = None
) -> float:  # fmt: skip
    """Mean negative log-likelihood of the held-out pieces, nats per token.

    Args:
        training: pieces with the transpositions, in semitones, in which to count them.
        held_out: pieces.
        orders: from how many things a token is told; all that are known if None.
    """
    end = None if orders is None else 1 + orders
    learned = [_contexts(transposed(lanes, shift))[:, :end] for lanes, shifts in training for shift in shifts]
    return nats_of(learned, [_contexts(lanes)[:, :end] for lanes in held_out])


def nats_of(learned: Sequence[Tokens], unseen: Sequence[Tokens]) -> float:
    """Mean negative log-likelihood of the first column of `unseen`, nats.

    Args:
        learned: what is counted: tokens and what they are told from, the most telling first [n, 1 + orders], below
            ``8 * _SPREAD``.
        unseen: what is measured, likewise.
    """
    count = sum(len(rows) for rows in learned)
    rows = np.concatenate([*learned, *unseen])
    chances = np.full(len(rows) - count, 1.0 / _SPREAD)
    context = np.zeros(len(rows), dtype=np.int64)
    for column in range(1, rows.shape[1] + 1):
        chances = _interpolated(context, rows[:, 0], count, chances)
        if column < rows.shape[1]:
            context = _numbered(context, rows[:, column])
    return float(-np.log(chances).mean())


def _contexts(lanes: Lanes) -> Tokens:
    """Every token of a piece, and what it is told from, the most telling first [steps × voices, 2 + voices]."""
    steps, voices = lanes.shape
    coded = (lanes.astype(np.int64) + 2 + _SPREAD * np.arange(voices)).reshape(-1)
    padded = np.concatenate([np.full(voices, -1, dtype=np.int64), coded])
    place = np.repeat(np.arange(steps) % STEPS, voices)
    columns = [coded, padded[:-voices], place]
    columns += [padded[voices - back : -back] for back in range(1, voices)]
    return np.stack(columns, axis=1)


def _numbered(context: Tokens, token: Tokens) -> Tokens:
    """A number for every different pair."""
    numbers: Tokens = np.unique(context * (8 * _SPREAD) + token + 1, return_inverse=True)[1].astype(np.int64)
    return numbers


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

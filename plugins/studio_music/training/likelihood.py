"""How surprised a model is by pieces it has not seen: nats per token, in stretches that overlap by half."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from studio_music.training import network
from studio_music.training.grid import STEPS, UNKNOWN_PULSE, Row, key_number, led_in, pulses_of, row_of
from studio_music.training.lanes import Piece


def of_pieces(model: Any, pieces: Sequence[Piece], *, told: bool, check: Callable[[], None] = lambda: None) -> float:
    """Mean negative log-likelihood in nats per token (steps × voices), over all pieces together.

    Args:
        model: the network.
        pieces: whole pieces.
        told: whether the model is told key and phrases; without, the figure compares with published ones.
        check: a cancel point.
    """
    total, count = 0.0, 0
    for piece in pieces:
        check()
        total += of_piece(model, piece, told=told)
        count += piece.lanes.size
    return total / max(1, count)


@torch.inference_mode()
def of_piece(model: Any, piece: Piece, *, told: bool) -> float:
    """Summed negative log-likelihood of a piece in nats.

    The melody's first steps are drawn, too, in the empty steps before the piece (`led_in`), so nothing is given.
    """
    grid = model.grid
    lanes, pulses = led_in(piece.lanes, pulses_of(piece.lanes), grid)
    if not told:
        pulses = np.full_like(pulses, UNKNOWN_PULSE)
    key = key_number(piece.tonic if told else None, minor=piece.minor)
    total, start, seen = 0.0, 0, 0
    while seen < len(pulses):
        quarters = min(grid.quarters, len(pulses) - start)
        row = row_of(grid, lanes, pulses, key, start, quarters)
        losses = network.surprise(model, Row(*(array[None] for array in (row.before, row.ahead, row.told, row.wanted))))
        total += float(losses[0, (seen - start) * STEPS :].sum())
        seen = start + quarters
        start = min(start + max(1, grid.quarters // 2), max(0, len(pulses) - grid.quarters))
    return total

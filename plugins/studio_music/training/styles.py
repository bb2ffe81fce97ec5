"""A classifier of drum styles, to see whether somebody else would hear the style that was asked for.

It looks at stretches of four bars: how often each drum is struck at each sixteenth of the bar, how hard, and how early
or late; never at the tempo, which whoever plays is told. It is a network with one hidden layer and dropout, to which
all styles weigh alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from studio_music.training.strokes import BEAT, DRUMS, OFFSETS, Take, struck

STRETCH = 4
"""Bars that are looked at."""

STEPS, RATE, DECAY = 400, 0.02, 0.02
"""Optimizer steps, learning rate and weight decay."""

HIDDEN = 96
SEED = 7


@dataclass(frozen=True, slots=True)
class Listener:
    """Tells styles apart.

    Attributes:
        styles: their names.
        middle, spread: of each feature in what it learned from.
        network: features to scores.
    """

    styles: tuple[str, ...]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    network: nn.Module

    def style(self, take: Take) -> str:
        """The likeliest style of a take, over all its stretches."""
        rows = (np.stack(features(take)) - self.middle) / self.spread
        with torch.inference_mode():
            scores = self.network(torch.from_numpy(rows).float()).log_softmax(-1).mean(0)
        return self.styles[int(scores.argmax())]


def features(take: Take) -> list[NDArray[np.float64]]:
    """Features of every stretch of a take; at least one."""
    long = STRETCH * take.bar
    count = max(1, len(take.tokens) // long)
    return [_features(take.tokens[at * long : (at + 1) * long], take.bar) for at in range(count)]


def _features(tokens: NDArray[np.int64], bar: int) -> NDArray[np.float64]:
    hit = struck(tokens).astype(np.float64)
    loud = tokens[:, : len(DRUMS)] * hit / 16
    miss = (tokens[:, len(DRUMS) :] - OFFSETS // 2) * hit / OFFSETS
    bars = max(1.0, len(tokens) / bar)
    folded = []
    for values in (hit, loud, miss):
        whole = np.zeros((-(-len(values) // bar) * bar, values.shape[1]))
        whole[: len(values)] = values
        per_place = whole.reshape(-1, bar, values.shape[1]).sum(0) / bars
        place = np.zeros((16, values.shape[1]))
        place[: min(16, bar)] = per_place[:16]
        folded.append(place)
    strokes = np.maximum(1e-6, hit.sum(0))
    return np.concatenate([*(part.ravel() for part in folded), loud.sum(0) / strokes, np.log1p(hit.sum(0) / bars)])


def learn(takes: Sequence[Take], styles: Sequence[str]) -> Listener | None:
    """A classifier of beats, a stretch or longer; None where there are fewer than two styles of them."""
    chosen = [take for take in takes if is_judged(take) and take.style in styles]
    known = tuple(style for style in styles if any(take.style == style for take in chosen))
    if len(known) < 2:
        return None
    rows, labels = [], []
    for take in chosen:
        made = features(take)
        rows += made
        labels += [known.index(take.style)] * len(made)
    table = np.stack(rows)
    middle, spread = table.mean(0), table.std(0) + 0.05
    counts = np.bincount(labels, minlength=len(known))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        scaled = torch.from_numpy((table - middle) / spread).float()
        network = _fitted(scaled, torch.tensor(labels), torch.from_numpy(len(labels) / counts).float())
    return Listener(known, middle, spread, network)


def _fitted(rows: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> nn.Module:
    network = nn.Sequential(
        nn.Dropout(0.3), nn.Linear(rows.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(0.5), nn.Linear(HIDDEN, len(weights))
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    for step in range(STEPS):
        picked = torch.randint(len(rows), (256,))
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(rows[picked]), labels[picked], weights)
        torch.autograd.backward(loss)
        optimizer.step()
    return network.eval()


def is_judged(take: Take) -> bool:
    """Whether a take is a beat long enough to have a style."""
    return take.kind == BEAT and len(take.tokens) >= STRETCH * take.bar


def agreement(listener: Listener, takes: Sequence[Take]) -> float:
    """Share of takes whose style is heard, averaged over the styles that occur."""
    heard = [(take.style, listener.style(take) == take.style) for take in takes]
    styles = {style for style, _ in heard}
    shares = [np.mean([right for style, right in heard if style == one]) for one in styles]
    return float(np.mean(shares)) if shares else 0.0

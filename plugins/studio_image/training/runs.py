"""What the picture trainers share: reproducible beginnings, when to show samples, and what a run will cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import torch
from torch import nn

import studio.sdk as sdk

MOST_SAMPLES = 24
"""Sample sheets of one run, however short its epochs are."""

TIMED = 3
"""Steps that a forecast times, after one that it does not."""

EVALUATION_SHARE, EVALUATION_SECONDS = 0.03, 15.0
"""What measuring takes, beside training, on the machines it was written on."""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Fresh weights that depend on the seed alone; torch's global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def sample_interval(pictures: int, batch: int, steps: int) -> int:
    """Steps between sample sheets: an epoch, or more where that would be too many sheets."""
    return max(1, -(-pictures // batch), -(-steps // MOST_SAMPLES))


def forecast(step: Callable[[], object], steps: int, *networks: nn.Module) -> sdk.Forecast:
    """Time a few steps of training."""
    step()
    started = time.perf_counter()
    for _ in range(TIMED):
        step()
    seconds = (time.perf_counter() - started) / TIMED * steps
    return sdk.Forecast(
        seconds=seconds * (1 + EVALUATION_SHARE) + EVALUATION_SECONDS,
        ram_gb=psutil.Process().memory_info().rss / 2**30,
        vram_gb=torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else 0.0,
        steps=steps,
        parameters=sum(weight.numel() for network in networks for weight in network.parameters()),
    )


def model_folder(ctx: sdk.TrainingContext) -> Path:
    """An empty folder for the finished model."""
    folder = ctx.tmp / "model"
    folder.mkdir(parents=True)
    return folder

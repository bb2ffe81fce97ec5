"""What the picture trainers share: reproducible beginnings, when to show samples, and what a run will cost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import torch
from torch import nn

import studio.sdk as sdk
from studio.sdk.training import Loop
from studio.sdk.training.loop import TIMED_STEPS

MOST_SAMPLES = 24
"""Sample sheets of one run, however short its epochs are."""

TIMING_SECONDS = 30.0
"""No step more is timed for a forecast after this long."""

Result = TypeVar("Result")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Fresh weights that depend on the seed alone; torch's global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def sample_interval(pictures: int, batch: int, steps: int) -> int:
    """Steps between sample sheets: an epoch, or more where that would be too many sheets."""
    return max(1, -(-pictures // batch), -(-steps // MOST_SAMPLES))


def sample_sheets(pictures: int, batch: int, steps: int) -> int:
    """Sample sheets of a run, the last one included."""
    return -(-steps // sample_interval(pictures, batch, steps))


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """What `call` gives, and the seconds it took."""
    begun = time.perf_counter()
    return call(), time.perf_counter() - begun


def seconds_per_step(loop: Loop, learn: Callable[[], Mapping[str, Any]], period: int = 1) -> float:
    """Take a few steps of a run as the run itself would, curves and averages included, and time them.

    Args:
        loop: of the run; it has moved on afterwards.
        learn: one step; gives what is drawn as curves.
        period: steps after which a costlier one comes round; so many are timed.
    """
    spent: list[float] = []
    for _ in loop:
        begun = time.perf_counter()
        deque(loop.report(**learn()), maxlen=0)
        spent.append(time.perf_counter() - begun)
        if len(spent) > max(TIMED_STEPS, period) or (len(spent) > TIMED_STEPS and sum(spent) > TIMING_SECONDS):
            break
    # the first step allocates and is slower than all that follow
    counted = spent[1:] or spent
    return sum(counted) / max(1, len(counted))


def forecast(steps: int, seconds: float, *networks: nn.Module) -> sdk.Forecast:
    """What a run of so many steps and seconds costs, by what this process needed so far."""
    return sdk.Forecast(
        seconds=seconds,
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

"""What the picture trainers share: reproducible beginnings, when to show samples, and what a run will cost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import torch
from torch import nn

import studio.sdk as sdk
from studio.sdk.training import Loop
from studio.sdk.training.loop import TIMED_STEPS

LOOKS = 24
"""Sample sheets that are spread over a run, however short its epochs are."""

EARLY = 12
"""Epochs at the beginning, when most changes, each of which is shown even where sheets are farther apart later."""

TIMING_SECONDS = 30.0
"""No step more is timed for a forecast after this long."""

Result = TypeVar("Result")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Fresh weights that depend on the seed alone; torch's global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@dataclass(frozen=True, slots=True)
class Showings:
    """After which steps of a run samples are shown: known before it begins, so that a resumed run shows the same.

    An epoch of a few hundred pictures is a few steps, and a sheet costs as much as two or three of them. Each of the
    first epochs is shown, after that as many as are worth their time, and no run keeps more than `EARLY` + `LOOKS`.

    Attributes:
        epoch: steps in which every picture is seen once.
        every: steps between the looks that count, some epochs: a run may stop early by what they find.
        steps: of the run; the last one is a look, too.
        early: epochs at the beginning that are shown one by one.
    """

    epoch: int
    every: int
    steps: int
    early: int

    @classmethod
    def of(cls, pictures: int, batch: int, steps: int, *, early: int = EARLY) -> Showings:
        """For a run over so many pictures."""
        epoch = max(1, -(-pictures // batch))
        return cls(epoch, -(-steps // (LOOKS * epoch)) * epoch, steps, early)

    def is_look(self, step: int) -> bool:
        """Whether a look at held-out pictures is due after this many steps."""
        return step % self.every == 0 or step == self.steps

    def is_due(self, step: int) -> bool:
        """Whether samples are shown after this many steps."""
        return self.is_look(step) or (step <= self.early * self.epoch and step % self.epoch == 0)

    @property
    def count(self) -> int:
        """Sample sheets of the run."""
        early = range(self.epoch, min(self.steps - 1, self.early * self.epoch) + 1, self.epoch)
        return -(-self.steps // self.every) + sum(not self.is_look(step) for step in early)


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

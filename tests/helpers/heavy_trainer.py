"""A trainer whose steps cost what those of a small picture model cost, taken in turns with bare ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from studio import sdk

STEPS, WARM_UP, BATCH, SIDE = 200, 20, 16, 32
"""Steps of a run, those at its start that do not count, pictures a step, and pixels a side."""


def network() -> Any:
    """Convolutions down and up again."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(64, 64, 3, padding=1), nn.SiLU(), nn.Upsample(scale_factor=2), nn.Conv2d(64, 3, 3, padding=1),
    )  # fmt: skip


class Bare:
    """One step of the loop as a tutorial writes it."""

    def __init__(self, pictures: Any) -> None:
        import numpy as np
        import torch

        from studio.sdk.training import mixed_precision

        self._model = mixed_precision(
            network(), "cpu"
        )  # as the loop does it, or the processor's units would be compared
        self._pictures, self._random = pictures, np.random.default_rng(0)
        self._optimizer = torch.optim.AdamW(self._model.parameters(), lr=1e-3)

    def step(self) -> None:
        """Draw, predict, learn, and look at the loss, as every loop does now and then."""
        import torch

        loss = loss_of(self._model, self._pictures, self._random)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        float(loss.detach())


def loss_of(model: Any, pictures: Any, random: Any) -> Any:
    """Mean squared error of taking noise away."""
    import torch

    chosen = pictures[random.integers(0, len(pictures), BATCH)]
    return (model(chosen + 0.3 * torch.randn_like(chosen)) - chosen).square().mean()


class TrainHeavy(sdk.Trainer):
    """Learns to take noise away, and says how long its steps and the bare ones between them took."""

    id = "test.heavy.train"
    title = "Heavy trainer"
    teaches = "image.heavy"
    makes = (sdk.Image,)
    needs = sdk.Needs(modules=("torch",))

    class Params(sdk.Params):
        """What can be set."""

        data: sdk.Dataset = sdk.dataset("image", label="Pictures")

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """A bare step, then one through the studio's loop with all that host and worker do about it."""
        import torch
        from safetensors.torch import save_file

        from studio.sdk.training import Loop

        torch.set_num_threads(1)
        model, pictures = network(), torch.rand(64, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
        loop = Loop(ctx, {"model": model}, {"model": torch.optim.AdamW(model.parameters(), lr=1e-3)}, steps=STEPS)
        bare = Bare(pictures)
        times: list[tuple[float, float]] = []
        marks = (0.0, 0.0)
        for _ in loop:
            now = time.perf_counter()
            if marks[1]:
                times.append((marks[1] - marks[0], now - marks[1]))
            bare.step()
            marks = (now, time.perf_counter())
            loss = loss_of(loop.modules["model"], pictures, loop.random)
            loop.learn("model", loss)
            yield from loop.report(loss=loss.detach())
        yield from loop.finish()
        folder = ctx.tmp / "model"
        folder.mkdir()
        save_file(dict(model.state_dict()), folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps({}))
        yield sdk.TrainedModel(folder, facts={"seconds": [list(pair) for pair in times[WARM_UP:]]})

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Unknown here."""
        del params, ctx
        return sdk.Forecast(seconds=0.0, ram_gb=0.5, steps=STEPS)

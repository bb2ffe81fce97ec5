"""A trainer whose steps cost what those of a small picture model cost, and the same loop written out bare."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from studio import sdk

STEPS, WARM_UP, BATCH, SIDE = 160, 20, 16, 32
"""Steps of a run, those at its start that do not count, pictures a step, and pixels a side."""


def network() -> Any:
    """Three convolutions down and up again."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(64, 64, 3, padding=1), nn.SiLU(), nn.Upsample(scale_factor=2), nn.Conv2d(64, 3, 3, padding=1),
    )  # fmt: skip


def loss_of(model: Any, pictures: Any, random: Any) -> Any:
    """Mean squared error of taking noise away."""
    import torch

    chosen = pictures[random.integers(0, len(pictures), BATCH)]
    return (model(chosen + 0.3 * torch.randn_like(chosen)) - chosen).square().mean()


def pictures() -> Any:
    """64 pictures of noise, [64, 3, side, side]."""
    import torch

    return torch.rand(64, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def bare_steps() -> tuple[float, float]:
    """Seconds a step of the loop as a tutorial writes it: by the clock, and of this process's processor time."""
    import numpy as np
    import torch

    torch.set_num_threads(1)
    model, data, random = network(), pictures(), np.random.default_rng(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    begun, worked = 0.0, 0.0
    for step in range(STEPS):
        if step == WARM_UP:
            begun, worked = time.perf_counter(), time.process_time()
        loss = loss_of(model, data, random)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            float(loss.detach())  # what is printed now and then
    counted = STEPS - WARM_UP
    return (time.perf_counter() - begun) / counted, (time.process_time() - worked) / counted


class TrainHeavy(sdk.Trainer):
    """Learns to take noise away, and says how long a step took."""

    id = "test.heavy.train"
    title = "Heavy trainer"
    teaches = "image.heavy"
    makes = (sdk.Image,)
    needs = sdk.Needs(modules=("torch",))

    class Params(sdk.Params):
        """What can be set."""

        data: sdk.Dataset = sdk.dataset("image", label="Pictures")

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """The same steps through the studio's loop."""
        import torch
        from safetensors.torch import save_file

        from studio.sdk.training import Loop

        torch.set_num_threads(1)
        model, data = network(), pictures()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        loop = Loop(ctx, {"model": model}, {"model": optimizer}, steps=STEPS)
        begun, worked = 0.0, 0.0
        for step in loop:
            if step == WARM_UP:
                begun, worked = time.perf_counter(), time.process_time()
            loss = loss_of(loop.modules["model"], data, loop.random)
            loop.learn("model", loss)
            yield from loop.report(loss=loss.detach())
        counted = STEPS - WARM_UP
        seconds = (time.perf_counter() - begun) / counted, (time.process_time() - worked) / counted
        yield from loop.finish()
        folder = ctx.tmp / "model"
        folder.mkdir()
        save_file(dict(model.state_dict()), folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps({}))
        yield sdk.TrainedModel(folder, facts={"seconds_per_step": list(seconds)})

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Unknown here."""
        del params, ctx
        return sdk.Forecast(seconds=0.0, ram_gb=0.5, steps=STEPS)

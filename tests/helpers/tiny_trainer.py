"""A trainer small enough for tests: a linear map learns the mean brightness of pictures of one colour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio import sdk


class TrainTiny(sdk.Trainer):
    """Learns to tell how bright a number is."""

    id = "test.tiny.train"
    title = "Tiny trainer"
    teaches = "image.tiny"
    makes = (sdk.Image,)
    needs = sdk.Needs(modules=("torch",))

    class Params(sdk.Params):
        """What can be set."""

        data: sdk.Dataset = sdk.dataset("image", label="Pictures")
        steps: int = sdk.integer(60, min=1, max=100_000, label="Steps")
        pause: float = sdk.number(0.0, min=0, max=1, unit="s", label="Pause after each step")

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Fit y = mean(x)."""
        import time

        import numpy as np
        import torch
        from safetensors.torch import save_file

        from studio.sdk.training import Loop, Schedule

        torch.manual_seed(ctx.seed)
        model = torch.nn.Sequential(torch.nn.Linear(16, 8), torch.nn.GELU(), torch.nn.Linear(8, 1))
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.03)
        loop = Loop(ctx, {"model": model}, {"model": optimizer}, steps=params.steps, average=0.9, schedule=Schedule())
        for step in loop:
            x = torch.from_numpy(loop.random.random((32, 16)).astype("float32")) + torch.rand(32, 16) * 0.01
            loss = (loop.modules["model"](x).squeeze(1) - x.mean(1)).square().mean()
            loop.learn("model", loss)
            yield from loop.report(loss=loss.detach())
            if (step + 1) % 20 == 0:
                shade = loop.averaged["model"](torch.full((1, 16), 0.5)).item()
                yield sdk.Sample(step + 1, sdk.Image(np.full((8, 8, 3), np.clip(shade, 0, 1) * 255, np.uint8)))
            time.sleep(params.pause)
        yield from loop.finish()
        folder = ctx.tmp / "model"
        folder.mkdir()
        save_file(
            {name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors"
        )
        (folder / "config.json").write_text(json.dumps({"width": 8}))
        x = torch.linspace(0, 1, 512).reshape(
            32, 16
        )  # what follows the loop must not need it: it may resume at the end
        loss = (model(x).squeeze(1) - x.mean(1)).square().mean()
        measure = sdk.Measure("loss", float(loss.detach()), 0.1, "the mean", meaning="How far off it is.")
        evaluation = sdk.Evaluation((measure,), limits=("It knows only grey.",), intended_use="Tests.")
        yield sdk.TrainedModel(folder, evaluation, {"pictures": len(params.data.training)})

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """A guess by arithmetic: the model is too small to be worth timing."""
        del ctx
        return sdk.Forecast(
            seconds=params.steps * (0.001 + params.pause), ram_gb=0.4, steps=params.steps, parameters=145
        )


class Plugin:
    """Offers it."""

    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        """The one trainer."""
        return [TrainTiny]


def dataset_in(folder: Path, count: int = 4) -> sdk.Dataset:
    """A prepared dataset of `count` pictures of one grey each, written to `folder`."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True)
    items = []
    for index in range(count):
        path = folder / f"{index}.png"
        Image.fromarray(np.full((8, 8), 40 * index, np.uint8)).save(path)
        items.append(sdk.DatasetItem(path, caption=f"grey {index}", source=str(index), held_out=index == 0))
    dataset = sdk.Dataset(folder.name, "image", folder, tuple(items), digest="0" * 64, card={"title": "Greys"})
    (folder / "dataset.json").write_text(json.dumps(dataset.to_json()))
    return dataset

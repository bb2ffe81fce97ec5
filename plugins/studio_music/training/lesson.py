"""The course of a training run of any kind of music: data, steps, samples on the way, and the judgement at the end."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar

import studio.sdk as sdk
from studio.sdk.training import Loop, Schedule
from studio.sdk.training.loop import TIMED_STEPS, folder_of
from studio_music.training import network
from studio_music.training.grid import Row
from studio_music.training.layout import Layout

if TYPE_CHECKING:
    import numpy as np

AVERAGE = 0.99
"""Decay of the weights' moving average per step."""

LOOKS = 5
"""How often within a run the held-out pieces are measured and a sample is written."""

LOOKED_AT = 12
"""Held-out pieces that are measured during a run; all of them at its end."""

Batch: TypeAlias = "Callable[[int, np.random.Generator], Row]"
"""Draws so many rows."""

Read = TypeVar("Read")
Raster = TypeVar("Raster", bound=Layout)


@dataclass(frozen=True)
class Course(ABC, Generic[Read, Raster]):
    """What a run learns from, and how its model is shown and judged.

    Attributes:
        layout: what the tokens of such models mean.
        learned, held_out: what was read of the dataset.
        grid: the layout that fits it.
    """

    layout: ClassVar[type[Layout]]

    learned: tuple[Read, ...]
    held_out: tuple[Read, ...]
    grid: Raster

    @classmethod
    @abstractmethod
    def prepare(cls, params: Any, ctx: sdk.TrainingContext, grid: Raster | None) -> Self:
        """Read the dataset, for the grid of the model to start from if there is one.

        Raises:
            UserError: there is nothing to learn from.
        """

    @abstractmethod
    def rows(self) -> Batch:
        """What draws the rows of a step."""

    @abstractmethod
    def metric(self, model: Any, step: int, check: Callable[[], None]) -> sdk.Metric:
        """How surprised a model is, after so many steps, by some of what was held out."""

    @abstractmethod
    def sample(self, model: Any, check: Callable[[], None]) -> sdk.Score:
        """What a model writes, always from the same seed."""

    @abstractmethod
    def evaluate(self, model: Any, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
        """Everything the report shows; its files go to `folder`."""

    def judging_seconds(self, model: Any, ctx: sdk.TrainingContext) -> float:  # noqa: ARG002 - most need not ask it
        """About how long `evaluate` takes, its look at held-out pieces left out."""
        return 60.0

    def facts(self) -> dict[str, sdk.Json]:
        """What generators need to know of the model without loading it."""
        return {}

    def look(self, model: Any, step: int, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson]:
        """The held-out loss and one sample."""
        if self.held_out:
            yield self.metric(model, step, ctx.check)
        yield sdk.Sample(step, self.sample(model, ctx.check))


def read_all(
    items: Sequence[sdk.DatasetItem], read: Callable[[sdk.DatasetItem], Read], ctx: sdk.TrainingContext
) -> tuple[Read, ...]:
    """What `read` makes of every file; those it cannot read are left out and told."""
    found = []
    for item in items:
        ctx.check()
        try:
            found.append(read(item))
        except (OSError, ValueError):
            ctx.log(f"{item.path.name} could not be read and is left out.")
    return tuple(found)


def teach(
    kind: type[Course[Any, Any]], params: Any, ctx: sdk.TrainingContext
) -> Iterator[sdk.Lesson | sdk.Result]:  # fmt: skip
    """Learn, with curves and samples on the way; at the end the model with its evaluation."""
    course, fresh = _begun(kind, params, ctx)
    batch = course.rows()
    loop = Loop(
        ctx, {"model": fresh}, network.optimizers(fresh, params.learning_rate), steps=params.steps, average=AVERAGE,
        schedule=Schedule(warmup=0.02, decay=0.5), patience=params.stop_early,
    )  # fmt: skip
    model = loop.modules["model"].train()
    for _ in loop:
        loss = network.loss_of(model, batch(params.batch, loop.random))
        loop.learn(("muon", "adamw"), loss)
        yield from loop.report(loss=loss.detach(), message="Learning")
        if (loop.step + 1) * LOOKS // params.steps > loop.step * LOOKS // params.steps and loop.is_main:
            yield from loop.look(course.look(network.at_hand(loop.averaged["model"]), loop.step + 1, ctx))
    yield from loop.finish()
    if loop.is_main:
        yield _finished(course, loop.averaged["model"], ctx)


def forecast(kind: type[Course[Any, Any]], params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
    """Time a few steps of the very network on the very data."""
    course, model = _begun(kind, params, ctx)
    batch = course.rows()
    loop = Loop(ctx, {"model": model.train()}, network.optimizers(model, params.learning_rate), steps=1 + TIMED_STEPS)
    begun = time.monotonic()
    for step in loop:
        if step == 1:
            begun = time.monotonic()
        loop.learn(("muon", "adamw"), network.loss_of(loop.modules["model"], batch(params.batch, loop.random)))
    seconds = (time.monotonic() - begun) / TIMED_STEPS
    weights = _size(model)
    ram = 0.6 + 24e-9 * weights + 40e-9 * params.batch * model.grid.memory * model.width * model.layers
    vram = ram if ctx.device != "cpu" else 0.0
    spent = params.steps * seconds * 1.05 + course.judging_seconds(network.at_hand(model).eval(), ctx)
    spent += 0.3 * seconds * len(course.held_out)
    return sdk.Forecast(spent, ram, vram, params.steps, weights)


def _begun(
    kind: type[Course[Any, Any]], params: Any, ctx: sdk.TrainingContext
) -> tuple[Course[Any, Any], network.ScoreModel]:
    """What to learn from, and the network that learns: a fresh one, or the one to start from."""
    start = _start(kind.layout, params, ctx)
    course = kind.prepare(params, ctx, None if start is None else start.grid)
    return course, start or network.build(course.grid, params.width, params.layers, ctx.seed)


def _start(layout: type[Layout], params: Any, ctx: sdk.TrainingContext) -> network.ScoreModel | None:
    if not params.start_from:
        return None
    try:
        return network.load(ctx.model(params.start_from), layout).requires_grad_(requires_grad=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise sdk.UserError(
            "The model to start from cannot be read.", param="start_from", hint="Choose another one."
        ) from error


def _finished(course: Course[Any, Any], model: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    folder = folder_of(ctx, "model")
    network.save(model, folder)
    return sdk.TrainedModel(
        folder, course.evaluate(network.at_hand(model), folder, ctx), {**course.facts(), "parameters": _size(model)}
    )  # fmt: skip


def _size(model: Any) -> int:
    return sum(weight.numel() for weight in model.parameters())

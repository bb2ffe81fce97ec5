"""What a drum model learns from, and how it is shown while it learns."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import studio.sdk as sdk
from studio_music.training import drum_judging, strokes
from studio_music.training.lesson import LOOKED_AT, Batch, Course, read_all
from studio_music.training.strokes import DrumGrid, Take
from studio_music.training.takes import DrumRows


class DrumCourse(Course[Take, DrumGrid]):
    """Takes of a drummer."""

    layout = DrumGrid

    @classmethod
    def prepare(cls, params: Any, ctx: sdk.TrainingContext, grid: DrumGrid | None) -> DrumCourse:
        """Read the takes."""

        def read(item: sdk.DatasetItem) -> Take:
            return strokes.read_take(item.path, item.caption)

        learned, held_out = read_all(params.data.training, read, ctx), read_all(params.data.held_out, read, ctx)
        if not learned:
            raise sdk.UserError(
                "The dataset has no drums to learn from.", param="data", hint="Add MIDI files with drums on channel 10."
            )
        return cls(learned, held_out, grid or strokes.grid_for(learned, params.bars))

    def rows(self) -> Batch:
        """Stretches of takes, with fills set into beats."""
        return DrumRows(self.grid, self.learned).batch

    def metric(self, model: Any, step: int, check: Callable[[], None]) -> sdk.Metric:
        """Told style, kind, tempo and business."""
        some = self.held_out[:LOOKED_AT]
        return sdk.Metric(
            "held-out nats per step", step, drum_judging.nats_per_step(model, some, told=True, check=check)
        )  # fmt: skip

    def sample(self, model: Any, check: Callable[[], None]) -> sdk.Score:
        """The first of the takes that are judged."""
        return drum_judging.score_of(drum_judging.write(model, self, 0, check), "sample")

    def evaluate(self, model: Any, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
        """Everything the report shows."""
        return drum_judging.evaluate(model, self, folder, ctx)

    def judging_seconds(self, model: Any, ctx: sdk.TrainingContext) -> float:
        """Nearly all of it is writing the takes that are judged; one is written to see."""
        begun = time.monotonic()
        drum_judging.write(model, self, 0, ctx.check)
        return 10.0 + drum_judging.written(self) * (time.monotonic() - begun)

    def facts(self) -> dict[str, sdk.Json]:
        """Which styles it knows."""
        return {"styles": list(self.grid.styles)}

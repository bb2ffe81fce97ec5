"""What a score model learns from, and how it is shown while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import studio.sdk as sdk
from studio_music.training import judging, lanes, likelihood
from studio_music.training.grid import Grid
from studio_music.training.lanes import Piece
from studio_music.training.lesson import LOOKED_AT, Batch, Course, read_all
from studio_music.training.rows import Rows, grid_for


class ScoreCourse(Course[Piece, Grid]):
    """Pieces of several voices."""

    layout = Grid

    @classmethod
    def prepare(cls, params: Any, ctx: sdk.TrainingContext, grid: Grid | None) -> ScoreCourse:
        """Read the scores."""
        voices = params.voices if grid is None else grid.voices

        def read(item: sdk.DatasetItem) -> Piece:
            return lanes.read_piece(item.path, voices)

        learned, held_out = read_all(params.data.training, read, ctx), read_all(params.data.held_out, read, ctx)
        if not learned:
            raise sdk.UserError(
                "The dataset has no music to learn from.", param="data", hint="Add MIDI files with pitched notes."
            )
        if grid is None:
            repeats = lanes.has_repeats(learned)
            grid = grid_for(learned, lookahead=params.lookahead, quarters=params.quarters, repeats=repeats)
        return cls(learned, held_out, grid)

    def rows(self) -> Batch:
        """Stretches of pieces, transposed."""
        return Rows(self.grid, self.learned).batch

    def metric(self, model: Any, step: int, check: Callable[[], None]) -> sdk.Metric:
        """Told neither key nor phrases."""
        some = self.held_out[:LOOKED_AT]
        return sdk.Metric("held-out loss", step, likelihood.of_pieces(model, some, told=False, check=check))

    def sample(self, model: Any, check: Callable[[], None]) -> sdk.Score:
        """The first of the pieces that are judged."""
        return judging.score_of(judging.write(model, self, 0, check))

    def evaluate(self, model: Any, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
        """Everything the report shows."""
        return judging.evaluate(model, self, folder, ctx)

    def facts(self) -> dict[str, sdk.Json]:
        """How many voices, and how high and low they go."""
        grid = self.grid
        return {"voices": grid.voices, "low": list(grid.low), "high": list(grid.high), "repeats": grid.repeats}

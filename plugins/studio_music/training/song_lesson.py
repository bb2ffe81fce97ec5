"""What a song model learns from, and how it is shown while it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import studio.sdk as sdk
from studio_music.training import song_judging, songs
from studio_music.training.lesson import LOOKED_AT, Batch, Course, read_all
from studio_music.training.song_rows import SongRows
from studio_music.training.songs import Song, SongGrid


class SongCourse(Course[Song, SongGrid]):
    """Songs in C."""

    layout = SongGrid

    @classmethod
    def prepare(cls, params: Any, ctx: sdk.TrainingContext, grid: SongGrid | None) -> SongCourse:
        """Read the songs."""

        def read(item: sdk.DatasetItem) -> Song:
            return songs.read_song(item.path)

        learned, held_out = read_all(params.data.training, read, ctx), read_all(params.data.held_out, read, ctx)
        if not learned:
            raise sdk.UserError(
                "The dataset has no music to learn from.", param="data", hint="Add MIDI files with pitched notes."
            )
        return cls(learned, held_out, grid or songs.grid_for(learned, params.lookahead, params.quarters))

    def rows(self) -> Batch:
        """Stretches of bars."""
        return SongRows(self.grid, self.learned).batch

    def metric(self, model: Any, step: int, check: Callable[[], None]) -> sdk.Metric:
        """Told all that it is told when it writes."""
        some = self.held_out[:LOOKED_AT]
        return sdk.Metric("held-out loss", step, song_judging.nats_per_token(model, some, told=True, check=check))

    def sample(self, model: Any, check: Callable[[], None]) -> sdk.Score:
        """The first of the songs that are judged."""
        return song_judging.score_of(song_judging.write(model, self, 0, check))

    def evaluate(self, model: Any, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
        """Everything the report shows."""
        return song_judging.evaluate(model, self, folder, ctx)

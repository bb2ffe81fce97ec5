"""`studio.music.train-song`: teach a small transformer to write songs with piano from the artist's own scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import studio.sdk as sdk

FAMILY = "music.song"
"""Models that write songs with piano, see `studio_music.training.songs`."""


class TrainSong(sdk.Trainer):
    """Teaches a small transformer to write songs for a voice and piano in the manner of yours.

    It reads MIDI files: a part called voice or melody (else the highest part), and both hands of the piano. It learns
    melody, harmony and figures of the accompaniment in sixteenths, told key, metre, mode, density, tempo and where the
    singer's phrases end. A hundred songs of one kind are a beginning.
    """

    id = "studio.music.train-song"
    title = "Song writer"
    teaches = FAMILY
    makes = (sdk.Score,)
    needs = sdk.Needs(ram_gb=1.8, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Your songs", {}, 1),
        sdk.Example("A few songs", {"steps": 200, "width": 128, "layers": 3}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files with a voice and a piano.")
        steps: int = sdk.integer(
            800, min=1, max=100_000, label="Steps", help="More steps learn more, until the model begins to copy."
        )
        learning_rate: float = sdk.number(
            0.01, min=0.00001, max=0.1, step=0.001, label="Learning rate", group="Network", advanced=True
        )
        batch: int = sdk.integer(
            8, min=1, max=256, label="Rows per step", group="Network", advanced=True,
            help="How many stretches of music each step learns from.",
        )  # fmt: skip
        width: int = sdk.integer(160, min=32, max=1024, step=32, label="Width", group="Network", advanced=True)
        layers: int = sdk.integer(4, min=1, max=24, label="Layers", group="Network", advanced=True)
        quarters: int = sdk.integer(
            48, min=4, max=256, label="Memory", unit="beats", group="Network", advanced=True,
            help="How far back the model looks, quarter notes.",
        )  # fmt: skip
        lookahead: int = sdk.integer(
            2, min=1, max=16, label="Melody ahead", unit="beats", group="Network", advanced=True,
            help="How far ahead the lower voices know the melody, quarter notes.",
        )  # fmt: skip

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Read the scores, learn, then judge the result on what was held out."""
        from studio_music.training import song_lesson

        yield from song_lesson.teach(params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network and time a few steps."""
        from studio_music.training import song_lesson

        return song_lesson.forecast(params, ctx)

"""`studio.music.train-score`: teach a small transformer to write music from the artist's own scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import studio.sdk as sdk

FAMILY = "music.score"
"""Models that write scores on the token grid."""


class TrainScore(sdk.Trainer):
    """Teaches a small transformer to write music in the manner of your scores: chorales, songs, counterpoint.

    It reads MIDI files onto a raster of sixteenths with a few voices, learns which note follows which, and can
    afterwards compose such pieces or harmonise a melody. A few hundred pieces of one kind are enough. Everything is
    transposed while it learns, as far as the voices' ranges allow.
    """

    id = "studio.music.train-score"
    title = "Score writer"
    teaches = FAMILY
    makes = (sdk.Score,)
    needs = sdk.Needs(ram_gb=1.5, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Four-part chorales", {"voices": 4}, 1),
        sdk.Example("Two-part inventions", {"voices": 2, "lookahead": 2}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files, best of one kind of music.")
        voices: int = sdk.integer(
            4, min=1, max=6, label="Voices",
            help="Files with as many parts keep them; others are split by height, the highest note first.",
        )  # fmt: skip
        steps: int = sdk.integer(
            600, min=1, max=100_000, label="Steps", help="More steps learn more, until the model begins to copy."
        )
        learning_rate: float = sdk.number(
            0.012, min=0.00001, max=0.1, step=0.001, label="Learning rate", group="Network", advanced=True
        )
        batch: int = sdk.integer(
            12, min=1, max=256, label="Rows per step", group="Network", advanced=True,
            help="How many stretches of music each step learns from.",
        )  # fmt: skip
        width: int = sdk.integer(192, min=32, max=1024, step=32, label="Width", group="Network", advanced=True)
        layers: int = sdk.integer(4, min=1, max=24, label="Layers", group="Network", advanced=True)
        quarters: int = sdk.integer(
            32, min=4, max=256, label="Memory", unit="beats", group="Network", advanced=True,
            help="How far back the model looks, quarter notes.",
        )  # fmt: skip
        lookahead: int = sdk.integer(
            4, min=1, max=16, label="Melody ahead", unit="beats", group="Network", advanced=True,
            help="How far ahead the lower voices know the melody, quarter notes.",
        )  # fmt: skip

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Read the scores, learn, then judge the result on what was held out."""
        from studio_music.training import lesson

        yield from lesson.teach(params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network and time a few steps."""
        from studio_music.training import lesson

        return lesson.forecast(params, ctx)

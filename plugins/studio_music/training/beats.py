"""`studio.music.train-drums`: teach a small transformer to play drums from the artist's own takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import studio.sdk as sdk

FAMILY = "music.drums"
"""Models that play drums, see `studio_music.training.strokes`."""


class TrainDrums(sdk.Trainer):
    """Teaches a small transformer to play drums in the manner of your takes: strokes, force and timing.

    It reads MIDI files with drums (channel 10). Each file's caption says its style, and may end with “beat” or “fill”:
    “funk beat”, “jazz fill”. It learns which drums are struck on every sixteenth, how hard, and by how much the
    player is ahead of or behind the beat. A few hundred bars are enough.
    """

    id = "studio.music.train-drums"
    title = "Drummer"
    teaches = FAMILY
    makes = (sdk.Score,)
    needs = sdk.Needs(ram_gb=1.5, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Your drum grooves", {}, 1),
        sdk.Example("A few takes", {"steps": 200, "width": 128, "layers": 3}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files with drums; captions say the style.")
        steps: int = sdk.integer(
            400, min=1, max=100_000, label="Steps", help="More steps learn more, until the model begins to copy."
        )
        learning_rate: float = sdk.number(
            0.01, min=0.00001, max=0.1, step=0.001, label="Learning rate", group="Network", advanced=True
        )
        batch: int = sdk.integer(
            12, min=1, max=256, label="Rows per step", group="Network", advanced=True,
            help="How many stretches of music each step learns from.",
        )  # fmt: skip
        width: int = sdk.integer(192, min=32, max=1024, step=32, label="Width", group="Network", advanced=True)
        layers: int = sdk.integer(4, min=1, max=24, label="Layers", group="Network", advanced=True)
        bars: int = sdk.integer(
            8, min=1, max=64, label="Bars remembered", group="Network", advanced=True,
            help="How far back the model looks.",
        )  # fmt: skip

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Read the takes, learn, then judge the result on what was held out."""
        from studio_music.training import drum_lesson

        yield from drum_lesson.teach(params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network and time a few steps."""
        from studio_music.training import drum_lesson

        return drum_lesson.forecast(params, ctx)

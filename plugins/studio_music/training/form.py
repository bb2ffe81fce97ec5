"""What the trainers of music have in common: most of their forms, and how they run. Imports nothing heavy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_music.training.lesson import Course

NEW = {"start_from": ""}
"""When what gives a model its shape matters."""


class MusicTrainer(sdk.Trainer):
    """A trainer of models that write music on a raster; subclasses say what is read and judged."""

    makes = (sdk.Score,)

    @abstractmethod
    def course(self) -> type[Course[Any, Any]]:
        """What its runs learn from."""

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Read the files, learn, then judge the result on what was held out."""
        from studio_music.training import lesson

        yield from lesson.teach(self.course(), params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network and time a few steps."""
        from studio_music.training import lesson

        return lesson.forecast(self.course(), params, ctx)


def start_from(family: str) -> str:
    """A model to go on from."""
    return sdk.choice(
        "", [("", "A new model")], source=f"models:{family}", label="Start from",
        help="Go on teaching a model instead of beginning with a new one. It keeps its size and how far it looks.",
    )  # fmt: skip


def steps(default: int) -> int:
    """Length of the run."""
    return sdk.integer(
        default, min=1, max=100_000, label="Steps", help="More steps learn more, until the model begins to copy."
    )


def learning_rate(default: float) -> float:
    """Peak rate of the matrices between hidden states."""
    return sdk.number(
        default, min=0.00001, max=0.1, step=0.001, label="Learning rate", group="Network", advanced=True,
        help="How far one step may change the model. Use about a tenth when you go on from a model.",
    )  # fmt: skip


def batch(default: int) -> int:
    """Rows a step."""
    return sdk.integer(
        default, min=1, max=256, label="Rows per step", group="Network", advanced=True,
        help="How many stretches of music each step learns from.",
    )  # fmt: skip


def width(default: int) -> int:
    """Width of the hidden states."""
    return sdk.integer(
        default, min=32, max=1024, step=32, label="Width", group="Network", advanced=True, when=NEW
    )  # fmt: skip


def layers() -> int:
    """Layers of the transformer."""
    return sdk.integer(4, min=1, max=24, label="Layers", group="Network", advanced=True, when=NEW)


def quarters(default: int) -> int:
    """Length of a row."""
    return sdk.integer(
        default, min=4, max=256, label="Memory", unit="beats", group="Network", advanced=True, when=NEW,
        help="How far back the model looks, quarter notes.",
    )  # fmt: skip


def lookahead(default: int) -> int:
    """How far ahead the melody is drawn."""
    return sdk.integer(
        default, min=1, max=16, label="Melody ahead", unit="beats", group="Network", advanced=True, when=NEW,
        help="How far ahead the lower voices know the melody, quarter notes.",
    )  # fmt: skip

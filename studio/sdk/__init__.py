"""All that a plugin may import: ``import studio.sdk as sdk``.

Importing it needs only the standard library and pluggy's markers and takes a few milliseconds. What is listed in
``__all__`` is API 1: names are added, never removed or changed, without two minor versions of warning.

A name is looked up in its module when it is first asked for: the window starts with the fields and descriptions alone,
and does not wait for what only a running generator or trainer needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.sdk.artifacts import (
        ARTIFACTS,
        Artifact,
        Audio,
        AudioChunk,
        Delta,
        Image,
        Mesh,
        Note,
        Result,
        Score,
        Text,
        TextDelta,
        Track,
        Video,
        VideoFrame,
    )
    from studio.sdk.context import Context
    from studio.sdk.datasets import DATASET_KINDS, Dataset, DatasetItem, read_text
    from studio.sdk.errors import Cancelled, OutOfMemory, ParameterError, UserError
    from studio.sdk.generator import API_VERSION, Example, Generator, GeneratorSpec, Needs
    from studio.sdk.hookspecs import ENTRY_POINT_GROUP, hookimpl
    from studio.sdk.parameters import (
        SEED_LIMIT,
        Field,
        Json,
        Option,
        Params,
        audio,
        check_values,
        choice,
        color,
        dataset,
        file,
        folder,
        image,
        integer,
        mask,
        mesh,
        number,
        prompt,
        score,
        secret,
        seed,
        size,
        text,
        text_in,
        toggle,
        video,
    )
    from studio.sdk.trainer import (
        Checkpoint,
        Evaluation,
        Forecast,
        Lesson,
        Measure,
        Metric,
        Neighbour,
        Sample,
        TrainedModel,
        Trainer,
        TrainingContext,
    )

__all__ = [
    "API_VERSION",
    "ARTIFACTS",
    "DATASET_KINDS",
    "ENTRY_POINT_GROUP",
    "SEED_LIMIT",
    "Artifact",
    "Audio",
    "AudioChunk",
    "Cancelled",
    "Checkpoint",
    "Context",
    "Dataset",
    "DatasetItem",
    "Delta",
    "Evaluation",
    "Example",
    "Field",
    "Forecast",
    "Generator",
    "GeneratorSpec",
    "Image",
    "Json",
    "Lesson",
    "Measure",
    "Mesh",
    "Metric",
    "Needs",
    "Neighbour",
    "Note",
    "Option",
    "OutOfMemory",
    "ParameterError",
    "Params",
    "Result",
    "Sample",
    "Score",
    "Text",
    "TextDelta",
    "Track",
    "TrainedModel",
    "Trainer",
    "TrainingContext",
    "UserError",
    "Video",
    "VideoFrame",
    "audio",
    "check_values",
    "choice",
    "color",
    "dataset",
    "file",
    "folder",
    "hookimpl",
    "image",
    "integer",
    "mask",
    "mesh",
    "number",
    "prompt",
    "read_text",
    "score",
    "secret",
    "seed",
    "size",
    "text",
    "text_in",
    "toggle",
    "video",
]

_ROOMS = ("errors", "parameters", "generator", "hookspecs", "artifacts", "context", "datasets", "trainer")
"""The modules whose names these are, the lightest first."""

if not TYPE_CHECKING:  # a type checker shall go on to know every name, and no other

    def __getattr__(name: str) -> object:
        """Find a name of `__all__` in its module, once."""
        if name in __all__:
            for room in _ROOMS:
                found = vars(import_module(f"{__name__}.{room}"))
                if name in found:
                    globals()[name] = found[name]
                    return found[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """What can be asked for."""
        return sorted(__all__)

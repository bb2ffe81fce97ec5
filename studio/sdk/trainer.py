"""The base class of every trainer, and what training yields: a trainer is a generator whose result is a model."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from studio.sdk.artifacts import Artifact, Result
from studio.sdk.context import Context
from studio.sdk.generator import Generator
from studio.sdk.parameters import Json


@dataclass(frozen=True, slots=True)
class Metric:
    """One point of a curve, e.g. ``Metric("loss", 120, 2.31)`` or ``Metric("held-out loss", 120, 2.5)``.

    Attributes:
        name: the curve's name; curves of one unit and direction stand in one picture when the names end alike.
        step: optimizer steps taken, ≥ 0.
        value: finite.
    """

    name: str
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model makes after `step` steps; always from the same seeds, so that progress shows side by side."""

    step: int
    artifact: Artifact


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder from which training can go on exactly as if it had not stopped; the host moves it away and keeps it."""

    step: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of an evaluation.

    Attributes:
        name: e.g. ``"bits per character"``.
        value: finite.
        baseline: the same figure of a simple method or of the data itself; None where there is none to compare with.
        baseline_name: what the baseline is, e.g. ``"5-gram"``.
        better: ``"lower"``, ``"higher"``, or ``"near"`` (near the baseline).
        meaning: one plain sentence on what it says.
    """

    name: str
    value: float
    baseline: float | None = None
    baseline_name: str = ""
    better: str = "lower"
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sample beside the training file most like it. Files are relative to the model's folder, or texts themselves.

    Attributes:
        sample, training: a file name in the model's folder (pictures), or the text itself.
        distance: in the space the trainer names in the measures.
        copied: whether this counts as a copy.
    """

    sample: str
    training: str
    distance: float
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a model is, what it copied and for what it should be used; becomes the report and the model card.

    Attributes:
        measures: figures on held-out data, each with a baseline where there is one.
        samples: files in the model's folder, or texts, that show what it makes.
        neighbours: samples beside their nearest training files.
        distributions: for the bias view: share of each value by group, e.g. ``{"all captions": {"person": 0.1}}``.
        strengths, limits: plain sentences.
        intended_use: a plain sentence.
    """

    measures: tuple[Measure, ...] = ()
    samples: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    distributions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    strengths: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    intended_use: str = ""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The result of training. The host adds card and report and takes the folder into the model store.

    Attributes:
        folder: weights (``.safetensors``), configuration (JSON) and whatever a generator of the `Trainer.teaches`
            family needs to load it; the host moves it away.
        evaluation: what the report shows.
        facts: what generators need to know without loading weights, as JSON, e.g. ``{"words": ["dragon", …]}``.
    """

    folder: Path
    evaluation: Evaluation = field(default_factory=Evaluation)
    facts: Mapping[str, Json] = field(default_factory=dict)


Lesson: TypeAlias = Metric | Sample | Checkpoint | TrainedModel
"""What only training yields."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will cost, told before it starts.

    Attributes:
        seconds: until the model is there, evaluation included.
        ram_gb: most main memory of the worker, gigabytes.
        vram_gb: most memory on the GPU, gigabytes; 0 on the CPU.
        steps: optimizer steps.
        parameters: weights of the model.
    """

    seconds: float
    ram_gb: float
    vram_gb: float = 0.0
    steps: int = 0
    parameters: int = 0


class TrainingContext(Context):
    """What a trainer may ask of its host, besides what every generator may.

    Attributes:
        resume: the folder of the last checkpoint of this very run, or None at its first start.
        checkpoint_seconds: longest time between two checkpoints, seconds.
        until: steps after which the run ends and the model is made, although more were asked for: a model of a
            checkpoint. None for all steps. What depends on the run's length stays as it is; `Loop` sees to it.
    """

    resume: Path | None
    checkpoint_seconds: float
    until: int | None = None


class Trainer(Generator):
    """Teaches a model from a dataset. Subclass it, fill in the class attributes, write `train`.

    Attributes:
        teaches: the family of the models that come out, ``"medium.architecture"``, e.g. ``"image.flow"``. Generators
            offer them by ``sdk.choice(source="models:image.flow")``.
        makes: the kinds of the samples it shows.
        alters: what it does to the files while it learns (augmentation): pairs of the parameter that switches it on
            (``""``: always on) and a sentence. Empty where it learns them as they are; None where it does not say.
    """

    teaches: ClassVar[str]
    alters: ClassVar[tuple[tuple[str, str], ...] | None] = None

    @abstractmethod
    def train(self, params: Any, ctx: TrainingContext) -> Iterator[Lesson | Result]:
        """Yield metrics, samples and checkpoints while the model learns, and at the end one `TrainedModel`.

        The same seed, parameters and dataset must lead to the same weights on a CPU, however often the run was
        interrupted and resumed (see `studio.sdk.training.Loop`, which sees to it).
        """

    @abstractmethod
    def forecast(self, params: Any, ctx: TrainingContext) -> Forecast:
        """What this run will cost on this machine: build the model, time a few steps."""

    def generate(self, params: Any, ctx: Context) -> Iterator[Any]:
        """Train; a host that can only generate has no `TrainingContext` and does not call this."""
        if not isinstance(ctx, TrainingContext):
            raise TypeError("a trainer needs a TrainingContext")
        torch = sys.modules.get("torch")
        state = None if torch is None else torch.get_rng_state()
        try:
            yield from self.train(params, ctx)
        finally:
            # Training seeds torch's global generator; whatever else this process makes must not depend on that.
            if torch is not None:
                torch.set_rng_state(state)

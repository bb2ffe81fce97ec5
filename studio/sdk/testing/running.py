"""Run a generator in this process, as a test does, without the studio around it."""

from __future__ import annotations

import importlib.util
import math
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from studio.sdk.artifacts import Artifact, Image, Result
from studio.sdk.context import Context
from studio.sdk.datasets import Dataset
from studio.sdk.errors import Cancelled, UserError
from studio.sdk.generator import Generator
from studio.sdk.parameters import INPUT_KINDS, Json, Params, check_values
from studio.sdk.trainer import TrainingContext

Loaded = TypeVar("Loaded")


@dataclass(eq=False)
class RecordingContext(TrainingContext):
    """A context that remembers what the generator or trainer reported.

    Attributes:
        steps: every (done, total, message) reported.
        previews: every preview, made at once.
        lines: every log line.
        cancel_after: raise `Cancelled` at the cancel point with this number, counted from 1, and at every one after
            it; None never.
        models: what `model` answers, by reference.
        points: cancel points passed so far.
        resume: the checkpoint a trainer goes on from.
        checkpoint_seconds: how often it saves one; never, but at the end.
        tmp: a fresh folder, removed together with this object.
    """

    seed: int = 0
    device: str = "cpu"
    dtype: str = "float32"
    tmp: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="studio-test-")))
    online: bool = False
    steps: list[tuple[float, float, str]] = field(default_factory=list)
    previews: list[Image] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    cancel_after: int | None = None
    models: Mapping[str, Path] = field(default_factory=dict)
    points: int = 0
    resume: Path | None = None
    checkpoint_seconds: float = math.inf
    _loaded: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.tmp, ignore_errors=True)

    def progress(
        self, done: float, total: float, message: str = "", preview: Image | Callable[[], Image] | None = None
    ) -> None:
        """Remember a step and its preview."""
        self.steps.append((done, total, message))
        if preview is not None:
            self.previews.append(preview() if callable(preview) else preview)
        self.check()

    def check(self) -> None:
        """Count a cancel point."""
        self.points += 1
        if self.cancel_after is not None and self.points >= self.cancel_after:
            raise Cancelled

    def log(self, message: str) -> None:
        """Remember a line."""
        self.lines.append(message)

    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """Make it once and keep it until `unload`."""
        if key not in self._loaded:
            self._loaded[key] = factory()
        loaded: Loaded = self._loaded[key]
        return loaded

    def unload(self) -> None:
        """Give everything back that `load` keeps, as the host does when memory is needed elsewhere."""
        self._loaded.clear()

    def share_loaded(self, other: RecordingContext) -> None:
        """Use the objects `other` has loaded, as later runs in one worker do."""
        self._loaded = other._loaded

    def model(self, ref: str) -> Path:
        """Look `ref` up in `models`, else on the disk (``"folder:PATH"``) or among the studio's starters."""
        if ref in self.models:
            return self.models[ref]
        if ref.startswith("folder:") and Path(ref.removeprefix("folder:")).is_dir():
            return Path(ref.removeprefix("folder:"))
        if ref.startswith("starter:"):
            for folder in _resources():
                starter = folder / "starters" / ref.removeprefix("starter:")
                if starter.is_dir():
                    return starter
        raise UserError(f"There is no model “{ref}”.")


def run(
    generator: type[Generator], values: Mapping[str, Json | Artifact] | None = None, ctx: Context | None = None
) -> list[Result]:
    """Run a generator to its end and return all it yielded.

    Args:
        generator: the class.
        values: parameter values that differ from the defaults; input fields take artifacts, dataset fields a
            `Dataset`.
        ctx: a context to look into afterwards; a fresh `RecordingContext` with seed 0 by default.

    Raises:
        ParameterError: a value does not fit its field.
        Exception: whatever the generator raises.
    """
    return list(stream(generator, values, ctx))


def stream(
    generator: type[Generator], values: Mapping[str, Json | Artifact] | None = None, ctx: Context | None = None
) -> Iterator[Result]:
    """As `run`, one result at a time."""
    params = params_of(generator, values or {})
    return iter(generator().generate(params, ctx or RecordingContext()))


def params_of(generator: type[Generator], values: Mapping[str, Json | Artifact]) -> Params:
    """The checked parameters a worker would hand to ``generate``. Raises `ParameterError`."""
    given = dict(values)
    inputs = {
        known.name: given.pop(known.name)
        for known in generator.Params.fields
        if known.name in given and (known.kind in INPUT_KINDS or isinstance(given[known.name], Dataset))
    }
    for known in generator.Params.fields:
        if known.is_input and known.required and known.applies(given) and inputs.get(known.name) is None:
            raise known.error("is missing.", hint="Choose one first.")
    plain = [known for known in generator.Params.fields if not known.is_input and known.name not in inputs]
    checked = check_values(plain, given)
    shaped = {name: tuple(value) if isinstance(value, list) else value for name, value in checked.items()}
    return generator.Params(**shaped, **inputs)


def _resources() -> Iterator[Path]:
    """The studio's resources folder, in a checkout or installed."""
    yield Path(__file__).resolve().parents[3] / "resources"
    installed = importlib.util.find_spec("studio_resources")
    if installed is not None:
        yield from map(Path, installed.submodule_search_locations or ())

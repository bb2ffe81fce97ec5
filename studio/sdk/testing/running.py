"""Run a generator in this process, as a test does, without the studio around it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from studio.sdk.artifacts import Artifact, Image, Result
from studio.sdk.context import Context
from studio.sdk.errors import Cancelled, UserError
from studio.sdk.generator import Generator
from studio.sdk.parameters import INPUT_KINDS, Json, check_values

Loaded = TypeVar("Loaded")


@dataclass
class RecordingContext(Context):
    """A context that remembers what the generator reported.

    Attributes:
        steps: every (done, total, message) reported.
        previews: every preview, made at once.
        lines: every log line.
        cancel_after: raise `Cancelled` at the cancel point with this number, counted from 1; None never.
        models: what `model` answers, by reference.
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
    _points: int = 0
    _loaded: dict[str, Any] = field(default_factory=dict)

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
        self._points += 1
        if self.cancel_after is not None and self._points >= self.cancel_after:
            raise Cancelled

    def log(self, message: str) -> None:
        """Remember a line."""
        self.lines.append(message)

    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """Make it once and keep it."""
        if key not in self._loaded:
            self._loaded[key] = factory()
        loaded: Loaded = self._loaded[key]
        return loaded

    def model(self, ref: str) -> Path:
        """Look `ref` up in `models`, else among the studio's starters."""
        if ref in self.models:
            return self.models[ref]
        starter = Path(__file__).resolve().parents[3] / "resources" / "starters" / ref.removeprefix("starter:")
        if ref.startswith("starter:") and starter.is_dir():
            return starter
        raise UserError(f"There is no model “{ref}”.")


def run(
    generator: type[Generator], values: Mapping[str, Json | Artifact] | None = None, ctx: RecordingContext | None = None
) -> list[Result]:
    """Run a generator to its end and return all it yielded.

    Args:
        generator: the class.
        values: parameter values that differ from the defaults; input fields take artifacts.
        ctx: a context to look into afterwards; a fresh one with seed 0 by default.
    """
    given = dict(values or {})
    inputs = {known.name: given.pop(known.name) for known in generator.Params.fields
              if known.kind in INPUT_KINDS and known.name in given}  # fmt: skip
    plain = [known for known in generator.Params.fields if known.name not in inputs]
    checked = check_values(plain, given)
    checked = {name: tuple(value) if isinstance(value, list) else value for name, value in checked.items()}
    params = generator.Params(**checked, **inputs)
    return list(generator().generate(params, ctx or RecordingContext()))

"""One generator under test: runs it with small values, again and again, and keeps what it reported."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.sdk.artifacts import Image, Result
from studio.sdk.errors import Cancelled, UserError
from studio.sdk.generator import Generator
from studio.sdk.testing.clock import fair_time
from studio.sdk.testing.payloads import artifacts_in, fingerprint
from studio.sdk.testing.running import RecordingContext, stream
from studio.sdk.testing.sample_data import sample_dataset
from studio.sdk.testing.samples import Values, inputs_for, reduced
from studio.sdk.trainer import Lesson, TrainedModel, Trainer


class CheckFailed(Exception):
    """A check found something; the message is the one sentence that says what."""


@dataclass(eq=False)
class ProbeContext(RecordingContext):
    """A context that also measures.

    Attributes:
        stop_at: `fair_time` value from which cancel points raise `Cancelled`; None never.
        stamps: the moment of every cancel point.
        used_seed: whether the generator looked at the seed.
        raised_at: when `Cancelled` was raised first; 0 when it was not.
    """

    stop_at: float | None = None
    stamps: list[float] = field(default_factory=list)
    used_seed: bool = False
    raised_at: float = 0.0

    def __getattribute__(self, name: str) -> Any:
        if name == "seed":
            object.__setattr__(self, "used_seed", True)
        return object.__getattribute__(self, name)

    def progress(
        self, done: float, total: float, message: str = "", preview: Image | Callable[[], Image] | None = None
    ) -> None:
        """Remember a step; take every third preview only, as a host that is busy does."""
        wanted = preview if len(self.steps) % 3 == 0 else None
        super().progress(done, total, message, wanted)

    def check(self) -> None:
        """A cancel point."""
        now = fair_time()
        self.stamps.append(now)
        try:
            super().check()
            if self.stop_at is not None and now >= self.stop_at:
                raise Cancelled
        except Cancelled:
            self.raised_at = self.raised_at or now
            raise


@dataclass
class Outcome:
    """What one run came to.

    Attributes:
        results: all that was yielded.
        ctx: what was reported.
        refused: what `UserError` said, when it was raised.
        cut: whether it was stopped because its time was up.
    """

    results: list[Result | Lesson]
    ctx: ProbeContext
    refused: str = ""
    cut: bool = False

    @property
    def fingerprint(self) -> str:
        """See `payloads.fingerprint`."""
        return fingerprint(self.results)


class Trial:
    """A generator class with the small values and the inputs it is tried with.

    Attributes:
        generator: the class.
        small: values that make little; see `samples.reduced`.
        given: values the author asked for, e.g. for a file field that must be filled.
    """

    def __init__(self, generator: type[Generator], given: Mapping[str, Any] | None = None) -> None:
        self.generator = generator
        self.given = dict(given or {})
        self.small = reduced(generator)
        self.trains = issubclass(generator, Trainer)
        self._base = self.small if self.trains else {}
        self._data = tempfile.TemporaryDirectory(prefix="studio-test-") if self.trains else None
        self._inputs = inputs_for(generator) | self._datasets()
        self._host: RecordingContext | None = None

    def run(
        self,
        changes: Values | None = None,
        *,
        seed: int = 7,
        limit: float | None = None,
        resume: Path | None = None,
    ) -> Outcome:
        """Run with small values.

        Args:
            changes: values besides.
            seed: the request's seed.
            limit: seconds after which the run is cancelled at its next cancel point.
            resume: the checkpoint a trainer goes on from.

        Raises:
            CheckFailed: it made nothing, or yielded what is no result.
            Exception: whatever the generator raises, `UserError` apart.
        """
        return self._run({**self.small, **self.given, **(changes or {})}, seed, limit, resume)

    def run_defaults(self, *, seed: int = 7) -> Outcome:
        """Run with the default parameters, in full; a trainer with its smallest, as its defaults may take hours."""
        return self._run({**self._base, **self.given}, seed, None)

    def stream(self, values: Values | None = None, **how: Any) -> tuple[ProbeContext, Iterator[Result]]:
        """A run to be taken step by step, with default parameters besides `values`; `how` goes to its context."""
        ctx = self._context(7, **how)
        return ctx, stream(self.generator, {**self._inputs, **self._base, **(values or {}), **self.given}, ctx)

    def close(self) -> None:
        """Remove the datasets made for a trainer."""
        if self._data is not None:
            self._data.cleanup()

    def _datasets(self) -> Values:
        """A tiny dataset for every parameter that asks for one."""
        if self._data is None:
            return {}
        folder = Path(self._data.name)
        fields = [known for known in self.generator.Params.fields if known.kind == "dataset"]
        return {known.name: sample_dataset(known.source.partition(":")[2], folder / known.name) for known in fields}

    def unload(self) -> None:
        """Give back what earlier runs loaded."""
        if self._host is not None:
            self._host.unload()
        self._host = None

    def expect(self, outcome: Outcome) -> Outcome:
        """That a run with ordinary values was not refused. Raises `CheckFailed`."""
        if outcome.refused:
            raise CheckFailed(f"It refuses ordinary values: {outcome.refused}")
        if outcome.cut:
            return outcome
        if self.trains:
            _expect_model(outcome)
        elif not artifacts_in(outcome.results):
            raise CheckFailed("It ended without making anything.")
        return outcome

    def _context(self, seed: int, **how: Any) -> ProbeContext:
        ctx = ProbeContext(seed=seed, **how)
        self._host = self._host or ctx
        ctx.share_loaded(self._host)
        return ctx

    def _run(self, values: Values, seed: int, limit: float | None, resume: Path | None = None) -> Outcome:
        ctx = self._context(seed, resume=resume)
        ctx.stop_at = None if limit is None else fair_time() + limit
        outcome = Outcome([], ctx)
        try:
            for result in stream(self.generator, {**self._inputs, **values}, ctx):
                outcome.results.append(result)
                if ctx.stop_at is not None and fair_time() >= ctx.stop_at:
                    outcome.cut = True
                    break
        except UserError as error:
            outcome.refused = str(error) or "without a word"
        except Cancelled:
            outcome.cut = True
        return outcome


def _expect_model(outcome: Outcome) -> None:
    """That a training ended with one model whose weights are ``.safetensors``. Raises `CheckFailed`."""
    if not outcome.results:
        raise CheckFailed("It ended without making anything.")
    *lessons, last = outcome.results
    if not isinstance(last, TrainedModel) or any(isinstance(lesson, TrainedModel) for lesson in lessons):
        raise CheckFailed("Training must end with one sdk.TrainedModel, its last result.")
    if not list(last.folder.rglob("*.safetensors")):
        raise CheckFailed("The model's folder holds no .safetensors file.")
    if odd := [path.name for path in last.folder.rglob("*") if path.suffix in (".pt", ".pth", ".bin", ".pkl", ".ckpt")]:
        raise CheckFailed(f"The model's folder holds {odd[0]}; weights must be .safetensors.")

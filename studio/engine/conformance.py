"""Checking an installed plugin: the SDK's twenty checks, the last one in the studio's own worker."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from studio.disk.home import Home
from studio.engine.discovery.loading import add_plugins_folder
from studio.engine.discovery.plugins import PluginState
from studio.engine.discovery.registry import Registry
from studio.engine.discovery.switches import PluginSwitches
from studio.engine.engine import Engine
from studio.engine.events import Event, WorkerChanged
from studio.engine.requests import GenerationRequest
from studio.engine.settings import Settings
from studio.engine.states import JobState
from studio.sdk import Artifact, GeneratorSpec, Json, ParameterError, UserError
from studio.sdk.testing.conformance import CheckResult, Plugin, WorkerRun
from studio.sdk.testing.conformance import check_plugin as check
from studio.sdk.testing.sample_data import sample_dataset

LIMIT, TRAINING_LIMIT = 120.0, 600.0
"""Seconds a run in the worker may take, and a training with its smallest parameters."""


def check_plugin(home: Home, name: str, given: Mapping[str, str] | None = None) -> Iterator[CheckResult]:
    """Check a plugin named by entry point, distribution or generator id, result by result.

    Args:
        home: where the studio lives.
        name: of the plugin.
        given: values to use throughout, as typed, by parameter: for what must be chosen, such as the folder of a model.

    Raises:
        UserError: there is no such plugin, it may not run, or a value does not fit.
    """
    add_plugins_folder()
    registry = Registry.discover(home)
    rows = [row for row in registry.plugins if name in row.generators]
    only = (name,) if rows else ()
    rows = rows or list(registry.find(name))
    specs = [registry.spec(id) for row in rows for id in only or row.generators]
    _check_names(specs, given or {})
    values = {spec.id: _fitting(spec, given or {}) for spec in specs}
    for row in rows:
        if row.state is PluginState.NEEDS_CONSENT:
            raise UserError(f"“{row.name}” has not been allowed to run.", hint=row.reason)
        yield from check(Plugin(row.target, worker=run_in_worker, given=values, generators=only))


def _check_names(specs: Sequence[GeneratorSpec], given: Mapping[str, str]) -> None:
    known = sorted({field.name for spec in specs for field in spec.fields})
    for name in given:
        if name not in known:
            hint = f"Known parameters: {', '.join(known) or 'none'}."
            raise ParameterError(f"There is no parameter called “{name}”.", param=name, hint=hint)


def _fitting(spec: GeneratorSpec, given: Mapping[str, str]) -> dict[str, Json]:
    """Those of the values that this generator has a parameter for. Raises `ParameterError` when one does not fit."""
    fields = {known.name: known for known in spec.fields}
    return {name: fields[name].from_text(text) for name, text in given.items() if name in fields}


def run_in_worker(
    descriptor: Mapping[str, Json], values: Mapping[str, Json], inputs: Mapping[str, Artifact]
) -> WorkerRun:
    """Run a generator once in a worker of its own and measure it; see `WorkerRunner`."""
    from studio.library import formats

    spec = GeneratorSpec.from_json(descriptor)
    with tempfile.TemporaryDirectory(prefix="studio-check-") as folder:
        place = Path(folder)
        home = Home(state=place / "state", library=place / "library")
        given = dict(values)
        for name, artifact in inputs.items():
            path = place / f"{name}{formats.stored_suffix(artifact)}"
            formats.write(artifact, path)
            given[name] = f"file:{path}"
        for known in spec.fields:
            if known.kind == "dataset":
                sample_dataset(known.source.partition(":")[2], home.datasets / known.name)
                given[known.name] = known.name
        request = GenerationRequest.of(spec, given, 1)
        registry = Registry((), {spec.id: spec.to_json()}, PluginSwitches(home))
        peaks = [0]
        told = threading.Event()

        def hear(event: Event) -> None:
            if isinstance(event, WorkerChanged) and event.peak_bytes:
                peaks.append(event.peak_bytes)
                told.set()

        engine = Engine(home, registry, None, Settings(home.settings_file))
        engine.subscribe(hear)
        try:
            (job,) = engine.wait([engine.submit(request).id], timeout=TRAINING_LIMIT if spec.teaches else LIMIT)
            told.wait(10)  # the worker tells its memory right after the job's end
        except TimeoutError:
            return WorkerRun(0, (), "it did not end in time")
        finally:
            engine.close()
        error = "" if job.failure is None else job.failure.message
        made = job.items or (spec.teaches and job.state is JobState.SUCCEEDED)
        return WorkerRun(max(peaks), spec.makes if made else (), error)

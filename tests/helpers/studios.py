"""A whole engine over a temporary home, with the test generators, for tests."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers import trouble

from studio.disk.home import Home
from studio.engine.discovery.registry import Registry
from studio.engine.discovery.switches import PluginSwitches
from studio.engine.engine import Engine
from studio.engine.events import Event, JobChanged
from studio.engine.jobs import Job
from studio.engine.requests import GenerationRequest
from studio.engine.settings import Settings
from studio.engine.states import JobState
from studio.sdk import GeneratorSpec

HELPERS = str(Path(__file__).resolve().parents[1])


def home_in(folder: Path) -> Home:
    """The studio's places under a temporary folder."""
    return Home(state=folder / "state", library=folder / "library")


def registry_of(home: Home, *generators: type) -> Registry:
    """A registry as discovery would give it, of test generators."""
    specs = [GeneratorSpec.of(generator, distribution="tests") for generator in generators or trouble.ALL]
    return Registry((), {spec.id: spec.to_json() for spec in specs}, PluginSwitches(home))


@contextmanager
def running(folder: Path, *, library: Any = None, **how: Any) -> Iterator[Engine]:
    """An engine over `folder`; closed afterwards."""
    if HELPERS not in sys.path:
        sys.path.append(HELPERS)  # the worker searches where this process does
    home = home_in(folder)
    settings = Settings.load(home.settings_file)
    engine = Engine(home, registry_of(home), library, settings, **how)
    try:
        yield engine
    finally:
        engine.close()


def request(generator: str, folder: Path, seed: int = 1, **values: Any) -> GenerationRequest:
    """A request for a test generator whose results go into `folder` instead of a library."""
    spec = next(GeneratorSpec.of(made) for made in trouble.ALL if made.id == generator)
    folder.mkdir(parents=True, exist_ok=True)
    return GenerationRequest.of(spec, values, seed, keep=False, folder=str(folder))


def finish(engine: Engine, *jobs: Job, timeout: float = 60.0) -> list[Job]:
    """The jobs' last snapshots."""
    return engine.wait([job.id for job in jobs], timeout)


class Heard:
    """Every event of an engine, with a way to wait for one."""

    def __init__(self, engine: Engine) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.stop = engine.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def of(self, kind: type) -> list[Any]:
        """All events of one class."""
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, matches: Callable[[Any], bool], timeout: float = 30.0) -> Any:
        """The first event that matches, waiting for it."""
        with self._changed:
            found = self._changed.wait_for(lambda: any(map(matches, self.events)), timeout)
            assert found, f"no such event among {[type(event).__name__ for event in self.events]}"
            return next(event for event in self.events if matches(event))

    def wait_for_state(self, job_id: str, state: JobState) -> None:
        """Wait until a job was seen in a state."""
        self.wait_for(
            lambda event: isinstance(event, JobChanged) and event.job.id == job_id and event.job.state is state
        )

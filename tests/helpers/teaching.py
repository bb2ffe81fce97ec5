"""An engine that knows the tiny trainer, for tests of training."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers.studios import HELPERS, home_in, registry_of
from helpers.tiny_trainer import TrainTiny, dataset_in

from studio.disk.home import Home
from studio.engine.engine import Engine
from studio.engine.requests import GenerationRequest
from studio.engine.settings import Settings
from studio.sdk import GeneratorSpec


@contextmanager
def teaching(home: Home, **how: Any) -> Iterator[Engine]:
    """An engine whose only generator is the tiny trainer; the dataset *greys* is there."""
    if HELPERS not in sys.path:
        sys.path.append(HELPERS)  # the worker searches where this process does
    if not (home.datasets / "greys").exists():
        dataset_in(home.datasets / "greys")
    how = {"checkpoint_seconds": 0.05, **how}
    engine = Engine(home, registry_of(home, TrainTiny), None, Settings.load(home.settings_file), **how)
    try:
        yield engine
    finally:
        engine.close()


def training(seed: int = 1, **values: Any) -> GenerationRequest:
    """A request for the tiny trainer."""
    return GenerationRequest.of(GeneratorSpec.of(TrainTiny), {"data": "greys", **values}, seed)


def home_with_greys(folder: Path) -> Home:
    """A home with the dataset *greys*."""
    home = home_in(folder)
    dataset_in(home.datasets / "greys")
    return home


def model_in(home: Home) -> bytes:
    """The weights of the only trained model."""
    (weights,) = home.models.glob("[!.]*/model.safetensors")
    return weights.read_bytes()

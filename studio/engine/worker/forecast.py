"""A process that tells what one training would cost: ``python -m studio.engine.worker.forecast REQUEST``, then ends.

REQUEST is JSON: ``path``, ``spec``, ``values``, ``datasets`` (folders by parameter), ``seed``, ``device`` and
``models``. The answer is one JSON line on a private copy of standard output. A process of its own, because what a
forecast loads and measures must not stay, nor be disturbed by what another run left.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.engine.discovery.loading import load_generator
from studio.engine.discovery.scout import private_output, send
from studio.engine.worker import devices
from studio.engine.worker.network import NetworkGuard
from studio.engine.worker.solo import SoloContext
from studio.engine.worker.teaching import read_dataset
from studio.models.store import ModelStore
from studio.sdk import GeneratorSpec, Trainer, UserError


class ForecastContext(SoloContext):
    """A host that only answers."""

    models: ModelStore

    def model(self, ref: str) -> Path:
        """Ask the store, the artist's own models included."""
        return self.models.path(ref)

    def log(self, message: str) -> None:
        """Nobody reads it."""


def main() -> None:
    """Answer the request; end at once, whatever threads a plugin left behind."""
    channel = private_output()
    request = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.path.extend(entry for entry in request["path"] if entry not in sys.path)
    NetworkGuard(online=False, refused=lambda _: None).install()
    try:
        answer = _forecast(request)
    except UserError as error:
        answer = {"error": error.message, "hint": error.hint or "", "param": error.param}
    except BaseException as error:  # noqa: BLE001 - whatever a plugin raises becomes a sentence
        traceback.print_exc()
        answer = {"fault": f"{type(error).__name__}: {error}"[:500]}
    send(channel, answer)
    sys.stderr.flush()
    os._exit(0)


def _forecast(request: dict[str, Any]) -> dict[str, Any]:
    spec = GeneratorSpec.from_json(request["spec"])
    trainer = load_generator(spec)
    if not issubclass(trainer, Trainer):
        raise UserError(f"{spec.title} teaches no model, so there is nothing to forecast.")
    values = dict(request["values"])
    for known in trainer.Params.fields:
        if known.kind == "dataset":
            values[known.name] = read_dataset(known, request["datasets"][known.name])
        elif known.kind == "size":
            values[known.name] = tuple(values[known.name])
    device = devices.choose(request["device"], torch_needed=True)
    ctx = ForecastContext(int(request["seed"]), device, resume=None, checkpoint_seconds=float("inf"))
    ctx.models = ModelStore(own=Path(request["models"]))
    try:
        plain = asdict(trainer().forecast(trainer.Params(**values), ctx))
    finally:
        shutil.rmtree(ctx.tmp, ignore_errors=True)
    return {name: float(value) for name, value in plain.items()}


if __name__ == "__main__":
    main()

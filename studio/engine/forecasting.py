"""What a training will cost, asked of a process of its own before it starts."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.engine.choices import check_sources
from studio.engine.environment import computing
from studio.sdk import Forecast, GeneratorSpec, Json, UserError

if TYPE_CHECKING:
    from studio.disk.home import Home

LIMIT = 300.0
"""Seconds a forecast may take; a few training steps of a large model on a slow computer."""


def forecast(
    home: Home, spec: GeneratorSpec, values: Mapping[str, Json], *, seed: int = 0, device: str = "auto"
) -> Forecast:
    """Ask a trainer what a run will cost on this computer. Takes seconds: not for the window's own thread.

    Args:
        home: where datasets and models are.
        spec: the trainer.
        values: checked values.
        seed: of the run.
        device: as in the settings.

    Raises:
        UserError: a value does not fit, or the trainer cannot tell.
    """
    request = {
        "path": [entry for entry in sys.path if entry],
        "spec": spec.to_json(),
        "values": dict(values),
        "datasets": {name: str(folder) for name, folder in check_sources(home, spec, values).items()},
        "seed": seed,
        "device": device,
        "models": str(home.models),
    }
    return _read(_ask(json.dumps(request)))


def _ask(request: str) -> bytes:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "studio.engine.worker.forecast", request],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=computing(),
        start_new_session=os.name != "nt",
    )
    try:
        return process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"The forecast took more than {LIMIT / 60:g} minutes.", hint="Choose a smaller model, or train without it."
        ) from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, also when the wait was broken off."""
    if process.poll() is None:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _read(line: bytes) -> Forecast:
    try:
        plain = json.loads(line.decode("utf-8").strip().rpartition("\n")[2])
        if "error" in plain:
            raise UserError(str(plain["error"]), hint=str(plain["hint"]) or None, param=plain["param"])
        if "fault" in plain:
            raise UserError(f"The recipe cannot tell what this costs ({plain['fault']}).")
        figures = {name: float(plain[name]) for name in ("seconds", "ram_gb", "vram_gb", "steps", "parameters")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError("The forecast ended without an answer.", hint="Close other programs and try again.") from error
    if not all(math.isfinite(figure) and figure >= 0 for figure in figures.values()):
        raise UserError("The recipe's forecast makes no sense.")
    steps, parameters = int(figures.pop("steps")), int(figures.pop("parameters"))
    return Forecast(**figures, steps=steps, parameters=parameters)

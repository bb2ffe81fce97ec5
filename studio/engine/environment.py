"""Environment variables and priority of the processes that run plugins and compute."""

from __future__ import annotations

import os
from pathlib import Path

_ALWAYS = {
    # Libraries that would like to ask their hub are told not to before they are imported.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8:replace",
}

NICENESS = 5
"""How far behind other programs a process stands that gives way; where nobody else wants the processor, it is as fast
as without."""


def give_way() -> None:
    """Let this process run after whoever answers a person: where it fills every core, the window waits for one."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def computing() -> dict[str, str]:
    """This process's variables with what a worker needs; the studio itself can be imported, wherever it was started."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, **_ALWAYS, "PYTHONPATH": path}

"""Environment variables of the processes that run plugins and compute."""

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


def computing() -> dict[str, str]:
    """This process's variables with what a worker needs; the studio itself can be imported, wherever it was started."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, **_ALWAYS, "PYTHONPATH": path}

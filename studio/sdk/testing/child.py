"""The process checks run in: ``python -m studio.sdk.testing.child REQUEST``; answers each with one line of JSON.

REQUEST is JSON with ``path``, ``target`` (``"module:Class"``), ``checks`` (numbers, run in this order up to the first
that fails; or ``"import"`` alone), ``generator`` (an id), ``given`` (values to use throughout) and ``budget`` (seconds
for each). The answers go to a private copy of standard output, so that nothing a plugin prints can be mistaken for one.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

from studio.sdk import describing
from studio.sdk.generator import Generator
from studio.sdk.testing.watching import Snapshot, Watch

HEAVY = ("torch", "transformers", "diffusers", "tensorflow", "jax", "numpy", "scipy", "PIL", "PySide6", "PyQt6", "cv2")
"""Libraries that importing a plugin may not bring along."""


def main() -> None:
    """Do what the request says."""
    channel = os.dup(1)
    request = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.path[:] = request["path"]
    sys.dont_write_bytecode = "import" in request["checks"]
    watch, before = Watch(), Snapshot()
    for check in request["checks"]:
        answer = _import_facts(request, watch) if check == "import" else _run_check(request, check, watch, before)
        os.write(channel, json.dumps(answer).encode() + b"\n")
        if "failed" in answer:
            break
    sys.stdout.flush()
    os._exit(0)


def load_generators(target: str) -> tuple[list[type[Generator]], dict[str, dict[str, str]]]:
    """Import a plugin and ask it for its generators and translations. Raises whatever it raises."""
    module, _, attribute = target.partition(":")
    plugin: Any = importlib.import_module(module)
    for part in attribute.split(".") if attribute else ():
        plugin = getattr(plugin, part)
    manager = describing.plugin_manager(plugin() if isinstance(plugin, type) else plugin)
    return describing.offered_generators(manager), describing.offered_translations(manager)


def _import_facts(request: dict[str, Any], watch: Watch) -> dict[str, Any]:
    """What importing the plugin costs and touches, and what it then describes."""
    printed = os.memfd_create("printed") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(printed, stream)
    modules = set(sys.modules)
    threads = threading.active_count()
    with describing.Caught() as caught:
        started = time.process_time()
        with watch:
            generators, translations = load_generators(request["target"])
        seconds = time.process_time() - started
        sys.stdout.flush()
        sys.stderr.flush()
        new = {name.partition(".")[0] for name in set(sys.modules) - modules}
        return {
            "seconds": seconds,
            "heavy": sorted(new & set(HEAVY)),
            "touched": [*watch.writes, *watch.reads, *watch.network, *watch.processes],
            "threads": threading.active_count() - threads,
            "printed": os.fstat(printed).st_size,
            "descriptors": [describing.describe(made, translations=translations) for made in generators],
        }
    return {"failed": _sentence(caught.error), "details": _trace(caught.error)}


def _run_check(request: dict[str, Any], check: int, watch: Watch, before: Snapshot) -> dict[str, Any]:
    from studio.sdk.testing.checks import RUNNING, Bench
    from studio.sdk.testing.trial import CheckFailed, Trial

    os.dup2(2, 1)
    with describing.Caught() as caught:
        generators, _ = load_generators(request["target"])
        generator = next(made for made in generators if made.id == request["generator"])
        with closing(Trial(generator, request["given"])) as trial:
            if check == 20:
                trial.expect(trial.run_defaults())
                return {"remark": "", "peak": peak_bytes()}
            return {"remark": RUNNING[check](Bench(trial, watch, before, request["budget"]))}
    if isinstance(caught.error, CheckFailed):
        return {"failed": str(caught.error), "details": _trace(caught.error.__cause__)}
    return {"failed": f"It fails with {_sentence(caught.error)}", "details": _trace(caught.error)}


def peak_bytes() -> int:
    """The most main memory this process took at any moment; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _sentence(error: BaseException | None) -> str:
    said = " ".join(str(error).split())[:200]
    if isinstance(error, describing.PluginFault):
        return said
    return f"{type(error).__name__}{': ' + said if said else ''}."


def _trace(error: BaseException | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error))[-8000:]


if __name__ == "__main__":
    main()

"""The doctor: devices, versions, free memory and missing parts, each as one plain sentence."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import studio

if TYPE_CHECKING:
    from studio.disk.home import Home

NEEDED = {
    "numpy": "nothing can be made",
    "scipy": "3D models and textures cannot be made",
    "scikit-image": "reliefs and 3D models cannot be made",
    "torch": "text and image models cannot run",
    "safetensors": "models cannot be read",
    "tokenizers": "text models cannot run",
    "accelerate": "nothing can be taught",
    "peft": "LoRAs cannot be taught or worn",
    "transformers": "text models cannot run",
    "diffusers": "diffusion models cannot run",
    "pillow": "pictures cannot be kept",
    "soundfile": "sound cannot be kept",
    "mido": "scores cannot be kept",
    "trimesh": "3D models of other programs cannot be read",
    "av": "videos cannot be kept",
}
"""Distributions, and what does not work without each."""

OPTIONAL = {
    "pyside6": "the window cannot open; the command line works",
    "apsw": "the library cannot be searched; results are still kept as files",
}

LOW_DISK_GB = 2.0
PROBE_LIMIT = 90.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at.

    Attributes:
        subject: what, in a word or two.
        verdict: ``"good"``, ``"note"`` (works, worth knowing) or ``"wrong"``.
        sentence: what was found and, when wrong, what to do.
        facts: the same as data.
    """

    subject: str
    verdict: str
    sentence: str
    facts: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """This finding as JSON."""
        return asdict(self)


def examine(home: Home) -> list[Finding]:
    """Look at everything. torch is asked in a process of its own, so that a broken one cannot harm this one."""
    return [_studio(), *_distributions(), *_devices(), _memory(), _disk(home), *_plugins(home)]


def _studio() -> Finding:
    facts = {"studio": studio.__version__, "python": platform.python_version(), "system": platform.platform()}
    return Finding("studio", "good", f"{studio.__version__} on Python {facts['python']}, {facts['system']}.", facts)


def _distributions() -> Iterator[Finding]:
    for name, loss in {**NEEDED, **OPTIONAL}.items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            verdict = "wrong" if name in NEEDED else "note"
            yield Finding(
                name, verdict, f"is not installed: {loss}. Install with: pip install {name}", {"version": None}
            )
        else:
            yield Finding(name, "good", f"{version}.", {"version": version})


def _devices() -> Iterator[Finding]:
    cpu = f"{os.cpu_count()} processor cores ({platform.processor() or platform.machine()})."
    yield Finding("cpu", "good", cpu, {"cores": os.cpu_count()})
    try:
        answer = subprocess.run(
            [sys.executable, "-P", "-c", _PROBE], capture_output=True, timeout=PROBE_LIMIT, check=False, text=True
        )
        found = json.loads(answer.stdout) if answer.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        found = None
    if found is None:
        yield Finding("gpu", "note", "torch could not be asked; everything runs on the processor.", {"devices": []})
        return
    for device in found:
        free = f"{device['free_gb']:.1f} of {device['total_gb']:.1f} GB free" if device["total_gb"] else "shared memory"
        yield Finding(device["name"], "good", f"{device['model']}, {free}.", device)
    if not found:
        yield Finding(
            "gpu", "note", "No graphics card that torch can use; models run on the processor.", {"devices": []}
        )


_PROBE = """
import json, torch
found = []
for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
    free, total = torch.cuda.mem_get_info(index)
    found.append({"name": f"cuda:{index}", "model": torch.cuda.get_device_name(index),
                  "free_gb": free / 2**30, "total_gb": total / 2**30})
if torch.backends.mps.is_available():
    found.append({"name": "mps", "model": "Apple graphics", "free_gb": 0, "total_gb": 0})
print(json.dumps(found))
"""


def _memory() -> Finding:
    import psutil

    memory = psutil.virtual_memory()
    free, total = memory.available / 2**30, memory.total / 2**30
    verdict = "good" if free >= 2 else "note"
    return Finding("memory", verdict, f"{free:.1f} of {total:.1f} GB free.", {"free_gb": free, "total_gb": total})


def _disk(home: Home) -> Finding:
    place = home.library
    while not os.path.lexists(place):
        place = place.parent
    free = shutil.disk_usage(place).free / 2**30
    facts = {"library": str(home.library), "state": str(home.state), "free_gb": free}
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return Finding("library", "wrong", f"{home.library} cannot be written; choose another folder.", facts)
    if free < LOW_DISK_GB:
        return Finding("library", "wrong", f"Only {free:.1f} GB free at {home.library}; make room.", facts)
    return Finding("library", "good", f"{home.library}, {free:.0f} GB free.", facts)


def _plugins(home: Home) -> Iterator[Finding]:
    from studio.engine.discovery.plugins import PluginState
    from studio.engine.discovery.registry import Registry

    registry = Registry.discover(home)
    ready = [row for row in registry.plugins if row.state is PluginState.READY]
    recipes = sorted(name for name, plain in registry.descriptors.items() if plain.get("teaches"))
    generators = sorted(set(registry.descriptors) - set(recipes))
    facts = {"ready": len(ready), "generators": generators, "recipes": recipes}
    told = f"{len(ready)} ready, {len(generators)} generators and {len(recipes)} recipes that teach a model."
    yield Finding("plugins", "good", told, facts)
    for row in registry.plugins:
        if row.state is not PluginState.READY or row.reason:
            yield Finding(row.name, "note", f"{row.state.value}: {row.reason}", {"state": row.state.value})

"""The scripts of ``packaging/``, which belong to no package, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def script(name: str) -> ModuleType:
    """``packaging/NAME.py`` as a fresh module; what it adds to the search path of modules is taken back."""
    spec = importlib.util.spec_from_file_location(name.replace("/", "_"), PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, known = list(sys.path), sys.modules.get(spec.name)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
        if known is not None:
            sys.modules[spec.name] = known
    return module

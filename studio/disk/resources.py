"""The files that ship with the studio: help, starter models, icons."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def resources() -> Path:
    """The resources folder: of the checkout this package lies in, else of the installed distribution."""
    checkout = Path(__file__).resolve().parents[2] / "resources"
    if checkout.is_dir():
        return checkout
    installed = find_spec("studio_resources")
    if installed is None or not installed.submodule_search_locations:
        raise FileNotFoundError("The studio's resources folder is missing; install the studio again.")
    return Path(next(iter(installed.submodule_search_locations)))

"""Bringing a described generator to life; called in workers only, where plugin code may run."""

from __future__ import annotations

import importlib
import sys

from studio.engine.discovery.cache import CHECKOUT
from studio.sdk import Generator, GeneratorSpec


class LoadError(Exception):
    """A generator that was described could not be loaded; the message is a sentence for the artist."""


def load_generator(spec: GeneratorSpec) -> type[Generator]:
    """Import the module a descriptor names and return the generator class in it.

    Raises:
        LoadError: the class is not there, or is not the generator described any more.
        Exception: whatever the plugin's module raises when it is imported.
    """
    add_plugins_folder()
    found: object = importlib.import_module(spec.module)
    for part in spec.qualname.split("."):
        found = getattr(found, part, None)
    if not (isinstance(found, type) and issubclass(found, Generator)):
        raise LoadError(f"“{spec.title}” is not in {spec.module} any more. Install the plugin again.")
    if found.id != spec.id:
        raise LoadError(f"“{spec.title}” changed its name from {spec.id} to {found.id}. Start the studio again.")
    return found


def add_plugins_folder() -> None:
    """In a checkout that is not installed, let first-party plugins be imported from ``plugins/``."""
    folder = CHECKOUT / "plugins"
    if (CHECKOUT / "pyproject.toml").is_file() and folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))

"""What the scout does with one entry point: import it, ask its hooks, describe its generators. Runs plugin code."""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from studio.engine.discovery.plugins import PluginState
from studio.engine.discovery.report import Report
from studio.sdk import API_VERSION, Generator
from studio.sdk.describing import (
    Caught,
    PluginFault,
    describe,
    offered_generators,
    offered_translations,
    plugin_manager,
)

HEAVY = frozenset(
    {"torch", "transformers", "diffusers", "tensorflow", "jax", "onnxruntime", "PySide6", "PyQt6", "PyQt5"}
)
"""Libraries that must not be imported when a plugin is merely listed: each takes seconds or hundreds of megabytes."""


class HeavyImport(ImportError):
    """Raised in place of importing one of `HEAVY`, so that listing stays quick even with a careless plugin."""


class HeavyGuard(importlib.abc.Loader):
    """A finder that lets heavy libraries be found, and refuses to run them.

    Attributes:
        refused: names that were asked for, in order.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The real place of a heavy library with a loader that refuses; None for everything else."""
        del target
        if name not in HEAVY:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        if found is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=found.origin, is_package=False)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Refuse. Raises `HeavyImport`."""
        self.refused.append(spec.name)
        raise HeavyImport(f"{spec.name} may not be imported while plugins are listed", name=spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Never reached: `create_module` refuses first. Raises `HeavyImport`."""
        raise HeavyImport(f"{module.__name__} may not be imported while plugins are listed", name=module.__name__)


def examine(entry: str, target: str, distribution: str, version: str) -> Report:
    """Load one entry point and describe what it offers; every fault ends in the report, none escapes."""
    report = Report(entry)
    module_name, _, attribute = target.partition(":")
    peeked = peek_api(_origin(module_name), module_name, attribute)
    if peeked > API_VERSION:
        return _other_api(report, peeked)
    guard = HeavyGuard()
    sys.meta_path.insert(0, guard)
    started = time.process_time()
    with Caught() as caught:
        plugin = _load(module_name, attribute)
        report.api = _api(plugin)
        if report.api <= API_VERSION:
            manager = plugin_manager(plugin() if isinstance(plugin, type) else plugin)
            where: dict[str, Any] = {"distribution": distribution, "distribution_version": version}
            report.translations = offered_translations(manager)
            report.descriptors = [describe(made, **where) for made in _distinct(offered_generators(manager))]
    report.seconds = round(time.process_time() - started, 4)
    sys.meta_path.remove(guard)
    if report.api > API_VERSION:
        return _other_api(report, report.api)
    if guard.refused:
        return _heavy(report, guard.refused[0], caught.error, module_name)
    if caught.error is not None:
        _explain(report, caught.error, module_name)
    return report


def peek_api(origin: str, module: str, attribute: str) -> int:
    """The number after ``api =`` in the plugin class, read from its source without running it; 0 when there is none."""
    if not origin.endswith(".py"):
        return 0
    inner = module.split(".")[1:]
    base = Path(origin)
    places = [base] if not inner else [base.parent.joinpath(*inner).with_suffix(".py")]
    for place in places:
        try:
            tree = ast.parse(place.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return 0
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == attribute:
                return _assigned_api(node)
    return 0


def _assigned_api(node: ast.ClassDef) -> int:
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            named = any(isinstance(name, ast.Name) and name.id == "api" for name in line.targets)
            if named and isinstance(line.value.value, int):
                return line.value.value
    return 0


def _distinct(generators: list[type[Generator]]) -> list[type[Generator]]:
    names = [getattr(made, "id", None) for made in generators]
    for name in names:
        if names.count(name) > 1:
            raise PluginFault(f"It offers two generators with the id {name}.")
    return generators


def _origin(module: str) -> str:
    with Caught() as caught:
        found = importlib.util.find_spec(module.partition(".")[0])
    return "" if caught.error is not None or found is None else (found.origin or "")


def _load(module: str, attribute: str) -> object:
    loaded: Any = importlib.import_module(module)
    for part in attribute.split(".") if attribute else ():
        if not hasattr(loaded, part):
            raise PluginFault(f"Its entry point names “{attribute}”, which is not in {module}.")
        loaded = getattr(loaded, part)
    return loaded


def _api(plugin: object) -> int:
    api = getattr(plugin, "api", 0)
    if isinstance(api, bool) or not isinstance(api, int):
        raise PluginFault(f"api must be a whole number, not {api!r}.")
    return api


def _other_api(report: Report, api: int) -> Report:
    report.api = api
    report.state = PluginState.INCOMPATIBLE
    report.descriptors = []
    report.reason = (
        f"It is made for version {api} of the plugin interface; this studio has version {API_VERSION}. "
        "Update the studio, or install an older version of the plugin."
    )
    return report


def _heavy(report: Report, library: str, error: BaseException | None, module: str) -> Report:
    report.state = PluginState.BROKEN
    report.descriptors = []
    place = _place(error, module)
    report.reason = f"It imports {library} when it is merely listed{place}; it should import it inside generate."
    report.details = _trace(error)
    return report


def _explain(report: Report, error: BaseException, module: str) -> None:
    """Turn what a plugin raised into a state and a sentence."""
    report.state = PluginState.BROKEN
    report.descriptors = []
    report.details = _trace(error)
    own = module.partition(".")[0]
    place = _place(error, module)
    if isinstance(error, PluginFault):
        report.reason = str(error)
        report.details = ""
    elif isinstance(error, SystemExit):
        report.reason = f"It tries to end the program when it is loaded (sys.exit{place})."
    elif isinstance(error, KeyboardInterrupt):
        report.reason = f"It raises KeyboardInterrupt when it is loaded{place}."
    elif isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] == own:
        report.reason = f"Its module “{error.name}” is not installed. Install the plugin again."
    elif _misses_sdk(error):
        report.state = PluginState.INCOMPATIBLE
        report.reason = f"It needs something this studio's plugin interface does not have: {error}."
    elif isinstance(error, ModuleNotFoundError) and error.name:
        report.state = PluginState.NEEDS_SETUP
        top = error.name.partition(".")[0]
        report.reason = f"It needs “{top}”, which is not installed. Install it with: pip install {top}"
    else:
        said = " ".join(str(error).split())[:200]
        report.reason = f"It fails when it is loaded{place}: {type(error).__name__}{': ' + said if said else ''}."


def _misses_sdk(error: BaseException) -> bool:
    """Whether the plugin reached for a name that `studio.sdk` lacks: it was written for another version."""
    if isinstance(error, AttributeError):
        return getattr(error.obj, "__name__", "").startswith("studio.sdk")
    return isinstance(error, ImportError) and (error.name or "").startswith("studio.")


def _place(error: BaseException | None, module: str) -> str:
    """``" (line 3 of noise.py)"``: the innermost line of the plugin's own that led to the error; or nothing."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" (line {error.lineno} of {Path(error.filename).name})"
    own = module.partition(".")[0]
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__ if error else None))):
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == own:
            return f" (line {line} of {Path(frame.f_code.co_filename).name})"
    return ""


def _trace(error: BaseException | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error))[-20_000:]

"""What may import what, and what must stay out of the processes that have to start quickly and work everywhere."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = {target.partition(":")[0] for target in PROJECT["project"]["entry-points"]["studio.plugins"].values()}
HEAVY = {
    "torch",
    "transformers",
    "diffusers",
    "accelerate",
    "numpy",
    "scipy",
    "skimage",
    "PIL",
    "trimesh",
    "soundfile",
    "av",
}
OPTIONAL = {"PySide6", "apsw"}
"""Absent on machines with a GPU and no desktop."""


def modules_after(code: str, *, home: Path | None = None, hidden: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
    """Top-level names in `sys.modules` after running `code` in a fresh interpreter that cannot import `hidden`."""
    script = (
        "import sys, json\n"
        f"for name in {sorted(hidden)!r}: sys.modules[name] = None\n"
        f"{code}\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name, module in sys.modules.items() if module})))"
    )
    search = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    environment = {**os.environ, "PYTHONPATH": search, **({"STUDIO_HOME": str(home)} if home else {})}
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout.splitlines()[-1]))


def host_modules() -> list[str]:
    """Every module of the layers that run beside the window, apart from those that only ever run in a child process."""
    children = ("studio.engine.worker", "studio.engine.discovery.scout", "studio.engine.discovery.examine")
    found = []
    for layer in ("disk", "sdk", "library", "models", "teach", "engine", "cli", "shell"):
        for file in sorted((ROOT / "studio" / layer).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not name.startswith(children) and not name.endswith("__main__"):
                found.append(name)
    return found


HOST = host_modules()
HEADLESS = [name for name in HOST if not name.startswith("studio.shell")]
NEED_APSW = [name for name in HEADLESS if name.startswith(("studio.library", "studio.cli"))]


@pytest.mark.parametrize("layer", ["disk", "sdk", "library", "teach", "engine", "cli", "shell"])
def test_importing_a_layer_loads_neither_heavy_libraries_nor_plugins(layer: str) -> None:
    own = [name for name in HOST if name.startswith(f"studio.{layer}")]
    assert own
    loaded = modules_after("import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in own))
    assert not loaded & (HEAVY | PLUGINS)


def test_the_engine_and_the_sdk_import_without_qt_and_apsw() -> None:
    names = [name for name in HEADLESS if name not in NEED_APSW]
    loaded = modules_after(
        "import importlib\n" + "\n".join(f"importlib.import_module({n!r})" for n in names), hidden=OPTIONAL
    )
    assert "studio" in loaded


def test_headless_layers_never_load_qt() -> None:
    code = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in HEADLESS)
    assert "PySide6" not in modules_after(code)


DISCOVER = """
from studio.disk.home import Home
from studio.engine.discovery.registry import Registry
found = Registry.discover(Home.find())
assert found.descriptors, [row.reason for row in found.plugins]
"""


def test_discovery_cold_loads_no_plugin_and_needs_neither_qt_nor_apsw(tmp_path: Path) -> None:
    loaded = modules_after(DISCOVER, home=tmp_path, hidden=OPTIONAL)
    assert not loaded & (HEAVY | PLUGINS)


def test_discovery_warm_loads_next_to_nothing(tmp_path: Path) -> None:
    modules_after(DISCOVER, home=tmp_path)
    loaded = modules_after(DISCOVER + "assert 'studio.sdk' not in sys.modules\n", home=tmp_path)
    assert not loaded & (
        HEAVY | PLUGINS | {"importlib_metadata", "pluggy", "packaging", "subprocess", "email", "tomllib"}
    )


def test_descriptors_become_specs_without_plugin_code(tmp_path: Path) -> None:
    loaded = modules_after(DISCOVER + "assert all(spec.title for spec in found.specs.values())", home=tmp_path)
    assert not loaded & (HEAVY | PLUGINS)


@pytest.mark.parametrize("plugin", sorted(PLUGINS))
def test_a_first_party_plugin_is_light_to_import(plugin: str) -> None:
    assert not modules_after(f"import {plugin}") & (HEAVY | OPTIONAL)


@pytest.mark.slow
def test_the_import_contracts_hold() -> None:
    """The contracts of pyproject.toml, as import-linter reads them."""
    ended = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr

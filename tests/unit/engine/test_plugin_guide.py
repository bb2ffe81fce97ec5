"""The smallest plugin stands in the guide, and works from there: extracted, installed with pip, discovered, run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from studio.disk.home import Home
from studio.disk.resources import resources
from studio.engine.discovery.plugins import PluginState
from studio.engine.discovery.registry import Registry
from studio.sdk.describing import HOOKS
from studio.sdk.testing.conformance import CHECKS

GUIDE = (resources() / "help" / "plugins.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's two files, installed by pip into a folder of their own, offline."""
    project = tmp_path_factory.mktemp("guide")
    (project / "dots.py").write_text(block("python"), encoding="utf-8")
    (project / "pyproject.toml").write_text(block("toml"), encoding="utf-8")
    site = project / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--target", str(site), str(project)],
        check=True,
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
    )  # fmt: skip
    return site


def test_the_smallest_plugin_appears_after_pip_install(installed: Path, tmp_path: Path) -> None:
    found = Registry.discover(Home(tmp_path, tmp_path / "library"), path=[str(installed), *sys.path])
    (row,) = found.find("acme-dots")
    assert (row.state, row.reason, row.generators) == (PluginState.READY, "", ("acme.dots",))
    assert [field.name for field in found.specs["acme.dots"].fields] == ["size", "count"]


def test_the_smallest_plugin_passes_every_check(installed: Path) -> None:
    script = (
        "import sys\nfrom studio.sdk.testing import check_distribution\n"
        "results = list(check_distribution('acme-dots'))\n"
        "print(*(result for result in results if not result.passed), sep='\\n')\n"
        "sys.exit(len(results) != 20)"
    )
    search = os.pathsep.join([str(installed), str(Path(__file__).parents[3])])
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": search}
    )
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "", "")


def test_the_smallest_plugin_is_small() -> None:
    code = [line for line in block("python").splitlines() if line.strip() and not line.strip().startswith(('"""', "#"))]
    assert len(code) <= 25


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook: str) -> None:
    assert f"`{hook}()`" in GUIDE


@pytest.mark.parametrize("state", PluginState)
def test_every_state_is_documented(state: PluginState) -> None:
    assert f"| {state} |" in GUIDE


def test_every_check_is_documented() -> None:
    assert [int(number) for number in re.findall(r"^(\d+)\. ", GUIDE, re.MULTILINE)] == list(CHECKS)

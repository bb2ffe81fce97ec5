"""The studio's own commands, started from the window: only what the artist allowed runs in them."""

import os
from pathlib import Path

import pytest
from helpers.installed import install
from PySide6.QtCore import QProcess

from studio.disk.home import Home
from studio.engine.discovery.switches import PluginSwitches
from studio.shell.command_line import start_command

ROOT = Path(__file__).parents[2]

SOURCE = """
import os
from pathlib import Path
import studio.sdk as sdk

Path(__file__).with_suffix(".ran").touch()


class Stranger(sdk.Generator):
    id, title, makes = "test.stranger", "Stranger", (sdk.Text,)

    class Params(sdk.Params):
        pass

    def generate(self, params, ctx):
        yield sdk.Text(text="hello")


class Plugin:
    @sdk.hookimpl
    def studio_generators(self):
        return [Stranger]
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the code of an installed plugin that nobody allowed has run."""
    module = tmp_path / "stranger.py"
    module.write_text(SOURCE)
    install(tmp_path / "site", module)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "site"), str(ROOT))))
    return tmp_path / "site" / "stranger.ran"


def ended(home: Home, *words: str) -> tuple[int, str]:
    """Exit code and what was said when the window ran this command."""
    process = QProcess()
    start_command(process, home, *words)
    assert process.waitForFinished(60_000)
    said = bytes(process.readAllStandardOutput().data()) + bytes(process.readAllStandardError().data())
    return process.exitCode(), said.decode()


def test_what_the_artist_has_not_allowed_runs_in_no_command_of_the_windows(stranger: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "state", tmp_path / "library")
    code, said = ended(home, "plugin", "check", "stranger", "--json")
    assert code != 0
    assert "has not been allowed to run" in said
    assert ended(home, "generators")[0] == 0
    assert not stranger.exists()

    PluginSwitches(home).consent("bad-stranger")
    assert "test.stranger" in ended(home, "generators")[1]
    assert stranger.exists()


def test_the_window_starts_commands_in_this_way_alone() -> None:
    others = [
        path.name
        for path in (ROOT / "studio" / "shell").rglob("*.py")
        if '"-m", "studio"' in path.read_text("utf-8") and path.name != "command_line.py"
    ]
    assert others == []

"""Set-up: a half-made environment is made anew, and a step that fails is named instead of traced."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers.scripts import script


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``packaging/dev.py`` with an environment of its own."""
    module = script("dev")
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "READY", tmp_path / ".venv" / "studio-is-ready")
    return module


@pytest.mark.parametrize(
    ("there", "pip_works", "made"), [(False, False, True), (True, False, True), (True, True, False)]
)
def test_an_environment_is_made_unless_a_whole_one_is_there(
    dev: Any, monkeypatch: pytest.MonkeyPatch, there: bool, pip_works: bool, made: bool
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0 if pip_works or "venv" in command else 1)

    monkeypatch.setattr(subprocess, "run", run)
    if there:
        dev.PYTHON.parent.mkdir(parents=True)
        dev.PYTHON.touch()
    dev._make_environment()
    assert ([sys.executable, "-m", "venv", "--clear", str(dev.VENV)] in asked) == made


def test_a_step_that_fails_is_named(
    dev: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: list[str], **_how: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["dev.py", "setup"])
    assert dev.main() == 1
    assert f"This step failed, for the reason above: {sys.executable} -m venv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["--library"], ["--library"]),
        (["--selftest", "--library", "there", "--x"], ["--library", "there"]),
        (["--library=there", "--x"], ["--library=there"]),
    ],
)
def test_without_a_window_the_library_asked_for_is_used_however_it_is_said(
    dev: Any, given: list[str], kept: list[str]
) -> None:
    assert dev._library(given) == kept

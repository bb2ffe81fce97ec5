"""What a Linux desktop reads about the window."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from helpers.scripts import script

import studio

LINUX = Path(__file__).resolve().parents[2] / "packaging" / "linux"
ID = "studio.atelier.AtelierStudio"


def test_the_desktop_entry_starts_the_window_and_names_its_icon() -> None:
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(LINUX / f"{ID}.desktop", encoding="utf-8")
    values = entry["Desktop Entry"]
    assert values["Exec"] == "studio"
    assert values["Icon"] == ID
    assert (LINUX / f"{values['Icon']}.svg").is_file()
    assert values["Name[zh_CN]"]


def dev_with(monkeypatch: pytest.MonkeyPatch, python: Path) -> ModuleType:
    """packaging/dev.py over an environment that is set up already."""
    dev = script("dev")
    monkeypatch.setattr(dev, "PYTHON", python)
    monkeypatch.setattr(dev, "set_up", lambda: 0)
    monkeypatch.setattr(dev.platform, "system", lambda: "Linux")
    return dev


def test_the_studio_joins_the_users_applications_and_leaves_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "other.txt").write_text("stays")
    monkeypatch.setenv("XDG_DATA_HOME", str(share))
    dev = dev_with(monkeypatch, tmp_path / 'a 100% "$odd" place' / "python")
    assert dev.add_to_desktop() == 0
    lines = (share / "applications" / f"{ID}.desktop").read_text("utf-8").splitlines()
    (command,) = [line.removeprefix("Exec=") for line in lines if line.startswith("Exec=")]
    # As a desktop reads it: first the escapes of every text, then the quotes, then the codes.
    quoted = re.fullmatch(r'"(.*)"', command.replace("\\\\", "\\"))
    assert quoted is not None
    assert re.sub(r"\\(.)", r"\1", quoted[1]).replace("%%", "%") == str(dev.PYTHON.with_name("studio"))
    assert f"TryExec={dev.PYTHON.with_name('studio')}" in lines
    assert (share / "icons" / "hicolor" / "scalable" / "apps" / f"{ID}.svg").is_file()
    assert (share / "metainfo" / f"{ID}.metainfo.xml").is_file()
    assert dev.leave_desktop() == 0
    assert [path.name for path in share.rglob("*") if path.is_file()] == ["other.txt"]


def test_a_wheel_brings_the_same_files_to_the_same_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((LINUX.parents[1] / "pyproject.toml").read_text("utf-8"))
    brought = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    dev = dev_with(monkeypatch, Path("python"))
    assert brought == {
        f"packaging/linux/{name}": f"share/{folder}/{name}" for name, folder in dev.DESKTOP_FILES.items()
    }
    assert set(dev.DESKTOP_FILES) == {path.name for path in LINUX.iterdir()}


def test_the_metainfo_fits_the_desktop_entry_and_the_version() -> None:
    root = ElementTree.parse(LINUX / f"{ID}.metainfo.xml").getroot()
    assert root.findtext("id") == ID
    assert root.findtext("launchable") == f"{ID}.desktop"
    assert root.findtext("project_license") == "Apache-2.0"
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == studio.__version__


def test_the_window_tells_the_desktop_the_same_name() -> None:
    source = (LINUX.parents[1] / "studio" / "shell" / "app.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{ID}")' in source

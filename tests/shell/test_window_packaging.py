"""What a Linux desktop reads about the window."""

from __future__ import annotations

import configparser
from pathlib import Path
from xml.etree import ElementTree

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

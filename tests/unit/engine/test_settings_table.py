"""Settings: one table, a file that survives, and clear words about a damaged one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.engine.settings import BY_KEY, TABLE, Settings, SettingsError, documentation


def test_a_missing_file_means_defaults_and_no_complaint(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "settings.json")
    assert settings.problems == ()
    assert {setting.key: settings[setting.key] for setting in TABLE} == {s.key: s.default for s in TABLE}


def test_a_change_is_kept_and_told(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings.load(path)
    told = []
    stop = settings.listen(lambda key, value: told.append((key, value)))
    settings.set("theme", "light")
    settings.set("theme", "light")
    stop()
    settings.set("theme", "dark")
    assert told == [("theme", "light")]
    assert Settings.load(path)["theme"] == "dark"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1]", b"[" * 100_000, b"null", b'{"theme": "light",}'])
def test_a_damaged_file_is_kept_aside_and_named(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings = Settings.load(path)
    assert str(path) in settings.problems[0]
    assert "settings.broken-1.json" in settings.problems[0]
    assert (tmp_path / "settings.broken-1.json").read_bytes() == content
    assert settings["theme"] == "system"


def test_damaged_files_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        Settings.load(path)
    assert (tmp_path / "settings.broken-1.json").read_bytes() == b"one"
    assert (tmp_path / "settings.broken-2.json").read_bytes() == b"two"


def test_one_wrong_value_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "pink", "idle_minutes": 3, "from_the_future": {}}))
    settings = Settings.load(path)
    assert settings["theme"] == "system"
    assert settings["idle_minutes"] == 3
    assert len(settings.problems) == 1
    assert "theme" in settings.problems[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "pink"), ("theme", 3), ("network", "yes"), ("network", 1), ("idle_minutes", 1.5),
        ("idle_minutes", -1), ("idle_minutes", True), ("memory_budget_gb", float("nan")), ("memory_budget_gb", 1e9),
        ("library_folder", "relative"), ("library_folder", "/a\0b"), ("nonsense", 1),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_and_nothing_changes(tmp_path: Path, key: Any, value: Any) -> None:
    settings = Settings.load(tmp_path / "settings.json")
    before = settings[key] if key in BY_KEY else None
    with pytest.raises(SettingsError):
        settings.set(key, value)
    assert before is None or settings[key] == before
    assert not (tmp_path / "settings.json").exists()


def test_every_default_fits_its_own_setting() -> None:
    for setting in TABLE:
        assert setting.check(setting.default) == setting.default


def test_the_documentation_names_every_setting() -> None:
    text = documentation()
    for setting in TABLE:
        assert f"`{setting.key}`" in text
        assert setting.help in text


def test_what_another_studio_wrote_in_between_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    first, second = Settings.load(path), Settings.load(path)
    first.set("notify", value=False)
    path.write_text(json.dumps({**json.loads(path.read_text()), "of_a_newer_version": [1]}))
    second.set("theme", "dark")
    assert json.loads(path.read_text()) == {"notify": False, "of_a_newer_version": [1], "theme": "dark"}
    second.set("theme", "system")
    assert json.loads(path.read_text()) == {"notify": False, "of_a_newer_version": [1]}

"""References to models."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.models.store import ModelStore
from studio.sdk import UserError


def test_starters_and_folders_are_found(tmp_path: Path) -> None:
    (tmp_path / "tales").mkdir()
    (tmp_path / "tales" / "config.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    store = ModelStore(tmp_path)
    assert store.path("starter:tales") == tmp_path / "tales"
    assert store.path(f"folder:{tmp_path}") == tmp_path
    assert list(store.starters()) == ["tales"]


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "tales",
        "starter:",
        "starter:..",
        "starter:../tales",
        "starter:no",
        "folder:",
        "folder:/no/such",
        "http://x",
        "starter:a/b",
    ],
)
def test_anything_else_is_a_plain_error(tmp_path: Path, ref: str) -> None:
    (tmp_path / "starters").mkdir()
    with pytest.raises(UserError):
        ModelStore(tmp_path / "starters").path(ref)

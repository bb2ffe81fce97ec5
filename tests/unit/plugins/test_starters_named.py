"""The starters are offered under names in the window's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import studio_image
import studio_mesh
import studio_music
import studio_text
from studio import sdk
from studio.disk.home import Home
from studio.engine.choices import options


@pytest.mark.parametrize(
    "plugin", [studio_image.Plugin(), studio_mesh.Plugin(), studio_music.Plugin(), studio_text.Plugin()]
)
def test_every_starter_that_a_form_offers_has_a_chinese_name(plugin: Any, tmp_path: Path) -> None:
    home = Home(state=tmp_path / "state", library=tmp_path / "library")
    chinese = plugin.studio_translations()["zh_CN"]
    fields = [field for made in plugin.studio_generators() for field in sdk.GeneratorSpec.of(made).fields]
    offered = {option.label for field in fields if field.source for option in options(home, field.source)}
    assert offered, "no form of this plugin offers a starter"
    assert {title for title in offered if title not in chinese} == set()

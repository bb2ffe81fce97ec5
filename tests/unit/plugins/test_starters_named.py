"""The starters are offered under names in the window's language, with reports of what their recipes measure."""

from __future__ import annotations

import json
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

STARTERS = Path(__file__).resolve().parents[3] / "resources" / "starters"


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


MEASURED = {
    "chorale": {"nats per token", "chords: overlap with the data", "parallel octaves per bar, rules kept"},
    "song": {"nats per token", "chords: overlap with the data", "notes in the key"},
    "drums": {"nats per step", "style heard by a classifier", "timing: overlap with the data"},
    "sprites": {"precision", "recall", "kernel distance × 1,000", "copies"},
    "stickers": {"precision", "recall", "kernel distance × 1,000", "copies"},
    "voxels": {"overlap with known shapes", "Chamfer distance to known shapes", "watertight objects"},
    "verse-zh": {"bits per character", "poems with exactly their form", "poems that rhyme throughout"},
    "verse-en": {"bits per byte", "distinct-2", "longest copied run"},
    "gan-sprites": {"precision", "recall", "copies"},
    "vae-faces": {"PSNR", "SSIM", "copies"},
    "answer": {"F1", "exact answers"},
    "storyteller": {"bits per byte of tales", "longest copied run in tales"},
}


@pytest.mark.parametrize("starter", sorted(MEASURED))
def test_a_starters_report_and_card_tell_what_its_recipe_measures(starter: str) -> None:
    folder = STARTERS / starter
    report, card = (json.loads((folder / name).read_text("utf-8")) for name in ("report.json", "card.json"))
    told = {one["name"]: one["value"] for one in report["measures"]}
    assert MEASURED[starter] <= told.keys()
    assert {one["name"]: one["value"] for one in card["evaluation"]["measures"]} == told
    files = [name for name in report["samples"] if name.endswith((".png", ".mid"))]
    assert {name for name in files if not (folder / name).exists()} == set()


def test_the_chorales_faults_are_at_most_twice_bachs() -> None:
    report = json.loads((STARTERS / "chorale" / "report.json").read_text("utf-8"))
    faults = [one for one in report["measures"] if one["name"].endswith("rules kept")]
    assert len(faults) == 4
    assert all(one["value"] <= 2 * one["baseline"] for one in faults)

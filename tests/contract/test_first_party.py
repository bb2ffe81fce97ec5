"""Every generator that ships with the studio passes the twenty checks that third-party authors are given."""

import sys
import tomllib
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from helpers.tiny_models import tiny_model

from studio.engine.conformance import run_in_worker
from studio.sdk import Trainer
from studio.sdk.describing import problems_of
from studio.sdk.testing.conformance import CHECKS, Plugin, check_plugin

ROOT = Path(__file__).parents[2]
TARGETS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][
    "studio.plugins"
]
TRAINER_CHECKS = (1, 2, 3, 4, 5)
"""What trainers get in every run of the tests: all that needs no training. ``studio plugin check`` runs all twenty,
which takes minutes for each; that trainings resume exactly is tested beside each recipe."""

PATH = [*filter(None, sys.path), str(ROOT / "plugins")]


OWN_MODELS = {
    "studio.image.diffusion": ("model", "sd"),
    "studio.image.train-lora": ("base", "sd"),
    "studio.text.writer": ("model", "lm"),
    "studio.text.train-lora": ("base", "lm"),
}
"""Generators that work with a model of the artist's, the parameter that names it, and a tiny one in its place."""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    folder = tmp_path_factory.mktemp("models")
    models = {name: tiny_model(name, folder) for _, name in sorted(set(OWN_MODELS.values()))}
    return {id: {param: f"folder:{models[name]}"} for id, (param, name) in OWN_MODELS.items()}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", TARGETS)
def test_a_first_party_plugin_passes_twenty_of_twenty(name: str, given: dict[str, dict[str, str]]) -> None:
    plugin = Plugin(TARGETS[name], path=PATH, worker=run_in_worker, trainer_checks=TRAINER_CHECKS, given=given)
    results = list(check_plugin(plugin))
    counts = Counter(result.generator for result in results)
    assert set(counts.values()) <= {len(CHECKS), len(TRAINER_CHECKS)}
    assert [f"{result.generator}: {result}" for result in results if not result.passed] == []


@pytest.mark.parametrize("name", TARGETS)
def test_every_recipe_says_what_it_does_to_the_files_in_both_languages(name: str) -> None:
    module, _, plugin = TARGETS[name].partition(":")
    made = getattr(import_module(module), plugin)()
    recipes = [one for one in made.studio_generators() if issubclass(one, Trainer)]
    chinese = made.studio_translations().get("zh_CN", {})
    for recipe in recipes:
        assert recipe.alters is not None, recipe.id
        assert not list(problems_of(recipe)), recipe.id
        assert [said for _, said in recipe.alters if said not in chinese] == [], recipe.id

"""Live choices: models of a family, datasets of a kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.studios import home_in
from helpers.tiny_trainer import TrainTiny, dataset_in

from studio import sdk
from studio.engine.choices import check_sources, dataset_names, options
from studio.sdk import GeneratorSpec, ParameterError


class Uses(sdk.Generator):
    """Uses a model that was trained."""

    id = "test.uses"
    title = "Uses a model"
    makes = (sdk.Text,)

    class Params(sdk.Params):
        """Which one."""

        model: str = sdk.choice("starter:storyteller", source="models:image.tiny")

    def generate(self, params, ctx):  # type: ignore[no-untyped-def]
        """Say which."""
        yield sdk.Text(text=str(ctx.model(params.model)))


def own_model(folder: Path, family: str) -> None:
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"family": family, "title": "T"}))


def test_datasets_are_offered_by_kind_and_checked(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    spec = GeneratorSpec.of(TrainTiny)
    assert options(home, "datasets:image") == []
    dataset_in(home.datasets / "greys")
    (home.datasets / "broken").mkdir()
    (home.datasets / "broken" / "dataset.json").write_text("{")
    assert dataset_names(home) == ["broken", "greys"]
    assert [option.value for option in options(home, "datasets:image")] == ["greys"]
    assert options(home, "datasets:text") == []
    assert check_sources(home, spec, spec.check({"data": "greys"})) == {"data": home.datasets / "greys"}
    with pytest.raises(ParameterError, match="no dataset “blues”") as caught:
        check_sources(home, spec, spec.check({"data": "blues"}))
    assert caught.value.param == "data"
    assert "greys" in str(caught.value.hint)
    with pytest.raises(ParameterError, match="holds something unknown"):
        check_sources(home, spec, spec.check({"data": "broken"}))
    with pytest.raises(ParameterError):
        check_sources(home, spec, {**spec.check({"data": "greys"}), "data": ".."})


def test_models_are_offered_by_family_and_checked(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    spec = GeneratorSpec.of(Uses)
    own_model(home.models / "mine", "image.tiny")
    own_model(home.models / "other", "text.lm")
    assert [option.value for option in options(home, "models:image.tiny")] == ["own:mine"]
    check_sources(home, spec, {"model": "own:mine"})
    (tmp_path / "bare").mkdir()
    check_sources(home, spec, {"model": f"folder:{tmp_path / 'bare'}"})  # of a model without a card nothing is known
    for wrong, said in (
        ("own:other", "family text.lm"),
        ("starter:storyteller", "family text.storyteller"),
        ("own:no", "not there"),
        ("x", "does not name a model"),
    ):
        with pytest.raises(ParameterError, match=said) as caught:
            check_sources(home, spec, {"model": wrong})
        assert "own:mine" in str(caught.value.hint)


def test_a_source_nobody_knows_has_no_options(tmp_path: Path) -> None:
    assert options(home_in(tmp_path), "planets:inner") == []

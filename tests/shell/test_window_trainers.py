"""Trainers in the window: not among what Create offers; their form asks which datasets there are."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import ROOT
from helpers.studios import registry_of
from helpers.tiny_trainer import TrainTiny, dataset_in
from helpers.windows import FakeRegistry, make_workshop
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.sdk import Example, GeneratorSpec
from studio.shell.create.welcome import beginnings
from studio.shell.forms.choices import ChoiceEditor, ModelEditor
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory
from studio.shell.teach.page import users_of


def test_a_trainers_form_offers_the_datasets_of_its_kind(qtbot: QtBot, tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path)
    form = Form(GeneratorSpec.of(TrainTiny), FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(form)
    editor = form.editor("data")
    assert isinstance(editor, ChoiceEditor)
    assert editor.value() == ""
    dataset_in(workshop.home.datasets / "greys")
    editor.refresh()
    assert [editor.box.itemData(index) for index in range(editor.box.count())] == ["greys", ""]
    editor.set_value("greys")
    assert form.values()["data"] == "greys"
    workshop.bridge.close()


def test_create_offers_no_trainer(tmp_path: Path, qtbot: QtBot) -> None:
    del qtbot
    workshop, _ = make_workshop(tmp_path)
    trainer = GeneratorSpec.of(TrainTiny)

    workshop.set_registry(FakeRegistry({trainer.id: trainer}))
    assert list(workshop.specs) == [trainer.id]
    assert workshop.makers == {}
    assert beginnings(workshop.makers) == []
    workshop.bridge.close()


class UsesModel(sdk.Generator):
    """Uses a model."""

    id, title, makes = "test.uses-model", "Uses a model", (sdk.Image,)
    examples = (sdk.Example("One"),)

    class Params(sdk.Params):
        """What can be set."""

        model: str = sdk.choice("", [("", "None chosen yet")], source="models:image.none", label="Model", required=True)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Nothing: only its form is shown."""
        del params, ctx
        yield from ()


def test_what_first_needs_a_choice_is_no_way_to_begin() -> None:
    spec = GeneratorSpec.of(UsesModel)
    assert spec.needs_choice
    assert GeneratorSpec.from_json(spec.to_json()).needs_choice
    assert beginnings({spec.id: spec}) == []
    with pytest.raises(sdk.ParameterError, match="Model is missing"):
        spec.check({})
    assert spec.check({"model": "folder:/x"}) == {"model": "folder:/x"}


def test_a_model_may_lie_in_any_folder(qtbot: QtBot, tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path)
    form = Form(GeneratorSpec.of(UsesModel), FormHelp(workshop, PromptHistory(tmp_path / "prompts.json")))
    qtbot.addWidget(form)
    editor = form.editor("model")
    assert isinstance(editor, ModelEditor)
    assert editor.value() == ""
    (tmp_path / "my model").mkdir()
    editor.use_folder(str(tmp_path / "my model"))
    assert form.values()["model"] == f"folder:{tmp_path / 'my model'}"
    assert editor.box.currentText() == "my model"
    editor.refresh()
    assert form.values()["model"] == f"folder:{tmp_path / 'my model'}"
    editor.set_value("")
    assert editor.value() == ""
    workshop.bridge.close()


def test_the_first_cards_are_of_every_medium() -> None:
    specs = [
        GeneratorSpec(id=f"tests.{kind}{number}", title=f"{kind} {number}", makes=(kind,), fields=(), description="",
                      examples=(Example("one", {}), Example("two", {})))
        for kind in ("text", "image", "score", "mesh") for number in range(5)
    ]  # fmt: skip
    offered = beginnings({spec.id: spec for spec in specs})
    assert [spec.id for spec, _ in offered] == [
        "tests.text0", "tests.text1", "tests.image0", "tests.image1", "tests.score0", "tests.score1",
        "tests.mesh0", "tests.mesh1",
    ]  # fmt: skip


@pytest.fixture
def first_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, GeneratorSpec]:
    """The generators that ship with the studio, in the order in which its registry lists them."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "plugins")])
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["studio.plugins"]
    made = []
    for target in points.values():
        module, _, name = target.partition(":")
        made += getattr(importlib.import_module(module), name)().studio_generators()
    return registry_of(make_workshop(tmp_path)[0].home, *made).specs


def test_a_model_of_ones_own_is_used_in_the_generator_made_for_it(
    qtbot: QtBot, first_party: dict[str, GeneratorSpec]
) -> None:
    del qtbot
    users = {
        spec.teaches: [(user.id, name) for user, name in users_of(spec.teaches, first_party.values())]
        for spec in first_party.values()
        if spec.teaches
    }
    assert users["text.causal-lm"] == [("studio.text.writer", "model")], "the verse generator writes with few of them"
    assert len(users["image.flow"]) == 2, "sprites and stickers: the artist is asked"
    assert [family for family, there in users.items() if not there] == []

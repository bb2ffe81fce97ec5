"""Trainers in the window: not among what Create offers; their form asks which datasets there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.tiny_trainer import TrainTiny, dataset_in
from helpers.windows import make_workshop
from pytestqt.qtbot import QtBot

from studio import sdk
from studio.sdk import Example, GeneratorSpec
from studio.shell.create.welcome import beginnings
from studio.shell.forms.choices import ChoiceEditor, ModelEditor
from studio.shell.forms.form import Form, FormHelp
from studio.shell.forms.history import PromptHistory


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

    workshop.set_registry(SimpleNamespace(specs={trainer.id: trainer}, plugins=()))
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

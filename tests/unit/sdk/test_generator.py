"""Descriptors: what the host knows of a generator without importing it, and how old values become new ones."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import studio.sdk as sdk
from studio.sdk.describing import PluginFault, describe, plugin_manager, problems_of


class Bells(sdk.Generator):
    """Rings bells.

    They ring for as long
    as you like.
    """

    id, title, makes, version = "test.bells", "Bells", (sdk.Score, sdk.Audio), 2
    needs = sdk.Needs(ram_gb=1.5, modules=("numpy",))
    examples = (sdk.Example("Many bells", {"count": 8}, seed=3),)

    class Params(sdk.Params):
        count: int = sdk.integer(3, min=1, max=8, aliases=("bells",))
        tune: str = sdk.choice("plain", ["plain", "grand"], when={"count": [3, 4]})

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        yield sdk.Score(tracks=())

    @classmethod
    def migrate(cls, values: Mapping[str, sdk.Json], version: int) -> Mapping[str, sdk.Json]:
        return {**values, "count": values["count"] + 1} if version < 2 else values


def test_a_description_survives_the_journey_through_text() -> None:
    spec = sdk.GeneratorSpec.of(Bells, distribution="acme", translations={"zh_CN": {"Count": "数量"}})
    again = sdk.GeneratorSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again.to_json() == spec.to_json()
    assert (again.id, again.makes, again.version, again.needs.modules) == (
        "test.bells",
        ("score", "audio"),
        2,
        ("numpy",),
    )
    assert again.description == "Rings bells.\n\nThey ring for as long as you like."
    assert again.examples[0].values == {"count": 8}
    assert again.check({"bells": 4}) == {"count": 4, "tune": "plain"}


def test_a_description_names_its_fields() -> None:
    spec = sdk.GeneratorSpec.of(Bells)
    found = spec.field("count")
    assert found is not None
    assert found.max == 8
    assert spec.field("nothing") is None


@pytest.mark.parametrize(
    "damage", [{}, {"id": "x"}, {"fields": [{"kind": "wheel", "name": "w"}]}, {"needs": 3}, {"more": 1}]
)
def test_a_damaged_description_is_refused(damage: dict[str, Any]) -> None:
    plain = {**sdk.GeneratorSpec.of(Bells).to_json(), **damage} if "id" not in damage else damage
    if not damage:
        plain = {}
    with pytest.raises((TypeError, ValueError, KeyError)):
        sdk.GeneratorSpec.from_json(plain)


def test_old_values_are_migrated() -> None:
    assert Bells.migrate({"count": 3}, 1) == {"count": 4}
    assert Bells.migrate({"count": 3}, 2) == {"count": 3}


def test_a_sound_generator_has_no_problems() -> None:
    assert list(problems_of(Bells)) == []
    assert describe(Bells)["id"] == "test.bells"


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"id": "Bells"}, "id must look like"),
        ({"id": "nodots"}, "id must look like"),
        ({"title": " "}, "title must be"),
        ({"makes": ()}, "makes must be a tuple"),
        ({"makes": (sdk.Artifact,)}, "makes must hold only"),
        ({"version": 0}, "version must be"),
        ({"version": True}, "version must be"),
        ({"needs": {"ram_gb": 1}}, "needs must be"),
        ({"Params": dict}, "Params must be"),
        ({"examples": ({"title": "x"},)}, "examples must hold"),
        ({"examples": (sdk.Example("x", {"nope": 1}),)}, "no parameter"),
        ({"examples": (sdk.Example("x", {"count": 99}),)}, "does not fit"),
    ],
)
def test_a_wrong_attribute_is_named(attributes: dict[str, Any], sentence: str) -> None:
    wrong = type("Wrong", (Bells,), attributes)
    assert any(sentence in problem for problem in problems_of(wrong))
    with pytest.raises(PluginFault, match="“Wrong”"):
        describe(wrong)


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (sdk.Field("integer", default=1, min=5, max=2), "minimum above its maximum"),
        (sdk.Field("number", default=1.0, step=0.0), "step that is not positive"),
        (sdk.Field("choice", default=""), "choice without options"),
        (sdk.Field("choice", default="a", options=(sdk.Option("a", "A"), sdk.Option("a", "B"))), "an option twice"),
        (sdk.Field("choice", default="z", options=(sdk.Option("a", "A"),)), "default that does not fit"),
        (sdk.Field("toggle", default=False, when={"ghost": 1}), "depends on “ghost”"),
        (sdk.Field("toggle", default=False, aliases=("other",)), "alias “other”"),
    ],
)
def test_a_wrong_parameter_is_named(field: sdk.Field, sentence: str) -> None:
    form = type("Params", (sdk.Params,), {"it": field, "other": sdk.integer(1)})
    wrong = type("Wrong", (Bells,), {"Params": form, "examples": ()})
    assert any(sentence in problem for problem in problems_of(wrong))


def test_a_hook_with_strange_arguments_is_refused() -> None:
    class Plugin:
        @sdk.hookimpl
        def studio_generators(self, wishes: object) -> list[type[sdk.Generator]]:
            return []

    with pytest.raises(PluginFault, match="does not take the arguments"):
        plugin_manager(Plugin())


def test_a_module_may_be_a_plugin() -> None:
    import types

    module = types.ModuleType("module_plugin")
    module.studio_generators = sdk.hookimpl(lambda: [Bells])  # type: ignore[attr-defined]
    assert plugin_manager(module).hook.studio_generators() == [[Bells]]

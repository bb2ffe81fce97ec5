"""What the picture plugin tells the studio: light to import, complete in Chinese, examples that fit."""

import subprocess
import sys

import pytest

import studio.sdk as sdk
from studio_image import Plugin

GENERATORS = Plugin().studio_generators()


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    heavy = "[n for n in ('numpy','scipy','PIL','torch') if n in sys.modules]"
    code = f"import sys; sys.path[:0] = {sys.path!r}; import studio_image; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_word_shown_has_a_chinese_one(generator: type[sdk.Generator]) -> None:
    spec = sdk.GeneratorSpec.of(generator)
    texts = [spec.title, *spec.description.split("\n\n"), *(example.title for example in spec.examples)]
    for field in spec.fields:
        texts += [field.label, field.help, field.group, *(option.label for option in field.options)]
    chinese = Plugin().studio_translations()["zh_CN"]
    assert [text for text in texts if text and text not in chinese] == []


@pytest.mark.parametrize("generator", GENERATORS)
def test_examples_hold_values_the_form_accepts(generator: type[sdk.Generator]) -> None:
    spec = sdk.GeneratorSpec.of(generator)
    trains = issubclass(generator, sdk.Trainer)
    assert len(spec.examples) >= (2 if trains else 4)
    for example in spec.examples:
        checked = spec.check({**example.values, "data": "sprites"} if trains else example.values)
        assert all(checked[name] == value for name, value in example.values.items())

"""From a plugin object to its generators and their descriptors, with a plain sentence for everything that can be wrong.

Used by discovery (in the scout process) and by the conformance kit; a plugin needs none of it.
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import pluggy

from studio.sdk import hookspecs
from studio.sdk.artifacts import Artifact
from studio.sdk.datasets import DATASET_KINDS
from studio.sdk.errors import ParameterError
from studio.sdk.generator import Example, Generator, GeneratorSpec, Needs
from studio.sdk.parameters import INPUT_KINDS, Field, Json, Params
from studio.sdk.trainer import Trainer

ID_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")
"""What a generator id looks like: lower-case words joined by dots and hyphens, at least one dot."""

HOOKS = tuple(sorted(name for name in vars(hookspecs) if name.startswith(f"{hookspecs.PROJECT}_")))
"""Names of all hooks a plugin may implement."""


class PluginFault(Exception):
    """Something about a plugin is not as the contract says; the message is a sentence for its row in the list."""


class Caught:
    """A context that stops any exception, `SystemExit` included, and keeps it in `error`: plugins may raise all.

    Attributes:
        error: what was raised inside, or None.
    """

    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return error is not None


def plugin_manager(plugin: object) -> pluggy.PluginManager:
    """A manager with this one plugin, its hooks checked.

    Raises:
        PluginFault: a hook is misspelled, unmarked, takes other arguments, or there is none at all.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    marked = list(_marked(plugin))
    for name in marked:
        if name not in HOOKS:
            raise PluginFault(f"There is no hook “{name}”{_suggestion(name)}.")
    for name in HOOKS:
        if callable(getattr(plugin, name, None)) and name not in marked:
            raise PluginFault(f"Its method “{name}” lacks the @sdk.hookimpl mark.")
    if not marked:
        known = ", ".join(HOOKS)
        raise PluginFault(f"It implements no hook; mark at least one of {known} with @sdk.hookimpl.")
    try:
        manager.register(plugin)
    except pluggy.PluginValidationError as error:
        raise PluginFault(f"A hook does not take the arguments the contract gives it: {error}") from error
    return manager


def offered_generators(manager: pluggy.PluginManager) -> list[type[Generator]]:
    """The generator classes the plugin's hook returns. Raises `PluginFault`, or whatever the hook raises."""
    found: list[type[Generator]] = []
    for answer in manager.hook.studio_generators():
        if isinstance(answer, (str, bytes)) or not isinstance(answer, Sequence):
            raise PluginFault(f"Its hook studio_generators must return a list of classes, not {_article(answer)}.")
        for entry in answer:
            if not isinstance(entry, type):
                raise PluginFault(
                    f"Its hook studio_generators returned {_article(entry)} among the classes: {entry!r}."
                )
            if not issubclass(entry, Generator):
                raise PluginFault(f"“{entry.__qualname__}” is not a subclass of sdk.Generator.")
            found.append(entry)
    return found


def offered_translations(manager: pluggy.PluginManager) -> dict[str, dict[str, str]]:
    """The plugin's translations by locale. Raises `PluginFault`, or whatever the hook raises."""
    merged: dict[str, dict[str, str]] = {}
    answers: list[Any] = manager.hook.studio_translations()
    for answer in answers:
        if not isinstance(answer, Mapping):
            raise PluginFault("Its hook studio_translations must return texts by locale.")
        for locale, texts in answer.items():
            if not isinstance(locale, str) or not isinstance(texts, Mapping):
                raise PluginFault("Its hook studio_translations must return texts by locale.")
            if not all(isinstance(source, str) and isinstance(text, str) for source, text in texts.items()):
                raise PluginFault(f"Its translations for “{locale}” must be texts by text.")
            merged.setdefault(locale, {}).update(texts)
    return merged


def describe(generator: type[Generator], **where: Any) -> dict[str, Json]:
    """The descriptor of a generator as JSON, checked to survive the journey through text.

    Args:
        generator: the class.
        where: distribution, distribution_version, translations.

    Raises:
        PluginFault: an attribute is missing, of the wrong type, or no JSON.
    """
    for problem in problems_of(generator):
        raise PluginFault(f"“{generator.__qualname__}”: {problem}")
    spec = GeneratorSpec.of(generator, **where)
    try:
        plain: dict[str, Json] = json.loads(json.dumps(spec.to_json(), allow_nan=False))
        same = GeneratorSpec.from_json(plain).to_json() == plain
    except (TypeError, ValueError, KeyError) as error:
        raise PluginFault(f"“{generator.__qualname__}” cannot be described as JSON: {error}.") from error
    if not same:
        raise PluginFault(f"“{generator.__qualname__}” changes when its description is written and read as JSON.")
    return plain


def problems_of(generator: type[Generator]) -> Iterator[str]:
    """Sentences on what is wrong with a generator class's attributes."""
    for name in sorted(generator.__abstractmethods__):
        yield f"it does not implement {name}."
    yield from _identity_problems(generator)
    makes = getattr(generator, "makes", None)
    if not isinstance(makes, tuple) or not makes:
        yield "makes must be a tuple of artifact classes, such as (sdk.Image,)."
    elif not all(isinstance(made, type) and issubclass(made, Artifact) and made.kind for made in makes):
        yield "makes must hold only artifact classes: sdk.Text, Image, Audio, Score, Mesh, Video."
    if not isinstance(getattr(generator, "needs", None), Needs):
        yield "needs must be sdk.Needs(…)."
    form = getattr(generator, "Params", None)
    if not (isinstance(form, type) and issubclass(form, Params)):
        yield "Params must be a subclass of sdk.Params."
        return
    for field in generator.Params.fields:
        yield from field_problems(field, generator.Params.fields)
    yield from _example_problems(generator)
    yield from _trainer_problems(generator)


def _trainer_problems(generator: type[Generator]) -> Iterator[str]:
    if not issubclass(generator, Trainer):
        return
    teaches = getattr(generator, "teaches", None)
    if not isinstance(teaches, str) or not ID_PATTERN.fullmatch(teaches):
        yield f"teaches must name a family of models such as “image.gan”, not {teaches!r}."
    names = {"", *(field.name for field in generator.Params.fields)}
    try:
        fits = all(name in names and isinstance(said, str) for name, said in generator.alters or ())
    except (TypeError, ValueError):
        fits = False
    if not fits:
        yield "alters must hold pairs of a parameter's name and a sentence."
    datasets = [field for field in generator.Params.fields if field.kind == "dataset"]
    if not datasets:
        yield "a trainer needs a dataset among its parameters: data: sdk.Dataset = sdk.dataset(KIND)."
    for field in datasets:
        if field.source.removeprefix("datasets:") not in DATASET_KINDS:
            yield f"parameter “{field.name}” asks for a dataset of an unknown kind, {field.source!r}."


def _identity_problems(generator: type[Generator]) -> Iterator[str]:
    identifier = getattr(generator, "id", None)
    if not isinstance(identifier, str) or not ID_PATTERN.fullmatch(identifier):
        yield f"id must look like “author.name” in lower case with dots and hyphens, not {identifier!r}."
    title = getattr(generator, "title", None)
    if not isinstance(title, str) or not title.strip():
        yield "title must be a few words."
    version = generator.version
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield f"version must be a whole number from 1, not {version!r}."


def field_problems(field: Field, siblings: Sequence[Field]) -> Iterator[str]:
    """Sentences on what is wrong with one parameter, given the others beside it."""
    name = f"parameter “{field.name}”"
    yield from _bound_problems(field, name)
    names = {known.name for known in siblings}
    for other in field.when or ():
        if other not in names:
            yield f"{name} depends on “{other}”, which is no parameter."
    for alias in field.aliases:
        if alias in names:
            yield f"{name} has the alias “{alias}”, which is a parameter of its own."
    if field.kind not in INPUT_KINDS:
        try:
            field.check(field.default)
        except ParameterError as error:
            yield f"{name} has a default that does not fit: {error.message}"


def _bound_problems(field: Field, name: str) -> Iterator[str]:
    if field.min is not None and field.max is not None and field.min > field.max:
        yield f"{name} has a minimum above its maximum."
    if field.step is not None and field.step <= 0:
        yield f"{name} has a step that is not positive."
    if field.kind == "choice" and not field.options and not field.source:
        yield f"{name} is a choice without options."
    values = [option.value for option in field.options]
    if len(set(values)) < len(values):
        yield f"{name} lists an option twice."


def _example_problems(generator: type[Generator]) -> Iterator[str]:
    by_name = {field.name: field for field in generator.Params.fields}
    examples: Sequence[object] = generator.examples
    for example in examples:
        if not isinstance(example, Example):
            yield "examples must hold sdk.Example(…) entries."
            return
        for name, value in example.values.items():
            if name not in by_name:
                yield f"example “{example.title}” sets “{name}”, which is no parameter."
                continue
            try:
                by_name[name].check(value)
            except ParameterError as error:
                yield f"example “{example.title}” has a value that does not fit: {error.message}"


def _marked(plugin: object) -> Iterator[str]:
    """Names of attributes marked with @hookimpl, looked up on the class so that properties don't run."""
    owner = plugin if inspect.isclass(plugin) or inspect.ismodule(plugin) else type(plugin)
    for name in dir(owner):
        with Caught() as caught:
            attribute = inspect.getattr_static(owner, name)
        if caught.error is None and hasattr(getattr(attribute, "__func__", attribute), f"{hookspecs.PROJECT}_impl"):
            yield name


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, HOOKS, n=1, cutoff=0.5)
    return f"; did you mean “{close[0]}”?" if close else f"; the hooks are {', '.join(HOOKS)}"


def _article(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"

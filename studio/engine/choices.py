"""What the host answers where a parameter asks it: models of a family, datasets of a kind.

A ``source`` is ``"models:image.gan,image.vae"`` or ``"datasets:image"``; both faces show the options, and a request is
checked against them before it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from studio.models.cards import read_card
from studio.models.store import ModelStore
from studio.sdk import Field, GeneratorSpec, Json, Option, ParameterError, UserError
from studio.sdk.datasets import MANIFEST, Dataset

if TYPE_CHECKING:
    from studio.disk.home import Home

MANIFEST_HEAD = 16 * 2**10
"""Bytes of a manifest that are read to learn its kind; it comes right after the name."""

_HEAD = re.compile(r'\s*\{\s*"format":\s*\d+,\s*"name":\s*"(?:[^"\\]|\\.)*",\s*"kind":\s*"([a-z]+)"')


def models_of(home: Home) -> ModelStore:
    """The models on this computer: starters and the artist's own."""
    return ModelStore(own=home.models)


def options(home: Home, source: str) -> list[Option]:
    """The options of a live choice, most likely ones first; none for a source nobody knows."""
    scheme, _, wanted = source.partition(":")
    if scheme == "models":
        return [Option(ref, _label(ref, card.title)) for ref, card in models_of(home).family(wanted)]
    if scheme == "datasets":
        return [Option(name, name) for name in dataset_names(home, wanted)]
    return []


def dataset_names(home: Home, kinds: str = "") -> list[str]:
    """Names of the prepared datasets of one of `kinds` (all when empty), in alphabetical order."""
    wanted = {kind.strip() for kind in kinds.split(",")} if kinds else set()
    return [folder.name for folder in _dataset_folders(home) if not wanted or _kind_of(folder) in wanted]


def dataset_folder(home: Home, known: Field, name: str) -> Path:
    """The folder of the dataset that a parameter names.

    Raises:
        ParameterError: there is no such dataset, or it is of another kind.
    """
    folder = home.datasets / name
    kinds = known.source.partition(":")[2]
    there = ", ".join(dataset_names(home, kinds)) or "none yet; make one with: studio teach data FOLDER"
    if not name or Path(name).name != name or not (folder / MANIFEST).is_file():
        raise ParameterError(
            f"There is no dataset “{name}”.", param=known.name, hint=f"Datasets of the kind {kinds}: {there}."
        )
    kind = _kind_of(folder)
    if kind not in kinds.split(","):
        raise ParameterError(
            f"The dataset “{name}” holds {kind or 'something unknown'}; this learns from {kinds}.",
            param=known.name,
            hint=f"Datasets of the kind {kinds}: {there}.",
        )
    return folder


def check_sources(home: Home, spec: GeneratorSpec, values: Mapping[str, Json]) -> dict[str, Path]:
    """Check the answers of all live choices in a request; returns the folders of its datasets by parameter.

    Raises:
        ParameterError: a model or dataset is not there, or is of another family or kind.
    """
    folders = {}
    for known in spec.fields:
        value = values.get(known.name)
        if not known.applies(values) or not isinstance(value, str) or not value:
            continue
        if known.kind == "dataset":
            folders[known.name] = dataset_folder(home, known, value)
        elif known.kind == "choice" and known.source.startswith("models:"):
            _check_model(home, known, value)
    return folders


def _check_model(home: Home, known: Field, ref: str) -> None:
    if ref in {option.value for option in known.options}:
        return
    try:
        folder = models_of(home).path(ref)
    except UserError as error:
        raise ParameterError(error.message, param=known.name, hint=_models_hint(home, known)) from error
    try:
        family = read_card(folder).family
    except UserError:
        return  # a folder of the artist's needs no card; the generator says what it cannot load
    families = known.source.partition(":")[2].split(",")
    if family not in families:
        raise ParameterError(
            f"The model “{ref}” is of the family {family}; this works with {', '.join(families)}.",
            param=known.name,
            hint=_models_hint(home, known),
        )


def _models_hint(home: Home, known: Field) -> str:
    there = ", ".join(option.value for option in (*known.options, *options(home, known.source)))
    return f"Models that fit: {there or 'none yet'}."


def _dataset_folders(home: Home) -> Iterator[Path]:
    if home.datasets.is_dir():
        yield from sorted(
            entry
            for entry in home.datasets.iterdir()
            if not entry.name.startswith(".") and (entry / MANIFEST).is_file()
        )


def _kind_of(folder: Path) -> str:
    """The kind of a dataset, empty when its manifest is damaged. Reads its beginning only where that is enough."""
    try:
        with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as stream:
            if head := _HEAD.match(stream.read(MANIFEST_HEAD)):
                return head[1]
        return Dataset.read(folder).kind
    except (OSError, ValueError):
        return ""


def _label(ref: str, title: str) -> str:
    scheme, _, name = ref.partition(":")
    return name if scheme == "own" else title

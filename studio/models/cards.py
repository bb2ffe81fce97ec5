"""Model cards: what ``card.json`` beside a model's weights says of it. Outside text: nothing in it is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.sdk import Json, UserError

CARD = "card.json"

CARD_BYTES = 4 * 2**20
"""Longest card that is read, bytes; vocabularies among the facts take most of one."""

TEXT_LIMIT = 2000
"""Most characters of a title, recipe or licence that are kept."""

FAMILY = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
"""What the name of a family looks like: ``"medium.architecture"``."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model without loading it.

    Attributes:
        title: a few words.
        family: as `Trainer.teaches`, e.g. ``"image.flow"``.
        recipe: id of the trainer that made it, empty when unknown.
        facts: what generators need to know, as JSON.
        dataset: what it was taught from, as JSON: name, kind, digest, licence …
        plain: the whole card, as JSON.
    """

    title: str
    family: str
    recipe: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    dataset: Mapping[str, Json] = field(default_factory=dict)
    plain: Mapping[str, Json] = field(default_factory=dict)


def read_card(folder: Path) -> ModelCard:
    """The card of the model in `folder`.

    Raises:
        UserError: there is none, or it is damaged.
    """
    path = folder / CARD
    try:
        with path.open("rb") as stream:
            raw = stream.read(CARD_BYTES + 1)
    except OSError as error:
        raise UserError(f"The model in {folder} has no card that can be read ({error.strerror}).") from error
    if len(raw) > CARD_BYTES:
        raise UserError(f"{path} is no model card: it is longer than {CARD_BYTES:,} bytes.")
    try:
        return _card(json.loads(raw.decode("utf-8"), parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no model card ({error}).") from error


def _card(plain: Any) -> ModelCard:
    """Raises `ValueError` saying what is wrong."""
    if not isinstance(plain, dict):
        raise ValueError("it holds no object")  # noqa: TRY004 - the caller tells of one kind of damage
    family = plain.get("family")
    if not isinstance(family, str) or len(family) > TEXT_LIMIT or not FAMILY.fullmatch(family):
        raise ValueError(f"its family is {str(family)[:60]!r}")
    return ModelCard(
        title=_text(plain, "title") or family,
        family=family,
        recipe=_text(plain, "recipe"),
        facts=_object(plain, "facts"),
        dataset=_object(plain, "dataset"),
        plain=plain,
    )


def _text(plain: Mapping[str, Any], name: str) -> str:
    value = plain.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"its {name} is no text")  # noqa: TRY004 - as above
    return " ".join(value[:TEXT_LIMIT].split())


def _object(plain: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = plain.get(name, {})
    if isinstance(value, str):  # a name alone
        return {"name": value[:TEXT_LIMIT]}
    if not isinstance(value, dict):
        raise ValueError(f"its {name} are no object")  # noqa: TRY004 - as above
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")

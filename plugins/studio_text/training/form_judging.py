"""Form and rhyme in the report of a text model, where its texts have forms that the studio knows the rules of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio_text.training import evaluate_english, evaluate_verse

if TYPE_CHECKING:
    from studio_text.training.documents import Document

POEMS = 19
"""Poems that are written: one in each Chinese form on offer, some in each English one."""

LEAST_SHARE = 0.5
"""Share of the training texts whose kind must be a known form."""

ENGLISH = frozenset({"pentameter", "tetrameter", "trimeter", "ballad", "long", "mixed"})
"""Kinds of English verse, as the starter's captions name them."""


def form_measures(folder: Path, training: Sequence[Document], data: sdk.Dataset, ctx: Any) -> list[sdk.Measure]:
    """How well poems by the model in `folder` keep form and rhyme; nothing where no form is known.

    The rules, rhymes and readings are those of the starters. They need the model to write in their characters, or in
    their very tokens, as one does that went on from them.
    """
    kinds = [document.tags[0] for document in training if document.tags]
    if sum(kind in ENGLISH for kind in kinds) >= LEAST_SHARE * len(training):
        return _measured("starter:verse-en", lambda tables: _english(folder, tables), ctx)
    return _measured("starter:verse-zh", lambda tables: _chinese(folder, tables, kinds, len(training), data), ctx)


def _measured(starter: str, measure: Any, ctx: Any) -> list[sdk.Measure]:
    """What `measure` finds with the folder of `starter`; nothing without it, or for a model of other tokens."""
    try:
        found: list[sdk.Measure] = measure(ctx.model(starter))
    except (sdk.UserError, OSError, ValueError, KeyError):
        return []
    return found


def _english(folder: Path, tables: Path) -> list[sdk.Measure]:
    from studio_text.english_model import EnglishModel

    return evaluate_english.measures(EnglishModel(folder, tables, "cpu"), POEMS)


def _chinese(folder: Path, tables: Path, kinds: Sequence[str], texts: int, data: sdk.Dataset) -> list[sdk.Measure]:
    from studio_text.verse_rules import Tables
    from studio_text.versing import VerseModel

    forms = Tables.read(tables).forms
    if sum(kind in forms for kind in kinds) < LEAST_SHARE * texts:
        return []
    return evaluate_verse.measures(VerseModel(folder, tables, "cpu"), data, POEMS)

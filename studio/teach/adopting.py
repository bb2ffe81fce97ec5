"""Taking a trained model into the model store: card first, then one rename."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.disk.durable import sync_file, sync_folder
from studio.sdk.trainer import TrainedModel

CARD = "card.json"
"""What a generator's choice and the Models page read of a model without loading it."""


def adopt(trained: TrainedModel, place: Path, facts: Mapping[str, Any]) -> Path:
    """Write the card into the model's folder and move it to `place`; an older model there is replaced.

    Args:
        trained: what the trainer made.
        place: the model's folder in the store.
        facts: for the card: title, family, recipe, values, seed, dataset, studio.

    Returns:
        `place`.
    """
    card = {**facts, "facts": dict(trained.facts), "evaluation": asdict(trained.evaluation)}
    (trained.folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False), "utf-8")
    place.parent.mkdir(parents=True, exist_ok=True)
    staged = place.with_name(f".{place.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    shutil.move(trained.folder, staged)
    for path in staged.rglob("*"):
        if path.is_file():
            sync_file(path)
    sync_folder(staged)
    if place.exists():
        old = place.with_name(f".{place.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        staged.rename(place)
        shutil.rmtree(old)
    else:
        staged.rename(place)
    sync_folder(place.parent)
    return place


def model_name(title: str, key: str) -> str:
    """A folder name for a model: its title in safe letters, and the start of its run's key."""
    words = re.sub(r"[^\w]+", "-", title.lower()).strip("-_")[:40] or "model"
    return f"{words}-{key[:6]}"

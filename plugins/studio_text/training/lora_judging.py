"""The finished LoRA of a language model: its folder, and how much it learned and copied. Imports torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.sdk.training.adapters import holding
from studio.sdk.training.loop import folder_of
from studio_text.own_models import SETTINGS
from studio_text.training.copying import Sources, words_of
from studio_text.training.variety import distinct, repetition

if TYPE_CHECKING:
    from studio.sdk.training import Loop
    from studio_text.training.lora_learning import LoraLearning

WRITTEN, LONGEST = 8, 160
"""Texts written for the report, and their longest new part in tokens."""

COPY_RUN = 16
"""So many words in a row from a training text are no common phrase any more: the text counts as memorised."""


def finished(learning: LoraLearning, loop: Loop, params: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    """Save what was learned, and measure it beside the base alone."""
    folder = folder_of(ctx, "model")
    network = learning.own.model
    network.eval()
    measures: list[sdk.Measure] = []
    with holding(learning.weights, loop.averaged["lora"]):
        save(learning, folder)
        if learning.held_out:
            worn = learning.foresight(params.judged)
            with network.disable_adapter():
                bare = learning.foresight(params.judged)
            meaning = "How surprised it is by texts it has not seen; lower than the base: it learned their manner."
            measures.append(sdk.Measure("bits per byte", worn, bare, "the base alone", "lower", meaning))
        texts = learning.written((learning.held_out or learning.training)[:WRITTEN], LONGEST)
    human = [document.text for document in (learning.held_out or learning.training)[:WRITTEN]]
    sources = Sources(document.text for document in learning.training)
    neighbours = tuple(_neighbour(text, sources) for text in texts)
    measures += _manner(texts, human)
    copied = sum(pair.copied for pair in neighbours) / len(neighbours)
    said = f"Share of the texts it wrote that hold {COPY_RUN} words in a row from a training text."
    measures.append(sdk.Measure("memorised texts", copied, None, "", "lower", said))
    evaluation = sdk.Evaluation(
        measures=tuple(measures),
        samples=tuple(texts),
        neighbours=neighbours,
        limits=(
            "It knows the manner of the texts, not whether what it says is true.",
            f"It fits only models of the make of {learning.own.folder.path.name}.",
            *(() if learning.held_out else ("No text was held out, so how it does on new ones is not known.",)),
        ),
        intended_use="Drafts and ideas in the manner of the texts it learned from, on top of the base model.",
    )
    facts: dict[str, sdk.Json] = {
        "architecture": learning.own.folder.kind,
        "base": learning.own.folder.path.name,
        "rank": params.rank,
        "texts": len(learning.training),
        "tokens": learning.pages.tokens,
    }
    return sdk.TrainedModel(folder, evaluation, facts)


def save(learning: LoraLearning, folder: Path) -> None:
    """The two files of peft; of the base its name alone, not where it lies on this computer."""
    learning.own.model.save_pretrained(folder, save_embedding_layers=False)
    place = folder / SETTINGS
    plain = json.loads(place.read_text("utf-8"))
    plain["base_model_name_or_path"] = learning.own.folder.path.name
    plain["target_modules"] = (
        sorted(plain["target_modules"]) if isinstance(plain["target_modules"], list) else plain["target_modules"]
    )
    place.write_text(json.dumps(plain, indent=1, sort_keys=True), "utf-8")
    (folder / "README.md").unlink(missing_ok=True)  # the studio writes its own


def _neighbour(text: str, sources: Sources) -> sdk.Neighbour:
    """A text beside the longest run it shares with the training texts."""
    shared = sources.longest(text)
    words = len(words_of(shared))
    return sdk.Neighbour(text, shared, 1.0 - words / max(1, len(words_of(text))), copied=words >= COPY_RUN)


def _manner(texts: list[str], human: list[str]) -> list[sdk.Measure]:
    return [
        sdk.Measure(
            "distinct-2", distinct(texts, 2), distinct(human, 2), "texts by people", "near",
            "Share of different pairs of words among all it wrote (Li et al. 2016).",
        ),
        sdk.Measure(
            "repetition", repetition(texts), repetition(human), "texts by people", "near",
            "Share of runs of four words that had occurred in the same text before.",
        ),
    ]  # fmt: skip

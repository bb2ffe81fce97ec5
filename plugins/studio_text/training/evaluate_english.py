"""Measure English verse: ``python -m studio_text.training.evaluate_english --model DIR [--poems N] [--data DIR]``.

Prints, as JSON: how many lines have exactly the syllables of their feet, how many rhymes are rhymes, how much of the
metre is kept, how varied the poems are, and, when the prepared dataset is given, how well held-out poems are foreseen
and how much is copied from training ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio import sdk
from studio.sdk import Dataset
from studio_text.english_model import EnglishModel
from studio_text.english_rules import MARKS, Line, lines_of
from studio_text.english_versing import NETWORK_SHARE, EnglishVersifier, EnglishWish
from studio_text.training.copying import Sources, words_of
from studio_text.training.documents import Document, read_documents
from studio_text.training.ngram import KneserNey
from studio_text.training.variety import distinct, repetition
from studio_text.verse import KINDS, OPEN_METRE
from studio_text.verse_in_english import MOODS, rhyme_faults

JUDGED = 21
"""Poems that are written for a report: three in each form."""

METRES = ("tetrameter", "pentameter", "trimeter", "trochaic")


def write(verse: EnglishModel, poems: int) -> list[tuple[list[Line], EnglishWish, list[list[str]], str]]:
    """So many poems at the default settings: forms, metres and moods in turn, each from a seed of its own."""
    moods = [(), *MOODS.values()]
    written = []
    for seed in range(poems):
        kind = KINDS[seed % len(KINDS)][0]
        metre = METRES[seed // len(KINDS) % len(METRES)] if kind in OPEN_METRE else "tetrameter"
        lines, name = lines_of(kind, metre)
        words = tuple(word for word in moods[seed // len(KINDS) % len(moods)] if word in verse.numbers)
        wish = EnglishWish(caption=tuple(word for word in words if word in verse.tables.hints), words=words)
        versifier = EnglishVersifier(verse, lines, name, wish, seed)
        text = "".join(versifier.written())
        written.append((lines, wish, versifier.units, text))
    return written


def judge(
    verse: EnglishModel, written: Sequence[tuple[list[Line], EnglishWish, list[list[str]], str]]
) -> dict[str, Any]:
    """Shares, 0 … 1, unless named otherwise."""
    tables = verse.tables
    lines = [(line, units) for form, _, poem, _ in written for line, units in zip(form, poem, strict=True)]
    asked = [sum(line.rhyme >= 0 for line in form) - len({line.rhyme for line in form} - {-1}) for form, *_ in written]
    faults = [rhyme_faults(tables, form, poem) for form, _, poem, _ in written]
    wished = [word in {unit for units in poem for unit in units} for _, wish, poem, _ in written for word in wish.words]
    texts = [text for *_, text in written]
    return {
        "poems": len(written),
        "lines with the right number of syllables": _mean([tables.syllables(u) == len(line.feet) for line, u in lines]),
        "rhymes kept": 1 - sum(faults) / max(1, sum(asked)),
        "poems that rhyme throughout": _mean([fault == 0 for fault in faults]),
        "words on their feet": _mean([kept for line, units in lines for kept in feet_kept(verse, line, units)]),
        "wished words": _mean(wished),
        "repetition": repetition(texts),
        "distinct-2": distinct(texts, 2),
    }


def measures(verse: EnglishModel, poems: int = JUDGED) -> list[sdk.Measure]:
    """How well poems keep their form, for the report."""
    told = judge(verse, write(verse, poems))
    return [
        sdk.Measure("lines with the right number of syllables", told["lines with the right number of syllables"],
                    better="higher", meaning="Share of lines with exactly the syllables of their feet."),
        sdk.Measure("rhymes kept", told["rhymes kept"], better="higher",
                    meaning="Share of the rhymes asked for that are rhymes by the pronouncing dictionary."),
        sdk.Measure("words on their feet", told["words on their feet"], better="higher",
                    meaning="Share of the words of several syllables whose main stress falls on a strong place."),
    ]  # fmt: skip


def feet_kept(verse: EnglishModel, line: Line, units: Sequence[str]) -> list[bool]:
    """For each word of more than one syllable whether its main stress falls on a strong place."""
    place, found = 0, []
    for unit in units:
        sound = None if unit in MARKS else verse.tables.sound(unit)
        if sound is None:
            continue
        if len(sound.stresses) > 1:
            feet = line.feet[place : place + len(sound.stresses)]
            found.append(all(foot == "S" for foot, stress in zip(feet, sound.stresses, strict=False) if stress == "1"))
        place += len(sound.stresses)
    return found


@torch.inference_mode()
def foresight(verse: EnglishModel, dataset: Dataset, tokens: int) -> dict[str, float]:
    """Bits per byte of held-out poems: network, stored counts, both mixed, and a five-gram that is not pruned."""
    five = KneserNey([_ids(verse, document) for document in read_documents(dataset.training)], pad=verse.text)
    bits = dict.fromkeys(("network", "counts", "mixed", "five-gram"), 0.0)
    held_out = read_documents(dataset.held_out)
    size = total = 0
    for place in np.random.default_rng(0).permutation(len(held_out)):
        ids = _ids(verse, held_out[place])
        heading = verse.heading(held_out[place].tags[:1])
        logits = verse.model(torch.tensor([[*heading, *ids[:-1]]])).logits[0, len(heading) - 1 :]
        network = torch.softmax(logits.double(), dim=-1).numpy()[np.arange(len(ids)), ids]
        before = [verse.text, verse.text]
        counts = np.asarray([verse.counts.next([*before, *ids[:number]])[ids[number]] for number in range(len(ids))])
        bits["network"] -= float(np.log2(network).sum())
        bits["counts"] -= float(np.log2(counts).sum())
        bits["mixed"] -= float(np.log2(NETWORK_SHARE * network + (1 - NETWORK_SHARE) * counts).sum())
        bits["five-gram"] -= float(five.log2(ids).sum())
        size, total = size + len(held_out[place].text.encode()), total + len(ids)
        if total >= tokens:
            break
    return {name: value / size for name, value in bits.items()}


def _ids(verse: EnglishModel, document: Document) -> list[int]:
    return [*verse.ids(document.text), verse.end]


def copying(texts: Sequence[str], dataset: Dataset) -> dict[str, Any]:
    """Longest run of words shared with a training poem, and the share of poems that hold eight in a row of one."""
    sources = Sources(_forwards(document.text) for document in read_documents(dataset.training))
    human = [_forwards(document.text) for document in read_documents(dataset.held_out)][: len(texts)]
    return {
        "longest copied run": max(len(words_of(sources.longest(text))) for text in texts),
        "poems with 8 words of a training poem": _mean([bool(sources.copied(text, 8).any()) for text in texts]),
        "the same of held-out poems": _mean([bool(sources.copied(text, 8).any()) for text in human]),
    }


def _forwards(text: str) -> str:
    return "\n".join(" ".join(reversed(line.split())) for line in text.split("\n"))


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def main() -> None:
    """Read the command line, write the poems, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the starter")
    parser.add_argument("--poems", type=int, default=280)
    parser.add_argument("--data", type=Path, help="folder of the prepared dataset, for foresight and copies")
    given = parser.parse_args()
    verse = EnglishModel(given.model, given.model, "cpu")
    written = write(verse, given.poems)
    report = judge(verse, written)
    if given.data:
        dataset = Dataset.read(given.data)
        report |= copying([text for *_, text in written], dataset)
        report["bits per byte"] = foresight(verse, dataset, 15_000)
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

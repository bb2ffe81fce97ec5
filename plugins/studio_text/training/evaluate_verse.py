"""Measure the verse generator: ``python -m studio_text.training.evaluate_verse --model DIR [--poems N] [--data DIR]``.

Prints, as JSON: how many poems have exactly the form and the rhymes they should have, the share of characters of the
right tone, how varied the poems are, and, when a prepared dataset is given, how much they copy from its training texts.
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
from studio_text.training.copying import Sources, words_of
from studio_text.training.documents import Document, read_documents
from studio_text.training.ngram import KneserNey
from studio_text.training.variety import distinct
from studio_text.verse import FORMS, MOODS
from studio_text.verse_rules import Form, Tables, phrases_of, wanted_tone
from studio_text.versing import TEXT, VerseModel, Versifier, Wish

JUDGED = 114
"""Poems that are written for a report: six in each form on offer."""

REPEATED = 3
"""A character this often in a regulated poem counts as a repetition."""


def write(verse: VerseModel, poems: int) -> list[tuple[Form, Wish, str]]:
    """So many poems at the default settings: forms in turn, moods in turn, each from a seed of its own."""
    moods = [(), *MOODS.values()]
    written = []
    for seed in range(poems):
        form = verse.tables.forms[FORMS[seed % len(FORMS)][0]]
        words = moods[seed // len(FORMS) % len(moods)]
        wish = Wish(caption=words, words=words, temperature=0.8, top_p=0.9, candidates=8)
        written.append((form, wish, "".join(Versifier(verse, form, wish, seed).lines())))
    return written


def judge(tables: Tables, written: Sequence[tuple[Form, Wish, str]]) -> dict[str, Any]:
    """Shares of poems, 0 … 1, unless named otherwise."""
    count = len(written)
    wished = [(word in text) for _, wish, text in written for word in wish.words]
    return {
        "poems": count,
        **rules_kept(tables, [(form, text) for form, _, text in written]),
        "wished words": sum(wished) / max(1, len(wished)),
        "repeating": sum(most_often(text) >= REPEATED for _, _, text in written) / count,
        "distinct-2": distinct([text for _, _, text in written], 2),
    }


def rules_kept(tables: Tables, poems: Sequence[tuple[Form, str]]) -> dict[str, float]:
    """Shares of poems with exactly their form and with its rhymes as well, and of characters of the right tone."""
    fitting = [(form, text) for form, text in poems if form.fits(text)]
    rhyming = sum(tables.rhyme_faults(form, text) == 0 for form, text in fitting)
    return {
        "form": len(fitting) / max(1, len(poems)),
        "rhyme": rhyming / max(1, len(poems)),
        "tones": tones_kept(tables, [(form, text) for form, text in fitting if form.is_regulated]),
    }


def measures(verse: VerseModel, dataset: Dataset, poems: int = JUDGED) -> list[sdk.Measure]:
    """How well poems keep their form, for the report, beside poems of the dataset that were held out."""
    forms = verse.tables.forms
    held_out = [document for document in read_documents(dataset.held_out) if document.tags[:1] and document.text]
    people = [(forms[one.tags[0]], one.text) for one in held_out if one.tags[0] in forms]
    made = rules_kept(verse.tables, [(form, text) for form, _, text in write(verse, poems)])
    real = rules_kept(verse.tables, people) if people else dict[str, float]()
    beside = "new texts by people" if people else ""
    return [
        sdk.Measure("poems with exactly their form", made["form"], real.get("form"), beside, "higher",
                    "Share of poems whose lines are as many and as long as the form lays down."),
        sdk.Measure("poems that rhyme throughout", made["rhyme"], real.get("rhyme"), beside, "higher",
                    "Share of poems with every rhyme of their form, by modern readings."),
        sdk.Measure("tones kept", made["tones"], real.get("tones"), beside, "higher",
                    "Share of characters of the right tone where regulated verse fixes it, by modern readings."),
    ]  # fmt: skip


def tones_kept(tables: Tables, poems: Sequence[tuple[Form, str]]) -> float:
    """Share of the characters in places with a rule that keep it, by modern readings."""
    kept = asked = 0
    for form, text in poems:
        phrases = phrases_of(text)
        first = tables.tone(phrases[0][1])
        for slot in (slot for row in form.slots() for slot in row):
            wanted = wanted_tone(slot, first)
            asked += bool(wanted)
            kept += wanted != "" and tables.tone(phrases[slot.phrase][slot.place]) == wanted
    return kept / max(1, asked)


def most_often(text: str) -> int:
    """How often the most frequent character of a poem occurs."""
    letters = "".join(phrases_of(text))
    return max(letters.count(letter) for letter in letters)


@torch.inference_mode()
def foresight(verse: VerseModel, dataset: Dataset, tokens: int) -> dict[str, float]:
    """Bits per character of held-out poems: the network, and a five-gram that is not pruned.

    Punctuation and line breaks count as characters; the form is known, the hints are not.
    """
    unit = verse.ids[TEXT]
    five = KneserNey([_ids(verse, document) for document in read_documents(dataset.training)], pad=unit)
    bits = dict.fromkeys(("network", "five-gram"), 0.0)
    held_out = read_documents(dataset.held_out)
    total = 0
    for place in np.random.default_rng(0).permutation(len(held_out)):
        ids = _ids(verse, held_out[place])
        heading = verse.heading(held_out[place].tags[0], ())
        logits = verse.model(torch.tensor([[*heading, *ids[:-1]]])).logits[0, len(heading) - 1 :]
        network = torch.softmax(logits.double(), dim=-1).numpy()[np.arange(len(ids)), ids]
        bits["network"] -= float(np.log2(network).sum())
        bits["five-gram"] -= float(five.log2(ids).sum())
        total += len(ids)
        if total >= tokens:
            break
    return {name: value / total for name, value in bits.items()}


def _ids(verse: VerseModel, document: Document) -> list[int]:
    ids: list[int] = verse.tokenizer(document.text, add_special_tokens=False).input_ids
    return ids


def copying(texts: Sequence[str], data: Path) -> dict[str, Any]:
    """Longest run shared with a training poem, and the share of runs of eight characters that stand in one."""
    dataset = Dataset.read(data)
    sources = Sources(document.text for document in read_documents(dataset.training))
    human = [document.text for document in read_documents(dataset.held_out)][: len(texts)]
    return {
        "longest copied run": max(len(words_of(sources.longest(text))) for text in texts),
        "runs of 8 copied": sum(sources.copy_rate(text) for text in texts) / len(texts),
        "runs of 8 copied, held-out poems": sum(sources.copy_rate(text) for text in human) / max(1, len(human)),
    }


def main() -> None:
    """Read the command line, write the poems, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the starter")
    parser.add_argument("--poems", type=int, default=500)
    parser.add_argument("--data", type=Path, help="folder of the prepared dataset, to look for copies")
    given = parser.parse_args()
    verse = VerseModel(given.model, given.model, "cpu")
    written = write(verse, given.poems)
    report = judge(verse.tables, written)
    if given.data:
        report |= copying([text for _, _, text in written], given.data)
        report["bits per character"] = foresight(verse, Dataset.read(given.data), 15_000)
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

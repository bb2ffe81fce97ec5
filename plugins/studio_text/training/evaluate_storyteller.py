"""Measure a trained storyteller: ``python -m studio_text.training.evaluate_storyteller --data DIR --model DIR``.

Prints, as JSON: bits per byte on the held-out texts beside a five-gram model of the same tokens, and how much of what
it writes stands word for word in its training texts, beside the same figure for held-out texts by people.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from studio_text.decoding import LoadedModel, Sampling, Scribe, begin
from studio_text.drafts import Page
from studio_text.training.copying import Sources
from studio_text.training.corpus import KINDS, Document, read_corpus, split
from studio_text.training.ngram import KneserNey
from studio_text.training.vocabulary import encode
from studio_text.writing import Writing

# The generator's defaults; its module is not asked, so that measuring needs no more than the model.
DEFAULT_SAMPLING = Sampling(temperature=0.85, top_p=0.92, top_k=60, repetition_penalty=1.15)


@torch.inference_mode()
def token_log2(model: Any, ids: Sequence[int], context: int) -> torch.Tensor:
    """Base-2 log probability of each of ``ids[1:]``; every token but the first window's sees at least half a window.

    Windows after the first begin with the document's kind, as in training and when generating.
    """
    found = []
    half = context // 2
    for start in range(0, max(1, len(ids) - 1), half):
        begin = max(0, start - half)
        window = list(ids[begin : start + half + 1])
        window[0] = ids[0]
        logits = model(input_ids=torch.tensor([window[:-1]]), use_cache=False).logits[0]
        scores = torch.log_softmax(logits.double(), dim=-1)
        targets = torch.tensor(window[1:])
        found.append(scores[torch.arange(len(targets)), targets][start - begin :])
    return torch.cat(found) / math.log(2)


def bits_per_byte(loaded: LoadedModel, training: Sequence[Document], held_out: Sequence[Document]) -> dict[str, Any]:
    """Bits per byte by kind for the network and the five-gram model; the text and its end are counted, titles not."""
    ngram = KneserNey(_encoded(loaded, training), pad=loaded.end)
    report: dict[str, Any] = {}
    for kind in KINDS:
        documents = [document for document in held_out if document.kind == kind]
        size = sum(len(document.text.encode()) for document in documents)
        network = counted = 0.0
        for ids in _encoded(loaded, documents):
            network -= float(token_log2(loaded.model, ids, loaded.context)[1:].sum())
            counted -= float(ngram.log2(ids)[2:].sum())
        report[kind] = {"bytes": size, "network": round(network / size, 4), "five_gram": round(counted / size, 4)}
    return report


def write(loaded: LoadedModel, kind: str, beginning: str, words: int, seed: int) -> str:
    """A text at the default settings, without its given beginning."""
    page = Page(loaded.token(kind), [loaded.token("text")], loaded.encode(beginning))
    drafts = begin(page, lambda: Writing(loaded.table, loaded.end, words=words), seed)
    with Scribe(loaded, drafts, DEFAULT_SAMPLING) as pieces:
        return "".join(pieces)


def copying(
    loaded: LoadedModel, training: Sequence[Document], held_out: Sequence[Document], texts: int
) -> dict[str, Any]:
    """Copy rates in runs of eight words: of `texts` generated texts per kind, and of as many held-out ones."""
    sources = Sources(document.text for document in training)
    report: dict[str, Any] = {}
    for kind in KINDS:
        written = [write(loaded, kind, "", 200, seed) for seed in range(texts)]
        human = [" ".join(doc.text.split()[:200]) for doc in held_out if doc.kind == kind][:texts]
        longest = max((sources.longest(text) for text in written), key=lambda run: len(run.split()))
        report[kind] = {
            "copy_rate": round(sum(map(sources.copy_rate, written)) / len(written), 4),
            "copy_rate_of_held_out_texts": round(sum(map(sources.copy_rate, human)) / len(human), 4),
            "longest_copied_run": {"words": len(longest.split()), "text": longest},
        }
    return report


def _encoded(loaded: LoadedModel, documents: Sequence[Document]) -> list[list[int]]:
    return encode(loaded.tokenizer, documents, titled=False)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=20, help="how many texts of each kind to generate")
    given = parser.parse_args()
    loaded = LoadedModel(given.model, "cpu")
    training, held_out = split(read_corpus(given.data))
    report = {"bits_per_byte": bits_per_byte(loaded, training, held_out)}
    if given.texts:
        report["copying"] = copying(loaded, training, held_out, given.texts)
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

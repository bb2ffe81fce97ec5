"""The report on a text model: how well it foresees texts it has not seen, how varied it writes, what it copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio_text.training.copying import Sources, words_of
from studio_text.training.documents import Document
from studio_text.training.learning import in_batches, spread
from studio_text.training.network import token_bits
from studio_text.training.ngram import KneserNey
from studio_text.training.people import people_shares
from studio_text.training.samples import write_samples
from studio_text.training.variety import distinct, repetition

if TYPE_CHECKING:
    from studio_text.training.batches import Shelf
    from studio_text.training.learning import Learning

WRITTEN = 24
"""Texts written for the report."""

COPY_RUN = {"characters": 8, "bytes": 8}
"""A run of so many words (Chinese characters count as one each) that stands in a training text counts as copied."""

LONG_COPY = {"characters": 13, "bytes": 16}
"""A run this long is no common phrase any more: the text counts as memorised."""


COUNTED_BYTES = 180
"""Memory of `counted` per token of the texts, measured with texts that repeat little."""


def judge(learning: Learning, model: Any, ctx: sdk.TrainingContext) -> sdk.Evaluation:
    """Measure `model`, as it will be stored, on the held-out texts of `learning`."""
    measures = [*_foresight(learning, model)] if learning.held_out else []
    ctx.check()
    source = learning.held_out or learning.training
    prompts = [source[place * len(source) // WRITTEN].tags[:1] for place in range(WRITTEN)]
    texts = write_samples(model, learning.tokenizer, learning.shelf, prompts, most=160)
    ctx.check()
    human = [document.text for document in source[:: max(1, len(source) // WRITTEN)]][:WRITTEN]
    people = people_shares(
        learning.different,
        texts,
        lambda captions: write_samples(model, learning.tokenizer, learning.shelf, captions, most=160),
    )
    ctx.check()
    sources = Sources(document.text for document in learning.different)
    measures += _variety(texts, human)
    measures += _copying(texts, human if learning.held_out else [], sources, learning.units)
    limits = ["It knows how such texts sound, not what is true."]
    if not learning.held_out:
        limits.append("No text was held out, so how it does on new texts is not known.")
    return sdk.Evaluation(
        measures=tuple(measures),
        samples=tuple(texts[:8]),
        neighbours=_neighbours(texts, sources, learning.units),
        distributions={"kinds in training": _shares(learning.different), **people},
        strengths=_strengths(measures),
        limits=tuple(limits),
        intended_use="Drafts and ideas in the manner of the texts it learned from.",
    )


def _foresight(learning: Learning, model: Any) -> list[sdk.Measure]:
    """Bits per character or byte of held-out texts; the end of the text is counted, captions are not."""
    rows = spread(learning.held_out, learning.shelf, learning.judged)
    batches = list(in_batches(rows, learning.batch_tokens))
    network = sum(token_bits(model, *learning.shelf.padded(batch)) for batch in batches)
    counting = counted(learning.shelf, learning.different)
    simple = sum(-counting.log2([*heading, *body])[len(heading) :].sum() for heading, body in rows)
    letters = sum(_size(learning, body) for _, body in rows)
    unit = "character" if learning.units == "characters" else "byte"
    return [
        sdk.Measure(
            f"bits per {unit}",
            network / letters,
            float(simple) / letters,
            "Kneser-Ney 5-gram",
            "lower",
            f"How surprised the model is by texts it has not seen, on {letters:,} {unit}s.",
        )
    ]


def counted(shelf: Shelf, documents: Sequence[Document]) -> KneserNey:
    """The simple method to compare with, which has counted these texts whole."""
    known = (shelf.whole(document, cut=False) for document in documents)
    return KneserNey([[*heading, *body] for heading, body in known], pad=shelf.end)


def _size(learning: Learning, body: list[int]) -> int:
    """Characters or bytes of a body; an unknown character is one token and counts as one."""
    if learning.units == "characters":
        return len(body) - int(body[-1] == learning.shelf.end)
    text: str = learning.tokenizer.decode(body, skip_special_tokens=True)
    return len(text.encode())


def _variety(texts: Sequence[str], human: Sequence[str]) -> list[sdk.Measure]:
    measures = [
        sdk.Measure(
            f"distinct-{length}", distinct(texts, length), distinct(human, length), "texts by people", "near",
            f"Share of different runs of {length} words among all it wrote (Li et al. 2016).",
        )
        for length in (1, 2, 3)
    ]  # fmt: skip
    return [
        *measures,
        sdk.Measure(
            "repetition", repetition(texts), repetition(human), "texts by people", "near",
            "Share of runs of four words that had occurred in the same text before.",
        ),
    ]  # fmt: skip


def _copying(texts: Sequence[str], human: Sequence[str], sources: Sources, units: str) -> list[sdk.Measure]:
    run, long = COPY_RUN[units], LONG_COPY[units]
    longest = max((len(words_of(sources.longest(text))) for text in texts), default=0)

    def rate(some: Sequence[str]) -> float | None:
        return sum(sources.copy_rate(text, run) for text in some) / len(some) if some else None

    def memorised(some: Sequence[str]) -> float | None:
        return sum(bool(sources.copied(text, long).any()) for text in some) / len(some) if some else None

    return [
        sdk.Measure(
            f"runs of {run} words copied", rate(texts) or 0.0, rate(human), "new texts by people", "lower",
            "Share of what it wrote that stands word for word in its training texts.",
        ),
        sdk.Measure(
            "longest copied run", float(longest), None, "", "lower", "Words in a row that stand in a training text."
        ),
        sdk.Measure(
            "memorised texts", memorised(texts) or 0.0, memorised(human), "new texts by people", "lower",
            f"Share of the texts it wrote that hold {long} words in a row from a training text.",
        ),
    ]  # fmt: skip


def _neighbours(texts: Sequence[str], sources: Sources, units: str) -> tuple[sdk.Neighbour, ...]:
    """Each of a few texts beside the longest run it shares with the training texts."""
    found = []
    for text in texts[:6]:
        shared = sources.longest(text)
        words = len(words_of(shared))
        found.append(
            sdk.Neighbour(
                text,
                shared.replace(" ", "") if units == "characters" else shared,
                1.0 - words / max(1, len(words_of(text))),
                copied=words >= LONG_COPY[units],
            )
        )
    return tuple(found)


def _strengths(measures: Sequence[sdk.Measure]) -> tuple[str, ...]:
    first = measures[0]
    if first.baseline is None or not first.name.startswith("bits") or first.value >= first.baseline:
        return ()
    saved = round(100 * (1 - first.value / first.baseline))
    return (f"It needs {saved} % fewer bits for new texts than counting what follows the last four signs.",)


def _shares(documents: Sequence[Document]) -> dict[str, float]:
    counts = Counter(document.tags[0] for document in documents if document.tags)
    return {kind: count / len(documents) for kind, count in counts.most_common(30)}

"""After training: learn how sure to be from questions kept aside, then judge on held-out ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from studio import sdk
from studio_text.answering import FACTS, Candidate, Finder, Scale
from studio_text.training.answer_batches import Desk
from studio_text.training.questions import likeness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio_text.training.answer_learning import Learning

FEWEST = 40
"""Questions kept aside that are needed to fit confidence."""

PLAIN = Scale(tuple(0.5 if name == "against no answer here" else 0.0 for name in FACTS), -1.0, 0.3)
"""Confidence where there are too few questions to fit it."""

RIGHT = 0.5
"""F1 from which an answer counts as right enough to be shown."""

RIDGE = 1.0
"""Weight of the penalty on the squared weights of standardised facts, in questions."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one question.

    Attributes:
        candidates: what was found in its own text.
        alike: F1 of each with the right answer.
        foreign: what was found in a text of another source.
    """

    candidates: list[Candidate]
    alike: list[float]
    foreign: list[Candidate]


def conclude(learning: Learning, model: Any, folder: Path, ctx: sdk.TrainingContext) -> sdk.Evaluation:
    """Fit confidence, write it beside the weights in `folder`, and judge."""
    finder = Finder(model, learning.tokenizer, learning.rarity)
    tried = try_out(finder, learning.aside, len(learning.aside.asked), ctx.check)
    finder.scale = fitted(tried) if len(tried) >= FEWEST else PLAIN
    finder.save(folder)
    judged = learning.held_out
    results = try_out(finder, judged, learning.params.judged, ctx.check)
    limits = [
        "It points at words of the text: what has to be concluded, or felt, it does not know.",
        "It knows about as much English as stands in its training texts, and nothing of other languages.",
    ]
    if len(tried) < FEWEST:
        limits.append("There were too few questions to learn how sure to be.")
    if not results:
        limits.append("No text was held out, so how it does on new texts is not known.")
        return sdk.Evaluation(limits=tuple(limits))
    return _evaluation(learning, finder, results, limits)


def try_out(finder: Finder, desk: Desk, most: int, check: Callable[[], None]) -> list[Tried]:
    """Put up to `most` questions, evenly spread, to their own text and to one half the texts further on."""
    step = max(1, -(-len(desk.asked) // max(1, most)))
    found = []
    for one in desk.asked[::step]:
        check()
        page = desk.pages[one.text]
        candidates = finder.candidates(page, one.question)
        alike = [likeness(page.text[entry.start : entry.end], one.answer) for entry in candidates]
        other = desk.pages[(one.text + len(desk.pages) // 2) % len(desk.pages)]
        foreign = finder.candidates(other, one.question) if other is not page else []
        found.append(Tried(candidates, alike, foreign))
    return found


def fitted(tried: Sequence[Tried]) -> Scale:
    """Logistic regression of F1 on the facts, each question weighing the same, and the threshold that divides best."""
    facts, wanted, weight = [], [], []
    for one in tried:
        for candidates, alike in ((one.candidates, one.alike), (one.foreign, [0.0] * len(one.foreign))):
            facts += [entry.facts for entry in candidates]
            wanted += alike
            weight += [1 / len(candidates)] * len(candidates)
    x, y, w = np.asarray(facts), np.asarray(wanted), np.asarray(weight)
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    slope = _logistic(np.c_[(x - middle) / spread, np.ones(len(x))], y, w)
    weights = slope[:-1] / spread
    scale = Scale(tuple(map(float, weights)), float(slope[-1] - weights @ middle), 0.0)
    return Scale(scale.weights, scale.bias, _threshold(scale, tried))


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of a logistic regression on shares `y`, by Newton's method (Hastie et al. 2009, section 4.4.1)."""
    slope = np.zeros(x.shape[1])
    penalty = np.diag([*[RIDGE] * (x.shape[1] - 1), 1e-6])
    for _ in range(25):
        foreseen = 1 / (1 + np.exp(-np.clip(x @ slope, -30, 30)))
        gradient = x.T @ (w * (y - foreseen)) - penalty @ slope
        curvature = (x.T * (w * foreseen * (1 - foreseen))) @ x + penalty
        slope += np.linalg.solve(curvature, gradient)
    return slope


def _threshold(scale: Scale, tried: Sequence[Tried]) -> float:
    """The confidence that best divides right answers from answers found where there is none (Youden 1950)."""
    right = np.asarray([sure for sure, alike in (_best(scale, one) for one in tried) if alike >= RIGHT])
    wrong = np.asarray([max((scale(entry.facts) for entry in one.foreign), default=0.0) for one in tried])
    if not len(right):
        return PLAIN.least
    steps = np.unique(np.r_[right, wrong])
    gain = [(right >= step).mean() + (wrong < step).mean() for step in steps]
    return round(float(steps[int(np.argmax(gain))]), 4)


def _best(scale: Scale, one: Tried) -> tuple[float, float]:
    """Confidence and F1 of the answer that is shown."""
    weighed = [(scale(entry.facts), alike) for entry, alike in zip(one.candidates, one.alike, strict=True)]
    return max(weighed, key=lambda pair: pair[0], default=(0.0, 0.0))


def _evaluation(learning: Learning, finder: Finder, results: Sequence[Tried], limits: list[str]) -> sdk.Evaluation:
    assert finder.scale is not None
    scale, desk = finder.scale, learning.held_out
    step = max(1, -(-len(desk.asked) // max(1, learning.params.judged)))
    asked = desk.asked[::step]
    best = [_best(scale, one) for one in results]
    plain = [_best_sentence(learning, desk, place * step) for place in range(len(results))]
    stands = {id(example.question) for example in desk.examples}
    inside = [id(desk.questions[place * step]) in stands for place in range(len(results))]
    return sdk.Evaluation(
        measures=tuple(_measures(scale, results, best, plain, inside)),
        samples=tuple(_samples(finder, desk, asked)),
        distributions=_by_kind([one.kind for one in asked], best),
        strengths=_strengths(best, plain),
        limits=tuple(limits),
        intended_use="Finding the place in a tale or an article that answers a question, to be read there.",
    )


def _best_sentence(learning: Learning, desk: Desk, place: int) -> float:
    """F1 of the sentence that holds most of the question, rare words counting more: the yardstick."""
    one, question = desk.asked[place], desk.questions[place]
    page = desk.pages[one.text]
    if not page.sentences:
        return 0.0
    ranks = [
        (share, learning.rarity.likeness(question.stems, sentence.stems))
        for share, sentence in zip(question.shares, page.sentences, strict=True)
    ]
    sentence = page.sentences[max(range(len(ranks)), key=ranks.__getitem__)]
    return likeness(page.text[sentence.start : sentence.end], one.answer)


def _measures(
    scale: Scale,
    results: Sequence[Tried],
    best: Sequence[tuple[float, float]],
    plain: Sequence[float],
    inside: Sequence[bool],
) -> list[sdk.Measure]:
    count = len(results)
    shown = [alike for sure, alike in best if sure >= scale.least]
    foreign = [max((scale(entry.facts) for entry in one.foreign), default=0.0) for one in results]
    sentence = "the sentence with most of the question (TF-IDF)"
    here = [alike for (_, alike), there in zip(best, inside, strict=True) if there]
    return [
        sdk.Measure(
            "F1", _mean([alike for _, alike in best]), _mean(plain), sentence, "higher",
            f"Words shared with a person's answer, on {count:,} questions to new texts, answered in its words or not.",
        ),
        sdk.Measure(
            "F1 where the text says it", _mean(here),
            _mean([one for one, there in zip(plain, inside, strict=True) if there]), sentence, "higher",
            f"The same on the {len(here):,} questions whose answer stands in the text.",
        ),
        sdk.Measure(
            "F1 of what is shown", _mean(shown), None, "", "higher",
            f"The same where it says an answer ({len(shown) / count:.0%} of the questions) instead of finding none.",
        ),
        sdk.Measure(
            "exact answers", _mean([float(alike > 1 - 1e-9) for _, alike in best]),
            _mean([float(one > 1 - 1e-9) for one in plain]), sentence, "higher",
            "Share of the answers that are a person's, word for word, articles not counted.",
        ),
        sdk.Measure(
            "F1 within reach", _mean([max(one.alike, default=0.0) for one in results]), None, "", "higher",
            "The best of the candidates it weighs: what better weighing could reach.",
        ),
        sdk.Measure(
            "no answer where there is none", _mean([float(sure < scale.least) for sure in foreign]), 0.0,
            "always answering", "higher", "Share of questions put to a text of another work that it refuses to answer.",
        ),
        sdk.Measure(
            "error of confidence", confidence_error(best), None, "", "lower",
            "How far confidence is from the F1 that is then reached, on average over tenths of the questions.",
        ),
    ]  # fmt: skip


def confidence_error(best: Sequence[tuple[float, float]]) -> float:
    """Mean difference of confidence and F1 over ten groups of like confidence (Guo et al. 2017, section 2)."""
    ordered = sorted(best)
    groups = [ordered[len(ordered) * part // 10 : len(ordered) * (part + 1) // 10] for part in range(10)]
    return _mean(
        [abs(_mean([one for one, _ in group]) - _mean([one for _, one in group])) for group in groups if group]
    )


def _samples(finder: Finder, desk: Desk, asked: Sequence[Any]) -> list[str]:
    lines = []
    for one in asked[:: max(1, len(asked) // 8)][:8]:
        found = finder.find(desk.pages[one.text], one.question)
        said = f"{found[0].text} ({found[0].confidence:.0%})" if found else "–"
        lines.append(f"{one.question}\nfound: {said}\na person: {one.answer}")
    return lines


def _by_kind(kinds: Sequence[str], best: Sequence[tuple[float, float]]) -> dict[str, dict[str, float]]:
    groups: dict[str, list[float]] = {}
    for kind, (_, alike) in zip(kinds, best, strict=True):
        groups.setdefault(kind, []).append(alike)
    return {"F1 by kind of question": {kind: _mean(alike) for kind, alike in sorted(groups.items()) if kind}}


def _strengths(best: Sequence[tuple[float, float]], plain: Sequence[float]) -> tuple[str, ...]:
    mine, other = _mean([alike for _, alike in best]), _mean(plain)
    if mine <= other:
        return ()
    return (
        f"Its answers share {mine / max(other, 1e-9):.1f} times as much with a person's as the most fitting sentence.",
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0

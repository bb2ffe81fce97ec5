"""The report on a trained model: ``report.json``, ``report.html`` and the model card ``README.md``, kept beside it.

Everything in it came from outside (trainers, datasets, file names) and is treated as text and nothing else. What is
kept is in English; pages in other languages are made of ``report.json``, see `rendered`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.sdk.datasets import Dataset
from studio.sdk.trainer import Evaluation
from studio.teach.model_card import write_model_card
from studio.teach.report_page import page_of
from studio.teach.report_reading import FORMAT, REPORT
from studio.teach.report_summary import summary_of
from studio.teach.report_words import ENGLISH, UNMEASURED, Words
from studio.teach.runs import Run

PAGE = "report.html"

CARD_KEYS = frozenset({"title", "licence", "consent", "files", "held_out", "sources", "captioned", "masking"})

SAMPLE_ROUNDS = 8
"""Moments of the training whose samples are shown, spread evenly."""


def dataset_facts(dataset: Dataset) -> dict[str, Any]:
    """What a model's card says of its dataset: no paths and no file names, since models are passed on."""
    masked: dict[str, int] = {}
    for entry in dataset.card.get("masked") or ():
        if isinstance(entry, dict):
            kind = str(entry.get("kind", "other"))
            masked[kind] = masked.get(kind, 0) + int(entry.get("count", 1))
    kept = {name: value for name, value in dataset.card.items() if name in CARD_KEYS}
    facts = {**kept, "name": dataset.name, "kind": dataset.kind, "digest": dataset.digest}
    return {**facts, "masked": masked} if masked else facts


def write_report(folder: Path, facts: Mapping[str, Any], evaluation: Evaluation, run: Run) -> None:
    """Write report and model card into a model's folder.

    Args:
        folder: with the files that the evaluation names.
        facts: as for the card: title, family, recipe, values, seed, dataset, studio.
        evaluation: what the trainer measured.
        run: its curves and samples.
    """
    report = report_of(facts, evaluation, run)
    text = json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / REPORT).write_text(text + "\n", "utf-8")
    (folder / PAGE).write_text(rendered(report, folder, run), "utf-8")
    write_model_card(folder / "README.md", report)


def rendered(report: Mapping[str, Any], folder: Path, run: Run | None, words: Words = ENGLISH) -> str:
    """A report as a page.

    Args:
        report: as `report_of` made it or `read_report` read it.
        folder: the model's, with the files that the report names.
        run: the one the model came of, whose samples show how it learned; None where it is not there any more.
        words: the page's language.
    """
    said = {**report, "summary": summary_of(report["measures"], report["neighbours"], words)}
    return page_of(said, folder, _shown(run) if run is not None else (), words)


def tidied(evaluation: Evaluation) -> Evaluation:
    """With plain Python numbers; a figure that is not finite becomes a sentence among the limits."""
    measures, limits = [], list(map(str, evaluation.limits))
    for one in evaluation.measures:
        value = float(one.value)
        if not math.isfinite(value):
            limits.append(UNMEASURED.format(name=one.name))
            continue
        baseline = None if one.baseline is None else float(one.baseline)
        known = baseline if baseline is not None and math.isfinite(baseline) else None
        measures.append(replace(one, value=value, baseline=known))
    neighbours = [
        replace(one, distance=float(one.distance), copied=bool(one.copied))
        for one in evaluation.neighbours
        if math.isfinite(float(one.distance))
    ]
    shares = {
        str(group): {str(name): float(share) for name, share in values.items() if math.isfinite(float(share))}
        for group, values in evaluation.distributions.items()
    }
    return replace(
        evaluation,
        measures=tuple(measures),
        neighbours=tuple(neighbours),
        distributions=shares,
        limits=tuple(limits),
    )


def report_of(facts: Mapping[str, Any], evaluation: Evaluation, run: Run) -> dict[str, Any]:
    """The report as JSON."""
    curves: dict[str, list[list[float]]] = {}
    for metric in run.metrics():
        curves.setdefault(metric.name, []).append([metric.step, metric.value])
    began = float(run.facts.get("created", 0.0))
    plain = asdict(evaluation)
    return {
        "format": FORMAT,
        **{name: facts.get(name) for name in ("title", "family", "recipe", "version", "seed", "values", "studio")},
        "dataset": dict(facts.get("dataset") or {}),
        "began": began,
        "ended": time.time(),
        "steps": run.until or max((int(points[-1][0]) for points in curves.values()), default=0),
        "summary": summary_of(plain["measures"], plain["neighbours"]),
        **plain,
        "curves": curves,
    }


def _shown(run: Run) -> list[tuple[int, list[Path]]]:
    """Samples by step, from evenly spread moments: the first, the last, and some between."""
    by_step: dict[int, list[Path]] = {}
    for step, path in run.samples():
        by_step.setdefault(step, []).append(path)
    steps = sorted(by_step)
    if len(steps) > SAMPLE_ROUNDS:
        steps = [steps[round(place * (len(steps) - 1) / (SAMPLE_ROUNDS - 1))] for place in range(SAMPLE_ROUNDS)]
    return [(step, by_step[step]) for step in steps]

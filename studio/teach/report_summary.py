"""A report in plain sentences, in any language: how each measure compares, and what was copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.teach.report_words import ENGLISH, Words


def summary_of(
    measures: Sequence[Mapping[str, Any]], neighbours: Sequence[Mapping[str, Any]], words: Words = ENGLISH
) -> list[str]:
    """Plain sentences on a report's measures, each beside its baseline, then on what was copied."""
    sentences = [_verdict(measure, words) for measure in measures if measure["baseline"] is not None]
    if neighbours:
        copied = sum(bool(neighbour["copied"]) for neighbour in neighbours)
        sentences.append(
            words.say(
                "None of the {count} samples shown beside their nearest training files counts as a copy."
                if not copied
                else "{copied} of the {count} samples shown beside their nearest training files count as copies.",
                copied=copied,
                count=len(neighbours),
            )
        )
    return sentences


def _verdict(measure: Mapping[str, Any], words: Words) -> str:
    value, baseline = measure["value"], measure["baseline"]
    beside = words.say(
        "{name}: {value}, beside {baseline} of {whose}",
        name=words.phrase(measure["name"]),
        value=figure(value),
        baseline=figure(baseline),
        whose=words.phrase(measure["baseline_name"]) or words.say("the baseline"),
    )
    difference = value - baseline
    if measure["better"] == "near":
        return words.say("{beside} (the nearer, the better).", beside=beside)
    if not difference:
        return words.say("{beside}: the same.", beside=beside)
    comparable = value >= 0 and abs(difference) < 2 * baseline  # a share of a negative figure says nothing
    share = f"{abs(difference / baseline):.0%}" if comparable else words.say("far")
    good = (difference < 0) == (measure["better"] == "lower")
    if difference < 0:
        said = "{beside}: {share} lower, which is better." if good else "{beside}: {share} lower, which is worse."
    else:
        said = "{beside}: {share} higher, which is better." if good else "{beside}: {share} higher, which is worse."
    return words.say(said, beside=beside, share=share)


def figure(value: float) -> str:
    """Four significant digits, without an exponent where a person would write none."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"

"""Chord progressions: a functional grammar sampled so that every phrase reaches its cadence.

Chords belong to functions (tonic, subdominant, dominant) and move between them with the frequencies textbooks describe
(Piston, *Harmony*, ch. 3; Rohrmeier 2011, "Towards a generative syntax of tonal harmony"). A phrase is a Markov chain
over chords conditioned on both ends, drawn exactly by forward filtering and backward sampling (Rabiner 1989, §III).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio_music.form import Phrase, Section
from studio_music.theory import Chord, Key, Meter, chord, inverted, with_ninth, with_seventh
from studio_music.vocabulary import VOCABULARIES

Weights: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A chord and when it sounds.

    Attributes:
        start: quarter notes from the piece's beginning.
        duration: quarter notes.
        chord: what sounds.
        cadence: whether it closes a phrase.
    """

    start: float
    duration: float
    chord: Chord
    cadence: bool = False

    @property
    def end(self) -> float:
        """When the next chord begins, quarter notes."""
        return self.start + self.duration


_FLOW = {
    "T": {"T": 0.35, "S": 0.45, "D": 0.2},
    "S": {"T": 0.15, "S": 0.2, "D": 0.65},
    "D": {"T": 0.8, "S": 0.12, "D": 0.08},
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The chords at hand in one key, ready for sampling.

    Attributes:
        chords: the chords.
        prior: weight of each by itself, [n].
        flow: weight of moving from one to another, [n, n].
    """

    chords: tuple[Chord, ...]
    prior: Weights
    flow: Weights

    def index(self, symbol: str) -> int:
        """Where the chord with this numeral stands."""
        return [known.symbol for known in self.chords].index(symbol)


def lexicon(key: Key, chromatic: float) -> Lexicon:
    """The chords of `key`, borrowed and secondary ones weighted by `chromatic` (0…1)."""
    vocabulary = VOCABULARIES[key.mode]
    entries: dict[str, tuple[str, float]] = {}
    for function, plain in vocabulary.plain.items():
        entries |= {symbol: (function, weight) for symbol, weight in plain.items()}
    if chromatic > 0.05:
        for function, colours in vocabulary.colours.items():
            entries |= {symbol: (function, weight * chromatic) for symbol, weight in colours.items()}
    for formulas in vocabulary.cadences.values():
        for symbol in (symbol for formula in formulas for symbol in formula):
            entries.setdefault(symbol, ("S", 0.0))
    chords = tuple(chord(symbol, key) for symbol in entries)
    prior = np.array([weight for _, weight in entries.values()])
    size = len(chords)
    flow = np.zeros((size, size))
    for here, (function, _) in enumerate(entries.values()):
        for there, (next_function, weight) in enumerate(entries.values()):
            flow[here, there] = weight * _FLOW[function][next_function] * _motion(chords[here], chords[there])
    return Lexicon(chords, prior, flow)


def _motion(here: Chord, there: Chord) -> float:
    """How usual the root motion is; a secondary dominant goes to its target and nowhere else."""
    if here.symbol == there.symbol:
        return 0.05
    if "/" in here.symbol:
        return 6.0 if there.symbol.split("7")[0] == here.symbol.split("/")[1] else 0.0
    step = (there.root - here.root) % 12
    return {0: 0.2, 5: 1.6, 8: 1.2, 9: 1.3, 2: 1.2, 7: 1.0, 10: 0.8, 1: 0.9, 6: 0.3}.get(step, 0.7)


def sample_chain(words: Lexicon, fit: Weights, rng: np.random.Generator, *, before: int | None = None) -> list[int]:
    """Draw a chord for each of the rows of `fit` from the conditioned Markov chain.

    Args:
        words: the chords and their transitions.
        fit: how well each chord fits at each place, [places, chords]; a row with one non-zero entry fixes the place.
        rng: source of chance.
        before: the chord that precedes, or None.
    """
    places = len(fit)
    future = np.ones((places, len(words.chords)))
    for place in range(places - 2, -1, -1):
        future[place] = words.flow @ (fit[place + 1] * future[place + 1])
        future[place] /= max(float(future[place].max()), 1e-300)
    chosen: list[int] = []
    weights = words.prior + 1e-9 if before is None else words.flow[before] + 1e-9
    for place in range(places):
        odds = weights * fit[place] * (future[place] + 1e-12)
        chosen.append(int(rng.choice(len(odds), p=odds / odds.sum())))
        weights = words.flow[chosen[-1]] + 1e-9
    return chosen


def slots(phrase: Phrase, meter: Meter, pace: float) -> list[tuple[float, float]]:
    """Starts and durations of a phrase's chords: one a bar, two in the bar before the cadence (harmonic acceleration).

    Args:
        phrase: where it lies.
        meter: the time signature.
        pace: seconds per bar; slow bars take two chords more often.
    """
    times: list[tuple[float, float]] = []
    for bar in range(phrase.bars):
        start = (phrase.start + bar) * meter.bar
        before_cadence = bar == phrase.bars - 2
        if len(meter.groups) > 1 and (
            (before_cadence and phrase.bars > 2 and pace > 1.4) or (pace > 3.4 and bar < phrase.bars - 1)
        ):
            for group in meter.groups:
                times.append((start, group))
                start += group
        else:
            times.append((start, meter.bar))
    return times


def compose(
    key: Key, meter: Meter, sections: Sequence[Section], chromatic: float, pace: float, rng: np.random.Generator
) -> list[Span]:
    """Chords for the whole piece.

    Sections that share their material share their chords; the last cadence of the piece is always authentic.

    Args:
        key: the key.
        meter: the time signature.
        sections: the form.
        chromatic: taste for borrowed and secondary chords, 0…1.
        pace: seconds per bar.
        rng: source of chance.
    """
    words = lexicon(key, chromatic)
    themes: dict[tuple[str, int, str], list[Chord]] = {}
    spans: list[Span] = []
    for section in sections:
        for index, phrase in enumerate(section.phrases):
            times = slots(phrase, meter, pace)
            name = (section.material, index, phrase.cadence)
            if name not in themes or len(themes[name]) != len(times):
                themes[name] = _phrase(words, key, phrase.cadence, len(times), opening=index == 0, rng=rng)
            for place, ((start, duration), now) in enumerate(zip(times, themes[name], strict=True)):
                spans.append(Span(start, duration, now, place == len(times) - 1))
    return spans


def _phrase(
    words: Lexicon, key: Key, cadence: str, count: int, *, opening: bool, rng: np.random.Generator
) -> list[Chord]:
    formulas = [
        formula
        for formula in VOCABULARIES[key.mode].cadences[cadence]
        if len(formula) + (opening and count > 1) <= count
    ]
    formula = formulas[int(rng.integers(len(formulas)))] if formulas else (_home(key),)
    fit = np.ones((count, len(words.chords)))
    for place, symbol in zip(range(count - len(formula), count), formula, strict=True):
        fit[place] = 0.0
        fit[place, words.index(symbol)] = 1.0
    if count > len(formula) and opening:
        fit[0] = 0.0
        fit[0, words.index(_home(key))] = 1.0
    return [words.chords[index] for index in sample_chain(words, fit, rng)]


def _home(key: Key) -> str:
    return "i" if key.is_minor else "I"


def enrich(spans: Sequence[Span], key: Key, level: int, rng: np.random.Generator) -> list[Span]:
    """Add sevenths and ninths.

    Args:
        spans: the chords.
        key: the key.
        level: 0 none, 1 a seventh on some chords inside a phrase, 2 sevenths throughout, 3 ninths as well.
        rng: source of chance.
    """
    rich: list[Span] = []
    for span in spans:
        now = span.chord
        inside = not span.cadence and rng.random() < 0.35
        if level >= 2 or (level == 1 and inside):
            now = with_seventh(now, key)
        if level >= 3:
            now = with_ninth(now, key)
        rich.append(Span(span.start, span.duration, now, span.cadence))
    return rich


def smooth_bass(spans: Sequence[Span], rng: np.random.Generator) -> list[Span]:
    """Put some chords in first inversion where that makes the bass move by step; cadences keep their roots."""
    smooth = list(spans)
    for index in range(1, len(smooth) - 1):
        here = smooth[index]
        near_cadence = here.cadence or smooth[index + 1].cadence
        if near_cadence or "o" in here.chord.symbol or rng.random() > 0.75:
            continue
        first = inverted(here.chord, 1)
        around = (smooth[index - 1].chord.bass, smooth[index + 1].chord.bass)
        if (
            sum(_distance(first.bass, bass) for bass in around)
            < sum(_distance(here.chord.bass, bass) for bass in around) - 1
        ):
            smooth[index] = Span(here.start, here.duration, first, here.cadence)
    return smooth


def _distance(left: int, right: int) -> int:
    return min((left - right) % 12, (right - left) % 12)

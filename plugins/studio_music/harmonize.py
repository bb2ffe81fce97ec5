"""Accompaniment for a given melody: find its key, then the chords that suit it best.

The key is found by correlating the melody's pitch classes with key profiles (Krumhansl, *Cognitive Foundations of
Musical
Pitch*, 1990, ch. 4). The chords are sampled from the same grammar as free progressions, weighted at each place by how
much of the melody they hold: a hidden Markov model in the manner of Simon, Morris & Basu 2008 (MySong).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.sdk import Note, Score, UserError
from studio_music import harmony
from studio_music.form import Phrase, Section
from studio_music.harmony import Span
from studio_music.theory import METERS, TONICS, Chord, Key, Meter, scale_over

_PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
MOST_BARS = 200


def melody_of(score: Score) -> list[Note]:
    """The melody: the highest notes of the pitched track that lies highest, one at a time, from its first note on.

    Raises:
        UserError: no pitched notes, or far too many bars.
    """
    pitched = [track for track in score.tracks if track.notes and not track.drums]
    if not pitched:
        raise UserError("The score has no notes to accompany.", param="accompany", hint="Choose one with a melody.")
    track = max(pitched, key=lambda known: float(np.median([note.pitch for note in known.notes])))
    highest: list[Note] = []
    for note in sorted(track.notes, key=lambda each: (round(each.start, 3), -each.pitch)):
        if highest and note.start - highest[-1].start < 0.06:
            continue
        if highest and highest[-1].start + highest[-1].duration > note.start:
            last = highest.pop()
            highest.append(Note(last.start, max(0.05, note.start - last.start), last.pitch, last.velocity))
        highest.append(note)
    if highest[-1].start > MOST_BARS * 4:
        raise UserError(
            f"The melody is too long: about {highest[-1].start / 4:.0f} bars, at most {MOST_BARS} are taken.",
            param="accompany",
        )
    return highest


def meter_of(score: Score) -> Meter:
    """The score's time signature if the composer knows it, else common time."""
    return METERS.get(f"{score.meter[0]}/{score.meter[1]}", METERS["4/4"])


def key_of(notes: Sequence[Note]) -> Key:
    """The major or minor key whose profile correlates best with the melody's pitch classes."""
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.duration
    weights[notes[-1].pitch % 12] += 0.5 * weights.mean()
    best = (-2.0, 0, "major")
    for mode, profile in _PROFILES.items():
        for tonic in range(len(TONICS)):
            likeness = float(np.corrcoef(np.roll(profile, tonic), weights + 1e-9 * np.arange(12))[0, 1])
            best = max(best, (likeness, tonic, mode))
    return Key(best[1], best[2])


def sections_for(notes: Sequence[Note], meter: Meter) -> tuple[Section, ...]:
    """Eight-bar sections over the melody's whole length, growing in energy, four-bar phrases."""
    end = max(note.start + note.duration for note in notes)
    bars = max(1, int(np.ceil(end / meter.bar - 0.05)))
    sections = []
    for index, start in enumerate(range(0, bars, 8)):
        length = min(8, bars - start)
        phrases = tuple(
            Phrase(at, min(4, start + length - at), "authentic" if at + 4 >= bars else "half")
            for at in range(start, start + length, 4)
        )
        energy = min(0.9, 0.45 + 0.4 * index * 8 / bars)
        sections.append(Section("A", index, start, length, energy, phrases, start + length >= bars))
    return tuple(sections)


def chords_for(
    notes: Sequence[Note], sections: Sequence[Section], key: Key, meter: Meter, chromatic: float, pace: float,
    rng: np.random.Generator,
) -> list[Span]:  # fmt: skip
    """Chords under a melody: drawn from the grammar, each place weighted by how well a chord holds the notes there."""
    words = harmony.lexicon(key, chromatic)
    phrases = [phrase for section in sections for phrase in section.phrases]
    places = [
        (start, length, index == len(times) - 1)
        for phrase in phrases
        for times in (harmony.slots(phrase, meter, pace),)
        for index, (start, length) in enumerate(times)
    ]
    fit = np.array(
        [[_fit(now, notes, start, length, key, meter) for now in words.chords] for start, length, _ in places]
    )
    fit = np.exp(3.0 * (fit - fit.max(axis=1, keepdims=True)))
    home = words.index("i" if key.is_minor else "I")
    if fit[-1, home] > 0.02:
        fit[-1] = np.eye(len(words.chords))[home]
    chosen = harmony.sample_chain(words, fit, rng)
    return [
        Span(start, length, words.chords[index], closes)
        for (start, length, closes), index in zip(places, chosen, strict=True)
    ]


def _fit(now: Chord, notes: Sequence[Note], start: float, length: float, key: Key, meter: Meter) -> float:
    """Accent-weighted share of the melody within the span that the chord holds; notes that clash count against it."""
    score = weight = 0.0
    scale = scale_over(now, key)
    for note in notes:
        shared = min(note.start + note.duration, start + length) - max(note.start, start)
        if shared <= 0.02:
            continue
        importance = shared * (0.4 + meter.weight(max(note.start, start)))
        weight += importance
        tone = note.pitch % 12
        score += importance * (1.0 if tone in now.tones else 0.0 if tone in scale else -1.0)
    return score / weight if weight else 0.0

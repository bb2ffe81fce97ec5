"""Four-part voice-leading: each chord becomes bass, tenor, alto and soprano with the least motion that breaks no rule.

Distance is the sum of the voices' motions in semitones (Tymoczko, *A Geometry of Music*, 2011, §2.7–2.9). Forbidden are
parallel fifths and octaves and a doubled leading tone; leading tones rise and sevenths fall (Aldwell & Schachter,
*Harmony and Voice Leading*, units 5–6). The best path over all chords is found by dynamic programming.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise, product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio_music.harmony import Span
from studio_music.theory import Chord

Voices: TypeAlias = tuple[int, int, int, int]
"""Bass, tenor, alto, soprano as MIDI pitches, lowest first."""

Costs: TypeAlias = NDArray[Any]

RANGES = ((36, 55), (48, 66), (55, 72), (60, 78))
"""Lowest and highest pitch of bass, tenor, alto, soprano (of the accompaniment, which lies below the melody)."""

_MOST = 90
_FORBIDDEN = 1_000.0


def candidates(chord: Chord) -> list[Voices]:
    """Every sensible way to set `chord` in four parts, plainest first, at most ninety."""
    needed = _needed(chord)
    leading = chord.tones[1] if chord.is_dominant else None
    found: list[tuple[float, Voices]] = []
    basses = [pitch for pitch in range(*RANGES[0]) if pitch % 12 == chord.bass]
    pools = [[p for p in range(low, high + 1) if p % 12 in chord.tones] for low, high in RANGES[1:]]
    for upper in product(*pools):
        tenor, alto, soprano = upper
        if not tenor < alto < soprano or alto - tenor > 12 or soprano - alto > 12:
            continue
        classes = [pitch % 12 for pitch in upper]
        missing = len(needed - {*classes, chord.bass})
        doubled = max(0, (*classes, chord.bass).count(leading) - 1) if leading is not None else 0
        if missing > 0 or doubled:
            continue
        plainness = 0.15 * abs(soprano - 69) + 0.1 * abs(tenor - 57) + (1.0 if len(set(classes)) < 3 else 0.0)
        found += [
            (plainness + 0.08 * abs(bass - 43), (bass, tenor, alto, soprano)) for bass in basses if tenor - bass > 2
        ]
    found.sort()
    return [voices for _, voices in found[:_MOST]]


def _needed(chord: Chord) -> set[int]:
    """Tones that must sound: all of a triad (its fifth may be spared), third and seventh and ninth of richer chords."""
    if len(chord.tones) <= 3:
        return set(chord.tones[:2])
    return {chord.tones[1], *chord.tones[3:]}


def lead(spans: Sequence[Span]) -> list[Voices]:
    """Four voices for every chord, as smooth as the rules allow."""
    options = [np.array(candidates(span.chord)) for span in spans]
    total = np.zeros(len(options[0]))
    back: list[Costs] = []
    for index in range(1, len(options)):
        steps = _transition(options[index - 1], options[index], spans[index - 1].chord, spans[index].chord)
        plain = np.arange(len(options[index])) * 0.03
        sums = total[:, None] + steps + plain[None, :]
        back.append(sums.argmin(axis=0))
        total = sums.min(axis=0)
    best = int(total.argmin())
    path = [best]
    for choice in reversed(back):
        best = int(choice[best])
        path.append(best)
    path.reverse()
    return [_voices(options[index][place]) for index, place in enumerate(path)]


def _voices(row: Costs) -> Voices:
    bass, tenor, alto, soprano = (int(pitch) for pitch in row)
    return bass, tenor, alto, soprano


def _transition(here: Costs, there: Costs, chord: Chord, following: Chord) -> Costs:
    """Cost of every move from `here` [n, 4] to `there` [m, 4]: [n, m]."""
    moves = there[None, :, :] - here[:, None, :]
    size = np.abs(moves)
    cost = size[..., 1:].sum(axis=2) + 0.4 * size[..., 0] + 4.0 * (size[..., 1:] > 5).sum(axis=2)
    for low, high in combinations(range(4), 2):
        before = (here[:, high] - here[:, low]) % 12
        after = (there[:, high] - there[:, low]) % 12
        perfect = (before[:, None] == after[None, :]) & np.isin(before, (0, 7))[:, None]
        both_move = (moves[..., low] != 0) & (moves[..., high] != 0)
        cost = cost + _FORBIDDEN * (perfect & both_move)
    if chord.is_dominant and chord.symbol != following.symbol:
        leading = here[:, 1:] % 12 == chord.tones[1]
        cost = cost + 2.0 * (leading[:, None, :] & (moves[..., 1:] != 1) & (moves[..., 1:] != 0)).sum(axis=2)
    if len(chord.tones) > 3:
        seventh = here[:, 1:] % 12 == chord.tones[3]
        falls = (moves[..., 1:] <= 0) & (moves[..., 1:] >= -2)
        cost = cost + 2.0 * (seventh[:, None, :] & ~falls).sum(axis=2)
    return np.asarray(cost)


def parallels(voicings: Sequence[Voices]) -> int:
    """How many parallel fifths and octaves (unisons) there are between neighbouring chords."""
    count = 0
    for here, there in pairwise(voicings):
        for low, high in combinations(range(4), 2):
            interval = (here[high] - here[low]) % 12
            moved = here[low] != there[low] and here[high] != there[high]
            if moved and interval in (0, 7) and interval == (there[high] - there[low]) % 12:
                count += 1
    return count

"""How alike music is: histograms of pitches, steps, lengths and chords, notes in the key, and what was copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio_music.theory import MODES
from studio_music.training.copies import NOTHING, Match
from studio_music.training.grid import ONSET, STEPS, Tokens
from studio_music.training.lanes import Piece, notes_of

WINDOW = 8
"""Quarter notes of music that must be the same, chord by chord, to count as copied."""

CHORDS = 12
"""Most different chords that a report shows."""

Histograms: TypeAlias = dict[str, dict[str, float]]
"""Shares of values, by what was counted."""

_NAMES = ("1", "♭2", "2", "♭3", "3", "4", "♯4", "5", "♭6", "6", "♭7", "7")


def histograms(pieces: Sequence[Piece]) -> Histograms:
    """Shares of degrees of the chromatic scale on the tonic, of melodic intervals, of durations, and of chords.

    Durations are in quarter notes. A chord is what sounds together on a quarter note, as degrees, ``"1–3–5"``, at least
    two of them; its inversions count as one. Music of one part has no chords.
    """
    degrees, intervals, durations, chords = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for piece in pieces:
        for lane in piece.lanes.T:
            notes = notes_of(lane)
            degrees.update(_NAMES[(note.pitch - piece.tonic) % 12] for note in notes)
            durations.update(f"{min(note.duration, 8.0):g}" for note in notes)
            intervals.update(f"{max(-12, min(12, after.pitch - note.pitch)):+d}" for note, after in pairwise(notes))
        sounding = [sorted({(int(v & (ONSET - 1)) - piece.tonic) % 12 for v in row if v >= 0}) for row in piece.lanes]
        chords.update("–".join(_NAMES[degree] for degree in found) for found in sounding[::STEPS] if len(found) > 1)
    return {
        name: {value: count / max(1, sum(counts.values())) for value, count in sorted(counts.items())}
        for name, counts in (
            ("degrees", degrees), ("intervals", intervals), ("durations", durations), ("chords", chords)
        )
    }  # fmt: skip


def overlaps(groups: Mapping[str, Histograms]) -> list[tuple[str, float, float | None]]:
    """For each histogram of ``training``: what ``written`` pieces share with it, and ``held out`` ones if any.

    Args:
        groups: histograms by the kind of pieces.
    """
    written, held_out = groups["written"], groups.get("held out")
    return [
        (name, overlap(written[name], known), overlap(held_out[name], known) if held_out else None)
        for name, known in groups["training"].items()
        if known
    ]


def shown(groups: Mapping[str, Histograms]) -> dict[str, dict[str, float]]:
    """The histograms that a report shows, by group: degrees, and the chords that are most frequent."""
    degrees = {group: histograms["degrees"] for group, histograms in groups.items()}
    chords = {f"{group}, chords": _most(histograms["chords"]) for group, histograms in groups.items()}
    return {**degrees, **{group: shares for group, shares in chords.items() if shares}}


def _most(shares: dict[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: -item[1])[:CHORDS])


def overlap(left: dict[str, float], right: dict[str, float]) -> float:
    """What two histograms share, 0 … 1."""
    return sum(min(share, right.get(value, 0.0)) for value, share in left.items())


def in_key(pieces: Sequence[Piece]) -> float:
    """Share of notes within the key's scale; minor with both its sevenths and sixths."""
    inside = total = 0
    for piece in pieces:
        scale = set(MODES["minor"]) | {9, 11} if piece.minor else set(MODES["major"])
        pitches = [note.pitch for lane in piece.lanes.T for note in notes_of(lane)]
        inside += sum((pitch - piece.tonic) % 12 in scale for pitch in pitches)
        total += len(pitches)
    return inside / max(1, total)


def nearest(pieces: Sequence[Piece], training: Sequence[Piece]) -> list[Match]:
    """For every piece: its stretch of `WINDOW` quarter notes most like one of a training piece, in any key.

    Places are in quarter notes; distances are shares of chords.
    """
    numbers: dict[tuple[int, ...], int] = {}
    known = [_windows(_chords(piece, numbers)) for piece in training]
    places = [(number, start) for number, windows in enumerate(known) for start in range(len(windows))]
    every = np.concatenate(known)
    found = []
    for piece in pieces:
        windows = _windows(_chords(piece, numbers))
        if not len(windows) or not len(every):
            found.append(NOTHING)
            continue
        likest = [(int(equal.max()), int(equal.argmax())) for equal in ((every == row).sum(axis=1) for row in windows)]
        best = max(likest)
        copied = sum(equal == WINDOW for equal, _ in likest) / len(likest)
        found.append(Match(copied, 1.0 - best[0] / WINDOW, places[best[1]]))
    return found


def _chords(piece: Piece, numbers: dict[tuple[int, ...], int]) -> Tokens:
    """A number for the chord of every quarter note: intervals above the lowest voice, and that voice's last move."""
    pitches = np.where(piece.lanes >= 0, piece.lanes & (ONSET - 1), 0).astype(int)[::STEPS]
    moves = np.diff(pitches[:, -1], prepend=pitches[:1, -1])
    rows = np.column_stack([pitches[:, :-1] - pitches[:, -1:], moves])
    return np.array([numbers.setdefault(tuple(int(value) for value in row), len(numbers)) for row in rows], np.int64)


def _windows(chords: Tokens) -> NDArray[np.int64]:
    if len(chords) < WINDOW:
        return np.empty((0, WINDOW), dtype=np.int64)
    return np.lib.stride_tricks.sliding_window_view(chords, WINDOW)

"""How alike music is: histograms of pitches, steps and lengths, the share of notes in the key, and what was copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio_music.theory import MODES
from studio_music.training.grid import ONSET, STEPS, Tokens
from studio_music.training.lanes import Piece, notes_of

WINDOW = 8
"""Quarter notes of music that must be the same, chord by chord, to count as copied."""

_NAMES = ("1", "♭2", "2", "♭3", "3", "4", "♯4", "5", "♭6", "6", "♭7", "7")


def histograms(pieces: Sequence[Piece]) -> dict[str, dict[str, float]]:
    """Shares of degrees of the chromatic scale on the tonic, of melodic intervals, and of durations (quarter notes)."""
    degrees, intervals, durations = Counter[str](), Counter[str](), Counter[str]()
    for piece in pieces:
        for lane in piece.lanes.T:
            notes = notes_of(lane)
            degrees.update(_NAMES[(note.pitch - piece.tonic) % 12] for note in notes)
            durations.update(f"{min(note.duration, 8.0):g}" for note in notes)
            intervals.update(f"{max(-12, min(12, after.pitch - note.pitch)):+d}" for note, after in pairwise(notes))
    return {
        name: {value: count / max(1, sum(counts.values())) for value, count in sorted(counts.items())}
        for name, counts in (("degrees", degrees), ("intervals", intervals), ("durations", durations))
    }


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


def nearest(pieces: Sequence[Piece], training: Sequence[Piece]) -> list[tuple[float, str, float]]:
    """For every piece: its stretch most like any of the training pieces in any transposition.

    Returns:
        the share of its stretches of `WINDOW` quarter notes that are the same in a training piece; the piece most like
        it; and the share of chords in which the most alike stretches differ.
    """
    numbers: dict[tuple[int, ...], int] = {}
    known = [_windows(_chords(piece, numbers)) for piece in training]
    names = [piece.name for piece, windows in zip(training, known, strict=True) for _ in windows]
    every = np.concatenate(known)
    found = []
    for piece in pieces:
        windows = _windows(_chords(piece, numbers))
        if not len(windows) or not len(every):
            found.append((0.0, "", 1.0))
            continue
        likest = [(int(equal.max()), int(equal.argmax())) for equal in ((every == row).sum(axis=1) for row in windows)]
        best = max(likest)
        copied = sum(equal == WINDOW for equal, _ in likest) / len(likest)
        found.append((copied, names[best[1]], 1.0 - best[0] / WINDOW))
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

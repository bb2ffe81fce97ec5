"""Drum takes on a raster: nine drums, sixteenth steps, and for every stroke how hard and how early or late it falls.

A step has two columns a drum. Column d says whether drum d is struck and how hard: 0 for no stroke, else one of
`LOUDNESSES` classes of velocity. Column ``len(DRUMS) + d`` says by how much the stroke misses the raster, in
`PARTS` of a quarter note, and means nothing where there is no stroke. For each step a model is told

* all columns of the step before, and of the step one bar before the one it draws;
* the place within the bar, the style, whether this is a beat or a fill, the tempo, and how busy the take is;
  each but the first may be unknown;

and it draws the strokes of the nine drums one after the other, then their misses. (Groups of columns as in GrooVAE,
Gillick et al. 2019, "Learning to Groove with Inverse Sequence Transformations", which knows them as hits, velocities
and offsets.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_music.training import lanes
from studio_music.training.grid import STEPS, Tokens

DRUMS = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
"""The drums, column by column."""

PITCHES = (36, 38, 42, 46, 41, 45, 48, 49, 51)
"""Their General MIDI numbers."""

_OF_PITCH = {
    35: 0, 36: 0, 37: 1, 38: 1, 39: 1, 40: 1, 22: 2, 42: 2, 44: 2, 70: 2, 82: 2, 26: 3, 46: 3, 54: 3, 41: 4, 43: 4,
    58: 4, 45: 5, 47: 5, 48: 6, 50: 6, 49: 7, 52: 7, 55: 7, 57: 7, 51: 8, 53: 8, 56: 8, 59: 8,
}  # fmt: skip
"""The nearest drum to every General MIDI (and usual electronic kit's) number."""

PARTS = 48
"""Misses are counted in this many parts of a quarter note."""

OFFSETS = PARTS // STEPS
"""Classes of misses: a step's parts, from half a step early on."""

LOUDNESSES = 16
"""Classes of velocity, eight values each; the last one is full force."""

TEMPOS = (70, 85, 100, 115, 130, 150, 180)
"""Edges between the classes of tempo, quarter notes a minute."""

BAR = 4 * STEPS
"""Steps of a bar of four quarters."""

PLACES = 24
"""Steps of the longest bar."""

MOST_STYLES = 60
MOST_STEPS = 16 * 2000
UNKNOWN, BEAT, FILL = 0, 1, 2
KINDS = {"beat": BEAT, "fill": FILL}


@dataclass(frozen=True, slots=True)
class DrumGrid:
    """What a drum model's tokens mean; stands in the model's folder.

    Attributes:
        styles: the styles it knows, most frequent first.
        busy: edges between the classes of strokes a quarter note.
        bars: length of a training row, bars of four quarter notes.
    """

    kind: ClassVar[str] = "atelier-drums"

    styles: tuple[str, ...]
    busy: tuple[float, ...]
    bars: int = 8

    @property
    def voices(self) -> int:
        """Number of columns."""
        return 2 * len(DRUMS)

    @property
    def order(self) -> tuple[int, ...]:
        """Strokes first, then their misses."""
        return tuple(range(self.voices))

    @property
    def lookahead(self) -> int:
        """Nothing is known ahead."""
        return 0

    @property
    def seen(self) -> tuple[int, ...]:
        """All columns of the step before, and of the step one bar earlier."""
        return 2 * tuple(self.size(column) for column in range(self.voices))

    @property
    def told(self) -> tuple[int, ...]:
        """Place, style, kind, tempo and business."""
        return PLACES, 1 + len(self.styles), 1 + len(KINDS), 2 + len(TEMPOS), 2 + len(self.busy)

    @property
    def memory(self) -> int:
        """Steps that are looked back."""
        return self.bars * 4 * STEPS

    def size(self, voice: int) -> int:
        """Number of tokens of a column."""
        return 1 + LOUDNESSES if voice < len(DRUMS) else OFFSETS

    def style(self, name: str) -> int:
        """A style's number, `UNKNOWN` if the model doesn't know it."""
        return 1 + self.styles.index(name) if name in self.styles else UNKNOWN

    def facts(self, take: Take) -> tuple[int, int, int, int]:
        """What is told of a take: style, kind, tempo, business."""
        return self.style(take.style), take.kind, tempo_class(take.tempo), self.business(strokes_a_beat(take))

    def business(self, strokes: float) -> int:
        """The class of so many strokes a quarter note."""
        return 1 + int(np.searchsorted(self.busy, strokes))

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> DrumGrid:
        """What `to_json` gave."""
        styles = tuple(str(style) for style in plain["styles"])
        return cls(styles, tuple(float(edge) for edge in plain["busy"]), int(plain["bars"]))


@dataclass(frozen=True, slots=True)
class Take:
    """A performance on the raster.

    Attributes:
        name: its file's name.
        tokens: int64 [steps, 2 × drums]; whole quarter notes.
        style: in lower case; empty where nobody said.
        kind: `BEAT`, `FILL` or `UNKNOWN`.
        tempo: quarter notes a minute.
        bar: steps a bar.
    """

    name: str
    tokens: Tokens
    style: str = ""
    kind: int = UNKNOWN
    tempo: float = 120.0
    bar: int = BAR


def tempo_class(tempo: float) -> int:
    """The class of a tempo."""
    return 1 + int(np.searchsorted(TEMPOS, tempo, side="right"))


def struck(tokens: Tokens) -> NDArray[np.bool_]:
    """Where there are strokes [steps, drums]."""
    return tokens[:, : len(DRUMS)] > 0


def strokes_a_beat(take: Take) -> float:
    """Strokes a quarter note."""
    return float(struck(take.tokens).sum()) * STEPS / max(1, len(take.tokens))


def grid_for(takes: Sequence[Take], bars: int) -> DrumGrid:
    """The layout that fits these takes."""
    counted = Counter(take.style for take in takes if take.style)
    styles = tuple(style for style, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_STYLES])
    busy = np.quantile([strokes_a_beat(take) for take in takes], (0.2, 0.4, 0.6, 0.8)).round(3)
    return DrumGrid(styles, tuple(float(edge) for edge in busy), bars)


def drum_of(pitch: int) -> int | None:
    """The column of a General MIDI drum, None where no drum is near."""
    return _OF_PITCH.get(pitch)


def read_take(path: Path, caption: str) -> Take:
    """Read a MIDI file's drums; the caption says the style and may end with “beat” or “fill”.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no MIDI file or has no drums.
    """
    score = lanes.read_midi(path)
    words = caption.lower().split()
    kind = KINDS.get(words[-1], UNKNOWN) if words else UNKNOWN
    style = " ".join(words[:-1] if kind else words)
    bar = round(STEPS * 4 * score.meter[0] / score.meter[1])
    return Take(path.name, tokens_of(drum_notes(score)), style, kind, score.tempo, min(PLACES, max(STEPS, bar)))


def drum_notes(score: sdk.Score) -> list[sdk.Note]:
    """The notes of a score's drum tracks. Raises `ValueError` when it has none."""
    notes = [note for track in score.tracks if track.drums for note in track.notes if note.pitch in _OF_PITCH]
    if not notes:
        raise ValueError("The score has no drums.")
    return notes


def tokens_of(notes: Iterable[sdk.Note]) -> Tokens:
    """Strokes on the raster, whole bars of four; of several on one drum in one step the hardest stays.

    Raises:
        ValueError: longer than `MOST_STEPS`.
    """
    strokes = sorted(notes, key=lambda note: note.velocity)
    last = max(note.start for note in strokes)
    steps = BAR * (int((last * STEPS + 0.5) // BAR) + 1)
    if steps > MOST_STEPS:
        raise ValueError(f"The score is too long: {last:,.0f} quarter notes.")
    tokens = np.zeros((steps, 2 * len(DRUMS)), dtype=np.int64)
    tokens[:, len(DRUMS) :] = OFFSETS // 2
    for note in strokes:
        parts = round(note.start * PARTS) + OFFSETS // 2
        step, miss = divmod(parts, OFFSETS)
        if step < steps:
            drum = _OF_PITCH[note.pitch]
            tokens[step, drum] = 1 + min(LOUDNESSES - 1, note.velocity * LOUDNESSES // 128)
            tokens[step, len(DRUMS) + drum] = miss
    return tokens


def notes_of(tokens: Tokens, random: np.random.Generator | None = None) -> tuple[sdk.Note, ...]:
    """The strokes as notes; velocities are drawn within their class, or are its middle without `random`."""
    notes = []
    wide = 128 // LOUDNESSES
    for step, drum in np.argwhere(struck(tokens)):
        loud = int(tokens[step, drum]) - 1
        within = wide // 2 if random is None else int(random.integers(wide))
        velocity = 127 if loud == LOUDNESSES - 1 else max(1, loud * wide + within)
        miss = int(tokens[step, len(DRUMS) + drum]) - OFFSETS // 2
        start = max(0.0, step / STEPS + miss / PARTS)
        notes.append(sdk.Note(start, 0.2, PITCHES[drum], velocity))
    return tuple(sorted(notes))


def told_of(grid: DrumGrid, facts: Sequence[int], steps: int, bar: int, first: int = 0) -> Tokens:
    """What is told of steps [steps, facts]: the place within the bar from step `first` on, and the same facts."""
    told = np.empty((steps, len(grid.told)), dtype=np.int64)
    told[:, 0] = (first + np.arange(steps)) % bar
    told[:, 1:] = facts
    return told


def seen_of(tokens: Tokens, first: int, end: int, bar: int) -> Tokens:
    """What is told of earlier steps, for the steps first … end: the step before and the one a bar ago [n, 4 × drums].

    Before the beginning nothing is struck.
    """
    empty = np.zeros((bar, tokens.shape[1]), dtype=np.int64)
    padded = np.concatenate([empty, tokens[: max(0, end - 1)]])
    if len(padded) < end + bar - 1:
        padded = np.concatenate([padded, np.zeros((end + bar - 1 - len(padded), tokens.shape[1]), np.int64)])
    return np.concatenate([padded[first + bar - 1 : end + bar - 1], padded[first:end]], axis=1)

"""What is drawn: parts with their notes over some bars, and the way back through its changes. No Qt here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from studio import sdk

STEP = 0.25
"""The raster: a sixteenth, in quarter notes."""

MOST_BARS = 200
MOST_NOTES = 5000
"""More than anyone draws; a score with more is not opened here."""

SLOWEST, FASTEST = 5.0, 1000.0
"""Tempos, quarter notes per minute; what MIDI files are read with."""

_LEAST_BARS = 8
"""Room that there is at first."""

_MOST_CHANGES = 500
_TICKS = 480
"""Parts of a quarter note that a time is kept to: those of the files the studio writes."""

_HAIR = 1e-6
"""Times nearer than this, in quarter notes, are one."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Parts with notes, and the paper they stand on.

    Within a part, notes of one pitch never overlap: MIDI could not tell which of them ends.

    Attributes:
        tracks: the parts; those without notes are not written.
        tempo: quarter notes per minute.
        meter: beats per bar and the note value of a beat; a bar is one to sixteen quarter notes long.
        key: tonic and mode; empty when unknown.
        bars: how many there is room for, at most `MOST_BARS`.
    """

    tracks: tuple[sdk.Track, ...]
    tempo: float = 100.0
    meter: tuple[int, int] = (4, 4)
    key: str = ""
    bars: int = _LEAST_BARS

    @classmethod
    def of(cls, score: sdk.Score) -> Sheet:
        """A score to draw on, with room for a melody and for drums where it has none.

        A metre whose bars are shorter than a quarter note or longer than sixteen is taken for 4/4.

        Raises:
            ValueError: it is too long, or has too many notes.
        """
        meter = score.meter if 1.0 <= _quarters(score.meter) <= 16.0 else (4, 4)
        needed = _bars_for(score.length, meter)
        if needed > MOST_BARS or sum(len(track.notes) for track in score.tracks) > MOST_NOTES:
            raise ValueError("too long to be drawn on")
        tracks = [replace(track, notes=_apart(track.notes)) for track in score.tracks]
        if all(track.drums for track in tracks):
            tracks.insert(0, sdk.Track("Melody", ()))
        if not any(track.drums for track in tracks):
            tracks.append(sdk.Track("Drums", (), drums=True))
        return cls(tuple(tracks), min(FASTEST, max(SLOWEST, score.tempo)), meter, score.key, max(_LEAST_BARS, needed))

    @classmethod
    def empty(cls) -> Sheet:
        """Nothing yet."""
        return cls.of(sdk.Score((), 100.0))

    def score(self) -> sdk.Score:
        """What is written: the parts that have notes."""
        return sdk.Score(tuple(track for track in self.tracks if track.notes), self.tempo, self.meter, self.key)

    @property
    def has_notes(self) -> bool:
        """Whether there is anything to write."""
        return any(track.notes for track in self.tracks)

    @property
    def bar(self) -> float:
        """Length of a bar, quarter notes."""
        return _quarters(self.meter)

    @property
    def beat(self) -> float:
        """Length of a beat, quarter notes."""
        return 4.0 / self.meter[1]

    @property
    def length(self) -> float:
        """Quarter notes that there is room for."""
        return self.bars * self.bar

    @property
    def steps(self) -> int:
        """Sixteenths that there is room for, the last one perhaps not whole."""
        return math.ceil(self.length / STEP - _HAIR)

    def least_bars(self, meter: tuple[int, int]) -> int:
        """The fewest bars of this metre that hold all notes; may be more than `MOST_BARS`."""
        return _bars_for(self.score().length, meter)

    def note_at(self, part: int, step: int, pitch: int) -> sdk.Note | None:
        """The note of a part that sounds within a sixteenth; the last one to begin where there are several."""
        start, end = step * STEP, (step + 1) * STEP
        for note in reversed(self.tracks[part].notes):
            if note.pitch == pitch and note.start < end - _HAIR and note.start + note.duration > start + _HAIR:
                return note
        return None

    def room(self, part: int, start: float, pitch: int) -> float:
        """Quarter notes from a moment to the next note of a pitch, or to the end of the paper."""
        later = (note.start for note in self.tracks[part].notes if note.pitch == pitch and note.start > start + _HAIR)
        return min(later, default=self.length) - start

    def end_of(self, part: int) -> float:
        """Where the last note of a part ends, quarter notes."""
        return max((note.start + note.duration for note in self.tracks[part].notes), default=0.0)

    # ---- changed sheets --------------------------------------------------------------------------------------

    def put(self, part: int, note: sdk.Note, instead_of: sdk.Note | None = None) -> Sheet:
        """With a note, instead of another where one is named; a note of its pitch that it would overlap makes way."""
        kept = []
        end = note.start + note.duration
        for other in self.tracks[part].notes:
            if other == instead_of:
                continue
            if other.pitch != note.pitch or other.start > end - _HAIR or other.start + other.duration < note.start:
                kept.append(other)
            elif other.start < note.start - _HAIR:
                kept.append(replace(other, duration=min(other.duration, note.start - other.start)))
        return self._with(part, [*kept, note])

    def without(self, part: int, note: sdk.Note) -> Sheet:
        """With a note less."""
        return self._with(part, [other for other in self.tracks[part].notes if other != note])

    def moved(self, note: sdk.Note, quarters: float, semitones: int) -> sdk.Note:
        """A note elsewhere, as far as the paper goes."""
        last = max(0.0, self.length - note.duration)
        return replace(
            note,
            start=min(last, max(0.0, note.start + quarters)),
            pitch=min(127, max(0, note.pitch + semitones)),
        )

    def stretched(self, note: sdk.Note, duration: float) -> sdk.Note:
        """A note of another length: a sixteenth at least, and as far as the paper goes."""
        return replace(note, duration=min(max(STEP, duration), self.length - note.start))

    def _with(self, part: int, notes: list[sdk.Note]) -> Sheet:
        changed = replace(self.tracks[part], notes=tuple(sorted(notes)))
        return replace(self, tracks=(*self.tracks[:part], changed, *self.tracks[part + 1 :]))


class History:
    """A sheet and what it was before.

    Attributes:
        sheet: as it is now.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._first = sheet
        self._kept = sheet
        self._past: list[Sheet] = []
        self._future: list[Sheet] = []

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than at first; more or fewer empty bars say nothing."""
        return replace(self.sheet, bars=self._first.bars) != self._first

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back."""
        return bool(self._future)

    def change(self, sheet: Sheet) -> None:
        """Let it be `sheet`; one step to take back."""
        self.sheet = sheet
        self.keep()

    def keep(self) -> None:
        """What `sheet` was set to meanwhile, as during a drag, becomes one step to take back."""
        if self.sheet != self._kept:
            self._past = [*self._past[1 - _MOST_CHANGES :], self._kept]
            self._future.clear()
            self._kept = self.sheet

    def undo(self) -> None:
        """Take the last change back."""
        self._step(self._past, self._future)

    def redo(self) -> None:
        """Make it again."""
        self._step(self._future, self._past)

    def _step(self, source: list[Sheet], target: list[Sheet]) -> None:
        if self.sheet != self._kept:
            self.sheet = self._kept  # what was not kept is no change, and all that is taken back
        elif source:
            target.append(self._kept)
            self.sheet = self._kept = source.pop()


def _quarters(meter: tuple[int, int]) -> float:
    return 4.0 * meter[0] / meter[1]


def _bars_for(quarters: float, meter: tuple[int, int]) -> int:
    return max(1, math.ceil(quarters / _quarters(meter) - _HAIR))


def _apart(notes: Iterable[sdk.Note]) -> tuple[sdk.Note, ...]:
    """Notes whose times are whole ticks, each ending where the next of its pitch begins at the latest."""
    last: dict[int, int] = {}
    kept: list[sdk.Note] = []
    for note in sorted(notes):
        start = round(note.start * _TICKS) / _TICKS
        ticked = replace(note, start=start, duration=max(1, round(note.duration * _TICKS)) / _TICKS)
        place = last.get(note.pitch)
        if place is not None and kept[place].start + kept[place].duration > start:
            if kept[place].start == start:
                kept[place] = max(kept[place], ticked)
                continue
            kept[place] = replace(kept[place], duration=start - kept[place].start)
        last[note.pitch] = len(kept)
        kept.append(ticked)
    return tuple(kept)

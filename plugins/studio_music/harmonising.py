"""From what the artist chose to a task for the model, and from what the model wrote to parts and a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_music import harmonize, pianoroll
from studio_music.arrange import Part
from studio_music.performance import Performance
from studio_music.singing import Task
from studio_music.synth.mixer import Room
from studio_music.synth.patches import PATCHES
from studio_music.theory import TONICS, Key
from studio_music.training.grid import CADENCE, ONSET, OVER, REST, STEPS, Grid, Lanes, countdown, key_number, told_whole
from studio_music.training.lanes import lanes_of, notes_of, without_repeats

MOST_QUARTERS = 4 * 128
"""Longest melody, quarter notes."""

SOUNDS = {
    "organ": (("organ", "organ", "organ", "organ"), Room(3.2, 0.7, tape=False)),
    "strings": (("violin", "violin2", "viola", "cello"), Room(2.2, 0.6, tape=False)),
    "winds": (("flute", "clarinet", "horn", "cello"), Room(2.0, 0.55, tape=False)),
    "piano": (("piano", "piano", "piano", "piano"), Room(1.8, 0.45, tape=False)),
}
"""Instruments from the highest voice to the lowest, and the room, by what the artist chose."""

VELOCITIES = (84, 70, 70, 78)
NAMES = ("Soprano", "Alto", "Tenor", "Bass")
_COMMON_KEYS = (0, 2, 3, 5, 7, 9, 10)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write.

    Attributes:
        task: for the model.
        key: tonic and mode.
        tempo: quarter notes per minute.
        meter: of the score.
        melody: the given notes, None where everything is composed.
        title: what the piece is called.
        quarters: length of the piece, quarter notes.
    """

    task: Task
    key: Key
    tempo: float
    meter: tuple[int, int]
    melody: tuple[sdk.Note, ...] | None
    title: str
    quarters: int

    @property
    def bar(self) -> float:
        """Length of a bar, quarter notes."""
        return self.meter[0] * 4 / self.meter[1]


def planned(params: Any, grid: Grid, random: np.random.Generator) -> Plan:
    """Decide whatever the artist left open. Raises `UserError` when the melody cannot be used."""
    if params.melody is not None:
        return _harmonised(params, grid)
    tonic = int(random.choice(_COMMON_KEYS)) if params.key == "auto" else TONICS.index(params.key)
    mode = str(random.choice(["major", "minor"])) if params.mode == "auto" else params.mode
    key = Key(tonic, mode)
    task = _task(params, grid, key, countdown(_phrases(params.bars, params.phrase), 4 * params.bars), None)
    return Plan(task, key, float(params.tempo), (4, 4), None, f"Chorale in {key.name}", 4 * params.bars)


def _task(
    params: Any, grid: Grid, key: Key, pulses: NDArray[np.int64], melody: NDArray[np.int16] | None
) -> Task:  # fmt: skip
    told = told_whole(grid, pulses, key_number(key.tonic, minor=key.is_minor))
    return Task(told, melody, params.temperature, strict=params.strict, crossing=not params.strict)


def _phrases(bars: int, phrase: int) -> list[int]:
    """The quarter notes on which phrases end: half a bar before every `phrase` bars are over; a rest joins the last."""
    ends = [4 * bar - 2 for bar in range(phrase, bars + 1, phrase)]
    if bars % phrase:
        ends = [*ends[:-1], 4 * bars - 2] if ends else [4 * bars - 2]
    return ends


def _harmonised(params: Any, grid: Grid) -> Plan:
    if not any(track.notes and not track.drums for track in params.melody.tracks):
        raise sdk.UserError("The melody has no notes.", param="melody", hint="Choose a score with a melody.")
    if params.melody.length > MOST_QUARTERS:
        raise sdk.UserError(
            f"The melody is too long: at most {MOST_QUARTERS} beats are harmonised.", param="melody",
            hint="Harmonise it in parts.",
        )  # fmt: skip
    notes = harmonize.melody_of(params.melody)
    notes = _octave_of(notes, grid)
    found = harmonize.key_of(notes)
    tonic = found.tonic if params.key == "auto" else TONICS.index(params.key)
    key = Key(tonic, found.mode if params.mode == "auto" else params.mode)
    lane = lanes_of(sdk.Score((sdk.Track("Melody", tuple(notes)),)), 1)
    if not grid.repeats:
        lane = without_repeats(lane)
    pulses = countdown(_melody_phrases(lane[:, 0]), len(lane) // STEPS)
    tempo = min(240.0, max(30.0, float(params.melody.tempo)))
    title = f"{params.melody.title or 'Melody'} in four parts"
    task = _task(params, grid, key, pulses, lane[:, 0])
    return Plan(task, key, round(tempo, 2), params.melody.meter, tuple(notes), title, len(pulses))


def _octave_of(notes: list[sdk.Note], grid: Grid) -> list[sdk.Note]:
    """The melody in the octave in which the most of it lies within the highest voice's range."""

    def outside(shift: int) -> tuple[float, int]:
        far = sum(note.duration * (not grid.low[0] <= note.pitch + shift <= grid.high[0]) for note in notes)
        return far, abs(shift)

    shift = min((12 * octave for octave in range(-5, 6)), key=outside)
    return [sdk.Note(note.start, note.duration, min(127, max(0, note.pitch + shift)), note.velocity) for note in notes]


def _melody_phrases(lane: NDArray[np.int16]) -> list[int]:
    """Quarter notes in which a long note begins or the melody is about to rest, and the last note's."""
    pitches = np.where(lane >= 0, lane & (ONSET - 1), REST)
    changes = [
        0,
        *(int(step) for step in np.flatnonzero(lane[1:] != np.where(pitches[:-1] >= 0, pitches[:-1], REST)) + 1),
    ]
    spans = [*zip(changes, [*changes[1:], len(lane)], strict=True)]
    ends = {start // STEPS for start, end in spans if pitches[start] >= 0 and end - start >= CADENCE}
    sung = [start for start, _ in spans if pitches[start] >= 0]
    return sorted(ends | {sung[-1] // STEPS})


def parts_of(plan: Plan, lanes: Lanes, sound: str) -> list[Part]:
    """The voices as parts; a given melody keeps its own notes."""
    instruments, _ = SOUNDS[sound]
    parts = []
    for voice, lane in enumerate(lanes.T):
        place = min(3, voice if voice < lanes.shape[1] - 1 or voice == 0 else 3)
        notes = notes_of(np.where(lane == OVER, REST, lane), VELOCITIES[place])
        if voice == 0 and plan.melody is not None:
            notes = plan.melody
        role = "melody" if voice == 0 else "bass" if place == 3 else "chords"
        if notes:
            parts.append(Part(role, instruments[place], notes))
    return parts


def score_of(plan: Plan, lanes: Lanes, sound: str) -> sdk.Score:
    """The voices as a score."""
    parts = parts_of(plan, lanes, sound)
    names = NAMES if len(parts) == len(NAMES) else tuple(f"Voice {number + 1}" for number in range(len(parts)))
    tracks = tuple(
        sdk.Track(name, part.notes, PATCHES[part.instrument].program) for name, part in zip(names, parts, strict=True)
    )
    meta = {"bars": round(plan.quarters / plan.bar, 2), "melody": "given" if plan.melody else "composed"}
    return sdk.Score(tracks, plan.tempo, plan.meter, plan.key.name, title=plan.title, meta=meta)


def performance_of(plan: Plan, lanes: Lanes, sound: str) -> Performance:
    """How the studio's instruments play it."""
    parts = parts_of(plan, lanes, sound)
    length = max(note.start + note.duration for part in parts for note in part.notes)
    return Performance(parts, plan.tempo, plan.bar, length, SOUNDS[sound][1])


def picture(plan: Plan, lanes: Lanes, done: int, sound: str) -> sdk.Image:
    """A piano roll of what is written so far."""
    written = np.where(np.arange(len(lanes))[:, None] < done, lanes, OVER).astype(np.int16)
    return pianoroll.draw(parts_of(plan, written, sound), float(plan.quarters), plan.bar, done / STEPS)

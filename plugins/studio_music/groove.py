"""From what the artist chose to a task for a drum model, and from what it played to notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import studio.sdk as sdk
from studio_music import drumming, pianoroll
from studio_music.arrange import Part
from studio_music.drumming import DrumTask
from studio_music.performance import Performance
from studio_music.synth.mixer import Room
from studio_music.training import strokes
from studio_music.training.grid import STEPS, Tokens
from studio_music.training.strokes import BAR, BEAT, DRUMS, OFFSETS, PARTS, PLACES, UNKNOWN, DrumGrid

MOST_BARS = 200
"""Longest pattern, bars of four quarter notes."""

ON_RASTER = 1.5 / PARTS
"""A stroke as near to the raster as this stands on it; the others were set beside it on purpose, quarter notes."""

PLAIN = 96
"""Velocity of a stroke without a touch."""

_BUSY = {"sparse": 0.1, "medium": 0.5, "busy": 0.9}
_ROOM = Room(0.8, 0.3, tape=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play.

    Attributes:
        task: for the model.
        tempo: quarter notes a minute.
        meter: of the score.
        pattern: the given strokes, None where the model writes them.
        title: what the take is called.
        meta: what is kept beside it.
    """

    task: DrumTask
    tempo: float
    meter: tuple[int, int]
    pattern: tuple[sdk.Note, ...] | None
    title: str
    meta: Mapping[str, sdk.Json]

    @property
    def bar(self) -> float:
        """Length of a bar, quarter notes."""
        return self.meter[0] * 4 / self.meter[1]

    @property
    def quarters(self) -> float:
        """Length, quarter notes."""
        return len(self.task.told) / STEPS


def planned(params: Any, grid: DrumGrid, log: Callable[[str], None]) -> Plan:
    """Decide whatever the artist left open. Raises `UserError` when the pattern cannot be used."""
    style = params.other.strip().lower() if params.style == "other" else params.style
    if style not in grid.styles:
        known = ", ".join(grid.styles[:24])
        log(f"The model does not know the style “{style}”; it plays freely. It knows: {known}.")
    if params.pattern is not None:
        return _given(params, grid, style)
    busy = grid.business(float(np.quantile(grid.busy, _BUSY[params.busy]))) if params.busy in _BUSY else UNKNOWN
    fills = 0 if params.fills == "never" else int(params.fills)
    plain = drumming.task_for(
        grid, style, strokes.tempo_class(params.tempo), params.bars, fills=fills, busy=busy
    )  # fmt: skip
    task = replace(plain, temperature=params.temperature, guidance=params.guidance)
    meta: dict[str, sdk.Json] = {"style": style, "bars": params.bars, "fills": params.fills}
    return Plan(task, float(params.tempo), (4, 4), None, f"{_name(style)} drums", meta)


def _name(style: str) -> str:
    return style[:1].upper() + style[1:] if style else "Free"


def _given(params: Any, grid: DrumGrid, style: str) -> Plan:
    score = params.pattern
    if score.length > 4 * MOST_BARS:
        raise sdk.UserError(
            f"The pattern is too long: at most {MOST_BARS} bars are played.", param="pattern", hint="Play it in parts."
        )
    try:
        tokens = strokes.tokens_of(strokes.drum_notes(score))
    except ValueError as error:
        raise sdk.UserError(
            "The pattern has no drums.", param="pattern", hint="Choose a score with drums on channel 10."
        ) from error
    bar = min(PLACES, max(STEPS, round(BAR * score.meter[0] / score.meter[1])))
    tempo = min(240.0, max(30.0, float(score.tempo)))
    busy = grid.business(strokes.strokes_a_beat(strokes.Take("", tokens)))
    told = strokes.told_of(grid, (grid.style(style), BEAT, strokes.tempo_class(tempo), busy), len(tokens), bar)
    task = DrumTask(told, bar, strokes.struck(tokens), params.temperature, params.guidance)
    notes = tuple(sorted(note for track in score.tracks if track.drums for note in track.notes))
    title = f"{score.title or 'Pattern'}, played"
    return Plan(task, round(tempo, 2), score.meter, notes, title, {"style": style, "pattern": "given"})


def notes_of(plan: Plan, tokens: Tokens, touch: float, random: np.random.Generator) -> tuple[sdk.Note, ...]:
    """What is played: the model's strokes or the given ones, with `touch` 0 … 1 of its force and timing."""
    if plan.pattern is not None:
        return tuple(sorted(_touched(note, tokens, touch) for note in plan.pattern))
    made = strokes.notes_of(tokens, random)
    return tuple(sorted(_softened(note, touch) for note in made))


def _softened(note: sdk.Note, touch: float) -> sdk.Note:
    raster = round(note.start * STEPS) / STEPS
    velocity = round(PLAIN + touch * (note.velocity - PLAIN))
    return sdk.Note(max(0.0, raster + touch * (note.start - raster)), note.duration, note.pitch, velocity)


def _touched(note: sdk.Note, tokens: Tokens, touch: float) -> sdk.Note:
    """A given stroke with the force and the timing of the same drum at the same step; its own force counts, too."""
    drum = strokes.drum_of(note.pitch)
    step = int(note.start * STEPS + 0.5)
    if drum is None or step >= len(tokens) or not tokens[step, drum]:
        return note
    loud = 127 / strokes.LOUDNESSES * (tokens[step, drum] - 0.5)
    velocity = min(127, max(1, round(note.velocity + touch * (loud - note.velocity))))
    miss = (int(tokens[step, len(DRUMS) + drum]) - OFFSETS // 2) / PARTS
    apart = abs(note.start - step / STEPS)
    start = note.start + touch * miss if apart <= ON_RASTER else note.start
    return sdk.Note(max(0.0, start), note.duration, note.pitch, velocity)


def score_of(plan: Plan, notes: tuple[sdk.Note, ...]) -> sdk.Score:
    """The take as a score."""
    track = sdk.Track("Drums", notes, drums=True)
    return sdk.Score((track,), plan.tempo, plan.meter, title=plan.title, meta=dict(plan.meta))


def performance_of(plan: Plan, notes: tuple[sdk.Note, ...]) -> Performance:
    """How the studio's kit plays it."""
    return Performance([Part("drums", "drums", notes)], plan.tempo, plan.bar, plan.quarters, _ROOM)


def picture(plan: Plan, tokens: Tokens, done: int) -> sdk.Image:
    """The drums over time, as far as they are written."""
    notes = strokes.notes_of(tokens[:done])
    return pianoroll.draw([Part("drums", "drums", notes)], plan.quarters, plan.bar, done / STEPS)

"""From what the artist chose to a plan for a song model: form, phrases, what is given, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import studio.sdk as sdk
from studio_music.theory import TONICS, Key
from studio_music.training import lanes, songs
from studio_music.training.grid import REST, STEPS, Lanes, Tokens, transposed
from studio_music.training.songs import VOICE, Facts, SongGrid
from studio_music.writer import OPEN, SOUNDS

FORM = "AABA"
INTRODUCTION = 2
"""Bars in which the piano plays alone."""

PHRASE = 4
"""Bars of a phrase, a quarter note's rest at its end included."""

MOST_QUARTERS = 800
"""Longest song that is taken up, quarter notes."""

TRIADS = {False: (0, 4, 7), True: (0, 3, 7)}
_COMMON_KEYS = (0, 2, 3, 5, 7, 9, 10)
_COMMON_METRES = ("4/4", "4/4", "3/4", "3/4", "2/4", "6/8")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write, in C.

    Attributes:
        told: what the model is told of each step, from its lookahead before the song on.
        given: lane values to keep, `OPEN` where the model writes [steps, lanes].
        source: earlier steps that come back, −1 where none does [steps, lanes].
        tones: pitch classes that may sound, see `studio_music.writer.Writer` [steps, lanes].
        key: in which it sounds in the end.
        metre: e.g. ``"3/4"``.
        tempo: quarter notes a minute.
        title: what the song is called.
        sections: labels and lengths in bars.
        kept: notes of the artist's that are kept as they are: voice, right hand, left hand; None where there are none.
        begins: quarter notes of the artist's song before the first step.
        temperature: how bold.
    """

    told: Tokens
    given: Lanes
    source: Tokens
    tones: Tokens
    key: Key
    metre: str
    tempo: float
    title: str
    sections: tuple[tuple[str, int], ...]
    kept: tuple[tuple[sdk.Note, ...], ...] | None
    begins: float
    temperature: float

    @property
    def bar(self) -> float:
        """Length of a bar, quarter notes."""
        return songs.bar_of(self.metre) / STEPS

    @property
    def quarters(self) -> float:
        """Length of the whole, quarter notes."""
        return self.begins + len(self.given) / STEPS

    @property
    def meter(self) -> tuple[int, int]:
        """The time signature."""
        count, unit = (int(number) for number in self.metre.split("/"))
        return count, unit

    @property
    def shift(self) -> int:
        """Semitones from C to the key."""
        return -songs.home(self.key.tonic)

    @property
    def meta(self) -> Mapping[str, sdk.Json]:
        """What is kept beside the song."""
        return {"form": " ".join(label for label, _ in self.sections), "bars": round(self.quarters / self.bar, 2)}


def planned(params: Any, grid: SongGrid, random: np.random.Generator) -> Plan:
    """Decide whatever the artist left open. Raises `UserError` when the score cannot be used."""
    if params.song is None:
        return _composed(params, grid, random)
    if not any(track.notes and not track.drums for track in params.song.tracks):
        raise sdk.UserError("The score has no notes.", param="song", hint="Choose a score with a melody.")
    if params.song.length > MOST_QUARTERS:
        raise sdk.UserError(
            f"The score is too long: at most {MOST_QUARTERS} beats are taken.", param="song", hint="Take a part of it."
        )
    return _continued(params, grid) if params.task == "continue" else _accompanied(params, grid)


def _composed(params: Any, grid: SongGrid, random: np.random.Generator) -> Plan:
    metre = str(random.choice(_COMMON_METRES)) if params.metre == "auto" else params.metre
    tonic = int(random.choice(_COMMON_KEYS)) if params.key == "auto" else TONICS.index(params.key)
    mode = str(random.choice(["major", "major", "minor"])) if params.mode == "auto" else params.mode
    key = Key(tonic, mode)
    bar, bars = songs.bar_of(metre), int(params.section)
    lead = INTRODUCTION if params.introduction else 0
    sections = (*((("Introduction", lead),) if lead else ()), *((label, bars) for label in FORM))
    facts = _facts(params, metre, key.is_minor, params.tempo)
    beats = bar // STEPS
    stretches = [(lead * beats, False)] * bool(lead) + _phrases(bars, beats) * len(FORM)
    stretches = _to_the_end(stretches)
    told = songs.told_of(songs.pulses_for(stretches, len(stretches) - 1), facts, grid.lookahead)
    steps = len(told) - grid.lookahead
    given = np.full((steps, grid.voices), OPEN, dtype=np.int16)
    given[: lead * bar, 0] = REST
    source = _returns(given, lead * bar, bars * bar, bar, params.variation, random)
    contrast = slice(grid.lookahead + (lead + 2 * bars) * bar, grid.lookahead + (lead + 3 * bars) * bar)
    told[contrast, 4] = np.minimum(told[contrast, 4] + 1, len(grid.dense) + 1)
    tones = _ending(steps, bar, grid.voices, minor=key.is_minor)
    title = f"Song in {key.name}"
    return Plan(
        told, given, source, tones, key, metre, float(params.tempo), title, sections, None, 0.0, params.temperature
    )  # fmt: skip


def _facts(params: Any, metre: str, minor: bool, tempo: float) -> Facts:
    density = 1 + round(4 * params.density)
    return Facts(songs.bar_of(metre), songs.metre_number(metre), 1 + minor, density, songs.tempo_class(tempo))


def _phrases(bars: int, beats: int) -> list[tuple[int, bool]]:
    """Phrases of a section with a quarter note's rest after each: lengths in quarter notes, and whether sung."""
    lengths = [min(PHRASE, bars - at) * beats for at in range(0, bars, PHRASE)]
    return [stretch for length in lengths for stretch in ((length - 1, True), (1, False))]


def _to_the_end(stretches: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """The same with the last phrase sung to the last beat."""
    (length, sung), (rest, _) = stretches[-2:]
    return [*stretches[:-2], (length + rest, sung)]


def _returns(
    given: Lanes, first: int, section: int, bar: int, variation: float, random: np.random.Generator
) -> Tokens:  # fmt: skip
    """Where the second and the last section take over the first: all but the cadence, and bars the pianist varies."""
    source = np.full(given.shape, -1, dtype=np.int64)
    for label in (1, 3):
        start = first + label * section
        kept = section - (min(2 * bar, section // 2) if variation > 0 or label == 3 else 0)
        source[start : start + kept, :VOICE] = np.arange(first, first + kept)[:, None]
        for at in range(0, kept, bar):
            if random.random() >= variation:
                source[start + at : start + at + bar, VOICE:] = np.arange(first + at, first + at + bar)[:, None]
    return source


def _ending(steps: int, bar: int, voices: int, *, minor: bool) -> Tokens:
    """The tones of the last bar: the tonic in voice and bass, which must sound for half of it, its triad between."""
    tones = np.zeros((steps, voices), dtype=np.int64)
    tones[steps - bar :] = sum(1 << tone for tone in TRIADS[minor])
    for lane in (0, voices - 1):
        tones[steps - bar :, lane] = 1
        tones[steps - bar : steps - bar // 2, lane] |= SOUNDS
    return tones


def _taken(params: Any) -> tuple[Key, str, float]:
    """Key, metre and tempo of the artist's score, unless others are asked for."""
    tonic, minor = lanes.key_of_score(params.song)
    tonic = tonic if params.key == "auto" else TONICS.index(params.key)
    mode = ("minor" if minor else "major") if params.mode == "auto" else params.mode
    metre = f"{params.song.meter[0]}/{params.song.meter[1]}"
    return Key(tonic, mode), metre, round(min(240.0, max(30.0, float(params.song.tempo))), 2)


def _continued(params: Any, grid: SongGrid) -> Plan:
    """The end of the artist's song is given, and as many bars follow as a section has."""
    key, metre, tempo = _taken(params)
    bar = songs.bar_of(metre)
    values = transposed(songs.lanes_of(params.song), songs.home(key.tonic))
    whole = -(-len(values) // bar) * bar
    values = np.concatenate([values, np.full((whole - len(values), values.shape[1]), REST, np.int16)])
    begins = max(0, (whole - grid.memory // 2) // bar * bar)
    values = values[begins:]
    more = int(params.section)
    stretches = _to_the_end(_phrases(more, max(1, bar // STEPS)))
    pulses = songs.sung_pulses(values[:, 0], whole=False)
    steps = len(values) + more * bar
    pulses = np.concatenate([pulses, songs.pulses_for(stretches, len(stretches) - 1)])[: steps // STEPS]
    facts = _facts_like(grid, params, metre, values, tempo, minor=key.is_minor)
    told = songs.told_of(np.pad(pulses, (0, max(0, steps // STEPS - len(pulses))), "edge"), facts, grid.lookahead)
    given = np.full((steps, grid.voices), OPEN, dtype=np.int16)
    given[: len(values)] = values
    hands = tuple(tuple(sorted(notes)) for notes in songs.hands_of(params.song))
    title = f"{params.song.title or 'Song'}, continued"
    return Plan(
        told, given, np.full(given.shape, -1), _ending(steps, bar, grid.voices, minor=key.is_minor), key, metre, tempo,
        title, (("given", whole // bar), ("continued", more)), hands, begins / STEPS, params.temperature,
    )  # fmt: skip


def _accompanied(params: Any, grid: SongGrid) -> Plan:
    """The artist's melody is given, and the piano is written."""
    from studio_music import harmonize

    key, metre, tempo = _taken(params)
    melody = tuple(harmonize.melody_of(params.song))
    end = max(note.start + note.duration for note in melody)
    bar = songs.bar_of(metre)
    steps = bar * max(1, int(np.ceil(end * STEPS / bar - 1e-3)))
    lane = transposed(songs.lines_of(melody, steps, VOICE), songs.home(key.tonic))
    given = np.full((steps, grid.voices), OPEN, dtype=np.int16)
    given[:, :VOICE] = lane
    facts = _facts(params, metre, key.is_minor, tempo)
    pulses = songs.sung_pulses(lane[:, 0])
    told = songs.told_of(np.pad(pulses, (0, -(-steps // STEPS) - len(pulses)), "edge"), facts, grid.lookahead)
    title = f"{params.song.title or 'Melody'} with piano"
    return Plan(
        told[: grid.lookahead + steps], given, np.full(given.shape, -1), np.zeros(given.shape, np.int64), key, metre,
        tempo, title, (("given", steps // bar),), (melody, (), ()), 0.0, params.temperature,
    )  # fmt: skip


def _facts_like(grid: SongGrid, params: Any, metre: str, values: Lanes, tempo: float, *, minor: bool) -> Facts:
    facts = _facts(params, metre, minor, tempo)
    density = grid.density(songs.notes_a_beat(values))
    return Facts(facts.bar, facts.metre, facts.mode, density, facts.tempo)


VELOCITIES = (88, 66, 64)
"""Velocity of the voice, the right and the left hand."""

_ACCENTS = np.array([6, 0, 2, 0])
"""Added on the quarters of a bar, the first one first."""


def hands(plan: Plan, values: Lanes) -> list[tuple[sdk.Note, ...]]:
    """The notes of the voice, the right and the left hand where they sound; the artist's are kept as they are."""
    from studio_music.training.song_judging import notes_of

    written = notes_of(transposed(np.where(values < REST, REST, values).astype(np.int16), plan.shift), VELOCITIES)
    placed = [tuple(_accented(note, plan) for note in notes) for notes in written]
    if plan.kept is None:
        return placed
    return [_joined(kept, made, plan) for kept, made in zip(plan.kept, placed, strict=True)]


def _joined(kept: Sequence[sdk.Note], made: Sequence[sdk.Note], plan: Plan) -> tuple[sdk.Note, ...]:
    """The artist's notes and what was written where nothing of theirs was given."""
    open_steps: NDArray[np.bool_] = (plan.given == OPEN).all(axis=1)
    first = int(np.argmax(open_steps)) if open_steps.any() else len(open_steps)
    join = plan.begins + first / STEPS
    if not open_steps.any():
        return tuple(kept) or tuple(made)
    return tuple(sorted([*kept, *(note for note in made if note.start >= join - 1e-6)]))


def _accented(note: sdk.Note, plan: Plan) -> sdk.Note:
    within = note.start % plan.bar
    accent = int(_ACCENTS[min(3, int(within))]) if within == int(within) else -3
    velocity = min(127, max(1, note.velocity + accent))
    return sdk.Note(plan.begins + note.start, note.duration, min(127, max(0, note.pitch)), velocity)

"""Writing an accompaniment for a melody the artist brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.sdk import Note
from studio_music import arrange, harmonize
from studio_music.arrange import Part, Piece
from studio_music.settings import AUTO, Plan

if TYPE_CHECKING:
    import numpy as np


def compose(plan: Plan, params: Any, chance: Callable[..., np.random.Generator]) -> tuple[Plan, Piece]:
    """Keep the melody of `params.accompany` and write chords, bass and drums for it.

    Tempo and metre are the melody's own unless the artist chose others; so is the key.

    Raises:
        UserError: the score has no melody or is far too long.
    """
    notes = harmonize.melody_of(params.accompany)
    meter = plan.meter if params.meter != AUTO else harmonize.meter_of(params.accompany)
    key = harmonize.key_of(notes) if params.key == AUTO else plan.key
    if params.mode != AUTO:
        key = replace(key, mode=params.mode)
    given = min(240.0, max(30.0, float(params.accompany.tempo)))
    tempo = plan.tempo if params.pace == "exact" else round(given, 2)
    return dress(replace(plan, key=key, meter=meter, tempo=tempo), notes, notes, chance)


def dress(
    plan: Plan, melody: Sequence[Note], heard: Sequence[Note], chance: Callable[..., np.random.Generator]
) -> tuple[Plan, Piece]:  # fmt: skip
    """Chords, bass and drums for a melody, which is kept; the plan gets its length.

    Args:
        plan: key, metre, tempo and players.
        melody: the tune.
        heard: the notes that the chords are to hold: the melody, or all that was played with it.
        chance: gives a random generator per name.
    """
    sections = harmonize.sections_for(melody, plan.meter)
    bars = sum(section.bars for section in sections)
    plan = replace(plan, bars=bars, form="period")
    chromatic = plan.complexity * (0.4 + plan.mood.chromatic)
    spans = harmonize.chords_for(
        heard, sections, plan.key, plan.meter, chromatic, plan.bar_seconds, chance("harmony")
    )  # fmt: skip
    sung = Part("melody", plan.ensemble.melody[0], tuple(melody))
    piece = arrange.dress(plan, sections, spans, [sung], chance)
    kept = [sung if part.role == "melody" else part for part in piece.parts]
    return plan, replace(piece, parts=tuple(kept))

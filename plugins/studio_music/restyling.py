"""Dressing a song anew: its melody in another metre, with other players, as a waltz, a march, a lullaby or jazz."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

import studio.sdk as sdk
from studio_music import accompany
from studio_music.arrange import Part
from studio_music.ensembles import ENSEMBLES
from studio_music.performance import Performance
from studio_music.settings import Plan
from studio_music.synth.mixer import Room
from studio_music.theory import METERS, Key


@dataclass(frozen=True, slots=True)
class Dress:
    """A manner of playing.

    Attributes:
        ensemble: a key of `ENSEMBLES`.
        meter: the metre it is in; empty to keep the song's.
        mood: a key of `studio_music.moods.MOODS`.
        tempo: lowest and highest tempo, quarter notes a minute; the song's own is moved between them.
        drums: a style of the drum model, ``"pattern"`` for a written pattern, or empty for none.
        colour: harmonic colour, 0 plain … 1 adventurous.
        density: how much the players do, 0 … 1.
    """

    ensemble: str
    meter: str
    mood: str
    tempo: tuple[int, int]
    drums: str = ""
    colour: float = 0.3
    density: float = 0.5


DRESSES = {
    "waltz": Dress("piano-strings", "3/4", "happy", (138, 176)),
    "march": Dress("orchestra", "4/4", "heroic", (104, 120), "pattern", 0.2, 0.8),
    "lullaby": Dress("music-box", "6/8", "calm", (56, 76), "", 0.15, 0.35),
    "jazz": Dress("jazz", "4/4", "calm", (112, 150), "jazz", 0.7, 0.6),
    "latin": Dress("acoustic", "4/4", "happy", (104, 132), "latin", 0.5),
    "rock": Dress("synth-pop", "4/4", "happy", (108, 140), "rock", 0.2, 0.7),
    "reggae": Dress("lo-fi", "4/4", "dreamy", (72, 92), "reggae", 0.4),
    "hymn": Dress("church", "", "calm", (60, 88), "", 0.2, 0.4),
    "strings": Dress("strings", "", "calm", (60, 120), "", 0.4, 0.5),
}
"""The manners by name; how the model itself writes a song is not among them."""

WARPS: dict[tuple[str, str], tuple[float, ...]] = {
    ("4/4", "3/4"): (0, 1, 2, 2.5, 3),
    ("2/4", "3/4"): (0, 2, 3),
    ("6/8", "3/4"): (0, 1, 2, 3),
    ("3/4", "4/4"): (0, 2, 3, 4),
    ("6/8", "4/4"): (0, 1.5, 2, 4),
    ("2/4", "4/4"): (0, 2, 4),
    ("4/4", "6/8"): (0, 1, 1.5, 2.5, 3),
    ("2/4", "6/8"): (0, 1.5, 3),
    ("3/4", "6/8"): (0, 1, 2, 3),
}
"""Where the quarter notes of a bar of one metre, and its end, fall in a bar of another."""


def warped(notes: Sequence[sdk.Note], old: str, new: str) -> list[sdk.Note]:
    """Notes moved from one metre into another, bar by bar; unknown pairs stay."""
    places = WARPS.get((old, new))
    if places is None:
        return list(notes)
    bar = float(len(places) - 1)
    length = places[-1]

    def moved(time: float) -> float:
        whole, within = divmod(time, bar)
        return whole * length + float(np.interp(within, np.arange(len(places)), places))

    return [
        sdk.Note(moved(n.start), max(0.05, moved(n.start + n.duration) - moved(n.start)), n.pitch, n.velocity)
        for n in notes
    ]


def dressed(
    melody: Sequence[sdk.Note], rest: Sequence[sdk.Note], key: Key, metre: str, tempo: float, dress: Dress,
    chance: Callable[..., np.random.Generator],
) -> tuple[Plan, list[Part]]:  # fmt: skip
    """The melody with new chords, bass and drums.

    Args:
        melody: the tune.
        rest: what was played with it; its harmony is heard.
        key: tonic and mode.
        metre: the song's.
        tempo: the song's, quarter notes a minute.
        dress: how to play it.
        chance: gives a random generator per name.
    """
    meter = METERS.get(dress.meter or metre, METERS["4/4"])
    name = f"{meter.count}/{meter.unit}"
    tune = warped(melody, metre, name)
    heard = [*tune, *warped(rest, metre, name)]
    low, high = dress.tempo
    tempo = float(min(high, max(low, tempo)))
    plan = Plan(
        dress.mood, dress.ensemble, "period", key, meter, tempo, 1, dress.colour, dress.density, 0.5,
        bool(dress.drums),
    )  # fmt: skip
    plan, piece = accompany.dress(plan, tune, heard, chance)
    instrument = ENSEMBLES[dress.ensemble].melody[0]
    parts = [Part("melody", instrument, tuple(tune)) if part.role == "melody" else part for part in piece.parts]
    return plan, [part for part in parts if part.notes]


def with_drums(parts: Sequence[Part], notes: tuple[sdk.Note, ...]) -> list[Part]:
    """The same parts with other drums."""
    return [*(part for part in parts if part.role != "drums"), Part("drums", "drums", notes)]


def performance_of(plan: Plan, parts: Sequence[Part]) -> Performance:
    """How it is played."""
    ensemble = ENSEMBLES[plan.ensemble_name]
    length = plan.bars * plan.meter.bar
    return Performance(
        list(parts), plan.tempo, plan.meter.bar, length, Room(ensemble.room, ensemble.wet, ensemble.tape)
    )

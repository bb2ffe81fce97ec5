"""From what the artist chose to a plan in which nothing is left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from studio_music import moods
from studio_music.ensembles import ENSEMBLES, Ensemble
from studio_music.moods import MOODS, Mood
from studio_music.theory import METERS, MODES, TONICS, Key, Meter

if TYPE_CHECKING:
    import numpy as np

    Chance: TypeAlias = Callable[..., np.random.Generator]

AUTO = "auto"
TAIL_SECONDS = 2.5
"""Sound after the last bar: the final chord's and the room's decay."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that determines a piece besides chance.

    Attributes:
        mood_name, ensemble_name: keys of `MOODS` and `ENSEMBLES`.
        form: a key of `studio_music.form.FORMS`.
        key: tonic and mode.
        meter: the time signature.
        tempo: quarter notes per minute.
        bars: length.
        complexity: 0 plain … 1 adventurous harmony.
        density: 0 few notes … 1 many.
        humanize: 0 mechanical … 1 loose timing.
        drums: whether there are drums.
    """

    mood_name: str
    ensemble_name: str
    form: str
    key: Key
    meter: Meter
    tempo: float
    bars: int
    complexity: float
    density: float
    humanize: float
    drums: bool

    @property
    def mood(self) -> Mood:
        """The mood's leanings."""
        return MOODS[self.mood_name]

    @property
    def ensemble(self) -> Ensemble:
        """The players."""
        return ENSEMBLES[self.ensemble_name]

    @property
    def bar_seconds(self) -> float:
        """Length of a bar in seconds."""
        return self.meter.bar * 60.0 / self.tempo

    @property
    def seconds(self) -> float:
        """Length of the piece with its tail, in seconds."""
        return self.bars * self.bar_seconds + TAIL_SECONDS


def resolve(params: Any, chance: Chance) -> Plan:
    """Fill what is left on automatic: from words in the prompt first, then from the mood, then by chance.

    Args:
        params: the composer's parameters.
        chance: gives a random generator per name, as `Context.rng`.
    """
    said = moods.read_prompt(params.prompt)

    def pick(name: str, options: tuple[str, ...]) -> str:
        chosen = getattr(params, name)
        if chosen != AUTO:
            return str(chosen)
        if name in said:
            return said[name]
        return options[int(chance("plan", name).integers(len(options)))]

    mood_name = pick("mood", ("calm",) if not params.prompt.strip() else tuple(MOODS))
    mood = MOODS[mood_name]
    meter = METERS[pick("meter", mood.meters)]
    ensemble_name = pick("ensemble", (mood.ensemble,))
    key = Key(TONICS.index(pick("key", TONICS)), _mode(pick("mode", mood.modes)))
    tempo, exact = _tempo(params, said, mood, meter, chance)
    bars, tempo = _length(params, meter, tempo, exact=exact)
    drums = ENSEMBLES[ensemble_name].drums_by_default if params.drums == AUTO else params.drums == "on"
    return Plan(
        mood_name, ensemble_name, pick("form", mood.forms), key, meter, tempo, bars,
        params.complexity, params.density, params.humanize, drums,
    )  # fmt: skip


def _mode(name: str) -> str:
    return name if name in MODES else "major"


def _tempo(params: Any, said: dict[str, str], mood: Mood, meter: Meter, chance: Chance) -> tuple[float, bool]:
    """Quarter notes per minute, and whether the artist gave the exact number."""
    if params.pace == "exact":
        return float(params.tempo), True
    pace = said.get("pace", AUTO) if params.pace == AUTO else params.pace
    low, high = mood.tempo if pace == AUTO else moods.PACES[pace]
    beats = float(chance("plan", "tempo").integers(low, high + 1))
    return beats * meter.beat, False


def _length(params: Any, meter: Meter, tempo: float, *, exact: bool) -> tuple[int, float]:
    """Bars, and the tempo bent by a few percent so that they last as long as asked."""
    if params.length_in == "bars":
        return int(params.bars), tempo
    wanted = max(2.0, params.seconds - TAIL_SECONDS)
    bar = meter.bar * 60.0 / tempo
    bars = max(1, round(wanted / bar))
    fours = 4 * max(1, round(bars / 4))
    if abs(fours * bar - wanted) <= 0.1 * wanted:
        bars = fours
    if exact:
        return bars, tempo
    bent = bars * meter.bar * 60.0 / wanted
    return bars, round(min(240.0, max(30.0, bent)), 2)

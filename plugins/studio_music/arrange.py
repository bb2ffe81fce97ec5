"""The arranger: from a plan to parts, each with its own chance, so that leaving one out changes no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.sdk import Note
from studio_music import bass, drums, form, harmony, melody, motif, voicing
from studio_music.accompaniment import PATTERNS, Moment
from studio_music.ensembles import RESTING_PITCH, Ensemble, Layer
from studio_music.form import Section
from studio_music.harmony import Span
from studio_music.melody import Register
from studio_music.motif import Style
from studio_music.settings import Plan
from studio_music.voicing import Voices

if TYPE_CHECKING:
    from studio_music.settings import Chance


@dataclass(frozen=True, slots=True)
class Part:
    """A player's notes.

    Attributes:
        role: ``"melody"``, ``"chords"``, ``"bass"`` or ``"drums"``.
        instrument: a key of `studio_music.synth.patches.PATCHES`, or ``"drums"``.
        notes: its notes, ordered by onset, quarter notes.
        program: the General MIDI program that a SoundFont plays it with; None for the instrument's own.
    """

    role: str
    instrument: str
    notes: tuple[Note, ...]
    program: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A composed piece.

    Attributes:
        sections: the form.
        spans: the chords.
        voices: four voices for every chord.
        parts: every part the ensemble has.
    """

    sections: tuple[Section, ...]
    spans: tuple[Span, ...]
    voices: tuple[Voices, ...]
    parts: tuple[Part, ...]


def compose(plan: Plan, chance: Chance) -> Piece:
    """Invent a piece from nothing but the plan and chance."""
    sections = form.plan(plan.form, plan.bars)
    chromatic = plan.complexity * (0.4 + plan.mood.chromatic)
    spans = harmony.compose(plan.key, plan.meter, sections, chromatic, plan.bar_seconds, chance("harmony"))
    sung = _melody(plan, sections, spans, chance)
    return dress(plan, sections, spans, sung, chance)


def dress(plan: Plan, sections: tuple[Section, ...], spans: Sequence[Span], sung: list[Part], chance: Chance) -> Piece:
    """Add voice-leading, chords, bass and drums to a melody and its harmony, then humanise all of it."""
    color = plan.ensemble.color if plan.complexity > 0.15 else 0
    rich = harmony.enrich(spans, plan.key, color, chance("colour"))
    if plan.ensemble.classical:
        rich = harmony.smooth_bass(rich, chance("inversion"))
    voices = voicing.lead(rich)
    parts = [*sung, *_chords(plan, sections, rich, voices), _bass(plan, sections, rich, voices, chance)]
    if plan.drums:
        parts.append(_drums(plan, sections, chance))
    loose = [_humanize(part, plan, chance("humanize", index)) for index, part in enumerate(parts)]
    return Piece(sections, tuple(rich), tuple(voices), tuple(part for part in loose if part.notes))


def _melody(plan: Plan, sections: Sequence[Section], spans: Sequence[Span], chance: Chance) -> list[Part]:
    mood = plan.mood
    shortest = 0.5 if plan.tempo > 112 else 0.25
    style = Style(0.15 + 0.6 * plan.density, mood.leap, mood.dotted, mood.syncopation, shortest)
    main, other = plan.ensemble.melody
    notes: dict[str, list[Note]] = {main: [], other: []}
    doubled: list[Note] = []
    for section in sections:
        if section.label == "I":
            continue
        contrasting = section.label in "BCWY" and plan.form != "verse-chorus"
        instrument = other if contrasting else main
        sung = _sing(plan, section, spans, style, instrument, chance)
        notes[instrument] += sung
        if plan.ensemble.double and section.energy > 0.75 and sung:
            doubled += [Note(n.start, n.duration, n.pitch + 12, max(1, n.velocity - 18)) for n in sung if n.pitch <= 84]
    parts = [Part("melody", instrument, tuple(sung)) for instrument, sung in notes.items() if sung]
    if doubled:
        parts.append(Part("melody", plan.ensemble.double, tuple(doubled)))
    return parts


def _sing(
    plan: Plan, section: Section, spans: Sequence[Span], style: Style, instrument: str, chance: Chance
) -> list[Note]:
    at = section.start * plan.meter.bar
    rest = RESTING_PITCH[instrument] + plan.mood.register + (3 if section.energy > 0.8 else 0)
    register = Register(rest - 9, rest + 12, rest - 1)
    if section.label == "O":
        steps = [motif.Step(0.0, section.bars * plan.meter.bar * 0.95, 0.0, "tonic", linked=False)]
    else:
        steps = motif.develop(section, plan.meter, style, chance("motif", section.material))
        steps = motif.vary(steps, section.variation, style, chance("vary", section.label, section.occurrence))
    pitches = melody.pitches_for(
        steps, at, spans, plan.key, plan.meter, register, chance("melody", section.material)
    )  # fmt: skip
    loudness = plan.mood.loudness + 14.0 * (section.energy - 0.5) + 6
    return melody.sing(steps, pitches, at, plan.meter, loudness, plan.mood.legato)


def _section_at(sections: Sequence[Section], bar: float) -> Section:
    for section in reversed(sections):
        if section.start <= bar + 1e-6:
            return section
    return sections[0]


def _chords(plan: Plan, sections: Sequence[Section], spans: Sequence[Span], voices: Sequence[Voices]) -> list[Part]:
    by_instrument: dict[tuple[str, int], list[Note]] = {}
    for index, layer in enumerate(plan.ensemble.layers):
        name = (layer.instrument, index)
        by_instrument[name] = []
        for span, chord_voices in zip(spans, voices, strict=True):
            section = _section_at(sections, span.start / plan.meter.bar)
            if section.energy < layer.entry:
                continue
            by_instrument[name] += _layer(plan, layer, section, span, chord_voices)
    return [Part("chords", instrument, tuple(sorted(notes))) for (instrument, _), notes in by_instrument.items()]


def _layer(plan: Plan, layer: Layer, section: Section, span: Span, voices: Voices) -> list[Note]:
    picked = tuple(voices[voice] + layer.shift for voice in layer.voices)
    lively = min(0.999, max(0.0, section.energy + 0.7 * (plan.density - 0.5) - layer.entry * 0.3))
    name = layer.patterns[int(lively * len(layer.patterns))]
    if name in ("arpeggio", "alberti") and plan.meter.bar == 3.0 and plan.mood_name in ("happy", "playful"):
        name = "waltz"
    last = section.last and span.end >= (section.start + section.bars) * plan.meter.bar - 1e-6
    if last and name != "pad":
        name = "block" if span.duration <= plan.meter.groups[0] else "pad"
    loudness = plan.mood.loudness + 12.0 * (section.energy - 0.5) + layer.loudness
    moment = Moment(span, picked, plan.meter, plan.tempo < 88)
    return [
        Note(start, max(0.05, length), pitch, max(1, min(127, round(loudness + accent))))
        for start, length, pitch, accent in PATTERNS[name](moment)
    ]


def _bass(
    plan: Plan, sections: Sequence[Section], spans: Sequence[Span], voices: Sequence[Voices], chance: Chance
) -> Part:
    ensemble = plan.ensemble
    rng = chance("bass")
    notes: list[Note] = []
    for index, (span, chord_voices) in enumerate(zip(spans, voices, strict=True)):
        section = _section_at(sections, span.start / plan.meter.bar)
        following = voices[min(index + 1, len(voices) - 1)][0]
        low = _low(chord_voices[0], ensemble), _low(following, ensemble)
        lively = min(0.999, max(0.0, section.energy + 0.7 * (plan.density - 0.5)))
        last = section.last and span.end >= (section.start + section.bars) * plan.meter.bar - 1e-6
        style = "hold" if last else ensemble.bass_styles[int(lively * len(ensemble.bass_styles))]
        ground = bass.Ground(span, *low, plan.meter, plan.key, rng)
        loudness = plan.mood.loudness + 10.0 * (section.energy - 0.5) - 2
        notes += [
            Note(start, max(0.05, length), pitch, max(1, min(127, round(loudness + accent))))
            for start, length, pitch, accent in bass.STYLES[style](ground)
        ]
    return Part("bass", ensemble.bass, tuple(sorted(notes)))


def _low(pitch: int, ensemble: Ensemble) -> int:
    deep = ensemble.bass in ("finger_bass", "synth_bass", "upright_bass", "contrabass")
    if ensemble.bass == "kalimba":
        return pitch + 12
    return pitch - 12 if deep and pitch - 12 >= bass.LOWEST else pitch


def _drums(plan: Plan, sections: Sequence[Section], chance: Chance) -> Part:
    hits = drums.play(plan.ensemble.drums, sections, plan.meter, plan.density, chance("drums"))
    loudness = 40 + 0.75 * plan.mood.loudness
    notes = [Note(at, 0.2, drum, max(1, min(127, round(loudness * loud)))) for at, drum, loud in hits]
    return Part("drums", "drums", tuple(notes))


def _humanize(part: Part, plan: Plan, rng: np.random.Generator) -> Part:
    """Swing, then small errors of timing (a few milliseconds, at most 20) and touch, as players make them."""
    ensemble = plan.ensemble
    spread = {"drums": 0.0035, "bass": 0.005}.get(part.role, 0.007) * plan.humanize * 2
    per_second = plan.tempo / 60
    loose = []
    for note in part.notes:
        slip = float(np.clip(rng.normal(0.0, spread), -0.02, 0.02)) * per_second
        touch = float(np.clip(rng.normal(0.0, 2.5), -6, 6)) * plan.humanize
        start = _swung(note.start, ensemble.swing, ensemble.swing_unit)
        end = _swung(note.start + note.duration, ensemble.swing, ensemble.swing_unit)
        velocity = max(1, min(127, round(note.velocity + touch)))
        loose.append(Note(max(0.0, start + slip), max(0.05, end - start), note.pitch, velocity))
    return Part(part.role, part.instrument, tuple(sorted(loose)))


def _swung(time: float, swing: float, unit: float) -> float:
    """Move the middle of every pair of notes from one half to `swing` of it, the rest in proportion."""
    if swing == 0.5:
        return time
    pair, place = divmod(time / unit, 1.0)
    moved = place * 2 * swing if place <= 0.5 else swing + (place - 0.5) * 2 * (1 - swing)
    return (pair + moved) * unit

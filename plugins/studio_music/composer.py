"""`studio.music.composer`: a whole piece, as notes and as sound, from a mood, a few choices and a seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_music.arrange import Part, Piece
    from studio_music.settings import Plan
    from studio_music.synth.mixer import Mixer, Room
    from studio_music.synth.sf2 import SoundFont

_AUTO = ("auto", "Automatic")


class Composer(sdk.Generator):
    """Composes and plays a piece of music: form, harmony, melody, bass and drums from a mood and a seed.

    Describe the music in words or pick what you care about; whatever stays on *Automatic* follows the mood. You get the
    notes (MIDI) and a mastered recording, and the separate instruments if you want them. Give it a melody and it
    writes the accompaniment.
    """

    id = "studio.music.composer"
    title = "Composer"
    makes = (sdk.Score, sdk.Audio)
    needs = sdk.Needs(ram_gb=0.5, modules=("numpy", "scipy.signal"))
    examples = (
        sdk.Example("Quiet morning", {"mood": "calm", "ensemble": "piano-strings", "meter": "3/4"}, 7),
        sdk.Example("Autumn quartet", {"mood": "melancholy", "ensemble": "strings", "seconds": 60.0}, 21),
        sdk.Example("Rainy lo-fi", {"mood": "dreamy", "ensemble": "lo-fi", "form": "aaba", "seconds": 60.0}, 4),
        sdk.Example("The hero returns", {"mood": "heroic", "ensemble": "orchestra", "meter": "4/4"}, 12),
        sdk.Example("Toy carousel", {"mood": "playful", "ensemble": "music-box", "meter": "6/8"}, 3),
        sdk.Example("Night drive", {"mood": "tense", "ensemble": "synth-pop", "density": 0.7}, 9),
        sdk.Example("Campfire song", {"mood": "happy", "ensemble": "acoustic", "form": "verse-chorus"}, 15),
        sdk.Example("Late club", {"mood": "calm", "ensemble": "jazz", "mode": "major", "complexity": 0.8}, 5),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        prompt: str = sdk.prompt(
            help="Words such as “a sad waltz for piano in D minor”. They decide whatever is left on Automatic below."
        )
        mood: str = sdk.choice(
            "auto",
            [_AUTO, "calm", "happy", "melancholy", "heroic", "mysterious", "playful", "dreamy", "tense"],
            help="Sets tempo, mode, rhythm and harmony wherever you leave them open.",
        )
        ensemble: str = sdk.choice(
            "auto",
            [_AUTO, ("piano", "Piano solo"), ("piano-strings", "Piano and strings"), ("strings", "Chamber strings"),
             ("orchestra", "Orchestra"), ("harp-flute", "Harp and flute"), ("acoustic", "Guitars and bass"),
             ("lo-fi", "Lo-fi"), ("music-box", "Music box"), ("synth-pop", "Synth pop"), ("jazz", "Jazz trio"),
             ("church", "Organ")],
            help="Who plays.",
        )  # fmt: skip
        length_in: str = sdk.choice("seconds", ["seconds", "bars"], label="Length in")
        seconds: float = sdk.number(
            38.0, min=5.0, max=300.0, step=1.0, label="Seconds", unit="s", when={"length_in": "seconds"},
            help="Rounded to whole bars; the tempo bends by a few percent to meet it.",
        )  # fmt: skip
        bars: int = sdk.integer(16, min=1, max=128, label="Bars", when={"length_in": "bars"})

        key: str = sdk.choice(
            "auto", [_AUTO, "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"], group="Composition"
        )
        mode: str = sdk.choice(
            "auto", [_AUTO, "major", "minor", "dorian", "mixolydian", "lydian", "phrygian"], group="Composition"
        )
        meter: str = sdk.choice(
            "auto", [_AUTO, ("4/4", "4/4"), ("3/4", "3/4"), ("2/4", "2/4"), ("6/8", "6/8"), ("5/4", "5/4")],
            label="Metre", group="Composition",
        )  # fmt: skip
        pace: str = sdk.choice(
            "auto", [_AUTO, "very-slow", "slow", "medium", "fast", "very-fast", ("exact", "Exact tempo")],
            label="Tempo", group="Composition",
        )  # fmt: skip
        tempo: int = sdk.integer(
            96, min=40, max=220, label="Exact tempo", unit="bpm", when={"pace": "exact"}, group="Composition",
            help="Quarter notes per minute.",
        )  # fmt: skip
        form: str = sdk.choice(
            "auto",
            [_AUTO, ("aaba", "AABA song"), ("ternary", "Ternary (ABA)"), ("verse-chorus", "Verse and chorus"),
             ("rondo", "Rondo"), ("variations", "Theme and variations"), ("period", "One section")],
            group="Composition",
        )  # fmt: skip
        density: float = sdk.number(
            0.5,
            min=0.0,
            max=1.0,
            step=0.05,
            label="Density",
            group="Composition",
            help="Few long notes … many short ones.",
        )
        complexity: float = sdk.number(
            0.4, min=0.0, max=1.0, step=0.05, label="Harmonic colour", group="Composition",
            help="Plain chords of the key … sevenths, borrowed chords and secondary dominants.",
        )  # fmt: skip
        accompany: sdk.Score | None = sdk.score(
            label="Melody to accompany", group="Composition",
            help="Its highest part is kept as it is; chords, bass and drums are written for it.",
        )  # fmt: skip

        melody: bool = sdk.toggle(default=True, label="Melody", group="Parts")
        chords: bool = sdk.toggle(default=True, label="Chords", group="Parts")
        bass: bool = sdk.toggle(default=True, label="Bass", group="Parts")
        drums: str = sdk.choice(
            "auto", [("auto", "As the ensemble has them"), ("on", "On"), ("off", "Off")], label="Drums", group="Parts"
        )

        soundfont: str = sdk.file(
            suffixes=(".sf2", ".sf3"), label="SoundFont", group="Sound",
            help="Play with the instruments of this file instead of the studio's own.",
        )  # fmt: skip
        reverb: float = sdk.number(
            1.0, min=0.0, max=2.0, step=0.05, label="Reverberation", group="Sound", advanced=True,
            help="1 is what suits the ensemble.",
        )  # fmt: skip
        humanize: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, label="Human touch", group="Sound", advanced=True,
            help="Small unevenness of timing and touch; 0 is exact.",
        )  # fmt: skip
        stems: bool = sdk.toggle(
            default=False,
            label="Separate instruments",
            group="Sound",
            help="Also give one recording per instrument; they add up to the mix.",
        )

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Compose, then play; the sound streams bar by bar while the rest is being played."""
        from studio_music import performance

        ctx.progress(0, 100, "Composing")
        font = performance.open_font(params.soundfont)
        plan, composed = _compose(params, ctx)
        wanted = [part for part in composed.parts if _wanted(part, params)]
        if not wanted:
            raise sdk.UserError("Every part is switched off.", param="melody", hint="Switch on at least one part.")
        score = _score(plan, composed, wanted, params.prompt)
        yield score
        ctx.progress(3, 100, "Tuning")
        mixer = _mixer(plan, wanted, font, params)
        piece = performance.Performance(
            wanted, plan.tempo, plan.meter.bar, plan.bars * plan.meter.bar, _room(plan, params)
        )
        yield from performance.stream(piece, mixer, ctx, 3.0)
        ctx.progress(100 * (1 - performance.MASTERING_SHARE), 100, "Mastering")
        mix, stems = mixer.mastered(ctx.check)
        ctx.progress(100, 100, "Done")
        yield sdk.Audio(mix, 48_000, title=score.title, meta=dict(score.meta))
        for part, stem in zip(wanted, stems, strict=bool(stems)):
            name = _label(part)
            yield sdk.Audio(stem, 48_000, title=f"{score.title} – {name}", meta={**score.meta, "stem": name})


def _compose(params: Any, ctx: sdk.Context) -> tuple[Plan, Piece]:
    from studio_music import arrange, settings

    plan = settings.resolve(params, ctx.rng)
    if params.accompany is None:
        return plan, arrange.compose(plan, ctx.rng)
    from studio_music import accompany

    return accompany.compose(plan, params, ctx.rng)


def _wanted(part: Part, params: Any) -> bool:
    return part.role == "drums" or bool(getattr(params, part.role))


def _label(part: Part) -> str:
    from studio_music.synth.patches import PATCHES

    return "Drums" if part.instrument == "drums" else f"{part.role.capitalize()}: {PATCHES[part.instrument].label}"


def _score(plan: Plan, piece: Piece, parts: list[Part], prompt: str) -> sdk.Score:
    from studio_music.synth.patches import PATCHES

    tracks = tuple(
        sdk.Track(
            _label(part), part.notes, 0 if part.instrument == "drums" else PATCHES[part.instrument].program,
            drums=part.instrument == "drums",
        )
        for part in parts
    )  # fmt: skip
    meta = {
        "mood": plan.mood_name,
        "ensemble": plan.ensemble_name,
        "form": " ".join(section.label for section in piece.sections),
        "bars": plan.bars,
        "chords": " ".join(span.chord.symbol for span in piece.spans),
    }
    title = prompt.strip()[:60] or f"{plan.mood_name.capitalize()} {plan.ensemble.label.lower()} in {plan.key.name}"
    return sdk.Score(
        tracks, round(plan.tempo, 2), (plan.meter.count, plan.meter.unit), plan.key.name, title=title, meta=meta
    )  # fmt: skip


def _mixer(plan: Plan, parts: list[Part], font: SoundFont | None, params: Any) -> Mixer:
    from studio_music import performance
    from studio_music.synth.mixer import Line, Mixer

    second = 60.0 / plan.tempo
    lines = [Line(part.role, performance.player_of(part, second, font), part.notes) for part in parts]
    return Mixer(lines, round(plan.tempo, 2), plan.seconds, _room(plan, params), stems=params.stems)


def _room(plan: Plan, params: Any) -> Room:
    from studio_music.synth.mixer import Room

    ensemble = plan.ensemble
    return Room(ensemble.room, ensemble.wet * params.reverb, ensemble.tape)

"""`studio.music.song`: songs with piano in AABA form, songs continued, and songs dressed anew, by a small model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_music.arrange import Part
    from studio_music.performance import Performance
    from studio_music.songwriting import Plan

_AUTO = ("auto", "Automatic")
_WRITING_SHARE = 45.0


class Song(sdk.Generator):
    """Writes a song for a singing instrument and piano, continues yours, or plays it in another manner.

    A small model learned from about 1,000 songs by composers from Haydn to the early twentieth century. It lays a song
    out as A-A-B-A, with phrases to sing and rests to breathe. Give it a MIDI file and it goes on where that ends, or
    keeps its melody: with a new piano part, or as a waltz, a march, a lullaby, with a jazz trio and more. You get the
    notes (MIDI) and a recording. It knows melodies of that time, in sixteenths without triplets; it writes no words.
    """

    id = "studio.music.song"
    title = "Song"
    makes = (sdk.Score, sdk.Audio)
    needs = sdk.Needs(ram_gb=1.0, modules=("numpy", "scipy.signal", "torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Spring song", {"key": "G", "mode": "major", "metre": "3/4", "tempo": 96}, 4),
        sdk.Example(
            "Night in D minor", {"key": "D", "mode": "minor", "metre": "4/4", "tempo": 66, "voice": "cello"}, 7
        ),
        sdk.Example("Barcarole", {"metre": "6/8", "tempo": 84, "density": 0.7, "voice": "flute"}, 3),
        sdk.Example("A waltz of it", {"style": "waltz", "key": "F", "mode": "major"}, 5),
        sdk.Example("With a jazz trio", {"style": "jazz", "key": "Bb", "mode": "major", "metre": "4/4"}, 9),
        sdk.Example("Lullaby", {"style": "lullaby", "section": "4", "key": "C", "mode": "major"}, 2),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        song: sdk.Score | None = sdk.score(label="Your song", help="A song or a melody to go on with, or to play anew.")
        task: str = sdk.choice(
            "restyle", [("restyle", "Keep its melody"), ("continue", "Go on where it ends")],
            label="What to do with it",
        )  # fmt: skip
        style: str = sdk.choice(
            "song",
            [("song", "Song with piano"), "waltz", "march", "lullaby", ("jazz", "Jazz trio"), "latin", "rock", "reggae",
             "hymn", ("strings", "Chamber strings")],
            help="Song with piano is what the model writes. All others play the melody with the studio's players; jazz,"
            " Latin, rock and reggae with drums from the drum model.",
        )  # fmt: skip
        key: str = sdk.choice(
            "auto", [_AUTO, "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"],
            help="Automatic takes your song's key, or draws one.",
        )  # fmt: skip
        mode: str = sdk.choice("auto", [_AUTO, "major", "minor"])
        metre: str = sdk.choice(
            "auto", [_AUTO, ("4/4", "4/4"), ("3/4", "3/4"), ("2/4", "2/4"), ("6/8", "6/8")], label="Metre",
            help="Your song brings its own.",
        )  # fmt: skip
        tempo: int = sdk.integer(
            84, min=30, max=200, label="Tempo", unit="bpm", help="Quarter notes per minute. Your song brings its own."
        )
        section: str = sdk.choice(
            "8", [("4", "4 bars"), ("8", "8 bars"), ("16", "16 bars")], label="Length of a section",
            help="A new song has four: A, A, B, A. Going on adds one.",
        )  # fmt: skip
        introduction: bool = sdk.toggle(default=True, label="Piano begins", help="Two bars before the song.")
        density: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, label="Density", help="Few long notes … many short ones."
        )
        variation: float = sdk.number(
            0.4, min=0.0, max=1.0, step=0.05, label="Variation",
            help="How much changes when A comes back: 0 nothing, 1 the whole piano part and the endings.",
        )  # fmt: skip
        voice: str = sdk.choice(
            "clarinet", ["clarinet", "flute", ("violin", "Violins"), ("cello", "Cellos"), ("horn", "Horns"), "piano"],
            label="Who sings",
        )  # fmt: skip
        temperature: float = sdk.number(
            0.9, min=0.2, max=1.5, step=0.05, label="Temperature", help="Low plays safe, high surprises."
        )
        model: str = sdk.choice(
            "starter:song", source="models:music.song", label="Model", group="Model", advanced=True,
            help="The studio's own, or one that you taught.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Write step by step with a piano roll that grows, dress it if asked to, then play."""
        from studio_music import performance

        ctx.progress(0, 100, "Reading the model")
        made = _made(params, ctx)
        yield made.score
        for sound in performance.play(made.playing, ctx, _WRITING_SHARE):
            yield (
                replace(sound, title=made.score.title, meta=made.score.meta) if isinstance(sound, sdk.Audio) else sound
            )


@dataclass(frozen=True, slots=True)
class _Made:
    """A finished song: as notes, and how it is played."""

    score: sdk.Score
    playing: Performance


def _made(params: Any, ctx: sdk.Context) -> _Made:
    from studio_music import songwriting
    from studio_music.recall import loaded
    from studio_music.training.songs import SongGrid

    model = loaded(params.model, SongGrid, ctx)
    plan = songwriting.planned(params, model.grid, ctx.rng("plan"))
    goes_on = params.song is not None and params.task == "continue"
    if params.style == "song" or goes_on:
        return _with_piano(plan, _written(plan, model, params, ctx), params)
    if params.song is None:
        voice, *piano = _written(plan, model, params, ctx)
        return _dressed(plan, voice, [note for hand in piano for note in hand], params, ctx)
    rest = [note for track in params.song.tracks if not track.drums for note in track.notes]
    assert plan.kept is not None
    return _dressed(plan, plan.kept[0], rest, params, ctx)


def _written(plan: Plan, model: Any, params: Any, ctx: sdk.Context) -> list[tuple[sdk.Note, ...]]:
    """Write all steps; the notes of the voice, the right and the left hand."""
    from functools import partial

    from studio_music import pianoroll, songwriting
    from studio_music.recall import one_thread
    from studio_music.training.grid import OVER, STEPS
    from studio_music.writer import Writer

    writer = Writer(
        model, plan.told, plan.given, ctx.rng("notes"), plan.temperature, 0.95, plan.source, plan.tones
    )  # fmt: skip
    lanes = writer.lanes

    def preview(done: int) -> sdk.Image:
        written = lanes.copy()
        written[done:] = OVER
        parts = _parts(songwriting.hands(plan, written), params.voice)
        return pianoroll.draw(parts, plan.quarters, plan.bar, plan.begins + done / STEPS)

    with one_thread():
        for done in writer:
            ctx.progress(1 + (_WRITING_SHARE - 1) * done / len(lanes), 100, "Writing", partial(preview, done))
    return songwriting.hands(plan, lanes)


def _parts(hands: list[tuple[sdk.Note, ...]], voice: str) -> list[Part]:
    from studio_music.arrange import Part

    roles = (("melody", voice), ("chords", "piano"), ("bass", "piano"))
    return [Part(role, instrument, notes) for (role, instrument), notes in zip(roles, hands, strict=True) if notes]


def _with_piano(plan: Plan, hands: list[tuple[sdk.Note, ...]], params: Any) -> _Made:
    from studio_music.performance import Performance
    from studio_music.synth.mixer import Room
    from studio_music.synth.patches import PATCHES
    from studio_music.training.songs import NAMES

    parts = _parts(hands, params.voice)
    programs = (PATCHES[params.voice].program, 0, 0)
    tracks = tuple(
        sdk.Track(name, notes, program) for name, notes, program in zip(NAMES, hands, programs, strict=True) if notes
    )
    meta = {"style": "song", **plan.meta}
    score = sdk.Score(tracks, plan.tempo, plan.meter, plan.key.name, title=plan.title, meta=meta)
    return _Made(score, Performance(parts, plan.tempo, plan.bar, plan.quarters, Room(1.8, 0.45, tape=False)))


def _dressed(
    plan: Plan, melody: tuple[sdk.Note, ...], rest: list[sdk.Note], params: Any, ctx: sdk.Context
) -> _Made:  # fmt: skip
    from studio_music import restyling
    from studio_music.synth.patches import PATCHES

    dress = restyling.DRESSES[params.style]
    ctx.progress(_WRITING_SHARE - 2, 100, "Arranging")
    made, parts = restyling.dressed(melody, rest, plan.key, plan.metre, plan.tempo, dress, ctx.rng)
    if dress.drums not in ("", "pattern"):
        bars = round(made.bars)
        parts = restyling.with_drums(parts, _drummed(dress.drums, made.tempo, bars, ctx))
    tracks = tuple(
        sdk.Track(
            "Drums" if part.instrument == "drums" else f"{part.role.capitalize()}: {PATCHES[part.instrument].label}",
            part.notes, 0 if part.instrument == "drums" else PATCHES[part.instrument].program,
            drums=part.instrument == "drums",
        )
        for part in parts
    )  # fmt: skip
    meta = {"style": params.style, "form": plan.meta["form"], "bars": made.bars}
    title = f"{plan.title.removesuffix(' with piano')} ({params.style})"
    meter = (made.meter.count, made.meter.unit)
    score = sdk.Score(tracks, round(made.tempo, 2), meter, made.key.name, title=title, meta=meta)
    return _Made(score, restyling.performance_of(made, parts))


def _drummed(style: str, tempo: float, bars: int, ctx: sdk.Context) -> tuple[sdk.Note, ...]:
    """Drums from the studio's drum model, a fill every eighth bar."""
    from studio_music import drumming
    from studio_music.recall import loaded
    from studio_music.training import strokes

    model = loaded("starter:drums", strokes.DrumGrid, ctx)
    task = drumming.task_for(model.grid, style, strokes.tempo_class(tempo), bars, fills=8)
    tokens = drumming.play(model, task, ctx.rng("drums"), ctx.check)
    return strokes.notes_of(tokens, ctx.rng("drum touch"))

"""`studio.music.play`: a score made to sound by the studio's own instruments, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import studio.sdk as sdk

AS_WRITTEN = "as-written"


class PlayScore(sdk.Generator):
    """Plays a score with the studio's own instruments: an imported MIDI file, one you drew, or one of your results.

    Every track gets the instrument that comes nearest to its General MIDI program; or let one instrument play them all.
    Speed, transposition and room are yours. It needs no model. A note sounds for ten seconds at most.
    """

    id = "studio.music.play"
    title = "Play a score"
    makes = (sdk.Score, sdk.Audio)
    needs = sdk.Needs(ram_gb=0.5, modules=("numpy", "scipy.signal"))

    class Params(sdk.Params):
        """What the artist may choose."""

        score: sdk.Score | None = sdk.score(required=True, label="Score", help="The notes to play.")
        sound: str = sdk.choice(
            AS_WRITTEN,
            [(AS_WRITTEN, "As written"), ("piano", "Piano"), ("epiano", "Electric piano"), ("organ", "Organ"),
             ("celesta", "Celesta"), ("music_box", "Music box"), ("vibraphone", "Vibraphone"), ("marimba", "Marimba"),
             ("kalimba", "Kalimba"), ("guitar", "Nylon guitar"), ("steel_guitar", "Steel guitar"), ("harp", "Harp"),
             ("upright_bass", "Double bass"), ("finger_bass", "Electric bass"), ("synth_bass", "Synth bass"),
             ("violin", "Violins"), ("viola", "Violas"), ("cello", "Cellos"), ("contrabass", "Double basses"),
             ("pizzicato", "Pizzicato"), ("strings", "Strings"), ("flute", "Flute"), ("clarinet", "Clarinet"),
             ("horn", "Horns"), ("lead", "Synth lead"), ("bright_lead", "Bright lead"),
             ("pluck_synth", "Synth pluck"), ("warm_pad", "Warm pad")],
            label="Instrument", help="As written, or one for all tracks but the drums.",
        )  # fmt: skip
        speed: float = sdk.number(
            100.0, min=25.0, max=400.0, step=5.0, label="Speed", unit="%", help="Of the score's own tempo."
        )
        transpose: int = sdk.integer(
            0, min=-36, max=36, label="Transpose",
            help="By so many semitones; drums stay as they are. What leaves the range of MIDI comes back by octaves.",
        )  # fmt: skip
        room: str = sdk.choice("room", ["dry", ("room", "Small room"), "hall", "church"], label="Room")
        humanize: float = sdk.number(
            0.0, min=0.0, max=1.0, step=0.05, label="Human touch", group="Sound", advanced=True,
            help="Small unevenness of timing and touch; 0 is exact.",
        )  # fmt: skip
        soundfont: str = sdk.file(
            suffixes=(".sf2", ".sf3"), label="SoundFont", group="Sound", advanced=True,
            help="Play with the instruments of this file instead of the studio's own.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Give the notes as they are played, then play bar by bar: the sound streams while the rest is being played."""
        from studio_music import performance, scoreplaying

        ctx.progress(0, 100, "Tuning")
        font = performance.open_font(params.soundfont)
        chance = ctx.rng("humanize") if params.humanize else None
        piece = scoreplaying.performance_of(params, chance)
        yield scoreplaying.score_of(piece, params.score, params.transpose)
        for sound in performance.play(piece, ctx, 1.0, font):
            yield replace(sound, title=params.score.title) if isinstance(sound, sdk.Audio) else sound

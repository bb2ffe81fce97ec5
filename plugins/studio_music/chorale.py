"""`studio.music.chorale`: four-part chorales written, or an artist's melody harmonised, by a small trained model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_music.harmonising import Plan
    from studio_music.training.grid import Lanes

_AUTO = ("auto", "Automatic")
_WRITING_SHARE = 35.0


class Chorale(sdk.Generator):
    """Writes a chorale in four parts, or harmonises your melody, with a small model that learned from Bach's chorales.

    Give it a melody and it keeps every note of it and writes alto, tenor and bass below. Without a melody it composes
    all four voices, phrase by phrase. You get the notes (MIDI) and a recording. It knows chorales and nothing
    else: other music comes out in their manner. Models that you teach from your own scores can be chosen instead.
    """

    id = "studio.music.chorale"
    title = "Chorale"
    makes = (sdk.Score, sdk.Audio)
    needs = sdk.Needs(ram_gb=0.9, modules=("numpy", "scipy.signal", "torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Morning hymn", {"key": "G", "mode": "major"}, 3),
        sdk.Example("Evening in A minor", {"key": "A", "mode": "minor", "tempo": 60, "sound": "strings"}, 11),
        sdk.Example("Bold harmonies", {"temperature": 1.1, "bars": 12, "sound": "winds"}, 5),
        sdk.Example("Short amen", {"bars": 4, "key": "F", "mode": "major", "tempo": 56}, 8),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        melody: sdk.Score | None = sdk.score(
            label="Melody to harmonise", help="Its highest notes are kept; three voices are written below them."
        )
        key: str = sdk.choice(
            "auto", [_AUTO, "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"],
            help="Automatic takes the melody's key, or draws one.",
        )  # fmt: skip
        mode: str = sdk.choice("auto", [_AUTO, "major", "minor"])
        bars: int = sdk.integer(8, min=2, max=64, label="Bars", help="A melody brings its own length.")
        phrase: int = sdk.integer(
            2, min=1, max=4, label="Bars per phrase",
            help="Each phrase ends on a held chord. A melody's phrases end with its long notes.",
        )  # fmt: skip
        tempo: int = sdk.integer(
            72, min=30, max=160, label="Tempo", unit="bpm", help="Quarter notes per minute. A melody brings its own."
        )
        sound: str = sdk.choice(
            "organ", ["organ", ("strings", "Chamber strings"), ("winds", "Wind quartet"), "piano"], label="Sound"
        )
        temperature: float = sdk.number(
            0.9, min=0.2, max=1.5, step=0.05, label="Temperature", help="Low plays safe, high surprises."
        )
        strict: bool = sdk.toggle(
            default=True, label="Keep the rules", group="Model", advanced=True,
            help="Avoids parallel fifths and octaves and crossing voices. Off leaves it all to the model.",
        )  # fmt: skip
        model: str = sdk.choice(
            "starter:chorale", source="models:music.score", label="Model", group="Model", advanced=True,
            help="The studio's own, or one that you taught.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Write step by step with a piano roll that grows, then play."""
        from studio_music import harmonising, performance
        from studio_music.recall import loaded
        from studio_music.training.grid import Grid

        ctx.progress(0, 100, "Reading the model")
        model = loaded(params.model, Grid, ctx)
        plan = harmonising.planned(params, model.grid, ctx.rng("plan"))
        lanes = _written(plan, model, params, ctx)
        score = harmonising.score_of(plan, lanes, params.sound)
        yield score
        playing = harmonising.performance_of(plan, lanes, params.sound)
        for sound in performance.play(playing, ctx, _WRITING_SHARE):
            yield replace(sound, title=score.title, meta=score.meta) if isinstance(sound, sdk.Audio) else sound


def _written(plan: Plan, model: Any, params: Any, ctx: sdk.Context) -> Lanes:
    """Write all steps."""
    from functools import partial

    from studio_music import harmonising
    from studio_music.recall import one_thread
    from studio_music.singing import Singer

    singer = Singer(model, plan.task, ctx.rng("notes"))
    total = len(singer.lanes)
    with one_thread():
        for done in singer:
            preview = partial(harmonising.picture, plan, singer.lanes, done, params.sound)
            ctx.progress(1 + (_WRITING_SHARE - 1) * done / total, 100, "Writing", preview)
    return singer.lanes

"""`studio.music.drums`: drum tracks in many styles, and a human touch for written patterns, by a small model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_music.groove import Plan
    from studio_music.training.grid import Tokens

_WRITING_SHARE = 35.0

STYLES = (
    "afrobeat", ("afrocuban", "Afro-Cuban"), "blues", "country", "dance", "funk", "gospel", "highlife",
    ("hiphop", "Hip-hop"), "jazz", "latin", ("middleeastern", "Middle Eastern"), ("neworleans", "New Orleans"), "pop",
    "punk", "reggae", "rock", "soul",
)  # fmt: skip
"""The styles of the studio's own model."""


class Drums(sdk.Generator):
    """Plays drums in eighteen styles, with the force and timing of people, or gives a human touch to your pattern.

    A small model learned from about 1,000 takes of ten drummers. Choose a style, a tempo and how often a fill comes. Or
    give it a written drum pattern (MIDI): every stroke is kept, and the model decides how hard and how early or
    late it falls. You get the notes (MIDI) and a recording. It knows four quarters to the bar and nine drums; of rock
    it heard hundreds of takes, of blues, dance, highlife and Middle Eastern only a few.
    """

    id = "studio.music.drums"
    title = "Drums"
    makes = (sdk.Score, sdk.Audio)
    needs = sdk.Needs(ram_gb=0.9, modules=("numpy", "scipy.signal", "torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Funk with fills", {"style": "funk", "tempo": 104, "bars": 8, "fills": "4"}, 3),
        sdk.Example("Laid-back hip-hop", {"style": "hiphop", "tempo": 88, "fills": "8"}, 5),
        sdk.Example("Swing", {"style": "jazz", "tempo": 140, "fills": "8"}, 2),
        sdk.Example("Second line", {"style": "neworleans", "tempo": 96, "busy": "busy"}, 4),
        sdk.Example("Fast punk", {"style": "punk", "tempo": 170, "fills": "4"}, 1),
        sdk.Example("Afro-Cuban six bars", {"style": "afrocuban", "tempo": 112, "bars": 6, "fills": "never"}, 6),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        pattern: sdk.Score | None = sdk.score(
            label="Pattern to play",
            help="A written drum pattern on channel 10. Its strokes are kept; they get force and timing.",
        )
        style: str = sdk.choice("rock", [*STYLES, ("other", "Another …")])
        other: str = sdk.text(
            "", max_length=60, label="Other style", when={"style": "other"},
            help="A style that your own model learned, as its captions call it.",
        )  # fmt: skip
        tempo: int = sdk.integer(
            110, min=40, max=240, label="Tempo", unit="bpm", help="Quarter notes per minute. A pattern brings its own."
        )
        bars: int = sdk.integer(8, min=1, max=64, label="Bars", help="A pattern brings its own length.")
        fills: str = sdk.choice(
            "4", ["never", ("2", "Every 2 bars"), ("4", "Every 4 bars"), ("8", "Every 8 bars")], label="Fills",
            help="The last bar of so many is a fill.",
        )  # fmt: skip
        busy: str = sdk.choice(
            "auto", [("auto", "Automatic"), "sparse", "medium", "busy"], label="Busyness", help="How many strokes."
        )
        touch: float = sdk.number(
            1.0, min=0.0, max=1.0, step=0.05, label="Human touch",
            help="How much of the drummer's force and timing is taken over; 0 is the plain pattern.",
        )  # fmt: skip
        temperature: float = sdk.number(
            0.8, min=0.2, max=1.5, step=0.05, label="Temperature", help="Low plays safe, high surprises."
        )
        guidance: float = sdk.number(
            5.0, min=0.0, max=10.0, step=0.5, label="Weight of the style", group="Model", advanced=True,
            help="1 plays a style as freely as the drummers did; more makes it plainer.",
        )  # fmt: skip
        model: str = sdk.choice(
            "starter:drums", source="models:music.drums", label="Model", group="Model", advanced=True,
            help="The studio's own, or one that you taught.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Write step by step with a picture that grows, then play."""
        from studio_music import groove, performance
        from studio_music.recall import loaded
        from studio_music.training.strokes import DrumGrid

        ctx.progress(0, 100, "Reading the model")
        model = loaded(params.model, DrumGrid, ctx)
        plan = groove.planned(params, model.grid, ctx.log)
        tokens = _written(plan, model, ctx)
        notes = groove.notes_of(plan, tokens, params.touch, ctx.rng("touch"))
        yield groove.score_of(plan, notes)
        for sound in performance.play(groove.performance_of(plan, notes), ctx, _WRITING_SHARE):
            yield replace(sound, title=plan.title, meta=dict(plan.meta)) if isinstance(sound, sdk.Audio) else sound


def _written(plan: Plan, model: Any, ctx: sdk.Context) -> Tokens:
    """Write all steps."""
    from functools import partial

    from studio_music import groove
    from studio_music.drumming import DrumPlayer, play
    from studio_music.recall import one_thread
    from studio_music.training.strokes import struck

    player = DrumPlayer(model, plan.task, ctx.rng("strokes"))
    total = len(player.tokens)
    with one_thread():
        for done in player:
            preview = partial(groove.picture, plan, player.tokens, done)
            ctx.progress(1 + (_WRITING_SHARE - 1) * done / total, 100, "Writing", preview)
    if struck(player.tokens).any():
        return player.tokens
    # Cold, silence is the likeliest of all loudnesses; as bold as the drummers were, somebody strikes.
    return play(model, replace(plan.task, temperature=1.0, guidance=1.0), ctx.rng("strokes again"), ctx.check)
